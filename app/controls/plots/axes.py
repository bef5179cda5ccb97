"""Axes of plots: pyqtgraph's ticks, written as the program writes numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from app.controls.plots.ground import pg
from app.controls.plots.scales import count_tick_text, tick_text
from app.look.theme import font
from app.look.tokens import TEXT_SMALL_PX, Tokens

LEFT_PX, BOTTOM_PX = 56, 24
_LINES_PX, _COUNTS_PX = 48.0, 90.0
"""About so far apart are values, and counts."""
_MOST_TICKS = 100
_OVER_PX = 20
"""How far the letters of a tick may stand over the end of its axis."""


class ValueAxis(pg.AxisItem):
    """Values up the left side, with a line across the plot at each round one."""

    def __init__(self) -> None:
        super().__init__("left", maxTickLength=0)
        self.enableAutoSIPrefix(False)
        self.setWidth(LEFT_PX)
        self.setStyle(tickFont=font(TEXT_SMALL_PX), maxTickLevel=0, maxTextLevel=1, tickAlpha=255)
        self.setStyle(tickTextOffset=8)
        self.setGrid(255)

    def dress(self, look: Tokens) -> None:
        """The colours of a theme."""
        _dress(self, look)

    def boundingRect(self) -> QRectF:
        """With room for letters at both ends, which pyqtgraph leaves out once lines cross the plot."""
        return QRectF(super().boundingRect()).adjusted(0, -_OVER_PX, 0, _OVER_PX)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Equal steps; decades, or parts of them, where the scale is logarithmic."""
        if self.logMode:
            return [(1.0, _log_ticks(low, high, size / _LINES_PX))]
        step = _round_step(high - low, size / _LINES_PX)
        return [(step, _multiples(low, high, step))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """As the program writes numbers; pyqtgraph's scale is 1 without its prefixes."""
        if self.logMode:
            return [tick_text(10.0**value, 10.0**value) if abs(value) < 300 else "" for value in values]
        return [tick_text(value, spacing) for value in values]


class CountAxis(pg.AxisItem):
    """Counts along the bottom; the last one says of what."""

    def __init__(self, unit: str) -> None:
        super().__init__("bottom", maxTickLength=0)
        self.unit = unit
        self.enableAutoSIPrefix(False)
        self.setHeight(BOTTOM_PX)
        self.setStyle(tickFont=font(TEXT_SMALL_PX), maxTickLevel=0, maxTextLevel=0, tickAlpha=0)
        self.setStyle(hideOverlappingLabels=_OVER_PX)
        self.setStyle(tickTextOffset=6)

    def dress(self, look: Tokens) -> None:
        """The colours of a theme."""
        _dress(self, look)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Whole counts."""
        step = max(1.0, _round_step(high - low, size / _COUNTS_PX))
        return [(step, [tick for tick in _multiples(low, high, step) if tick >= 0])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """500, 12k, 1.5M."""
        return [count_tick_text(value, spacing) for value in values]

    def generateDrawSpecs(self, painter: Any) -> Any:
        """Let the last tick carry the unit, within the axis and over no neighbour."""
        specs = super().generateDrawSpecs(painter)
        if specs is None or not self.unit:
            return specs
        axis, ticks, texts = specs
        if texts:
            rect, flags, words = texts[-1]
            told = f"{words} {self.unit}"
            wide = QRectF(rect)
            wide.setWidth(QFontMetricsF(font(TEXT_SMALL_PX)).horizontalAdvance(told) + 2)
            wide.moveLeft(min(rect.left(), self.size().width() - wide.width()))
            before = [text for text in texts[:-1] if text[0].right() + 4 < wide.left()]
            texts = [*before, (wide, flags | Qt.AlignmentFlag.AlignLeft, told)]
        return axis, ticks, texts


def fine_ticks(low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
    """Equal steps along the bottom."""
    step = _round_step(high - low, size / _COUNTS_PX)
    return [(step, _multiples(low, high, step))]


def _round_step(span: float, count: float) -> float:
    """1, 2 or 5 times a power of ten, so that about `count` steps fill the span."""
    wanted = span / max(2.0, count)
    power = 10.0 ** math.floor(math.log10(wanted))
    return min((part * power for part in (1.0, 2.0, 5.0, 10.0)), key=lambda step: abs(math.log(step / wanted)))


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, min(last, first + _MOST_TICKS) + 1)]


def _log_ticks(low: float, high: float, count: float) -> list[float]:
    """Logarithms of round values: equal steps within a decade; few parts of each decade, or every so many of them."""
    room = max(2.0, count) / (high - low)
    if high - low < 1.0:
        bottom, top = 10.0**low, 10.0**high
        return [math.log10(tick) for tick in _multiples(bottom, top, _round_step(top - bottom, count)) if tick > 0]
    parts = (1.0, 2.0, 5.0) if room >= 3 else (1.0, 3.0) if room >= 2 else (1.0,)
    stride = max(1, math.ceil(1 / room))
    powers = range(math.floor(low), min(math.ceil(high), math.floor(low) + _MOST_TICKS) + 1)
    every = [power + math.log10(part) for power in powers if power % stride == 0 for part in parts]
    return [tick for tick in every if low <= tick <= high]


def _dress(axis: pg.AxisItem, look: Tokens) -> None:
    axis.setPen(pg.mkPen(None))
    axis.setTextPen(pg.mkPen(look.secondary))
    axis.setTickPen(pg.mkPen(look.line, width=1))
