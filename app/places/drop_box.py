"""A box that places and picture files are dropped into, and the small pictures of what lies in it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.flows.finding import carries_places
from app.look.images import to_qimage
from app.look.theme import tokens
from app.look.tokens import RADIUS_PX
from engine.protocol.values import Image


class SmallPictures(QWidget):
    """Small pictures in rows, as many as there is room for; a click on one takes it out."""

    remove_asked = Signal(int)

    def __init__(self, side_px: int, gap_px: int, rows: int, *, empty: str = "") -> None:
        super().__init__()
        self._side_px, self._step_px, self._rows, self._empty = side_px, side_px + gap_px, rows, empty
        self._gap_px = gap_px
        self._images: list[Image | None] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(rows * self._step_px)

    def set_side(self, side_px: int) -> None:
        """Be larger or smaller."""
        if side_px != self._side_px:
            self._side_px, self._step_px = side_px, side_px + self._gap_px
            self.setFixedHeight(self._rows * self._step_px)
            self.update()

    def set_images(self, images: list[Image | None]) -> None:
        """Show these; None for one that is still to come."""
        self._images = images
        self.setToolTip("Click one to take it out" if images else "")
        self.update()

    def set_image(self, index: int, image: Image | None) -> None:
        """One came."""
        if index < len(self._images):
            self._images[index] = image
            self.update()

    def _columns(self) -> int:
        return max(1, (self.width() + self._step_px - self._side_px) // self._step_px)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        column, row = (int(at // self._step_px) for at in (event.position().x(), event.position().y()))
        index = row * self._columns() + column
        if column < self._columns() and index < len(self._images):
            self.remove_asked.emit(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look, columns = QPainter(self), tokens(), self._columns()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number, image in enumerate(self._images[: self._rows * columns]):
            row, column = divmod(number, columns)
            box = QRectF(column * self._step_px, row * self._step_px, self._side_px, self._side_px)
            if image is None:
                painter.fillRect(box, QColor(look.button))
            else:
                painter.drawImage(box, to_qimage(image))
        if not self._images and self._empty:
            painter.setPen(QColor(look.secondary))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._empty)
        painter.end()


class DropBox(QWidget):
    """A framed box that says what was dropped into it; its frame lights up while something hangs over it."""

    dropped = Signal(QMimeData)

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.is_marked = False
        """Whether its frame stands out by itself."""
        self._is_over = False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if carries_places(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._show_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_over(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(event.mimeData())

    def _show_over(self, over: bool) -> None:
        self._is_over = over
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = look.accent if self._is_over or self.is_marked else look.line
        painter.setPen(QPen(QColor(colour), 2.0 if self._is_over else 1.0))
        painter.setBrush(QColor(look.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        painter.end()
