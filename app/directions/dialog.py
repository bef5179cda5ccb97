"""The window beside the window: what directions there are, how another one is learned, and what each of them moves."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from app.controls.focus import move_focus
from app.controls.surfaces import Rule, on_panel
from app.controls.tab_strip import INSET_PX, TabStrip
from app.directions.learn_panel import LearnPanel
from app.directions.list_panel import ListPanel
from app.directions.meter_panel import MeterPanel
from app.flows.shell import Shell
from app.look.tokens import SPACE_16

WIDTH_PX, HEIGHT_PX = 800, 660
TABS = ("list", "learn", "meter")


class DirectionsDialog(QDialog):
    """It stays open beside the picture: pictures are dragged into it, and it follows where one goes."""

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("directions")
        self.setWindowTitle("Directions")
        on_panel(self)
        self.resize(WIDTH_PX, HEIGHT_PX)
        self.tabs = TabStrip("Sliders", "Learn", "What each moves")
        self.tabs.setAccessibleName("Directions")
        self.tabs.setObjectName("directions.tabs")
        self.list = ListPanel(shell.explorer, shell.directing)
        self.learn = LearnPanel(shell.explorer, shell.finder)
        self.meter = MeterPanel(shell.explorer)
        self.deck = QStackedWidget()
        for panel in (self.list, self.learn, self.meter):
            self.deck.addWidget(panel)
        head = QVBoxLayout()
        head.setContentsMargins(SPACE_16 - INSET_PX, 0, SPACE_16, 0)
        head.addWidget(self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Rule())
        column.addWidget(self.deck, 1)
        self.tabs.currentChanged.connect(self.deck.setCurrentIndex)
        edits = shell.explorer.edits
        for keys, do in ((QKeySequence.StandardKey.Undo, edits.undo), (QKeySequence.StandardKey.Redo, edits.redo)):
            QShortcut(QKeySequence(keys), self, do)  # the window's own do not reach a window of its own

    def show_tab(self, tab: str) -> None:
        """Turn to a part of it."""
        if tab in TABS:
            self.tabs.setCurrentIndex(TABS.index(tab))

    def focusNextPrevChild(self, forward: bool) -> bool:
        return move_focus(self, forward=forward)
