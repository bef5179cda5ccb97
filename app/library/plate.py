"""A picture of an entry as large as its pixels allow, on a quiet ground."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.images import Scaling, image_pixmap
from app.look.theme import tokens
from app.look.tokens import RADIUS_PX
from engine.protocol.values import Image

SIDE_PX = 220
_MOST_TIMES = 6
"""Pictures are not blown up further."""


class Plate(QWidget):
    """`set_image(None)` shows the ground alone."""

    def __init__(self) -> None:
        super().__init__()
        self._image: Image | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(SIDE_PX)
        self.setAccessibleName("Samples")

    def set_image(self, image: Image | None) -> None:
        """Show another picture."""
        if image is not self._image:
            self._image = image
            self.update()

    def image(self) -> Image | None:
        """What is shown."""
        return self._image

    def sizeHint(self) -> QSize:
        return QSize(SIDE_PX, SIDE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), RADIUS_PX, RADIUS_PX)
        painter.fillPath(path, QColor(look.canvas))
        image = self._image
        if image is None:
            painter.setPen(QColor(look.secondary))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "No picture yet")
        else:
            longest = max(image.shape[:2])
            side = min(SIDE_PX, self.width(), longest * _MOST_TIMES)
            crisp = Scaling.AUTO.is_crisp(image.shape[1] // 2, image.shape[0] // 2)
            pixmap = image_pixmap(image, side, self.devicePixelRatioF(), whole_pixels=crisp)
            size = pixmap.deviceIndependentSize()
            painter.setClipPath(path)
            painter.drawPixmap(
                round((self.width() - size.width()) / 2), round((self.height() - size.height()) / 2), pixmap
            )
        painter.end()
