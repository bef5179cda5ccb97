"""What was measured is measured once: scores in the home, by model, data, number of pictures and judges."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from engine.disk import bundled
from engine.disk.files import LoadError, WriteError, atomic_write, read_bounded
from engine.evaluation.reading import Score
from engine.metrics.measured import Measured
from engine.protocol.score_words import score_kind
from engine.protocol.values import ScoreDescribed

MEASURED_AS = 2
"""Raised when a metric is computed differently, so that older numbers are not shown beside newer ones."""
_NAME = re.compile(r"[0-9a-f]{8,64}")
_BYTES = 4 << 20
Told = dict[str, tuple[ScoreDescribed, ...] | str]
"""Scores by the metric that gave them; in their place the reason why they cannot be had."""
_Entry = dict[str, float | str | None]
_Content = dict[str, dict[str, list[_Entry] | str]]


def surest(scores: Iterable[ScoreDescribed]) -> tuple[ScoreDescribed, ...]:
    """One of each name: the one over most pictures, of several the last.

    A distance over a hundred pictures is larger than over five hundred; a quick look spoils no card.
    """
    found: dict[str, ScoreDescribed] = {}
    for score in scores:
        if score.name not in found or score.n >= found[score.name].n:
            found[score.name] = score
    return tuple(found.values())


class KeptScores:
    """One small file for each model."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "scores"

    def get(self, fingerprint: str, key: str) -> Told:
        """What is known; nothing where the file is missing or somebody else's."""
        try:
            found = self._read(fingerprint).get(key, {})
            return {
                str(metric): entries if isinstance(entries, str) else tuple(_described(entry) for entry in entries)
                for metric, entries in found.items()
            }
        except (TypeError, ValueError, KeyError, AttributeError):
            return {}

    def newest(self, fingerprint: str) -> tuple[ScoreDescribed, ...]:
        """Each score of a model as it was measured last, whatever it was measured on."""
        told = (each for key in self._read(fingerprint) for each in self.get(fingerprint, key).values())
        finite = (score for each in told if not isinstance(each, str) for score in each if math.isfinite(score.value))
        return surest(finite)

    def put(self, fingerprint: str, key: str, told: Told) -> None:
        """Add to what is known; where nothing can be written it will be measured again."""
        if not key or not told or _NAME.fullmatch(fingerprint) is None:
            return
        content = self._read(fingerprint)
        before = content.pop(key, None)
        content[key] = (before if isinstance(before, dict) else {}) | {
            metric: each if isinstance(each, str) else [_written(score) for score in each]
            for metric, each in told.items()
        }
        try:
            atomic_write(self._path(fingerprint), json.dumps(content, indent=1) + "\n")
        except (WriteError, OSError):
            return

    def _path(self, fingerprint: str) -> Path:
        return self._folder / f"{fingerprint}.json"

    def _read(self, fingerprint: str) -> _Content:
        if _NAME.fullmatch(fingerprint) is None:
            return {}
        try:
            content = json.loads(read_bounded(self._path(fingerprint), limit_bytes=_BYTES))
        except (LoadError, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}


def kept_key(data_sha256: str, n: int) -> str:
    """Under what scores are kept; empty for data that has no name of its own."""
    return f"{data_sha256[:32]} {n} {_judges()} {MEASURED_AS}" if data_sha256 else ""


def by_metric(scores: Mapping[str, Score], names: tuple[str, ...]) -> Told:
    """Scores as they are told, under the metrics that were asked for; one that gave none is told, too."""
    told: dict[str, list[ScoreDescribed]] = {name: [] for name in names}
    for name, score in scores.items():
        told.setdefault(score_kind(name).metric, []).append(
            ScoreDescribed(
                name=name, value=score.measured.value, stderr=score.measured.stderr, n=score.n, real=score.real
            )
        )
    return {metric: tuple(each) for metric, each in told.items()}


def by_score(told: Told) -> dict[str, Score]:
    """What was told, as it was measured; without what cannot be had."""
    return {
        each.name: Score(measured=Measured(value=each.value, stderr=each.stderr, n=each.n), n=each.n, real=each.real)
        for scores in told.values()
        if not isinstance(scores, str)
        for each in scores
    }


def _judges() -> str:
    """The bundled judges, by content: scores of others mean something else."""
    files = ((bundled.MODELS / f"{name}.safetensors") for name in sorted(bundled.JUDGES))
    return _digest(tuple((path, path.stat().st_mtime_ns if path.is_file() else 0) for path in files))


@lru_cache(maxsize=4)
def _digest(files: tuple[tuple[Path, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, changed in files:
        digest.update(path.read_bytes() if changed else b"none")
    return digest.hexdigest()[:8]


def _written(score: ScoreDescribed) -> _Entry:
    return {
        "name": score.name, "value": _finite(score.value), "stderr": _finite(score.stderr), "n": score.n,
        "real": None if score.real is None else _finite(score.real),
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _described(entry: Mapping[str, float | str | None]) -> ScoreDescribed:
    value, stderr, real = entry["value"], entry["stderr"], entry["real"]
    return ScoreDescribed(
        name=str(entry["name"]),
        value=math.nan if value is None else float(value),
        stderr=math.nan if stderr is None else float(stderr),
        n=int(entry["n"] or 0),
        real=None if real is None else float(real),
    )
