"""The status bar: engine and speed, the run that trains, and how many notices there are."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from app.controls.durations import rounded_ms, time_left
from app.controls.elided_label import ElidedLabel
from app.controls.numbers import count_text
from app.controls.surfaces import on_window
from app.look.theme import font, theme, tokens
from app.look.tokens import SPACE_8, SPACE_16, TEXT_SMALL_PX
from app.shell.device_menu import DeviceButton
from app.shell.export_line import ExportLine
from app.shell.notice_widgets import NoticeList
from app.store.engine_status import EngineState, EngineStatus
from app.store.notices import NoticeBoard
from app.store.run_state import RunState
from app.store.settings import Settings
from app.store.state import Explorer
from engine.disk.files import shown
from engine.protocol.values import Stop

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


class RunLink(QPushButton):
    """The run in words and a bar; a click goes to it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("status.run")
        self.setProperty("kind", "link")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.words = ElidedLabel(quiet=True)
        self.words.setFont(font(TEXT_SMALL_PX))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setFixedWidth(_BAR_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(SPACE_16)
        row.addWidget(self.words, 1)
        row.addWidget(self.bar)
        for widget in (self.words, self.bar):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_run(self, run: RunState | None) -> None:
        """Show a run, or nothing."""
        self.setVisible(run is not None)
        if run is None:
            return
        text = run_words(run)
        self.words.set_text(text)
        self.setAccessibleName(text)
        self.setToolTip(f"{text}\nClick to see it")
        self.bar.setVisible(not run.is_over)
        self.bar.setValue(round(1000 * run.progress))
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens().accent), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75), 4, 4)
            painter.end()

    def sizeHint(self) -> QSize:
        bar = 0 if self.bar.isHidden() else _BAR_PX + SPACE_16
        return QSize(self.words.sizeHint().width() + bar + 12, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 20)


class StatusBar(QWidget):
    """24 pixels at the window's foot, in every mode."""

    run_clicked = Signal()

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


def run_words(run: RunState) -> str:
    """One line on a run."""
    name = f"“{shown(run.name)}”"
    if run.is_over:
        ends = {Stop.COMPLETED: "finished", Stop.STOPPED: "stopped", Stop.DIVERGED: "went off course"}
        failed = "could not go on" if run.step else "could not begin"
        return f"{name} {ends[run.reason] if run.reason is not None else failed}"
    if run.stopping:
        return f"Finishing {name}…"
    if run.stage:
        done = f" {count_text(run.stage_done)} of {count_text(run.stage_of)}" if run.stage_of > 1 else ""
        return f"{name}: {run.stage}{done}…"
    left = "" if run.paused else time_left(run.eta_s)
    part = f"{100 * run.share:.0f} %" + (f" · {left}" if left else "")
    return f"{'Paused' if run.paused else 'Training'} {name} {part}"


__all__ = ["RunLink", "StateDot", "StatusBar", "rounded_ms", "run_words", "time_left"]
