"""A comparison over time, as it stands in a file: scores of several families and seeds, family by family."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
from numpy.typing import NDArray

from engine.disk.files import LoadError, read_bounded, shown
from engine.protocol.courses import collapse, has_begun
from engine.protocol.score_words import score_kind

COLUMNS = ("family", "seed", "step", "seconds", "cpu_seconds", "metric", "value")
CLOCKS = ("step", "seconds", "cpu_seconds")
_BYTES = 64 << 20
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Report:
    """One line."""

    family: str
    seed: str
    clocks: Mapping[str, float]
    metric: str
    value: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Seeds together: their mean, the least and the most of them, where all of them are known."""

    family: str
    seeds: int
    x: Array
    mean: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the seeds of a family came to."""

    family: str
    seeds: int
    best: str
    worst: str
    best_value: float
    worst_value: float
    metric: str
    """By which seeds are ranked."""
    mean: float
    spread: float
    """Standard deviation over seeds."""
    collapsed: Mapping[str, str]
    """Why, of each seed that collapsed."""
    not_begun: tuple[str, ...]
    """Seeds that only ever drew noise."""

    @property
    def words(self) -> str:
        """In one line."""
        told = [f"{self.family}: {score_kind(self.metric).label} {self.mean:.2f}"]
        if self.seeds > 1:
            told[0] += f" ± {self.spread:.2f}"
            told += [
                f"best {self.best_value:.2f} (seed {self.best})",
                f"worst {self.worst_value:.2f} (seed {self.worst})",
            ]
        if self.collapsed:
            reasons = "; ".join(f"seed {seed}: {why}" for seed, why in self.collapsed.items())
            told.append(f"{len(self.collapsed)} of {self.seeds} collapsed ({reasons})")
        elif not self.not_begun:
            told.append("none collapsed" if self.seeds > 1 else "not collapsed")
        if self.not_begun:
            told.append(f"{len(self.not_begun)} of {self.seeds} not begun")
        return ", ".join(told)


RANKED_BY = (("inception_score", 1.0), ("fid", -1.0))
"""Seeds are ranked by the first of these that was measured; of the second less is better."""


def read_comparison(path: Path) -> tuple[Report, ...]:
    """The lines of a file, or a LoadError in one sentence."""
    text = read_bounded(path, limit_bytes=_BYTES).decode("utf-8", "replace")
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise LoadError(
            path, "not-a-comparison",
            f"“{shown(path)}” is no comparison: its first line lacks “{missing[0]}”, of {', '.join(COLUMNS)}.",
        )  # fmt: skip
    found = []
    for line in reader:
        try:
            clocks = {name: float(line[name] or "nan") for name in CLOCKS}
            value = float(line["value"] or "nan")
        except (TypeError, ValueError):
            continue
        if np.isfinite(value):
            found.append(Report(str(line["family"]), str(line["seed"]), clocks, str(line["metric"]), value))
    if not found:
        raise LoadError(path, "empty", f"“{shown(path)}” holds no scores.")
    return tuple(found)


def spreads(reports: Iterable[Report], metric: str, clock: str) -> tuple[Spread, ...]:
    """Each family's mean and spread over its seeds, read between the moments at which each was measured."""
    curves: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for report in reports:
        moment = report.clocks.get(clock, float("nan"))
        if report.metric == metric and np.isfinite(moment):
            curves.setdefault(report.family, {}).setdefault(report.seed, []).append((moment, report.value))
    found = []
    for family, seeds in curves.items():
        lines = [np.array(sorted(points)) for points in seeds.values()]
        first, last = max(line[0, 0] for line in lines), min(line[-1, 0] for line in lines)
        moments = np.unique(np.concatenate([line[:, 0] for line in lines]))
        inside = moments[(moments >= first) & (moments <= last)]
        x = inside if len(inside) else moments[:1]
        y = np.stack([np.interp(x, line[:, 0], line[:, 1]) for line in lines])
        found.append(Spread(family, len(lines), x, y.mean(0), y.min(0), y.max(0)))
    return tuple(found)


def metrics_of(reports: Iterable[Report]) -> tuple[str, ...]:
    """What was measured, in the order in which it first comes."""
    return tuple(dict.fromkeys(report.metric for report in reports))


def outcomes(reports: Iterable[Report], real: float | None = None) -> tuple[Outcome, ...]:
    """Each family's best and worst seed at the end, and what became of those that fell or never rose, where `real`
    pictures have that inception score."""
    courses: dict[str, dict[str, dict[str, dict[float, float]]]] = {}
    for report in reports:
        told = courses.setdefault(report.family, {}).setdefault(report.seed, {})
        told.setdefault(report.metric, {})[report.clocks["step"]] = report.value
    found = []
    for family, seeds in courses.items():
        metric, ranked = _ranked(seeds)
        if not ranked:
            continue
        ends = [value for _, value in ranked]
        inceptions = {seed: _course(told, "inception_score") for seed, told in seeds.items()}
        fallen = {
            seed: why
            for seed, told in seeds.items()
            if (why := collapse(inceptions[seed], _course(told, "diversity_score"), real))
        }
        waiting = tuple(seed for seed, values in inceptions.items() if not has_begun(values, real))
        (best, best_value), (worst, worst_value) = ranked[0], ranked[-1]
        found.append(
            Outcome(
                family=family, seeds=len(seeds), best=best, worst=worst, best_value=best_value, worst_value=worst_value,
                metric=metric, mean=fmean(ends), spread=stdev(ends) if len(ends) > 1 else 0.0, collapsed=fallen,
                not_begun=waiting,
            )
        )  # fmt: skip
    return tuple(found)


def _course(told: Mapping[str, Mapping[float, float]], metric: str) -> list[float | None]:
    return [value for _, value in sorted(told.get(metric, {}).items())]


def _ranked(seeds: Mapping[str, Mapping[str, Mapping[float, float]]]) -> tuple[str, list[tuple[str, float]]]:
    """By which metric, and seeds with what they ended at, the best first."""
    for metric, sign in RANKED_BY:
        ends = {seed: told[metric][max(told[metric])] for seed, told in seeds.items() if told.get(metric)}
        if ends:
            return metric, sorted(ends.items(), key=lambda end: (-sign * end[1], end[0]))
    return "", []
