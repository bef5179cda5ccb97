"""The main window: rail, top bar, the page one is on, status bar. It knows pages only as rows of their table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.controls.focus import move_focus
from app.controls.page import PageWidget, Tool
from app.controls.surfaces import Rule, on_panel, on_window
from app.flows.shell import EVALUATE, TRAIN, Shell
from app.shell.actions import ActionId, Actions
from app.shell.farewell import Farewell, parting_words
from app.shell.model_chip import ModelChip
from app.shell.notice_widgets import NoticeStack
from app.shell.page import Page
from app.shell.place_menu import open_picture_menu, open_place_menu
from app.shell.rail import PageRail
from app.shell.statusbar import StatusBar
from app.shell.topbar import TopBar
from app.shell.window_events import DropTarget, WindowKeys
from app.store.edits import Step
from engine.protocol.values import Recipe

LEAST_PX = (960, 640)
FIRST_PX = (1280, 800)


class MainWindow(QWidget):
    """Places the parts and connects their signals; notices stand over what the page can spare."""

    painted_first = Signal()
    page_changed = Signal(str)
    kept_changed = Signal()
    """Something that a page wants kept by the session is another one."""

    def __init__(self, shell: Shell, pages: tuple[Page, ...]) -> None:
        super().__init__()
        self.shell = shell
        self._rows = {row.id: row for row in pages}
        self._made: dict[str, PageWidget] = {}
        self._kept: dict[str, Mapping[str, Any]] = {}
        self._page_id = pages[0].id
        self._is_painted = self._is_leaving = False
        self.setWindowTitle("Zscape")
        self.setMinimumSize(*LEAST_PX)
        self.resize(*FIRST_PX)
        on_window(self)
        explorer = shell.explorer
        self.stack = QStackedWidget()
        first = self.page(self._page_id)  # before all else: its canvas hears of every picture first
        self.actions_table = Actions(shell, pages, self)
        self.addActions(list(self.actions_table))
        self.rail = PageRail(pages, self.actions_table)
        self.chip = ModelChip(explorer, shell.opening, shell.settings, self.actions_table)
        self.top_bar = TopBar(explorer, self.actions_table, self.chip)
        self.status_bar = StatusBar(explorer, shell.board, shell.settings)
        self.body = self._place_parts()
        self.notices = NoticeStack(shell.board, self.body)
        WindowKeys(explorer, self, lambda: Tool.BEFORE in self.page(self._page_id).tools, self.notices.dismiss_newest)
        drops = DropTarget(self, self.body)
        drops.dropped.connect(shell.opening.open_dropped)
        explorer.edits.retraced.connect(self._on_edits_retraced)
        self._connect_long_work()
        self.show_page(self._page_id)
        first.first_focus().setFocus()

    # ------------------------------------------------------------ pages

    @property
    def page_id(self) -> str:
        """The page that is shown."""
        return self._page_id

    @property
    def pages(self) -> tuple[Page, ...]:
        """The table."""
        return tuple(self._rows.values())

    def page(self, page_id: str) -> PageWidget:
        """A page's widget, made when it is first wanted."""
        widget = self._made.get(page_id)
        if widget is None:
            widget = self._rows[page_id].make(self.shell)
            widget.setObjectName(f"page.{page_id}")
            self._made[page_id] = widget
            self.stack.addWidget(widget)
            widget.restore(self._kept.get(page_id, {}))
            widget.kept_changed.connect(self.kept_changed)
        return widget

    def show_page(self, page_id: str) -> None:
        """Show another page of the same state; one that the table does not know changes nothing."""
        if page_id not in self._rows:
            return
        widget = self.page(page_id)
        self._page_id = page_id
        self.shell.explorer.edits.turn_to(page_id)
        self._turn_to(widget)
        self.top_bar.set_tools(widget.tools)
        self.actions_table.set_tools(widget.tools)
        self.notices.set_area(widget.notice_area())
        self.actions_table[ActionId.SHOW_PAGE, page_id].setChecked(True)
        self.page_changed.emit(page_id)

    def make_ahead(self) -> None:
        """Make the pages whose first show should not wait."""
        for row in self._rows.values():
            if row.is_ahead:
                self.page(row.id)

    def capture_pages(self) -> dict[str, dict[str, Any]]:
        """What the session keeps of each page; of one that was not made, what it kept before."""
        made = {page_id: widget.capture() for page_id, widget in self._made.items()}
        return {**{page_id: dict(kept) for page_id, kept in self._kept.items()}, **made}

    def restore_pages(self, kept: Mapping[str, Mapping[str, Any]]) -> None:
        """Take over what an earlier session kept of each page."""
        self._kept = dict(kept)
        for page_id, widget in self._made.items():
            widget.restore(self._kept.get(page_id, {}))

    def _turn_to(self, widget: PageWidget) -> None:
        """Whoever had the keyboard on one page finds it on the next, at no control and without a ring until Tab.

        Qt would give it to the first control that it finds, as if somebody had gone there by key.
        """
        # The stub forgets that nobody may have the keyboard.
        holder = cast("QWidget | None", self.focusWidget())
        if holder is None or widget is self.stack.currentWidget() or not self.stack.isAncestorOf(holder):
            self.stack.setCurrentWidget(widget)
            return
        holder.clearFocus()
        self.stack.setCurrentWidget(widget)
        first = widget.first_focus()
        # What is off or away takes no focus, and Qt would look for the first control of the window: the rail.
        is_there = first.isEnabled() and (first is widget or first.isVisibleTo(widget))
        (first if is_there else widget).setFocus(Qt.FocusReason.MouseFocusReason)

    def _on_edits_retraced(self, step: Step) -> None:
        if step.page != self._page_id:
            self.show_page(step.page)

    # ------------------------------------------------------------ menus

    def open_picture_menu(self, at: QPoint) -> None:
        """What can be done with the picture on the canvas."""
        open_picture_menu(self.actions_table, self.shell, at, self)

    def open_place_menu(self, recipe: Recipe, at: QPoint) -> None:
        """What can be done with a place that is not where we are."""
        open_place_menu(self.shell, recipe, at, self)

    # ------------------------------------------------------------ parts

    def _place_parts(self) -> QWidget:
        body = QWidget()
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.top_bar)
        right.addWidget(Rule())
        right.addWidget(self.stack, 1)
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(Rule(Qt.Orientation.Vertical))
        row.addLayout(right, 1)
        on_panel(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(body, 1)
        whole.addWidget(Rule())
        whole.addWidget(self.status_bar)
        return body

    def _connect_long_work(self) -> None:
        self.status_bar.run_clicked.connect(lambda: self.show_page(TRAIN))
        self.status_bar.measuring_clicked.connect(lambda: self.show_page(EVALUATE))
        self.shell.exporting.progressed.connect(self.status_bar.export.set_progress)
        self.shell.sets.progressed.connect(self.status_bar.drawing.set_progress)
        self.status_bar.drawing.cancel_asked.connect(self.shell.sets.stop)
        self.status_bar.export.cancel_asked.connect(self.shell.exporting.cancel)

    # ------------------------------------------------------------ Qt

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if self._is_leaving:
            return
        self._is_leaving = True
        for beside in self.findChildren(QDialog):
            beside.close()
        farewell = Farewell(self, self.shell) if parting_words(self.shell.explorer.runs.run) else None
        if farewell is None:
            self.hide()  # what follows may take a moment; nobody needs to watch it
        self.shell.close()
        if farewell is not None:
            farewell.linger()
            self.hide()

    def focusNextPrevChild(self, forward: bool) -> bool:
        return move_focus(self, forward=forward)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            self.painted_first.emit()
