"""A row of pictures that slides under a window: a thousand places cost no more than a dozen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy

from app.controls.thumbnail import Thumbnail
from engine.protocol.values import Image

_GAP_PX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One place in the row."""

    words: str
    tip: str = ""
    image: Image | None = field(default=None, compare=False)


class TileStrip(QAbstractScrollArea):
    """Signals carry the index. Arrows, Home and End move along; Tab enters and leaves the row as a whole."""

    chosen = Signal(int)
    menu_asked = Signal(int, QPoint)
    drag_asked = Signal(int)

    def __init__(self, name: str, side_px: int) -> None:
        super().__init__()
        self._side_px = side_px
        self._tiles: tuple[Tile, ...] = ()
        self._current = 0
        self._selected = -1
        self.slots: list[Thumbnail] = []
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._outer_px = Thumbnail(side_px).sizeHint().width()
        self.setFixedHeight(self._outer_px)
        self.horizontalScrollBar().valueChanged.connect(self._fill)

    # ------------------------------------------------------------ what is shown

    def count(self) -> int:
        """How many there are, seen or not."""
        return len(self._tiles)

    def set_tiles(self, tiles: tuple[Tile, ...]) -> None:
        """Other pictures; where one had scrolled to stays."""
        self._tiles = tiles
        self._current = min(self._current, max(0, len(tiles) - 1))
        self._measure()
        self._fill()

    def set_selected(self, index: int) -> None:
        """Ring one (−1: none)."""
        if index != self._selected:
            self._selected = index
            self._fill()

    def set_image(self, index: int, image: Image) -> None:
        """One picture came."""
        if 0 <= index < len(self._tiles):
            tile = replace(self._tiles[index], image=image)
            self._tiles = (*self._tiles[:index], tile, *self._tiles[index + 1 :])
            shown = self.tile_at(index)
            if shown is not None:
                shown.set_image(image)

    def selected(self) -> int:
        """Which one carries the ring; −1 for none."""
        return self._selected

    def ensure_visible(self, index: int) -> None:
        """Scroll as little as needed."""
        bar, step = self.horizontalScrollBar(), self._outer_px + _GAP_PX
        left, right = index * step, index * step + self._outer_px
        if left < bar.value():
            bar.setValue(left)
        elif right > bar.value() + self.viewport().width():
            bar.setValue(right - self.viewport().width())

    def tile_at(self, index: int) -> Thumbnail | None:
        """The widget that shows one, if it can be seen."""
        slot = index - self._first()
        return self.slots[slot] if 0 <= slot < len(self.slots) and index < len(self._tiles) else None

    def _first(self) -> int:
        return self.horizontalScrollBar().value() // (self._outer_px + _GAP_PX)

    def _measure(self) -> None:
        step = self._outer_px + _GAP_PX
        whole = max(0, len(self._tiles) * step - _GAP_PX)
        bar = self.horizontalScrollBar()
        bar.setRange(0, max(0, whole - self.viewport().width()))
        bar.setPageStep(max(1, self.viewport().width()))
        bar.setSingleStep(step)
        wanted = min(len(self._tiles), self.viewport().width() // step + 2)
        while len(self.slots) < wanted:
            self._add_slot()

    def _add_slot(self) -> None:
        slot = len(self.slots)
        tile = Thumbnail(self._side_px)
        tile.setParent(self.viewport())
        tile.clicked.connect(lambda _checked=False: self._on_slot_clicked(slot))
        tile.menu_asked.connect(lambda where: self.menu_asked.emit(self._first() + slot, where))
        tile.drag_asked.connect(lambda: self.drag_asked.emit(self._first() + slot))
        tile.installEventFilter(self)
        self.slots.append(tile)

    def _fill(self) -> None:
        step, offset = self._outer_px + _GAP_PX, self.horizontalScrollBar().value()
        first = self._first()
        for slot, widget in enumerate(self.slots):
            index = first + slot
            has_tile = index < len(self._tiles) and index * step - offset < self.viewport().width()
            widget.setVisible(has_tile)
            if not has_tile:
                continue
            tile = self._tiles[index]
            widget.move(index * step - offset, 0)
            widget.setObjectName(f"{self.objectName()}.{index}")
            widget.set_words(tile.words, tile.tip)
            widget.set_image(tile.image)
            widget.set_selected(index == self._selected)
            is_stop = index == min(max(self._current, first), first + len(self.slots) - 1)
            widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_stop else Qt.FocusPolicy.ClickFocus)

    # ------------------------------------------------------------ a person's hand

    def _on_slot_clicked(self, slot: int) -> None:
        self._current = self._first() + slot
        self._fill()
        self.chosen.emit(self._current)

    def _move_to(self, index: int) -> None:
        self._current = min(max(index, 0), len(self._tiles) - 1)
        self.ensure_visible(self._current)
        self._fill()
        tile = self.tile_at(self._current)
        if tile is not None:
            tile.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: object, event: object) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress and watched in self.slots:
            at = self._first() + self.slots.index(watched)
            page = max(1, self.viewport().width() // (self._outer_px + _GAP_PX))
            target = {
                Qt.Key.Key_Left: at - 1,
                Qt.Key.Key_Right: at + 1,
                Qt.Key.Key_PageUp: at - page,
                Qt.Key.Key_PageDown: at + page,
                Qt.Key.Key_Home: 0,
                Qt.Key.Key_End: len(self._tiles) - 1,
            }.get(Qt.Key(event.key()))
            if target is not None:
                self._move_to(target)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                watched.click()
                return True
        return False

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - turned)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()
        self._fill()

    def sizeHint(self) -> QSize:
        return QSize(400, self._outer_px)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._outer_px, self._outer_px)
