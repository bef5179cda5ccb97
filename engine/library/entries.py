"""What there is: bundled models, runs of the home, models and runs that were opened from elsewhere, and the trash.

Each is told from a few small files, so that a thousand of them are listed in a blink; numpy and torch stay out of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.disk import trash
from engine.disk.bundled import bundled_model, explorable_names
from engine.disk.files import LoadError, read_bounded, shown
from engine.disk.runs import RunFolder
from engine.disk.shelf import NOTE_LIMIT, Remembered, Shelf
from engine.disk.tensor_files import HEADER_LIMIT_BYTES, read_header
from engine.evaluation.kept import KeptScores, surest
from engine.opened.finding import fingerprints_known
from engine.protocol.library import Entry, Origin, Standing
from engine.protocol.values import ScoreDescribed

NOTE = "note.txt"
"""A person's words, in a run's own folder."""


def scan(home: Path) -> Iterator[Entry]:
    """Everything, the bundled models first."""
    measured = Measured(home)
    yield from map(measured.on, _found(home))


def _found(home: Path) -> Iterator[Entry]:
    remembered = Shelf(home).read()
    for name in explorable_names():
        yield of_file(bundled_model(name), Origin.BUNDLED, name, remembered.get(name, Remembered()))
    for folder in _folders(home / "runs"):
        yield of_run(folder)
    for source, told in remembered.items():
        if told.is_listed and (entry := _from_elsewhere(Path(source), told)):
            yield entry
    for folder in _folders(home / trash.FOLDER):
        yield of_run(folder, is_in_trash=True)


def look(source: str, home: Path) -> Entry | None:
    """One of them as it is now; None if it is there no more."""
    entry = _look(source, home)
    return None if entry is None else Measured(home).on(entry)


class Measured:
    """Scores that were measured here, beside those that a model's file carries."""

    def __init__(self, home: Path) -> None:
        self._kept = KeptScores(home)
        self._fingerprint = fingerprints_known(home)

    def on(self, entry: Entry) -> Entry:
        """An entry with all that was measured of it."""
        path = _model_file(entry)
        fingerprint = "" if path is None else self._fingerprint(path)
        if not fingerprint:
            return entry
        scores = surest((*entry.scores, *self._kept.newest(fingerprint)))
        return replace(entry, fingerprint=fingerprint, scores=scores)


def _model_file(entry: Entry) -> Path | None:
    match entry.origin:
        case Origin.BUNDLED:
            return bundled_model(entry.source)
        case Origin.RUN:
            return RunFolder(Path(entry.source)).model
        case _:
            return Path(entry.source)


def _look(source: str, home: Path) -> Entry | None:
    told = Shelf(home).of(source)
    if source in explorable_names():
        return of_file(bundled_model(source), Origin.BUNDLED, source, told)
    path = Path(source)
    if "\0" in source or not path.exists():
        return None
    if path.is_dir():
        return of_run(path, is_in_trash=trash.is_in_trash(path, home) or told.is_in_trash)
    return _from_elsewhere(path, told)


def of_run(folder: Path, *, is_in_trash: bool = False) -> Entry:
    """A run as its folder tells it."""
    run = RunFolder(folder)
    sizes, changed = _weight(folder)
    note = _note(folder / NOTE)
    try:
        content = run.read_config()
        trouble = _cut(run.model)
    except LoadError as error:
        return Entry(
            source=str(folder), origin=Origin.RUN, name=shown(folder), standing=Standing.DAMAGED, bytes=sizes,
            changed=changed, note=note, trouble=error.sentence, can_open=False, is_in_trash=is_in_trash,
        )  # fmt: skip
    config: dict[str, Any] = content["config"]
    told = run.last_report()
    step, steps = _whole(told.get("step")), _whole(config.get("steps"))
    has_model = run.model.is_file() and not trouble
    standing = Standing.FINISHED if step >= steps else Standing.EARLY
    return Entry(
        source=str(folder),
        origin=Origin.RUN,
        name=_text(content.get("name")) or folder.name,
        standing=Standing.DAMAGED if trouble else standing if has_model else Standing.UNFINISHED,
        family=_text(content.get("family")),
        data=_text(content.get("data")),
        size=_whole(config.get("size")),
        step=step,
        steps=steps,
        images=_whole(told.get("images")),
        seconds=_number(told.get("seconds")),
        bytes=sizes,
        changed=changed,
        note=note,
        trouble=trouble,
        config=tuple(sorted((str(key), value) for key, value in config.items())),
        preset=_text(content.get("preset")),
        start=_text(content.get("start")),
        can_open=has_model or (not run.model.exists() and any((folder / "snapshots").glob("*.safetensors"))),
        can_go_on=(run.checkpoint.is_file() or not has_model) and not is_in_trash,
        is_in_trash=is_in_trash,
    )


