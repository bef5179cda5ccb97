"""A square with pictures of a plane under it and a dot on it, which a hand or the arrow keys move."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
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
from app.look.theme import theme, tokens
from app.look.tokens import RADIUS_PX
from app.store.made.planes import At
from engine.protocol.values import Image

_DOT_PX, _DOT_PEN_PX, _EDGE_PX = 9.0, 4.0, 1.0
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
        self._images: dict[int, Image] = {}
        self._ground: QPixmap | None = None
        """All pictures as they lie under the dot; None until they are painted. A dot that moves sixty times a second
        then costs two small copies and not a whole square of pictures, which a model that learns beside it would
        miss."""
        self._dots: dict[tuple[str, float], QPixmap] = {}
        """By colour and by how fine the screen is."""
        self._unpainted: set[int] = set()
        """Pictures that came since the ground was painted."""
        self._is_held = False
        self._is_ringed = False
        self.setObjectName("pad.square")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAcceptDrops(True)
        self.setAccessibleName("Pad")
        theme().changed.connect(self._forget_ground)

    def set_side(self, side: int) -> None:
        """So many pictures along each side; those of before are forgotten."""
        self._side = side
        self._images.clear()
        self._forget_ground()

    def set_image(self, number: int, image: Image | None) -> None:
        """The picture of a cell, in reading order."""
        if image is not None:
            self._images[number] = image
            self._unpainted.add(number)
            self.update(self._cell(number).toAlignedRect())

    def set_dot(self, at: At | None) -> None:
        """Where the place is; None where it is not on the plane."""
        if at != self._dot:
            before, self._dot = self._dot, at
            self.setAccessibleDescription("" if at is None else f"{at[0]:.0%} across, {at[1]:.0%} up")
            for place in (before, at):
                if place is not None:
                    self.update(self._dot_box(place))

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
        self._forget_ground()

    def paintEvent(self, event: QPaintEvent) -> None:
        ground = self._painted_ground()
        painter = QPainter(self)
        ratio = ground.devicePixelRatio()
        for rect in cast("Iterable[QRect]", event.region()):  # the stub forgets that a region can be gone through
            part = QRectF(rect)
            source = QRectF(part.left() * ratio, part.top() * ratio, part.width() * ratio, part.height() * ratio)
            painter.drawPixmap(part, ground, source)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look, is_ringed = tokens(), self.hasFocus() and self._is_ringed
        painter.setPen(QPen(QColor(look.accent if is_ringed else look.line), 2 if is_ringed else 1))
        painter.drawPath(self._edge())
        if self._dot is not None:
            self._paint_dot(painter, self._dot)
        painter.end()

    # ------------------------------------------------------------ the ground

    def _forget_ground(self, _tokens: object = None) -> None:
        self._ground = None
        self.update()

    def _edge(self) -> QPainterPath:
        edge = QPainterPath()
        edge.addRoundedRect(self._box(), RADIUS_PX, RADIUS_PX)
        return edge

    def _painted_ground(self) -> QPixmap:
        """The pictures with the corners of the square cut off, anew or with what came since."""
        ratio = self.devicePixelRatioF()
        ground, numbers = self._ground, self._unpainted
        if ground is None or ground.devicePixelRatio() != ratio:
            ground = self._ground = QPixmap(self.size() * ratio)
            ground.setDevicePixelRatio(ratio)
            ground.fill(Qt.GlobalColor.transparent)
            numbers = set(self._images)
            self._with_edge(ground, lambda painter: painter.fillPath(self._edge(), QColor(tokens().track)))
        if numbers:
            self._with_edge(ground, lambda painter: self._paint_tiles(painter, numbers))
        self._unpainted = set()
        return ground

    def _with_edge(self, ground: QPixmap, paint: Callable[[QPainter], None]) -> None:
        painter = QPainter(ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(self._edge())
        paint(painter)
        painter.end()

    def _paint_tiles(self, painter: QPainter, numbers: Iterable[int]) -> None:
        for number in numbers:
            cell = self._cell(number)
            tile = image_pixmap(self._images[number], max(1, round(cell.width())), self.devicePixelRatioF())
            painter.drawPixmap(cell, tile, QRectF(tile.rect()))

    def _dot_box(self, at: At) -> QRect:
        """All that the dot covers there."""
        reach = _DOT_PX + _DOT_PEN_PX
        return QRectF(self.point_of(at) - QPointF(reach, reach), QSizeF(2 * reach, 2 * reach)).toAlignedRect()

    def _paint_dot(self, painter: QPainter, at: At) -> None:
        is_inside = all(-1e-6 <= share <= 1 + 1e-6 for share in at)
        reach = _DOT_PX + _DOT_PEN_PX
        key = tokens().accent if is_inside else "", self.devicePixelRatioF()
        if key not in self._dots:
            self._dots[key] = _painted_dot(*key)
        painter.drawPixmap(self.point_of(at) - QPointF(reach, reach), self._dots[key])


def _painted_dot(inside: str, ratio: float) -> QPixmap:
    """White within black, seen on every picture; hollow (no colour) where the place lies past an edge."""
    reach = _DOT_PX + _DOT_PEN_PX
    dot = QPixmap(QSize(round(2 * reach * ratio), round(2 * reach * ratio)))
    dot.setDevicePixelRatio(ratio)
    dot.fill(Qt.GlobalColor.transparent)
    painter = QPainter(dot)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = QPointF(reach, reach)
    painter.setPen(QPen(QColor(0, 0, 0, 150), _DOT_PEN_PX))
    painter.drawEllipse(middle, _DOT_PX, _DOT_PX)
    painter.setPen(QPen(QColor("#ffffff"), 2))
    painter.setBrush(QColor(inside) if inside else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(middle, _DOT_PX, _DOT_PX)
    painter.end()
    return dot
