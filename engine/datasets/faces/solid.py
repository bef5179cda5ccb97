"""Signed distances of simple solids, over batches of points given as three tensors x, y, z of (B, rays).

Sizes and centres may be numbers or (B, 1) columns. Coordinates stay in separate contiguous tensors, which on a
CPU is twice as fast as a last dimension of 3; numbers become cached tensors, because torch takes twice as long
to start an operation with a Python number. After Inigo Quilez, "distance functions" and "smooth minimum".
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

Num = float | Tensor
Point = tuple[Num, Num, Num]


@lru_cache(maxsize=1024)
def _constant(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float32)


def num(value: Num) -> Tensor:
    """A number as a tensor, made once."""
    return value if isinstance(value, Tensor) else _constant(value)


def _from(x: Tensor, centre: Num) -> Tensor:
    """x relative to a centre; x itself when that is the origin, so callers must not write into it."""
    return x if isinstance(centre, float) and centre == 0.0 else x - num(centre)


def length2(x: Tensor, y: Tensor) -> Tensor:
    """Euclidean length in the plane."""
    return (x * x).add_(y * y).sqrt_()


def length3(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """Euclidean length in space."""
    return (x * x).add_(y * y).add_(z * z).sqrt_()


def sphere(x: Tensor, y: Tensor, z: Tensor, c: Point, r: Num) -> Tensor:
    """Distance to a sphere."""
    return length3(_from(x, c[0]), _from(y, c[1]), _from(z, c[2])).sub_(num(r))


def oval(x: Tensor, y: Tensor, z: Tensor, c: Point, inverse: Point, least: Num) -> Tensor:
    """Distance to a nearly round ellipsoid, (k0 - 1) least: right on the surface, too small away from it."""
    k0 = length3(_from(x, c[0]) * num(inverse[0]), _from(y, c[1]) * num(inverse[1]), _from(z, c[2]) * num(inverse[2]))
    return k0.sub_(num(1.0)).mul_(num(least))


def ellipsoid(x: Tensor, y: Tensor, z: Tensor, c: Point, r: Point) -> Tensor:
    """First-order distance to an ellipsoid, k0 (k0 - 1) / k1: right on the surface, good near it."""
    ix, iy, iz = (1.0 / num(v) for v in r)
    qx, qy, qz = _from(x, c[0]) * ix, _from(y, c[1]) * iy, _from(z, c[2]) * iz
    k0 = length3(qx, qy, qz)
    k1 = length3(qx.mul_(ix), qy.mul_(iy), qz.mul_(iz)).add_(num(1e-6))
    return (k0 - num(1.0)).mul_(k0).div_(k1)


def capsule(x: Tensor, y: Tensor, z: Tensor, a: Point, b: Point, r: Num) -> Tensor:
    """Distance to a rounded rod from a to b."""
    ux, uy, uz = (num(q) - num(p) for p, q in zip(a, b, strict=True))
    qx, qy, qz = _from(x, a[0]), _from(y, a[1]), _from(z, a[2])
    square = ux * ux + uy * uy + uz * uz
    h = (qx * (ux / square)).add_(qy * (uy / square)).add_(qz * (uz / square)).clamp_(0, 1)
    return length3(qx - h * ux, qy - h * uy, qz - h * uz).sub_(num(r))


def smooth_min(a: Tensor, b: Tensor, k: float) -> Tensor:
    """Union whose seam is rounded over a distance k."""
    h = (a - b).abs_().neg_().add_(num(k)).relu_()
    return torch.minimum(a, b).sub_(h.mul_(h).mul_(num(0.25 / k)))


def smooth_max(a: Tensor, b: Tensor, k: float) -> Tensor:
    """Intersection whose edge is rounded over a distance k."""
    h = (a - b).abs_().neg_().add_(num(k)).relu_()
    return torch.maximum(a, b).add_(h.mul_(h).mul_(num(0.25 / k)))


def ramp(t: Tensor, low: Num, high: Num) -> Tensor:
    """From 0 at low straight to 1 at high (low may exceed high)."""
    slope = 1.0 / (num(high) - num(low))
    return (t - num(low)).mul_(slope).clamp_(0, 1)


def step(t: Tensor, low: Num, high: Num) -> Tensor:
    """Smoothstep from 0 at low to 1 at high (low may exceed high)."""
    s = ramp(t, low, high)
    return s.mul(num(-2.0)).add_(num(3.0)).mul_(s).mul_(s)
