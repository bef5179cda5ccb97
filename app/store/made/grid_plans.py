"""What a person wants of a grid, and the same as JSON for the session."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from app.store.made.grid_options import MOST, Choice
from engine.protocol.grids import Varied
from engine.protocol.sheets import GAP_MOST, TITLE_LETTERS

SCALES = (1, 2, 4, 8)
"""How often each pixel may be repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPlan:
    """Sides, words and sizes."""

    rows: Choice = field(default_factory=Choice)
    columns: Choice = field(default_factory=Choice)
    title: str = ""
    is_labelled: bool = True
    gap: int = 4
    scale: int = 2
    """How often each pixel is repeated."""


def plan_value(plan: GridPlan) -> dict[str, Any]:
    """A plan as JSON."""
    return asdict(plan)


def read_plan(value: object) -> GridPlan | None:
    """A plan from JSON, or None if it is none."""
    if not isinstance(value, dict):
        return None
    rows, columns = _read_choice(value.get("rows")), _read_choice(value.get("columns"))
    title, gap, scale = value.get("title"), value.get("gap"), value.get("scale")
    if rows is None or columns is None or not isinstance(title, str) or scale not in SCALES or type(scale) is not int:
        return None
    if type(gap) is not int or not 0 <= gap <= GAP_MOST:
        return None
    is_labelled = value.get("is_labelled") is True
    return GridPlan(
        rows=rows, columns=columns, title=title[:TITLE_LETTERS], is_labelled=is_labelled, gap=gap, scale=scale
    )


def _read_choice(value: object) -> Choice | None:
    if not isinstance(value, dict):
        return None
    what, name, count = value.get("what"), value.get("name"), value.get("count")
    low, high = _read_end(value.get("low")), _read_end(value.get("high"))
    if what not in set(Varied) or not isinstance(name, str) or type(count) is not int or not 1 <= count <= MOST:
        return None
    if low is None or high is None:
        return None
    sources = value.get("sources", ())
    if not isinstance(sources, list | tuple) or not all(isinstance(one, str) for one in sources) or len(sources) > MOST:
        return None
    if (Varied(what) is Varied.MODEL) != bool(sources):
        return None
    is_index = Varied(what) in (Varied.AXIS, Varied.COORDINATE)
    if is_index and not (name.isascii() and name.isdigit() and len(name) < 10):
        return None
    return Choice(
        what=Varied(what),
        name=name,
        low=low,
        high=high,
        count=count,
        is_shared=value.get("is_shared") is True,
        is_class=value.get("is_class") is True,
        sources=tuple(sources),
    )


def _read_end(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        end = float(value)
    except OverflowError:
        return None
    return end if math.isfinite(end) else None
