"""The picture: the largest that fits, on a neutral surround, the newest there is. It never waits and never blocks."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.controls.focus import KEYBOARD_REASONS
from app.controls.picture.painting import CanvasLook, paint_canvas
from app.controls.picture.shown_picture import ShownPicture
from app.look.images import Scaling
from app.look.theme import tokens
from app.places.words import recipe_words
from app.store.engine_status import EngineState
from app.store.shown.pictures import Drawing
from app.store.state import Explorer
from engine.protocol.answers import Rendered
from engine.protocol.values import Image, ModelDescribed, Recipe

_REST_MS = 120
"""A picture that stands so long is drawn again with the better filter; while one drags, time counts more."""
_LEAST_PX = 360
"""So wide is the canvas of a small picture where there is room: notices stand there, too."""
STILL_WORDS = "Starting…"
_SLOW_MS = 400
"""A picture that takes longer is announced as being drawn."""


class Canvas(QWidget):
    """Shows `Explorer.picture`. Asks for menus, drags and files by signals; the window answers them."""

    painted = Signal(int)
    """Carries the ticket of the picture that is on the screen now."""
    drag_asked = Signal()
    menu_asked = Signal(object)
    open_asked = Signal()
    sides_changed = Signal()
    """The picture has other sides than the one before, and may want another room."""

    def __init__(self, explorer: Explorer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._shown = ShownPicture()
        self._ticket = 0
        self.last_painted_ticket = 0
        self._progress: float | None = None
        self._is_slow = False
        self._pressed_at: QPointF | None = None
        self._is_ringed = False
        self._bars = (0, 0)
        self._least_px = 0
        self._hint = ""
        self.setObjectName("canvas")
        self.setAccessibleName("Picture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.open_button = QPushButton("Open a model…")
        self.open_button.clicked.connect(self.open_asked)
        self.open_button.hide()
        column = QVBoxLayout(self)
        column.addStretch(3)
        column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._on_rest_timeout)
        self._slow = QTimer(self, singleShot=True, interval=_SLOW_MS)
        self._slow.timeout.connect(self._on_slow_timeout)
        explorer.pictures.picture_changed.connect(self._on_pictures_picture_changed)
        explorer.models.model_changed.connect(self._on_models_model_changed)
        explorer.engine.changed.connect(self._on_engine_changed)
        explorer.place.recipe_changed.connect(self._on_place_recipe_changed)
        explorer.place.before_changed.connect(self._on_place_before_changed)
        explorer.sliders.changed.connect(self._tell)
        explorer.pictures.drawing_changed.connect(self._on_pictures_drawing_changed)
        explorer.pictures.still_changed.connect(self.set_still)
        if explorer.pictures.picture is not None:
            self.set_picture(explorer.pictures.picture)
        else:
            self.set_still(explorer.pictures.still)
        self._tell()

    # ------------------------------------------------------------ what is shown

    def frame(self) -> QRect:
        """Where the picture stands, in logical pixels; empty without one."""
        room = self.rect().adjusted(0, self._bars[0], 0, -self._bars[1])
        return self._shown.frame(room, self.devicePixelRatioF()).translated(0, self._bars[0])

    def width_for(self, height: int) -> int:
        """How wide the canvas should be at a height, so that the picture is as large as suits it."""
        return max(_LEAST_PX, self._least_px, self._shown.width_for(height - sum(self._bars)))

    def set_bars(self, top_px: int, bottom_px: int, least_px: int = 0) -> None:
        """Leave room above and below the picture for bars of this width at least."""
        if (self._bars, self._least_px) != ((top_px, bottom_px), least_px):
            self._bars, self._least_px = (top_px, bottom_px), least_px
            self.sides_changed.emit()
            self.update()

    def set_hint(self, words: str) -> None:
        """What stands under the picture while nothing else is to be told there."""
        if words != self._hint:
            self._hint = words
            self.update()

    def is_crisp(self) -> bool:
        """True if every pixel of the model is shown as a square."""
        return self._shown.is_crisp()

    def image(self) -> Image | None:
        """The picture on the canvas."""
        return self._shown.image

    def set_enlarging(self, scaling: Scaling, most_times: int) -> None:
        """Smooth or pixel by pixel, and how many times at most."""
        self._shown.scaling = scaling
        if most_times != self._shown.most_times:
            self._shown.most_times = most_times
            self.sides_changed.emit()
        self.update()

    def set_still(self, still: QImage | None) -> None:
        """Show a picture of the last time, labelled as such, until the engine draws the first one; None ends that."""
        if self._ticket == 0 and (still is not None or self._is_still()):
            self._shown.set_still(still)
            self.sides_changed.emit()
            self._tell()

    def set_picture(self, picture: Rendered) -> None:
        """Show what the engine drew."""
        before = self._shown.image
        is_first = before is None or before.shape != picture.image.shape
        had_note = bool(self._note())
        self._shown.set_image(picture.image, is_fine=False)
        self._ticket = picture.ticket
        self._progress = None if picture.final else picture.progress
        self._is_slow = self._is_slow and not picture.final
        if is_first:
            self.sides_changed.emit()
            self._tell()
        if is_first or had_note or self._note():
            self.update()
        else:  # the surround stays as it is, and whoever else hears of the picture comes after the eye
            self.repaint(self.frame())
        if picture.final:
            self._slow.stop()
        self._rest.start()

    # ------------------------------------------------------------ hearing the store

    def _on_pictures_picture_changed(self, picture: Rendered | None) -> None:
        if picture is not None:
            self.set_picture(picture)

    def _on_models_model_changed(self, model: ModelDescribed | None) -> None:
        self.set_idle()
        if model is None:
            self._shown.set_image(None, is_fine=False)
        self._tell()

    def _on_engine_changed(self, _status: object) -> None:
        self._tell()

    def _on_place_recipe_changed(self, recipe: Recipe | None) -> None:
        if recipe is not None and not self._slow.isActive():
            self._slow.start()

    def _on_place_before_changed(self, _before: bool) -> None:
        self.update()

    def _on_pictures_drawing_changed(self, drawing: Drawing) -> None:
        if drawing is Drawing.STOPPED:
            self._slow.stop()
            self._is_slow = False
        self.update()

    def _on_rest_timeout(self) -> None:
        self._shown.refine()
        self._tell()

    def _on_slow_timeout(self) -> None:
        self._is_slow = True
        self.update()

    def _tell(self) -> None:
        """Bring words, cursor and button up to what is shown."""
        model, recipe = self._explorer.models.model, self._explorer.place.recipe
        is_starting = self._explorer.engine.status.state is EngineState.STARTING
        self.open_button.setVisible(self._shown.is_empty() and model is None and not is_starting)
        own = self._explorer.sliders.names()
        words = STILL_WORDS if self._is_still() else recipe_words(recipe, model, own=own) if recipe else ""
        self.setAccessibleDescription(f"{model.name}, {words}" if model and not self._is_still() else words)
        self.setCursor(Qt.CursorShape.ArrowCursor if self._shown.image is None else Qt.CursorShape.OpenHandCursor)
        self.update()

    def _is_still(self) -> bool:
        return self._shown.still is not None

    def _sentence(self) -> str:
        if not self._shown.is_empty():
            return ""
        if self._explorer.models.model is not None:
            return "Drawing the first picture…" if self._is_slow else ""
        state = self._explorer.engine.status.state
        return {
            EngineState.STARTING: "Starting…",
            EngineState.STOPPED: "The engine has stopped. Start Zscape again to go on.",
        }.get(state, "A model's pictures appear here.")

    def _note(self) -> str:
        if self._progress is not None:
            share = round(self._progress * 100)
            if self._explorer.pictures.drawing is Drawing.STOPPED:
                return f"Stopped at {share} % · Enter draws the rest"
            if self._explorer.pen.is_paused:
                return f"Paused at {share} % · Space goes on"
            return f"Drawing {share} % · Esc stops"
        return "Drawing…" if self._is_slow and not self._is_still() else self._hint

    def _badge(self) -> str:
        if self._is_still():
            return STILL_WORDS
        return "Before" if self._explorer.place.is_before else ""

    # ------------------------------------------------------------ a person's hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_on_picture = self.frame().contains(event.position().toPoint())
        self._pressed_at = event.position() if event.button() == Qt.MouseButton.LeftButton and is_on_picture else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        start = self._pressed_at
        if start is None or not event.buttons() & Qt.MouseButton.LeftButton or self._is_still():
            return
        if (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self.drag_asked.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.menu_asked.emit(self.mapToGlobal(self.frame().center()) if is_key else event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        drawing = self._explorer.pictures.drawing
        if event.key() == Qt.Key.Key_Escape and drawing is Drawing.GROWING:
            self._explorer.pictures.stop()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and drawing is Drawing.STOPPED:
            self._explorer.finish_picture()
        else:
            super().keyPressEvent(event)

    def set_idle(self) -> None:
        """Nothing is being drawn any more: what is shown stays."""
        self._progress = None
        self._slow.stop()
        self._is_slow = False
        self.update()

    # ------------------------------------------------------------ Qt

    def sizeHint(self) -> QSize:
        return QSize(560, 560)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 200)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._is_ringed = event.reason() in KEYBOARD_REASONS
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        frame = self.frame()
        ratio = self.devicePixelRatioF()
        look = CanvasLook(
            area=self.rect(),
            frame=frame,
            picture=self._shown.enlarged(frame, ratio),
            sentence=self._sentence(),
            badge=self._badge(),
            note=self._note(),
            progress=self._progress,
            is_focused=self.hasFocus() and self._is_ringed,
            is_framed=not frame.contains(event.rect()),
        )
        painter = QPainter(self)
        paint_canvas(painter, look, tokens())
        painter.end()
        if self._shown.image is not None and self.last_painted_ticket != self._ticket:
            self.last_painted_ticket = self._ticket
            self.painted.emit(self._ticket)
