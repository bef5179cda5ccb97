"""Pictures of a table of faces, handed out chunk by chunk.

A chunk is traced together, but each picture's arithmetic is its own, so picture k has the same bytes whatever
chunk it is in. Anti-aliasing is spent where it shows: pixels that differ from a neighbour are traced four
more times, starting just in front of what their neighbourhood met.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import max_pool2d

from engine.datasets.faces.camera import HALF_HEIGHT, Cameras, Pose, pixel_centres
from engine.datasets.faces.factors import FaceTable
from engine.datasets.faces.march import BLOCK, FAR, NEAR, Packed, march
from engine.datasets.faces.masks import factor_mask, visibility
from engine.datasets.faces.paint import paint
from engine.datasets.faces.palette import Colours, build_colours
from engine.datasets.faces.people import Columns, People, columns3
from engine.datasets.faces.person import build_people
from engine.datasets.faces.shade import Lamps, backdrop, illuminate, tone
from engine.datasets.faces.shape import Body, distance, parts

__all__ = ["RenderedFaces", "render_pieces", "factor_mask", "render_faces"]

Pixels = NDArray[np.uint8]
Traced = Generator[None, None, tuple[Tensor, Tensor]]

RAYS_AT_ONCE = 65536
"""Enough to hide what it costs to start an operation, few enough to stay in the caches."""
LARGEST_GROUP = 16
EDGE_CONTRAST = 0.09
SUBPIXELS = ((-0.375, -0.125), (0.125, -0.375), (0.375, 0.125), (-0.125, 0.375))
HEADROOM = 0.1
"""How far in front of the nearest neighbour an extra ray starts, in head units."""


@dataclass(frozen=True, slots=True)
class RenderedFaces:
    """Pictures (N, S, S, 3), and which attributes can be seen in each (N, 20)."""

    images: Pixels
    visible: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scene:
    """A batch of faces, ready to be traced."""

    people: People
    colours: Colours
    cameras: Cameras
    body: Body
    lamps: Lamps

    @staticmethod
    def of(table: FaceTable) -> Scene:
        """All faces of a (small) table."""
        a = [table.scalars(k) for k in range(len(table))]
        i = [table.latents(k) for k in range(len(table))]
        poses = [Pose.of(r["yaw"], r["pitch"], r["roll"]) for r in a]
        lamps = Lamps.of(poses, [r["light"] for r in a])
        return Scene(build_people(a, i), build_colours(a, i), Cameras.of(poses), _body(poses), lamps)


def _body(poses: list[Pose]) -> Body:
    """The neck follows the head at its top; its base and the shoulders stand still in the world."""
    return Body(
        columns3([(0.0, -0.55, -0.16)] * len(poses)),
        columns3([p.to_head((0.0, -1.40, -0.26)) for p in poses]),
        columns3([p.to_head((-0.68, -1.86, -0.30)) for p in poses]),
        columns3([p.to_head((0.68, -1.86, -0.30)) for p in poses]),
    )


def _pieces(column: Tensor) -> int:
    """Width of the pieces in which rays are traced."""
    return max(RAYS_AT_ONCE // column.shape[0] // BLOCK * BLOCK, BLOCK)


def _widths(total: int, width: int) -> list[int]:
    return [min(width, total - first) for first in range(0, total, width)]


def _trace(scene: Scene, column: Tensor, row: Tensor, size: int, start: Tensor) -> Traced:
    """Display colour (3, B, n) and distance (B, n) at picture positions."""
    width = _pieces(column)
    pieces = [torch.split_with_sizes(v, _widths(v.shape[1], width), 1) for v in (column, row, start)]
    done = []
    for c, r, s in zip(*pieces, strict=True):
        done.append((yield from _trace_piece(scene, c, r, size, s)))
    return torch.cat([colour for colour, _ in done], 2), torch.cat([far for _, far in done], 1)


def _trace_piece(scene: Scene, column: Tensor, row: Tensor, size: int, start: Tensor) -> Traced:
    field = partial(distance, p=scene.people, body=scene.body)
    rays = scene.cameras.cast(column, row, size)
    far = yield from march(rays, start, field, 0.003, 0.25 * 2 * HALF_HEIGHT / size)
    yield
    colour = torch.stack(backdrop(column, row, size, scene.colours))
    hit = far.isfinite()
    if bool(hit.any()):
        packed = Packed.of(hit)
        t, dx, dy, dz = packed.take(far, rays.dx, rays.dy, rays.dz)
        t = t.clamp_max_(FAR)
        ox, oy, oz = rays.origin
        at: Columns = ((dx * t).add_(ox), (dy * t).add_(oy), (dz * t).add_(oz))
        found = parts(*at, scene.people, scene.body)
        surface = paint(*at, found, scene.people, scene.colours, scene.lamps.key_world)
        yield
        light = illuminate(at, found.nearest(), (-dx, -dy, -dz), surface, scene.lamps, scene.colours, field)
        flat = torch.stack(light)[:, packed.valid]
        colour[:, hit] = flat
    yield
    return tone(colour), far


def _edges(picture_B3HW: Tensor) -> Tensor:
    """Which pixels differ from a neighbour, (B, H W)."""
    above, below = max_pool2d(picture_B3HW, 3, 1, 1) - picture_B3HW, max_pool2d(-picture_B3HW, 3, 1, 1) + picture_B3HW
    contrast = torch.maximum(above, below)
    return contrast.amax(1).flatten(1) > EDGE_CONTRAST


def _refine(
    scene: Scene, colour: Tensor, far: Tensor, column: Tensor, row: Tensor, size: int
) -> Generator[None, None, None]:
    """Replace pixels on edges by the mean of four positions within them."""
    b = far.shape[0]
    edge = _edges(colour.view(3, b, size, size).transpose(0, 1))
    if not bool(edge.any()):
        return
    nearest = -max_pool2d(-far.view(b, 1, size, size), 3, 1, 1).flatten(1)
    start = (nearest - HEADROOM).clamp(NEAR, FAR)
    start[nearest.isinf()] = NEAR
    packed = Packed.of(edge)
    at_column, at_row, start = packed.take(column, row, start)
    fine, _ = yield from _trace(
        scene,
        torch.cat([at_column + dx for dx, _ in SUBPIXELS], 1),
        torch.cat([at_row + dy for _, dy in SUBPIXELS], 1),
        size,
        torch.cat([start] * len(SUBPIXELS), 1),
    )
    mean = fine.view(3, b, len(SUBPIXELS), -1).sum(2).mul_(1 / len(SUBPIXELS))
    colour[:, edge] = mean[:, packed.valid]


@torch.inference_mode()  # torch enters it at each resume and leaves it at each yield: it is the thread's, not ours
def _rendered(table: FaceTable, size: int) -> Generator[None, None, Pixels]:
    """All faces of a small table as (B, size, size, 3)."""
    scene = Scene.of(table)
    column, row = (v.expand(len(table), -1).contiguous() for v in pixel_centres(size))
    colour, far = yield from _trace(scene, column, row, size, torch.full_like(column, NEAR))
    yield from _refine(scene, colour, far, column, row, size)
    levels = colour.mul_(255).round_().clamp_(0, 255).to(torch.uint8)
    return np.ascontiguousarray(levels.view(3, len(table), size, size).permute(1, 2, 3, 0).numpy())


def render_pieces(table: FaceTable, size: int, *, chunk: int = 16) -> Iterator[RenderedFaces | None]:
    """Draw the table, yielding up to ``chunk`` faces at a time, and None at moments when something else may be done."""
    if not 16 <= size <= 512:
        raise ValueError(f"faces are drawn at 16 to 512 pixels, not {size}")
    for first in range(0, len(table), chunk):
        piece = table.rows(range(first, min(first + chunk, len(table))))
        images = []
        for k in range(0, len(piece), LARGEST_GROUP):
            images.append((yield from _rendered(piece.rows(range(k, min(k + LARGEST_GROUP, len(piece)))), size)))
        yield RenderedFaces(np.concatenate(images), visibility(piece))


def render_faces(table: FaceTable, size: int, *, chunk: int = 16) -> Iterator[RenderedFaces]:
    """Draw the table, yielding up to ``chunk`` faces at a time so that callers can report and cancel."""
    return (rendered for rendered in render_pieces(table, size, chunk=chunk) if rendered is not None)
