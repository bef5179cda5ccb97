"""One plot of curves over pictures seen."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel

from app.controls.numbers import count_text
from app.controls.plots.axes import LEFT_PX
from app.controls.plots.curve_items import CurveItems
from app.controls.plots.ground import pg
from app.controls.plots.lines import Line
from app.controls.plots.plot import Plot
from app.controls.plots.scales import fitted_range
from app.controls.surfaces import on_panel
from app.look.theme import tokens
from app.look.tokens import Tokens

NO_LOG = "Nothing above zero: a logarithmic scale has no place for it."


class CurvePlot(Plot):
    """Shows lines, keeps up with them, and follows them until a person chose a range."""

    def __init__(self) -> None:
        self._lines: tuple[Line, ...] = ()
        self._place = math.nan
        self.is_held = False
        """True once a person chose what is visible along the side."""
        super().__init__(unit="pictures")
        self._items = CurveItems(self.view)
        self._dots = pg.ScatterPlotItem(size=7, pen=None)
        self._dots.setZValue(22)
        self.view.addItem(self._dots, ignoreBounds=True)
        self._note = QLabel(NO_LOG, self, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._note.setProperty("tone", "small")
        self._note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        on_panel(self._note)
        self._note.hide()

    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show these, with all the points they have by now."""
        self._lines = tuple(lines)
        self.setAccessibleName("Plot of " + ", ".join(line.words for line in lines) if lines else "Empty plot")
        self.refresh()

    def refresh(self) -> None:
        """Take what the curves have gained."""
        self._items.show(self._lines, tokens(), is_log=self.is_log())
        self._note.setVisible(self.is_log() and not any((line.curve.y > 0).any() for line in self._lines))
        self._show_dots()

    def fit(self) -> None:
        """Show nearly all values of what is visible along the bottom."""
        low, high = self.x_range()
        arrays = []
        for line in self._lines:
            first, last = (int(place) for place in np.searchsorted(line.curve.x, (low, high), side="left"))
            part = line.curve.y[max(0, first - 1) : last + 1]
            arrays.append(part if len(part) else line.curve.y)
        bottom, top = fitted_range(arrays, is_log=self.is_log())
        self.set_y_range(max(bottom, -1e300), min(top, 1e300))

    def point_at(self, images: float, *, says: bool = True) -> None:
        """Show the moment that is pointed at, here or in a neighbour, and say which if asked; NaN for none."""
        self._place = images
        self.set_pointer(images, f"{count_text(round(images))} pictures" if says and math.isfinite(images) else "")
        self._show_dots()

    def set_log(self, is_log: bool) -> None:
        super().set_log(is_log)
        self.refresh()

    def dress(self, look: Tokens) -> None:
        super().dress(look)
        if self._lines:
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_note"):  # pyqtgraph resizes while it is being made
            self._note.setGeometry(self.rect().adjusted(LEFT_PX, 8, -12, -24))

    def _show_dots(self) -> None:
        look, spots = tokens(), []
        for line in self._lines if math.isfinite(self._place) else ():
            value = line.curve.value_near(self._place)
            if math.isfinite(value) and (value > 0 or not self.is_log()):
                height = math.log10(value) if self.is_log() else value
                spots.append({"pos": (self._place, height), "brush": pg.mkBrush(line.colour(look))})
        self._dots.setData(spots)
