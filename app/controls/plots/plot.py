"""The ground of every plot: axes, zoom, pan, pointer, keys and focus, in the program's look."""

from __future__ import annotations

import html
import math
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy

from app.controls.focus import KEYBOARD_REASONS
from app.controls.plots.axes import CountAxis, ValueAxis
from app.controls.plots.ground import pg
from app.look.theme import font, theme, tokens
from app.look.tokens import RADIUS_PX, TEXT_SMALL_PX, Tokens

Key = Qt.Key
_ZOOM, _PAN = 1.25, 0.1
_STEPS = 100
"""So many presses of an arrow move the pointer over the whole width."""
_PLAIN_KEYS = frozenset(
    {
        Key.Key_Plus, Key.Key_Equal, Key.Key_Minus, Key.Key_0, Key.Key_Home, Key.Key_L, Key.Key_Escape,
        Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down,
    }
)  # fmt: skip


class View(pg.ViewBox):
    """Drag pans, Shift and drag marks what to enlarge, the wheel zooms, a double click shows all again."""

    clicked = Signal(QPoint)
    """By the right button, at this place of the screen."""
    clicked_twice = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        if event.isStart():
            marks = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.setMouseMode(self.RectMode if marks else self.PanMode)
        super().mouseDragEvent(event, axis)

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            event.accept()
            self.clicked.emit(event.screenPos().toPoint())
        elif event.double():
            event.accept()
            self.clicked_twice.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # the plot has keys of its own


