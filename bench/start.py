"""P1: process start to window painted, to the first picture of the bundled model, longest freeze until then."""

from __future__ import annotations

import sys
import tempfile
import time
from typing import Any

from bench.figures import Figure, Options, answer_and_leave, figure, probe

SETTLE_MS = 2500
TICK_MS = 5


def run(options: Options) -> list[Figure]:
    probes = []
    with tempfile.TemporaryDirectory() as home:
        for number in range(1 + options.repeats(5, 2)):
            answer = probe("bench.start", home, options.model, repr(time.monotonic()))
            if number:  # the first one warms the disk's cache
                probes.append(answer)

    def of(metric: str) -> list[float]:
        return [one[metric] for one in probes]

    return [
        figure("P1", options.model, "painted", of("painted"), "s", bar=1.0),
        figure("P1", options.model, "first_image", of("first_image"), "s", bar=5.0),
        figure("P1", options.model, "longest_freeze", of("longest_freeze"), "ms", bar=600),
    ]


def _probe(home: str, model: str, began: float) -> dict[str, Any]:
    """The program as main.py starts it, with a clock in its event loop."""
    from pathlib import Path

    from PySide6.QtCore import Qt, QTimer

    import app.program
    from app.run import application, create_window

    app.program.DEFAULT_MODEL = model
    qt = application()
    window = create_window(Path(home))
    marks: dict[str, float] = {}
    ticks: list[float] = []

    def on_painted_first() -> None:
        marks["painted"] = time.monotonic()
        ticker.start()

    def on_canvas_painted(ticket: int) -> None:
        if ticket and "first_image" not in marks:
            marks["first_image"] = time.monotonic()
            QTimer.singleShot(SETTLE_MS, window.close)

    window.painted_first.connect(on_painted_first)
    window.canvas.painted.connect(on_canvas_painted)
    ticker = QTimer(interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    ticker.timeout.connect(lambda: ticks.append(time.monotonic()))
    QTimer.singleShot(150_000, window.close)
    window.show()
    qt.exec()
    ticker.stop()
    window.close()
    gaps = [after - before for before, after in zip([marks["painted"], *ticks], ticks, strict=False)]
    return {
        "painted": marks["painted"] - began,
        "first_image": marks["first_image"] - began,
        "longest_freeze": 1000 * max(gaps) - TICK_MS,
    }


if __name__ == "__main__":
    answer_and_leave(lambda: _probe(sys.argv[1], sys.argv[2], float(sys.argv[3])))
