"""The whole program with one model open, and closed cleanly afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.run import create_window
from app.shell.window import MainWindow
from app.store.engine_status import EngineState


@contextmanager
def opened(qtbot: QtBot, home: Path, model: str, name: str, *, timeout_ms: int) -> Iterator[MainWindow]:
    """The real window on the model of this name."""
    window = create_window(home, device="cpu")
    qtbot.addWidget(window)
    window.show()
    explorer = window.shell.explorer
    qtbot.waitUntil(lambda: explorer.engine.status.state is EngineState.READY, timeout=timeout_ms)
    explorer.models.open(model)
    models = explorer.models
    qtbot.waitUntil(lambda: models.model is not None and models.model.name == name, timeout=timeout_ms)
    yield window
    window.close()
    assert window.shell.stopped_cleanly
