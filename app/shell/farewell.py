"""What is said while a window closes on a run: that it is kept. Nobody is asked anything."""

from __future__ import annotations

import time

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from app.flows.shell import Shell
from app.shell.window_events import Veil
from app.store.kept.settings import TOLD_KEPT
from app.store.learning.run_state import RunState
from engine.disk.files import on_a_line

LINGER_MS = 1600
"""How long the sentence can be read the first time; later it leaves with the window."""


def parting_words(run: RunState | None) -> str:
    """What becomes of the run; empty when none goes on, or when it has not begun."""
    if run is None or run.is_over or not run.run:
        return ""
    return f"“{on_a_line(run.name)}” is kept as it is now.\nGo on with it whenever you like: Library, then Go on."


class Farewell:
    """Lies over the window from here on; `linger` ends it."""

    def __init__(self, window: QWidget, shell: Shell) -> None:
        self._settings = shell.settings
        self._began = time.monotonic()
        self.veil = Veil(window, "farewell", parting_words(shell.explorer.runs.run))
        self.veil.setGeometry(window.rect())
        self.veil.show()
        self.veil.raise_()
        self.veil.repaint()  # at once: what follows waits for the engine

    def linger(self) -> None:
        """Leave time to read it, once."""
        if self._settings.get(TOLD_KEPT):
            return
        self._settings.put(TOLD_KEPT, True)
        left = LINGER_MS - round(1000 * (time.monotonic() - self._began))
        if left > 0:
            loop = QEventLoop()
            QTimer.singleShot(left, loop.quit)
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
