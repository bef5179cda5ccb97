"""The main window: places the panels and connects their signals. No logic lives here."""

from __future__ import annotations

from typing import Protocol, cast

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.controls.focus import move_focus
from app.controls.surfaces import Rule, on_panel, on_window
from app.explore.canvas import Canvas
from app.explore.grid_overlay import GridOverlay
from app.explore.latent_panel import LatentPanel
from app.explore.tray import Tray
from app.flows.making import SetFlow
from app.shell.actions import ActionId, Actions, Shell
from app.shell.model_chip import ModelChip
from app.shell.notice_widgets import NoticeStack
from app.shell.place_menu import open_canvas_menu, open_place_menu
from app.shell.rail import ModeRail
from app.shell.statusbar import StatusBar
from app.shell.topbar import TopBar
from app.shell.window_events import DropTarget, WindowKeys
from app.store.client import Client
from app.store.notices import NoticeBoard
from engine.protocol.answers import RecipeRead
from engine.protocol.values import Recipe

LEAST_PX = (960, 640)
FIRST_PX = (1280, 800)
EXPLORE, TRAIN = "explore", "train"


class WindowShell(Shell, Protocol):
    """What the window needs besides what its actions need."""

    board: NoticeBoard
    sets: SetFlow
    stopped_cleanly: bool

    @property
    def client(self) -> Client: ...
    def train_page(self) -> QWidget: ...
    def close(self) -> None: ...


class MainWindow(QWidget):
    """Rail, top bar, the page of the mode, status bar; notices over the bottom right corner."""

    painted_first = Signal()
    mode_changed = Signal(str)

    def __init__(self, shell: WindowShell) -> None:
        super().__init__()
        self.shell = shell
        self._mode = EXPLORE
        self._is_painted = False
        self._train: QWidget | None = None
        self.setWindowTitle("Zscape")
        self.setMinimumSize(*LEAST_PX)
        self.resize(*FIRST_PX)
        on_window(self)
        self.actions_table = Actions(shell, self)
        self.addActions(list(self.actions_table))
        explorer = shell.explorer
        self.canvas = Canvas(explorer)
        self.sliders = LatentPanel(explorer)
        self.tray = Tray(explorer)
        self.rail = ModeRail(self.actions_table)
        self.chip = ModelChip(explorer, shell.opening, shell.settings, self.actions_table)
        self.top_bar = TopBar(explorer, self.actions_table, self.chip)
        self.status_bar = StatusBar(explorer, shell.board)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._made_explore_page())
        self.body = self._placed()
        self.notices = NoticeStack(shell.board, self.body)
        WindowKeys(explorer, self)
        drops = DropTarget(self, self.body)
        drops.dropped.connect(shell.opening.open_dropped)
        shell.opening.grid_read.connect(self._on_opening_grid_read)
        shell.opening.folder_asked.connect(lambda: self.show_mode(TRAIN))
        self._connect_pictures()
        self.status_bar.run_clicked.connect(lambda: self.show_mode(TRAIN))
        self.actions_table[ActionId.EXPLORE].setChecked(True)
        self.canvas.setFocus()

    @property
    def mode(self) -> str:
        """The page that is shown."""
        return self._mode

    def show_mode(self, mode: str) -> None:
        """Show another page of the same state."""
        if mode == TRAIN:
            self.prepare_train()
        self._mode = mode if mode == TRAIN else EXPLORE
        self._turn_to(1 if self._mode == TRAIN else 0)
        self.top_bar.set_exploring(self._mode == EXPLORE)
        self.actions_table[ActionId.TRAIN if self._mode == TRAIN else ActionId.EXPLORE].setChecked(True)
        self.mode_changed.emit(self._mode)

    def _turn_to(self, index: int) -> None:
        """Whoever had the keyboard on one page finds it on the next, at no control and without a ring until Tab.

        Qt would give it to the first control that it finds, as if somebody had gone there by key.
        """
        # The stub forgets that nobody may have the keyboard.
        holder = cast("QWidget | None", self.focusWidget())
        if holder is None or index == self.pages.currentIndex() or not self.pages.isAncestorOf(holder):
            self.pages.setCurrentIndex(index)
            return
        holder.clearFocus()
        self.pages.setCurrentIndex(index)
        target = self._train if index else self.canvas
        if target is not None:
            target.setFocus(Qt.FocusReason.MouseFocusReason)

    def prepare_train(self) -> None:
        """Make the page for runs, so that the first click on it need not wait."""
        if self._train is None:
            self._train = self.shell.train_page()
            self.pages.addWidget(self._train)

    def _made_explore_page(self) -> QWidget:
        page = QWidget()
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.canvas, 1)
        left.addWidget(self.tray)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.sliders)
        return page

    def _placed(self) -> QWidget:
        body = QWidget()
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.top_bar)
        right.addWidget(Rule())
        right.addWidget(self.pages, 1)
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

    def _connect_pictures(self) -> None:
        self.canvas.open_asked.connect(self.actions_table[ActionId.OPEN_MODEL].trigger)
        self.canvas.drag_asked.connect(self.shell.exporting.drag_out_picture)
        self.canvas.menu_asked.connect(self._on_canvas_menu_asked)
        self.shell.exporting.progressed.connect(self.status_bar.export.set_progress)
        self.shell.sets.progressed.connect(self.status_bar.drawing.set_progress)
        self.status_bar.drawing.cancel_asked.connect(self.shell.sets.stop)
        self.status_bar.export.cancel_asked.connect(self.shell.exporting.cancel)
        self.tray.drag_asked.connect(self.shell.exporting.drag_out_place)
        self.tray.menu_asked.connect(self._on_tray_menu_asked)

    def _on_canvas_menu_asked(self, at: QPoint) -> None:
        open_canvas_menu(self.actions_table, at, self)

    def _on_tray_menu_asked(self, recipe: Recipe, at: QPoint) -> None:
        open_place_menu(self.shell, recipe, at, self)

    def _on_opening_grid_read(self, read: RecipeRead) -> None:
        self.show_mode(EXPLORE)
        overlay = GridOverlay(read, self.canvas)
        overlay.cell_chosen.connect(self.shell.opening.restore)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.hide()  # what follows may take a moment; nobody needs to watch it
        self.shell.close()
        super().closeEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        return move_focus(self, forward=forward)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            self.painted_first.emit()


__all__ = ["EXPLORE", "TRAIN", "MainWindow"]
