"""What a comparison found: rows for tables, a summary in words and numbers, and its files."""

from __future__ import annotations

import csv
import io
import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow

from engine.comparing import charts
from engine.comparing.cells import METRICS, Cell, Compared, Scored
from engine.comparing.plan import read_plan
from engine.disk.files import atomic_write
from engine.families import FAMILIES
from engine.opened.export import png_bytes
from engine.protocol.courses import collapse, has_begun
from engine.protocol.values import Stop

COLUMNS = ("family", "seed", "step", "seconds", "cpu_seconds", "metric", "value")
TITLES = {
    "inception_score": "Inception score: clear and varied",
    "diversity_score": "Diversity: all classes as often",
    "fid": "FID: distance from real pictures",
    "class_kl": "Class KL, nats",
}
CLOCKS = {"cpu_seconds": "processor seconds of learning", "seconds": "seconds of learning"}
LOWER = frozenset(("fid", "class_kl"))
"""Metrics of which less is better."""
RANKED_BY = ("inception_score", "fid")
"""Seeds are ranked by the first of these that was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A metric of one family at one moment, over its seeds."""

    mean: float
    spread: float | None
    """Standard deviation over seeds; None of a single one."""
    least: float
    most: float
    n: int


def spread(values: Sequence[float]) -> Spread | None:
    """Mean and spread of what there is."""
    if not values:
        return None
    return Spread(
        mean=statistics.fmean(values), spread=statistics.stdev(values) if len(values) > 1 else None,
        least=min(values), most=max(values), n=len(values),
    )  # fmt: skip


def rows(compared: Compared) -> list[tuple[str, int, int, float, float, str, float]]:
    """One row for each family, seed, moment and metric."""
    return [
        (each.family, each.seed, each.step, each.seconds, each.cpu_seconds, metric, value)
        for each in compared.scored
        for metric in METRICS
        if (value := each.value(metric)) is not None
    ]


def real(compared: Compared) -> dict[str, float]:
    """What held-out real pictures score, by metric."""
    return {
        metric: float(value)
        for each in compared.scored
        for metric, found in each.metrics.items()
        if (value := found.get("real")) is not None
    }


def collapsed(cell: Sequence[Scored]) -> str:
    """Why a cell counts as collapsed at its end, in words; empty where it does not."""
    return collapse(_inceptions(cell), [each.value("diversity_score") for each in cell], _real_inception(cell))


def _has_begun(cell: Sequence[Scored]) -> bool:
    return has_begun(_inceptions(cell), _real_inception(cell))


def _real_inception(cell: Sequence[Scored]) -> float | None:
    """What real pictures score: of few classes little."""
    told = [each.metrics.get("inception_score", {}).get("real") for each in cell]
    return next((float(value) for value in told if value is not None), None)


def _inceptions(cell: Sequence[Scored]) -> list[float | None]:
    return [each.value("inception_score") for each in cell]


def summary(compared: Compared) -> dict[str, Any]:
    """Everything as JSON."""
    return {
        "data": compared.plan.data,
        "cpu_seconds": compared.plan.seconds,
        "seeds": compared.plan.seeds,
        "moments": list(compared.plan.moments),
        "pictures": compared.plan.pictures,
        "real": {name: round(value, 4) for name, value in real(compared).items()},
        "families": [_family(compared, entry.family) for entry in compared.plan.entries],
    }


def _family(compared: Compared, family: str) -> dict[str, Any]:
    entry = next(each for each in compared.plan.entries if each.family == family)
    cells = _cells(compared, family)
    last = {seed: cell[-1] for seed, cell in cells.items() if cell}
    fallen = {seed: why for seed, cell in cells.items() if (why := collapsed(cell))}
    fallen |= dict.fromkeys((seed for kind, seed in compared.diverged if kind == family), "diverged")
    waiting = [seed for seed, cell in cells.items() if cell and seed not in fallen and not _has_begun(cell)]
    order = _ranked(last)
    final = {name: spread(_values(last.values(), name)) for name in METRICS}
    return {
        "family": family,
        "label": FAMILIES[family].label,
        "parameters": entry.parameters,
        "settings": entry.values,
        "final": {name: _told(found) for name, found in final.items() if found is not None},
        "best_seed": order[0] if order else None,
        "worst_seed": order[-1] if order else None,
        "collapses": len(fallen),
        "collapsed": {str(seed): why for seed, why in fallen.items()},
        "not_begun": waiting,
        "steps": {str(seed): each.step for seed, each in last.items()},
        "over_time": [
            {"cpu_seconds": moment, **{name: _told(spread(_values(at, name))) for name in METRICS if _values(at, name)}}
            for moment in compared.plan.moments
            if (at := [each for cell in cells.values() for each in cell if each.moment == moment])
        ],
    }


def _cells(compared: Compared, family: str) -> dict[int, list[Scored]]:
    cells: dict[int, list[Scored]] = {}
    for each in compared.scored:
        if each.family == family:
            cells.setdefault(each.seed, []).append(each)
    return cells


def _values(scored: Any, metric: str) -> list[float]:
    return [value for each in scored if (value := each.value(metric)) is not None]


