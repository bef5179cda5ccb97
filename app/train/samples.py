"""What the run draws for the same seeds, now and before: a grid, and a filmstrip to go back along."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRectF, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.controls.buttons import link_button
from app.controls.numbers import count_text
from app.controls.tiles.strip import Tile, TileStrip
from app.controls.tiles.thumbnail import RING_PX
from app.look.images import image_pixmap
from app.look.theme import tokens
from app.look.tokens import SPACE_4, SPACE_8, SPACE_24
from app.train.film import Film
from engine.protocol.values import Image

_GAP_PX = 4
_STRIP_PX = 40
_LARGEST_PX = 128
_RADIUS_PX = 4.0


class SampleGrid(QWidget):
    """The pictures of one moment, as large as the room allows."""

    def __init__(self) -> None:
        super().__init__()
        self._grid: tuple[Image, ...] = ()
        self._pixmaps: dict[int, QPixmap] = {}
        self._side_px = 0
        self.setAccessibleName("Samples")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def grid(self) -> tuple[Image, ...]:
        """What is shown."""
        return self._grid

    def set_grid(self, grid: tuple[Image, ...]) -> None:
        """Show other pictures."""
        self._grid = grid
        self._pixmaps = {}
        self.update()

    def columns(self) -> tuple[int, int]:
        """How many stand side by side, and their side in pixels: whatever makes them largest."""
        count = max(1, len(self._grid))
        best = (1, 0)
        for columns in range(1, count + 1):
            rows = math.ceil(count / columns)
            side = min(
                (self.width() - (columns - 1) * _GAP_PX) // columns, (self.height() - (rows - 1) * _GAP_PX) // rows
            )
            if side > best[1]:
                best = (columns, side)
        return best[0], min(best[1], _LARGEST_PX)

    def sizeHint(self) -> QSize:
        return QSize(480, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 80)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._pixmaps = {}
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        columns, side = self.columns()
        if side < 4:
            return
        if side != self._side_px:
            self._side_px, self._pixmaps = side, {}
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for k, image in enumerate(self._grid):
            box = QRectF((k % columns) * (side + _GAP_PX), (k // columns) * (side + _GAP_PX), side, side)
            if k not in self._pixmaps:
                crisp = max(image.shape[:2]) <= 28
                self._pixmaps[k] = image_pixmap(image, side, self.devicePixelRatioF(), whole_pixels=crisp)
            path = QPainterPath()
            path.addRoundedRect(box, _RADIUS_PX, _RADIUS_PX)
            painter.setClipPath(path)
            painter.fillRect(box, QColor(tokens().button))
            painter.drawPixmap(box.topLeft(), self._pixmaps[k])
        painter.end()


def _inset(part: QWidget | QHBoxLayout, side_px: int) -> QHBoxLayout:
    """The page's margin at both sides: rings of the strip hang into it, so that pictures stand under pictures."""
    row = QHBoxLayout()
    row.setContentsMargins(side_px, 0, side_px, 0)
    if isinstance(part, QWidget):
        row.addWidget(part)
    else:
        row.addLayout(part)
    return row


class Samples(QWidget):
    """Follows the newest moment until a person goes back along the strip."""

    moment_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._film = Film()
        self._at: int | None = None
        """The moment that was gone back to, in pictures seen; None follows the newest."""
        self.caption = QLabel("Samples")
        self.caption.setProperty("tone", "heading")
        self.moment = QLabel()
        self.moment.setProperty("tone", "small")
        self.now_button = link_button("Back to now")
        self.now_button.hide()
        self.grid = SampleGrid()
        self.strip = TileStrip("film", _STRIP_PX)
        heading = QHBoxLayout()
        heading.setSpacing(SPACE_8)
        heading.addWidget(self.caption)
        heading.addWidget(self.moment)
        heading.addStretch(1)
        heading.addWidget(self.now_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_4)
        column.addLayout(_inset(heading, SPACE_24))
        column.addLayout(_inset(self.grid, SPACE_24), 1)
        column.addLayout(_inset(self.strip, SPACE_24 - round(RING_PX)))
        self.strip.chosen.connect(self._on_strip_chosen)
        self.now_button.clicked.connect(self._on_now_button_clicked)

    def film(self) -> Film:
        """All moments that are kept."""
        return self._film

    def clear(self) -> None:
        """Another run begins."""
        self._film, self._at = Film(), None
        self._show()

    def add(self, images: int, grid: tuple[Image, ...]) -> None:
        """The newest pictures."""
        if self._film.add(images, grid):
            self._show()
            if self._at is None:
                self.strip.ensure_visible(len(self._film.moments) - 1)

    def _show(self) -> None:
        moments = self._film.moments
        tiles = []
        for moment in moments:
            words = f"After {count_text(moment.images)} pictures"
            tiles.append(Tile(words=words, tip=f"{words}\nClick to see what it drew then.", image=moment.grid[0]))
        self.strip.set_tiles(tuple(tiles))
        shown = next((k for k, moment in enumerate(moments) if moment.images == self._at), len(moments) - 1)
        self.strip.set_selected(shown)
        self.strip.setVisible(len(moments) > 1)
        self.now_button.setVisible(self._at is not None)
        if moments:
            self.grid.set_grid(moments[shown].grid)
            self.moment.setText(f"the same seeds after {count_text(moments[shown].images)} pictures")
            self.grid.setAccessibleDescription(self.moment.text())
        else:
            self.grid.set_grid(())
            self.moment.setText("the first ones come with the first steps")

    def _on_strip_chosen(self, index: int) -> None:
        moments = self._film.moments
        self._at = None if index >= len(moments) - 1 else moments[index].images
        self._show()
        self.moment_chosen.emit(moments[index].images)

    def _on_now_button_clicked(self) -> None:
        self._at = None
        self._show()
        self.strip.ensure_visible(len(self._film.moments) - 1)
