"""A row of pictures that slides under a window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QScrollBar, QSizePolicy

from app.controls.tiles.area import Tile, TileArea


class TileStrip(TileArea):
    """One row, scrolled sideways; whoever places it may link a scroll bar."""

    def __init__(self, name: str, side_px: int) -> None:
        super().__init__(name, side_px)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self._outer_px)

    def _bar(self) -> QScrollBar:
        return self.horizontalScrollBar()

    def _room_px(self) -> int:
        return self.viewport().width()

    def _per_line(self) -> int:
        return 1

    def _corner(self, line_px: int, place: int) -> QPoint:
        return QPoint(line_px, 0)

    def _key_steps(self) -> dict[Qt.Key, int]:
        page = max(1, self._room_px() // self._step())
        return {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }

    def sizeHint(self) -> QSize:
        return QSize(400, self._outer_px)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._outer_px, self._outer_px)


__all__ = ["Tile", "TileStrip"]
