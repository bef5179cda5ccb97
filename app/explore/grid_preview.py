"""The grid as it will be written, drawn cell by cell: a click goes to a cell's place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.look.images import to_qimage
from app.look.theme import font, tokens
from app.look.tokens import SPACE_16
from app.places.words import recipe_words
from app.store.made.grids import Grids
from app.store.models import Models
from app.store.place import Place
from engine.protocol.sheets import Box, Layout, Sheet, Words, words_on

_GROUND, _INK, _WAITING = "#ffffff", "#1c1d20", "#e4e4e2"
_MOST_TIMES = 4
"""A cell is shown at most so many times its own pixels: a small grid stays a sheet, and is no poster."""


class GridPreview(QWidget):
    """Shows the store's grid. The place where one is carries a ring, the cell under the hand a thinner one."""

    cell_chosen = Signal(int, bool)
    """A cell, and whether to leave the grid for it."""
    menu_asked = Signal(int, QPoint)
    left = Signal()

    def __init__(self, grids: Grids, place: Place, models: Models) -> None:
        super().__init__()
        self._grids, self._place, self._models = grids, place, models
        self._tiles: dict[int, QImage] = {}
        self._layout, self._sheet = grids.layout(), grids.sheet()
        self._cell = 0
        self.setObjectName("grid.preview")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Grid")
        grids.changed.connect(self.refresh)
        grids.cells_changed.connect(self.refresh)
        grids.cell_changed.connect(self._on_grids_cell_changed)
        place.recipe_changed.connect(lambda _recipe: self.update())

    def refresh(self) -> None:
        """Another layout, or other cells: what they show meanwhile stays."""
        self._layout, self._sheet = self._grids.layout(), self._grids.sheet()
        cells, here = self._grids.cells, self._place.recipe
        self._cell = cells.index(here) if here in cells else min(self._cell, max(0, len(cells) - 1))
        self._tiles.clear()
        self._say_cell()
        self.update()

    @property
    def cell(self) -> int:
        """The cell that keys move."""
        return self._cell

    def scale(self) -> float:
        """Screen pixels for one of the file's."""
        room = self.rect().adjusted(SPACE_16, SPACE_16, -SPACE_16, -SPACE_16)
        fits = min(room.width() / max(1, self._layout.width), room.height() / max(1, self._layout.height))
        return max(0.01, min(fits, _MOST_TIMES / self._grids.plan.scale))

    def sheet_rect(self) -> QRectF:
        """Where the sheet stands."""
        scale = self.scale()
        width, height = self._layout.width * scale, self._layout.height * scale
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def cell_rect(self, number: int) -> QRect:
        """Where a cell stands, in this widget."""
        box, sheet, scale = self._layout.cell(number), self.sheet_rect(), self.scale()
        place = QRectF(sheet.x() + box.x * scale, sheet.y() + box.y * scale, box.width * scale, box.height * scale)
        return place.toAlignedRect()

    def cell_at(self, point: QPoint) -> int | None:
        """The cell under a point."""
        sheet, scale = self.sheet_rect(), self.scale()
        found = self._layout.at((point.x() - sheet.x()) / scale, (point.y() - sheet.y()) / scale)
        return found if found is not None and found < len(self._grids.cells) else None

    # ------------------------------------------------------------ hearing

    def _on_grids_cell_changed(self, number: int) -> None:
        self._tiles.pop(number, None)
        self.update(self.cell_rect(number).adjusted(-4, -4, 4, 4))

    def _say_cell(self) -> None:
        cells = self._grids.cells
        if cells:
            row, column = divmod(self._cell, self._layout.columns)
            words = recipe_words(cells[self._cell], self._models.model)
            self.setAccessibleDescription(f"Picture {column + 1} of row {row + 1}: {words}")

    def _mark(self, number: int) -> None:
        if 0 <= number < len(self._grids.cells) and number != self._cell:
            old, self._cell = self._cell, number
            self._say_cell()
            for each in (old, number):
                self.update(self.cell_rect(each).adjusted(-4, -4, 4, 4))

    # ------------------------------------------------------------ a person's hand

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        self.setCursor(Qt.CursorShape.ArrowCursor if cell is None else Qt.CursorShape.PointingHandCursor)
        if cell is not None:
            self._mark(cell)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self.cell_chosen.emit(cell, False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self.cell_chosen.emit(cell, True)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        cell = self._cell if is_key else self.cell_at(event.pos())
        if cell is not None and self._grids.cells:
            self.menu_asked.emit(cell, self.mapToGlobal(self.cell_rect(cell).center()) if is_key else event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._layout.columns
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
        key = Qt.Key(event.key())
        if key in steps:
            self._mark(self._cell + steps[key])
        elif key == Qt.Key.Key_Space:
            self.cell_chosen.emit(self._cell, False)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.cell_chosen.emit(self._cell, True)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------ Qt

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self.cell_at(event.pos())
            words = "" if cell is None else recipe_words(self._grids.cells[cell], self._models.model)
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(560, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, cells = tokens(), self._grids.cells
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(look.canvas))
        if not cells:
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.sheet_rect(), QColor(_GROUND if not self._sheet.is_plain else _WAITING))
        first = self.cell_rect(0).topLeft()
        if not self._sheet.is_plain and (event.rect().x() < first.x() or event.rect().y() < first.y()):
            painter.save()
            painter.translate(self.sheet_rect().topLeft())
            painter.scale(self.scale(), self.scale())
            paint_words(painter, self._sheet, self._layout)
            painter.restore()
        here = self._place.recipe
        for number, recipe in enumerate(cells):
            place = self.cell_rect(number)
            if not place.adjusted(-4, -4, 4, 4).intersects(event.rect()):
                continue
            tile = self._tile(number)
            if tile is None:
                painter.fillRect(place, QColor(_WAITING))
            else:
                painter.drawImage(place, tile)
            if recipe == here or (number == self._cell and (self.underMouse() or self.hasFocus())):
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(look.accent), 3 if recipe == here else 1.5))
                painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        painter.end()

    def _tile(self, number: int) -> QImage | None:
        if number not in self._tiles:
            image = self._grids.last_image(number)
            if image is None:
                return None
            self._tiles[number] = to_qimage(image)
        return self._tiles[number]


def paint_words(painter: QPainter, sheet: Sheet, layout: Layout) -> None:
    """The words of a sheet, in its own pixels."""
    painter.setPen(QColor(_INK))
    for words in words_on(sheet, layout):
        painter.setFont(font(words.size, QFont.Weight.DemiBold if words.is_bold else QFont.Weight.Normal))
        _paint_line(painter, words, words.box)


def _paint_line(painter: QPainter, words: Words, box: Box) -> None:
    middle = Qt.AlignmentFlag.AlignVCenter
    across = Qt.AlignmentFlag.AlignHCenter
    if words.to_right or words.to_left:
        across = Qt.AlignmentFlag.AlignRight if words.to_right else Qt.AlignmentFlag.AlignLeft
    length = box.height if words.is_turned else box.width
    text = painter.fontMetrics().elidedText(words.text, Qt.TextElideMode.ElideRight, length + 1)
    if words.is_turned:
        painter.save()
        painter.translate(box.x, box.y + box.height)
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, box.height, box.width), middle | across, text)
        painter.restore()
    else:
        painter.drawText(QRectF(box.x, box.y, box.width, box.height), middle | across, text)
