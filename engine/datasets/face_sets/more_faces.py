"""The faces that ship, and twenty thousand more to learn from: what is learned by heart from ten thousand is not seen.

They are rendered when the set is first opened, a piece at a time, so that whoever is interrupted goes on; and they
pass through the codec that the shipped ones passed through, so that nobody can tell which are which. Pictures held
out are those of the shipped faces.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.datasets.face_sets.pack import as_shipped
from engine.datasets.face_sets.pieces import piece_paths, read_piece, render_pieces
from engine.datasets.faces.captions import caption
from engine.datasets.faces.factors import ATTRIBUTE_NAMES
from engine.datasets.store import Split, Store
from engine.machine.work import Work
from engine.protocol.answers import Preparing

COUNT = 20_000
SEED = 2027
"""Another than that of the shipped faces: nobody is there twice."""


def more_faces(faces: Store, work: Path) -> Work[Store]:
    """`faces` with COUNT more training pictures; pieces lie in `work` until all are there."""
    for event in render_pieces(COUNT, SEED, work, size=faces.size):
        made = event.done * COUNT // event.of if isinstance(event, Preparing) else None
        yield None if made is None else Preparing(what="Rendering faces", done=made, of=COUNT)
    pieces = [read_piece(path) for path in piece_paths(work, COUNT)]
    yield None
    luma, colour = (int(word) for word in faces.provenance.get("webp", "76 70").split())
    images_NSSC = as_shipped(np.concatenate([piece.images for piece in pieces]), (luma, colour))
    attributes = {
        name: torch.from_numpy(np.concatenate([piece.columns[name] for piece in pieces])) for name in faces.attributes
    }
    visible_NA = torch.from_numpy(np.concatenate([piece.visible for piece in pieces]))
    visible = {name: visible_NA[:, ATTRIBUTE_NAMES.index(name)].clone() for name in faces.attributes}
    last = int((faces.split == int(Split.TRAIN)).sum())  # a part of the split lies together

    def between(shipped: Tensor, more: Tensor) -> Tensor:
        return torch.cat([shipped[:last], more.to(shipped.dtype), shipped[last:]])

    shipped = faces.captions or ("",) * len(faces)
    whole = replace(
        faces,
        name="faces-more",
        label="Faces, more",
        pictures=between(faces.pictures, torch.from_numpy(images_NSSC).permute(0, 3, 1, 2)).contiguous(),
        attributes={name: between(values, attributes[name]) for name, values in faces.attributes.items()},
        visible={name: between(values, visible[name]) for name, values in faces.visible.items()},
        captions=(*shipped[:last], *_captions(attributes, visible), *shipped[last:]),
        split=between(faces.split, torch.full((COUNT,), int(Split.TRAIN))),
        provenance={**faces.provenance, "more": f"{COUNT} rendered with seed {SEED}"},
    )
    shutil.rmtree(work)
    return whole


def _captions(attributes: dict[str, Tensor], visible: dict[str, Tensor]) -> list[str]:
    rows = zip(*(values.tolist() for values in attributes.values()), strict=True)
    seen = zip(*(values.tolist() for values in visible.values()), strict=True)
    return [
        caption(dict(zip(attributes, row, strict=True)), dict(zip(attributes, sees, strict=True)), k)
        for k, (row, sees) in enumerate(zip(rows, seen, strict=True))
    ]
