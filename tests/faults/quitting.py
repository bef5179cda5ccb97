"""The whole program in a child: it begins to train, and leaves in one of the ways in which people leave.

Arguments as JSON: home, data, run, family, config, how, after (reports to wait for), rest_ms, deadline_s (0: the
program's own), notes. The notes hold when it was told to leave and the last step it had told.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WAYS = ("close", "action", "SIGTERM", "SIGINT", "session end")


def run(order: dict[str, Any]) -> int:
    """The program's exit code."""
    import app.program
    import app.run

    app.program.STOP_DEADLINE_S = order["deadline_s"] or app.program.STOP_DEADLINE_S
    real = app.run.create_window

    def create_window(home: Path, *, device: str = "auto") -> Any:
        window = real(home, device=device)
        window.quitter = _Quitter(window, order)
        return window

    app.run.create_window = create_window
    return app.run.main(Path(order["home"]), device="cpu")


class _Quitter:
    """Listens to the engine and acts like a person."""

    def __init__(self, window: Any, order: dict[str, Any]) -> None:
        from engine.protocol.answers import Progressed, Ready
        from engine.protocol.requests import Train

        self._window, self._order = window, order
        self._left = order["after"]
        self._step = 0
        self._started, self._progressed, self._train = Ready, Progressed, Train
        window.shell.client.event_received.connect(self._on_event)

    def _on_event(self, event: object) -> None:
        from PySide6.QtCore import QTimer

        if isinstance(event, self._started):
            order = self._order
            self._window.shell.explorer.runs.start(
                self._train(
                    family=order["family"], data=order["data"], out=Path(order["run"]), name="quit",
                    config=tuple(order["config"].items()),
                )
            )  # fmt: skip
            if self._left == 0:
                QTimer.singleShot(order["rest_ms"], self._leave)
        elif isinstance(event, self._progressed):
            self._step = event.step
            self._left -= 1
            if self._left == 0:
                QTimer.singleShot(self._order["rest_ms"], self._leave)

    def _leave(self) -> None:
        from PySide6.QtWidgets import QApplication

        from app.shell.actions import ActionId

        notes = {"at": time.monotonic(), "step": self._step}
        Path(self._order["notes"]).write_text(json.dumps(notes))
        ways: dict[str, Callable[[], object]] = {
            "close": self._window.close,
            "action": self._window.actions_table[ActionId.QUIT].trigger,
            "SIGTERM": lambda: os.kill(os.getpid(), signal.SIGTERM),
            "SIGINT": lambda: os.kill(os.getpid(), signal.SIGINT),
            "session end": QApplication.quit,
        }
        ways[self._order["how"]]()
