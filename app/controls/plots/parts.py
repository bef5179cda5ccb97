"""A number of a run that has a part for every coordinate: which curves are parts, and a bar for each of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import count, takewhile

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.controls.plots.curves import Curve
from app.controls.plots.scales import loss_text
from app.look.theme import font, tokens
from app.look.tokens import SPACE_4, SPACE_8, TEXT_SMALL_PX
from engine.protocol.values import Monitor

_BARS_PX = 34
_STEP_PX = 30
"""Room for one coordinate; many have less, and then not each has its number below it."""
_SHOWN = 0.02
"""Less than this share of the largest is drawn as a line that stands for nothing."""


def is_part(name: str, monitor: Monitor) -> bool:
    """True for the part of a number that one coordinate has."""
    return bool(monitor.parts) and name.startswith(monitor.parts) and name.removeprefix(monitor.parts).isdigit()


def parts_of(monitors: Iterable[Monitor], curves: Mapping[str, Curve], images: float) -> dict[Monitor, list[float]]:
    """The parts of each number that has some, coordinate by coordinate, at a moment."""
    found = {}
    for monitor in monitors:
        names = takewhile(curves.__contains__, (f"{monitor.parts}{place}" for place in count()))
        if monitor.parts and (values := [curves[name].value_near(images) for name in names]):
            found[monitor] = values
    return found


class PartsStrip(QWidget):
    """A bar for each coordinate; pointing at one tells its value. Hidden while there is nothing to show."""

    def __init__(self) -> None:
        super().__init__()
        self.values: tuple[float, ...] = ()
        self.words = ""
        self.pointed: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_parts(self, parts: Mapping[Monitor, list[float]]) -> None:
        """Show the first number that has parts."""
        monitor, values = next(iter(parts.items()), (None, []))
        self.values = tuple(values)
        self.setVisible(bool(values))
        if monitor is None:
            return
        self.words = f"{monitor.label}, number by number"
        told = ", ".join(f"{place}: {loss_text(value)}" for place, value in enumerate(values))
        self.setAccessibleName(f"{self.words}. {told}")
        self.setToolTip(f"{monitor.help}\nHere how much each of them tells: what is flat tells nothing.")
        self.update()

    def caption(self) -> str:
        """The heading, or what the bar under the pointer says."""
        if self.pointed is None or self.pointed >= len(self.values):
            return self.words
        return f"Number {self.pointed}: {loss_text(self.values[self.pointed])}"

    def place_at(self, x: float) -> int | None:
        """Which coordinate's bar stands there."""
        place = math.floor(x / self._step()) if self.values else -1
        return place if 0 <= place < len(self.values) else None

    def bar(self, place: int) -> QRectF:
        """Where a coordinate's bar stands."""
        step, top = self._step(), max((value for value in self.values if math.isfinite(value)), default=0.0)
        value = self.values[place]
        share = value / top if top > 0 and math.isfinite(value) else 0.0
        high = max(1.0, _BARS_PX * share) if share >= _SHOWN else 1.0
        gap = min(SPACE_4, 0.25 * step)
        return QRectF(place * step, self._base() - high, step - gap, high)

    def sizeHint(self) -> QSize:
        return QSize(200, self._base() + QFontMetrics(font(TEXT_SMALL_PX)).height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.place_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TEXT_SMALL_PX))
        metrics = painter.fontMetrics()
        painter.setPen(QColor(look.secondary))
        painter.drawText(0, metrics.ascent(), self.caption())
        painter.setPen(Qt.PenStyle.NoPen)
        for place in range(len(self.values)):
            rect = self.bar(place)
            colour = look.accent if place == self.pointed else look.curves[2] if rect.height() > 1.0 else look.disabled
            painter.setBrush(QColor(colour))
            painter.drawRect(rect)
        painter.setPen(QColor(look.secondary))
        every = max(1, math.ceil((metrics.horizontalAdvance("00") + SPACE_8) / self._step()))
        for place in range(0, len(self.values), every):
            rect = self.bar(place)
            wide = max(rect.width(), float(metrics.horizontalAdvance("000")))
            below = QRectF(rect.center().x() - wide / 2, self._base() + 1.0, wide, metrics.height())
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, str(place))
        painter.end()

    def _base(self) -> int:
        return QFontMetrics(font(TEXT_SMALL_PX)).height() + SPACE_4 + _BARS_PX

    def _step(self) -> float:
        return min(_STEP_PX, self.width() / max(1, len(self.values)))

    def _point(self, place: int | None) -> None:
        if place != self.pointed:
            self.pointed = place
            self.update()
