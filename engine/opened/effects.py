"""What each coordinate of a latent space does to the pictures, measured by drawing. D coordinates."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import torch
from torch import Tensor

from engine.disk.files import ZscapeError
from engine.opened.model import OpenedModel
from engine.protocol.made import EffectsMeasured
from engine.protocol.values import Capability, Recipe

DRAWINGS = 600
"""Pictures for a measurement: few coordinates are tried at several places, many at one."""
PLACES = 4
_SPREAD_FROM = 64
_NARROW = 0.1
"""A coordinate whose points lie closer together than this share of the middle one's spread carries nothing; it is moved
as far as the others, to see whether the decoder would answer."""
_TOLD = 24
"""How often it is said how far it is."""


def measured_effects(opened: OpenedModel) -> Generator[EffectsMeasured | None, None, None]:
    """How much pictures change when one coordinate moves by its own spread: root mean square over all pixels, as a
    share of their range, averaged over some places.
    """
    latent = opened.family.latent
    if latent is None or Capability.DECODE not in opened.family.capabilities:
        raise ZscapeError("no-points", f"“{opened.model.name}” draws pixel by pixel and has no coordinates.")
    roots = [Recipe(model=opened.fingerprint, seed=seed) for seed in range(_places(latent.coordinates))]
    points_ND = [_place(opened, root) for root in roots]
    plain = [opened.numbers([_at(root, z_D)])[0] for root, z_D in zip(roots, points_ND, strict=True)]
    steps_D, found = _steps(opened), []
    for index in range(latent.coordinates):
        total = 0.0
        for root, z_D, x_CHW in zip(roots, points_ND, plain, strict=True):
            moved_D = z_D.clone()
            moved_D[index] += steps_D[index]
            change = (opened.numbers([_at(root, moved_D)])[0] - x_CHW) / 2.0
            total += float(change.square().mean().sqrt())
            yield None
        found.append(total / len(roots))
        if (index + 1) % max(1, latent.coordinates // _TOLD) == 0 or index + 1 == latent.coordinates:
            yield EffectsMeasured(model=opened.fingerprint, effects=tuple(found), of=latent.coordinates)


def _places(coordinates: int) -> int:
    return min(max(DRAWINGS // coordinates, 1), PLACES)


def _place(opened: OpenedModel, recipe: Recipe) -> Tensor:
    z_D = opened.place(recipe)
    assert z_D is not None
    return z_D


def _at(root: Recipe, z_D: Tensor) -> Recipe:
    return replace(root, point=tuple(z_D.tolist()))


def _steps(opened: OpenedModel) -> Tensor:
    """The spread of each coordinate over the model's own places."""
    points = [_place(opened, Recipe(model=opened.fingerprint, seed=seed)) for seed in range(_SPREAD_FROM)]
    spread_D = torch.stack(points).std(0)
    middle = spread_D.median()
    return torch.where(spread_D < _NARROW * middle, middle, spread_D)
