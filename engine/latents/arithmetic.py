"""Averaged exemplars and what is added and subtracted of them (Radford 2016, section 6.3.2): pure functions.

Shape legend: N points, D coordinates, A attributes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

EXEMPLARS = 24
"""So many pictures are averaged: what they do not share averages out."""
CATEGORY_SPREAD = 0.05
"""Another category is further away than anything a continuous attribute can make up for."""


def nearest_exemplars(
    wished: Mapping[str, float],
    values: Mapping[str, Tensor],
    spreads: Mapping[str, float],
    shown: Mapping[str, Tensor],
    count: int,
    *,
    within: float = float("inf"),
) -> Tensor:
    """Indices of the pictures whose attributes come nearest to the wish, in units of each attribute's spread.

    A picture that does not show a wished attribute is no exemplar of it, and none is further away than `within`, in
    squared spreads.
    """
    names = list(wished)
    distance_N = torch.zeros(len(values[names[0]]))
    for name in names:
        distance_N += ((values[name] - wished[name]) / max(spreads[name], 1e-6)).square()
        if name in shown:
            distance_N[~shown[name]] = float("inf")
    order = distance_N.argsort(stable=True)[:count]
    return order[torch.isfinite(distance_N[order]) & (distance_N[order] <= within)]


def combined(plus: Sequence[Tensor], minus: Sequence[Tensor], strength: float) -> Tensor:
    """plus[0] + strength · (the other pluses - the minuses): a place and a step from it."""
    step_D = torch.zeros_like(plus[0])
    for point_D in plus[1:]:
        step_D = step_D + point_D
    for point_D in minus:
        step_D = step_D - point_D
    return plus[0] + strength * step_D


def readouts(points_ND: Tensor, values_NA: Tensor, known_NA: Tensor, *, ridge: float = 1e-3) -> Tensor:
    """The gradient (A, D) of the best linear guess of each standardised attribute from the point.

    Ridge regression over the pictures that show the attribute.
    """
    rows = []
    for a in range(values_NA.shape[1]):
        z = points_ND[known_NA[:, a]].double()
        value = values_NA[known_NA[:, a], a].double()
        if len(z) < 2 or float(value.std()) < 1e-9:
            rows.append(torch.zeros(points_ND.shape[1]))
            continue
        z = z - z.mean(0)
        gram = z.T @ z + ridge * z.square().sum() / z.shape[1] * torch.eye(z.shape[1], dtype=z.dtype)
        rows.append((torch.linalg.solve(gram, z.T @ (value - value.mean())) / value.std()).float())
    return torch.stack(rows)


def held_still(step_D: Tensor, own_D: Tensor, others_AD: Tensor, covariance_DD: Tensor, *, most: float = 3.0) -> Tensor:
    """The step that moves its own attribute as far as `step` does, and leaves the guesses of the others as they are.

    Of all steps with these guesses it is the one nearest to `step` as points vary (Mahalanobis), so that points do
    not leave where they live: step + S W' (W S W')^+ (wished - W step), W the readouts, own first. Where own and
    others cannot be told apart the correction would explode; it is kept within `most` times the step.
    """
    w_AD = torch.cat((own_D[None], others_AD)).double()
    s_DD, step = covariance_DD.double(), step_D.double()
    wished_A = torch.zeros(len(w_AD), dtype=torch.float64)
    wished_A[0] = w_AD[0] @ step
    spread_DA = s_DD @ w_AD.T
    correction_D = spread_DA @ torch.linalg.pinv(w_AD @ spread_DA, rtol=1e-4) @ (wished_A - w_AD @ step)
    size = float((correction_D @ torch.linalg.pinv(s_DD) @ correction_D).clamp_min(0).sqrt())
    length = float((step @ torch.linalg.pinv(s_DD) @ step).clamp_min(0).sqrt())
    if size > most * length:
        correction_D = correction_D * (most * length / size)
    held_D: Tensor = (step + correction_D).float()
    return held_D
