"""The faces in two classes, with glasses and without, as many of one as of the other.

The stand-in for two kinds of photographs: few classes, in colour, each of which varies in everything else. Choosing
costs no byte beyond the faces that ship, and everybody stays in the part of the split that they have among all faces.
"""

from __future__ import annotations

from dataclasses import replace

import torch

from engine.datasets.store import Split, Store, take_known

CLASSES = ("without glasses", "with glasses")
COUNT = 10_738
"""Of the faces that ship."""


def two_faces(faces: Store) -> Store:
    """All faces of the rarer class in each part, and the first of the other, in their order."""
    wears_N = (faces.attributes["glasses"] > 0).long()
    chosen = []
    for split in Split:
        sides = [((faces.split == int(split)) & (wears_N == side)).nonzero().flatten() for side in (0, 1)]
        count = min(map(len, sides))
        chosen.append(torch.cat([side[:count] for side in sides]).sort().values)
    rows_M = torch.cat(chosen)
    return replace(
        take_known(faces, rows_M),
        name="faces-glasses",
        label="Faces, with and without glasses",
        pictures=faces.pictures.index_select(0, rows_M),
        labels=wears_N[rows_M],
        classes=CLASSES,
        provenance={**faces.provenance, "chosen": "as many with glasses as without"},
    )
