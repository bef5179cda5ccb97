"""A place to drop pictures into: the group where a direction starts, or where it leads."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QRectF, QSize, Qt, Signal
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
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.controls.buttons import link_button
from app.flows.finding import carries_places
from app.look.images import to_qimage
from app.look.theme import tokens
from app.look.tokens import RADIUS_PX, SPACE_8
from engine.protocol.values import Image

_SIDE_PX, _GAP_PX, _ROWS = 40, 4, 2


class _Pictures(QWidget):
    """Small pictures in rows; a click on one takes it out."""

    remove_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._images: list[Image | None] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_ROWS * (_SIDE_PX + _GAP_PX))

    def set_images(self, images: list[Image | None]) -> None:
        """Show these."""
        self._images = images
        self.setToolTip("Click one to take it out" if images else "")
        self.update()

    def _columns(self) -> int:
        return max(1, (self.width() + _GAP_PX) // (_SIDE_PX + _GAP_PX))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        step = _SIDE_PX + _GAP_PX
        column, row = int(event.position().x() // step), int(event.position().y() // step)
        index = row * self._columns() + column
        if column < self._columns() and index < len(self._images):
            self.remove_asked.emit(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = _ROWS * self._columns()
        for number, image in enumerate(self._images[:room]):
            row, column = divmod(number, self._columns())
            box = QRectF(column * (_SIDE_PX + _GAP_PX), row * (_SIDE_PX + _GAP_PX), _SIDE_PX, _SIDE_PX)
            if image is None:
                painter.fillRect(box, QColor(look.button))
            else:
                painter.drawImage(box, to_qimage(image))
        if not self._images:
            painter.setPen(QColor(look.secondary))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Drop pictures here")
        painter.end()


class Well(QWidget):
    """Says what a person does with it; the panel tells it what to show."""

    dropped = Signal(QMimeData)
    here_asked = Signal()
    favourites_asked = Signal()
    remove_asked = Signal(int)

    def __init__(self, title: str, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(title)
        self.setAcceptDrops(True)
        self._is_over = False
        self._count = -1
        self.title = QLabel(title)
        self.title.setProperty("tone", "secondary")
        self.add_button = link_button("Add…")
        self.add_button.setAccessibleName(f"Add to {title}")
        self.pictures = _Pictures()
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.add_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_8, SPACE_8, SPACE_8, SPACE_8)
        column.setSpacing(SPACE_8)
        column.addLayout(head)
        column.addWidget(self.pictures)
        column.addStretch(1)
        self.pictures.remove_asked.connect(self.remove_asked)
        self.add_button.clicked.connect(self._on_add_button_clicked)

    def set_images(self, images: list[Image | None]) -> None:
        """The group's pictures; None for one that is still to come."""
        self.pictures.set_images(images)

    def _on_add_button_clicked(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("The picture on the canvas", self.here_asked.emit)
        menu.addAction("All favourites of this model", self.favourites_asked.emit)
        menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))

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

    def sizeHint(self) -> QSize:
        return QSize(220, 140)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(look.accent if self._is_over else look.line), 2.0 if self._is_over else 1.0))
        painter.setBrush(QColor(look.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        painter.end()
