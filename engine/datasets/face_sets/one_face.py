"""One head that only turns and smiles: pictures of which two numbers tell everything.

The set of the paper's figure of a learned manifold (Kingma & Welling 2014, appendix A), whose photographs of one man
may not be passed on. It is rendered when it is first opened, in half a minute.
"""

from __future__ import annotations

import numpy as np
import torch

from engine.datasets.face_sets.pack import face_kinds
from engine.datasets.faces.factors import ATTRIBUTE_NAMES, FaceTable, sample_factors
from engine.datasets.faces.render import render_pieces
from engine.datasets.store import Split, Store
from engine.machine.work import Work
from engine.protocol.answers import Preparing

COUNT, HELD_OUT = 1500, 150
"""All pictures, and those of either part that is held out."""
SIZE = 32
SEED = 41
PERSON = {
    "pitch": 0.0, "roll": 0.0, "mouth_open": 0.15, "eyes_open": 0.7, "gaze": 0.0, "brow": 0.0, "gender": -0.7,
    "age": 0.2, "skin": 0.3, "hair_color": 0.35, "hair_length": 0.5, "bald": 0.0, "beard": 0.0, "glasses": 0.0,
    "face_width": 0.0, "nose": 0.0, "light": 0.2, "warmth": 0.1,
}  # fmt: skip
"""Whose head it is, besides what makes her herself."""
MOVES = {"yaw": (-35.0, 35.0), "smile": (-1.0, 1.0)}


def one_face() -> Work[Store]:
    """The set, rendered anew."""
    table = _table()
    images, visible = [], []
    for part in render_pieces(table, SIZE):
        if part is None:
            yield None
            continue
        images.append(part.images)
        visible.append(part.visible)
        yield Preparing(what="Rendering a face", done=sum(map(len, images)), of=len(table))
    pictures_NSSC, visible_NA = np.concatenate(images), np.concatenate(visible)
    split = torch.full((len(table),), int(Split.TRAIN), dtype=torch.uint8)
    split[-2 * HELD_OUT :] = int(Split.VALIDATION)
    split[-HELD_OUT:] = int(Split.TEST)
    kinds = face_kinds()
    return Store(
        name="faces-one", label="One face, turning and smiling",
        pictures=torch.from_numpy(pictures_NSSC).permute(0, 3, 1, 2).contiguous(),
        attributes={name: torch.from_numpy(table.columns[name]) for name in MOVES},
        visible={name: torch.from_numpy(visible_NA[:, ATTRIBUTE_NAMES.index(name)].copy()) for name in MOVES},
        kinds={name: kinds[name] for name in MOVES},
        judge="judge", reader="reader", split=split,
        provenance={"source": "rendered by Zscape", "seed": str(SEED)},
    )  # fmt: skip


def _table() -> FaceTable:
    """One person as often as there are pictures; turn and smile are drawn evenly."""
    table = sample_factors(SEED, [0] * COUNT, fixed=PERSON)
    noise = np.random.default_rng(SEED)
    moves = {name: noise.uniform(low, high, COUNT).astype(np.float32) for name, (low, high) in MOVES.items()}
    return FaceTable({**table.columns, **moves}, table.identity)
