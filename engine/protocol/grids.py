"""Grids: what changes along rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from engine.protocol.fitting import in_model
from engine.protocol.record import record
from engine.protocol.sheets import LABEL_LETTERS, TITLE_LETTERS, Sheet
from engine.protocol.values import ModelDescribed, Recipe

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
    MODEL = "model"
    """The same wish of several models, or of a run as it learned."""


@record
class Side:
    """One side of a grid: a thing by name, and its value in each row or column."""

    what: Varied = Varied.NOTHING
    name: str = ""
    """Of a direction, setting or condition; the index of an axis or a coordinate."""
    values: tuple[float | str, ...] = ()
    frames: tuple[Recipe, ...] = ()
    """Of a path."""
    models: tuple[ModelDescribed | None, ...] = ()
    """What `values`, the sources of models, turned out to be; None for those that are not open yet."""
    labels: tuple[str, ...] = ()
    """Names of models."""

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
    """The cells in reading order. Seeds on both sides run on from row to row."""
    if rows.what is columns.what is Varied.SEED:
        first = seed_of(rows, 0)
        return tuple(_at_seed(root, first + k) for k in range(len(rows) * len(columns)))
    rows_first = rows.what is not Varied.MODEL and (columns.what not in _BASES or rows.what is Varied.PATH)
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
    if side.what is Varied.MODEL:
        model = side.models[number]
        return replace(recipe, model="") if model is None else in_model(recipe, model)
    if side.what is Varied.CONDITION:
        return replace(recipe, conditions=_with(recipe.conditions, side.name, value))
    amount = float(value)
    match side.what:
        case Varied.SEED:
            return _at_seed(recipe, seed_of(side, number))
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


def cell_sources(rows: Side, columns: Side) -> tuple[str, ...]:
    """Whose each cell is, in reading order, where that changes; else nothing."""
    if rows.what is Varied.MODEL:
        return tuple(str(value) for value in rows.values for _ in range(len(columns)))
    if columns.what is Varied.MODEL:
        return tuple(str(value) for value in columns.values) * len(rows)
    return ()


def spread(low: float, high: float, count: int) -> tuple[float, ...]:
    """`count` values from `low` to `high`, with no more digits than tell them apart."""
    if count == 1:
        return (low,)
    return tuple(float(f"{low + (high - low) * k / (count - 1):.9g}") + 0.0 for k in range(count))


def quantiles(count: int) -> tuple[float, ...]:
    """Values that share a standard normal evenly (its inverse distribution): a sheet of a two-dimensional latent."""
    from statistics import NormalDist  # not with the program, whose start it delays

    normal = NormalDist()
    return tuple(round(normal.inv_cdf((k + 0.5) / count), 6) + 0.0 for k in range(count))


def seed_of(side: Side, number: int) -> int:
    """A seed, with all its digits."""
    value = side.values[number]
    return value if isinstance(value, int) else round(float(value))


def _at_seed(recipe: Recipe, seed: int) -> Recipe:
    return replace(recipe, seed=seed, point=None, raw=())


def side_name(side: Side, model: ModelDescribed) -> str:
    """What changes along a side, in words."""
    match side.what:
        case Varied.DIRECTION:
            labels = {each.name: each.label for each in model.directions}
            return labels.get(side.name) or _spoken(side.name)
        case Varied.AXIS:
            return f"Axis {int(side.name) + 1}"
        case Varied.COORDINATE:
            return f"z {side.name}"
        case Varied.SETTING | Varied.CONDITION:
            named = {each.name: each.label for each in model.sampling}
            named |= {each.name: each.label for each in model.conditions}
            return named.get(side.name) or _spoken(side.name)
        case Varied.NOTHING:
            return ""
        case Varied.SEED | Varied.DIVERSITY | Varied.PATH | Varied.MODEL:
            return side.what.value.capitalize()


def side_labels(side: Side, model: ModelDescribed) -> tuple[str, ...]:
    """The value in each row or column, in words."""
    if side.what is Varied.PATH:
        return tuple(str(number + 1) for number in range(len(side)))
    if side.what is Varied.MODEL:
        return side.labels
    if side.what is Varied.SEED:
        return tuple(str(seed_of(side, number)) for number in range(len(side)))
    choices = {each.name: each.choices for each in model.conditions}.get(side.name, ())
    if side.what is Varied.CONDITION and choices:
        return tuple(choices[int(value)] for value in side.values)
    return tuple(value if isinstance(value, str) else number_label(value) for value in side.values)


def number_label(value: float) -> str:
    """A number with a true minus, and no more digits than are seen."""
    return f"{round(value, 2) + 0.0:g}".replace("-", "−") if abs(value) < 1000 else f"{round(value)}"


def labelled_sheet(
    model: ModelDescribed, rows: Side, columns: Side, *, title: str = "", gap: int = 0,
    names: Mapping[tuple[str, str], str] | None = None,
) -> Sheet:  # fmt: skip
    """A sheet that tells what changes. Where seeds run on from row to row, rows tell their first."""
    own = names or {}
    across, down = (own.get((side.what.value, side.name)) or side_name(side, model) for side in (columns, rows))
    row_labels, column_labels = side_labels(rows, model), side_labels(columns, model)
    if rows.what is columns.what is Varied.SEED:
        first, wide = seed_of(rows, 0), len(columns)
        across, column_labels = "", ()
        row_labels = tuple(str(first + row * wide) for row in range(len(rows)))
    return Sheet(
        title=title[:TITLE_LETTERS],
        gap=gap,
        across=across[:LABEL_LETTERS],
        down=down[:LABEL_LETTERS],
        rows=tuple(label[:LABEL_LETTERS] for label in row_labels),
        columns=tuple(label[:LABEL_LETTERS] for label in column_labels),
    )


def _spoken(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()


def _with(pairs: tuple[tuple[K, V], ...], key: K, value: V, rest: V | None = None) -> tuple[tuple[K, V], ...]:
    kept = {**dict(pairs), key: value}
    return tuple(sorted((name, amount) for name, amount in kept.items() if name != key or amount != rest))
