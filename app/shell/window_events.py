"""What comes to the window as a whole: files dropped on it, and keys that no field takes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragLeaveEvent, QDropEvent, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.flows.finding import local_files
from app.look.theme import font, tokens
from app.look.tokens import RADIUS_PX, SPACE_8, TEXT_LARGE_PX
from app.store.shown.pictures import Drawing
from app.store.state import Explorer


class WindowKeys(QObject):
    """B, held, and Escape: keys that no field takes reach the window, and with them this filter."""

    def __init__(
        self, explorer: Explorer, window: QWidget, has_before: Callable[[], bool], dismiss_notice: Callable[[], bool]
    ) -> None:
        super().__init__(window)
        self._explorer = explorer
        self._has_before = has_before
        self._dismiss_notice = dismiss_notice
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.WindowDeactivate:
                self._explorer.place.set_before(False)
            return False
        kind = event.type()
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return False
        if event.key() == Qt.Key.Key_Escape and kind == QEvent.Type.KeyPress:
            if self._explorer.pictures.drawing is Drawing.GROWING:
                self._explorer.pictures.stop()
                return True
            return self._dismiss_notice()
        if event.key() != Qt.Key.Key_B or event.modifiers() or not self._has_before():
            return False
        if not event.isAutoRepeat():
            self._explorer.place.set_before(kind == QEvent.Type.KeyPress)
        return True


class Veil(QWidget):
    """Words over everything: what a file becomes if it is let go here, what becomes of a run when the window closes."""

    def __init__(self, over: QWidget, name: str, words: str) -> None:
        super().__init__(over)
        self.words = words
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(look.window)
        veil.setAlpha(200)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(look.accent), 2))
        edge = QRectF(self.rect()).adjusted(SPACE_8, SPACE_8, -SPACE_8, -SPACE_8)
        painter.drawRoundedRect(edge, RADIUS_PX, RADIUS_PX)
        painter.setFont(font(TEXT_LARGE_PX, QFont.Weight.DemiBold))
        painter.setPen(QColor(look.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.words)
        painter.end()


class DropTarget(QObject):
    """Files dropped anywhere on the window."""

    dropped = Signal(object)
    """A list of paths."""

    def __init__(self, window: QWidget, over: QWidget) -> None:
        super().__init__(window)
        self._over = over
        self._hint = Veil(over, "drop.hint", "Drop a model, a picture, a session, or a folder to train on")
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragLeaveEvent):
            self._hint.hide()
            return True
        if not isinstance(event, QDropEvent):  # entering and moving are drop events too
            return False
        kind = event.type()
        paths = local_files(event.mimeData())
        if not paths:
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._hint.setGeometry(self._over.rect())
        self._hint.setVisible(kind != QEvent.Type.Drop)
        self._hint.raise_()
        if kind == QEvent.Type.Drop:
            self.dropped.emit(paths)
        return True
