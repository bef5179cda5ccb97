"""The status bar: engine and speed, the run that trains, what is measured, and how many notices there are."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.controls.durations import rounded_ms, time_left
from app.controls.surfaces import on_window
from app.look.theme import theme, tokens
from app.look.tokens import SPACE_8, SPACE_16
from app.shell.device_menu import DeviceButton
from app.shell.export_line import ExportLine
from app.shell.notice_widgets import NoticeList
from app.shell.work_links import MeasureLink, RunLink, run_words
from app.store.engine_status import EngineState, EngineStatus
from app.store.kept.settings import Settings
from app.store.notices import NoticeBoard
from app.store.state import Explorer

STATUS_PX = 24
_BAR_PX = 112
_READABLE_MS = 250
"""A number that changes more often than this cannot be read, and drawing it takes time from the picture."""


class StateDot(QWidget):
    """A dot that says how the engine is; the words beside it say it too."""

    def __init__(self) -> None:
        super().__init__()
        self._state = EngineState.STARTING
        self.setFixedSize(8, 8)
        theme().changed.connect(self._on_theme_changed)

    def set_state(self, state: EngineState) -> None:
        """Show another state."""
        self._state = state
        self.update()

    def _on_theme_changed(self, _tokens: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        colours = {EngineState.STARTING: look.warn, EngineState.READY: look.good, EngineState.STOPPED: look.bad}
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours[self._state]))
        painter.drawEllipse(QRectF(0.5, 0.5, 7, 7))
        painter.end()


class StatusBar(QWidget):
    """24 pixels at the window's foot, in every mode."""

    run_clicked = Signal()
    measuring_clicked = Signal()

    def __init__(self, explorer: Explorer, board: NoticeBoard, settings: Settings) -> None:
        super().__init__()
        self._board = board
        self._status = explorer.engine.status
        self._render_ms: float | None = None
        self._readable = QTimer(self, singleShot=True, interval=_READABLE_MS)
        self._readable.timeout.connect(self._tell)
        self.setObjectName("statusbar")
        self.setFixedHeight(STATUS_PX)
        on_window(self)
        self._dot = StateDot()
        self._engine = DeviceButton(board, settings)
        self._run = RunLink()
        self._run.clicked.connect(self.run_clicked)
        self._measuring = MeasureLink(explorer.scores)
        self._measuring.clicked.connect(self.measuring_clicked)
        self.export = ExportLine()
        self.drawing = ExportLine("status.drawing", stop="Stop", tip="Stop drawing; what is drawn so far is kept")
        self._notices = QPushButton()
        self._notices.setProperty("kind", "link")
        self._notices.setObjectName("status.notices")
        self._notices.clicked.connect(self._on_notices_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_16, 0, SPACE_8, 0)
        row.setSpacing(SPACE_8)
        row.addWidget(self._dot)
        row.addWidget(self._engine)
        row.addSpacing(SPACE_8)
        row.addWidget(self._run)
        row.addWidget(self._measuring)
        row.addWidget(self.export)
        row.addWidget(self.drawing)
        row.addStretch(1)
        row.addWidget(self._notices)
        explorer.engine.changed.connect(self.set_engine)
        explorer.pictures.render_ms_changed.connect(self.set_render_ms)
        explorer.runs.run_changed.connect(self._run.set_run)
        board.changed.connect(self._on_board_changed)
        self.set_engine(explorer.engine.status)
        self._run.set_run(explorer.runs.run)
        self._on_board_changed()

    def set_engine(self, status: EngineStatus) -> None:
        """Show how far the engine is."""
        self._status = status
        self._dot.set_state(status.state)
        self._engine.set_status(status)
        self._tell()

    def set_render_ms(self, render_ms: float) -> None:
        """Show how long the last picture took; while one drags, as often as it can be read."""
        self._render_ms = render_ms
        if not self._readable.isActive():
            self._tell()
            self._readable.start()

    def _tell(self) -> None:
        words = {EngineState.STARTING: "Starting…", EngineState.STOPPED: "Engine stopped"}.get(self._status.state)
        if words is None:
            words = self._status.device_label
            if self._render_ms is not None:
                words += f" · {rounded_ms(self._render_ms)}"
        self._engine.setText(words)

    def _on_board_changed(self) -> None:
        count = len(self._board.notices)
        self._notices.setText("1 notice" if count == 1 else f"{count} notices")
        self._notices.setVisible(count > 0)

    def _on_notices_clicked(self) -> None:
        NoticeList(self._board, self.window()).open_above(self._notices)


__all__ = ["RunLink", "StateDot", "StatusBar", "rounded_ms", "run_words", "time_left"]
