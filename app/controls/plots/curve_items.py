"""Curves in a view: drawn by pyqtgraph, which thins them to the screen and keeps every spike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.controls.plots.ground import pg
from app.controls.plots.lines import Line
from app.controls.plots.scales import Array
from app.look.tokens import Tokens

_FAINT = 70
"""How much of a curve's own points is seen behind its running mean, of 255."""
_MOST = 1e300
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


class CurveItems:
    """The items of some lines in one view."""

    def __init__(self, view: pg.ViewBox) -> None:
        self._view = view
        self._items: dict[str, tuple[pg.PlotDataItem, pg.PlotDataItem]] = {}

    def show(self, lines: Sequence[Line], look: Tokens, *, is_log: bool) -> None:
        """Draw these lines, with all the points they have by now, and no others."""
        keys = {line.key for line in lines}
        for key in [key for key in self._items if key not in keys]:
            for item in self._items.pop(key):
                self._view.removeItem(item)
        for line in lines:
            self._draw(line, QColor(line.colour(look)), is_log=is_log)

    def _draw(self, line: Line, colour: QColor, *, is_log: bool) -> None:
        faint, clear = self._items.get(line.key) or self._add(line.key)
        curve, pale = line.curve, QColor(colour)
        pale.setAlpha(_FAINT)
        own = curve.y if curve.is_smoothed else curve.y[:0]
        shown = curve.smooth if curve.is_smoothed else curve.y
        dot = {"symbol": "o" if len(curve) == 1 else None, "symbolSize": 4, "symbolPen": None}
        pen = pg.mkPen(colour, width=1.75, style=_DASHES[line.dash % len(_DASHES)])
        for item, values, style in (
            (faint, own, {"pen": pg.mkPen(pale, width=1)}),
            (clear, shown, {"pen": pen, "symbolBrush": pg.mkBrush(colour), **dot}),
        ):
            if item.opts["logMode"] != [False, is_log]:
                item.setLogMode(False, is_log)
            item.setData(*_drawable(curve.x, values, is_log=is_log), **style)

    def _add(self, key: str) -> tuple[pg.PlotDataItem, pg.PlotDataItem]:
        pair = pg.PlotDataItem(antialias=True), pg.PlotDataItem(antialias=True)
        for depth, item in enumerate(pair):
            item.setZValue(depth)
            self._view.addItem(item)
            item.setDownsampling(auto=True, method="peak")
            item.setClipToView(True)
        self._items[key] = pair
        return pair


def _drawable(x: Array, y: Array, *, is_log: bool) -> tuple[Array, Array]:
    """Points that have a place on this scale; a line goes on over moments without a value."""
    good = np.isfinite(y) & ((y > 0) if is_log else (np.abs(y) < _MOST))
    return x[: len(y)][good], y[good]
