"""Averaged exemplars and what is added and subtracted of them (Radford 2016, section 6.3.2): pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


def nearest_exemplars(
    wished: Mapping[str, float],
    values: Mapping[str, Tensor],
    spreads: Mapping[str, float],
    shown: Mapping[str, Tensor],
    count: int,
) -> Tensor:
    """Indices of the pictures whose attributes come nearest to the wish, in units of each attribute's spread.

    A picture that does not show a wished attribute is no exemplar of it.
    """
    names = list(wished)
    distance_N = torch.zeros(len(values[names[0]]))
    for name in names:
        distance_N += ((values[name] - wished[name]) / max(spreads[name], 1e-6)).square()
        if name in shown:
            distance_N[~shown[name]] = float("inf")
    order = distance_N.argsort(stable=True)[:count]
    return order[torch.isfinite(distance_N[order])]


def combined(plus: Sequence[Tensor], minus: Sequence[Tensor], strength: float) -> Tensor:
    """plus[0] + strength · (the other pluses - the minuses): a place and a step from it."""
    step_D = torch.zeros_like(plus[0])
    for point_D in plus[1:]:
        step_D = step_D + point_D
    for point_D in minus:
        step_D = step_D - point_D
    return plus[0] + strength * step_D
