"""On or off: a track with a knob that slides, told apart by place and not by colour alone."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.controls.focus import KEYBOARD_REASONS
from app.look.theme import tokens

_WIDTH_PX, _HEIGHT_PX = 34, 20
_RING_PX = 2


class Switch(QAbstractButton):
    """A checkable button; Space and click toggle it."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self._is_ringed = False
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, _HEIGHT_PX + 8)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._is_ringed = event.reason() in KEYBOARD_REASONS
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(0, (self.height() - _HEIGHT_PX) / 2, _WIDTH_PX, _HEIGHT_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = look.accent if self.isChecked() else look.disabled
        painter.setBrush(QColor(ground if self.isEnabled() else look.track))
        painter.drawRoundedRect(body, _HEIGHT_PX / 2, _HEIGHT_PX / 2)
        x = body.right() - _HEIGHT_PX / 2 if self.isChecked() else body.left() + _HEIGHT_PX / 2
        painter.setBrush(QColor("#ffffff"))
        painter.drawEllipse(QPointF(x, body.center().y()), _HEIGHT_PX / 2 - 3, _HEIGHT_PX / 2 - 3)
        if self.hasFocus() and self._is_ringed:  # within the track: its edge stands on the grid, as a field's does
            painter.setPen(QPen(QColor(look.text), _RING_PX))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inset = _RING_PX / 2
            radius = _HEIGHT_PX / 2 - inset
            painter.drawRoundedRect(body.adjusted(inset, inset, -inset, -inset), radius, radius)
        painter.end()
