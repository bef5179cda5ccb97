"""A field for one number within limits: typed, or stepped with the arrows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.controls.numbers import MINUS, read_number


class NumberEdit(QLineEdit):
    """`value_edited` carries what a person typed or stepped to, within the limits."""

    value_edited = Signal(float)

    def __init__(self, name: str, low: float, high: float, *, step: float = 1.0, is_whole: bool = False) -> None:
        super().__init__()
        self._low, self._high, self._step, self._is_whole = low, high, step, is_whole
        self._value = low
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMaxLength(20)
        self.returnPressed.connect(self._commit)

    def value(self) -> float:
        """What is shown."""
        return self._value

    def set_limits(self, low: float, high: float, *, is_whole: bool = False) -> None:
        """Of another thing."""
        self._low, self._high, self._is_whole = low, high, is_whole

    def set_value(self, value: float) -> None:
        """Show what the state says; what is being typed is not overwritten."""
        self._value = value
        if not (self.hasFocus() and self.isModified()):
            self._show()

    def _show(self) -> None:
        text = str(int(self._value)) if self._is_whole else f"{self._value:.6g}"
        self.setText(text.replace("-", MINUS))
        self.setCursorPosition(0)

    def _commit(self) -> None:
        if self.isModified():
            self.setModified(False)
            typed = read_number(self.text())
            if typed is not None:
                self._edit(typed)
        self._show()

    def _edit(self, value: float) -> None:
        value = min(max(float(round(value)) if self._is_whole else value, self._low), self._high)
        if value != self._value:
            self._value = value
            self.value_edited.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._commit()
            step = 1.0 if self._is_whole else self._step
            self._edit(round(self._value + (step if event.key() == Qt.Key.Key_Up else -step), 9))
            self._show()
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self.setModified(False)
            self._show()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._commit()
        super().focusOutEvent(event)
