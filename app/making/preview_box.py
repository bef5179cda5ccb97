"""What would be drawn, in a box twice as wide as high: pictures appear as they are made, old ones stay till then."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.images import image_pixmap
from app.look.theme import theme, tokens
from app.look.tokens import SPACE_4
from engine.protocol.answers import SetPreviewed
from engine.protocol.values import Image

_ROUND_PX = 4.0
_HEIGHT_PX = 228


class PreviewBox(QWidget):
    """Shows cells; empty ones are quiet tiles."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("draw.preview")
        self.setAccessibleName("Preview")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT_PX)
        self._images: list[Image | None] = [None] * 8
        self._pixmaps: dict[int, QPixmap] = {}
        self._columns, self._stacked = 4, 1
        theme().changed.connect(self._on_theme_changed)

    def set_shape(self, cells: int, columns: int, stacked: int) -> None:
        """Make room for other pictures."""
        if (cells, columns, stacked) != (len(self._images), self._columns, self._stacked):
            self._images = [None] * cells
            self._columns, self._stacked = columns, stacked
            self._pixmaps.clear()
            self.update()

    def clear(self) -> None:
        """Quiet tiles only: nothing of the old is part of what was chosen now."""
        self._images = [None] * len(self._images)
        self._pixmaps.clear()
        self.update()

    def set_preview(self, told: SetPreviewed) -> None:
        """Take in the pictures that are there."""
        self.set_shape(told.of, told.columns, told.stacked)
        for place, image in enumerate(told.images):
            if self._images[place] is not image:
                self._images[place] = image
                self._pixmaps.pop(place, None)
        self.setAccessibleDescription(f"{len(told.images)} of {told.of} pictures")
        self.update()

    def images(self) -> tuple[Image | None, ...]:
        """What is shown."""
        return tuple(self._images)

    def cell_rect(self, place: int) -> QRectF:
        """Where a picture stands: whole pixels, so that equal pictures look equal."""
        person, row = divmod(place, self._stacked)
        people = -(-len(self._images) // self._stacked)
        rows = -(-people // self._columns) * self._stacked
        side = min(
            (self.width() - (self._columns - 1) * SPACE_4) // self._columns,
            (self.height() - (rows - 1) * SPACE_4) // max(1, rows),
        )
        step = side + SPACE_4
        down = person // self._columns * self._stacked + row
        return QRectF(person % self._columns * step, down * step, side, side)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.DevicePixelRatioChange, QEvent.Type.Resize):
            self._pixmaps.clear()
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(2 * _HEIGHT_PX + SPACE_4, _HEIGHT_PX)

    def _on_theme_changed(self, _tokens: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, image in enumerate(self._images):
            box = self.cell_rect(place)
            path = QPainterPath()
            path.addRoundedRect(box, _ROUND_PX, _ROUND_PX)
            if image is None:
                painter.fillPath(path, QColor(look.raised if look.dark else look.button))
                continue
            if place not in self._pixmaps:
                self._pixmaps[place] = image_pixmap(image, round(box.width()), self.devicePixelRatioF())
            painter.save()
            painter.setClipPath(path)
            painter.drawPixmap(QPointF(box.topLeft()), self._pixmaps[place])
            painter.restore()
        painter.end()


def halved(image: Image) -> Image:
    """Left without colour, right as it is: the sign of a pair."""
    import numpy as np

    half = image.shape[1] // 2
    both = image.copy()
    grey = (both[:, :half].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)).round()
    both[:, :half] = grey.astype(np.uint8)[..., None]
    both.setflags(write=False)
    return both
