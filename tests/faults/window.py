"""A real window on the real engine, for the modules that do harm to it: opened in a process of its own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

import app.program
from app.flows.errors import ErrorHooks
from app.run import application, create_window
from app.shell.window import MainWindow
from app.store.notices import Level, Notice
from app.store.state import Explorer
from engine.protocol.answers import Rendered
from tests.patience import PATIENCE_S


class Host:
    """The window, what it told, and waiting that lets both its threads and the engine's run."""

    def __init__(self, window: MainWindow, hooks: ErrorHooks) -> None:
        self.window = window
        self.hooks = hooks
        self.explorer: Explorer = window.shell.explorer
        self.told: list[Notice] = []
        window.shell.board.posted.connect(self.told.append)

    @property
    def problems(self) -> list[Notice]:
        """The notices about something that went wrong, one for each time it was told."""
        return [notice for notice in self.told if notice.level is Level.PROBLEM]

    def is_shown(self) -> bool:
        """Whether the canvas shows what is asked for."""
        picture = self.explorer.pictures.picture
        return isinstance(picture, Rendered) and picture.final and picture.recipe == self.explorer.place.recipe

    def until(self, wanted: Callable[[], bool], patience_s: float = PATIENCE_S) -> bool:
        """Run the window's loop until something is so; False if it never was."""
        end = time.monotonic() + patience_s
        while not wanted():
            if time.monotonic() > end:
                return False
            self.turn(0.01)
        return True

    def turn(self, seconds: float) -> None:
        """Run the window's loop for a moment. QTest.qWait would hold the interpreter's lock meanwhile."""
        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        loop.exec()

    def lives(self) -> str:
        """Ask for somebody else and see them: what is wrong if that does not work."""
        before = self.explorer.place.recipe
        self.explorer.place.randomise()
        if not self.window.isVisible():
            return "the window is gone"
        if self.explorer.place.recipe == before:
            return "the window no longer answers"
        return "" if self.until(self.is_shown) else "the window no longer draws"


@contextlib.contextmanager
def opened(home: Path, model: str) -> Iterator[Host]:
    """A window with its error hooks, as the program opens it, once it draws `model`."""
    qt: QApplication = application()
    with mock.patch.object(app.program, "DEFAULT_MODEL", model):  # left there, it would meet the tests that follow
        window = create_window(home, device="cpu")
        yield from _hosted(qt, window, home)


def _hosted(qt: QApplication, window: MainWindow, home: Path) -> Iterator[Host]:
    hooks = ErrorHooks(window.shell.board, home / "zscape.log")
    hooks.install()
    host = Host(window, hooks)
    try:
        window.resize(1280, 800)
        window.show()
        if not host.until(lambda: host.explorer.pictures.picture is not None and host.is_shown()):
            raise SystemExit(f"faults: the window does not draw: {[notice.sentence for notice in host.told]}")
        yield host
    finally:
        window.close()
        qt.processEvents()
        hooks.remove()
