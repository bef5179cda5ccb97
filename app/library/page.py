"""The Library page: everything on a sheet, what is picked beside it, runs over one another in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from app.controls.empty_state import EmptyState
from app.controls.page import PageWidget
from app.controls.panel_scroll import PanelScroll
from app.controls.surfaces import Rule, on_panel
from app.controls.values.inputs import LineEdit, narrow_combo
from app.flows.shell import Shell
from app.flows.shelving import ShelfFlow
from app.library.compare_view import CompareView
from app.library.entry_panel import EntryPanel
from app.library.menu import entry_menu
from app.library.picks_panel import PicksPanel
from app.library.rows import LibraryRows
from app.library.sheet import LibrarySheet
from app.library.words import Order, Shelf
from app.look.tokens import SPACE_8, SPACE_12, SPACE_16
from app.store.state import Explorer
from engine.protocol.library import Entry

PANEL_PX = 340
_SEARCH_PX = 480
"""No search is longer."""
_IN_LINE_PX = 700
_NOTHING = "Nothing here is like that."
_LOOKING = "Looking for models and runs…"
_HINT = "Pick a model or a run to see its card. Pick two runs (Ctrl and a click) to lay their curves over one another."


class LibraryPage(PageWidget):
    """Leaving it changes nothing; coming back looks at everything anew."""

    def __init__(self, explorer: Explorer, flow: ShelfFlow) -> None:
        super().__init__()
        self._explorer = explorer
        self._library = explorer.library
        self._flow = flow
        self.setAccessibleName("Library")
        self.rows = LibraryRows(explorer)
        self.search = LineEdit()
        self.search.setObjectName("library.search")
        self.search.setPlaceholderText("Search names, kinds, data, notes")
        self.search.setAccessibleName("Search")
        self.search.setClearButtonEnabled(True)
        self.shelf = narrow_combo(tuple(Shelf), name="What is shown")
        self.shelf.setObjectName("library.shelf")
        self.family = narrow_combo(name="Kind of model")
        self.family.setObjectName("library.family")
        self.order = narrow_combo(tuple(Order), name="What comes first", least=14)
        self.order.setObjectName("library.order")
        self.count = QLabel()
        self.count.setProperty("tone", "small")
        self.sheet = LibrarySheet(explorer, self.rows)
        self.empty = EmptyState("", "Show everything")
        self.looking = EmptyState(_LOOKING)
        self.entry = EntryPanel(explorer, self.rows, flow)
        self.picks = PicksPanel(self.rows, flow)
        self.hint = EmptyState(_HINT)
        self.compare = CompareView(explorer, self.rows)
        self._build()
        self._connect()
        self._fill_families()
        self._show_count()
        self._show_picks(())

    def _build(self) -> None:
        self._bar = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._bar.setContentsMargins(SPACE_16, SPACE_12, SPACE_16, SPACE_8)
        self._bar.setSpacing(SPACE_8)
        self.search.setMaximumWidth(_SEARCH_PX)
        self._bar.addWidget(self.search, 100)
        lists = QHBoxLayout()
        lists.setSpacing(SPACE_8)
        for combo in (self.shelf, self.family, self.order):
            lists.addWidget(combo)
        lists.addWidget(self.count)
        lists.addStretch(1)
        self._bar.addLayout(lists, 1)
        middle = QWidget()
        self._middle = QStackedLayout(middle)
        self._middle.addWidget(self.sheet)
        self._middle.addWidget(self.empty)
        self._middle.addWidget(self.looking)
        left = QWidget()
        on_panel(left)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._bar)
        column.addWidget(middle, 1)
        self.panel = PanelScroll()
        self.panel.setFixedWidth(PANEL_PX)
        for part in (self.entry, self.picks, self.hint):
            self.panel.column.addWidget(part)
        sheet = QWidget()
        row = QHBoxLayout(sheet)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left, 1)
        row.addWidget(Rule(Qt.Orientation.Vertical))
        row.addWidget(self.panel)
        self._deck = QStackedLayout(self)
        self._deck.addWidget(sheet)
        self._deck.addWidget(self.compare)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda words: self.rows.choose(words=words))
        self.shelf.activated.connect(lambda _index: self._on_shelf_activated())
        self.family.activated.connect(lambda _index: self.rows.choose(family=str(self.family.currentData() or "")))
        self.order.activated.connect(lambda _index: self._on_order_activated())
        self.rows.modelReset.connect(self._show_count)
        self.sheet.picked.connect(self._show_picks)
        self.sheet.explore_asked.connect(self._on_sheet_explore_asked)
        self.sheet.rename_asked.connect(lambda _source: self.entry.rename())
        self.sheet.discard_asked.connect(self._on_sheet_discard_asked)
        self.sheet.menu_asked.connect(self._on_sheet_menu_asked)
        self.entry.curves_asked.connect(lambda source: self._show_curves((source,)))
        self.picks.compare_asked.connect(self._show_curves)
        self.compare.closed.connect(self._on_compare_closed)
        self.compare.tables_asked.connect(self._flow.export_tables)
        self._library.changed.connect(self._on_library_changed)
        self._library.moved.connect(self._on_library_moved)
        self._library.pointed_at.connect(self._on_library_pointed_at)
        self._explorer.runs.run_changed.connect(lambda _run: self.sheet.viewport().update())
        if self.empty.button is not None:
            self.empty.button.clicked.connect(self._on_empty_button_clicked)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._on_find_activated)

    # ------------------------------------------------------------ what is shown

    def _show_count(self) -> None:
        shown, there = len(self.rows.sources), len(self._library.entries)
        is_listed = self._library.is_listed
        self.count.setText(f"{shown} of {there}" if shown != there else str(there) if is_listed else "")
        self._middle.setCurrentWidget(self.sheet if shown else self.empty if is_listed else self.looking)
        in_trash = self.rows.shelf is Shelf.TRASH and not self.rows.words and not self.rows.family
        self.empty.label.setText("The trash is empty." if in_trash else _NOTHING)

    def _show_picks(self, sources: tuple[str, ...]) -> None:
        entries = [entry for source in sources if (entry := self._library.entry(source)) is not None]
        self.hint.setVisible(not entries)
        self.entry.setVisible(len(entries) == 1)
        self.picks.setVisible(len(entries) > 1)
        self.entry.set_entry(entries[0] if len(entries) == 1 else None)
        self.picks.set_entries(tuple(entries))
        if sources and len(entries) == 1 and self._library.picture(sources[0]) is None:
            self.sheet.refresh_pictures()

    def _show_curves(self, sources: tuple[str, ...]) -> None:
        self.compare.show_runs(sources)
        self._deck.setCurrentIndex(1)
        self.compare.back_button.setFocus(Qt.FocusReason.MouseFocusReason)

    def _fill_families(self) -> None:
        families, chosen = self.rows.families(), self.rows.family
        if [self.family.itemData(k) for k in range(self.family.count())] == ["", *families]:
            return
        self.family.clear()
        self.family.addItem("All kinds", "")
        for name, label in families.items():
            self.family.addItem(label, name)
        self.family.setCurrentIndex(max(0, self.family.findData(chosen)))

    # ------------------------------------------------------------ the store speaks

    def _on_library_changed(self) -> None:
        self._fill_families()
        self._show_count()
        self._show_picks(self.sheet.picks())
        self.sheet.refresh_pictures()

    def _on_library_moved(self, was: str, entry: Entry | None) -> None:
        """What is picked stays picked under its new name and place."""
        if entry is not None and was != entry.source and self.rows.row_of(entry.source) >= 0:
            self.sheet.pick((entry.source,))

    def _on_library_pointed_at(self, source: str) -> None:
        if self.rows.row_of(source) < 0:
            self._on_empty_button_clicked()
        self._deck.setCurrentIndex(0)
        self.sheet.pick((source,))

    # ------------------------------------------------------------ a person's hand

    def _on_shelf_activated(self) -> None:
        self.rows.choose(shelf=Shelf(self.shelf.currentText()))
        self.kept_changed.emit()

    def _on_order_activated(self) -> None:
        self.rows.choose(order=Order(self.order.currentText()))
        self.kept_changed.emit()

    def _on_empty_button_clicked(self) -> None:
        self.search.clear()
        self.shelf.setCurrentIndex(0)
        self.family.setCurrentIndex(0)
        self.rows.choose(shelf=Shelf.ALL, words="", family="")

    def _on_find_activated(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _on_sheet_explore_asked(self, source: str) -> None:
        entry = self._library.entry(source)
        if entry is not None and entry.can_open and not entry.is_in_trash:
            self._flow.explore(source)

    def _on_sheet_discard_asked(self) -> None:
        for source in self.sheet.picks():
            entry = self._library.entry(source)
            if entry is not None and not entry.is_in_trash:
                self._flow.discard(entry)
            elif entry is not None:
                self._flow.erase(entry)

    def _on_sheet_menu_asked(self, at: QPoint) -> None:
        picks = self.sheet.picks()
        entry = self._library.entry(picks[0]) if picks else None
        if entry is not None and len(picks) == 1:
            menu = entry_menu(self, self._flow, self._library, entry)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(at)

    def _on_compare_closed(self) -> None:
        self._deck.setCurrentIndex(0)
        self.sheet.setFocus(Qt.FocusReason.MouseFocusReason)

    # ------------------------------------------------------------ the window speaks

    def first_focus(self) -> QWidget:
        return self.sheet

    def notice_area(self) -> QWidget:
        return self.sheet

    def capture(self) -> dict[str, Any]:
        return {"shelf": self.rows.shelf.value, "order": self.rows.order.value}

    def restore(self, kept: Mapping[str, Any]) -> None:
        for combo, name, kind in ((self.shelf, "shelf", Shelf), (self.order, "order", Order)):
            value = kept.get(name)
            if isinstance(value, str) and value in list(kind) and value != Shelf.TRASH:
                combo.setCurrentIndex(combo.findText(value))
        self.rows.choose(shelf=Shelf(self.shelf.currentText()), order=Order(self.order.currentText()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where search and lists do not stand beside one another, the search has a line of its own."""
        is_narrow = self.width() - PANEL_PX < _IN_LINE_PX
        way = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        if way != self._bar.direction():
            self._bar.setDirection(way)
            self._bar.setStretch(0, 0 if is_narrow else 100)
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Other windows, and whoever trains without one, may have changed what there is."""
        super().showEvent(event)
        self._library.refresh()


def make(shell: Shell) -> LibraryPage:
    """The page as the window wants it."""
    page = LibraryPage(shell.explorer, shell.shelf)
    page.compare.save_asked.connect(shell.curves.save)
    return page
