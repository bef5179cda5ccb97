"""The picture, as large as suits it, and beside it the gallery, which takes the room that is left."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.controls.surfaces import Rule
from app.explore.canvas import Canvas
from app.places.gallery_panel import LEAST_PX, GalleryPanel


class Stage(QWidget):
    """Places both by hand: a layout would have to be told anew at every step of a resize."""

    def __init__(self, canvas: Canvas, gallery: GalleryPanel) -> None:
        super().__init__()
        self._canvas, self._gallery = canvas, gallery
        self._rule = Rule()
        for part in (canvas, self._rule, gallery):
            part.setParent(self)
        canvas.sides_changed.connect(self._place)

    def _place(self) -> None:
        width, height = self.width(), self.height()
        canvas_px = max(0, min(self._canvas.width_for(height), width - LEAST_PX - 1))
        self._canvas.setGeometry(0, 0, canvas_px, height)
        self._rule.setGeometry(canvas_px, 0, 1, height)
        self._gallery.setGeometry(canvas_px + 1, 0, max(0, width - canvas_px - 1), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def sizeHint(self) -> QSize:
        return QSize(self._canvas.sizeHint().width() + 3 * LEAST_PX, self._canvas.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        least = self._canvas.minimumSizeHint()
        return QSize(least.width() + LEAST_PX + 1, least.height())
