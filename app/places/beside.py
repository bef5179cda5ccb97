"""A large picture and the gallery next to it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.controls.picture.stage import PictureStage
from app.controls.surfaces import Rule
from app.places.gallery_panel import LEAST_PX

_AROUND_PX = 160
"""Ground beside the picture."""


class Beside(QWidget):
    """The picture about square and no wider than suits it, and the gallery in the room that is left."""

    def __init__(self, stage: PictureStage, gallery: QWidget) -> None:
        super().__init__()
        self._stage, self._gallery, self._rule = stage, gallery, Rule(Qt.Orientation.Vertical)
        for part in (stage, self._rule, gallery):
            part.setParent(self)
        stage.sides_changed.connect(self._place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        width, height = self.width(), self.height()
        stage_px = max(0, min(height + _AROUND_PX, self._stage.width_for(height), width - LEAST_PX - 1))
        self._stage.setGeometry(0, 0, stage_px, height)
        self._rule.setGeometry(stage_px, 0, 1, height)
        self._gallery.setGeometry(stage_px + 1, 0, max(0, width - stage_px - 1), height)

    def sizeHint(self) -> QSize:
        return QSize(640, 320)

    def minimumSizeHint(self) -> QSize:
        return QSize(160 + LEAST_PX, 120)
