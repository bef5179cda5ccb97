"""Scores over a clock: points with their errors, or means with the spread of several seeds, a line for each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.controls.plots.ground import pg
from app.controls.plots.plot import Plot
from app.controls.plots.scales import fitted_range
from app.look.theme import tokens
from app.look.tokens import Tokens

Array = NDArray[np.float64]
_PALE = 46
"""How much of a spread is seen behind its mean, of 255."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line; `low` and `high` are the ends of its errors, or of its spread where `is_spread`."""

    name: str
    hue: int
    x: Array
    y: Array
    low: Array
    high: Array
    is_spread: bool = False
    best: int = -1
    """Which point is the best; −1 for none."""

    def colour(self, look: Tokens) -> str:
        """Its colour in a theme."""
        return look.curves[self.hue % len(look.curves)]


class ScorePlot(Plot):
    """`set_series` shows these lines and what real pictures score."""

    def __init__(self) -> None:
        self._series: tuple[Series, ...] = ()
        self._real: tuple[float, float] | None = None
        self._items: list[pg.GraphicsObject] = []
        super().__init__(unit="steps")
        self.reset_asked.connect(self.fit)

    def series(self) -> tuple[Series, ...]:
        """What is shown."""
        return self._series

    def set_series(
        self, title: str, unit: str, series: Sequence[Series], real: tuple[float, float] | None = None
    ) -> None:
        """Show these over a clock that counts in `unit`."""
        self._series, self._real = tuple(series), real
        self.getAxis("bottom").unit = unit
        self.set_title(title)
        self._draw()
        self.fit()
        self.setAccessibleName(f"{title} over {unit} of " + ", ".join(each.name for each in series))

    def fit(self) -> None:
        """Show everything."""
        if not self._series:
            return
        last = max(float(each.x[-1]) for each in self._series if len(each.x))
        self.set_x_range(0.0, 1.04 * last or 1.0)
        arrays = [part for each in self._series for part in (each.y, each.low, each.high)]
        if self._real is not None:
            arrays.append(np.array(self._real))
        low, high = fitted_range(arrays, is_log=False)
        self.set_y_range(low, high)

    def dress(self, look: Tokens) -> None:
        super().dress(look)
        if self._series:
            self._draw()

    def _draw(self) -> None:
        look = tokens()
        for item in self._items:
            self.view.removeItem(item)
        self._items = []
        for value in dict.fromkeys(self._real or ()):
            if math.isfinite(value):
                pen = pg.mkPen(look.secondary, width=1.25, style=Qt.PenStyle.DashLine)
                self._add(pg.InfiniteLine(pos=value, angle=0, movable=False, pen=pen), 0)
        for each in self._series:
            colour = QColor(each.colour(look))
            pale = QColor(colour)
            pale.setAlpha(_PALE)
            if each.is_spread and len(each.x) > 1:
                ends = [pg.PlotCurveItem(each.x, values, pen=pg.mkPen(None)) for values in (each.low, each.high)]
                self._add(pg.FillBetweenItem(*ends, brush=pg.mkBrush(pale)), 1)
            elif not each.is_spread:
                sure = np.isfinite(each.low) & np.isfinite(each.high)
                if sure.any():
                    self._add(
                        pg.ErrorBarItem(
                            x=each.x[sure], y=each.y[sure], top=(each.high - each.y)[sure],
                            bottom=(each.y - each.low)[sure], pen=pg.mkPen(colour, width=1),
                        ),
                        2,
                    )  # fmt: skip
            dots = {} if each.is_spread and len(each.x) > 1 else {"symbol": "o", "symbolSize": 7, "symbolPen": None}
            line = pg.PlotDataItem(
                each.x, each.y, pen=pg.mkPen(colour, width=2), symbolBrush=pg.mkBrush(colour), antialias=True, **dots
            )
            self._add(line, 3)
            if 0 <= each.best < len(each.x):
                mark = pg.ScatterPlotItem(
                    x=[each.x[each.best]], y=[each.y[each.best]], symbol="star", size=18,
                    brush=pg.mkBrush(colour), pen=pg.mkPen(look.panel, width=1.5),
                )  # fmt: skip
                self._add(mark, 4)

    def _add(self, item: pg.GraphicsObject, depth: int) -> None:
        item.setZValue(depth)
        self.view.addItem(item, ignoreBounds=True)
        self._items.append(item)
