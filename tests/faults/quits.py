"""R11: leave while a run goes on, in every way there is: exit code 0, in time, and the last step told is kept."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

from bench.figures import Figure, figure
from tests.engine.small import SMALL
from tests.faults.counting import Count, Steps
from tests.faults.kills import write_glyphs
from tests.faults.nursery import Nursery
from tests.faults.quitting import WAYS

TIMES = 50
SECONDS = 5.0
HEAVY = {"size": 28, "channels": 1, "width": 16, "batch": 32, "steps": 1_000_000}
"""Steps that take a while, so that leaving has to wait for something."""


def count(folder: Path, times: int = TIMES) -> list[Figure]:
    """Leave `times` times."""
    with Nursery() as nursery:
        tally, seconds = quits(folder, times, nursery)
    return [
        tally.figure(note="exit code 0, nothing on stderr, the last step told is kept"),
        figure("R11", "quit", "median", seconds, "s", bar=SECONDS),
        figure("R11", "quit", "slowest", [max(seconds)], "s", bar=SECONDS, n=times),
    ]


def quits(folder: Path, times: int, nursery: Nursery, *, deadline_s: float = 0.0) -> tuple[Count, list[float]]:
    """The families, the ways and the moments in turn; what held, and the seconds each took to leave.

    With a deadline the program waits that long for its engine instead of its own few seconds.
    """
    write_glyphs(folder / "glyphs", 80)
    tally, seconds, chance, steps = Count("R11", "quit"), [], random.Random(times), Steps("quits", times)
    families = list(SMALL)
    for number in range(times):
        family = families[number % len(families)]
        order = {
            "home": str(folder / f"home-{number}"), "run": str(folder / f"run-{number}"),
            "data": str(folder / "glyphs"), "family": family, "config": _config(family, SMALL[family], number),
            "how": WAYS[number % len(WAYS)], "after": 0 if number % 10 == 9 else 1 + number % 3,
            "rest_ms": chance.randrange(300), "notes": str(folder / f"notes-{number}"),
            "deadline_s": deadline_s,
        }  # fmt: skip
        wrong, took = _quit(nursery, order, folder / f"quit-{number}")
        seconds.append(took)
        tally.check(f"{family}, {order['how']}: {wrong}" if wrong else "")
        steps.step()
    return tally, seconds


def _config(family: str, small: dict[str, object], number: int) -> dict[str, object]:
    """Quick steps and slow ones in turn."""
    if number % 2:
        return {**small, "steps": 1_000_000}
    own = {"pixelcnn": {"depth": 2, "levels": 2}}.get(family, {"latent": 16})
    return {**HEAVY, **own}


def _quit(nursery: Nursery, order: dict[str, Any], out: Path) -> tuple[str, float]:
    """(what is wrong, seconds from the wish to the end of the process)."""
    code = nursery.run("tests.faults.quitting", [order], out, whole_exit=True)
    end = time.monotonic()
    notes = Path(order["notes"])
    lines = out.with_name(f"{out.name}.err").read_text().splitlines()
    said = "\n".join(line for line in lines if "This plugin does not support" not in line)  # the offscreen screen's
    if not notes.exists():
        return f"ended with {code} before it was told to: {said[-300:]!r}", 0.0
    wish = json.loads(notes.read_text())
    took = end - wish["at"]
    if code != 0:
        return f"exit code {code}: {said[-300:]!r}", took
    if said:
        return f"said {said[-300:]!r}", took
    return _kept(Path(order["run"]), wish["step"]) or _session(Path(order["home"])), took


def _kept(run: Path, step: int) -> str:
    from engine.disk.files import LoadError
    from engine.disk.runs import RunFolder
    from engine.disk.tensor_files import read_tensors

    if step == 0:
        return ""
    try:
        there = read_tensors(RunFolder(run).checkpoint, kind="state").meta["step"]
    except LoadError as error:
        return f"step {step} was told, and {error.sentence}"
    litter = [path.name for path in run.rglob(".*")]
    if litter:
        return f"left behind {litter}"
    return "" if there >= step else f"step {step} was told, {there} was kept"


def _session(home: Path) -> str:
    try:
        json.loads((home / "session.json").read_text())
    except (OSError, ValueError) as error:
        return f"the session was not kept: {error}"
    return ""
