"""Averaged exemplars and what is added and subtracted of them (Radford 2016, section 6.3.2): pure functions.

Shape legend: N points, D coordinates, A attributes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

EXEMPLARS = 24
"""So many pictures are averaged: what they do not share averages out."""
AMONG = 3
"""So many times as many pictures fit nearly as well; those are taken that have nothing else in common."""
BALANCE = 10.0
"""What one standard deviation of another attribute's average weighs against a squared spread of the wish."""
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


def balanced_exemplars(
    wished: Mapping[str, float],
    values: Mapping[str, Tensor],
    spreads: Mapping[str, float],
    shown: Mapping[str, Tensor],
    count: int,
) -> Tensor:
    """Indices of pictures that are as wished and otherwise, on average, like everybody.

    What exemplars share beyond the wish does not average out and would be added along with it. So of the pictures that
    fit nearly as well as the nearest `count`, those are picked one after the other that bring the average of every
    other attribute nearest to what it is over all pictures.
    """
    rows_R = nearest_exemplars(wished, values, spreads, shown, AMONG * count)
    others = [name for name in values if name not in wished]
    if len(rows_R) <= count or not others:
        return rows_R[:count]
    distance_R = torch.stack(
        [((values[name][rows_R] - wished[name]) / max(spreads[name], 1e-6)).square() for name in wished]
    ).sum(0)
    near_R = distance_R <= distance_R[count - 1] + 1.0
    rows_R, distance_R = rows_R[near_R], distance_R[near_R]
    others_RA = torch.stack([_standardised(values[name], shown.get(name))[rows_R] for name in others], 1)
    picked: list[int] = []
    sum_A = torch.zeros(len(others))
    for _ in range(count):
        cost_R = BALANCE * ((sum_A + others_RA) / count).square().sum(1) + distance_R / count
        cost_R[picked] = float("inf")
        picked.append(int(cost_R.argmin()))
        sum_A = sum_A + others_RA[picked[-1]]
    return rows_R[picked]


def _standardised(value_N: Tensor, shown_N: Tensor | None) -> Tensor:
    """In deviations from the average of the pictures that show it; those that do not count as average."""
    seen_N = value_N if shown_N is None else value_N[shown_N]
    centred_N = (value_N - seen_N.mean()) / seen_N.std().clamp_min(1e-6)
    return centred_N if shown_N is None else torch.where(shown_N, centred_N, torch.zeros_like(centred_N))


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

    `own_D` may be several rows, which all move as far as they did.

    Of all steps with these guesses it is the one nearest to `step` as points vary (Mahalanobis), so that points do
    not leave where they live: step + S W' (W S W')^+ (wished - W step), W the readouts, own first. Where own and
    others cannot be told apart the correction would explode; it is kept within `most` times the step.
    """
    own_KD = own_D.reshape(-1, len(step_D))
    w_AD = torch.cat((own_KD, others_AD)).double()
    s_DD, step = covariance_DD.double(), step_D.double()
    wished_A = torch.zeros(len(w_AD), dtype=torch.float64)
    wished_A[: len(own_KD)] = w_AD[: len(own_KD)] @ step
    spread_DA = s_DD @ w_AD.T
    correction_D = spread_DA @ torch.linalg.pinv(w_AD @ spread_DA, rtol=1e-4) @ (wished_A - w_AD @ step)
    inverse_DD = torch.linalg.pinv(s_DD)
    size, length = (float((one_D @ inverse_DD @ one_D).clamp_min(0).sqrt()) for one_D in (correction_D, step))
    if size > most * length:
        correction_D = correction_D * (most * length / size)
    held_D: Tensor = (step + correction_D).float()
    return held_D


def corrections(guesses_AD: Tensor, covariance_DD: Tensor, *, damping: float = 1e-2) -> Tensor:
    """The shortest steps (D, A), as points vary, that move one guess by one deviation and no other: S W' (W S W')^-1.

    Damped, so that attributes which points hardly tell apart are corrected less.
    """
    w_AD, s_DD = guesses_AD.double(), covariance_DD.double()
    spread_DA = s_DD @ w_AD.T
    gram_AA = w_AD @ spread_DA
    gram_AA = gram_AA + damping * float(gram_AA.diagonal().mean()) * torch.eye(len(gram_AA), dtype=gram_AA.dtype)
    steps_DA: Tensor = torch.linalg.solve(gram_AA, spread_DA.T).T
    return steps_DA.float()
