"""Lists to pick from, and text to type in."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit


class Combo(QComboBox):
    """While it is closed the wheel is the page's: one notch on the way past would choose something else."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # nor does the wheel bring the keyboard here

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def narrow_combo(items: Iterable[str] = (), *, name: str = "", least: int = 10) -> Combo:
    """A list with this name for screen readers, `least` characters wide, and wider where there is room."""
    combo = Combo()
    combo.addItems(list(items))
    combo.setAccessibleName(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(least)
    return combo


class LineEdit(QLineEdit):
    """Return ends typing: the keyboard goes back to the page, where letters are keys again.

    What is too long for it shows its beginning while nobody types.
    """

    def __init__(self) -> None:
        super().__init__()
        self.returnPressed.connect(self.clearFocus)

    def setText(self, text: str | None, /) -> None:
        super().setText(text)
        if not self.hasFocus():
            self.setCursorPosition(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setCursorPosition(0)
