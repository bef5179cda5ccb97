"""A slot: exemplars dropped into it or asked for in words, and their average."""

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
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.controls.buttons import icon_button, link_button, quiet_button
from app.controls.picture.stage import PictureStage
from app.flows.finding import carries_places
from app.look.images import to_qimage
from app.look.theme import font, tokens
from app.look.tokens import RADIUS_PX, SPACE_8, SPACE_12, TEXT_TITLE_PX
from engine.protocol.sums import Sign, Term
from engine.protocol.values import Image

_SMALL_PX, _GAP_PX, _MOST_SHOWN = 26, 3, 24


class ExemplarGrid(QWidget):
    """The exemplars, small; a click on one takes it out."""

    remove_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._images: list[Image | None] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(3 * (_SMALL_PX + _GAP_PX))
        self.setToolTip("Click one to take it out")

    def set_count(self, count: int) -> None:
        """So many, their pictures still to come."""
        self._images = [None] * min(count, _MOST_SHOWN)
        self.setAccessibleName(f"{count} exemplars")
        self.update()

    def set_image(self, index: int, image: Image | None) -> None:
        """One came."""
        if index < len(self._images):
            self._images[index] = image
            self.update()

    def _columns(self) -> int:
        return max(1, (self.width() + _GAP_PX) // (_SMALL_PX + _GAP_PX))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        step = _SMALL_PX + _GAP_PX
        column, row = int(event.position().x() // step), int(event.position().y() // step)
        index = row * self._columns() + column
        if column < self._columns() and index < len(self._images):
            self.remove_asked.emit(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number, image in enumerate(self._images):
            row, column = divmod(number, self._columns())
            box = QRectF(column * (_SMALL_PX + _GAP_PX), row * (_SMALL_PX + _GAP_PX), _SMALL_PX, _SMALL_PX)
            if image is None:
                painter.fillRect(box, QColor(look.button))
            else:
                painter.drawImage(box, to_qimage(image))
        painter.end()


class Slot(QWidget):
    """Says what a person does with it; the page tells it what to show."""

    asked = Signal(str)
    dropped = Signal(QMimeData)
    flip_asked = Signal()
    empty_asked = Signal()
    remove_asked = Signal()
    place_removed = Signal(int)

    def __init__(self, index: int) -> None:
        super().__init__()
        self.setObjectName(f"arithmetic.slot.{index}")
        self.setAcceptDrops(True)
        self.setMinimumWidth(190)
        self._is_over = False
        self._is_base = False
        self.sign = quiet_button("+")
        self.sign.setFixedWidth(34)
        self.sign.setFont(font(TEXT_TITLE_PX))
        self.sign.setAccessibleName("Sign")
        self.title = QLabel()
        self.title.setProperty("tone", "heading")
        self.close_button = icon_button("close", "Remove this term", size=14)
        self.ask = QLineEdit()
        self.ask.setPlaceholderText("smiling women without glasses")
        self.ask.setAccessibleName(f"Ask for exemplars of term {index + 1}")
        self.ask.setObjectName(f"arithmetic.ask.{index}")
        self.picture = PictureStage(f"Average of term {index + 1}")
        self.picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.picture.setMinimumHeight(120)
        self.grid = ExemplarGrid()
        self.told = QLabel()
        self.told.setProperty("tone", "small")
        self.told.setWordWrap(True)
        self.empty_button = link_button("Empty")
        top = QHBoxLayout()
        top.addWidget(self.sign)
        top.addWidget(self.title, 1)
        top.addWidget(self.close_button)
        foot = QHBoxLayout()
        foot.addWidget(self.told, 1)
        foot.addWidget(self.empty_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_12, SPACE_8, SPACE_12, SPACE_8)
        column.setSpacing(SPACE_8)
        column.addLayout(top)
        column.addWidget(self.ask)
        column.addWidget(self.picture, 1)
        column.addWidget(self.grid)
        column.addLayout(foot)
        self.ask.returnPressed.connect(lambda: self.asked.emit(self.ask.text()))
        self.sign.clicked.connect(self.flip_asked)
        self.close_button.clicked.connect(self.remove_asked)
        self.empty_button.clicked.connect(self.empty_asked)
        self.grid.remove_asked.connect(self.place_removed)

    def set_term(self, term: Term, *, is_base: bool, is_only: bool, finds: bool) -> None:
        """Show a term."""
        is_plus = term.sign is Sign.PLUS
        self.sign.setText("+" if is_plus else "−")
        self.sign.setToolTip("Added; click to take it away instead" if is_plus else "Taken away; click to add it")
        self.title.setText("Start here" if is_base else "Add" if is_plus else "Take away")
        if not self.ask.hasFocus():
            self.ask.setText(term.words)
        self.close_button.setVisible(not is_only)
        count = len(term.places)
        self.grid.set_count(count)
        understood = f": {term.understood}" if term.understood else ""
        averaged = f"{count} averaged{understood}"
        self.told.setText("Looking…" if finds else averaged if count else "Ask in words (Enter), or drop pictures")
        self.empty_button.setVisible(bool(count))
        self.picture.set_words(sentence="" if finds or count else "Drop pictures here")
        if not count:
            self.picture.set_image(None)
        self._is_base = is_base
        self.update()

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
        return QSize(240, 400)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = look.accent if self._is_over or self._is_base else look.line
        painter.setPen(QPen(QColor(colour), 2.0 if self._is_over else 1.0))
        painter.setBrush(QColor(look.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        painter.end()
