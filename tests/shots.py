"""`make shots`: every panel as a person sees it, into docs/screens, light and dark, 1x and 2x.

Each scale is a process of its own: Qt reads its scale once, when it starts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "docs" / "screens"
PATIENCE_MS = 120_000
SCALES = ("1", "2")


def main() -> int:
    """Start one process a scale."""
    if len(sys.argv) == 2 and sys.argv[1] in SCALES:
        return draw(sys.argv[1])
    for scale in SCALES:
        environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", QT_SCALE_FACTOR=scale)
        subprocess.run([sys.executable, "-m", "tests.shots", scale], env=environment, check=True)
    return 0


def draw(scale: str) -> int:
    """Open the window on an empty home and photograph its panels."""
    from PySide6.QtCore import QEventLoop, QTimer

    from app import theme
    from app.run import application, create_window

    app = application()
    OUT.mkdir(parents=True, exist_ok=True)

    def until(true: Callable[[], bool], patience_ms: int = PATIENCE_MS) -> None:
        loop, timer = QEventLoop(), QTimer(interval=20)
        timer.timeout.connect(lambda: loop.quit() if true() else None)
        QTimer.singleShot(patience_ms, loop.quit)
        timer.start()
        loop.exec()

    with tempfile.TemporaryDirectory(prefix="shots", ignore_cleanup_errors=True) as home:
        window = create_window(Path(home))
        window.resize(1280, 800)
        window.show()
        explorer = window.shell.explorer

        def settled() -> bool:
            shown = explorer.picture
            return shown is not None and shown.final and shown.recipe == explorer.recipe

        until(settled)
        explorer.refresh_gallery()
        for seed in (3, 8, 21, 34):
            explorer.begin_edit()
            explorer.set_seed(seed)
            explorer.end_edit("Seed")
            until(settled)
        for direction in (explorer.model.directions if explorer.model is not None else ())[:2]:
            explorer.set_direction(direction.name, 1.4)
        until(settled)
        for scheme in (theme.Scheme.LIGHT, theme.Scheme.DARK):
            theme.apply(app, scheme)
            for panel in ("explore", "train"):
                window.show_mode(panel)
                until(lambda: False, 800)
                name = "window" if panel == "explore" else panel
                window.grab().save(str(OUT / f"{name}-{scheme.value}-{scale}x.png"))
        window.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
