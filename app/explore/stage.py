"""The picture, as large as suits it, and beside it the gallery, which takes the room that is left."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.controls.surfaces import Rule
from app.explore.beside_slot import BesideSlot
from app.explore.canvas import Canvas
from app.places.gallery_panel import LEAST_PX, GalleryPanel
from app.store.shown.beside import Beside


class Stage(QWidget):
    """Places both by hand: a layout would have to be told anew at every step of a resize."""

    def __init__(self, canvas: Canvas, gallery: GalleryPanel, slot: BesideSlot, beside: Beside) -> None:
        super().__init__()
        self._canvas, self._gallery, self._slot, self._beside = canvas, gallery, slot, beside
        self._rule, self._slot_rule = Rule(), Rule()
        for part in (canvas, self._rule, gallery, self._slot_rule, slot):
            part.setParent(self)
        canvas.sides_changed.connect(self._place)
        beside.changed.connect(self._place)

    def _place(self) -> None:
        """What is held beside the picture is as wide as the picture; the gallery keeps what it needs at least."""
        width, height = self.width(), self.height()
        pictures = 2 if self._beside.held is not None else 1
        canvas_px = max(0, min(self._canvas.width_for(height), (width - LEAST_PX) // pictures - 1))
        self._canvas.setGeometry(0, 0, canvas_px, height)
        left = canvas_px
        for part in (self._slot_rule, self._slot):
            part.setVisible(pictures == 2)
        if pictures == 2:
            self._slot_rule.setGeometry(left, 0, 1, height)
            self._slot.setGeometry(left + 1, 0, canvas_px, height)
            left += canvas_px + 1
        self._rule.setGeometry(left, 0, 1, height)
        self._gallery.setGeometry(left + 1, 0, max(0, width - left - 1), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def sizeHint(self) -> QSize:
        return QSize(self._canvas.sizeHint().width() + 3 * LEAST_PX, self._canvas.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        least = self._canvas.minimumSizeHint()
        return QSize(least.width() + LEAST_PX + 1, least.height())
