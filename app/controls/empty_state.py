"""Where nothing is yet: one sentence on what belongs here, and the one action that fills it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.look.tokens import SPACE_12


class EmptyState(QWidget):
    """`button` is None where there is nothing to press."""

    def __init__(self, sentence: str, action: str = "", *, centred: bool = True) -> None:
        super().__init__()
        align = Qt.AlignmentFlag.AlignHCenter if centred else Qt.AlignmentFlag.AlignLeft
        self.label = QLabel(sentence)
        self.label.setProperty("tone", "secondary")
        self.label.setWordWrap(True)
        self.label.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_12)
        column.addStretch(1)
        column.addWidget(self.label)
        self.button: QPushButton | None = None
        if action:
            self.button = QPushButton(action)
            column.addWidget(self.button, 0, align)
        column.addStretch(1)

    def set_margins(self, left: int, top: int, right: int, bottom: int) -> None:
        """Room around it."""
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(left, top, right, bottom)
