"""A run of a miniature family in a child process that dies, by kill -9, at a moment of its nth checkpoint."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def run(name: str, folder: str, moment: str, nth: int) -> int:
    """Train with a checkpoint after every step, and die in one."""
    from engine.disk import files
    from engine.training import loop
    from tests.stretch.conftest import events
    from tests.stretch.kinds import registered

    seen = 0

    def on_moment(now: str, path: str) -> None:
        nonlocal seen
        if Path(path).name == "checkpoint.safetensors" and now == moment:
            seen += 1
            if seen == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    files.write_moment = on_moment
    loop.CHECKPOINT_EVERY_S = 0.0
    with registered():
        events(name, Path(folder))
    return 0
