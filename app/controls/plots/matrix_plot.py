"""A matrix as a heat map: rows are what is moved, columns what follows; each cell says its number under the pointer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPen
from PySide6.QtWidgets import QFrame, QGraphicsItem, QGraphicsTextItem

from app.controls.numbers import signed_text
from app.controls.plots.ground import pg
from app.look.theme import font, theme, tokens
from app.look.tokens import TEXT_SMALL_PX

_FULL = 1.0
"""What is drawn in the full colour; more is no darker."""
_WRITTEN = 0.15
"""Smaller numbers are not written into their cell."""
_LEFT_PX, _TOP_PX, _CELL_PX = 108, 92, 26


class MatrixPlot(pg.GraphicsView):
    """Blue is more, orange is less, as the colour-blind see, too; the numbers stand in the cells."""

    chosen = Signal(int)
    """A row was pressed."""
    pointed_at = Signal(int, int)
    """The cell under the pointer, −1 for none."""

    def __init__(self) -> None:
        self._rows: tuple[str, ...] = ()
        self._columns: tuple[str, ...] = ()
        self._values = np.zeros((0, 0))
        self._row = -1
        self._items: list[QGraphicsItem] = []
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAccessibleName("What each slider moves")
        theme().changed.connect(self._draw)

    def set_matrix(self, rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[float]]) -> None:
        """Show it."""
        self._rows, self._columns = tuple(rows), tuple(columns)
        self._values = np.asarray(values, float).reshape(len(self._rows), len(self._columns))
        self.setMinimumSize(_LEFT_PX + 22 * len(self._columns), _TOP_PX + _CELL_PX * len(self._rows))
        self._draw()

    def set_row(self, row: int) -> None:
        """Ring one row."""
        self._row = row
        self._draw()

    def value(self, row: int, column: int) -> float:
        """One number, for tests and for reading out."""
        return float(self._values[row, column])

    def _cell(self) -> tuple[float, float]:
        wide = max(1.0, (self.width() - _LEFT_PX - 8) / max(1, len(self._columns)))
        return wide, float(_CELL_PX)

    def _at(self, position: QPointF) -> tuple[int, int]:
        wide, high = self._cell()
        column, row = int((position.x() - _LEFT_PX) // wide), int((position.y() - _TOP_PX) // high)
        inside = 0 <= row < len(self._rows) and 0 <= column < len(self._columns)
        return (row, column) if inside else (-1, -1)

    def _draw(self) -> None:
        scene, look = self.scene(), tokens()
        for item in self._items:
            scene.removeItem(item)
        self._items = []
        self.setBackground(look.panel)
        self.setRange(QRectF(0, 0, self.width(), self.height()), padding=0)
        wide, high = self._cell()
        small = font(TEXT_SMALL_PX)
        for number, words in enumerate(self._columns):
            text = self._text(words, small)
            text.setDefaultTextColor(QColor(look.secondary))
            text.setRotation(-60)
            text.setPos(_LEFT_PX + wide * (number + 0.5) - 14, _TOP_PX - 10)
        for row, words in enumerate(self._rows):
            text = self._text(words, small)
            text.setDefaultTextColor(QColor(look.text))
            text.setPos(0, _TOP_PX + high * row + (high - text.boundingRect().height()) / 2)
            for column in range(len(self._columns)):
                self._draw_cell(row, column, wide, high)
        if 0 <= self._row < len(self._rows):
            box = QRectF(_LEFT_PX, _TOP_PX + high * self._row, wide * len(self._columns), high)
            self._items.append(scene.addRect(box, QPen(QColor(look.accent), 2.0)))

    def _draw_cell(self, row: int, column: int, wide: float, high: float) -> None:
        look, value = tokens(), float(self._values[row, column])
        share = min(1.0, abs(value) / _FULL)
        colour = QColor("#0072b2" if value > 0 else "#d55e00")
        colour.setAlphaF(0.85 * share)
        box = QRectF(_LEFT_PX + wide * column, _TOP_PX + high * row, wide - 1, high - 1)
        for fill in (QColor(look.raised if look.dark else look.button), colour):
            self._items.append(self.scene().addRect(box, QPen(Qt.PenStyle.NoPen), fill))
        if abs(value) >= _WRITTEN and wide >= 24:
            text = self._text(signed_text(value), font(TEXT_SMALL_PX - 1))
            text.setDefaultTextColor(QColor("#ffffff" if share > 0.6 else look.text))
            size = text.boundingRect()
            text.setPos(box.center().x() - size.width() / 2, box.center().y() - size.height() / 2)

    def _text(self, words: str, letters: QFont) -> QGraphicsTextItem:
        text: QGraphicsTextItem = self.scene().addText(words, letters)
        self._items.append(text)
        return text

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed_at.emit(*self._at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row, _ = self._at(event.position())
        if row < 0 and event.position().y() > _TOP_PX:
            row = int((event.position().y() - _TOP_PX) // _CELL_PX)
        if 0 <= row < len(self._rows):
            self.chosen.emit(row)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self._draw()
