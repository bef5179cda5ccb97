"""What was found: five pictures of it, how it came about, and a name to keep it under."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.controls.buttons import plain_button, primary_button, set_available
from app.controls.values.inputs import LineEdit
from app.directions.picture_row import PictureRow
from app.directions.range_edit import RangeEdit
from app.look.tokens import SPACE_4, SPACE_8
from app.store.sliders import LABEL_LIMIT
from engine.protocol.directions import Candidate

_KEEP = "Keep as slider"


class CandidateRow(QWidget):
    """`keep_asked` carries name and range; the only one that was found is the thing to do."""

    keep_asked = Signal(str, float, float)

    def __init__(self, index: int, candidate: Candidate, *, is_only: bool) -> None:
        super().__init__()
        self.setObjectName(f"direction.found.{index}")
        self.pictures = PictureRow()
        self.pictures.set_range(candidate.label, candidate.low, candidate.high)
        self.name = LineEdit()
        self.name.setText(candidate.label)
        self.name.setMaxLength(LABEL_LIMIT)
        self.name.setPlaceholderText("Name")
        self.name.setAccessibleName("Name of the slider")
        self.name.setObjectName(f"direction.found.{index}.name")
        self.range = RangeEdit()
        self.range.set_ends(candidate.low, candidate.high)
        self.keep_button = primary_button(_KEEP) if is_only else plain_button(_KEEP)
        self.keep_button.setObjectName(f"direction.found.{index}.keep")
        self.keep_button.clicked.connect(self._on_keep_button_clicked)
        words = QLabel(" · ".join(part for part in (_capital(candidate.made), candidate.score_words) if part))
        words.setProperty("tone", "small")
        words.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(SPACE_8)
        line.addWidget(self.name, 1)
        line.addWidget(self.range)
        line.addWidget(self.keep_button)
        right = QVBoxLayout()
        right.setSpacing(SPACE_4)
        right.addStretch(1)
        right.addLayout(line)
        right.addWidget(words)
        right.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE_4, 0, SPACE_4)
        row.setSpacing(SPACE_8)
        row.addWidget(self.pictures)
        row.addLayout(right, 1)

    def set_kept(self) -> None:
        """It is a slider now."""
        self.keep_button.setText("Kept")
        set_available(self.keep_button, False, "It is a slider now, under Look")

    def _on_keep_button_clicked(self) -> None:
        low, high = self.range.ends()
        self.keep_asked.emit(self.name.text(), low, high)
        self.set_kept()


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
