"""Waiting for the window outside of a test, where the widget plug-in's own waits are not at hand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

from tests.patience import PATIENCE_MS


def until(true: Callable[[], bool]) -> None:
    """Let the event loop run until something holds."""
    loop, timer = QEventLoop(), QTimer(interval=20)
    timer.timeout.connect(lambda: loop.quit() if true() else None)
    QTimer.singleShot(PATIENCE_MS, loop.quit)
    timer.start()
    if not true():
        loop.exec()
    timer.stop()
    assert true(), "the window did not come so far"
