"""Where the keyboard goes, and when a ring shows where it is."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QButtonGroup, QLayout, QScrollArea, QStackedWidget, QWidget

KEYBOARD_REASONS = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
        Qt.FocusReason.OtherFocusReason,
    }
)
"""A ring is wanted after the keyboard moved the focus, not after a click or a change of windows."""


def reading_order(root: QWidget) -> list[QWidget]:
    """What Tab reaches below `root`, in the order in which layouts hold it; what stands free follows by its place.

    Qt goes by the order of making, and panels are filled when a model opens: its Tab would jump to and fro.
    """
    return [widget for widget in _descendants(root) if _takes_tab(widget)]


def move_focus(root: QWidget, *, forward: bool) -> bool:
    """Give the keyboard to the next or the previous control below `root`, round and round."""
    stops = reading_order(root)
    if not stops:
        return False
    now = QApplication.focusWidget()
    if now in stops:
        at = stops.index(now) + (1 if forward else -1)
    else:
        at = _after(root, now, stops) if forward else _after(root, now, stops) - 1
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    target = stops[at % len(stops)]
    target.setFocus(reason)
    _bring_into_view(target)
    return True


def _bring_into_view(widget: QWidget) -> None:
    """A panel that scrolls follows the keyboard, also when it comes from another panel."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(widget)
        around = around.parentWidget()


def _after(root: QWidget, now: QWidget | None, stops: list[QWidget]) -> int:
    """Where the order goes on from a widget that has the keyboard without being a stop itself."""
    every = list(_descendants(root))
    if now not in every:
        return 0
    behind = set(map(id, every[every.index(now) :]))
    return next((number for number, stop in enumerate(stops) if id(stop) in behind), 0)


def _takes_tab(widget: QWidget) -> bool:
    wants = Qt.FocusPolicy.TabFocus.value & widget.focusPolicy().value
    if not wants or not widget.isVisible() or not widget.isEnabled() or widget.focusProxy() is not None:
        return False
    return not isinstance(widget, QAbstractButton) or _speaks_for_its_group(widget)


def _speaks_for_its_group(button: QAbstractButton) -> bool:
    """Of things that exclude one another Tab visits the chosen one; arrows go to the others."""
    group = _group_of(button)
    if group is None or not group.exclusive():
        return True
    chosen = [one for one in group.buttons() if one.isChecked() and one.isEnabled() and one.isVisible()]
    return not chosen or button in chosen


def _group_of(button: QAbstractButton) -> QButtonGroup | None:
    return button.group()  # None for most, whatever the types of PySide say


def _descendants(root: QWidget) -> Iterator[QWidget]:
    for child in _children(root):
        yield child
        yield from _descendants(child)


def _children(parent: QWidget) -> list[QWidget]:
    if isinstance(parent, QStackedWidget):
        current = parent.currentWidget()
        return [] if current is None else [current]
    if isinstance(parent, QScrollArea):
        inner = parent.widget()
        return [] if inner is None else [inner]
    layout = parent.layout()
    placed = [] if layout is None else list(_placed(layout))
    known = set(map(id, placed))
    free = [
        child
        for child in parent.children()
        if isinstance(child, QWidget) and not child.isWindow() and id(child) not in known
    ]
    return placed + sorted(free, key=lambda child: (child.y(), child.x()))


def _placed(layout: QLayout) -> Iterator[QWidget]:
    for number in range(layout.count()):
        item = layout.itemAt(number)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _placed(inner)
