"""Rows and columns of a grid: what changes along each, as NAME=LOW:HIGH:COUNT or NAME=A,B,C."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from engine.commands.pictures import conditions
from engine.disk.files import BadConfig
from engine.disk.recipes import CELLS_LIMIT
from engine.protocol.values import Recipe

if TYPE_CHECKING:
    from engine.opened.model import OpenedModel

FORM = "NAME=LOW:HIGH:COUNT, such as smile=-2:2:5, or NAME=A,B,C"
HELP = f"{FORM}; NAME is a slider, axis1, z0, seed, diversity, a setting or a condition"
K = TypeVar("K", int, str)
Change = tuple[str, str]
"""A name, and a value in words."""


def crossed(opened: OpenedModel, root: Recipe, rows: str | None, columns: str | None) -> tuple[list[Recipe], int]:
    """The cells of a grid in reading order, and how many there are in a row."""
    down, across = _values(rows), _values(columns)
    if len(down) * len(across) > CELLS_LIMIT:
        raise BadConfig("usage", f"A grid has at most {CELLS_LIMIT} cells.")
    cells = [_changed(opened, _changed(opened, root, row), column) for row in down for column in across]
    return cells, len(across)


def _values(text: str | None) -> list[Change | None]:
    """The values along one side; one cell where nothing changes."""
    if text is None:
        return [None]
    name, _, range_text = text.partition("=")
    words = range_text.split(":") if ":" in range_text else []
    if not words:
        values = [word.strip() for word in range_text.split(",") if word.strip()]
    elif len(words) == 3 and words[2].strip().isdigit() and 0 < int(words[2]) <= CELLS_LIMIT:
        low, high, count = _number(words[0]), _number(words[1]), int(words[2])
        values = [f"{low + (high - low) * k / max(1, count - 1):.9g}" for k in range(count)]
    else:
        values = []
    if not name.strip() or not values:
        raise BadConfig("usage", f"“{text[:60]}” is not {FORM}.")
    return [(name.strip(), value) for value in values]


def _changed(opened: OpenedModel, recipe: Recipe, change: Change | None) -> Recipe:
    """The recipe with one thing at one value."""
    if change is None:
        return recipe
    name, text = change
    described = opened.describe()
    sliders = {word: one.name for one in described.directions for word in (one.label.lower(), one.name.lower())}
    if name.lower() in sliders:
        key = sliders[name.lower()]
        return replace(recipe, directions=_with(recipe.directions, key, _number(text)))
    if name.lower().startswith("axis") and name[4:].isdigit() and 0 < int(name[4:]) <= len(described.axes):
        return replace(recipe, axes=_with(recipe.axes, int(name[4:]) - 1, _number(text)))
    if name[:1].lower() == "z" and name[1:].isdigit() and int(name[1:]) < described.latent:
        return replace(recipe, raw=_with(recipe.raw, int(name[1:]), _number(text)))
    if name == "seed":
        return replace(recipe, seed=round(_number(text)), point=None)
    if name in ("diversity", "truncation"):
        return replace(recipe, truncation=_number(text))
    if any(name == setting.name for setting in described.sampling):
        return replace(recipe, settings=_with(recipe.settings, name, _number(text)))
    if any(name == condition.name for condition in described.conditions):
        return replace(recipe, conditions=(*recipe.conditions, *conditions(opened, [f"{name}={text}"])))
    offered = ", ".join([*(one.name for one in described.directions), "axis1 …", "z0 …", "seed", "diversity"])
    raise BadConfig("unknown-slider", f"“{name[:40]}” is nothing that can change here; there are {offered}.")


def _with(pairs: tuple[tuple[K, float], ...], key: K, value: float) -> tuple[tuple[K, float], ...]:
    return tuple(sorted({**dict(pairs), key: value}.items()))


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadConfig("usage", f"“{text[:40]}” is not a number.")
    return value
