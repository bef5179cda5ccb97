"""Ways from one point to another. Shape legend: T steps, N stations, D coordinates, S spans, M measured places."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.protocol.walks import Easing, Way


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
    t_T = torch.linspace(0.0, 1.0, frames, dtype=torch.float64) if frames > 1 else torch.zeros(1, dtype=torch.float64)
    return along(stations_ND, t_T * max(1, len(stations_ND) - 1), way, centre_D)


def along(
    stations_ND: Tensor, place_T: Tensor, way: Way, centre_D: Tensor | None = None, *, closed: bool = False
) -> Tensor:
    """Points (T, D) at places along the way, counted in spans: 1.5 is half way from the second station to the third.

    The even way runs where the spherical one does; only its places are chosen otherwise (`evened`).
    """
    n = len(stations_ND)
    spans = n if closed and n > 1 else max(1, n - 1)
    place_T = place_T.double()
    if way is Way.SPLINE or n == 1:
        return spline(stations_ND, place_T / spans, closed=closed and n > 1)
    span = place_T.floor().long().clamp(0, spans - 1)
    points_TD = stations_ND.new_empty(len(place_T), stations_ND.shape[1])
    for index in range(spans):
        rows = span == index
        inside = place_T[rows] - index
        a_D, b_D = stations_ND[index], stations_ND[(index + 1) % n]
        points_TD[rows] = linear(a_D, b_D, inside) if way is Way.LINEAR else slerp(a_D, b_D, inside, centre_D)
    return points_TD


def eased(share: Tensor, easing: Easing) -> Tensor:
    """Which share of the way is behind after a share of the time; 0 and 1 stay."""
    match easing:
        case Easing.STEADY:
            return share
        case Easing.GENTLE:
            return share.square() * (3.0 - 2.0 * share)
        case Easing.SLOW_START:
            return share.square()
        case Easing.SLOW_END:
            return 1.0 - (1.0 - share).square()


def places_at(time_T: Tensor, seconds: Sequence[float], easings: Sequence[Easing]) -> Tensor:
    """Where one is (T,), counted in spans, at moments of a path whose spans take so many seconds."""
    ends_S = torch.tensor(seconds, dtype=torch.float64).cumsum(0)
    starts_S = ends_S - torch.tensor(seconds, dtype=torch.float64)
    span_T = torch.searchsorted(ends_S, time_T.double(), right=True).clamp_max(len(seconds) - 1)
    share_T = ((time_T - starts_S[span_T]) / (ends_S - starts_S)[span_T]).clamp(0.0, 1.0)
    place_T = torch.empty_like(share_T)
    for index, easing in enumerate(easings):
        rows = span_T == index
        place_T[rows] = index + eased(share_T[rows], easing)
    return place_T


def evened(place_M: Tensor, step_M: Tensor, share_T: Tensor) -> Tensor:
    """Places (T,) at shares of the whole visible length: `step_M` is the length from `place_M[m]` to its next.

    The inverse of the arc length, which is linear between measured places.
    """
    length_M = torch.cat((step_M.new_zeros(1), step_M.double().clamp_min(0))).cumsum(0)
    whole = float(length_M[-1])
    if whole <= 0.0:  # every picture is the same: any speed is even
        return place_M[0] + share_T * (place_M[-1] - place_M[0])
    wanted_T = share_T.double() * whole
    right_T = torch.searchsorted(length_M, wanted_T, right=True).clamp(1, len(length_M) - 1)
    low_T, high_T = length_M[right_T - 1], length_M[right_T]
    inside_T = torch.where(high_T > low_T, (wanted_T - low_T) / (high_T - low_T).clamp_min(1e-300), 0.0)
    return torch.lerp(place_M[right_T - 1], place_M[right_T], inside_T)
