"""The program on a home of many runs: the Library page is opened, scrolled through, left and opened again."""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

FRAMES = 200
PICTURES_S = 2.0


def furnish(home: Path, count: int) -> None:
    """Runs as training leaves them: settings, reports, a sheet of samples, a model; every fiftieth is damaged."""
    import numpy as np

    from engine.disk.runs import RunFolder
    from engine.opened.export import png_bytes
    from engine.training.previews import STEP_CHUNK

    rng = np.random.default_rng(0)
    sheets = []
    for number in range(20):
        pixels = rng.integers(0, 255, (256, 256, 3), dtype=np.uint8)
        told = json.dumps({"run": "run", "step": 400, "images": 400 * number})
        sheets.append(png_bytes(pixels, text={STEP_CHUNK: told}))
    header = b"{}" + b" " * 100
    model = len(header).to_bytes(8, "little") + header
    for number in range(count):
        run = RunFolder(home / "runs" / f"run-{number:04d}")
        run.root.mkdir(parents=True)
        config = {"size": 64, "steps": 400, "batch": 64, "latent": 32, "rate": 1e-3}
        content = {"format": 1, "name": f"Run {number}", "family": "vae", "data": "bundled:faces", "config": config}
        run.config.write_text("{" if number % 50 == 7 else json.dumps(content), encoding="utf-8")
        reports = [{"step": k, "images": 64 * k, "losses": {"loss": 1 / k, "kl": k}} for k in range(2, 401, 2)]
        run.metrics.write_text("\n".join(map(json.dumps, reports)) + "\n", encoding="utf-8")
        run.sample(400).parent.mkdir()
        run.sample(400).write_bytes(sheets[number % len(sheets)])
        if number % 3:
            run.model.write_bytes(model)


def measured(home: Path) -> dict[str, float]:
    """Seconds and milliseconds, with the window's own clock."""
    from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

    from app.run import application, create_window

    app = application()
    window = create_window(home, device="cpu")
    window.resize(1440, 900)
    window.show()
    explorer: Any = window.shell.explorer

    def until(true: Any, patience_s: float = 120.0) -> float:
        began = time.monotonic()
        while not true():
            app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
            if time.monotonic() - began > patience_s:
                raise TimeoutError("the window did not come so far")
        return time.monotonic() - began

    first: dict[str, float] = {}
    until(lambda: explorer.pictures.picture is not None and explorer.pictures.picture.final)
    until(lambda: explorer.library.is_listed)
    ticks: list[float] = []
    ticker = QTimer(window, interval=2)
    ticker.timeout.connect(lambda: ticks.append(time.monotonic()))

    def opened() -> float:
        began = time.monotonic()
        window.show_page("library")
        page: Any = window.page("library")
        until(lambda: len(page.rows.sources) > 1000)
        page.sheet.viewport().repaint()
        return time.monotonic() - began

    first["first"] = opened()
    began = time.monotonic()
    explorer.library._is_listed = False
    explorer.library.refresh()
    until(lambda: explorer.library.is_listed)
    first["listed"] = time.monotonic() - began
    window.show_page("explore")
    QCoreApplication.processEvents()
    first["again"] = opened()
    page: Any = window.page("library")
    bar = page.sheet.verticalScrollBar()
    ticker.start()
    frames = []
    for frame in range(FRAMES):
        began = time.monotonic()
        bar.setValue(round(bar.maximum() * frame / (FRAMES - 1)))
        page.sheet.viewport().repaint()
        app.processEvents()
        frames.append(1000 * (time.monotonic() - began))
    before, began = len(explorer.library._pictures), time.monotonic()
    while time.monotonic() - began < PICTURES_S:
        bar.setValue(bar.value() - 40 if bar.value() > 40 else bar.maximum())
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
    first["pictures"] = (len(explorer.library._pictures) - before) / PICTURES_S
    gaps = [1000 * (after - earlier) for earlier, after in itertools.pairwise(ticks)]
    first["p95"] = sorted(frames)[int(0.95 * len(frames))]
    first["longest"] = max(gaps)
    window.close()
    return first


if __name__ == "__main__":
    furnish(Path(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps(measured(Path(sys.argv[1]))), flush=True)
    os._exit(0)  # an engine that is still busy would abort the usual way out