def _ranked(last: Mapping[int, Scored]) -> list[int]:
    """Seeds, the best first."""
    metric = next((name for name in RANKED_BY if _values(last.values(), name)), None)
    if metric is None:
        return sorted(last)
    sign = 1.0 if metric in LOWER else -1.0
    values = {seed: each.value(metric) for seed, each in last.items()}
    return sorted(values, key=lambda seed: (math.inf if (value := values[seed]) is None else sign * value, seed))


def _told(found: Spread | None) -> dict[str, float | int | None]:
    return {} if found is None else {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(found).items()}


def table(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row a family, as a terminal shows it."""
    lines: list[dict[str, Any]] = []
    for each in found["families"]:
        line: dict[str, Any] = {"family": each["family"]}
        for name in METRICS:
            if final := each["final"].get(name):
                off = "" if final["spread"] is None else f" ± {final['spread']:.2f}"
                line[name] = f"{final['mean']:.2f}{off}"
        line |= {"best seed": each["best_seed"], "worst seed": each["worst_seed"], "collapses": each["collapses"]}
        if each["not_begun"]:
            line["not begun"] = len(each["not_begun"])
        lines.append(line | {"parameters": each["parameters"]})
    lines.append({"family": "real pictures", **{name: f"{value:.2f}" for name, value in found["real"].items()}})
    keys = list(dict.fromkeys(key for line in lines for key in line))
    return [{key: line.get(key, "") for key in keys} for line in lines]


# ---------------------------------------------------------------- files


def found(folder: Path) -> Compared | None:
    """What a folder holds of runs that are whole, also while others are at work; None where there is no comparison."""
    plan = read_plan(folder)
    if plan is None:
        return None
    cells = [Cell(plan, entry, seed, folder) for entry, seed in plan.cells]
    whole = [cell for cell in cells if cell.is_whole()]
    return Compared(
        plan=plan, scored=tuple(each for cell in whole for each in cell.scored()),
        diverged=frozenset((cell.family, cell.seed) for cell in whole if cell.ended() == Stop.DIVERGED),
    )  # fmt: skip


def write(compared: Compared, folder: Path) -> dict[str, Path]:
    """scores.csv, scores.json, plots against both clocks, a sheet of pictures for each seed."""
    files = {"csv": folder / "scores.csv", "json": folder / "scores.json"}
    atomic_write(files["csv"], as_csv(compared))
    atomic_write(files["json"], json.dumps(summary(compared), indent=1) + "\n")
    if rows(compared):
        for clock in CLOCKS:
            files[f"plot_{clock}"] = folder / f"scores-{clock.replace('_', '-')}.png"
            atomic_write(files[f"plot_{clock}"], plot(compared, clock))
    for seed in sorted({each.seed for each in compared.scored}):
        files[f"sheet_{seed}"] = folder / f"pictures-seed-{seed}.png"
        atomic_write(files[f"sheet_{seed}"], sheet(compared, seed))
    return files


def as_csv(compared: Compared) -> str:
    """Every number, with a first line of names."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows(compared)])
    return text.getvalue()


def plot(compared: Compared, clock: str) -> bytes:
    """Each score over one of the clocks, as PNG."""
    return charts.as_png(_charts(compared, clock))


def _charts(compared: Compared, clock: str) -> list[charts.Chart]:
    found, base = [], real(compared)
    measured = {row[5] for row in rows(compared)}
    for metric in [name for name in METRICS if name in measured]:
        lines = [_line(compared, entry.family, metric, clock) for entry in compared.plan.entries]
        better = "lower is better" if metric in LOWER else "higher is better"
        found.append(charts.Chart(
            title=TITLES[metric], note=better, across=CLOCKS[clock], lines=tuple(lines), level=base.get(metric),
            level_name="real pictures", by_powers=metric == "fid", is_close=True,
        ))  # fmt: skip
    return found


def _line(compared: Compared, family: str, metric: str, clock: str) -> charts.Line:
    """The mean over seeds at each moment, and every seed."""
    cells = _cells(compared, family)
    each = [
        tuple((getattr(at, clock), value) for at in cell if (value := at.value(metric)) is not None)
        for cell in cells.values()
    ]
    mean: list[tuple[float, float]] = []
    for moment in compared.plan.moments:
        at = [one for cell in cells.values() for one in cell if one.moment == moment and one.value(metric) is not None]
        if at:
            mean.append((statistics.fmean(getattr(one, clock) for one in at), statistics.fmean(_values(at, metric))))
    return charts.Line(name=family, mean=tuple(mean), each=tuple(each))


def sheet(compared: Compared, seed: int) -> bytes:
    """A row for each family that has learned with it, a column for each moment."""
    blocks = []
    families = [entry.family for entry in compared.plan.entries]
    names = [family for family in families if seed in _cells(compared, family)]
    for family in names:
        at = {one.moment: one.picture for one in _cells(compared, family)[seed]}
        blocks.append([_pixels(at.get(moment)) for moment in compared.plan.moments])
    return png_bytes(charts.sheet(blocks, names, [f"{moment:g} s" for moment in compared.plan.moments]))


def _pixels(path: Path | None) -> Any:
    if path is None or not path.exists():
        return None
    with Pillow.open(path, formats=("PNG",)) as picture:
        return np.asarray(picture.convert("RGB"))
