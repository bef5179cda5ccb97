"""The run folder: everything a run leaves on disk, from its first step to its model.

run.json                what was asked for, on which data, by which version
metrics.jsonl           one line per report, append only
samples/000500.png      the same fixed seeds over time
snapshots/000500.safetensors
moments/0030.safetensors        what was learned after so many processor seconds, where that was asked for
checkpoint.safetensors  all that resuming needs
model.safetensors       the result
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import __version__
from engine.disk.files import LoadError, append_line, atomic_write, read_bounded, shown
from engine.disk.scratch import clear_orphans

METRICS_LIMIT_BYTES = 1 << 30
TAIL_BYTES = 1 << 14
LOOKED_BACK = 20
TOLD_MOST = 400
"""A screen shows no more moments of a curve than this."""
FLOAT_LIMIT = 1e300


class RunFolder:
    """Paths and small files of one run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = root / "run.json"
        self.metrics = root / "metrics.jsonl"
        self.checkpoint = root / "checkpoint.safetensors"
        self.model = root / "model.safetensors"

    def sample(self, step: int) -> Path:
        return self.root / "samples" / f"{step:07d}.png"

    def snapshot(self, step: int) -> Path:
        return self.root / "snapshots" / f"{step:07d}.safetensors"

    def kept(self, step: int, number: int) -> Path:
        """A moment that somebody kept while they explored the run."""
        return self.root / "snapshots" / f"{step:07d}-kept{f'-{number}' if number else ''}.safetensors"

    def moment(self, cpu_seconds: float) -> Path:
        """What was learned after so many processor seconds."""
        return self.root / "moments" / f"{cpu_seconds:06.1f}.safetensors"

    def snapshots(self) -> list[Path]:
        """Snapshots, oldest first."""
        return sorted((self.root / "snapshots").glob("*.safetensors"))

    def samples(self) -> list[Path]:
        """Sheets of samples, oldest first."""
        return sorted((self.root / "samples").glob("*.png"))

    def exists(self) -> bool:
        return self.config.exists()

    def write_config(self, content: Mapping[str, Any]) -> None:
        atomic_write(self.config, json.dumps({"format": 1, "app": __version__, **content}, indent=1) + "\n")

    def read_config(self) -> dict[str, Any]:
        """What the run was asked to do, or a LoadError."""
        try:
            content = json.loads(read_bounded(self.config, limit_bytes=1 << 20))
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict) or not isinstance(content.get("config"), dict):
            raise LoadError(self.config, "damaged", f"The run “{shown(self.root)}” has a damaged run.json.")
        return content

    def change_steps(self, steps: int) -> None:
        """A run that goes on longer than it was meant to says so."""
        content = self.read_config()
        if content["config"].get("steps") != steps:
            self.write_config({**content, "config": {**content["config"], "steps": steps}})

    def append_metrics(self, line: Mapping[str, Any]) -> None:
        """One report, as one line."""
        append_line(self.metrics, _as_line(line))

    def clear_orphans(self) -> None:
        """Remove what a killed process left half written."""
        for folder in (self.root, self.sample(0).parent, self.snapshot(0).parent):
            clear_orphans(folder)

    def rewind_metrics(self, step: int) -> None:
        """Back to the reports up to a step: a resumed run tells again what came after it, and a torn line goes."""
        try:
            content = read_bounded(self.metrics, limit_bytes=METRICS_LIMIT_BYTES)
        except LoadError:  # there are none, or not ours to rewrite
            return
        lines = [line for line in _whole_lines(content) if isinstance(line.get("step"), int) and line["step"] <= step]
        kept = "".join(f"{_as_line(line)}\n" for line in lines).encode()
        if kept != content:
            atomic_write(self.metrics, kept)

    def read_metrics(self) -> list[dict[str, Any]]:
        """Whole lines only; a torn last line is what a crash leaves and is skipped."""
        try:
            return _whole_lines(read_bounded(self.metrics, limit_bytes=METRICS_LIMIT_BYTES))
        except LoadError:
            return []

    def told(self) -> tuple[tuple[int, tuple[tuple[str, float], ...]], ...]:
        """What the run reported so far, as curves show it: at most `TOLD_MOST` moments, the first and the last kept."""
        reports = [moment for line in self.read_metrics() if (moment := _moment(line)) is not None]
        if len(reports) <= TOLD_MOST:
            return tuple(reports)
        last = len(reports) - 1
        return tuple(reports[round(k * last / (TOLD_MOST - 1))] for k in range(TOLD_MOST))

    def last_report(self) -> dict[str, Any]:
        """The newest report, read from the end: a long run has written many."""
        try:
            with open(self.metrics, "rb") as file:
                file.seek(max(0, file.seek(0, 2) - TAIL_BYTES))
                tail = file.read(TAIL_BYTES)
        except OSError:
            return {}
        for line in reversed(tail.splitlines()[-LOOKED_BACK:]):  # the last one may be torn
            if whole := _whole_lines(line):
                return whole[0]
        return {}

    def seconds(self) -> float:
        """How long the run has taken; reckoned from its speed where it was begun before reports said so."""
        told = self.last_report().get("seconds")
        if isinstance(told, int | float):
            return float(told)
        spent, before = 0.0, 0
        for line in self.read_metrics():
            images, rate = line.get("images"), line.get("images_per_s")
            if isinstance(images, int) and isinstance(rate, int | float) and rate > 0:
                spent += max(0, images - before) / rate
                before = images
        return spent

    def learning_seconds(self) -> tuple[float, float]:
        """Seconds and processor seconds of learning itself; those of runs that were begun before reports said so: 0."""
        told = self.last_report()
        values = (told.get("learning_seconds"), told.get("cpu_seconds"))
        seconds, cpu_seconds = (float(value) if isinstance(value, int | float) else 0.0 for value in values)
        return seconds, cpu_seconds

    def best_model(self) -> Path:
        """The result, or while there is none the newest snapshot: a run can be explored as it learns."""
        if self.model.exists():
            return self.model
        kept = self.snapshots()
        if kept:
            return kept[-1]
        raise LoadError(self.root, "no-model", f"The run “{shown(self.root)}” has not kept a model yet.")


def data_of(model: Path) -> str:
    """What the run in whose folder a model or a snapshot lies learned from; empty when it lies in none."""
    for folder in (model.parent, model.parent.parent):
        run = RunFolder(folder)
        if run.exists():
            try:
                data = run.read_config().get("data")
            except LoadError:
                return ""
            return data if isinstance(data, str) else ""
    return ""


def _moment(line: Mapping[str, Any]) -> tuple[int, tuple[tuple[str, float], ...]] | None:
    """Pictures seen and losses of a report; None where somebody else's hand wrote something else."""
    images, losses = line.get("images"), line.get("losses")
    if not isinstance(images, int) or not isinstance(losses, dict):
        return None
    return images, tuple(
        (name, float(value))
        for name, value in losses.items()
        if isinstance(value, int | float) and abs(value) < FLOAT_LIMIT
    )


def _as_line(report: Mapping[str, Any]) -> str:
    return json.dumps(report, separators=(",", ":"))


def _whole_lines(content: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in content.decode("utf-8", "replace").splitlines():
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(value)
    return found
