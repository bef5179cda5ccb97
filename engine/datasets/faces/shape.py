"""The heads as signed distances, part by part, for a batch of people at once.

Points are in head space: x to the viewer's right, y up, z out of the face, as tensors of (B, rays). Left and
right are mirror images evaluated once through |x|; a slight bend (identity) keeps faces from being symmetric.
Hair, glasses and full beards are evaluated only for the rows (people) that have them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.datasets.faces.features import beard_field, brow_distance, lips, mouth_field
from engine.datasets.faces.people import Columns, Eyes, Glasses, Hair, Head, Nose, People
from engine.datasets.faces.solid import (
    capsule,
    ellipsoid,
    length2,
    length3,
    num,
    oval,
    ramp,
    smooth_max,
    smooth_min,
    sphere,
)

SKULL_Y, SKULL_Z, SKULL_RZ = 0.28, -0.12, 0.86
FAR_AWAY = 50.0


@dataclass(frozen=True, slots=True)
class Body:
    """Neck and shoulders stand still in the world; here are their ends in head space."""

    neck_top: Columns
    neck_base: Columns
    left: Columns
    right: Columns


@dataclass(frozen=True, slots=True)
class Parts:
    """Distance to each part; parts nobody in the batch has are None."""

    skin: Tensor
    eye: Tensor
    neck: Tensor
    shirt: Tensor
    hair: Tensor | None
    frame: Tensor | None
    lens: Tensor | None

    def present(self) -> list[tuple[str, Tensor]]:
        """The parts in this batch, by name."""
        named = (
            ("skin", self.skin), ("eye", self.eye), ("neck", self.neck), ("shirt", self.shirt),
            ("hair", self.hair), ("frame", self.frame), ("lens", self.lens),
        )  # fmt: skip
        return [(name, d) for name, d in named if d is not None]

    def nearest(self) -> Tensor:
        """Distance to the whole scene."""
        first, *others = (d for _, d in self.present())
        for d in others:
            first = torch.minimum(first, d)
        return first


def into_face(x: Tensor, y: Tensor, head: Head) -> Tensor:
    """x with width and bend undone, so that features sit where the numbers say."""
    return (x * (1 / head.width)).add_((num(0.35) - y * num(0.4)).mul_(y).mul_(head.bend))


def spread(values: Tensor, rows: Tensor, count: int) -> Tensor:
    """Distances of some rows as distances of all; nobody else has the part."""
    if rows.numel() == count:
        return values
    return values.new_full((count, values.shape[1]), FAR_AWAY).index_copy_(0, rows, values)


def take(rows: Tensor, count: int, *values: Tensor) -> tuple[Tensor, ...]:
    """The chosen rows of each tensor, without a copy when that is all of them."""
    if rows.numel() == count:
        return values
    return tuple(v.index_select(0, rows) for v in values)


def _skull(x: Tensor, ax: Tensor, y: Tensor, z: Tensor, h: Head) -> Tensor:
    d = oval(x, y, z, (0.0, SKULL_Y, SKULL_Z), (1 / h.skull_x, 1 / h.skull_y, 1 / SKULL_RZ), 0.80)
    jaw = oval(x, y, z, (0.0, -0.27, 0.12), (1 / h.jaw_x, 1 / h.jaw_y, 1 / 0.64), 0.63)
    d = smooth_min(d, jaw, 0.30)
    d = smooth_min(d, sphere(ax, y, z, (0.40, -0.60, 0.02), h.corner), 0.25)
    d = smooth_min(d, sphere(x, y, z, (0.0, h.chin_y, 0.46), h.chin), 0.28)
    d = smooth_min(d, sphere(ax, y, z, (0.36, h.cheek_y, 0.46), h.cheek), 0.16)
    return smooth_min(d, sphere(ax, y, z, (0.40, -0.66, 0.26), h.jowl), 0.14)


def _nose(ax: Tensor, y: Tensor, z: Tensor, n: Nose) -> Tensor:
    d = capsule(ax, y, z, (0.0, 0.16, 0.69), (0.0, n.low + 0.04, n.reach - 0.03), n.size * 0.060)
    d = smooth_min(d, sphere(ax, y, z, (0.0, n.low + n.tip, n.reach), n.size * 0.108), 0.09)
    wing = (n.wing * 0.095, n.low - 0.025, n.reach - 0.085)
    return smooth_min(d, sphere(ax, y, z, wing, n.size * 0.068), 0.07)


def _ear(ax: Tensor, y: Tensor, z: Tensor, h: Head) -> Tensor:
    s = h.ear
    outer = ellipsoid(ax, y, z, (0.80, 0.0, -0.10), (s * 0.13, s * 0.225, s * 0.14))
    hollow = sphere(ax, y, z, (0.90, 0.02, 0.03), s * 0.11)
    return smooth_max(outer, hollow.neg_(), 0.06)


def _lids(ax: Tensor, y: Tensor, z: Tensor, e: Eyes) -> tuple[Tensor, Tensor]:
    """Lid shell with its almond opening, and the eyeball inside it."""
    qx, qy, qz = ax - e.x, y - e.y, z - e.z
    r = length3(qx, qy, qz)
    upper = (qy * e.upper_cos).sub_(qz * e.upper_sin).sub_(qx * num(0.06))
    lower = (qz * e.lower_sin).sub_(qy * e.lower_cos)
    opening = torch.maximum(upper, lower)
    return smooth_max(r - (e.radius + 0.024), opening.neg_(), 0.02), r - e.radius


def _relief(x: Tensor, ax: Tensor, y: Tensor, z: Tensor, p: People) -> Tensor:
    """Height of lips, mouth cavity, brows and beard over the skin."""
    f, m = mouth_field(ax, y, p.mouth), p.mouth
    relief = lips(f, m).mul_(num(0.040))
    relief.sub_((f.inside * num(1.3)).clamp_(0, 0.11).mul_(ramp(f.u, 1.0, 0.9)))
    relief.add_(ramp(brow_distance(x, ax, y, p.brows, p.eyes), 0.03, -0.03).mul_(num(0.032)))
    relief.mul_(ramp(z, 0.10, 0.35))
    if p.beard_rows.numel():
        bx, bax, by, bz = take(p.beard_rows, p.count, x, ax, y, z)
        field = beard_field(bax, by, bz, m, f.rows(p.beard_rows), p.beard_rows)
        curls = (bx * 19).add_((by * 9).sin_(), alpha=2).sin_().mul_((by * 17).add_(bx, alpha=5).sin_())
        curls.mul_(num(0.10)).add_(num(1.0))
        relief.index_add_(0, p.beard_rows, field.mul_(curls), alpha=0.105)
    return relief


def _skin(x: Tensor, ax: Tensor, y: Tensor, z: Tensor, p: People) -> tuple[Tensor, Tensor]:
    e = p.eyes
    d = _skull(x, ax, y, z, p.head)
    socket = sphere(ax, y, z, (e.x + 0.01, e.y + 0.03, 0.935), 0.20)
    d = smooth_max(d, socket.neg_(), 0.14)
    d = smooth_min(d, _nose(ax, y, z, p.nose), 0.09)
    d = smooth_min(d, _ear(ax, y, z, p.head), 0.05)
    d.sub_(_relief(x, ax, y, z, p))
    lid, ball = _lids(ax, y, z, e)
    return smooth_min(d, lid, 0.035), ball


def _hair(x: Tensor, ax: Tensor, y: Tensor, z: Tensor, h: Hair) -> Tensor:
    t = h.thick
    grown = (1 / (h.skull_x + t), 1 / (h.skull_y + t * 1.15), 1 / (t + SKULL_RZ))
    d = oval(x, y, z, (0.0, SKULL_Y, SKULL_Z), grown, t + 0.80)
    d = smooth_min(d, ellipsoid(x, y, z, (h.top_x, h.top_y, h.top_z), (h.top_rx, h.top_ry, h.top_rz)), 0.13)
    line = (y * num(0.847)).sub_(z * num(0.53)).add_((x - h.part).abs_().mul_(h.swept))
    line.add_(ramp(ax, 0.62, 0.50).mul_(h.fringe)).add_((ax * ax).mul_(h.temples))
    d = smooth_max(d, h.line - line, 0.05)
    d = smooth_min(d, _curtain(x, ax, y, z, h), 0.10)
    f = h.wave_frequency
    wave = (x * f).add_(y, alpha=4).sin_().mul_((y * f).sub_(x, alpha=3).sin_()).mul_((z * f).cos_())
    return d.add_(wave.mul_(h.wave))


def _curtain(x: Tensor, ax: Tensor, y: Tensor, z: Tensor, h: Hair) -> Tensor:
    """Hair hanging at the sides and the back, an ellipsoid pulled down, open at the face."""
    low = (h.curtain + 0.4).clamp_max(0.29)
    stretch = y - torch.maximum(y, low).clamp_max_(0.30)
    d = ellipsoid(x, stretch, z, (0.0, 0.0, -0.22), (h.curtain_width, 0.42, 0.86))
    face = (ax - num(0.86)).clamp_min_(-0.35).mul_(num(-0.9)).add_(z).sub_(num(0.30))
    return smooth_max(d, face, 0.10).add_(h.curtain_away)


def _glasses(ax: Tensor, y: Tensor, z: Tensor, g: Glasses) -> tuple[Tensor, Tensor | None]:
    depth = 0.90
    qx, qy, qz = ax - g.x, y - g.y, (ax * num(0.22)).add_(z).sub_(num(depth + 0.02))
    bx, by = qx.abs_().sub_(g.box_x), qy.abs_().sub_(g.box_y)
    flat = length2(bx.clamp_min(0), by.clamp_min(0)).add_(torch.maximum(bx, by).clamp_max_(0)).sub_(g.rounding)
    d = length2(flat, qz).sub_(g.wire)
    bridge_end = (g.x - 0.26, g.y + 0.05, depth - 0.02)
    d = torch.minimum(d, capsule(ax, y, z, (0.0, g.y + 0.06, depth), bridge_end, g.wire))
    hinge = (g.x + 0.285, g.y + 0.07, depth - 0.14)
    d = torch.minimum(d, capsule(ax, y, z, hinge, (0.86, g.y + 0.06, -0.08), 0.030))
    if not g.sun_rows.numel():
        return d, None
    flat, qz = take(g.sun_of_glasses, g.rows.numel(), flat, qz)
    return d, torch.maximum(flat, qz.abs().sub_(0.02))


def parts(x: Tensor, y: Tensor, z: Tensor, p: People, body: Body) -> Parts:
    """Distance from each point to each part of its person."""
    fx = into_face(x, y, p.head)
    ax = fx.abs()
    skin, eye = _skin(fx, ax, y, z, p)
    hair = frame = lens = None
    if p.hair is not None:
        hx, hax, hy, hz = take(p.hair.rows, p.count, fx, ax, y, z)
        hair = spread(_hair(hx, hax, hy, hz, p.hair), p.hair.rows, p.count)
    if p.glasses is not None:
        gx, gy, gz = take(p.glasses.rows, p.count, ax, y, z)
        frame, lens = _glasses(gx, gy, gz, p.glasses)
        frame = spread(frame, p.glasses.rows, p.count)
        lens = None if lens is None else spread(lens, p.glasses.sun_rows, p.count)
    neck = capsule(x, y, z, body.neck_top, body.neck_base, p.head.neck)
    shirt = capsule(x, y, z, body.left, body.right, 0.50)
    collar = sphere(x, y, z, body.neck_base, p.head.neck + 0.10)
    return Parts(skin, eye, neck, smooth_min(shirt, collar, 0.25), hair, frame, lens)


def distance(x: Tensor, y: Tensor, z: Tensor, p: People, body: Body) -> Tensor:
    """Distance to the whole person."""
    return parts(x, y, z, p, body).nearest()
