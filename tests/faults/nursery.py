"""A process that has imported torch once and forks a child for each job: importing it costs seconds, a fork none.

It has one thread and no Qt, so what it forks is as good as new. A job is a module here with a `run(*arguments)`; its
answer is the child's exit code. Taking the interpreter apart costs more than most jobs: it is done where it matters.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "QT_QPA_PLATFORM": "offscreen"}


class Nursery:
    """One job at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"], cwd=ROOT, env={**os.environ, **ENVIRONMENT},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._said()  # it has imported what children need

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()

    def run(
        self,
        module: str,
        arguments: Sequence[Any],
        out: Path,
        *,
        whole_exit: bool = False,
        kill_after_s: float | None = None,
    ) -> int:
        """Fork a child whose stdout and stderr go to the files `out`.out and `out`.err, perhaps kill it.

        Its exit code, or minus the signal that ended it.
        """
        assert self._process.stdin is not None
        job = {
            "module": module, "arguments": list(arguments), "out": str(out), "whole_exit": whole_exit,
            "kill_after_s": kill_after_s,
        }  # fmt: skip
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return os.waitstatus_to_exitcode(self._said())

    def _said(self) -> int:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("faults: the nursery has died.")
        return int(line)


def _serve() -> None:
    import torch

    import engine.training.loop
    import main  # noqa: F401

    torch.set_num_threads(1)
    weight = torch.nn.Parameter(torch.zeros(1))  # the first optimiser imports 800 modules
    torch.optim.Adam([weight], fused=True)
    assert engine.training.loop.train
    answers = os.dup(1)
    os.write(answers, b"0\n")
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            os.close(answers)
            sys.exit(_live(job))
        if job["kill_after_s"] is not None:
            time.sleep(job["kill_after_s"])
            os.kill(child, signal.SIGKILL)  # nobody has waited for it yet, so the number is still its own
        os.write(answers, f"{os.waitpid(child, 0)[1]}\n".encode())


def _live(job: dict[str, Any]) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, name in ((0, os.devnull), (1, f"{job['out']}.out"), (2, f"{job['out']}.err")):
        handle = os.open(name, os.O_RDONLY if number == 0 else flags, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    code = 1
    try:
        code = importlib.import_module(job["module"]).run(*job["arguments"])
    except Exception:
        traceback.print_exc()
    if not job["whole_exit"]:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


if __name__ == "__main__":
    _serve()
