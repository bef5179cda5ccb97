"""How far a slider goes to both sides: two small numbers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from app.controls.numbers import exact_text, read_number
from app.controls.values.inputs import LineEdit
from app.look.tokens import SPACE_4

MOST = 10.0
_WIDTH_PX = 56  # −10.0


class RangeEdit(QWidget):
    """`edited` fires when both ends make sense; nonsense gives the old ones back."""

    edited = Signal(float, float)

    def __init__(self) -> None:
        super().__init__()
        self._ends = (-3.0, 3.0)
        self.low, self.high = LineEdit(), LineEdit()
        for edit, name in ((self.low, "Left end"), (self.high, "Right end")):
            edit.setFixedWidth(_WIDTH_PX)
            edit.setMaxLength(8)
            edit.setAccessibleName(name)
            edit.setToolTip(f"{name} of the slider")
            edit.editingFinished.connect(self._on_editing_finished)
        word = QLabel("to")
        word.setProperty("tone", "secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_4)
        row.addWidget(self.low)
        row.addWidget(word)
        row.addWidget(self.high)

    def ends(self) -> tuple[float, float]:
        """Both ends."""
        return self._ends

    def set_ends(self, low: float, high: float) -> None:
        """Show a range."""
        self._ends = (low, high)
        for edit, value in ((self.low, low), (self.high, high)):
            _show(edit, value)

    def _on_editing_finished(self) -> None:
        low, high = read_number(self.low.text()), read_number(self.high.text())
        if low is None or high is None or not -MOST <= low < high <= MOST:
            self.set_ends(*self._ends)
        elif (low, high) != self._ends:
            self.set_ends(low, high)
            self.edited.emit(low, high)


def _show(edit: QLineEdit, value: float) -> None:
    edit.setText(exact_text(value))
    edit.setCursorPosition(0)
