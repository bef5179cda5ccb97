"""A row of pictures that slides under a window."""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QScrollBar, QSizePolicy

from app.controls.tiles.area import GAP_PX, Tile, TileArea

_GROUPS_APART_PX = 14


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

    def _corner(self, line_px: int, index: int) -> QPoint:
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


class GroupStrip(TileStrip):
    """A row in groups: a tile, the small ones that belong to it, and a gap before the next."""

    def __init__(self, name: str, side_px: int, small_px: int) -> None:
        self._small_px = small_px
        self._begins: list[int] = []
        """Where each tile begins, from the left."""
        super().__init__(name, side_px)

    def set_tiles(self, tiles: tuple[Tile, ...]) -> None:
        edge_px, self._begins, at = self._outer_px - self._side_px, [], 0
        for tile in tiles:
            if self._begins and not tile.is_small:
                at += _GROUPS_APART_PX - GAP_PX
            self._begins.append(at)
            at += (self._small_px if tile.is_small else self._side_px) + edge_px + GAP_PX
        super().set_tiles(tiles)

    def _begins_px(self, index: int) -> int:
        return self._begins[index]

    def _side_of(self, index: int) -> int:
        return self._small_px if self._tiles[index].is_small else self._side_px

    def _corner(self, line_px: int, index: int) -> QPoint:
        return QPoint(line_px, (self._side_px - self._side_of(index)) // 2)

    def _first(self) -> int:
        return max(0, bisect_right(self._begins, self._bar().value()) - 1)

    def _length_px(self) -> int:
        last = len(self._begins) - 1
        return self._begins[last] + self._side_of(last) + self._outer_px - self._side_px if self._begins else 0

    def _most_seen(self) -> int:
        return self._room_px() // (self._small_px + self._outer_px - self._side_px + GAP_PX) + 2


__all__ = ["GroupStrip", "Tile", "TileStrip"]
