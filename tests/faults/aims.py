"""A run of `main.py train` in a child, killed at an aimed moment of one of its writes.

Arguments: the command line, where its moments are noted, and the aim: {"file", "moment", "nth"}, with "errno" when
the disk should fail there instead. Noting is one unbuffered write, so what stands there has happened.
"""

from __future__ import annotations

import io
import json
import os
import signal
from pathlib import Path
from typing import Any, NoReturn

MID = "mid"
"""Half of the content is on the disk; the other moments are those of `engine.disk.files.write_moment`."""


def run(command: list[str], notes: str, aim: dict[str, Any] | None) -> int:
    """Train with a checkpoint after every step; die where the aim says."""
    import main
    from engine.disk import files
    from engine.training import loop as training

    training.CHECKPOINT_EVERY_S = 0.0
    log = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    seen = [0]

    def on_moment(moment: str, path: str) -> None:
        kind = kind_of(Path(path))
        os.write(log, f"{kind} {moment}\n".encode())
        if aim is None or kind != aim["file"] or moment != begun_at(aim["moment"]):
            return
        seen[0] += 1
        if seen[0] == aim["nth"]:
            if "errno" in aim:
                raise OSError(aim["errno"], os.strerror(aim["errno"]))
            if aim["moment"] == MID:
                _die_half_way(files)
            else:
                _die()

    files.write_moment = on_moment
    kept: dict[int, str] = {}
    save = training.save_checkpoint

    def noted_save(folder: Any, trainer: Any) -> str:
        sha256 = save(folder, trainer)
        kept[trainer.steps_done] = sha256
        return sha256

    training.save_checkpoint = noted_save
    code = main.main(command)
    Path(f"{notes}.hashes").write_text(json.dumps(kept))
    return code


def begun_at(moment: str) -> str:
    """Where an aim is taken: halving begins before the file that it halves is opened."""
    return "create" if moment == MID else moment


def kind_of(path: Path) -> str:
    """Which of a run's files this is; snapshots are one kind, and so are samples."""
    folder = path.parent.name
    return folder.removesuffix("s") if folder in ("snapshots", "samples") else path.name.split(".")[0]


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable: SIGKILL is not survived")


def _die_half_way(files: Any) -> None:
    """From now on a write puts half of what it is given on the disk, and that was all."""

    class Half(io.FileIO):
        def write(self, content: Any) -> int:
            view = memoryview(content).cast("B")
            os.write(self.fileno(), view[: len(view) // 2])
            _die()

    class HalvingOs:
        """The os module with another fdopen, for one module only."""

        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        def fdopen(self, handle: int, mode: str) -> Any:
            return io.BufferedWriter(Half(handle, mode))

    files.os = HalvingOs()
