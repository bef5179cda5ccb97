"""How fast the pictures of a path change over its time, each way a line; and how far out its points are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel

from app.controls.numbers import plain_text
from app.controls.plots.axes import LEFT_PX
from app.controls.plots.ground import pg
from app.controls.plots.plot import Plot
from app.controls.plots.way_lines import WAY_DASHES, way_colour
from app.look.theme import tokens
from app.look.tokens import Tokens
from engine.protocol.walks import Measured, Way

_ROOM = 1.15


class WayPlot(Plot):
    """The chosen way stands out; the others are thin. `shows_norm` shows the norm of the points instead."""

    def __init__(self, right_px: int) -> None:
        self._looks: Mapping[Way, Measured] = {}
        self._way = Way.SLERP
        self._shows_norm = False
        self._items: dict[Way, pg.PlotDataItem] = {}
        super().__init__(unit="s")
        self.setMinimumHeight(72)
        self.getPlotItem().layout.setContentsMargins(0, 16, right_px, 0)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setMouseEnabled(x=False, y=False)
        self._heading = QLabel(self)
        self._heading.setProperty("tone", "small")
        self._heading.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._heading.move(LEFT_PX + 8, 0)
        self._tell()

    def set_looks(self, looks: Mapping[Way, Measured], way: Way, seconds: float) -> None:
        """Show these ways over so many seconds, one of them chosen."""
        self._looks, self._way = looks, way
        if seconds > 0:
            self.set_x_range(0.0, seconds)
        self._draw()

    def set_norm(self, shows: bool) -> None:
        """Show how far the points are from the centre, instead of how fast pictures change."""
        self._shows_norm = shows
        self._tell()
        self._draw()

    def _tell(self) -> None:
        words = "Distance from the centre" if self._shows_norm else "Visible speed, share of the range a second"
        self._heading.setText(words)
        self._heading.adjustSize()

    def drawn(self, way: Way) -> Sequence[float]:
        """The values of one way's line, for tests and for reading out."""
        look = self._looks.get(way)
        return () if look is None else look.norms if self._shows_norm else look.speeds

    def dress(self, look: Tokens) -> None:
        super().dress(look)
        if self._looks:
            self._draw()

    def _draw(self) -> None:
        for way in [way for way in self._items if way not in self._looks]:
            self.view.removeItem(self._items.pop(way))
        top, bottom = 0.0, float("inf")
        for way, look in self._looks.items():
            if way not in self._items:
                self._items[way] = item = pg.PlotDataItem(antialias=True)
                self.view.addItem(item)
            values = np.asarray(self.drawn(way), float)
            top, bottom = max(top, float(values.max(initial=0.0))), min(bottom, float(values.min(initial=np.inf)))
            is_chosen = way is self._way
            colour = QColor(way_colour(way, tokens()))
            colour.setAlpha(255 if is_chosen else 130)
            pen = pg.mkPen(colour, width=2.25 if is_chosen else 1.25, style=WAY_DASHES[way])
            self._items[way].setData(np.asarray(look.seconds, float), values, pen=pen)
            self._items[way].setZValue(10 if is_chosen else 1)
        if self._shows_norm and top > bottom:
            room = 0.1 * (top - bottom)
            self.set_y_range(bottom - room, top + room)
        elif top > 0:
            self.set_y_range(0.0, _ROOM * top)
        chosen = self._looks.get(self._way)
        words = "" if chosen is None else f", largest over mean {plain_text(chosen.unevenness)}"
        self.setAccessibleName(f"Plot of {'distance from the centre' if self._shows_norm else 'visible speed'}{words}")
