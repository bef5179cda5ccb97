"""Pure functions on recipes: change one thing, strip the displacement, fit a stranger's recipe to a model."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from engine.protocol.fitting import SEED_LIMIT, bounded
from engine.protocol.values import ModelDescribed, Point, Recipe, Setting

K = TypeVar("K", int, str)

STRIP_SIGMAS = (-2.0, -1.0, 0.0, 1.0, 2.0)
END_SIGMAS = (-2.0, 2.0)
SMALL_MOVE = 2
"""How much of a place a small move changes: one slider, or the two of a pad."""
SIGMA_LIMIT = 10.0
"""No displacement past this: beyond it every model shows noise, and typed values should not overflow."""


class SliderKind(StrEnum):
    """Which of a recipe's displacements a slider moves."""

    DIRECTION = "direction"
    AXIS = "axis"


def with_direction(recipe: Recipe, name: str, sigmas: float) -> Recipe:
    """The recipe with one named displacement; zero removes it, so that equal looks are equal recipes."""
    rest = [(key, value) for key, value in recipe.directions if key != name]
    return replace(recipe, directions=_ordered(rest, name, bounded(sigmas, SIGMA_LIMIT)))


def with_axis(recipe: Recipe, index: int, sigmas: float) -> Recipe:
    """The recipe displaced along one principal axis."""
    rest = [(key, value) for key, value in recipe.axes if key != index]
    return replace(recipe, axes=_ordered(rest, index, bounded(sigmas, SIGMA_LIMIT)))


def with_raw(recipe: Recipe, index: int, value: float | None) -> Recipe:
    """The recipe with one coordinate set to an absolute value, or (None) back to the drawn one."""
    rest = [(key, number) for key, number in recipe.raw if key != index]
    if value is not None:
        rest.append((index, bounded(value, 100.0)))
    return replace(recipe, raw=tuple(sorted(rest)))


def with_condition(recipe: Recipe, name: str, value: float | str | None) -> Recipe:
    """The recipe asking for a class, a number or a sentence; None asks for none."""
    rest = {key: wish for key, wish in recipe.conditions if key != name}
    if value and isinstance(value, str):
        rest[name] = value
    elif isinstance(value, float | int) and math.isfinite(value):
        rest[name] = float(value)
    return replace(recipe, conditions=tuple(sorted(rest.items())))


def with_setting(recipe: Recipe, setting: Setting, value: float) -> Recipe:
    """The recipe sampled in another way; the default is not told."""
    rest = {key: number for key, number in recipe.settings if key != setting.name}
    value = bounded(value, setting.high, low=setting.low, otherwise=setting.default)
    if value != setting.default:
        rest[setting.name] = value
    return replace(recipe, settings=tuple(sorted(rest.items())))


def with_seed(recipe: Recipe, seed: int) -> Recipe:
    """Another base place under the same displacement; an explicit place and single coordinates give way."""
    return replace(recipe, seed=min(max(int(seed), 0), SEED_LIMIT), point=None, raw=())


def moved_on(recipe: Recipe, model: str, base: Point | None, axes_were: tuple[tuple[int, int, float], ...]) -> Recipe:
    """A place of a run that learned in its result: the very point, displaced along what its axes have become."""
    now = {was: (index, way) for was, index, way in axes_were}
    axes = sorted((now[index][0], now[index][1] * value) for index, value in recipe.axes if index in now)
    moved = replace(recipe, model=model, axes=tuple(axes) if axes_were else recipe.axes)
    return moved if base is None else replace(moved, point=tuple(map(float, base)), raw=())


def plain(recipe: Recipe) -> Recipe:
    """The base place itself: no displacement and no coordinate set by hand."""
    return replace(recipe, raw=(), axes=(), directions=())


def rested(recipe: Recipe, directions: Collection[str], axes: Collection[str]) -> Recipe:
    """The base place with those displacements that are locked."""
    return replace(
        recipe,
        raw=(),
        axes=tuple(pair for pair in recipe.axes if str(pair[0]) in axes),
        directions=tuple(pair for pair in recipe.directions if pair[0] in directions),
    )


def is_displaced(recipe: Recipe) -> bool:
    """True if anything moves the picture away from its base place."""
    return bool(recipe.raw or recipe.axes or recipe.directions)


def is_larger_move(before: Recipe, after: Recipe) -> bool:
    """True if it led to somebody else (another model, seed, picture or wish), or moved many sliders at once, as a
    preset does, or put several back to rest.
    """
    if _whose(before) != _whose(after):
        return True
    old, new = _moved(before), _moved(after)
    changed = sum(old.get(name) != new.get(name) for name in old.keys() | new.keys())
    return changed > SMALL_MOVE or (changed > 1 and not new)


def _whose(recipe: Recipe) -> tuple[object, ...]:
    return recipe.model, recipe.seed, recipe.point, recipe.conditions, recipe.source


def _moved(recipe: Recipe) -> dict[object, object]:
    """What can be changed of a place by one move of a hand, as far as it is not at rest."""
    parts = {"axes": recipe.axes, "directions": recipe.directions, "raw": recipe.raw, "settings": recipe.settings}
    moved: dict[object, object] = {(part, key): value for part, pairs in parts.items() for key, value in pairs}
    if recipe.truncation != 1.0:
        moved["truncation"] = recipe.truncation
    if recipe.known:
        moved["known"] = recipe.known
    return moved


def strip(recipe: Recipe, kind: SliderKind, key: str) -> tuple[Recipe, ...]:
    """Five recipes along one slider, from −2σ to 2σ, everything else as it is."""
    if kind is SliderKind.DIRECTION:
        return tuple(with_direction(recipe, key, sigmas) for sigmas in STRIP_SIGMAS)
    return tuple(with_axis(recipe, int(key), sigmas) for sigmas in STRIP_SIGMAS)


def start_seed(model: ModelDescribed) -> int:
    """The seed a model is first shown with: its card may name a good one."""
    text = dict(model.card).get("first_seed", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def start_sheet(model: ModelDescribed) -> tuple[int, ...]:
    """The seeds a gallery of it begins with; none where its card names none."""
    text = dict(model.card).get("first_sheet", "")
    return tuple(int(number) for number in re.findall(r"\d{1,18}", text[:2000]))


def _ordered(rest: list[tuple[K, float]], key: K, value: float) -> tuple[tuple[K, float], ...]:
    pairs = list(rest)
    if value:
        pairs.append((key, value))
    return tuple(sorted(pairs))
