"""The sheet of the library: pictures in rows, each with its name, its kind and where it stands."""

from __future__ import annotations

import time
from collections.abc import Iterable

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.library.rows import SOURCE, LibraryRows
from app.library.words import headline_words
from app.look.images import Scaling, image_pixmap
from app.look.theme import font, tokens
from app.look.tokens import RADIUS_PX, SPACE_4, SPACE_8, TEXT_SMALL_PX
from app.store.library import State
from app.store.state import Explorer
from engine.protocol.library import Entry
from engine.protocol.values import Image

PICTURE_PX = 128
_CELL = QSize(PICTURE_PX + 2 * SPACE_8, PICTURE_PX + 2 * SPACE_8 + 72)
_LINE_PX = 16
_KEPT = 400
_BUDGET_S = 0.012
"""What a painting may spend on cells that it never painted with their picture."""
_SETTLE_MS = 60
"""How often pictures are asked for while one scrolls: what flew by meanwhile is not drawn."""
_SEEN = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus


class Cell(QStyledItemDelegate):
    """Paints one entry."""

    def __init__(self, explorer: Explorer, rows: LibraryRows) -> None:
        super().__init__()
        self._library = explorer.library
        self._rows = rows
        self._kept: dict[str, tuple[object, QPixmap, Entry, Image | None]] = {}
        self._until = 0.0
        self.is_late = False
        """True if pictures were left out of the last painting, for want of time."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return _CELL

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """A cell is painted once and kept as long as it looks the same: a scroll only moves it."""
        source = self._rows.source(index)
        entry = self._library.entry(source)
        if entry is None:
            return
        image, flags = self._library.picture(source), option.state & _SEEN
        ratio, minute = painter.device().devicePixelRatioF(), int(time.time() // 60)
        state, share = self._library.state(entry), round(self._library.share(entry), 3)
        looks = (id(entry), id(image), flags.value, ratio, minute, state, share, tokens().dark, self._rows.told)
        kept = self._kept.get(source)
        is_old = kept is None or kept[0] != looks
        if is_old and (image is None or self._has_time()):
            kept = looks, self._painted(source, entry, flags, ratio), entry, image
            self._kept.pop(source, None)
            while len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[source] = kept
        if kept is None:
            return  # the view is painted again for it
        left = option.rect.left() + (option.rect.width() - _CELL.width()) // 2
        painter.drawPixmap(left, option.rect.top(), kept[1])

    def begin(self) -> None:
        """The view is about to be painted."""
        self._until = time.monotonic() + _BUDGET_S
        self.is_late = False

    def _has_time(self) -> bool:
        self.is_late |= time.monotonic() > self._until
        return not self.is_late

    def _painted(self, source: str, entry: Entry, flags: QStyle.StateFlag, ratio: float) -> QPixmap:
        pixmap = QPixmap(_CELL * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self._paint(painter, QRect(QPoint(0, 0), _CELL), source, entry, flags)
        painter.end()
        return pixmap

    def _paint(self, painter: QPainter, box: QRect, source: str, entry: Entry, flags: QStyle.StateFlag) -> None:
        look = tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_selected = bool(flags & QStyle.StateFlag.State_Selected)
        if is_selected or flags & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(QColor(look.accent), 1.5) if is_selected else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.button_hover if is_selected else look.button))
            painter.drawRoundedRect(QRectF(box).adjusted(2, 2, -2, -2), RADIUS_PX + 2, RADIUS_PX + 2)
        if flags & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(look.text), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(3.5, 3.5, -3.5, -3.5), RADIUS_PX + 1, RADIUS_PX + 1)
        picture = QRectF(box.left() + SPACE_8, box.top() + SPACE_8, PICTURE_PX, PICTURE_PX)
        self._paint_picture(painter, source, entry, picture)
        self._paint_words(painter, source, entry, picture)

    def _paint_picture(self, painter: QPainter, source: str, entry: Entry, box: QRectF) -> None:
        look, image = tokens(), self._library.picture(source)
        path = QPainterPath()
        path.addRoundedRect(box, RADIUS_PX, RADIUS_PX)
        painter.fillPath(path, QColor(look.raised if look.dark else look.button))
        state = self._library.state(entry)
        if image is not None:
            painter.save()
            painter.setClipPath(path)
            painter.setOpacity(0.45 if state is State.TRASH else 1.0)
            crisp = Scaling.AUTO.is_crisp(image.shape[1] // 2, image.shape[0] // 2)
            pixmap = image_pixmap(image, PICTURE_PX, painter.device().devicePixelRatioF(), whole_pixels=crisp)
            painter.drawPixmap(box.topLeft(), pixmap)
            painter.restore()
        elif state is State.DAMAGED:
            painter.setFont(font(TEXT_SMALL_PX))
            painter.setPen(QColor(look.secondary))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "No picture")
        share = self._library.share(entry)
        if state in (State.LEARNING, State.PAUSED, State.UNFINISHED) and share < 1.0:
            bar = QRectF(box.left() + 6, box.bottom() - 9, box.width() - 12, 4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.track))
            painter.drawRoundedRect(bar, 2, 2)
            bar.setWidth(max(4.0, bar.width() * share))
            painter.setBrush(QColor(look.accent if state is State.LEARNING else look.secondary))
            painter.drawRoundedRect(bar, 2, 2)

    def _paint_words(self, painter: QPainter, source: str, entry: Entry, picture: QRectF) -> None:
        look, state = tokens(), self._library.state(entry)
        left, width, top = round(picture.left()), PICTURE_PX, round(picture.bottom()) + SPACE_4
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        bold, small = font(weight=QFont.Weight.DemiBold), font(TEXT_SMALL_PX)
        painter.setFont(bold)
        painter.setPen(QColor(look.text))
        words = QFontMetrics(bold).elidedText(entry.name, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(QRect(left, top, width, 20), middle, words)
        painter.setFont(small)
        metrics = QFontMetrics(small)
        painter.setPen(QColor(look.secondary))
        for line, told in enumerate(self._rows.cell_words(entry)):
            words = metrics.elidedText(told, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRect(left, top + 19 + line * _LINE_PX, width, _LINE_PX), middle, words)
        top += 2 * _LINE_PX + 19
        score = headline_words(entry.scores)
        score_px = metrics.horizontalAdvance(score) + SPACE_8 if score else 0
        tones = {State.DAMAGED: look.bad_text, State.UNFINISHED: look.warn_text, State.LEARNING: look.good_text}
        painter.setPen(QColor(tones.get(state, look.secondary)))
        words = self._rows.state_words(entry, short=bool(score) or state not in (State.FINISHED, State.DAMAGED))
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, width - score_px)
        painter.drawText(QRect(left, top, width - score_px, _LINE_PX), middle, words)
        painter.setPen(QColor(look.text))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRect(left, top, width, _LINE_PX), right, score)


class LibrarySheet(QListView):
    """Several are picked with Ctrl and Shift. Return explores, F2 renames, Delete puts away."""

    picked = Signal(tuple)
    """What is picked now, the last one first."""
    explore_asked = Signal(str)
    rename_asked = Signal(str)
    discard_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, explorer: Explorer, rows: LibraryRows) -> None:
        super().__init__()
        self._library = explorer.library
        self._rows = rows
        self._kept: tuple[str, ...] = ()
        self.setObjectName("library.sheet")
        self.setAccessibleName("Models and runs")
        self.cell = Cell(explorer, rows)
        self.setItemDelegate(self.cell)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSpacing(SPACE_4)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self.menu_asked.emit(self.viewport().mapToGlobal(at)))
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._on_settle_timeout)
        rows.modelAboutToBeReset.connect(self._on_rows_about_to_reset)
        self.setModel(rows)
        rows.modelReset.connect(self._on_rows_reset)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.refresh_pictures())
        self.doubleClicked.connect(lambda index: self.explore_asked.emit(self._rows.source(index)))

    # ------------------------------------------------------------ what is picked

    def picks(self) -> tuple[str, ...]:
        """What is picked, the one with the keyboard first."""
        found = [str(index.data(SOURCE)) for index in self.selectedIndexes()]
        current = self._rows.source(self.currentIndex())
        return tuple(sorted(found, key=lambda source: (source != current, self._rows.row_of(source))))

    def pick(self, sources: Iterable[str]) -> None:
        """Pick these and no others; the first one has the keyboard."""
        chosen, first = QItemSelection(), QModelIndex()
        for source in sources:
            row = self._rows.row_of(source)
            if row >= 0:
                index = self._rows.index(row)
                chosen.select(index, index)
                first = first if first.isValid() else index
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if first.isValid():
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.picked.emit(self.picks())

    def _on_rows_about_to_reset(self) -> None:
        self._kept = self.picks()

    def _on_rows_reset(self) -> None:
        self.pick(self._kept)
        self.picked.emit(self.picks())
        self._settle.start()

    # ------------------------------------------------------------ pictures of what can be seen

    def seen(self) -> tuple[str, ...]:
        """What can be seen now."""
        room = self.viewport().rect()
        step = max(1, _CELL.height() // 2)
        rows = set()
        for y in range(room.top() + 1, room.bottom() + step, step):
            for x in range(room.left() + 1, room.right(), _CELL.width() // 2):
                index = self.indexAt(QPoint(x, min(y, room.bottom())))
                if index.isValid():
                    rows.add(index.row())
        return tuple(self._rows.sources[row] for row in sorted(rows))

    def _on_settle_timeout(self) -> None:
        if self.isVisible():
            self._library.want_pictures(self.seen())

    def refresh_pictures(self) -> None:
        """Ask for what can be seen and has no picture."""
        if not self._settle.isActive():
            self._settle.start()

    # ------------------------------------------------------------ Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        self.cell.begin()
        super().paintEvent(event)
        if self.cell.is_late:
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Qt keeps the scroll bar's room free, seen or not; measured without it, columns do not jump when it comes.
        bar = self.verticalScrollBar().sizeHint().width()
        room = self.maximumViewportSize().width() - bar - SPACE_4
        columns = max(1, room // (_CELL.width() + SPACE_4))
        self.setGridSize(QSize(room // columns, _CELL.height() + SPACE_4))
        self._settle.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        source = self._rows.source(self.currentIndex())
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if source:
                self.explore_asked.emit(source)
            case Qt.Key.Key_F2 if source:
                self.rename_asked.emit(source)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace if self.picks():
                self.discard_asked.emit()
            case _:
                super().keyPressEvent(event)
