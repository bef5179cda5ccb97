"""Which models there are to be measured: bundled ones, runs and their snapshots, files. Headers alone are read."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.disk.bundled import bundled_model, explorable_names
from engine.disk.files import LoadError, atomic_write, read_bounded
from engine.disk.runs import RunFolder, data_of
from engine.disk.shelf import Shelf
from engine.disk.tensor_files import LIMIT_BYTES, read_header
from engine.families import FAMILIES
from engine.machine.work import Work
from engine.protocol.scoring import ModelListed

BEST = "best"
"""Beside a run's result: the snapshot that scored best, and a note that says how."""


def listed(home: Path, files: Iterable[str] = ()) -> Work[tuple[ModelListed, ...]]:
    """Each run's result followed by its snapshots, bundled models, files. What cannot be read is left out."""
    found: list[ModelListed] = []
    for entry in itertools.chain(_runs(home / "runs"), _bundled(), _files(home, files)):
        if entry is not None:
            found.append(entry)
        yield None
    return tuple(found)


def _bundled() -> Iterator[ModelListed | None]:
    for name in explorable_names():
        yield _described(name, bundled_model(name))


def _files(home: Path, files: Iterable[str]) -> Iterator[ModelListed | None]:
    shelf = Shelf(home)
    for file in dict.fromkeys(files):
        if os.path.isfile(file):
            entry, called = _described(file, Path(file)), shelf.of(file).name
            yield replace(entry, name=called) if entry is not None and called else entry


def _runs(root: Path) -> Iterator[ModelListed | None]:
    try:
        folders = sorted(root.iterdir(), key=lambda folder: -folder.stat().st_mtime)
    except OSError:
        return
    for folder in folders:
        run = RunFolder(folder)
        if run.exists():
            yield from _of_run(run)


def _of_run(run: RunFolder) -> Iterator[ModelListed | None]:
    told, best, snapshots = _Clock(run), best_of(run), run.snapshots()
    result = run.model if run.model.is_file() else snapshots[-1] if snapshots else None
    if result is None:
        return
    entry = _described(str(run.root), result)
    if entry is not None:
        name = _called(run) or (entry.name if result == run.model else entry.name.split(" · step ")[0])
        yield told.timed(replace(entry, name=name, is_best=best == run.model.name))
    for path in snapshots:
        entry = _described(str(path), path)
        if entry is not None:
            name = f"step {entry.step}" if entry.step else path.stem
            yield told.timed(replace(entry, name=name, run=str(run.root), is_best=best == path.name))


def _called(run: RunFolder) -> str:
    """What a person calls the run by now; empty where that cannot be read."""
    try:
        name = run.read_config().get("name")
    except LoadError:
        return ""
    return name if isinstance(name, str) else ""


def _described(source: str, path: Path) -> ModelListed | None:
    try:
        meta = read_header(path, kind="model")
    except LoadError:
        return None
    family, config, card = meta.get("family"), meta.get("config"), meta.get("card")
    if not isinstance(family, str) or family not in FAMILIES or not isinstance(config, dict):
        return None
    size, channels = config.get("size"), config.get("channels")
    if not isinstance(size, int) or not isinstance(channels, int):  # it draws no pictures
        return None
    card = card if isinstance(card, dict) else {}
    data, step = data_of(path) or card.get("data", ""), card.get("steps", 0)
    name = meta.get("name")
    return ModelListed(
        source=source,
        name=name if isinstance(name, str) and name else path.stem,
        family=family,
        family_label=FAMILIES[family].label,
        data=data if isinstance(data, str) else "",
        size=size,
        channels=channels,
        step=step if isinstance(step, int) else 0,
    )


class _Clock:
    """How long a run had taken at each of its steps."""

    def __init__(self, run: RunFolder) -> None:
        self._moments: list[tuple[int, float, float]] = []
        for line in run.read_metrics():
            step, wall, cpu = line.get("step"), line.get("seconds"), line.get("cpu_seconds", 0.0)
            if isinstance(step, int) and isinstance(wall, int | float) and isinstance(cpu, int | float):
                self._moments.append((step, float(wall), float(cpu)))

    def timed(self, entry: ModelListed) -> ModelListed:
        """The same with the clocks of the last report by then, or of the first after it."""
        before = [moment for moment in self._moments if moment[0] <= entry.step] or self._moments[:1]
        if not before:
            return entry
        _, wall, cpu = before[-1]
        return replace(entry, seconds=wall, cpu_seconds=cpu)


# ---------------------------------------------------------------- the best of a run


def best_of(run: RunFolder) -> str:
    """The name of the file that was marked as the run's best; empty when none was."""
    return str(_mark(run).get("file", ""))


def mark_best(run: RunFolder, source: Path, told: dict[str, Any]) -> Path:
    """Keep a copy of the best beside the run's result, where nothing clears it away, and say what made it the best."""
    path = run.root / f"{BEST}.safetensors"
    if _mark(run).get("file") != source.name or not path.is_file():
        atomic_write(path, read_bounded(source, limit_bytes=LIMIT_BYTES))
    note = {"file": source.name, **told}
    atomic_write(run.root / f"{BEST}.json", json.dumps(note, indent=1) + "\n")
    return path


def _mark(run: RunFolder) -> dict[str, Any]:
    try:
        content = json.loads(read_bounded(run.root / f"{BEST}.json", limit_bytes=1 << 16))
    except (LoadError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
