"""Where the eye is, and how each head is turned against the world."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.datasets.faces.people import Columns, Triple, columns3

EYE_DISTANCE = 7.0
HALF_HEIGHT = 1.33
CENTRE_Y = 0.02


@dataclass(frozen=True, slots=True)
class Pose:
    """Rotation from head space to the world (rows), in plain numbers."""

    rows: tuple[Triple, Triple, Triple]

    @staticmethod
    def of(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Pose:
        """Turn, then nod, then lean: world = Rz(roll) Rx(pitch) Ry(yaw) head, as seen from the front."""
        a, b, c = (math.radians(d) for d in (yaw_deg, -pitch_deg, -roll_deg))
        (sa, ca), (sb, cb), (sc, cc) = ((math.sin(t), math.cos(t)) for t in (a, b, c))
        return Pose(
            (
                (cc * ca - sc * sb * sa, -sc * cb, cc * sa + sc * sb * ca),
                (sc * ca + cc * sb * sa, cc * cb, sc * sa - cc * sb * ca),
                (-cb * sa, sb, cb * ca),
            )
        )

    def to_head(self, v: Triple) -> Triple:
        """A world direction or point (the head turns about the origin) in head space."""
        (a, b, c), (x, y, z) = self.rows, v
        return (a[0] * x + b[0] * y + c[0] * z, a[1] * x + b[1] * y + c[1] * z, a[2] * x + b[2] * y + c[2] * z)

    def to_world(self, v: Triple) -> Triple:
        """A head-space point in the world."""
        a, b, c = (sum(m * n for m, n in zip(row, v, strict=True)) for row in self.rows)
        return (a, b, c)


@dataclass(frozen=True, slots=True)
class Rays:
    """Rays in head space: one origin per head, unit directions (B, rays)."""

    origin: Columns
    dx: Tensor
    dy: Tensor
    dz: Tensor


@dataclass(frozen=True, slots=True)
class Cameras:
    """The eye, seen from each head."""

    origin: Columns
    rows: tuple[Columns, Columns, Columns]

    @staticmethod
    def of(poses: Sequence[Pose]) -> Cameras:
        """Stack the poses of a batch."""
        eye = columns3([p.to_head((0.0, CENTRE_Y, EYE_DISTANCE)) for p in poses])
        a, b, c = (columns3([p.rows[k] for p in poses]) for k in range(3))
        return Cameras(eye, (a, b, c))

    def cast(self, column: Tensor, row: Tensor, size: int) -> Rays:
        """Rays through picture positions (in pixels, centres at .5) of a size x size frame."""
        wx = (column * (2 / size)).sub_(1).mul_(HALF_HEIGHT)
        wy = (row * (-2 / size)).add_(1).mul_(HALF_HEIGHT)
        norm = (wx * wx).addcmul_(wy, wy).add_(EYE_DISTANCE**2).sqrt_().reciprocal_()
        wx, wy, wz = wx.mul_(norm), wy.mul_(norm), norm.mul(-EYE_DISTANCE)
        a, b, c = self.rows
        dx, dy, dz = ((wx * a[k]).add_(wy * b[k]).add_(wz * c[k]) for k in range(3))
        return Rays(self.origin, dx, dy, dz)


def pixel_centres(size: int) -> tuple[Tensor, Tensor]:
    """Columns and rows of all pixel centres, flat, row by row."""
    line = torch.arange(size, dtype=torch.float32) + 0.5
    return line.repeat(size), line.repeat_interleave(size)


def project(pose: Pose, point: Triple, size: int) -> tuple[float, float, float]:
    """Picture column, row and pixels per unit length of a head-space point."""
    x, y, z = pose.to_world(point)
    scale = EYE_DISTANCE / (EYE_DISTANCE - z) * size / (2 * HALF_HEIGHT)
    return size / 2 + x * scale, size / 2 - (y - CENTRE_Y) * scale, scale
