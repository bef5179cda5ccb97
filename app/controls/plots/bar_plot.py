"""One score of several models as bars from the left, each with its error; what real pictures score as a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF

from app.controls.plots.ground import pg
from app.controls.plots.plot import Plot
from app.controls.plots.scales import tick_text
from app.look.theme import font, tokens
from app.look.tokens import TEXT_SMALL_PX, Tokens

BAR_PX = 26
_NAMES_PX, _MOST_NAMES_PX, _HEAD_PX = 132, 212, 62
_AROUND_NAME_PX = 14
_ROOM = 1.12


@dataclass(frozen=True, slots=True)
class Bar:
    """A model's score; `hue` counts colours."""

    name: str
    value: float
    error: float
    hue: int
    is_best: bool = False


class BarPlot(Plot):
    """Bars in the order they are given, the first on top."""

    def __init__(self) -> None:
        self._bars: tuple[Bar, ...] = ()
        self._real: float | None = None
        self._names_px = _NAMES_PX
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setMouseEnabled(x=False, y=False)
        left, bottom = self.getAxis("left"), self.getAxis("bottom")
        left.setWidth(_NAMES_PX)
        left.setGrid(False)
        left.tickValues = self._name_places
        left.tickStrings = self._names
        left.setStyle(maxTextLevel=0, tickTextOffset=6)
        bottom.tickValues = self._value_places
        bottom.tickStrings = lambda values, _scale, step: [tick_text(value, step) for value in values]
        self._items: list[pg.GraphicsObject] = []

    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    def set_bars(self, title: str, bars: Sequence[Bar], real: float | None) -> None:
        """Show these scores, and what real pictures reach."""
        self._bars, self._real = tuple(bars), real
        metrics = QFontMetricsF(font(TEXT_SMALL_PX))
        longest = max((metrics.horizontalAdvance(f"★ {bar.name}") for bar in bars), default=0.0)  # best here or not
        self._names_px = min(max(_NAMES_PX, math.ceil(longest) + _AROUND_NAME_PX), _MOST_NAMES_PX)
        self.getAxis("left").setWidth(self._names_px)
        self.set_title(title)
        self.setFixedHeight(_HEAD_PX + BAR_PX * max(1, len(bars)))
        self._draw()
        told = ", ".join(f"{bar.name} {bar.value:.3g}" for bar in bars)
        self.setAccessibleName(f"Bars of {title}: {told}")

    def dress(self, look: Tokens) -> None:
        super().dress(look)
        if self._bars:
            self._draw()

    def _draw(self) -> None:
        look = tokens()
        for item in self._items:
            self.view.removeItem(item)
        self._items = []
        there = [(place, bar) for place, bar in enumerate(self._bars) if math.isfinite(bar.value)]
        ends = [bar.value + (bar.error if math.isfinite(bar.error) else 0.0) for _, bar in there]
        low = min([0.0, *(bar.value for _, bar in there)])
        high = max([*ends, self._real or 0.0, 1e-9])
        self.view.setYRange(len(self._bars) - 0.5, -0.5, padding=0.0)
        self.view.invertY(True)
        self.set_x_range(low * _ROOM, high * _ROOM)
        for place, bar in there:
            colour = look.curves[bar.hue % len(look.curves)]
            item = pg.BarGraphItem(
                x0=min(0.0, bar.value), y=place, width=abs(bar.value), height=0.62,
                brush=pg.mkBrush(colour), pen=pg.mkPen(None),
            )  # fmt: skip
            self._add(item, 1)
        sure = [(place, bar) for place, bar in there if math.isfinite(bar.error)]
        if sure:
            error = np.array([bar.error for _, bar in sure])
            item = pg.ErrorBarItem(
                x=np.array([bar.value for _, bar in sure]), y=np.array([float(place) for place, _ in sure]),
                left=error, right=error, beam=0.28, pen=pg.mkPen(look.text, width=1.25),
            )  # fmt: skip
            self._add(item, 3)
        if self._real is not None and math.isfinite(self._real):
            pen = pg.mkPen(look.secondary, width=1.25, style=Qt.PenStyle.DashLine)
            self._add(pg.InfiniteLine(pos=self._real, angle=90, movable=False, pen=pen), 2)

    def _add(self, item: pg.GraphicsObject, depth: int) -> None:
        item.setZValue(depth)
        self.view.addItem(item, ignoreBounds=True)
        self._items.append(item)

    def _name_places(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        return [(1.0, [float(place) for place in range(len(self._bars))])]

    def _names(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        metrics = QFontMetricsF(font(TEXT_SMALL_PX))
        names = [self._bars[round(value)] for value in values if 0 <= round(value) < len(self._bars)]
        marked = [f"★ {bar.name}" if bar.is_best else bar.name for bar in names]
        return [
            metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, self._names_px - _AROUND_NAME_PX) for name in marked
        ]

    def _value_places(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        from app.controls.plots.axes import _multiples, _round_step

        step = _round_step(high - low, size / 70.0)
        return [(step, _multiples(low, high, step))]
