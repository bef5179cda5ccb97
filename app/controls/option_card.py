"""One of several things to choose, with a picture and two lines: a radio button that shows what it means."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QRadioButton, QSizePolicy

from app.controls.focus import KEYBOARD_REASONS
from app.look.icons import pixmap
from app.look.images import image_pixmap
from app.look.theme import font, tokens
from app.look.tokens import RADIUS_PX, SPACE_8, SPACE_12, TEXT_SMALL_PX
from engine.protocol.values import Image

_HEIGHT_PX = 52
_PICTURE_PX = 36


class OptionCard(QRadioButton):
    """Exclusive among its siblings, as radio buttons are; arrows move between them."""

    def __init__(self, title: str, note: str, *, image: Image | None = None, icon: str = "picture") -> None:
        super().__init__()
        self._title, self._note = title, note
        self._image, self._icon = image, icon
        self._pixmap: QPixmap | None = None
        self._is_ringed = False
        self.setAccessibleName(title)
        self.setAccessibleDescription(note)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def title(self) -> str:
        """The first line."""
        return self._title

    def set_image(self, image: Image | None) -> None:
        """Another picture of what it means."""
        self._image, self._pixmap = image, None
        self.update()

    def set_unavailable(self, reason: str) -> None:
        """It exists but cannot be chosen now; the tooltip says why."""
        self.setEnabled(not reason)
        self.setToolTip(reason)

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, _HEIGHT_PX)

    def hitButton(self, pos: object) -> bool:
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._is_ringed = event.reason() in KEYBOARD_REASONS

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._pixmap = None
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        is_hot = self.underMouse() and self.isEnabled()
        if self.isChecked() or is_hot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.button))
            painter.drawRoundedRect(body, RADIUS_PX, RADIUS_PX)
        if self.isChecked():
            painter.setPen(QPen(QColor(look.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(body.adjusted(0.25, 0.25, -0.25, -0.25), RADIUS_PX, RADIUS_PX)
        self._paint_picture(painter)
        left = SPACE_8 + _PICTURE_PX + SPACE_12
        room = self.width() - left - 32
        painter.setPen(QColor(look.text if self.isEnabled() else look.disabled))
        painter.setFont(font(weight=QFont.Weight.Medium))
        title = painter.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, 8, room, 18), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(font(TEXT_SMALL_PX))
        painter.setPen(QColor(look.secondary if self.isEnabled() else look.disabled))
        note = painter.fontMetrics().elidedText(self._note, Qt.TextElideMode.ElideRight, room + 24)
        painter.drawText(QRectF(left, 27, room + 24, 16), Qt.AlignmentFlag.AlignVCenter, note)
        if self.isChecked():
            mark = pixmap("check", look.accent, 16, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(self.width() - 26, 9), mark)
        if self.hasFocus() and self._is_ringed:
            painter.setPen(QPen(QColor(look.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(body.adjusted(2.5, 2.5, -2.5, -2.5), RADIUS_PX - 2, RADIUS_PX - 2)
        painter.end()

    def _paint_picture(self, painter: QPainter) -> None:
        look = tokens()
        box = QRectF(SPACE_8, (self.height() - _PICTURE_PX) / 2, _PICTURE_PX, _PICTURE_PX)
        path = QPainterPath()
        path.addRoundedRect(box, 4, 4)
        if self._image is None:
            painter.fillPath(path, QColor(look.button_hover))
            ink = look.secondary if self.isEnabled() else look.disabled
            painter.drawPixmap(box.topLeft() + QPointF(9, 9), pixmap(self._icon, ink, 18, self.devicePixelRatioF()))
            return
        if self._pixmap is None:
            self._pixmap = image_pixmap(self._image, _PICTURE_PX, self.devicePixelRatioF())
        painter.save()
        painter.setClipPath(path)
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        painter.drawPixmap(box.topLeft(), self._pixmap)
        painter.restore()
