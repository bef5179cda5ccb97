"""Sums of averaged places (Radford 2016, section 6.3.2). Shape legend: N exemplars, D coordinates, K neighbours."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.disk.files import ZscapeError
from engine.machine.seeds import generator
from engine.opened.model import OpenedModel
from engine.protocol.made import AddedUp
from engine.protocol.sums import Sign, Sum
from engine.protocol.values import Capability, Recipe

NEIGHBOURS = 8
NOISE = 0.35
"""Of each coordinate's own spread, evenly to both sides."""
_SPREAD_FROM = 64


def add_up(opened: OpenedModel, total: Sum) -> AddedUp:
    """Where each term's average is, where one stands, the step, and noise around the result."""
    if opened.family.latent is None or Capability.DECODE not in opened.family.capabilities:
        raise ZscapeError("no-points", f"“{opened.model.name}” draws pixel by pixel and has no places to add.")
    if any(place.model != opened.fingerprint for term in total.terms for place in term.places):
        raise ZscapeError("wrong-model", f"These places belong to another model than “{opened.model.name}”.")
    means = [_mean(opened, term.places) if term.places else None for term in total.terms]
    step_D = torch.zeros(opened.family.latent.coordinates)
    for index, (term, mean_D) in enumerate(zip(total.terms, means, strict=True)):
        if mean_D is not None and index != total.base:
            step_D = step_D + mean_D if term.sign is Sign.PLUS else step_D - mean_D
    base_D = means[total.base] if total.base >= 0 else None
    return AddedUp(
        model=opened.fingerprint,
        means=tuple(None if mean is None else at(opened, mean) for mean in means),
        base=() if base_D is None else tuple(base_D.tolist()),
        step=tuple(step_D.tolist()),
        noises=tuple(tuple(noise.tolist()) for noise in _noises(opened, total.noise)),
    )


def at(opened: OpenedModel, point_D: Tensor) -> Recipe:
    """The recipe of a point."""
    return Recipe(model=opened.fingerprint, point=tuple(point_D.tolist()))


def _mean(opened: OpenedModel, places: tuple[Recipe, ...]) -> Tensor:
    points = [opened.place(place) for place in places]
    return torch.stack([point for point in points if point is not None]).mean(0)


def _noises(opened: OpenedModel, seed: int) -> Tensor:
    points = [opened.place(Recipe(model=opened.fingerprint, seed=k)) for k in range(_SPREAD_FROM)]
    spread_D = torch.stack([point for point in points if point is not None]).std(0)
    uniform_KD = torch.rand(NEIGHBOURS, len(spread_D), generator=generator(seed, 7)) * 2 - 1
    return NOISE * spread_D * uniform_KD
