"""A person's hand: real clicks, drags and letters, counted, on widgets, menus and the file dialog itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.flows.finding import MIME, place_content
from app.shell.window import MainWindow
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton


class Hand:
    """Clicks and types as a person does, and counts the clicks; a drag is one."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        assert widget.isVisible()
        assert widget.isEnabled()
        QTest.mouseClick(widget, LEFT, pos=widget.rect().center() if at is None else at)
        self.clicks += 1

    def type(self, widget: QWidget, words: str, *, enter: bool = False) -> None:
        self.click(widget)
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(widget, words)
        if enter:
            QTest.keyClick(widget, Qt.Key.Key_Return)

    def choose(self, qtbot: QtBot, *path: str) -> None:
        """An entry of the menu that stands open, or of a menu in it."""
        for words in path:
            qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=PATIENCE_MS)
            menu = QApplication.activePopupWidget()
            assert isinstance(menu, QMenu)
            action = _action(menu, words)
            assert action.isEnabled(), f"{words}: {action.toolTip()}"
            self.click(menu, menu.actionGeometry(action).center())

    def save(self, qtbot: QtBot, folder: Path) -> Path:
        """Press Save in the file dialog, which already says a name; in `folder`, where a person was the last time."""

        def shown() -> QFileDialog | None:
            found = [one for one in QApplication.topLevelWidgets() if isinstance(one, QFileDialog) and one.isVisible()]
            return found[-1] if found else None

        qtbot.waitUntil(lambda: shown() is not None, timeout=PATIENCE_MS)
        dialog = shown()
        assert dialog is not None
        path = Path(dialog.selectedFiles()[0])
        assert path.parent == folder, path
        box = dialog.findChild(QDialogButtonBox)
        assert box is not None
        self.click(box.button(QDialogButtonBox.StandardButton.Save))
        return path

    def carry(self, qtbot: QtBot, window: MainWindow, tile: QWidget, onto: QWidget, at: QPoint) -> None:
        """Drag a small picture from where it stands, and drop it."""
        assert tile.isVisible()
        exporting, carried = window.shell.exporting, []
        exporting.start_drag = lambda path, pixmap: carried.append(path)  # Qt's own loop waits for a real mouse
        begin = tile.rect().center()
        QTest.mousePress(tile, LEFT, pos=begin)
        for step in (4, 12, 24):
            QTest.mouseMove(tile, begin - QPoint(0, step))
        self.clicks += 1
        qtbot.waitUntil(lambda: bool(carried), timeout=PATIENCE_MS)
        place = exporting._carried
        assert place is not None
        content = QMimeData()
        content.setUrls([QUrl.fromLocalFile(str(carried[0]))])
        content.setData(MIME, place_content(place))
        copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(onto, QDragEnterEvent(at, copy, content, LEFT, none))
        QApplication.sendEvent(onto, QDragMoveEvent(at, copy, content, LEFT, none))
        QApplication.sendEvent(onto, QDropEvent(QPointF(at), copy, content, LEFT, none))
        QTest.mouseRelease(tile, LEFT, pos=begin - QPoint(0, 24))


def hover(qtbot: QtBot, widget: QWidget, at: QPoint, until: Callable[[], bool]) -> None:
    """Rest the pointer there until something holds, moving a little as a hand does: where it stood, nobody is told."""

    def moved() -> bool:
        QTest.mouseMove(widget, at + QPoint(1, 0))
        QTest.mouseMove(widget, at)
        return until()

    qtbot.waitUntil(moved, timeout=PATIENCE_MS)


def _action(menu: QMenu, words: str) -> QAction:
    found = [action for action in menu.actions() if action.text().startswith(words)]
    assert found, [action.text() for action in menu.actions()]
    return found[0]
