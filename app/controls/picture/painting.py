"""How the canvas looks: picture, pills, progress line."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QRegion

from app.look.theme import font
from app.look.tokens import RADIUS_PX, SPACE_12, SPACE_24, TEXT_LARGE_PX, TEXT_SMALL_PX, Tokens

LINE_PX = 3
"""The progress line under a picture that is being drawn."""
_PILL_PX = 24
_VEIL = 200
"""How much a pill covers of the picture, of 255."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasLook:
    """Everything that decides the canvas's pixels."""

    area: QRect
    frame: QRect
    """Where the picture stands, in logical pixels."""
    picture: QImage | None
    """Fills the frame, pixel by pixel."""
    sentence: str = ""
    """Shown in the middle when there is no picture."""
    badge: str = ""
    """Shown in the picture's upper left corner."""
    note: str = ""
    """Shown under the picture."""
    progress: float | None = None
    is_focused: bool = False
    is_framed: bool = True
    """False while only the picture itself is to be painted."""


def paint_canvas(painter: QPainter, look: CanvasLook, tokens: Tokens) -> None:
    """Everything, back to front."""
    if look.is_framed or look.picture is None:
        _paint_ground(painter, look, tokens)
    if look.picture is not None:
        painter.drawImage(look.frame, look.picture)  # antialiased, it would take the painter's slow way
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if look.picture is None and look.sentence:
        painter.setFont(font(TEXT_LARGE_PX))
        painter.setPen(_on_canvas(tokens))
        box = look.area.adjusted(SPACE_24, SPACE_24, -SPACE_24, -SPACE_24)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, look.sentence)
    if look.badge and look.picture is not None:
        _paint_pill(painter, look.badge, QPointF(look.frame.left() + SPACE_12, look.frame.top() + SPACE_12))
    if look.progress is not None:
        _paint_progress(painter, look.frame, look.progress, tokens)
    if look.note and look.picture is not None:
        painter.setFont(font(TEXT_SMALL_PX))
        painter.setPen(_on_canvas(tokens))
        top = look.frame.bottom() + LINE_PX + 2
        room = QRect(look.area.left(), top, look.area.width(), max(0, look.area.bottom() - top))
        painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, look.note)
    if look.is_focused:
        painter.setPen(QPen(QColor(tokens.accent), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(look.frame).adjusted(-4, -4, 4, 4), RADIUS_PX, RADIUS_PX)


def _paint_ground(painter: QPainter, look: CanvasLook, tokens: Tokens) -> None:
    around = QRegion(look.area)
    if look.picture is not None:
        around -= QRegion(look.frame)  # the picture covers its own ground
    painter.setClipRegion(around)
    painter.fillRect(look.area, QColor(tokens.canvas))
    painter.setClipping(False)


def _on_canvas(tokens: Tokens) -> QColor:
    """Text on the neutral surround, which is darker than a panel in light and lighter in dark."""
    return QColor(tokens.secondary if tokens.dark else "#45484d")


def _paint_pill(painter: QPainter, words: str, corner: QPointF) -> None:
    """White on a dark veil: readable on any picture in both themes."""
    painter.setFont(font(TEXT_SMALL_PX, QFont.Weight.Medium))
    width = QFontMetricsF(painter.font()).horizontalAdvance(words) + 20
    pill = QRectF(corner.x(), corner.y(), width, _PILL_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 21, 24, _VEIL))
    painter.drawRoundedRect(pill, _PILL_PX / 2, _PILL_PX / 2)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)


def _paint_progress(painter: QPainter, frame: QRect, progress: float, tokens: Tokens) -> None:
    line = QRectF(frame.left(), frame.bottom() + 1, frame.width(), LINE_PX)
    painter.fillRect(line, QColor(tokens.track))
    line.setWidth(line.width() * min(max(progress, 0.0), 1.0))
    painter.fillRect(line, QColor(tokens.accent))
