"""What every page of the window is: a widget that says what it wants of the window around it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

_GUIDE = "guide"


class Tool(StrEnum):
    """Parts of the top bar, and the keys that go with them, that are there for the pages that want them."""

    STEPS = "steps"
    """Undo and redo."""
    PLACE = "place"
    """Random and the seed, and the keys that move a place, mark it and gather others."""
    BEFORE = "before"
    """The picture without what the sliders change, while a button or B is held."""
    EXPORT = "export"


def tell_guide(widget: QWidget, heading: str) -> None:
    """Say what the guide has about this panel, a heading or a family's page: F1 in it opens the guide there."""
    widget.setProperty(_GUIDE, heading)


def guide_of(widget: QWidget | None) -> str:
    """The heading for whatever has the keyboard: of the nearest panel around it that has one; empty without any."""
    while widget is not None:
        heading = widget.property(_GUIDE) or getattr(widget, "guide", "")
        if isinstance(heading, str) and heading:
            return heading
        widget = widget.parentWidget()
    return ""


class PageWidget(QWidget):
    """One page. Leaving it ends nothing: what it shows belongs to the store."""

    kept_changed = Signal()
    """Something that `capture` tells is another one."""

    tools: frozenset[Tool] = frozenset()
    guide: str = ""
    """The heading of the guide that is about this page."""

    def first_focus(self) -> QWidget:
        """Who has the keyboard when the page is turned to by somebody who had it elsewhere."""
        return self

    def notice_area(self) -> QWidget:
        """What notices may cover for a while."""
        return self

    def capture(self) -> dict[str, Any]:
        """What the session keeps of this page, as JSON values: which list is open, not what the store knows."""
        return {}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take over what an earlier session kept; it may come from another version, and hold anything."""
