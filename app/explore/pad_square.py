"""A square with pictures of a plane under it and a dot on it, which a hand or the arrow keys move."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from app.controls.focus import KEYBOARD_REASONS
from app.flows.finding import carries_places
from app.look.images import image_pixmap
from app.look.theme import tokens
from app.look.tokens import RADIUS_PX
from app.store.made.planes import At
from engine.protocol.values import Image

_DOT_PX, _EDGE_PX = 9.0, 1.0
_STEP, _FINE = 0.05, 0.01
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1),
}  # fmt: skip


class PadSquare(QWidget):
    """Positions are (u, v) from 0 to 1, v upwards. `moved` fires during a drag, the edit signals around it."""

    moved = Signal(float, float)
    edit_began = Signal()
    edit_ended = Signal()
    dropped = Signal(int, object)
    """A corner (lower left, lower right, upper left, upper right) and what was dropped there."""
    menu_asked = Signal(int, object)
    """A corner, and where on the screen."""

    def __init__(self) -> None:
        super().__init__()
        self._side = 1
        self._dot: At | None = None
        self._tiles: dict[int, QPixmap] = {}
        self._images: dict[int, Image] = {}
        self._is_held = False
        self._is_ringed = False
        self.setObjectName("pad.square")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAcceptDrops(True)
        self.setAccessibleName("Pad")

    def set_side(self, side: int) -> None:
        """So many pictures along each side; those of before are forgotten."""
        self._side = side
        self._tiles.clear()
        self._images.clear()
        self.update()

    def set_image(self, number: int, image: Image | None) -> None:
        """The picture of a cell, in reading order."""
        if image is not None:
            self._images[number] = image
            self._tiles.pop(number, None)
            self.update(self._cell(number).toAlignedRect())

    def set_dot(self, at: At | None) -> None:
        """Where the place is; None where it is not on the plane."""
        if at != self._dot:
            self._dot = at
            self.setAccessibleDescription("" if at is None else f"{at[0]:.0%} across, {at[1]:.0%} up")
            self.update()

    def dot(self) -> At | None:
        """Where the dot is shown."""
        return self._dot

    def image(self, number: int) -> Image | None:
        """The picture of a cell."""
        return self._images.get(number)

    def point_of(self, at: At) -> QPointF:
        """Where a position is, in this widget."""
        box = self._box()
        u, v = (min(max(share, 0.0), 1.0) for share in at)
        return QPointF(box.left() + u * box.width(), box.bottom() - v * box.height())

    def _box(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_EDGE_PX)

    def _cell(self, number: int) -> QRectF:
        row, column = divmod(number, self._side)
        box = self._box()
        width, height = box.width() / self._side, box.height() / self._side
        return QRectF(box.left() + column * width, box.top() + row * height, width, height)

    def _at(self, point: QPointF) -> At:
        box = self._box()
        return (point.x() - box.left()) / box.width(), (box.bottom() - point.y()) / box.height()

    def _corner(self, point: QPointF) -> int:
        u, v = self._at(point)
        return int(u >= 0.5) + 2 * int(v >= 0.5)

    # ------------------------------------------------------------ a person's hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._is_held = True
            self.edit_began.emit()
            self.moved.emit(*self._at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_held:
            self.moved.emit(*self._at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_held and event.button() == Qt.MouseButton.LeftButton:
            self._is_held = False
            self.edit_ended.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = _ARROWS.get(Qt.Key(event.key()))
        if way is None and event.key() != Qt.Key.Key_Home:
            super().keyPressEvent(event)
            return
        step = _FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        u, v = self._dot or (0.5, 0.5)
        self.edit_began.emit()
        if way is None:
            self.moved.emit(0.5, 0.5)
        else:
            self.moved.emit(u + step * way[0], v + step * way[1])
        self.edit_ended.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(self._corner(QPointF(event.pos())), event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if carries_places(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.dropped.emit(self._corner(event.position()), event.mimeData())

    # ------------------------------------------------------------ Qt

    def sizeHint(self) -> QSize:
        return QSize(300, 300)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._is_ringed = event.reason() in KEYBOARD_REASONS
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def resizeEvent(self, _event: object) -> None:
        self._tiles.clear()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, box = tokens(), self._box()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        edge = QPainterPath()
        edge.addRoundedRect(box, RADIUS_PX, RADIUS_PX)
        painter.fillPath(edge, QColor(look.track))
        painter.save()
        painter.setClipPath(edge)
        for number in self._images:
            cell = self._cell(number)
            if cell.intersects(QRectF(event.rect())):
                tile = self._tile(number, cell.width())
                painter.drawPixmap(cell, tile, QRectF(tile.rect()))
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        is_ringed = self.hasFocus() and self._is_ringed
        painter.setPen(QPen(QColor(look.accent if is_ringed else look.line), 2 if is_ringed else 1))
        painter.drawPath(edge)
        if self._dot is not None:
            self._paint_dot(painter, self._dot)
        painter.end()

    def _paint_dot(self, painter: QPainter, at: At) -> None:
        """White within black, seen on every picture; hollow where the place lies past an edge."""
        look, point = tokens(), self.point_of(at)
        is_inside = all(-1e-6 <= share <= 1 + 1e-6 for share in at)
        painter.setPen(QPen(QColor(0, 0, 0, 150), 4))
        painter.drawEllipse(point, _DOT_PX, _DOT_PX)
        painter.setPen(QPen(QColor("#ffffff"), 2))
        painter.setBrush(QColor(look.accent) if is_inside else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(point, _DOT_PX, _DOT_PX)

    def _tile(self, number: int, width: float) -> QPixmap:
        if number not in self._tiles:
            self._tiles[number] = image_pixmap(self._images[number], max(1, round(width)), self.devicePixelRatioF())
        return self._tiles[number]
