"""A grid of pictures that remembers every cell, laid over the canvas: a click on a cell goes there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QCloseEvent, QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.look.images import to_qimage
from app.look.theme import font, tokens
from app.look.tokens import SPACE_24
from engine.disk.files import shown
from engine.protocol.answers import RecipeRead

_HEADER_PX = 56


class GridOverlay(QWidget):
    """Covers `over` until a cell is chosen or Escape is pressed."""

    cell_chosen = Signal(object, str)
    """The recipe of a cell, and where its model was."""
    closed = Signal()

    def __init__(self, read: RecipeRead, over: QWidget) -> None:
        super().__init__(over)
        self._read = read
        self._over = over
        self._picture = None if read.image is None else to_qimage(read.image)
        self._columns = max(1, read.columns)
        self._rows = -(-len(read.recipes) // self._columns)
        self._cell = 0
        self.setObjectName("grid.overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setGeometry(over.rect())
        over.installEventFilter(self)
        self._say_cell()
        self.show()
        self.raise_()
        self.setFocus()

    @property
    def cell(self) -> int:
        """The cell that is marked."""
        return self._cell

    def cell_rect(self, cell: int) -> QRect:
        """Where a cell stands, in this widget."""
        box = self._grid_rect()
        if self._read.layout is not None and self._picture is not None:
            place, scale = self._read.layout.cell(cell), box.width() / self._picture.width()
            x, y, side, height = (round(scale * part) for part in (place.x, place.y, place.width, place.height))
            return QRect(box.left() + x, box.top() + y, side, height)
        row, column = divmod(cell, self._columns)
        left, top = box.width() * column // self._columns, box.height() * row // self._rows
        right, bottom = box.width() * (column + 1) // self._columns, box.height() * (row + 1) // self._rows
        return QRect(box.left() + left, box.top() + top, right - left, bottom - top)

    def _grid_rect(self) -> QRect:
        room = self.rect().adjusted(SPACE_24, _HEADER_PX, -SPACE_24, -SPACE_24)
        wide, high = self._columns, self._rows
        if self._picture is not None:
            wide, high = self._picture.width(), self._picture.height()
        scale = min(room.width() / wide, room.height() / high)
        width, height = max(1, round(wide * scale)), max(1, round(high * scale))
        return QRect(room.center().x() - width // 2, room.center().y() - height // 2, width, height)

    def _cell_at(self, point: QPoint) -> int | None:
        box = self._grid_rect()
        if not box.contains(point):
            return None
        if self._read.layout is not None and self._picture is not None:
            scale = self._picture.width() / box.width()
            found = self._read.layout.at((point.x() - box.left()) * scale, (point.y() - box.top()) * scale)
            return found if found is not None and found < len(self._read.recipes) else None
        column = (point.x() - box.left()) * self._columns // box.width()
        cell = (point.y() - box.top()) * self._rows // box.height() * self._columns + column
        return cell if cell < len(self._read.recipes) else None

    def _mark(self, cell: int) -> None:
        if 0 <= cell < len(self._read.recipes) and cell != self._cell:
            self._cell = cell
            self._say_cell()
            self.update()

    def _say_cell(self) -> None:
        row, column = divmod(self._cell, self._columns)
        self.setAccessibleName(f"Picture {column + 1} of row {row + 1} in {shown(self._read.path)}")

    def _choose(self, cell: int) -> None:
        recipe, source = self._read.recipes[cell], self._read.source
        self.close()
        self.cell_chosen.emit(recipe, source)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._over.rect())
        return False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position().toPoint())
        self.setCursor(Qt.CursorShape.ArrowCursor if cell is None else Qt.CursorShape.PointingHandCursor)
        if cell is not None:
            self._mark(cell)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            cell = self._cell_at(event.position().toPoint())
            if cell is not None:
                self._choose(cell)
            elif not self._grid_rect().contains(event.position().toPoint()):
                self.closed.emit()
                self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._mark(self._cell + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._cell)
        elif key == Qt.Key.Key_Escape:
            self.closed.emit()
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if (canvas := self.parentWidget()) is not None and self.hasFocus():
            # Qt would ring the next control, as if somebody had gone there by key.
            canvas.setFocus(Qt.FocusReason.MouseFocusReason)
        super().closeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look.canvas))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(font(weight=QFont.Weight.DemiBold))
        painter.setPen(QColor(look.text))
        head = QRect(SPACE_24, 0, self.width() - 2 * SPACE_24, _HEADER_PX)
        words = f"Choose a picture of “{shown(self._read.path)}” to go there. Escape stays here."
        words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, head.width())
        painter.drawText(head, Qt.AlignmentFlag.AlignCenter, words)
        if self._picture is not None:
            painter.drawImage(self._grid_rect(), self._picture)
        else:
            painter.setPen(QPen(QColor(look.line), 1))
            for cell in range(len(self._read.recipes)):
                painter.drawRect(self.cell_rect(cell))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(look.accent), 3))
        painter.drawRoundedRect(QRectF(self.cell_rect(self._cell)).adjusted(1.5, 1.5, -1.5, -1.5), 3, 3)
        painter.end()
