"""The head of a part that works on something: what it does, how far it is, the button that begins it and the one that
ends it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.look.tokens import SPACE_8, SPACE_12, SPACE_16


def job_head(what: QWidget, told: QLabel, cancel: QPushButton, begin: QPushButton, bar: QProgressBar) -> QVBoxLayout:
    """`what` above a line of words and buttons, and a bar below."""
    line = QHBoxLayout()
    line.setSpacing(SPACE_8)
    line.addWidget(told, 1)
    line.addWidget(cancel)
    line.addWidget(begin)
    head = QVBoxLayout()
    head.setContentsMargins(SPACE_16, SPACE_12, SPACE_16, SPACE_12)
    head.setSpacing(SPACE_8)
    head.addWidget(what)
    head.addLayout(line)
    head.addWidget(bar)
    return head
