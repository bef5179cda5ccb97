"""Curves drawn on the front of the face, shared by the shape (as relief) and the paint (as colour).

A feature that exists twice, once as geometry and once as colour, must not come apart: both read it here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.datasets.faces.people import Brows, Eyes, Mouth, People
from engine.datasets.faces.solid import length2, num, ramp, step


@dataclass(frozen=True, slots=True)
class MouthField:
    """Where points lie against the mouth: u across (1 at the corners), inside depth, heights past its edges."""

    u: Tensor
    bow: Tensor
    inside: Tensor
    above: Tensor
    below: Tensor

    def rows(self, which: Tensor) -> MouthField:
        """The field of some of the faces."""
        return MouthField(*(v.index_select(0, which) for v in (self.u, self.bow, self.inside, self.above, self.below)))


def mouth_field(ax: Tensor, y: Tensor, m: Mouth) -> MouthField:
    """Signed heights against the mouth at |x|, y; ``inside`` is positive within the opening."""
    u = ax * (1 / m.half_width)
    uu = u * u
    bow = (num(1.0) - uu).relu_()
    line = uu.clamp_max_(1.6).sub_(num(0.35)).mul_(m.corner).add_(m.y)
    above = (y - line).sub_(bow * m.above)
    below = line.sub_(y).sub_(bow * m.below)
    inside = torch.maximum(above, below).neg_()
    return MouthField(u, bow, inside, above, below)


def lips(f: MouthField, m: Mouth) -> Tensor:
    """Relief of the lips, 0 outside and 1 on their crests."""
    root = (f.bow + num(1e-4)).sqrt_()
    notch = (f.u * num(-6.0)).exp_().mul_(num(-0.30)).add_(num(1.0))
    up = notch.mul_(root).mul_(m.upper_lip).add_(num(0.004)).reciprocal_().mul_(f.above)
    low = root.mul_(m.lower_lip).add_(num(0.004)).reciprocal_().mul_(f.below)
    outer = torch.maximum(up, low).clamp_(0, 1)
    return (num(1.0) - outer.mul_(outer)).mul_(ramp(f.u, 1.06, 0.96))


def brow_distance(x: Tensor, ax: Tensor, y: Tensor, b: Brows, eyes: Eyes) -> Tensor:
    """Signed distance in the plane to the tapered stroke of a brow."""
    from_inner = ax - (eyes.x - 0.19)
    t = (from_inner * num(2.5)).clamp_(0, 1)
    bend = 4 * b.arch
    mid = ((b.slope + bend) - t * bend).mul_(t).add_(x * b.skew).add_(b.y)
    along = from_inner.sub_(t * num(0.40))
    radius = (t * t).mul_(-0.6 * b.thickness).add_(b.thickness)
    return length2(along, y - mid).sub_(radius)


def beard_field(ax: Tensor, y: Tensor, z: Tensor, m: Mouth, f: MouthField, rows: Tensor | None = None) -> Tensor:
    """Share of beard, 0 to 1: below the line from the nose over the cheeks to the ears, without the lips."""
    corner, upper, lower, half = (
        v if rows is None else v.index_select(0, rows) for v in (m.corner, m.upper_lip, m.lower_lip, m.half_width)
    )
    line = (ax - num(0.40)).relu_().mul_(num(1.25)).add_(corner * 0.125 - 0.385)
    line.add_((ax * num(-9.0)).exp_().mul_(num(0.03)))
    cover = ramp(line.sub_(y), -0.035, 0.04).mul_(ramp(z, -0.22, 0.02))
    margin = torch.maximum(f.above - upper * 0.9, f.below - lower)
    side = (f.u - 1.0).mul_(half)
    return cover.mul_(ramp(torch.maximum(margin, side), 0.0, 0.05))


def folds(ax: Tensor, y: Tensor, p: People) -> Tensor:
    """Lines of age, 0 to 1: forehead, nose to mouth, under the eyes, crow's feet."""
    m, e = p.mouth, p.eyes
    drop = m.y + 0.20
    t = ((y + 0.26) / drop).clamp_(0, 1)
    nose_mouth = (ax - t.sqrt().mul_(m.half_width - 0.08).add_(0.15)).abs_()
    nose_mouth.add_((t * drop).sub_(y).sub_(0.26).abs_())
    line = step(nose_mouth, 0.060, 0.0)
    bag = length2(ax - e.x, (y - e.y + 0.05).mul_(1.1)).sub_(e.radius + 0.045).abs_()
    line = torch.maximum(line, step(bag, 0.045, 0.0).mul_(step(y, e.y - 0.12, e.y - 0.2)).mul_(0.8))
    wave = (ax * 5).cos_().mul_(-0.012).add_(y)
    forehead = ((wave - 0.53) * (2 * math.pi / 0.085)).cos_().sub_(0.2).clamp_min_(0).mul_(1.25)
    forehead.mul_(step((wave - 0.575).abs_(), 0.13, 0.10)).mul_(step(ax, 0.46, 0.30))
    feet = length2(ax - e.x - 0.22, y - e.y)
    rays = ((y - e.y) * 62).cos_().clamp_min_(0).mul_(step(feet, 0.15, 0.05))
    rays.mul_(step(ax, e.x + 0.2, e.x + 0.24))
    return torch.maximum(torch.maximum(line, forehead), rays)
