"""The window on stage: opened on an empty home, waited for, photographed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image as Pillow
from PySide6.QtCore import QBuffer, QByteArray, QEventLoop, QIODevice, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.look.theme import tokens
from app.program import Program
from app.run import application, create_window
from app.shell.window import MainWindow
from app.store.state import Explorer

PATIENCE_MS = 600_000
SIZE_PX = (1280, 800)
LEFT = Qt.MouseButton.LeftButton


@dataclass
class Stage:
    """One window, and what scenes need to know of it."""

    app: QApplication
    window: MainWindow
    home: Path
    held: list[QWidget] = field(default_factory=list)
    """Dialogs and overlays of the scene, closed when it is over."""

    @property
    def explorer(self) -> Explorer:
        return self.window.shell.explorer

    @property
    def program(self) -> Program:
        shell = self.window.shell
        assert isinstance(shell, Program)
        return shell

    def settled(self) -> bool:
        """True once the canvas shows what the recipe asks for."""
        shown = self.explorer.pictures.picture
        return shown is not None and shown.final and shown.recipe == self.explorer.place.recipe

    def settle(self) -> None:
        """Wait for the picture, and for what follows it: thumbnails, the better filter."""
        until(self.settled)
        pause(500)

    def strike(self) -> None:
        """Take away what the scene put up."""
        for widget in self.held:
            widget.close()
        self.held.clear()
        for widget in self.app.topLevelWidgets():
            if widget is not self.window and widget.isVisible():
                widget.close()


def until(true: Callable[[], bool], patience_ms: int = PATIENCE_MS) -> None:
    """Let the window live until something holds. QTest.qWait would hold the interpreter and starve the engine."""
    loop, timer = QEventLoop(), QTimer(interval=20)
    timer.timeout.connect(lambda: loop.quit() if true() else None)
    QTimer.singleShot(patience_ms, loop.quit)
    timer.start()
    loop.exec()
    if not true():
        raise TimeoutError("the window did not come so far")


def pause(milliseconds: int) -> None:
    """Let the window live for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


@contextmanager
def stage(furnish: Callable[[Path], object] = lambda home: None) -> Iterator[Stage]:
    """A window on a home that is empty but for what `furnish` puts there; its engine starts when it is painted."""
    app = application()
    with TemporaryDirectory(prefix="shots", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        furnish(home)
        window = create_window(home)
        window.resize(*SIZE_PX)
        window.show()
        window.activateWindow()
        try:
            yield Stage(app, window, home)
        finally:
            window.close()


def photograph(stage: Stage) -> QImage:
    """The window with whatever stands over it: menus and dialogs are windows of their own."""
    stage.app.processEvents()  # what was just told must be laid out
    picture = stage.window.grab().toImage()
    painter = QPainter(picture)
    for widget in stage.app.topLevelWidgets():
        if widget is not stage.window and widget.isVisible():
            at = widget.mapToGlobal(widget.rect().topLeft()) - stage.window.mapToGlobal(stage.window.rect().topLeft())
            painter.drawPixmap(at, widget.grab())
            if isinstance(widget, QDialog):  # nobody manages windows here: a line stands for its frame
                painter.setPen(QColor(tokens().outline))
                painter.drawRect(QRect(at, widget.size()).adjusted(-1, -1, 0, 0))
    painter.end()
    return picture


def save_small(picture: QImage, path: Path, *, quality: int = 82, is_whole: bool = False) -> None:
    """Without transparency and packed as well as can be: the documents have to stay small.

    A WebP, which may lose a little unless it is to stay whole.
    """
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(picture)
    buffer.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    with Pillow.open(io.BytesIO(bytes(content.data()))) as whole:
        whole.convert("RGB").save(path, quality=100 if is_whole else quality, lossless=is_whole, method=6)
