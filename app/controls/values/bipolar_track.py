"""The groove of a bipolar slider: filled from its zero to the handle, with a tick at zero."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.controls.focus import KEYBOARD_REASONS
from app.controls.numbers import signed_text
from app.controls.values.accessible import announce_as_slider, tell_value
from app.controls.values.track_painting import GAP_PX, GROOVE_PX, HANDLE_PX, TrackLook, paint_track
from app.look.theme import tokens
from app.look.tokens import ROW_PX

_INSET_PX = 9.0
"""Room for half a handle and its focus ring at both ends."""
_SNAP_PX = 2.0
"""So near to zero a drag means zero."""
_FINE = 0.1
_PAGE_STEPS = 10
_WHEEL_PAUSE_MS = 400
"""A pause this long ends a run of wheel turns: one undo step."""
_RESOLUTION = 100
"""Values are kept to a hundredth, so that equal looks are equal recipes; finer where a step is finer."""

_STEP_KEYS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageUp: _PAGE_STEPS,
    Qt.Key.Key_PageDown: -_PAGE_STEPS,
}


def resolution(step: float) -> int:
    """How many values a track of this step tells apart in one unit."""
    return max(_RESOLUTION, int(10 ** math.ceil(-math.log10(step))))


class BipolarTrack(QWidget):
    """Drag, click, arrows, wheel. `value_edited` fires for what a person did, never for `set_value`."""

    value_edited = Signal(float)
    edit_began = Signal()
    edit_ended = Signal()
    reset_asked = Signal()
    typed = Signal(str)
    """A digit was pressed: the value wants to be typed."""
    open_asked = Signal()

    def __init__(self, low: float = -3.0, high: float = 3.0, *, origin: float = 0.0, step: float = 0.1) -> None:
        super().__init__()
        self._low, self._high = low, high
        self._origin = origin
        self._step = step
        self._resolution = resolution(step)
        self._value = origin
        self._text = signed_text(origin)
        self._hovered = False
        self._ringed = False
        self._editing = False
        self._grab: tuple[float, float] | None = None
        self._wheel = QTimer(self, singleShot=True, interval=_WHEEL_PAUSE_MS)
        self._wheel.timeout.connect(self._end_edit)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        announce_as_slider(BipolarTrack)

    def value(self) -> float:
        """Where the handle is, or would be if the range reached so far."""
        return self._value

    def value_text(self) -> str:
        """The value as it is shown beside the track."""
        return self._text

    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest value a person can reach."""
        return self._low, self._high

    def step(self) -> float:
        """One press of an arrow."""
        return self._step

    def origin(self) -> float:
        """The value that means nothing was changed."""
        return self._origin

    def set_bounds(self, low: float, high: float, origin: float = 0.0) -> None:
        """Another range; the value stays."""
        self._low, self._high, self._origin = low, max(high, low + self._step), origin
        self.update()

    def set_value(self, value: float, text: str) -> None:
        """Show a value from the state; nothing is emitted."""
        self._text = text
        if value != self._value:
            self._value = value
            tell_value(self, value)
        self.update()

    def edit_to(self, value: float) -> None:
        """Do as if a person had moved the handle there in one step."""
        self._begin_edit()
        self._emit(value)
        self._end_edit()

    def _emit(self, value: float) -> None:
        value = min(max(value, self._low), self._high)
        value = round(value * self._resolution) / self._resolution
        if abs(value - self._origin) < 0.5 / self._resolution:
            value = self._origin
        if value != self._value:
            self._value = value
            self.update()
            self.value_edited.emit(value)
            tell_value(self, value)

    def _begin_edit(self) -> None:
        if not self._editing:
            self._editing = True
            self.edit_began.emit()

    def _end_edit(self) -> None:
        self._wheel.stop()
        self._grab = None
        if self._editing:
            self._editing = False
            self.edit_ended.emit()

    def _groove(self) -> QRectF:
        return QRectF(_INSET_PX, self.height() / 2 - GROOVE_PX / 2, self._length_px(), GROOVE_PX)

    def _length_px(self) -> float:
        return float(max(1, self.width() - 2 * _INSET_PX))

    def _per_px(self) -> float:
        return (self._high - self._low) / self._length_px()

    def _x_of(self, value: float) -> float:
        return _INSET_PX + (min(max(value, self._low), self._high) - self._low) / self._per_px()

    def _value_at(self, x: float) -> float:
        return self._low + (x - _INSET_PX) * self._per_px()

    def _snapped(self, value: float) -> float:
        return self._origin if abs(value - self._origin) < _SNAP_PX * self._per_px() else value

    def sizeHint(self) -> QSize:
        return QSize(160, ROW_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(72, ROW_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        self._begin_edit()
        if abs(x - self._x_of(self._value)) > HANDLE_PX + GAP_PX:
            self._emit(self._snapped(self._value_at(x)))
        self._grab = (x, min(max(self._value, self._low), self._high))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grab is None:
            return
        x, (last_x, exact) = event.position().x(), self._grab
        is_fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        exact += (x - last_x) * self._per_px() * (_FINE if is_fine else 1.0)
        self._grab = (x, exact)
        self._emit(exact if is_fine else self._snapped(exact))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._end_edit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._end_edit()
            self.reset_asked.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus() or self._grab is not None:
            event.ignore()
            return
        turns = (event.angleDelta().y() or event.angleDelta().x()) / 120.0
        fine = _FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        self._begin_edit()
        self._emit(self._value + turns * self._step * fine)
        self._wheel.start()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        self._ringed = True
        fine = _FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        target: float | None = None
        if key in _STEP_KEYS:
            target = self._value + _STEP_KEYS[key] * self._step * fine
        elif key == Qt.Key.Key_Home:
            target = self._low
        elif key == Qt.Key.Key_End:
            target = self._high
        if target is not None:
            self._begin_edit()
            self._emit(target)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.reset_asked.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open_asked.emit()
        elif key == Qt.Key.Key_F2 or (event.text() and event.text() in "0123456789-+.,"):
            self.typed.emit("" if key == Qt.Key.Key_F2 else event.text())
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat() and self._grab is None and not self._wheel.isActive():
            self._end_edit()
        super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ringed = event.reason() in KEYBOARD_REASONS
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._end_edit()
        super().focusOutEvent(event)
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        self._end_edit()
        super().hideEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        look = TrackLook(
            groove=self._groove(),
            zero_x=self._x_of(self._origin),
            handle_x=self._x_of(self._value),
            is_moved=self._value != self._origin,
            is_marked=self._origin != (self._low + self._high) / 2,
            is_enabled=self.isEnabled(),
            is_focused=self.hasFocus() and self._ringed,
            is_hot=self._hovered or self._grab is not None,
        )
        paint_track(painter, look, tokens(), self.palette().color(self.backgroundRole()))
        painter.end()
