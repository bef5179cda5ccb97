"""Text to type in."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit


class LineEdit(QLineEdit):
    """Return ends typing: the keyboard goes back to the page, where letters are keys again."""

    def __init__(self) -> None:
        super().__init__()
        self.returnPressed.connect(self.clearFocus)
