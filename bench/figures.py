"""What every bench hands back: figures with their bar, and how a run of one was asked for."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value. `ok` is None where a figure has no bar."""

    id: str
    case: str
    metric: str
    value: float
    unit: str
    n: int
    min: float
    max: float
    bar: float | None = None
    better: str = "lower"
    note: str = ""
    ok: bool | None = field(default=None)

    def judged(self) -> Figure:
        """With `ok` filled in."""
        if self.bar is None:
            return self
        holds = self.value <= self.bar if self.better == "lower" else self.value >= self.bar
        return Figure(**{**asdict(self), "ok": bool(holds)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a bench is asked for. `quick` ends within 50 seconds; `repeat` overrides how often it measures."""

    quick: bool = False
    repeat: int = 0
    only: str = ""
    model: str = "faces"
    readme: bool = False

    def wants(self, case: str) -> bool:
        return not self.only or self.only == case

    def repeats(self, usual: int, quick: int = 1) -> int:
        return self.repeat or (quick if self.quick else usual)


def figure(
    name: str,
    case: str,
    metric: str,
    values: Sequence[float],
    unit: str,
    *,
    n: int | None = None,
    bar: float | None = None,
    better: str = "lower",
    note: str = "",
) -> Figure:
    """The median of several runs, with the spread over them."""
    kept = [value for value in values if math.isfinite(value)]
    if not kept:
        raise SystemExit(f"bench: {name} {case} {metric} could not be measured.")
    return Figure(
        id=name, case=case, metric=metric, value=rounded(statistics.median(kept)), unit=unit,
        n=len(kept) if n is None else n, min=rounded(min(kept)), max=rounded(max(kept)), bar=bar, better=better,
        note=note,
    ).judged()  # fmt: skip


def rounded(value: float) -> float:
    """Four significant digits: more are noise."""
    return float(f"{value:.4g}")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of all lie."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def answer_and_leave(measure: Callable[[], dict[str, Any]]) -> NoReturn:
    """Print what a probe measured and leave at once: an engine that is still busy would abort the usual way out."""
    code = 0
    try:
        print(json.dumps(measure()), flush=True)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stderr.flush()
    os._exit(code)


def probe(module: str, *arguments: str, timeout_s: float = 900, **environment: str) -> dict[str, Any]:
    """The last line a fresh process prints, as JSON: figures are never taken in a process with a past.

    Compiled modules are kept as they are for everybody, also where an environment asks Python not to.
    """
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**inherited, "QT_QPA_PLATFORM": "offscreen", "OMP_WAIT_POLICY": "PASSIVE", **environment},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        tail = done.stderr.strip().splitlines()[-12:]
        raise SystemExit(f"bench: {module} {' '.join(arguments)} failed ({done.returncode}):\n" + "\n".join(tail))
    answer: dict[str, Any] = json.loads(lines[-1])
    return answer
