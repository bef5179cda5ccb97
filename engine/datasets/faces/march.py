"""Sphere tracing: walk every ray by the distance to the nearest surface until it arrives or leaves.

Rays of several heads travel together as (B, rays), because a torch operation costs more to start than to run.
Every few steps the rays still under way are packed to the left of their row. Rows are padded to whole SIMD
blocks, so that a ray's arithmetic, and with it a picture's bytes, do not depend on who else is in the batch.
Normals are forward differences, taken at hits only.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.datasets.faces.camera import EYE_DISTANCE, Rays
from engine.datasets.faces.people import Columns

Distance = Callable[[Tensor, Tensor, Tensor], Tensor]

NEAR = EYE_DISTANCE - 1.45
FAR = EYE_DISTANCE + 1.3
STEPS = 24
COMPACT_EVERY = 3
SAFETY = 0.92
"""Displaced surfaces are a little steeper than true distances: steps are shortened by this."""
BLOCK = 64


@dataclass(frozen=True, slots=True)
class Packed:
    """Chosen entries of each row, moved to the left: their columns, and which slots are real."""

    column: Tensor
    valid: Tensor

    @staticmethod
    def of(chosen: Tensor) -> Packed:
        """Pack the true entries of a (B, N) mask into rows of a common width."""
        counts = chosen.sum(1, keepdim=True)
        width = max(-(-int(counts.max()) // BLOCK) * BLOCK, BLOCK)
        row, column = chosen.nonzero(as_tuple=True)
        start = counts.cumsum(0).sub_(counts).squeeze(1)
        slot = torch.arange(row.numel()).sub_(start.index_select(0, row)).add_(row, alpha=width)
        packed = torch.zeros(chosen.shape[0] * width, dtype=torch.int64)
        packed.index_copy_(0, slot, column)
        valid = torch.arange(width).unsqueeze(0) < counts
        return Packed(packed.view(-1, width), valid)

    def take(self, *values: Tensor) -> tuple[Tensor, ...]:
        """The packed entries of (B, N) tensors; padding repeats the row's first column."""
        return tuple(v.gather(1, self.column) for v in values)


def march(rays: Rays, start: Tensor, distance: Distance, epsilon: float, width: float) -> Generator[None, None, Tensor]:
    """How far each ray goes from ``start`` until it meets a surface, infinite where it meets none.

    A ray still under way after the last step has met whatever is within ``width`` of it, a fraction of a pixel.
    Yields every few steps, so that whoever draws may do something else between them.
    """
    ox, oy, oz = rays.origin
    dx, dy, dz, t = rays.dx, rays.dy, rays.dz, start
    far = torch.full_like(start, torch.inf)
    index = torch.arange(start.shape[1]).expand(start.shape)
    alive = torch.ones_like(start, dtype=torch.bool)
    for k in range(1, STEPS + 1):
        d = distance((dx * t).add_(ox), (dy * t).add_(oy), (dz * t).add_(oz))
        t = (d * SAFETY).add_(t)
        if k % COMPACT_EVERY and k != STEPS:
            continue
        done = (d < (epsilon if k != STEPS else width)) & alive
        row, column = done.nonzero(as_tuple=True)
        far[row, index[row, column]] = t[row, column]
        alive = alive & ~done & (t < FAR)
        if not bool(alive.any()):
            break
        packed = Packed.of(alive)
        index, alive = index.gather(1, packed.column), packed.valid
        t, dx, dy, dz = packed.take(t, dx, dy, dz)
        yield
    return far


def normals(x: Tensor, y: Tensor, z: Tensor, here: Tensor, distance: Distance, h: float) -> Columns:
    """Unit surface normals from the distance at each point and at three points a little beside it."""
    nx, ny, nz = distance(x + h, y, z) - here, distance(x, y + h, z) - here, distance(x, y, z + h) - here
    norm = (nx * nx).addcmul_(ny, ny).addcmul_(nz, nz).add_(1e-20).sqrt_().reciprocal_()
    return nx.mul_(norm), ny.mul_(norm), nz.mul_(norm)


def soft_shadow(x: Tensor, y: Tensor, z: Tensor, toward: Columns, distance: Distance, steps: int) -> Tensor:
    """Share of the light that reaches each point: the narrowest cone passed on the way to it (Quilez)."""
    lx, ly, lz = toward
    light = torch.ones_like(x)
    t = torch.full_like(x, 0.06)
    for _ in range(steps):
        d = distance((t * lx).add_(x), (t * ly).add_(y), (t * lz).add_(z))
        light = torch.minimum(light, (d * 7).div_(t))
        t = t.add_(d.clamp_(0.07, 0.30))
    return light.clamp_(0, 1)
