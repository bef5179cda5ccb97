"""What is in the hand over the canvas: a tool, how wide it is, and its colour."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.store.drawn.given import Hand

BRUSH_LIMIT = 15
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
Colour = tuple[int, int, int]


class Hands(QObject):
    """`hand` is None while the picture is only looked at and dragged."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hand: Hand | None = None
        self.brush = 2
        self.colour: Colour = WHITE

    def take(self, hand: Hand | None) -> None:
        """Take another tool, or lay it down."""
        if hand is not self.hand:
            self.hand = hand
            self.changed.emit()

    def set_brush(self, size: int) -> None:
        """So many pixels wide."""
        size = min(max(size, 1), BRUSH_LIMIT)
        if size != self.brush:
            self.brush = size
            self.changed.emit()

    def set_colour(self, colour: Colour) -> None:
        """Paint with this colour; whoever chooses one wants to paint."""
        self.colour, self.hand = colour, Hand.PAINT
        self.changed.emit()
