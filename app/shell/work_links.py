"""In the status bar, long work that has a page of its own: how far it is, and a click that goes there."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy

from app.controls.durations import time_left
from app.controls.elided_label import ElidedLabel
from app.controls.numbers import count_text
from app.look.theme import font, tokens
from app.look.tokens import SPACE_16, TEXT_SMALL_PX
from app.store.judged.scores import Scores
from app.store.learning.run_state import RunState
from engine.disk.files import on_a_line
from engine.protocol.values import Stop

_BAR_PX = 112


class WorkLink(QPushButton):
    """Words and a bar; hidden while there is nothing to tell."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
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
        self.hide()

    def tell(self, text: str, share: float, *, is_over: bool = False) -> None:
        """Show how far it is, 0 to 1; what is over has no bar."""
        self.show()
        self.words.set_text(text)
        self.setAccessibleName(text)
        self.setToolTip(f"{text}\nClick to see it")
        self.bar.setVisible(not is_over)
        self.bar.setValue(round(1000 * share))
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


class RunLink(WorkLink):
    """The run that trains, or the one that has ended."""

    def __init__(self) -> None:
        super().__init__("status.run")

    def set_run(self, run: RunState | None) -> None:
        """Show a run, or nothing."""
        if run is None:
            self.hide()
        else:
            self.tell(run_words(run), run.progress, is_over=run.is_over)


class MeasureLink(WorkLink):
    """The models that are measured."""

    def __init__(self, scores: Scores) -> None:
        super().__init__("status.measuring")
        self._scores = scores
        scores.progress_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        now = self._scores.progress
        if now is None:
            self.hide()
            return
        which = f"{now.place + 1} of {now.models}, " if now.models > 1 else ""
        self.tell(f"Measuring {which}“{on_a_line(self._scores.title(now.source))}” {100 * now.share:.0f} %", now.share)


def run_words(run: RunState) -> str:
    """One line on a run."""
    name = f"“{on_a_line(run.name)}”"
    if run.is_over:
        ends = {Stop.COMPLETED: "finished", Stop.STOPPED: "stopped", Stop.DIVERGED: "went off course"}
        failed = "stopped" if run.stopping else "could not go on" if run.step else "could not begin"
        return f"{name} {ends[run.reason] if run.reason is not None else failed}"
    if run.stopping:
        return f"Finishing {name}…"
    if run.stage:
        done = f" {count_text(run.stage_done)} of {count_text(run.stage_of)}" if run.stage_of > 1 else ""
        return f"{name}: {run.stage}{done}…"
    left = "" if run.paused else time_left(run.eta_s)
    part = f"{100 * run.share:.0f} %" + (f" · {left}" if left else "")
    return f"{'Paused' if run.paused else 'Training'} {name} {part}"
