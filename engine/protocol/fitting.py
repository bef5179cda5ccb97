"""A recipe as far as a model can follow it: a stranger's, an earlier version's, or another model's."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from engine.protocol.values import Capability, ConditionKind, ModelDescribed, Recipe

K = TypeVar("K", int, str)

SEED_LIMIT = 2**63 - 1
TRUNCATION_LIMIT = 2.0


def fitted(recipe: Recipe, model: ModelDescribed) -> Recipe:
    """The recipe as far as `model` can follow it: unknown sliders and impossible numbers fall away.

    Sessions and pictures come from other versions and other people, and a live model's fingerprint changes
    while it learns.
    """
    names = {direction.name for direction in model.directions}
    axes = {axis.index for axis in model.axes}
    point = recipe.point
    if point is not None and (len(point) != model.latent or not all(map(math.isfinite, point))):
        point = None
    return Recipe(
        model=model.fingerprint,
        seed=min(max(recipe.seed, 0), SEED_LIMIT),
        point=point,
        raw=_kept((index, value) for index, value in recipe.raw if 0 <= index < model.latent),
        axes=_kept((index, value) for index, value in recipe.axes if index in axes),
        directions=_kept((name, value) for name, value in recipe.directions if name in names),
        truncation=bounded(recipe.truncation, TRUNCATION_LIMIT, low=0.0, otherwise=1.0),
        conditions=_possible(recipe, model),
        settings=tuple(
            (setting.name, bounded(value, setting.high, low=setting.low, otherwise=setting.default))
            for setting in model.sampling
            if (value := dict(recipe.settings).get(setting.name)) is not None
        ),
        source=recipe.source if Capability.TRANSLATE in model.capabilities else "",
        known=recipe.known if Capability.COMPLETE in model.capabilities else "",
        app=recipe.app,
    )


def _possible(recipe: Recipe, model: ModelDescribed) -> tuple[tuple[str, float | str], ...]:
    """What the model can be asked for, of what is asked for."""
    wishes = dict(recipe.conditions)
    kept: dict[str, float | str] = {}
    for condition in model.conditions:
        wish = wishes.get(condition.name)
        match condition.kind:
            case ConditionKind.CLASS if isinstance(wish, float | int) and 0 <= wish < len(condition.choices):
                kept[condition.name] = wish
            case ConditionKind.NUMBER if isinstance(wish, float | int) and math.isfinite(wish):
                kept[condition.name] = bounded(wish, condition.high, low=condition.low)
            case ConditionKind.TEXT if isinstance(wish, str):
                kept[condition.name] = wish
            case _:
                pass
    return tuple(sorted(kept.items()))


def in_model(recipe: Recipe, model: ModelDescribed) -> Recipe:
    """The same wish of another model: its seed, and its sliders by name. Coordinates mean nothing in another model."""
    if recipe.model != model.fingerprint:
        recipe = replace(recipe, point=None, raw=(), axes=())
    return fitted(recipe, model)


def bounded(value: float, high: float, *, low: float | None = None, otherwise: float = 0.0) -> float:
    """A finite number within its limits; NaN and infinity become `otherwise`."""
    if not math.isfinite(value):
        return otherwise
    return min(max(float(value), -high if low is None else low), high)


def _kept(pairs: Iterable[tuple[K, float]]) -> tuple[tuple[K, float], ...]:
    return tuple(sorted((key, value) for key, value in dict(pairs).items() if math.isfinite(value)))