def of_file(path: Path, origin: Origin, source: str, told: Remembered) -> Entry:
    """A model as its file's header tells it."""
    sizes, changed = _weight(path)
    try:
        meta = read_header(path, kind="model")
        config = meta["config"] if isinstance(meta.get("config"), dict) else {}
        card = meta["card"] if isinstance(meta.get("card"), dict) else {}
    except LoadError as error:
        return Entry(
            source=source, origin=origin, name=told.name or shown(path), standing=Standing.DAMAGED, bytes=sizes,
            changed=changed, note=told.note, trouble=error.sentence, can_open=False, is_in_trash=told.is_in_trash,
        )  # fmt: skip
    return Entry(
        source=source,
        origin=origin,
        name=told.name or _text(meta.get("name")) or path.stem,
        family=_text(meta.get("family")),
        data=_text(card.get("data")),
        size=_whole(config.get("size")),
        step=_whole(card.get("steps")),
        steps=_whole(config.get("steps")),
        images=_whole(card.get("images")),
        bytes=sizes,
        changed=_day(card.get("date")) or _day(meta.get("written")) or changed,
        scores=scores_of(card),
        note=told.note,
        config=tuple(sorted((str(key), value) for key, value in config.items())),
        preset=_text(card.get("preset")),
        is_in_trash=told.is_in_trash,
    )


def scores_of(card: dict[str, Any]) -> tuple[ScoreDescribed, ...]:
    """What was measured of a model and written into its file."""
    metrics = card.get("metrics")
    found = []
    for name, told in metrics.items() if isinstance(metrics, dict) else ():
        if isinstance(told, dict) and isinstance(told.get("value"), int | float):
            real = told.get("real")
            found.append(
                ScoreDescribed(
                    name=str(name),
                    value=float(told["value"]),
                    stderr=_number(told.get("stderr")),
                    n=_whole(told.get("n")),
                    real=float(real) if isinstance(real, int | float) else None,
                )
            )
    return tuple(found)


def gathered(home: Path, keep: Callable[[Entry], object], unwanted: Callable[[], bool]) -> None:
    """Hand over everything there is, until nobody wants it."""
    for entry in scan(home):
        keep(entry)
        if unwanted():
            return


def _from_elsewhere(path: Path, told: Remembered) -> Entry | None:
    try:
        if path.is_dir():
            return of_run(path, is_in_trash=told.is_in_trash) if RunFolder(path).exists() else None
        return of_file(path, Origin.FILE, str(path), told) if path.is_file() else None
    except OSError:
        return None


def _folders(root: Path) -> list[Path]:
    """Folders of runs, as far as they may be read."""
    try:
        with os.scandir(root) as found:
            names = [one.name for one in found if one.is_dir() and not one.name.startswith(".")]
    except OSError:
        return []
    return [root / name for name in sorted(names) if (root / name / "run.json").is_file()]


def _weight(path: Path) -> tuple[int, float]:
    """Bytes on disk, and when it learned last: locks, slips, and a new name in what was asked for do not count."""
    total, newest, asked, asked_in = 0, 0.0, 0.0, RunFolder(path).config.name
    try:
        if path.is_file():
            info = path.stat()
            return info.st_size, info.st_mtime
        for folder in (path, path / "snapshots", path / "samples"):
            with os.scandir(folder) as found:
                for one in found:
                    if one.name.startswith(".") or not one.is_file():
                        continue
                    info = one.stat()
                    total += info.st_size
                    if one.name == asked_in:
                        asked = info.st_mtime
                    elif one.name != NOTE:
                        newest = max(newest, info.st_mtime)
    except OSError:
        pass
    return total, newest or asked


def _cut(model: Path) -> str:
    """Why a model's file is plainly no model: it is empty, or its beginning says something else."""
    try:
        size = model.stat().st_size
        with open(model, "rb") as file:
            head = file.read(9)
    except OSError:
        return ""
    length = int.from_bytes(head[:8], "little")
    if size < 16 or head[8:9] != b"{" or length > min(HEADER_LIMIT_BYTES, size - 8):
        return f"The model of “{shown(model.parent)}” is damaged; the run can be gone on from its checkpoint."
    return ""


def _note(path: Path) -> str:
    try:
        return read_bounded(path, limit_bytes=4 * NOTE_LIMIT).decode("utf-8", "replace")[:NOTE_LIMIT]
    except LoadError:
        return ""


def _text(value: object) -> str:
    return value[:1000] if isinstance(value, str) else ""


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else 0


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e300 else 0.0


def _day(value: object) -> float:
    """The seconds of a date as cards write it."""
    try:
        return time.mktime(time.strptime(str(value), "%Y-%m-%d"))
    except (ValueError, OverflowError):
        return 0.0
