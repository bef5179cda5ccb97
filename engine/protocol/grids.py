"""Grids: what changes along rows and columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import NormalDist
from typing import TypeVar

from engine.protocol.values import Recipe

K = TypeVar("K", int, str)
V = TypeVar("V", float, float | str)

CELLS_MOST = 65_536
SIDE_MOST = 256
"""Values along one side."""


class Varied(StrEnum):
    """What changes from cell to cell along one side."""

    NOTHING = "nothing"
    SEED = "seed"
    DIRECTION = "direction"
    AXIS = "axis"
    COORDINATE = "coordinate"
    DIVERSITY = "diversity"
    SETTING = "setting"
    CONDITION = "condition"
    PATH = "path"
    """The places of a path, one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a grid: a thing by name, and its value in each row or column."""

    what: Varied = Varied.NOTHING
    name: str = ""
    """Of a direction, setting or condition; the index of an axis or a coordinate."""
    values: tuple[float | str, ...] = ()
    frames: tuple[Recipe, ...] = ()
    """Of a path."""

    def __len__(self) -> int:
        match self.what:
            case Varied.NOTHING:
                return 1
            case Varied.PATH:
                return len(self.frames)
            case _:
                return len(self.values)


_BASES = (Varied.PATH, Varied.SEED)
"""What takes one to another place: it goes first, so that the other side's change is seen there."""


def crossed(root: Recipe, rows: Side, columns: Side) -> tuple[Recipe, ...]:
    """The cells in reading order."""
    rows_first = columns.what not in _BASES or rows.what is Varied.PATH
    cells = []
    for row in range(len(rows)):
        for column in range(len(columns)):
            if rows_first:
                cells.append(changed(changed(root, rows, row), columns, column))
            else:
                cells.append(changed(changed(root, columns, column), rows, row))
    return tuple(cells)


def changed(recipe: Recipe, side: Side, number: int) -> Recipe:
    """The recipe with one thing at one of its values. A displacement of zero is none: equal looks, equal recipes."""
    if side.what is Varied.NOTHING:
        return recipe
    if side.what is Varied.PATH:
        return side.frames[number]
    value = side.values[number]
    if side.what is Varied.CONDITION:
        return replace(recipe, conditions=_with(recipe.conditions, side.name, value))
    amount = float(value)
    match side.what:
        case Varied.SEED:
            return replace(recipe, seed=round(amount), point=None, raw=())
        case Varied.DIRECTION:
            return replace(recipe, directions=_with(recipe.directions, side.name, amount, rest=0.0))
        case Varied.AXIS:
            return replace(recipe, axes=_with(recipe.axes, int(side.name), amount, rest=0.0))
        case Varied.COORDINATE:
            return replace(recipe, raw=_with(recipe.raw, int(side.name), amount))
        case Varied.DIVERSITY:
            return replace(recipe, truncation=amount)
        case Varied.SETTING:
            return replace(recipe, settings=_with(recipe.settings, side.name, amount))
    raise ValueError(f"nothing changes by {side.what}")


def spread(low: float, high: float, count: int) -> tuple[float, ...]:
    """`count` values from `low` to `high`, with no more digits than tell them apart."""
    if count == 1:
        return (low,)
    return tuple(float(f"{low + (high - low) * k / (count - 1):.9g}") + 0.0 for k in range(count))


def quantiles(count: int) -> tuple[float, ...]:
    """Values that share a standard normal evenly (its inverse distribution): a sheet of a two-dimensional latent."""
    normal = NormalDist()
    return tuple(round(normal.inv_cdf((k + 0.5) / count), 6) + 0.0 for k in range(count))


def _with(pairs: tuple[tuple[K, V], ...], key: K, value: V, rest: V | None = None) -> tuple[tuple[K, V], ...]:
    kept = {**dict(pairs), key: value}
    return tuple(sorted((name, amount) for name, amount in kept.items() if name != key or amount != rest))