class Plot(pg.PlotWidget):
    """`pointed_at` carries the place along the bottom that is pointed at, NaN for none."""

    pointed_at = Signal(float)
    moved = Signal(bool, bool)
    """A person changed the range: along the bottom, along the side."""
    reset_asked = Signal()
    log_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, *, unit: str = "") -> None:
        self._shows_ring = False
        self._title = ""
        self.view = view = View()
        super().__init__(plotItem=plot_item(view, unit))
        self.pointer = pg.InfiniteLine(angle=90, movable=False)
        self.pointer.setZValue(20)
        self.moment = pg.TextItem(anchor=(0.0, 0.0))
        self.moment.setFont(font(TEXT_SMALL_PX))
        self.moment.setZValue(21)
        for part in (self.pointer, self.moment):
            part.hide()
            view.addItem(part, ignoreBounds=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 90)
        view.clicked.connect(self.menu_asked)
        view.clicked_twice.connect(self.reset_asked)
        view.sigRangeChanged.connect(self._place_moment)
        view.sigRangeChangedManually.connect(self._on_view_moved)
        theme().changed.connect(self.dress)
        self.dress(tokens())

    # ------------------------------------------------------------ look

    def dress(self, look: Tokens) -> None:
        """The colours of a theme."""
        self.setBackground(look.panel)
        dress_axes(self.getPlotItem(), look)
        self.set_title(self._title)
        self.pointer.setPen(pg.mkPen(look.disabled, width=1))
        self.moment.setColor(look.secondary)
        self.moment.fill = pg.mkBrush(look.panel)
        box = self.view.rbScaleBox
        box.setPen(pg.mkPen(look.accent, width=1))
        box.setBrush(pg.mkBrush(QColor(look.accent).red(), QColor(look.accent).green(), QColor(look.accent).blue(), 40))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._shows_ring:
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens().accent), 1.5))
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
            painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_ring(event.reason() in KEYBOARD_REASONS)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_ring(False)

    def _show_ring(self, shows: bool) -> None:
        self._shows_ring = shows
        self.viewport().update()

    def title(self) -> str:
        """What stands above it."""
        return self._title

    def set_title(self, title: str) -> None:
        """Put a heading above it; an empty one takes no room."""
        self._title = title
        style = {"color": tokens().secondary, "size": f"{TEXT_SMALL_PX}px", "justify": "left"}
        self.getPlotItem().setTitle(html.escape(title) or None, **style)

    # ------------------------------------------------------------ range

    def is_log(self) -> bool:
        """True for a logarithmic scale of values."""
        return bool(self.getAxis("left").logMode)

    def set_log(self, is_log: bool) -> None:
        """Choose the scale of values."""
        self.getAxis("left").setLogMode(False, is_log)

    def x_range(self) -> tuple[float, float]:
        """What is visible along the bottom."""
        low, high = self.view.viewRange()[0]
        return float(low), float(high)

    def y_range(self) -> tuple[float, float]:
        """What is visible along the side, as values."""
        low, high = (float(each) for each in self.view.viewRange()[1])
        return (10.0**low, 10.0**high) if self.is_log() else (low, high)

    def set_x_range(self, low: float, high: float) -> None:
        """Show this part of the bottom."""
        self.view.setXRange(low, high, padding=0.0)

    def set_y_range(self, low: float, high: float) -> None:
        """Show these values."""
        if self.is_log():
            low, high = math.log10(low), math.log10(high)
        self.view.setYRange(low, high, padding=0.0)

    def _on_view_moved(self, axes: Any) -> None:
        self.moved.emit(bool(axes[0]), bool(axes[1]))

    # ------------------------------------------------------------ pointer

    def set_pointer(self, place: float, words: str = "") -> None:
        """Show the line at a place along the bottom, with words at its head; NaN hides it."""
        shows = math.isfinite(place)
        self.pointer.setVisible(shows)
        self.moment.setVisible(shows and bool(words))
        if shows:
            self.pointer.setPos(place)
            self.moment.setText(words)
            self._place_moment()

    def _place_moment(self, *_range: object) -> None:
        """At the head of the line, on the side where there is room, also after what is visible changed."""
        place = float(self.pointer.value())
        low, high = self.x_range()
        self.moment.setAnchor((1.0, 0.0) if place > (low + high) / 2 else (0.0, 0.0))
        self.moment.setPos(place, self.view.viewRange()[1][1])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        at = self.mapToScene(event.position().toPoint())
        inside = self.view.sceneBoundingRect().contains(at)
        self.pointed_at.emit(self.view.mapSceneToView(at).x() if inside else math.nan)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed_at.emit(math.nan)

    # ------------------------------------------------------------ wheel and keys

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus() and self._stands_in_a_scroll():
            event.ignore()  # the page scrolls
            return
        super().wheelEvent(event)

    def _stands_in_a_scroll(self) -> bool:
        around = self.parentWidget()
        while around is not None:
            if isinstance(around, QAbstractScrollArea) and around.verticalScrollBar().maximum() > 0:
                return True
            around = around.parentWidget()
        return False

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self.menu_asked.emit(self.mapToGlobal(self.rect().center()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _is_own(event) or not self._take_key(event):
            event.ignore()

    def _take_key(self, event: QKeyEvent) -> bool:
        key, pans = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match key:
            case Key.Key_Plus | Key.Key_Equal:
                self._zoom(1.0 / _ZOOM)
            case Key.Key_Minus:
                self._zoom(_ZOOM)
            case Key.Key_0 | Key.Key_Home:
                self.reset_asked.emit()
            case Key.Key_L:
                self.log_asked.emit()
            case Key.Key_Escape if self.pointer.isVisible():
                self.pointed_at.emit(math.nan)
            case Key.Key_Left | Key.Key_Right:
                self._step(-1 if key == Key.Key_Left else 1, pans=pans)
            case Key.Key_Up | Key.Key_Down if pans:
                low, high = self.view.viewRange()[1]
                self.view.translateBy(y=(high - low) * (_PAN if key == Key.Key_Up else -_PAN))
                self.moved.emit(False, True)
            case _:
                return False
        return True

    def _zoom(self, factor: float) -> None:
        """About the pointer where there is one, else about the middle."""
        rect = self.view.viewRect()
        x = float(self.pointer.value()) if self.pointer.isVisible() else rect.center().x()
        self.view.scaleBy((factor, factor), center=pg.Point(x, rect.center().y()))
        self.moved.emit(True, True)

    def _step(self, way: int, *, pans: bool) -> None:
        low, high = self.x_range()
        if pans:
            self.view.translateBy(x=way * (high - low) * _PAN)
            self.moved.emit(True, False)
            return
        now = float(self.pointer.value()) if self.pointer.isVisible() else (high if way < 0 else low)
        self.pointed_at.emit(min(high, max(low, now + way * (high - low) / _STEPS)))


def plot_item(view: pg.ViewBox, unit: str) -> pg.PlotItem:
    """A plot without pyqtgraph's own menu and buttons; counts along its bottom are told in `unit`."""
    axes: dict[str, pg.AxisItem] = {"left": ValueAxis(), "bottom": CountAxis(unit)}
    item = pg.PlotItem(viewBox=view, axisItems=axes, enableMenu=False)
    item.hideButtons()
    item.layout.setContentsMargins(0, 8, 12, 0)
    for axis in axes.values():
        axis.setZValue(view.zValue() - 1)  # its lines lie behind the curves
    return item


def dress_axes(item: pg.PlotItem, look: Tokens) -> None:
    """The axes in the colours of a theme."""
    for side in ("left", "bottom"):
        item.getAxis(side).dress(look)


def _is_own(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return event.key() in _PLAIN_KEYS and held == Qt.KeyboardModifier.NoModifier
