"""One plot of live curves, painted with the program's own type and colours."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.theme import font, tokens
from app.look.tokens import TEXT_SMALL_PX, Tokens
from app.train.curves import Curve, thinned
from app.train.scales import Scale, count_tick_text, fitted_scale, tick_text

_LEFT_PX, _RIGHT_PX, _TOP_PX, _BOTTOM_PX = 52, 12, 8, 24


class CurveSource(Protocol):
    """What a plot asks of the board it stands on."""

    def shown_curves(self) -> dict[str, Curve]: ...
    def colour(self, name: str) -> str: ...
    def last_images(self) -> float: ...
    def is_log(self) -> bool: ...


class CurvePlot(QWidget):
    """`pointed_at` carries pictures seen while the pointer is over the plot, NaN when it leaves."""

    pointed_at = Signal(float)

    def __init__(self, board: CurveSource) -> None:
        super().__init__()
        self._board = board
        self._names: tuple[str, ...] = ()
        self._pointer = math.nan
        self.setAccessibleName("Learning curves")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)

    def names(self) -> tuple[str, ...]:
        """The curves that belong here."""
        return self._names

    def set_names(self, names: tuple[str, ...]) -> None:
        """Show these curves: the ones that share a scale."""
        self._names = names
        self.update()

    def set_pointer(self, images: float) -> None:
        """The moment that is pointed at, here or in a neighbour; NaN for none."""
        self._pointer = images
        self.update()

    def _shown(self) -> dict[str, Curve]:
        return {name: curve for name, curve in self._board.shown_curves().items() if name in self._names}

    # ------------------------------------------------------------ painting

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT_PX, _TOP_PX, -_RIGHT_PX, -_BOTTOM_PX)

    def _x_scale(self) -> Scale:
        return Scale(0.0, max(1.0, self._board.last_images()))

    def sizeHint(self) -> QSize:
        return QSize(480, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 110)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self._area()
        share = (event.position().x() - area.left()) / max(1.0, area.width())
        inside = 0.0 <= share <= 1.0 and self._names
        self.pointed_at.emit(share * self._x_scale().high if inside else math.nan)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed_at.emit(math.nan)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, area = tokens(), self._area()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TEXT_SMALL_PX))
        curves = self._shown()
        if not self._names:
            painter.setPen(QColor(look.secondary))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "The curves begin with the first steps.")
            painter.end()
            return
        y_scale = fitted_scale([curve.y for curve in curves.values()], is_log=self._board.is_log())
        self._paint_axes(painter, area, self._x_scale(), y_scale, look)
        painter.setClipRect(area.adjusted(0, -2, 0, 2))
        for name, curve in curves.items():
            colour = QColor(self._board.colour(name))
            if curve.is_smoothed:
                faint = QColor(colour)
                faint.setAlpha(70)
                self._paint_line(painter, area, curve.x, curve.y, y_scale, QPen(faint, 1.0))
            shown = curve.smooth if curve.is_smoothed else curve.y
            self._paint_line(painter, area, curve.x, shown, y_scale, QPen(colour, 1.75))
        if not math.isnan(self._pointer) and curves:
            self._paint_pointer(painter, area, y_scale, look)
        painter.end()

    def _paint_axes(self, painter: QPainter, area: QRectF, x: Scale, y: Scale, look: Tokens) -> None:
        line, words = QPen(QColor(look.line), 1.0), QColor(look.secondary)
        ticks = y.ticks(max(2, int(area.height() // 36)))
        step = ticks[1] - ticks[0] if len(ticks) > 1 else 0.0
        for tick, share in zip(ticks, y.shares(np.array(ticks)), strict=True):
            height = round(area.bottom() - share * area.height()) + 0.5
            painter.setPen(line)
            painter.drawLine(QPointF(area.left(), height), QPointF(area.right(), height))
            painter.setPen(words)
            box = QRectF(0, height - 9, _LEFT_PX - 8, 18)
            painter.drawText(
                box,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                tick_text(tick, tick if y.is_log else step),
            )
        counts = [tick for tick in x.ticks(max(2, int(area.width() // 90))) if tick == int(tick)]
        for tick, share in zip(counts, x.shares(np.array(counts)), strict=True):
            box = QRectF(area.left() + share * area.width() - 40, area.bottom() + 4, 80, 18)
            text = count_tick_text(tick) + (" pictures" if tick == counts[-1] and len(counts) > 1 else "")
            align = Qt.AlignmentFlag.AlignHCenter
            if box.right() > self.width():
                box.moveRight(self.width() - 2)
                align = Qt.AlignmentFlag.AlignRight
            painter.drawText(box, align, text)

    def _paint_line(
        self, painter: QPainter, area: QRectF, x: np.ndarray, y: np.ndarray, scale: Scale, pen: QPen
    ) -> None:
        thin_x, thin_y = thinned(x, y, max(1, int(area.width() / 2)))
        xs = area.left() + self._x_scale().shares(thin_x) * area.width()
        ys = area.bottom() - scale.shares(thin_y) * area.height()
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        good = np.isfinite(ys)
        ys = np.clip(ys, -1e5, 1e5)  # far outside is outside; Qt's rasteriser dislikes more
        breaks = np.flatnonzero(~good)
        for part in np.split(np.arange(len(xs)), breaks):
            points = [QPointF(float(xs[k]), float(ys[k])) for k in part if good[k]]
            if len(points) == 1:
                painter.drawEllipse(points[0], 1.0, 1.0)
            elif points:
                painter.drawPolyline(QPolygonF(points))

    def _paint_pointer(self, painter: QPainter, area: QRectF, scale: Scale, look: Tokens) -> None:
        x = area.left() + float(self._x_scale().shares(np.array([self._pointer]))[0]) * area.width()
        painter.setPen(QPen(QColor(look.disabled), 1.0))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        for name, curve in self._shown().items():
            share = float(scale.shares(np.array([curve.value_near(self._pointer)]))[0])
            if math.isfinite(share):
                painter.setBrush(QColor(self._board.colour(name)))
                painter.drawEllipse(QPointF(x, area.bottom() - share * area.height()), 3.0, 3.0)
