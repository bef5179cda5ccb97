"""What can be seen of each attribute, and where on the picture it can show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.datasets.faces.camera import Pose, project
from engine.datasets.faces.factors import ATTRIBUTE_NAMES, FaceTable

EYES_SEEN = 0.22
"""Below this opening the iris is hidden and so is the gaze."""

Ball = tuple[float, float, float, float]

_BEARD: tuple[Ball, ...] = (
    (0.0, -0.60, 0.25, 1.0),
    (0.55, -0.2, -0.05, 0.62),
    (-0.55, -0.2, -0.05, 0.62),
    (0.0, -0.95, 0.0, 0.75),
)
_BALLS: dict[str, tuple[Ball, ...]] = {
    "smile": ((0.0, -0.55, 0.60, 0.75), (0.5, -0.35, 0.35, 0.5), (-0.5, -0.35, 0.35, 0.5)),
    "mouth_open": ((0.0, -0.35, 0.15, 1.08), (0.0, -0.85, 0.10, 0.80)),
    "eyes_open": ((0.34, 0.06, 0.70, 0.46), (-0.34, 0.06, 0.70, 0.46)),
    "gaze": ((0.32, 0.05, 0.75, 0.30), (-0.32, 0.05, 0.75, 0.30)),
    "brow": ((0.32, 0.36, 0.65, 0.38), (-0.32, 0.36, 0.65, 0.38)),
    "nose": ((0.0, -0.14, 0.85, 0.60), (0.0, -0.14, 1.05, 0.40)),
    "beard": _BEARD,
    "glasses": ((0.33, 0.02, 0.80, 0.52), (-0.33, 0.02, 0.80, 0.52), (0.8, 0.06, 0.3, 0.45), (-0.8, 0.06, 0.3, 0.45)),
}
"""Balls in head space (x, y, z, radius) around all that a local attribute moves or shades."""
LOCAL = frozenset(_BALLS)
"""The attributes that change a part of the picture only."""


def visibility(table: FaceTable) -> NDArray[np.bool_]:
    """(N, 20): whether an attribute can be read off the picture, from the other attributes."""
    c = table.columns
    seen = {name: np.ones(len(table), dtype=np.bool_) for name in ATTRIBUTE_NAMES}
    dark_glasses, bald = c["glasses"] == 3, c["bald"] >= 0.5
    seen["eyes_open"] = ~dark_glasses
    seen["brow"] = ~dark_glasses
    seen["gaze"] = ~dark_glasses & (c["eyes_open"] >= EYES_SEEN)
    seen["hair_color"] = ~bald
    seen["hair_length"] = ~bald
    return np.stack([seen[name] for name in ATTRIBUTE_NAMES], 1)


def factor_mask(table_row: FaceTable, attribute: str, size: int) -> NDArray[np.bool_]:
    """(size, size): the pixels that this attribute alone may change on this head.

    Local attributes own the projection of balls around their parts, contact shadows included; all others
    (pose, light, skin, hair, age and so on) may change the whole picture.
    """
    if attribute not in ATTRIBUTE_NAMES:
        raise ValueError(f"unknown attribute {attribute!r}")
    if attribute not in _BALLS:
        return np.ones((size, size), dtype=np.bool_)
    a = table_row.scalars(0)
    pose, width = Pose.of(a["yaw"], a["pitch"], a["roll"]), 1.0 + 0.17 * a["face_width"]
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    mask = np.zeros((size, size), dtype=np.bool_)
    balls = _BALLS[attribute]
    if attribute == "smile" and a["beard"] > 0:  # a smile lifts the edge of the beard as far as the ears
        balls += _BEARD
    for x, y, z, radius in balls:
        column, row, scale = project(pose, (x * width, y, z), size)
        mask |= np.hypot(columns - column, rows - row) <= radius * scale + 1.5
    return mask
