"""Light: one soft key light, a bright sky and a dim floor, a rim from behind, contact shadow, gloss.

The key light stands in the world, not on the head, so that turning the head and moving the light differ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from engine.datasets.faces.camera import Pose
from engine.datasets.faces.march import Distance, normals, soft_shadow
from engine.datasets.faces.paint import Surface
from engine.datasets.faces.palette import Colours
from engine.datasets.faces.people import Columns, Triple, columns3
from engine.datasets.faces.solid import step

KEY_SWING = math.radians(68)
KEY_HEIGHT = math.radians(30)
SHADOW_STEPS = 4
WRAP = (0.34, 0.14, 0.10)
"""Red light travels furthest under the skin: how far each colour reaches past the terminator."""


def key_direction(light: float) -> Triple:
    """World direction towards the key light."""
    a = light * KEY_SWING
    return (math.sin(a) * math.cos(KEY_HEIGHT), math.sin(KEY_HEIGHT), math.cos(a) * math.cos(KEY_HEIGHT))


@dataclass(frozen=True, slots=True)
class Lamps:
    """Directions of light, in head space except ``key_world``."""

    key: Columns
    key_world: Columns
    up: Columns
    behind: Columns

    @staticmethod
    def of(poses: Sequence[Pose], lights: Sequence[float]) -> Lamps:
        """The lamps of a batch; the rim lamp stands behind, on the side away from the key."""
        keys = [key_direction(v) for v in lights]
        sides = [-0.75 * max(-1.0, min(1.0, 3.0 * k[0])) for k in keys]
        return Lamps(
            columns3([p.to_head(k) for p, k in zip(poses, keys, strict=True)]),
            columns3(keys),
            columns3([p.to_head((0.0, 1.0, 0.0)) for p in poses]),
            columns3([p.to_head((s, 0.45, -0.5)) for p, s in zip(poses, sides, strict=True)]),
        )


def _dot(a: Columns, b: Columns) -> Tensor:
    return (a[0] * b[0]).add_(a[1] * b[1]).add_(a[2] * b[2])


def _gloss(n: Columns, view: Columns, key: Columns) -> Tensor:
    """Blinn's highlight: the normal against the direction halfway between eye and light, to the 32nd power."""
    half = (view[0] + key[0], view[1] + key[1], view[2] + key[2])
    h = _dot(n, half).div_(_dot(half, half).sqrt_()).clamp_(0, 1)
    for _ in range(5):
        h = h.mul_(h)
    return h


def illuminate(
    at: Columns, here: Tensor, view: Columns, s: Surface, lamps: Lamps, c: Colours, distance: Distance
) -> tuple[Tensor, Tensor, Tensor]:
    """Linear red, green, blue of surface points seen along ``view`` (towards the eye)."""
    n = normals(*at, here, distance, 0.004)
    lifted = tuple(v + m * 0.02 for v, m in zip(at, n, strict=True))
    shadow = soft_shadow(lifted[0], lifted[1], lifted[2], lamps.key, distance, SHADOW_STEPS).mul_(0.8).add_(0.2)
    near = distance(*(v + m * 0.13 for v, m in zip(at, n, strict=True)))
    open_sky = near.div_(0.13).clamp_(0, 1).mul_(0.62).add_(0.38)
    above = _dot(n, lamps.up).mul_(0.5).add_(0.5)
    graze = 1 - _dot(n, view).clamp_(0, 1)
    rim = (graze * graze).mul_(graze.sqrt()).mul_(_dot(n, lamps.behind).clamp_(0, 1)).mul_(open_sky).mul_(0.8)
    gloss = _gloss(n, view, lamps.key).mul_(shadow).mul_(s.gloss).mul_(0.75)
    facing = _dot(n, lamps.key)
    out = []
    for k, albedo in enumerate((s.r, s.g, s.b)):
        wrap = s.soft * WRAP[k]
        lit = (facing + wrap).div_(wrap + 1).clamp_(0, 1).mul_(shadow).mul_(c.key[k])
        ambient = (above * (c.fill[k] - c.ground[k])).add_(c.ground[k]).mul_(open_sky)
        lit = lit.add_(ambient).mul_(albedo)
        out.append(lit.add_(rim * c.rim[k]).add_(gloss * c.key[k]))
    return out[0], out[1], out[2]


def backdrop(column: Tensor, row: Tensor, size: int, c: Colours) -> tuple[Tensor, Tensor, Tensor]:
    """Linear red, green, blue of the background: a vertical gradient with a soft glow behind the head."""
    down, across = row / size, column / size
    glow = (across - 0.5).square_().add_((down - 0.45).square_()).sqrt_()
    lift = step(glow, 0.75, 0.1).mul_(0.22).add_(0.88)
    r, g, b = ((down * (c.sky_bottom[k] - c.sky_top[k])).add_(c.sky_top[k]).mul_(lift) for k in range(3))
    return r, g, b


def tone(linear: Tensor) -> Tensor:
    """Display values 0..1: a soft shoulder for highlights, then gamma 2.2."""
    x = linear.clamp_min(0)
    return (x * 0.22).add_(1).mul_(x).mul_(1.5).div_(x * 0.98 + 1).clamp_(0, 1).pow_(1 / 2.2)
