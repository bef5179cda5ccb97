"""Bars side by side: how likely each value is, or how many pictures cost so much."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent

from app.controls.plots.axes import CountAxis, fine_ticks
from app.controls.plots.ground import pg
from app.controls.plots.plot import Plot, dress_axes
from app.controls.plots.scales import tick_text
from app.look.theme import tokens
from app.look.tokens import Tokens

_ROOM = 1.08


class FineAxis(CountAxis):
    """Along the bottom, numbers that need not be whole."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Equal steps."""
        return fine_ticks(low, high, size)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """As the program writes numbers."""
        return [tick_text(value, spacing) for value in values]


class HistogramPlot(Plot):
    """Each row of `heights` is one colour of bars, painted over one another; marks are lines across."""

    clicked = Signal(float)
    """Where along the bottom."""

    def __init__(self, *, unit: str = "", height_px: int = 110, is_fine: bool = False) -> None:
        self._edges: Sequence[float] = ()
        self._heights: tuple[Sequence[float], ...] = ()
        self._colours: tuple[str, ...] = ()
        self._marks: tuple[tuple[float, str], ...] = ()
        self._items: list[Any] = []
        super().__init__(unit=unit)
        if is_fine:
            axis = FineAxis(unit)
            axis.setZValue(self.view.zValue() - 1)
            self.getPlotItem().setAxisItems({"bottom": axis})
            dress_axes(self.getPlotItem(), tokens())
        self.setFixedHeight(height_px)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setMouseEnabled(x=False, y=False)

    def set_bars(
        self,
        edges: Sequence[float],
        heights: Sequence[Sequence[float]],
        colours: Sequence[str] = (),
        marks: Sequence[tuple[float, str]] = (),
    ) -> None:
        """Bars between these edges, one more than there are bars; marks carry their place and colour."""
        self._edges, self._heights = edges, tuple(heights)
        self._colours, self._marks = tuple(colours), tuple(marks)
        self._draw()

    def bars(self) -> tuple[Sequence[float], ...]:
        """The heights of the bars, for tests and for reading out."""
        return self._heights

    def marks(self) -> tuple[float, ...]:
        """Where the lines stand."""
        return tuple(place for place, _ in self._marks)

    def dress(self, look: Tokens) -> None:
        super().dress(look)
        self._draw()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = self.mapToScene(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and self.view.sceneBoundingRect().contains(at):
            self.clicked.emit(self.view.mapSceneToView(at).x())

    def _draw(self) -> None:
        for item in self._items:
            self.view.removeItem(item)
        self._items = []
        if len(self._edges) < 2:
            return
        top = 0.0
        for number, heights in enumerate(self._heights):
            colour = QColor(self._colours[number] if number < len(self._colours) else tokens().curves[0])
            ground = QColor(colour)
            ground.setAlpha(150 if len(self._heights) == 1 else 90)
            item = pg.PlotDataItem(
                np.asarray(self._edges, float), np.asarray(heights, float), stepMode="center", fillLevel=0.0,
                pen=pg.mkPen(colour, width=1.0), brush=pg.mkBrush(ground), antialias=False,
            )  # fmt: skip
            self._add(item)
            top = max(top, max((float(height) for height in heights if math.isfinite(height)), default=0.0))
        low, high = float(self._edges[0]), float(self._edges[-1])
        for place, ink in self._marks:
            line = pg.InfiniteLine(place, angle=90, pen=pg.mkPen(QColor(ink), width=2.0))
            line.setZValue(15)
            self._add(line)
            low, high = min(low, place), max(high, place)
        room = 0.02 * (high - low)
        self.set_x_range(low - room, high + room)
        self.set_y_range(0.0, _ROOM * top if top > 0 else 1.0)

    def _add(self, item: Any) -> None:
        self.view.addItem(item, ignoreBounds=True)
        self._items.append(item)
