"""The result among eight noisy neighbours, as in Radford et al. 2016."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.images import image_pixmap
from app.look.theme import tokens
from engine.protocol.values import Image

LEAST_PX, GAP_PX = 100, 4
MIDDLE = 4


class ResultGrid(QWidget):
    """Nine pictures, the sum itself in the middle, ringed; a press asks what to do with one."""

    menu_asked = Signal(int, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self._images: list[Image | None] = [None] * 9
        self._side_px = LEAST_PX
        self.setObjectName("arithmetic.result")
        self.setAccessibleName("Result and its neighbours")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(self.sizeHint())
        self.setToolTip("The sum in the middle, noise around it. Click one to go there or keep it.")

    def image(self, index: int = MIDDLE) -> Image | None:
        """A picture, the sum's own without an index."""
        return self._images[index]

    def set_image(self, index: int, image: Image | None) -> None:
        """Show one."""
        self._images[index] = image
        self.update(self._box(index).toAlignedRect())

    def set_room(self, width_px: int) -> None:
        """Three pictures side by side in this width."""
        self._side_px = max(LEAST_PX, (width_px - 2 * GAP_PX) // 3)
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        side = 3 * self._side_px + 2 * GAP_PX
        return QSize(side, side)

    def _box(self, index: int) -> QRectF:
        row, column = divmod(index, 3)
        side, step = self._side_px, self._side_px + GAP_PX
        return QRectF(column * step, row * step, side, side)

    def _index_at(self, at: QPoint) -> int:
        step = self._side_px + GAP_PX
        return min(2, at.y() // step) * 3 + min(2, at.x() // step)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.menu_asked.emit(self._index_at(event.position().toPoint()), event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(self._index_at(event.pos()), event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens()
        for index, image in enumerate(self._images):
            box = self._box(index)
            if image is None:
                painter.fillRect(box, QColor(look.raised if look.dark else look.button))
            else:
                painter.drawPixmap(box.topLeft(), image_pixmap(image, self._side_px, self.devicePixelRatioF()))
        painter.setPen(QPen(QColor(look.accent), 2.0))
        painter.drawRect(self._box(MIDDLE).adjusted(1, 1, -1, -1))
        painter.end()
