"""Material by position: what colour and how shiny the surface is where a ray arrived.

Irises, lips, teeth, brows, stubble, lashes and wrinkles are painted rather than modelled; this is crisper at
64 pixels and costs one evaluation per hit instead of one per step.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.datasets.faces.features import beard_field, brow_distance, folds, lips, mouth_field
from engine.datasets.faces.palette import Colours, linear
from engine.datasets.faces.people import Columns, People
from engine.datasets.faces.shape import Parts, into_face, spread
from engine.datasets.faces.solid import Num, Point, length2, step

TEETH = linear(0.97, 0.96, 0.93)
MOUTH_DARK = linear(0.30, 0.06, 0.08)
TONGUE = linear(0.86, 0.36, 0.38)
EYE_WHITE = linear(0.97, 0.97, 0.98)
LASH = linear(0.07, 0.05, 0.06)
LENS = linear(0.07, 0.07, 0.10)
GREY = linear(0.78, 0.77, 0.76)
GREY_BROW = linear(0.50, 0.49, 0.48)


@dataclass(slots=True)
class Surface:
    """Colour (linear), shininess, and how much light bleeds through as in skin, per hit."""

    r: Tensor
    g: Tensor
    b: Tensor
    gloss: Tensor
    soft: Tensor

    @staticmethod
    def plain(like: Tensor, colour: Point, gloss: float, soft: float) -> Surface:
        """One colour per person."""
        zero = torch.zeros_like(like)
        return Surface(zero + colour[0], zero + colour[1], zero + colour[2], zero + gloss, zero + soft)

    def cover(self, colour: Point, weight: Tensor, gloss: Num | None = None) -> None:
        """Lay a colour over the surface where weight is 1."""
        keep = 1 - weight
        self.r = (self.r * keep).add_(weight * colour[0])
        self.g = (self.g * keep).add_(weight * colour[1])
        self.b = (self.b * keep).add_(weight * colour[2])
        if gloss is not None:
            self.gloss = (self.gloss * keep).add_(weight * gloss)

    def darken(self, weight: Tensor, tint: Point) -> None:
        """Multiply the surface by a tint where weight is 1."""
        self.r = self.r * (weight * (tint[0] - 1)).add_(1)
        self.g = self.g * (weight * (tint[1] - 1)).add_(1)
        self.b = self.b * (weight * (tint[2] - 1)).add_(1)

    def pick(self, other: Surface, weight: Tensor) -> None:
        """Take another surface where weight is 1."""
        keep = 1 - weight
        self.r = (self.r * keep).add_(other.r * weight)
        self.g = (self.g * keep).add_(other.g * weight)
        self.b = (self.b * keep).add_(other.b * weight)
        self.gloss = (self.gloss * keep).add_(other.gloss * weight)
        self.soft = (self.soft * keep).add_(other.soft * weight)


def _skin_marks(s: Surface, x: Tensor, ax: Tensor, y: Tensor, z: Tensor, p: People, c: Colours) -> None:
    """Blush, freckles, nostrils, marks of age."""
    rosy = (1.45 - 1.2 * p.head.age).clamp_min(0.15)
    s.cover(c.blush, step(length2(ax - 0.42, (y - p.head.cheek_y).mul_(1.25)), 0.30, 0.0).mul_(rosy).clamp_(0, 1))
    s.cover(c.blush, step(length2(ax, y + 0.20), 0.20, 0.02).mul_(0.7 * rosy))
    dots = (x * 41).add_(y, alpha=13).sin_().mul_((y * 47).sub_(x, alpha=9).sin_()).sub_(0.25).clamp_(0, 1)
    s.darken(dots.mul_(step(length2(ax - 0.25, (y + 0.14) * 1.6), 0.35, 0.1)).mul_(c.freckles), (0.6, 0.45, 0.35))
    n = p.nose
    hole = length2((ax - n.wing * 0.055).mul_(0.8), y - (n.low - n.size * 0.075))
    s.darken(step(hole, n.size * 0.042, n.size * 0.012).mul_(step(z, 0.6, 0.7)), (0.32, 0.22, 0.2))
    _age_marks(s, x, ax, y, z, p)


def _age_marks(s: Surface, x: Tensor, ax: Tensor, y: Tensor, z: Tensor, p: People) -> None:
    """Folds, bags under the eyes, hollow cheeks and temples, spots.

    Lines alone are lost in 64 pixels; the hollows are what tells a young face from a middle-aged one there.
    """
    aged = p.head.age
    s.darken(folds(ax, y, p).mul_(step(z, 0.2, 0.4)).mul_(aged), (0.40, 0.32, 0.30))
    pouch = step(length2(ax - p.eyes.x, (y - p.eyes.y + 0.22).mul_(1.5)), 0.21, 0.05)
    s.darken(pouch.mul_(aged), (0.56, 0.46, 0.52))
    hollow = step(length2((ax - 0.52).mul_(1.3), (y + 0.44).sub_(ax - 0.52, alpha=0.6)), 0.24, 0.02)
    temple = step(length2((ax - 0.66).mul_(1.2), y - 0.30), 0.24, 0.04)
    s.darken(torch.maximum(hollow, temple).mul_(aged), (0.60, 0.54, 0.52))
    spots = (x * 17).add_(y, alpha=5).sin_().mul_((y * 15).sub_(x, alpha=4).sin_()).sub_(0.45).mul_(3.0).clamp_(0, 1)
    upper = torch.maximum(step(y, 0.38, 0.50), step(ax, 0.36, 0.46).mul_(step(y, -0.55, -0.35)))
    s.darken(spots.mul_(upper).mul_(((p.head.age - 0.25) * 1.35).clamp(0, 1)), (0.62, 0.50, 0.42))


def _mouth(s: Surface, ax: Tensor, y: Tensor, z: Tensor, p: People, c: Colours) -> None:
    m = p.mouth
    f = mouth_field(ax, y, m)
    front = step(z, 0.2, 0.35)
    s.cover(c.lip, step(lips(f, m), 0.08, 0.42).mul_(front), gloss=0.5)
    opening = step(f.inside, 0.0, 0.022).mul_(front).mul_(step(f.u, 1.0, 0.94))
    s.cover(MOUTH_DARK, opening, gloss=0.05)
    tongue = length2(ax * 0.75, y - (m.y - 0.35 * m.corner - m.below))
    s.cover(TONGUE, step(tongue, 0.17, 0.11).mul_(opening).mul_(m.tongue))
    teeth = step(f.above, -m.teeth - 0.03, -m.teeth).mul_(opening).mul_(step(f.u, 0.97, 0.86))
    s.cover(TEETH, teeth.mul_((m.teeth * 40).clamp(0, 1)), gloss=0.45)
    line = step(torch.maximum(f.above.abs(), f.below.abs()), 0.03, 0.006).mul_(step(f.u, 1.06, 1.0)).mul_(front)
    s.darken(line.mul_(1 - opening), (0.38, 0.24, 0.24))


def _beard(s: Surface, ax: Tensor, y: Tensor, z: Tensor, p: People, c: Colours) -> None:
    field = beard_field(ax, y, z, p.mouth, mouth_field(ax, y, p.mouth))
    full = field * p.full_beard
    lock = (ax * 19).add_((y * 9).sin_(), alpha=2).sin_().mul_((y * 17).add_(ax, alpha=5).sin_()).mul_(0.10).add_(1)
    shade = (c.beard[0] * lock, c.beard[1] * lock, c.beard[2] * lock)
    s.cover(shade, full, gloss=0.10)
    s.cover(GREY, full.mul_(step(length2(ax, y + 0.95), 0.55, 0.15)).mul_(((p.head.age - 0.15) * 0.9).clamp(0, 0.75)))
    s.soft = s.soft * (1 - full)
    grain = (ax * 71).add_(y, alpha=31).sin_().mul_((y * 67).sub_(ax, alpha=23).sin_()).mul_(0.05).add_(0.88)
    s.darken(field.mul_(grain).mul_(p.stubble), (0.34, 0.36, 0.42))


def _lashes(s: Surface, ax: Tensor, y: Tensor, z: Tensor, p: People) -> None:
    """A dark line along the upper lid, thick and winged on women; a crease under the lower one."""
    e = p.eyes
    qx, qy, qz = ax - e.x, y - e.y, z - e.z
    near = step(length2(qx, qy), e.radius + 0.07, e.radius + 0.03).mul_(step(z, 0.3, 0.5))
    near = near.mul_(step(qx, -e.radius - 0.005, -e.radius + 0.05))
    upper = (qy * e.upper_cos).sub_(qz * e.upper_sin).sub_(qx, alpha=0.06)
    wide = qx.clamp_min(0).mul_(e.lash * 3.6).add_(e.lash * 0.8 + 0.010)
    s.cover(LASH, step(upper.sub_(0.018).abs_().div_(wide), 1.0, 0.5).mul_(near))
    lower = (qy * e.lower_cos).sub_(qz * e.lower_sin).add_(0.016).abs_()
    s.darken(step(lower, 0.03, 0.01).mul_(near), (0.70, 0.60, 0.60))


def _face(x: Tensor, ax: Tensor, y: Tensor, z: Tensor, p: People, c: Colours) -> Surface:
    s = Surface.plain(x, c.skin, 0.16, 1.0)
    _skin_marks(s, x, ax, y, z, p, c)
    _beard(s, ax, y, z, p, c)
    _lashes(s, ax, y, z, p)
    brow = step(brow_distance(x, ax, y, p.brows, p.eyes), 0.012, -0.012).mul_(step(z, 0.2, 0.35))
    s.cover(c.brow, brow, gloss=0.05)
    s.cover(GREY_BROW, brow.mul_(((p.head.age - 0.1) * 0.9).clamp(0, 0.75)))
    _mouth(s, ax, y, z, p, c)
    return s


def _eye(x: Tensor, ax: Tensor, y: Tensor, z: Tensor, p: People, c: Colours, key_world: Columns) -> Surface:
    e = p.eyes
    s = Surface.plain(x, EYE_WHITE, 0.5, 0.0)
    qx = (ax - e.x).mul_(x.sign()).sub_(e.gaze)
    qy = y - e.y - 0.01
    r = (length2(qx, qy) / e.radius).add_(step(z, e.z + 0.05, e.z))
    s.cover((0.05, 0.04, 0.04), step(r, 0.60, 0.53))
    s.cover(c.iris, step(r, 0.54, 0.47))
    bright = (c.iris[0] * 2 + 0.03, c.iris[1] * 2 + 0.03, c.iris[2] * 2 + 0.03)
    s.cover(bright, step(r, 0.50, 0.30).mul_(step(qy, 0.02, -0.12)))
    s.cover((0.006, 0.005, 0.008), step(r, 0.29, 0.22))
    upper = ((y - e.y).mul_(e.upper_cos)).sub_((z - e.z).mul_(e.upper_sin))
    s.darken(step(upper, -0.09, -0.01), (0.45, 0.42, 0.45))
    spot = length2(qx - (key_world[0] * 0.055 + key_world[0].sign() * 0.02), qy - 0.06)
    s.cover((1.7, 1.7, 1.7), step(spot, 0.048, 0.022))
    return s


def _strands(x: Tensor, y: Tensor, z: Tensor, p: People, c: Colours) -> Surface:
    h = p.hair
    assert h is not None
    s = Surface.plain(x, c.hair, 0.30, 0.0)
    part = spread(h.part, h.rows, p.count)
    around = torch.atan2(x - part * 0.6, (z + 0.12).add_(y, alpha=0.4))
    lock = (around * 21).add_(y, alpha=3).sin_().mul_(0.15).add_((around * 45).add_(y, alpha=5).sin_(), alpha=0.09)
    lock.add_(1)
    s.r, s.g, s.b = s.r * lock, s.g * lock, s.b * lock
    temple = step(length2(y - 0.12, z - 0.20), 0.60, 0.10)
    s.cover(GREY, temple.mul_(((p.head.age - 0.12) * 0.85).clamp(0, 0.72)))
    return s


def paint(x: Tensor, y: Tensor, z: Tensor, found: Parts, p: People, c: Colours, key_world: Columns) -> Surface:
    """The surface at each hit, from the part that is nearest there."""
    fx = into_face(x, y, p.head)
    ax = fx.abs()
    s = _face(fx, ax, y, z, p, c)
    best = found.skin
    others = {
        "eye": lambda: _eye(fx, ax, y, z, p, c, key_world),
        "neck": lambda: Surface.plain(x, c.skin, 0.12, 1.0),
        "shirt": lambda: Surface.plain(x, c.shirt, 0.04, 0.0),
        "hair": lambda: _strands(fx, y, z, p, c),
        "frame": lambda: Surface.plain(x, c.frame, 0.7, 0.0),
        "lens": lambda: Surface.plain(x, LENS, 0.22, 0.0),
    }
    for name, d in found.present()[1:]:
        s.pick(others[name](), (d < best).float())
        best = torch.minimum(best, d)
    return s
