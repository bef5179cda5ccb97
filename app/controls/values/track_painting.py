"""How a bipolar track looks: painted from numbers, so that the widget keeps only its manners."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.look.tokens import Tokens

HANDLE_PX = 6.0
GAP_PX = 2.0
GROOVE_PX = 4.0
TICK_PX = 12.0
_FOCUS_PX = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackLook:
    """Everything that decides a track's pixels."""

    groove: QRectF
    zero_x: float
    handle_x: float
    is_moved: bool
    is_marked: bool
    """The tick stands there at rest too: where rest is not in the middle, one could not see it."""
    is_enabled: bool
    is_focused: bool
    is_hot: bool
    """Under the pointer or being dragged."""


def paint_track(painter: QPainter, look: TrackLook, tokens: Tokens, behind: QColor) -> None:
    """The groove, its fill from zero to the handle, the tick at zero and the handle in a gap of what is behind."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.track))
    painter.drawRoundedRect(look.groove, GROOVE_PX / 2, GROOVE_PX / 2)
    middle = look.groove.center().y()
    accent = QColor(tokens.accent_hover if look.is_hot else tokens.accent)
    if not look.is_enabled:
        accent = QColor(tokens.disabled)
    if look.is_moved:
        left, right = sorted((look.zero_x, look.handle_x))
        painter.setBrush(accent)
        painter.drawRect(QRectF(left, middle - GROOVE_PX / 2, right - left, GROOVE_PX))
    if look.is_moved or look.is_marked:
        painter.setBrush(QColor(tokens.secondary if look.is_enabled else tokens.disabled))
        painter.drawRect(QRectF(round(look.zero_x) - 0.5, middle - TICK_PX / 2, 1.0, TICK_PX))
    centre = QPointF(look.handle_x, middle)
    painter.setBrush(behind)
    painter.drawEllipse(centre, HANDLE_PX + GAP_PX, HANDLE_PX + GAP_PX)
    if look.is_moved:
        painter.setBrush(accent)
    else:
        painter.setBrush(QColor(tokens.text if look.is_enabled else tokens.disabled))
    painter.drawEllipse(centre, HANDLE_PX, HANDLE_PX)
    if look.is_focused:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.accent), 2.0))
        painter.drawEllipse(centre, _FOCUS_PX, _FOCUS_PX)
