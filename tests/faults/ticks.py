"""R5: how late the window's loop turns, at rest, at the first click on Train, and while a model trains.

A timer asks to be called every ten milliseconds; what each call comes late by is what a hand on a slider feels.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from bench.figures import Figure, answer_and_leave, figure, percentile, probe

SECONDS = 20
TICK_MS = 10.0
SETTINGS: dict[str, object] = {"size": 64, "channels": 3, "width": 24, "latent": 64, "batch": 32, "steps": 1_000_000}
"""A run as people have it: the step of a convolutional VAE on 64-pixel pictures takes a few hundred milliseconds."""


def count(folder: Path, seconds: int = SECONDS) -> list[Figure]:
    """Lateness over so many seconds of each."""
    answer = probe("tests.faults.ticks", str(folder), str(seconds), timeout_s=3600)

    def one(case: str, metric: str, bar: float, note: str = "") -> Figure:
        late_ms = answer[case]
        value = percentile(late_ms, 0.95) if metric == "p95" else max(late_ms)
        return figure("R5", case, metric, [value], "ms", bar=bar, n=len(late_ms), note=note)

    return [
        one("idle", "p95", 5),
        one("idle", "worst", 100, "after warm-up"),
        one("first click", "worst", 100, "Train for the first time"),
        one("training", "p95", 16),
        one("training", "worst", 100, "a VAE on 64-pixel pictures"),
    ]


# ---------------------------------------------------------------- in a process of its own


def _probe(folder: Path, seconds: float) -> dict[str, Any]:
    from engine.protocol.requests import Train
    from tests.faults.kills import write_glyphs
    from tests.faults.window import Host, opened

    def ticks(host: Host, seconds: float) -> list[float]:
        from PySide6.QtCore import Qt, QTimer

        late_ms: list[float] = []
        last = [time.perf_counter()]

        def tick() -> None:
            now = time.perf_counter()
            late_ms.append(max(0.0, 1000 * (now - last[0]) - TICK_MS))
            last[0] = now

        timer = QTimer(interval=round(TICK_MS), timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(tick)
        timer.start()
        host.turn(seconds)
        timer.stop()
        return late_ms

    write_glyphs(folder / "glyphs", 200)
    with opened(folder / "home", "faces") as host:
        explorer = host.explorer
        host.turn(min(8.0, seconds))  # the gallery is drawn and the optimiser warmed by then
        found = {"idle": ticks(host, seconds)}
        run = Train(
            family="vae", data=str(folder / "glyphs"), out=folder / "run", name="ticks", config=tuple(SETTINGS.items())
        )
        host.turn(0.1)
        began = time.perf_counter()
        explorer.runs.start(run)
        click_ms = 1000 * (time.perf_counter() - began)
        found["first click"] = [click_ms, *ticks(host, min(3.0, seconds))]
        if not host.until(lambda: explorer.runs.run is not None and explorer.runs.run.step > 0):
            raise SystemExit(f"faults: nothing is trained: {[notice.sentence for notice in host.told]}")
        found["training"] = ticks(host, seconds)
        explorer.runs.stop()
    return found


if __name__ == "__main__":
    answer_and_leave(lambda: _probe(Path(sys.argv[1]), float(sys.argv[2])))
