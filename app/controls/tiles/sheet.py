"""A sheet of pictures in rows that fill its width, as large as so many allow."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollBar, QSizePolicy

from app.controls.tiles.area import GAP_PX, TileArea

_RING_PX = 6
"""What a tile needs beyond its picture."""
_WANTED_PX = 96
_LARGE_PX = 128
_LARGE_FROM_PX = 560
"""A sheet from this width on shows larger pictures rather than more of them."""


class TileSheet(TileArea):
    """Rows scrolled up and down. `room_changed` carries how many tiles can be seen at once."""

    room_changed = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__(name, _WANTED_PX)
        self._columns = 1
        self._room = 0
        self._largest_px = 0
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_largest(self, side_px: int) -> None:
        """Where all pictures can be seen and room is left, they are larger, up to this side; 0: never."""
        if side_px != self._largest_px:
            self._largest_px = side_px
            self._measure()
            self._fill()

    def columns(self) -> int:
        """Tiles in a row."""
        return self._columns

    def _bar(self) -> QScrollBar:
        return self.verticalScrollBar()

    def _room_px(self) -> int:
        return self.viewport().height()

    def _per_line(self) -> int:
        return self._columns

    def _corner(self, line_px: int, index: int) -> QPoint:
        return QPoint(index % self._columns * self._step(), line_px)

    def _key_steps(self) -> dict[Qt.Key, int]:
        page = max(1, self._room_px() // self._step()) * self._columns
        return {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }

    def _measure(self) -> None:
        width = self.viewport().width()
        wanted = (_LARGE_PX if width >= _LARGE_FROM_PX else _WANTED_PX) + _RING_PX + GAP_PX
        self._columns = max(1, (width + GAP_PX) // wanted)
        usual_px = self._side_for(self._columns)
        room = self._columns * max(1, -(-self._room_px() // (usual_px + _RING_PX + GAP_PX)))
        while self._columns > 1 and self._shows_all(self._columns - 1):
            self._columns -= 1
        self._side_px = min(self._side_for(self._columns), max(usual_px, self._largest_px))
        self._outer_px = self._side_px + _RING_PX
        super()._measure()
        if room != self._room:
            self._room = room
            self.room_changed.emit(room)

    def _side_for(self, columns: int) -> int:
        """How large so many are that fill the width."""
        return max(16, (self.viewport().width() + GAP_PX) // columns - GAP_PX - _RING_PX)

    def _shows_all(self, columns: int) -> bool:
        """Whether with so few in a row, and therefore larger, all can still be seen, and none is blown up."""
        side, rows = self._side_for(columns), -(-len(self._tiles) // columns)
        return side <= self._largest_px and rows * (side + _RING_PX + GAP_PX) <= self._room_px()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.ensure_visible(self._current)

    def sizeHint(self) -> QSize:
        return QSize(3 * (_WANTED_PX + _RING_PX), 400)

    def minimumSizeHint(self) -> QSize:
        return QSize(_WANTED_PX + _RING_PX, _WANTED_PX + _RING_PX)
