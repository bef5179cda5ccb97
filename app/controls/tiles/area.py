"""Pictures that slide under a window: a thousand places cost no more than those that can be seen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QScrollBar

from app.controls.tiles.thumbnail import Thumbnail
from engine.protocol.values import Image

GAP_PX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One place."""

    words: str
    tip: str = ""
    image: Image | None = field(default=None, compare=False)
    is_small: bool = False
    """It belongs to the tile before it, where tiles lie in groups."""
    mark: str = ""
    """What stands on it instead of a picture."""


class TileArea(QAbstractScrollArea):
    """Tiles in lines, which scroll. A strip has lines of one tile side by side; a sheet has rows one below the other.

    Signals carry the index. Arrows, Home and End move along; Tab enters and leaves the area as a whole.
    """

    chosen = Signal(int)
    menu_asked = Signal(int, QPoint)
    drag_asked = Signal(int)

    def __init__(self, name: str, side_px: int) -> None:
        super().__init__()
        self._side_px = side_px
        self._outer_px = Thumbnail(side_px).sizeHint().width()
        self._tiles: tuple[Tile, ...] = ()
        self._current = 0
        self._selected = -1
        self.slots: list[Thumbnail] = []
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._bar().valueChanged.connect(self._fill)

    # ------------------------------------------------------------ how tiles lie

    def _bar(self) -> QScrollBar:
        """What scrolls the lines."""
        raise TypeError(f"{type(self).__name__} says not how its tiles lie")

    def _room_px(self) -> int:
        """How much of the lines can be seen at once."""
        raise TypeError(f"{type(self).__name__} says not how its tiles lie")

    def _per_line(self) -> int:
        """Tiles in a line."""
        raise TypeError(f"{type(self).__name__} says not how its tiles lie")

    def _corner(self, line_px: int, index: int) -> QPoint:
        """Where a tile stands whose line begins at `line_px`."""
        raise TypeError(f"{type(self).__name__} says not how its tiles lie")

    def _key_steps(self) -> dict[Qt.Key, int]:
        """How far each key goes."""
        raise TypeError(f"{type(self).__name__} says not how its tiles lie")

    def _begins_px(self, index: int) -> int:
        """Where a tile's line begins."""
        return index // self._per_line() * self._step()

    def _side_of(self, index: int) -> int:
        """How large a tile's picture is."""
        return self._side_px

    def _first(self) -> int:
        """The first tile that can be seen."""
        return self._bar().value() // self._step() * self._per_line()

    def _length_px(self) -> int:
        """How long all lines are together."""
        return -(-len(self._tiles) // self._per_line()) * self._step() - GAP_PX

    def _most_seen(self) -> int:
        """How many tiles can be seen at once, wherever one has scrolled to."""
        return (self._room_px() // self._step() + 2) * self._per_line()

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
        bar, begins = self._bar(), self._begins_px(index)
        ends = begins + self._side_of(index) + self._outer_px - self._side_px
        if begins < bar.value():
            bar.setValue(begins)
        elif ends > bar.value() + self._room_px():
            bar.setValue(ends - self._room_px())

    def tile_at(self, index: int) -> Thumbnail | None:
        """The widget that shows one, if it can be seen."""
        slot = index - self._first()
        return self.slots[slot] if 0 <= slot < len(self.slots) and index < len(self._tiles) else None

    def _step(self) -> int:
        return self._outer_px + GAP_PX

    def _measure(self) -> None:
        bar, room = self._bar(), self._room_px()
        bar.setRange(0, max(0, self._length_px() - room))
        bar.setPageStep(max(1, room))
        bar.setSingleStep(self._step())
        wanted = min(len(self._tiles), self._most_seen())
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
        offset, first, room = self._bar().value(), self._first(), self._room_px()
        for slot, widget in enumerate(self.slots):
            index = first + slot
            has_tile = index < len(self._tiles) and self._begins_px(index) - offset < room
            widget.setVisible(has_tile)
            if not has_tile:
                continue
            tile = self._tiles[index]
            widget.set_side(self._side_of(index))
            widget.move(self._corner(self._begins_px(index) - offset, index))
            widget.setObjectName(f"{self.objectName()}.{index}")
            widget.set_words(tile.words, tile.tip)
            widget.set_image(tile.image)
            widget.set_mark(tile.mark)
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
            at, key = self._first() + self.slots.index(watched), Qt.Key(event.key())
            if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
                self._move_to(0 if key == Qt.Key.Key_Home else len(self._tiles) - 1)
                return True
            if (step := self._key_steps().get(key)) is not None:
                self._move_to(at + step)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                watched.click()
                return True
        return False

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        bar = self._bar()
        bar.setValue(bar.value() - turned)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()
        self._fill()
