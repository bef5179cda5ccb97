"""Over the canvas of a model that draws pixel by pixel: hands that give pixels, the pen, and how surprising each is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.explore.canvas import Canvas
from app.explore.pixels.grid import Cell, box_of, brush, cell_at, cell_box, nearest_cell, outline, stroke
from app.explore.pixels.hands import Hands
from app.explore.pixels.heat import heat_image, top_of
from app.explore.pixels.sight import SEEN, area, blind, hatch, shade
from app.look.images import rgba_qimage
from app.look.theme import tokens
from app.store.drawn.given import GIVEN, Hand
from app.store.shown.pictures import Drawing
from app.store.state import Explorer
from engine.protocol.pixels import PixelTold
from engine.protocol.values import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HEAT = 0.86
"""How much of the picture the heat map covers: edges are still seen under it."""
_VEIL = 110
"""How much of a sketch is covered, of 255, so that one sees how far the pen has gone over it."""
_MOVES = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
}  # fmt: skip


class PixelOverlay(QWidget):
    """Covers the canvas, and lets through to it whatever is no business of a tool."""

    def __init__(self, explorer: Explorer, hands: Hands, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._explorer, self._hands, self._canvas = explorer, hands, canvas
        self._given, self._surprise, self._pen = explorer.given, explorer.surprise, explorer.pen
        self._under: Cell | None = None
        """The pixel under the pointer."""
        self._last: Cell | None = None
        """Where the stroke is."""
        self._corner: Cell | None = None
        """Where the box began."""
        self._outline: tuple[object, QRect, QPainterPath] | None = None
        self._field: tuple[object, QRect, QPainterPath] | None = None
        self._sight: tuple[object, QColor, QImage, NDArray[np.bool_]] | None = None
        """What the pixel that is told of sees, as shade, and what is out of its sight."""
        self.setMouseTracking(True)
        self.setObjectName("canvas.pixels")
        self.setAccessibleName("Pixels of the picture")
        canvas.installEventFilter(self)
        for changed in (
            hands.changed, self._given.changed, self._surprise.bits_changed, self._surprise.pixel_changed,
            self._surprise.shown_changed, self._pen.changed, explorer.pictures.drawing_changed,
        ):  # fmt: skip
            changed.connect(self._on_something_changed)
        self.setGeometry(canvas.rect())

    # ------------------------------------------------------------ where things are

    def _sides(self) -> tuple[int, int]:
        image = self._canvas.image()
        return (0, 0) if image is None else (image.shape[0], image.shape[1])

    def box(self, cell: Cell) -> QRectF:
        """Where a pixel of the picture stands."""
        return cell_box(cell, self._canvas.frame(), *self._sides())

    def _on_something_changed(self, *_what: object) -> None:
        self._set_cursor()
        self.update()

    def _set_cursor(self) -> None:
        hand = self._hands.hand
        if hand is not None:
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif self._surprise.is_shown:
            self.setCursor(Qt.CursorShape.PointingHandCursor if self._under else Qt.CursorShape.ArrowCursor)
        else:
            self.unsetCursor()

    # ------------------------------------------------------------ a person's hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        hand = self._hands.hand
        cell = cell_at(event.position(), self._canvas.frame(), *self._sides())
        is_ours = hand is not None or self._surprise.is_shown
        if event.button() != Qt.MouseButton.LeftButton or cell is None or not is_ours:
            event.ignore()
            return
        self._canvas.setFocus(Qt.FocusReason.MouseFocusReason)
        if hand is None:
            self._surprise.hold(cell)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._pick(cell)
        elif hand is Hand.BOX:
            self._corner = cell if not self._given.why_not() else None
        elif self._given.begin():
            self._last = cell
            self._touch(cell)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        frame, sides = self._canvas.frame(), self._sides()
        if not all(sides):
            event.ignore()
            return
        cell = cell_at(event.position(), frame, *sides)
        if self._last is not None:
            self._touch(nearest_cell(event.position(), frame, *sides))
        elif self._corner is not None:
            cell = nearest_cell(event.position(), frame, *sides)
        elif self._hands.hand is None:
            if self._surprise.is_shown and not event.buttons():
                self._surprise.point(cell)
            elif not self._surprise.is_shown:
                event.ignore()
        if cell != self._under:
            self._under = cell
            self._on_something_changed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        if self._last is not None:
            self._last = None
            self._given.end(self._hands.hand or Hand.PAINT)
        elif self._corner is not None:
            end = nearest_cell(event.position(), self._canvas.frame(), *self._sides())
            top, left, height, width = box_of(self._corner, end)
            self._corner = None
            if height * width > 1:
                self._given.keep_around(top, left, height, width)
        elif self._hands.hand is None and not self._surprise.is_shown:
            event.ignore()
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._hands.hand in (None, Hand.BOX):
            event.ignore()
        else:
            self._hands.set_brush(self._hands.brush + (1 if event.angleDelta().y() > 0 else -1))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._under = None
        self._surprise.point(None)
        self.update()

    def _touch(self, cell: Cell) -> None:
        hand = self._hands.hand
        if hand is not None:
            self._given.touch(stroke(self._last or cell, cell, self._hands.brush), hand, self._hands.colour)
            self._last = cell

    def _pick(self, cell: Cell) -> None:
        image = self._canvas.image()
        if image is not None:
            red, green, blue = (int(level) for level in image[cell])
            self._hands.set_colour((red, green, blue))

    # ------------------------------------------------------------ keys, which the canvas has

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self.setGeometry(self._canvas.rect())
        elif event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and not event.modifiers():
            return self._takes_key(Qt.Key(event.key()))
        return False

    def _takes_key(self, key: Qt.Key) -> bool:
        surprise = self._surprise
        stops = key == Qt.Key.Key_Escape and self._explorer.pictures.drawing is Drawing.GROWING
        if key == Qt.Key.Key_Space and self._pen.draws:
            self._pen.toggle()
        elif key == Qt.Key.Key_Escape and self._last is not None:
            self._last = None
            self._given.abandon()
        elif key == Qt.Key.Key_Escape and self._corner is not None:
            self._corner = None
        elif stops:
            return False  # the canvas leaves off drawing
        elif key == Qt.Key.Key_Escape and surprise.held is not None:
            surprise.hold(None)
        elif key == Qt.Key.Key_Escape and self._hands.hand is not None:
            self._hands.take(None)
        elif surprise.is_shown and key in _MOVES:
            self._move_point(*_MOVES[key])
        elif surprise.is_shown and surprise.cell is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            surprise.hold(surprise.cell)
        else:
            return False
        self.update()
        return True

    def _move_point(self, down: int, across: int) -> None:
        rows, columns = self._sides()
        cell = self._surprise.cell or (rows // 2, columns // 2)
        moved = min(max(cell[0] + down, 0), rows - 1), min(max(cell[1] + across, 0), columns - 1)
        if self._surprise.held is not None:
            self._surprise.hold(moved)
        else:
            self._surprise.point(moved)

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        frame = self._canvas.frame()
        if not all(self._sides()) or frame.isEmpty():
            return
        painter = QPainter(self)
        surprise, hand = self._surprise, self._hands.hand
        if self._pen.cell is not None:
            self._paint_undrawn(painter, frame)
        if self._given.is_drafting and self._given.pixels is not None:
            painter.drawImage(frame, rgba_qimage(self._given.pixels))
        sight = surprise.sight
        if sight is not None:
            self._paint_sight(painter, frame, sight)
        elif surprise.is_shown and surprise.bits is not None and not self._given.is_drafting:
            bits = surprise.bits.bits
            painter.setOpacity(_HEAT)
            painter.drawImage(frame, heat_image(bits, top_of(bits)))
            painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._given.pixels is not None and (hand is not None or not surprise.is_shown):
            self._paint_given(painter, frame, self._given.pixels, is_edited=hand is not None)
        if surprise.is_shown:
            self._paint_pixel(painter, frame)
        if (cell := self._pen.cell) is not None:
            box = self.box(cell)
            painter.fillRect(box, QColor(tokens().accent))
            _line(painter, _edges(box), QColor(tokens().accent), 1.5)
        if self._corner is not None and self._under is not None:
            top, left, height, width = box_of(self._corner, self._under)
            whole = self.box((top, left)).united(self.box((top + height - 1, left + width - 1)))
            painter.fillRect(whole, QColor(0, 0, 0, 90))
            _line(painter, _edges(whole), QColor("#ffffff"), 1.5, Qt.PenStyle.DashLine)
        elif hand not in (None, Hand.BOX) and self._under is not None:
            self._paint_brush(painter, frame)
        painter.end()

    def _paint_undrawn(self, painter: QPainter, frame: QRect) -> None:
        """Nothing where nothing is drawn yet, as a grey there could be the picture's own; a sketch shines through, and
        what is known as coarsely as it will be until the pen comes is seen as it is.
        """
        import numpy as np

        rows, columns = self._sides()
        rest = self._pen.blank()
        veil = np.zeros((rows * columns, 4), np.uint8)
        ground = QColor(tokens().canvas)
        if len(rest) <= len(veil):
            veil[list(rest)] = (ground.red(), ground.green(), ground.blue(), _VEIL if self._pen.has_sketch else 255)
            painter.drawImage(frame, rgba_qimage(veil.reshape(rows, columns, 4)))
        painter.setPen(QPen(QColor(tokens().outline), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame.adjusted(0, 0, -1, -1))

    def _paint_given(self, painter: QPainter, frame: QRect, pixels: Image, *, is_edited: bool) -> None:
        if self._outline is None or self._outline[0] is not pixels or self._outline[1] != frame or is_edited:
            self._outline = pixels, QRect(frame), outline(pixels[:, :, 3] == GIVEN, frame)
        _line(painter, self._outline[2], QColor(tokens().accent), 1.5 if is_edited else 1.0)

    def _paint_sight(self, painter: QPainter, frame: QRect, told: PixelTold) -> None:
        """Over the picture as it is: what a pixel sees, what it overlooks, and nothing of what is drawn later."""
        ground = QColor(tokens().canvas)
        if self._sight is None or self._sight[0] is not told or self._sight[1] != ground:
            later = self._pen.after((told.row, told.column), told.seen.shape[1])
            self._sight = told, ground, shade(told, later, ground), blind(told, later)
        painter.drawImage(frame, self._sight[2])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hatch(painter, area(self._sight[3], frame))

    def _paint_pixel(self, painter: QPainter, frame: QRect) -> None:
        """The pixel of which is told, and the edge of all that it could see."""
        told, cell = self._surprise.told, self._surprise.cell
        if told is not None and cell == (told.row, told.column):
            if self._field is None or self._field[0] is not told or self._field[1] != frame:
                self._field = told, QRect(frame), outline(told.seen > 0, frame)
            _line(painter, self._field[2], SEEN, 1.5)
        if cell is not None:
            _line(painter, _edges(self.box(cell)), QColor("#ffffff"), 2.0)

    def _paint_brush(self, painter: QPainter, frame: QRect) -> None:
        import numpy as np

        rows, columns = self._sides()
        region = np.zeros((rows, columns), bool)
        for row, column in brush(self._under or (0, 0), self._hands.brush):
            if 0 <= row < rows and 0 <= column < columns:
                region[row, column] = True
        _line(painter, outline(region, frame), QColor("#ffffff"), 1.25)


def _edges(box: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRect(box)
    return path


def _line(
    painter: QPainter, path: QPainterPath, colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine
) -> None:
    """A line with a dark rim, which is seen on any picture."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(0, 0, 0, 150), width + 2.0))
    painter.drawPath(path)
    painter.setPen(QPen(colour, width, style))
    painter.drawPath(path)
