"""A small picture to press: rounded, ringed when it is where we are, named in words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QSizePolicy

from app.look.images import image_pixmap
from app.look.theme import tokens
from app.look.tokens import RADIUS_PX
from engine.protocol.values import Image

_EDGE_PX = 2.0
RING_PX = 3.0
"""Between tile and picture: the ring stands here."""


class Thumbnail(QAbstractButton):
    """`clicked` goes there. `set_image(None)` shows a quiet tile until the picture comes."""

    menu_asked = Signal(object)
    drag_asked = Signal()

    def __init__(self, side_px: int, name: str = "") -> None:
        super().__init__()
        self._side_px = side_px
        self._image: Image | None = None
        self._pixmap: QPixmap | None = None
        self._selected = False
        self._mark = ""
        self._pressed_at: QPointF | None = None
        self._radius = float(RADIUS_PX) if side_px > 40 else 3.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(self.sizeHint())
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_words(name)

    def sizeHint(self) -> QSize:
        side = self._side_px + round(2 * RING_PX)
        return QSize(side, side)

    def set_side(self, side_px: int) -> None:
        """Be another size."""
        if side_px != self._side_px:
            self._side_px = side_px
            self._pixmap = None
            self.setFixedSize(self.sizeHint())

    def image(self) -> Image | None:
        """The picture shown."""
        return self._image

    def is_selected(self) -> bool:
        """True while it carries the ring."""
        return self._selected

    def set_image(self, image: Image | None) -> None:
        """Show a picture."""
        if image is not self._image:
            self._image = image
            self._pixmap = None
            self.update()

    def set_mark(self, mark: str) -> None:
        """What stands on it instead of a picture: a sign, or how many it stands for."""
        if mark != self._mark:
            self._mark = mark
            self.update()

    def set_selected(self, selected: bool) -> None:
        """Ring it, and say so to screen readers."""
        if selected != self._selected:
            self._selected = selected
            self.setAccessibleDescription("Shown now" if selected else "")
            self.update()

    def set_words(self, name: str, tip: str = "") -> None:
        """What it is, for screen readers, and the state's words for its tooltip."""
        self.setAccessibleName(name)
        self.setToolTip(tip or name)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        start = self._pressed_at
        if start is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        if (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self.setDown(False)
            self.drag_asked.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.DevicePixelRatioChange, QEvent.Type.ScreenChangeInternal):
            self._pixmap = None
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(RING_PX, RING_PX, -RING_PX, -RING_PX)
        if self._image is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.raised if look.dark else look.button))
            painter.drawRoundedRect(box, self._radius, self._radius)
            painter.setPen(QColor(look.secondary))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._mark)
        else:
            if self._pixmap is None:
                self._pixmap = image_pixmap(self._image, self._side_px, self.devicePixelRatioF())
            path = QPainterPath()
            path.addRoundedRect(box, self._radius, self._radius)
            painter.setClipPath(path)
            painter.drawPixmap(box.topLeft(), self._pixmap)
            painter.setClipping(False)
        is_hot = self.underMouse() and self.isEnabled()
        if self._selected or self.hasFocus() or is_hot:
            colour = look.accent if self._selected else look.text if self.hasFocus() else look.disabled
            edge = _EDGE_PX / 2
            painter.setPen(QPen(QColor(colour), _EDGE_PX))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
            painter.drawRoundedRect(ring, self._radius + 2, self._radius + 2)
            if self._selected and self.hasFocus():
                painter.setPen(QPen(QColor(look.text), 1.0))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), self._radius, self._radius)
        painter.end()
