"""Ways from one point to another. Shape legend: T steps, N stations, D coordinates."""

from __future__ import annotations

from enum import StrEnum

import torch
from torch import Tensor


class Way(StrEnum):
    """How a path runs between its stations."""

    LINEAR = "linear"
    SLERP = "slerp"
    SPLINE = "spline"


def linear(a_D: Tensor, b_D: Tensor, t_T: Tensor) -> Tensor:
    """Straight on: a + t (b - a)."""
    return torch.lerp(a_D, b_D, t_T[:, None].to(a_D))


def slerp(a_D: Tensor, b_D: Tensor, t_T: Tensor, centre_D: Tensor | None = None) -> Tensor:
    """Along the arc around the centre, its length changing evenly (Shoemake 1985; White 2016).

    Points of a Gaussian in many dimensions lie near a sphere, which a straight line would leave. Nearly parallel
    or opposite directions have no arc of their own: there it is the straight line.
    """
    centre = torch.zeros_like(a_D) if centre_D is None else centre_D
    a, b = (a_D - centre).double(), (b_D - centre).double()
    length_a, length_b = a.norm(), b.norm()
    t = t_T.double()[:, None]
    if min(float(length_a), float(length_b)) < 1e-9:
        return linear(a_D, b_D, t_T)
    unit_a, unit_b = a / length_a, b / length_b
    cosine = float((unit_a @ unit_b).clamp(-1.0, 1.0))
    angle = torch.arccos(torch.tensor(cosine, dtype=torch.float64))
    if abs(cosine) > 1.0 - 1e-9:
        return linear(a_D, b_D, t_T)
    arc = (torch.sin((1.0 - t) * angle) * unit_a + torch.sin(t * angle) * unit_b) / torch.sin(angle)
    way_TD: Tensor = centre + arc * torch.lerp(length_a, length_b, t)
    return way_TD.to(a_D.dtype)


def spline(stations_ND: Tensor, t_T: Tensor, *, closed: bool = False) -> Tensor:
    """A Catmull-Rom curve through all stations, t from 0 (first) to 1 (last, or first again when closed).

    Tangents are half the way between the neighbours (Catmull & Rom 1974); at open ends, the way to the only one.
    """
    n = len(stations_ND)
    if n == 1:
        return stations_ND.expand(len(t_T), -1).clone()
    if closed:
        points = torch.cat((stations_ND[-1:], stations_ND, stations_ND[:2]))
        spans = n
    else:
        first, last = 2 * stations_ND[:1] - stations_ND[1:2], 2 * stations_ND[-1:] - stations_ND[-2:-1]
        points = torch.cat((first, stations_ND, last))
        spans = n - 1
    place = t_T.double().clamp(0.0, 1.0) * spans
    span = place.floor().long().clamp_max(spans - 1)
    u = (place - span)[:, None].to(stations_ND)
    p0, p1, p2, p3 = (points[span + shift] for shift in range(4))
    return 0.5 * (2 * p1 + (p2 - p0) * u + (2 * p0 - 5 * p1 + 4 * p2 - p3) * u**2 + (3 * p1 - p0 - 3 * p2 + p3) * u**3)


def path(stations_ND: Tensor, frames: int, way: Way, centre_D: Tensor | None = None) -> Tensor:
    """`frames` points (T, D) through all stations, from the first to the last, evenly spread over the spans."""
    n = len(stations_ND)
    t_T = torch.linspace(0.0, 1.0, frames, dtype=torch.float64) if frames > 1 else torch.zeros(1, dtype=torch.float64)
    if way is Way.SPLINE or n == 1:
        return spline(stations_ND, t_T)
    place = t_T * (n - 1)
    span = place.floor().long().clamp_max(n - 2)
    pieces = []
    for index in range(n - 1):
        inside = place[span == index] - index
        a_D, b_D = stations_ND[index], stations_ND[index + 1]
        pieces.append(linear(a_D, b_D, inside) if way is Way.LINEAR else slerp(a_D, b_D, inside, centre_D))
    return torch.cat(pieces)
