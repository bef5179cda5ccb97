"""The program as main.py starts it, with a clock in its event loop: start, window painted, first picture, freezes.

Imports nothing that the program would not import, since that is what is timed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

SETTLE_MS = 2500
TICK_MS = 5


def started(home: str, model: str, began: float) -> dict[str, float]:
    """Seconds since `began`, and the longest time in which the event loop did not turn, in milliseconds."""
    import app.run

    marks: dict[str, float] = {}
    ticks: list[float] = []
    made = app.run.create_window

    def watched(home: Path, *, device: str = "auto") -> Any:
        import app.program

        app.program.DEFAULT_MODEL = model
        window = made(home, device=device)
        _watch(window, marks, ticks)
        return window

    app.run.create_window = watched
    app.run.main(Path(home))
    gaps = [after - before for before, after in zip([marks["painted"], *ticks], ticks, strict=False)]
    return {
        "painted": marks["painted"] - began,
        "first_image": marks["first_image"] - began,
        "longest_freeze": 1000 * max(gaps) - TICK_MS,
    }


def _watch(window: Any, marks: dict[str, float], ticks: list[float]) -> None:
    """Note when the window and its first picture are painted, and every turn of the event loop; then close it."""
    from PySide6.QtCore import Qt, QTimer

    from app.explore.canvas import Canvas

    ticker = QTimer(window, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    ticker.timeout.connect(lambda: ticks.append(time.monotonic()))

    def on_painted_first() -> None:
        marks["painted"] = time.monotonic()
        ticker.start()

    def on_canvas_painted(ticket: int) -> None:
        if ticket and "first_image" not in marks:
            marks["first_image"] = time.monotonic()
            QTimer.singleShot(SETTLE_MS, window.close)

    window.painted_first.connect(on_painted_first)
    canvas = window.findChild(Canvas)
    assert canvas is not None
    canvas.painted.connect(on_canvas_painted)
    QTimer.singleShot(150_000, window.close)


if __name__ == "__main__":
    print(json.dumps(started(sys.argv[1], sys.argv[2], float(sys.argv[3]))), flush=True)
    os._exit(0)  # an engine that is still busy would abort the usual way out
