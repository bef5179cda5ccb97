"""A row of the table of pages. Rail, stack, keys, help and session are made from these rows and know no page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.controls.page import PageWidget
from app.flows.shell import Shell


class Group(StrEnum):
    """What one does on a page; the rail leaves a gap between groups."""

    LOOK = "look"
    MAKE = "make"
    JUDGE = "judge"
    LEARN = "learn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`make` is called when the page is first wanted, and should import what only this page needs."""

    id: str
    label: str
    icon: str
    keys: str
    """Its shortcuts, apart by semicolons."""
    group: Group
    make: Callable[[Shell], PageWidget]
    is_ahead: bool = False
    """Made while the engine starts, when nothing can be done yet anyway, so that the first click need not wait."""
    also: str = ""
    """A second object name of its button in the rail, that scripts rely on."""
