"""How the timeline looks: ruler, spans with their times, film, handles, playhead and marker."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.look.images import to_qimage
from app.look.theme import font
from app.look.tokens import TEXT_SMALL_PX, Tokens
from engine.protocol.values import Image
from engine.protocol.walks import Easing, Walk, Way

RULER_PX, KEYS_PX, HANDLES_PX, FILM_PX, PAD_PX = 28, 62, 16, 36, 6
HEIGHT_PX = RULER_PX + KEYS_PX + HANDLES_PX + FILM_PX + PAD_PX
THUMB_PX = 52
HANDLE_PX = 6.0
_STEPS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0)
_TICK_PX = 56
EASINGS = {
    Easing.STEADY: "Steady",
    Easing.GENTLE: "Slow at both ends",
    Easing.SLOW_START: "Slow start",
    Easing.SLOW_END: "Slow end",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLook:
    """Everything that decides the timeline's pixels; the keyframes' pictures are widgets over it."""

    walk: Walk
    starts: tuple[float, ...]
    ends: tuple[float, ...]
    seconds: float
    """Where the playhead is."""
    film: tuple[Image | None, ...]
    left: float
    pixels_per_s: float
    held: int = -1
    marker: float | None = None

    def x(self, seconds: float) -> float:
        """Where a moment stands."""
        return self.left + seconds * self.pixels_per_s


def paint_timeline(painter: QPainter, look: TimelineLook, inks: Tokens) -> None:
    """Everything, back to front."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setFont(font(TEXT_SMALL_PX))
    if look.walk.spans:
        _paint_ruler(painter, look, inks)
        _paint_spans(painter, look, inks)
        _paint_film(painter, look, inks)
        if look.walk.way is not Way.EVEN:
            _paint_handles(painter, look, inks)
        _paint_playhead(painter, look, inks)
    if look.marker is not None:
        painter.setPen(QPen(QColor(inks.accent), 3.0))
        painter.drawLine(QPointF(look.marker, RULER_PX), QPointF(look.marker, RULER_PX + KEYS_PX))


def _paint_ruler(painter: QPainter, look: TimelineLook, inks: Tokens) -> None:
    step = next((step for step in _STEPS_S if step * look.pixels_per_s >= _TICK_PX), _STEPS_S[-1])
    for number in range(int(look.walk.seconds / step + 1e-6) + 1):
        x = look.x(number * step)
        painter.setPen(QPen(QColor(inks.line), 1.0))
        painter.drawLine(QPointF(x, RULER_PX - 5), QPointF(x, RULER_PX))
        painter.setPen(QColor(inks.secondary))
        painter.drawText(QRectF(x - 30, 0, 60, 16), Qt.AlignmentFlag.AlignCenter, time_text(number * step))


def _paint_spans(painter: QPainter, look: TimelineLook, inks: Tokens) -> None:
    """A line from keyframe to keyframe, with how long it takes where there is room."""
    middle, half = RULER_PX + KEYS_PX / 2, THUMB_PX / 2 + 5
    for index, end in enumerate(look.ends):
        start, is_last = look.starts[index], look.walk.closed and index == len(look.ends) - 1
        left, right = look.x(start) + half, look.x(end) - (0.0 if is_last else half)
        if right - left < 4:
            continue
        painter.setPen(QPen(QColor(inks.line), 1.0))
        words = time_text(round(end - start, 1))
        wide = painter.fontMetrics().horizontalAdvance(words) + 12
        if right - left <= wide + 8:
            painter.drawLine(QPointF(left, middle), QPointF(right, middle))
            continue
        centre = (left + right) / 2
        painter.drawLine(QPointF(left, middle), QPointF(centre - wide / 2, middle))
        painter.drawLine(QPointF(centre + wide / 2, middle), QPointF(right, middle))
        painter.setPen(QColor(inks.secondary))
        painter.drawText(QRectF(centre - wide / 2, middle - 9, wide, 18), Qt.AlignmentFlag.AlignCenter, words)
        easing = look.walk.keyframes[index].easing
        if easing is not Easing.STEADY and look.walk.way is not Way.EVEN:
            _paint_easing(painter, easing, QPointF(centre, middle + 15), inks)


def _paint_easing(painter: QPainter, easing: Easing, centre: QPointF, inks: Tokens) -> None:
    """A small curve of it."""
    shares = [k / 10 for k in range(11)]
    heights = {
        Easing.GENTLE: [s * s * (3 - 2 * s) for s in shares],
        Easing.SLOW_START: [s * s for s in shares],
        Easing.SLOW_END: [1 - (1 - s) ** 2 for s in shares],
    }.get(easing, shares)
    corner = centre + QPointF(-8, 4)
    points = [corner + QPointF(16 * share, -8 * height) for share, height in zip(shares, heights, strict=True)]
    painter.setPen(QPen(QColor(inks.secondary), 1.25))
    painter.drawPolyline(QPolygonF(points))


def _paint_film(painter: QPainter, look: TimelineLook, inks: Tokens) -> None:
    top, left, right = RULER_PX + KEYS_PX + HANDLES_PX, look.x(0.0), look.x(look.walk.seconds)
    painter.fillRect(QRectF(left, top, right - left, FILM_PX), QColor(inks.raised if inks.dark else inks.button))
    wide = (right - left) / max(1, len(look.film))
    for number, image in enumerate(look.film):
        if image is None or wide <= 0:
            continue
        picture = to_qimage(image)
        side = float(picture.width())
        high, across = min(side, side * FILM_PX / wide), min(side, side * wide / FILM_PX)
        source = QRectF((side - across) / 2, (side - high) / 2, across, high)
        painter.drawImage(QRectF(left + number * wide, top, wide, FILM_PX), picture, source)


def _paint_handles(painter: QPainter, look: TimelineLook, inks: Tokens) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    for index, end in enumerate(look.ends):
        at = QPointF(look.x(end), RULER_PX + KEYS_PX + HANDLES_PX / 2)
        corners = [QPointF(0, -HANDLE_PX), QPointF(HANDLE_PX, 0), QPointF(0, HANDLE_PX), QPointF(-HANDLE_PX, 0)]
        painter.setBrush(QColor(inks.accent if index == look.held else inks.disabled))
        painter.drawPolygon(QPolygonF([at + corner for corner in corners]))


def _paint_playhead(painter: QPainter, look: TimelineLook, inks: Tokens) -> None:
    x, top = look.x(look.seconds), RULER_PX - 9.0
    painter.setPen(QPen(QColor(inks.accent), 1.5))
    painter.drawLine(QPointF(x, top), QPointF(x, HEIGHT_PX - PAD_PX))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(inks.accent))
    painter.drawPolygon(QPolygonF([QPointF(x - 6, top), QPointF(x + 6, top), QPointF(x, top + 9)]))


def time_text(seconds: float) -> str:
    """1.5 s, 12 s: no digit that says nothing."""
    text = f"{seconds:.2f}".rstrip("0").rstrip(".")
    return f"{text} s"
