"""One number over the steps of a walk, with the step that is shown; a press or a drag goes to another step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QLabel

from app.controls.numbers import plain_text
from app.controls.plots.axes import LEFT_PX
from app.controls.plots.ground import pg
from app.controls.plots.plot import Plot
from app.look.theme import tokens
from app.look.tokens import Tokens

_ROOM = 0.1
_TOP_PX = 18
"""For the heading."""


class StepsPlot(Plot):
    """`pressed` and `released` enclose a hand's way over it; `chosen` carries a step."""

    pressed = Signal()
    chosen = Signal(int)
    released = Signal()

    def __init__(self, heading: str, hue: int) -> None:
        self._values: tuple[float, ...] = ()
        self._at = 0
        self._hue = hue
        self._line: pg.PlotDataItem | None = None
        super().__init__()
        self.setMinimumSize(120, 84)
        self.getPlotItem().layout.setContentsMargins(0, _TOP_PX, 6, 0)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.view.setMouseEnabled(x=False, y=False)
        self._line = pg.PlotDataItem(antialias=True, symbolPen=None, symbolSize=4)
        self.view.addItem(self._line)
        self._heading = QLabel(heading, self)
        self._heading.setProperty("tone", "small")
        self._heading.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._heading.move(LEFT_PX + 4, 0)
        self._heading.adjustSize()
        self.dress(tokens())

    def values(self) -> tuple[float, ...]:
        """What is drawn, for tests and for reading out."""
        return self._values

    def set_values(self, values: Sequence[float]) -> None:
        """One number for each step, the first before any."""
        self._values = tuple(values)
        last = max(1, len(values) - 1)
        self.set_x_range(-0.02 * last, 1.02 * last)
        low, high = min((0.0, *values)), max((0.0, *values))
        room = _ROOM * ((high - low) or 1.0)
        self.set_y_range(low - room, high + room)
        self._draw()

    def set_step(self, step: int) -> None:
        """Point at a step."""
        self._at = step
        self._draw()

    def dress(self, look: Tokens) -> None:
        super().dress(look)
        if self._line is not None:
            colour = QColor(look.curves[self._hue % len(look.curves)])
            self._line.setPen(pg.mkPen(colour, width=2))
            self._line.setSymbolBrush(pg.mkBrush(colour))
            self._line.setSymbol("o")
            self.pointer.setPen(pg.mkPen(look.accent, width=1.5))

    def _draw(self) -> None:
        if self._line is None:
            return
        self._line.setData(np.arange(len(self._values), dtype=float), np.asarray(self._values, float))
        here = self._values[self._at] if 0 <= self._at < len(self._values) else None
        self.set_pointer(float(self._at) if here is not None else float("nan"))
        told = "" if here is None else f": {plain_text(here)} after {self._at} of {len(self._values) - 1} steps"
        self.setAccessibleName(f"{self._heading.text()}{told}")

    # ------------------------------------------------------------ a hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._values:
            self.pressed.emit()
            self._choose(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._values:
            self._choose(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._values:
            self.released.emit()

    def _choose(self, at: QPointF) -> None:
        place = self.view.mapSceneToView(self.mapToScene(at.toPoint())).x()
        self.chosen.emit(min(len(self._values) - 1, max(0, round(place))))
