"""The number at the end of a slider's row: shown rounded, typed exactly."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QLineEdit

from app.controls.numbers import exact_text, read_number, signed_text
from app.look.theme import theme, tokens


class ValueEdit(QLineEdit):
    """`value_typed` fires when a number was typed; nonsense gives the old value back."""

    value_typed = Signal(float)

    def __init__(self, shown: Callable[[float], str] = signed_text) -> None:
        super().__init__()
        self._shown = shown
        self._value = 0.0
        self._is_rest = True
        self.setProperty("flat", True)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMaxLength(12)
        self.setTextMargins(0, 0, -4, 0)  # the last digit stands on the panel's edge
        theme().changed.connect(self._ink)
        self._ink()

    def set_value(self, value: float, *, at_rest: bool) -> None:
        """Show a value from the state; what is being typed is not overwritten."""
        self._value = value
        if at_rest != self._is_rest:
            self._is_rest = at_rest
            self._ink()
        if not self.hasFocus():
            self.setText(self._shown(value))

    def start_typing(self, first: str) -> None:
        """Take the keyboard, with the digit that was pressed already in."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if first:
            self.setText(first)
            self.setCursorPosition(len(first))
            self.setModified(True)

    def _ink(self) -> None:
        look = tokens()
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Text, QColor(look.secondary if self._is_rest else look.text))
        self.setPalette(palette)

    def _commit(self) -> None:
        if not self.isModified():
            return
        value = read_number(self.text())
        self.setModified(False)
        if value is not None and value != self._value:
            self.value_typed.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setModified(False)
            self.clearFocus()
            return
        super().keyPressEvent(event)
        event.accept()  # Return and arrows end here and do not reach the slider

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setText(exact_text(self._value))
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._commit()
        super().focusOutEvent(event)
        self.setText(self._shown(self._value))
