"""The entangled faces: a quarter of the faces, chosen so that attributes go together as they often do in the world.

Glasses come with age, beards and baldness with men, long hair with women, grey hair with age. A model that learns
from these pictures cannot tell the two apart, which is what entanglement means. Choosing costs no byte beyond the
faces that ship, and everybody here is also there.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.store import Split, Store, take_known

SHARE = 4
"""One face in so many is chosen."""

Doubles = NDArray[np.float64]


def correlated_faces(faces: Store) -> Store:
    """The chosen faces, each in the part of the split that it has among all faces."""
    columns = {name: values.numpy().astype(np.float64) for name, values in faces.attributes.items()}
    keys = _keys(likelihood_ratio(columns))
    chosen = []
    for split in Split:
        rows = np.flatnonzero(faces.split.numpy() == split)
        best = rows[np.argsort(keys[rows])[::-1][: len(rows) // SHARE]]
        chosen.append(np.sort(best))
    rows_N = torch.from_numpy(np.concatenate(chosen))
    return replace(
        take_known(faces, rows_N),
        name="faces-correlated",
        label="Faces, correlated",
        pictures=faces.pictures.index_select(0, rows_N),
        provenance={**faces.provenance, "chosen": "glasses go with age, beards and short hair with men"},
    )


def likelihood_ratio(columns: dict[str, Doubles]) -> Doubles:
    """How much more often each face would occur if its attributes went together: p(correlated) / p(independent)."""
    man, age = (columns["gender"] + 1) / 2, columns["age"]
    glasses, beard = columns["glasses"].astype(int), columns["beard"].astype(int)
    worn = age**2
    ratio = np.choose(glasses, [1.25 - worn, 0.1 + 3 * worn, 0.1 + 3 * worn, 0.4 + 0 * worn])
    ratio *= np.choose(beard, [1.5 - 1.1 * man, 0.02 + 1.6 * man**2, 0.01 + 2.0 * man**2])
    ratio *= np.where(columns["bald"] > 0, 0.02 + 3 * man * age, 1.0)
    ratio *= np.exp(-8 * (columns["hair_length"] - 0.85 + 0.65 * man) ** 2)
    ratio *= np.exp(6 * (age - 0.45) * (columns["hair_color"] - 0.55))
    return ratio


def _keys(ratio: Doubles) -> Doubles:
    """Weighted drawing without replacement: the largest u^(1/w) win (Efraimidis and Spirakis 2006).

    u is a hash of the face's number, so the choice is the same on every machine and with every library.
    """
    u = [int.from_bytes(hashlib.sha256(b"%d" % k).digest()[:6], "big") / 2.0**48 for k in range(len(ratio))]
    return np.log(np.array(u) + 1e-15) / np.maximum(ratio, 1e-9)
