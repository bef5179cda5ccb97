"""R6 and R8: every bad model file, opened without a window (exit code 2 and one line) and through one (one notice).

What was open stays open and draws, no code of a file is run, nothing is written, no memory is taken.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from bench.figures import Figure, figure, probe
from engine.disk.files import shown
from tests import bad_models
from tests.faults.counting import Count
from tests.faults.nursery import Nursery
from tests.faults.strangers import Stranger, strangers

MEMORY_MB = 512
HANGS_S = 60
"""Nothing of this takes a hundredth of it; a machine that is busy may."""


def count(folder: Path, times: int = 1) -> list[Figure]:
    """All of them, both ways."""
    canary = folder / "canary"
    (folder / "strangers").mkdir()
    cases = list(strangers(folder / "strangers", canary))
    with Nursery() as nursery:
        tally, seconds, grown_mb = headless(folder, cases * times, canary, nursery)
    return [
        tally.figure(note="exit 2, one line that names the file; odd but legal ones open"),
        figure("R6", "command line", "slowest", [max(seconds)], "s", bar=2, n=len(cases)),
        figure("R8", "command line", "memory", [max(grown_mb)], "MB", bar=MEMORY_MB, n=len(cases)),
        *through_window(folder, cases, canary),
    ]


def headless(
    folder: Path, cases: list[Stranger], canary: Path, nursery: Nursery
) -> tuple[Count, list[float], list[float]]:
    """`main.py sample FILE` for each, in a process of its own; the seconds and the memory they took."""
    tally, seconds, grown_mb = Count("R6", "command line"), [], []
    for number, case in enumerate(cases):
        out, pictures = folder / f"headless-{number}", folder / f"pictures-{number}"
        words = ["sample", "--n", "1", "--quiet", "--home", str(folder / "home"), "--out", str(pictures)]
        began = time.monotonic()
        code = nursery.run("tests.faults.visiting", [[*words, "--", str(case.path)], str(out)], out)
        seconds.append(time.monotonic() - began)
        said = out.with_name(f"{out.name}.err").read_text(errors="replace")
        notes = out.with_name(f"{out.name}.notes")
        grown_mb.append(json.loads(notes.read_text())["grown_mb"] if notes.exists() else 0.0)
        wrong = _wrong_line(case, code, said) or _traces(case, pictures, canary)
        wrong = wrong or ("it hung" if seconds[-1] > HANGS_S else "")
        wrong = wrong or (f"took {grown_mb[-1]:.0f} MB" if grown_mb[-1] > MEMORY_MB else "")
        tally.check(f"{case.name}: {wrong}" if wrong else "")
    return tally, seconds, grown_mb


def _wrong_line(case: Stranger, code: int, said: str) -> str:
    if case.is_legal:
        return "" if (code, said) == (0, "") else f"ended with {code}: {said[-200:]!r}"
    names = {shown(case.path), " ".join(shown(case.path).split())}
    inside = case.path / "model.safetensors"
    if code != 2:
        return f"ended with {code}: {said[-200:]!r}"
    if said.count("\n") != 1 or not said.startswith("zscape: ") or "Traceback" in said:
        return f"said {said[:300]!r}"
    if not any(name in said for name in names) and not (inside.exists() and inside.name in said):
        return f"does not name the file: {said!r}"
    return ""


def _traces(case: Stranger, pictures: Path, canary: Path) -> str:
    if canary.exists() or bad_models.TRACE.exists():
        return "its code was run"
    return "it wrote something" if not case.is_legal and pictures.exists() and any(pictures.iterdir()) else ""


def through_window(folder: Path, cases: list[Stranger], canary: Path) -> list[Figure]:
    """All of them in one real window, one after the other: what one spoils, the next one shows."""
    order = [{"name": case.name, "path": str(case.path), "is_legal": case.is_legal} for case in cases]
    (folder / "order.json").write_text(json.dumps({"cases": order, "good": str(folder / "strangers/good.safetensors")}))
    answer = probe("tests.faults.guests", str(folder), OMP_NUM_THREADS="1", timeout_s=3600)
    tally = Count("R6", "window")
    for case, wrong in zip(cases, answer["wrong"], strict=True):
        tally.check(f"{case.name}: {wrong}" if wrong else "")
    if canary.exists() or bad_models.TRACE.exists():
        tally.losses.append("code of a file was run")
        tally.held = 0
    return [
        tally.figure(note="one notice that names the file; the open model stays and draws"),
        figure("R6", "window", "slowest", [max(answer["seconds"])], "s", bar=2, n=len(cases)),
    ]
