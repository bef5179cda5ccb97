"""A field for seconds: typed, or stepped with the arrows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.controls.numbers import read_number
from app.path.timeline_painting import time_text

_STEP_S = 0.5


class SecondsEdit(QLineEdit):
    """`value_edited` carries what a person typed or stepped to, within the limits."""

    value_edited = Signal(float)

    def __init__(self, name: str, low: float, high: float) -> None:
        super().__init__()
        self._low, self._high, self._value = low, high, low
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMaxLength(12)
        self.returnPressed.connect(self._commit)

    def value(self) -> float:
        """What is shown."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show what the state says; what is being typed is not overwritten."""
        self._value = value
        if not (self.hasFocus() and self.isModified()):
            self.setText(time_text(round(value, 2)))

    def _commit(self) -> None:
        typed = read_number(self.text().strip().removesuffix("s"))
        if self.isModified() and typed is not None:
            self._edit(typed)
        self.setModified(False)
        self.setText(time_text(round(self._value, 2)))

    def _edit(self, value: float) -> None:
        value = min(max(value, self._low), self._high)
        if value != self._value:
            self._value = value
            self.value_edited.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._commit()
            self._edit(self._value + (_STEP_S if event.key() == Qt.Key.Key_Up else -_STEP_S))
            self.setText(time_text(round(self._value, 2)))
        elif event.key() == Qt.Key.Key_Escape:
            self.setModified(False)
            self.setText(time_text(round(self._value, 2)))
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._commit()
        super().focusOutEvent(event)
