"""A row of 28 pixels: name, bipolar track, reset while it is off zero, editable number, and a strip when opened."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QLineEdit, QToolButton, QWidget

from app.controls.elided_label import ElidedLabel
from app.controls.numbers import signed_text
from app.controls.values.bipolar_track import BipolarTrack
from app.controls.values.value_edit import ValueEdit
from app.look.theme import Ink, dress, tokens
from app.look.tokens import ROW_PX, SPACE_4

LABEL_PX = 92
_VALUE_PX = 42
_RESET_PX = 18
_MARK_PX = 10


class _RowLabel(ElidedLabel):
    """The name; a click opens what belongs to the slider."""

    clicked = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class TruthMark(QWidget):
    """A small ring, filled as far as the slider does what it says: told by shape, and in words by the tooltip."""

    def __init__(self, share: float, words: str) -> None:
        super().__init__()
        self._share = min(1.0, max(0.0, share))
        self.setFixedSize(_MARK_PX, _MARK_PX)
        self.setToolTip(words)
        self.setAccessibleName(words)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(look.secondary), 1.0))
        painter.drawEllipse(box)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.secondary))
        painter.drawPie(box.adjusted(1.5, 1.5, -1.5, -1.5), 90 * 16, -round(360 * 16 * self._share))
        painter.end()


class BipolarSlider(QWidget):
    """Shows a value of the state and says what a person did with it.

    `value_edited` fires during a drag, `edit_began` and `edit_ended` around it (one drag = one undo step).
    """

    value_edited = Signal(float)
    edit_began = Signal()
    edit_ended = Signal()
    opened_changed = Signal(bool)
    menu_asked = Signal(QPoint)
    unlock_asked = Signal()
    renamed = Signal(str)

    def __init__(
        self,
        label: str,
        low: float = -3.0,
        high: float = 3.0,
        *,
        origin: float = 0.0,
        step: float = 0.1,
        shown: Callable[[float], str] = signed_text,
        can_open: bool = False,
    ) -> None:
        super().__init__()
        self._shown = shown
        self._tip = ""
        self._reason = ""
        self._strip: QWidget | None = None
        self._can_open = can_open
        self._settled = origin
        self._is_passing = False
        self.label = _RowLabel(label)
        self.label.setFixedWidth(LABEL_PX)
        self.track = BipolarTrack(low, high, origin=origin, step=step)
        self.reset_button = QToolButton()
        self.reset_button.setProperty("kind", "bare")
        self.reset_button.setIconSize(QSize(13, 13))
        self.reset_button.setFixedSize(_RESET_PX, _RESET_PX)
        self.reset_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        dress(self.reset_button, "reset", 13, Ink.SECONDARY)
        self.lock_button = QToolButton()
        self.lock_button.setProperty("kind", "bare")
        self.lock_button.setIconSize(QSize(13, 13))
        self.lock_button.setFixedSize(_RESET_PX, _RESET_PX)
        self.lock_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.lock_button.clicked.connect(self.unlock_asked)
        self._is_locked = False
        self._name_edit: QLineEdit | None = None
        dress(self.lock_button, "lock", 13, Ink.SECONDARY)
        self.edit = ValueEdit(shown)
        self.edit.setFixedWidth(_VALUE_PX)
        if can_open:
            self.label.setCursor(Qt.CursorShape.PointingHandCursor)

        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(SPACE_4)
        self._grid.addWidget(self.label, 0, 0)
        self._grid.addWidget(self.track, 0, 1)
        self._grid.addWidget(self.reset_button, 0, 2)
        self._grid.addWidget(self.lock_button, 0, 2)
        self._grid.addWidget(self.edit, 0, 3)
        self.lock_button.hide()  # in the layout by now: alone, it would be shown as a window
        self._grid.setRowMinimumHeight(0, ROW_PX)
        self._grid.setColumnMinimumWidth(2, _RESET_PX)
        self._grid.setColumnStretch(1, 1)
        self.setFocusProxy(self.track)

        self.track.value_edited.connect(self._on_track_value_edited)
        self.track.edit_began.connect(self.edit_began)
        self.track.edit_ended.connect(self.edit_ended)
        self.track.reset_asked.connect(self._on_reset_asked)
        self.track.typed.connect(self.edit.start_typing)
        self.track.open_asked.connect(self._on_open_asked)
        self.reset_button.clicked.connect(self._on_reset_asked)
        self.edit.value_typed.connect(self._on_edit_value_typed)
        self.edit.returnPressed.connect(self._on_edit_return_pressed)
        self.label.clicked.connect(self._on_open_asked)
        self.set_label(label)
        self._settle(origin)

    def value(self) -> float:
        """The value shown."""
        return self.track.value()

    def is_open(self) -> bool:
        """True while its strip shows."""
        return self._strip is not None

    def set_value(self, value: float) -> None:
        """Show a value from the state; emits nothing."""
        if value != self._settled:
            self._settle(value)

    def set_bounds(self, low: float, high: float, origin: float = 0.0) -> None:
        """Another range and zero, for a row that serves another coordinate now."""
        self.track.set_bounds(low, high, origin)
        self._settle(self.track.value())

    def set_label(self, label: str) -> None:
        """Rename it, for eyes and for screen readers."""
        self.label.set_text(label)
        self.track.setAccessibleName(label)
        self.edit.setAccessibleName(f"{label}, value")
        self.reset_button.setAccessibleName(f"Reset {label}")
        self.reset_button.setToolTip(f"Reset {label} (double-click, or Delete)")
        self.lock_button.setAccessibleName(f"Unlock {label}")
        self.lock_button.setToolTip(f"{label} is locked: Random and Reset leave it alone. Click to unlock.")

    def set_locked(self, locked: bool) -> None:
        """Carry a lock in the place of the reset."""
        self._is_locked = locked
        self.lock_button.setVisible(locked)
        self._settle(self.track.value())

    def start_renaming(self) -> None:
        """Type another name; Enter takes it, Escape leaves the old one."""
        edit = QLineEdit(self.label.text(), self)
        edit.setAccessibleName("Name of the slider")
        edit.setGeometry(0, 0, 2 * LABEL_PX, ROW_PX)
        edit.selectAll()
        edit.installEventFilter(self)
        edit.editingFinished.connect(self._on_name_edit_editing_finished)
        self._name_edit = edit
        edit.show()
        edit.setFocus()

    def _on_name_edit_editing_finished(self) -> None:
        edit, self._name_edit = self._name_edit, None
        if edit is not None:
            edit.hide()
            edit.deleteLater()
            self.track.setFocus()
            self.renamed.emit(edit.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if watched is self._name_edit and is_escape and event.type() == QEvent.Type.KeyPress:
            edit, self._name_edit = self._name_edit, None
            if edit is not None:
                edit.hide()
                edit.deleteLater()
                self.track.setFocus()
            return True
        return False

    def set_mark(self, mark: QWidget) -> None:
        """Carry a small mark at the end of the name."""
        self._grid.addWidget(mark, 0, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.setColumnMinimumWidth(0, LABEL_PX)
        self.label.setFixedWidth(LABEL_PX - _MARK_PX - SPACE_4)

    def set_ends(self, left: QWidget, right: QWidget) -> None:
        """Stand something at both ends of the track, which stays as far from the one as from the other."""
        line = QHBoxLayout()
        line.setSpacing(SPACE_4)
        self._grid.removeWidget(self.track)
        line.addWidget(left)
        line.addWidget(self.track, 1)
        line.addWidget(right)
        self._grid.addLayout(line, 0, 1)

    def set_tip(self, tip: str) -> None:
        """What it does, in words."""
        self._tip = tip
        self._tell()

    def set_available(self, available: bool, reason: str = "") -> None:
        """Switch off with a reason that the tooltip tells, or on again."""
        self._reason = "" if available else reason or "Not available here."
        for part in (self.label, self.track, self.edit):
            part.setEnabled(available)
        self._tell()
        self._settle(self.track.value())

    def set_strip(self, strip: QWidget | None) -> None:
        """Put a strip of pictures under the row, or take it away."""
        if self._strip is not None:
            self._grid.removeWidget(self._strip)
            self._strip.hide()
            self._strip.deleteLater()
        self._strip = strip
        if strip is not None:
            self._grid.addWidget(strip, 1, 0, 1, 4)
            strip.show()

    def setValue(self, value: float) -> None:
        """As if a person had moved it there: for scripts."""
        self._on_edit_value_typed(value)

    def _settle(self, value: float) -> None:
        self._settled = value
        is_origin = value == self.track.origin()
        self.track.set_value(value, self._shown(value))
        self.edit.set_value(value, at_rest=is_origin)
        self.reset_button.setVisible(not is_origin and self._reason == "" and not self._is_locked)

    def strip(self) -> QWidget | None:
        """What shows under the track while it is open."""
        return self._strip

    def _tell(self) -> None:
        tip = self._reason or self._tip
        self.label.set_tip(tip)
        self.track.setToolTip(tip)
        self.track.setAccessibleDescription(tip)

    def _on_track_value_edited(self, value: float) -> None:
        self.value_edited.emit(value)  # first: a picture is asked for before this row follows
        if value == self.track.value():
            self.set_value(value)

    def _on_edit_return_pressed(self) -> None:
        self.track.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_edit_value_typed(self, value: float) -> None:
        self.track.edit_to(value)
        self._settle(self.track.value())

    def _on_reset_asked(self) -> None:
        if self._reason == "":
            self.track.edit_to(self.track.origin())

    def _on_open_asked(self) -> None:
        if self._can_open and self._reason == "":
            self.opened_changed.emit(not self.is_open())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())

    # The row is the slider: scripts send their events to it, and they belong to the track.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._is_passing = self._reason == "" and self.track.geometry().contains(event.position().toPoint())
        self._pass_on(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pass_on(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pass_on(event)
        self._is_passing = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._is_passing = self._reason == "" and self.track.geometry().contains(event.position().toPoint())
        self._pass_on(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._pass_on_key(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._pass_on_key(event)

    def _pass_on(self, event: QMouseEvent) -> None:
        if not self._is_passing:
            event.ignore()
            return
        inside = self.track.mapFrom(self, event.position())
        QApplication.sendEvent(
            self.track,
            QMouseEvent(
                event.type(), inside, event.globalPosition(), event.button(), event.buttons(), event.modifiers()
            ),
        )

    def _pass_on_key(self, event: QKeyEvent) -> None:
        if self._is_passing or self._reason:
            event.ignore()  # what the track did not want comes up to here again
            return
        self._is_passing = True
        QApplication.sendEvent(self.track, event)
        self._is_passing = False
