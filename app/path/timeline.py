"""The timeline: a ruler to scrub on, keyframes at their times, handles for how long each takes, and the film below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.controls.tiles.thumbnail import Thumbnail
from app.flows.finding import carries_places
from app.look.theme import tokens
from app.path.timeline_painting import (
    EASINGS,
    HANDLE_PX,
    HANDLES_PX,
    HEIGHT_PX,
    KEYS_PX,
    RULER_PX,
    THUMB_PX,
    TimelineLook,
    paint_timeline,
    time_text,
)
from engine.protocol.values import Image
from engine.protocol.walks import Walk, Way

LEFT_PX, RIGHT_PX = 56, 44


class Timeline(QWidget):
    """Shows a path and says what a person wants of it; it changes nothing itself."""

    scrubbed = Signal(float)
    selected = Signal(int)
    entered = Signal(int)
    """A keyframe was double-clicked, or Enter pressed on it."""
    moved = Signal(int, int)
    duration_edited = Signal(int, float)
    edit_began = Signal()
    edit_ended = Signal()
    remove_asked = Signal(int)
    duplicate_asked = Signal(int)
    menu_asked = Signal(int, QPoint)
    dropped = Signal(QMimeData, int)

    def __init__(self) -> None:
        super().__init__()
        self._walk = Walk()
        self._starts: tuple[float, ...] = ()
        self._seconds = 0.0
        self._selected = -1
        self._images: dict[int, Image] = {}
        self._film: list[Image | None] = []
        self._scale: float | None = None
        """Pixels a second, while a handle is dragged."""
        self._held = -1
        """The keyframe whose handle is dragged."""
        self._is_scrubbing = False
        self._carried = -1
        """The keyframe that is dragged to another place in the order."""
        self._marker: int | None = None
        self.keys: list[Thumbnail] = []
        self.setObjectName("path.timeline")
        self.setAccessibleName("Timeline")
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    # ------------------------------------------------------------ what is shown

    def set_walk(self, walk: Walk, words: Sequence[str], starts: Sequence[float]) -> None:
        """Another path; `words` tell each keyframe's place, `starts` when it is."""
        self._walk, self._starts = walk, tuple(starts)
        count = len(walk.keyframes)
        while len(self.keys) < count:
            self._add_key()
        for index, key in enumerate(self.keys):
            key.setVisible(index < count)
            if index < count:
                keyframe = walk.keyframes[index]
                key.set_words(
                    f"Keyframe {index + 1} of {count}, {words[index]}",
                    f"Keyframe {index + 1}\n{words[index]}\n{time_text(keyframe.seconds)}"
                    f" · {EASINGS[keyframe.easing].lower()}\nDrag to reorder · double-click to go there",
                )
        self._selected = min(self._selected, count - 1)
        self._place_keys()
        self.update()

    def set_image(self, index: int, image: Image | None) -> None:
        """A keyframe's picture."""
        if index < len(self.keys):
            self.keys[index].set_image(image)

    def set_film(self, images: Sequence[Image | None]) -> None:
        """Pictures evenly over the time."""
        self._film = list(images)
        self.update()

    def set_seconds(self, seconds: float) -> None:
        """Where the playhead is."""
        if seconds != self._seconds:
            before, self._seconds = self._x(self._seconds), seconds
            for x in (before, self._x(seconds)):
                self.update(round(x) - 8, 0, 16, self.height())

    def set_selected(self, index: int) -> None:
        """Ring a keyframe (−1: none)."""
        self._selected = index
        for number, key in enumerate(self.keys):
            key.set_selected(number == index)
        if 0 <= index < len(self.keys):
            self.keys[index].raise_()

    def selected_index(self) -> int:
        """The ringed keyframe, −1 for none."""
        return self._selected

    def x_of(self, seconds: float) -> float:
        """Where a moment stands, in pixels from the left."""
        return self._x(seconds)

    def handle_at(self, index: int) -> QPointF:
        """Where the handle of a keyframe's end stands: drag it to make its way longer."""
        ends = self._ends()
        return QPointF(self._x(ends[index]), RULER_PX + KEYS_PX + HANDLES_PX / 2)

    # ------------------------------------------------------------ geometry

    def _room(self) -> float:
        return max(1.0, self.width() - LEFT_PX - RIGHT_PX)

    def _pixels_per_s(self) -> float:
        whole = self._walk.seconds
        return self._scale if self._scale is not None else self._room() / whole if whole > 0 else 0.0

    def _x(self, seconds: float) -> float:
        return LEFT_PX + seconds * self._pixels_per_s()

    def _time(self, x: float) -> float:
        pixels = self._pixels_per_s()
        return (x - LEFT_PX) / pixels if pixels > 0 else 0.0

    def _ends(self) -> list[float]:
        """When the way that begins at each keyframe is over; the last one of an open path has none."""
        ends = [*self._starts[1:], self._walk.seconds]
        return ends[: len(self._walk.spans)]

    def _place_keys(self) -> None:
        starts, spans = self._starts, bool(self._walk.spans)
        for index in range(len(self._walk.keyframes)):
            key = self.keys[index]
            x = self._x(starts[index]) if spans else float(LEFT_PX)
            key.move(round(x - key.width() / 2), RULER_PX + (KEYS_PX - key.height()) // 2)
            key.set_selected(index == self._selected)

    def _index_at(self, x: float) -> int:
        """Before which keyframe something dropped here belongs."""
        for index, key in enumerate(self.keys[: len(self._walk.keyframes)]):
            if x < key.geometry().center().x():
                return index
        return len(self._walk.keyframes)

    def _add_key(self) -> None:
        index = len(self.keys)
        key = Thumbnail(THUMB_PX)
        key.setParent(self)
        key.setObjectName(f"path.key.{index}")
        key.clicked.connect(lambda _checked=False: self._on_key_clicked(index))
        key.menu_asked.connect(lambda where: self.menu_asked.emit(index, where))
        key.drag_asked.connect(lambda: self._on_key_drag_asked(index))
        key.installEventFilter(self)
        self.keys.append(key)

    # ------------------------------------------------------------ keyframes

    def _on_key_clicked(self, index: int) -> None:
        self.set_selected(index)
        self.selected.emit(index)

    def _on_key_drag_asked(self, index: int) -> None:
        self._carried = index
        self.set_selected(index)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched not in self.keys:
            return False
        index = self.keys.index(watched)
        if isinstance(event, QMouseEvent):
            return self._on_key_mouse(index, event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key_pressed(index, event)
        return False

    def _on_key_mouse(self, index: int, event: QMouseEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.entered.emit(index)
            return True
        if self._carried < 0:
            return False
        x = self.mapFromGlobal(event.globalPosition()).x()
        if event.type() == QEvent.Type.MouseMove:
            self._marker = self._index_at(x)
            self.update()
            return True
        if event.type() == QEvent.Type.MouseButtonRelease:
            carried, to = self._carried, self._index_at(x)
            self._carried, self._marker = -1, None
            self.unsetCursor()
            self.update()
            self.keys[carried].setDown(False)
            target = to - 1 if to > carried else to
            if target != carried:
                self.moved.emit(carried, target)
            return True
        return False

    def _on_key_pressed(self, index: int, event: QKeyEvent) -> bool:
        reorders = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier))
        last = len(self._walk.keyframes) - 1
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                to = min(max(index + (1 if event.key() == Qt.Key.Key_Right else -1), 0), last)
                if reorders:
                    self.moved.emit(index, to)
                self.keys[to].setFocus(Qt.FocusReason.OtherFocusReason)
                self._on_key_clicked(to)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.remove_asked.emit(index)
            case Qt.Key.Key_D if not event.modifiers():
                self.duplicate_asked.emit(index)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.entered.emit(index)
            case _:
                return False
        return True

    # ------------------------------------------------------------ ruler, film and handles

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._walk.spans:
            return
        self._held = self._handle_near(event.position())
        if self._held >= 0:
            self._scale = self._pixels_per_s()
            self.edit_began.emit()
        elif not self._in_keys(event.position().y()):
            self._is_scrubbing = True
            self._scrub(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held >= 0:
            start = self._starts[self._held]
            self.duration_edited.emit(self._held, self._time(event.position().x()) - start)
        elif self._is_scrubbing:
            self._scrub(event.position().x())
        else:
            over = self._walk.spans and self._handle_near(event.position()) >= 0
            self.setCursor(Qt.CursorShape.SplitHCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held >= 0:
            self._held, self._scale = -1, None
            self.edit_ended.emit()
            self._place_keys()
            self.update()
        self._is_scrubbing = False

    def _scrub(self, x: float) -> None:
        self.scrubbed.emit(min(max(self._time(x), 0.0), self._walk.seconds))

    def _in_keys(self, y: float) -> bool:
        return RULER_PX <= y < RULER_PX + KEYS_PX

    def _is_even(self) -> bool:
        """On the even way what there is to see says how long each part takes."""
        return self._walk.way is Way.EVEN

    def _handle_near(self, at: QPointF) -> int:
        if self._is_even() or not RULER_PX + KEYS_PX <= at.y() < RULER_PX + KEYS_PX + HANDLES_PX:
            return -1
        near = [index for index, end in enumerate(self._ends()) if abs(self._x(end) - at.x()) <= HANDLE_PX + 3]
        return near[-1] if near else -1

    # ------------------------------------------------------------ what is dragged in

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if carries_places(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._mark(event.position().x())

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._mark(event.position().x())

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._marker = None
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._marker = None
        self.update()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(event.mimeData(), self._index_at(event.position().x()))

    def _mark(self, x: float) -> None:
        self._marker = self._index_at(x)
        self.update()

    # ------------------------------------------------------------ Qt

    def sizeHint(self) -> QSize:
        return QSize(600, HEIGHT_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_keys()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = TimelineLook(
            walk=self._walk,
            starts=self._starts,
            ends=tuple(self._ends()),
            seconds=self._seconds,
            film=tuple(self._film),
            left=float(LEFT_PX),
            pixels_per_s=self._pixels_per_s(),
            held=self._held,
            marker=self._marker_x(),
        )
        painter = QPainter(self)
        paint_timeline(painter, look, tokens())
        painter.end()

    def _marker_x(self) -> float | None:
        """Where what is dragged would be put."""
        keys = self.keys[: len(self._walk.keyframes)]
        if self._marker is None:
            return None
        if not keys:
            return float(LEFT_PX)
        if self._marker < len(keys):
            return keys[self._marker].geometry().left() - 3.0
        return keys[-1].geometry().right() + 4.0
