"""How far the measuring is: which model, what is done with it, how long that will take, and a way to end it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.controls.durations import time_left
from app.controls.elided_label import ElidedLabel
from app.controls.numbers import count_text
from app.controls.surfaces import Rule, on_panel
from app.look.tokens import SPACE_8, SPACE_16
from app.store.judged.scores import Scores


class ProgressLine(QWidget):
    """There only while something is measured."""

    def __init__(self, scores: Scores) -> None:
        super().__init__()
        self._scores = scores
        on_panel(self)
        self.words = ElidedLabel()
        self.left = ElidedLabel(quiet=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of measuring")
        self.cancel_button = QPushButton("Stop")
        self.cancel_button.setObjectName("evaluate.cancel")
        self.cancel_button.setToolTip("Measure no further; what is measured stays")
        self.cancel_button.clicked.connect(scores.cancel)
        words = QHBoxLayout()
        words.setSpacing(SPACE_8)
        words.addWidget(self.words, 1)
        words.addWidget(self.left)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addLayout(words)
        left.addWidget(self.bar)
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_16, SPACE_8, SPACE_16, SPACE_8)
        row.setSpacing(SPACE_16)
        row.addLayout(left, 1)
        row.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Rule())
        column.addLayout(row)
        scores.progress_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        now = self._scores.progress
        self.setVisible(now is not None)
        if now is None:
            return
        which = f"{now.place + 1} of {now.models}: " if now.models > 1 else ""
        count = f", {count_text(now.done)} of {count_text(now.of)}" if now.of > 1 else ""
        self.words.set_text(f"{which}{self._scores.title(now.source)} · {now.what}{count}")
        left = time_left(now.eta_s)
        self.left.set_text(f"{left} in this step" if left else "")
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * now.share))
