"""Everything that can be done with an entry, as a menu: under its button, and where one right-clicks."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.controls.menu_heading import add_heading
from app.controls.numbers import count_text
from app.flows.shelving import ShelfFlow
from app.store.library import Library, State
from engine.protocol.library import Entry, Origin

LONGER = (1.5, 2.0, 4.0)
"""How much longer a run may be made at once."""


def entry_menu(parent: QWidget, flow: ShelfFlow, library: Library, entry: Entry) -> QMenu:
    """What goes for this entry; what does not go now says why."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    if library.state(entry) is State.TRASH:
        menu.addAction("Bring it back", lambda: flow.bring_back(entry.source))
        menu.addAction("Show its files", lambda: flow.reveal(entry.source))
        menu.addSeparator()
        menu.addAction("Delete it for good…", lambda: flow.erase(entry))
        return menu
    is_run = entry.origin is Origin.RUN
    _off(menu.addAction("Explore", lambda: flow.explore(entry.source)), cannot_open(entry))
    if is_run:
        _add_longer(menu, flow, library, entry)
    _off(menu.addAction("Duplicate with changes…", lambda: flow.duplicate(entry)), cannot_duplicate(entry))
    menu.addSeparator()
    _off(menu.addAction("Export as one file…", lambda: flow.export_model(entry)), cannot_open(entry))
    if is_run:
        menu.addAction("Save curves and figures…", lambda: flow.export_tables((entry.source,), entry.name))
    unknown = "" if entry.config else "Its settings are not known."
    _off(menu.addAction("Save settings (TOML)…", lambda: flow.export_config(entry)), unknown)
    _off(menu.addAction("Copy settings", lambda: flow.copy_config(entry.source)), unknown)
    menu.addAction("Show its files", lambda: flow.reveal(entry.source))
    menu.addSeparator()
    words = "Move to the trash" if entry.origin is not Origin.FILE else "Take out of the list"
    _off(menu.addAction(words, lambda: flow.discard(entry)), flow.why_not_discard(entry))
    return menu


def cannot_open(entry: Entry) -> str:
    """Why it cannot be explored; empty when it can."""
    if entry.can_open:
        return ""
    return entry.trouble or "It has not kept a model yet: go on with it first."


def cannot_duplicate(entry: Entry) -> str:
    """Why the form cannot be filled from it."""
    return "" if entry.config and entry.family else "Its settings are not known."


def cannot_go_on(library: Library, entry: Entry) -> str:
    """Why it cannot be learned on with."""
    if library.state(entry) in (State.LEARNING, State.PAUSED):
        return "It is learning now."
    return "" if entry.can_go_on else "Nothing is kept that it could go on from."


def _add_longer(menu: QMenu, flow: ShelfFlow, library: Library, entry: Entry) -> None:
    why = cannot_go_on(library, entry)
    if entry.step < entry.steps:
        _off(menu.addAction("Go on", lambda: flow.go_on(entry)), why)
    longer = menu.addMenu("Learn longer")
    add_heading(longer, f"{count_text(entry.step)} steps are taken")
    for times in LONGER:
        steps = max(entry.step + 1, round(max(entry.steps, 1) * times))
        longer.addAction(f"Until step {count_text(steps)}", partial(flow.go_on, entry, steps))
    longer.setEnabled(not why)
    longer.menuAction().setToolTip(why)


def _off(action: QAction, why: str) -> None:
    action.setEnabled(not why)
    action.setToolTip(why or action.text().replace("&", ""))
