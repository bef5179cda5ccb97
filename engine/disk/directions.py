"""Directions as files: a named displacement, tied to the fingerprint of the one model that it belongs to."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import __version__
from engine.disk.files import BadConfig, LoadError, atomic_write, read_bounded, shown
from engine.protocol.directions import LearnedBy, Lesson

FORMAT, VERSION = "zscape-direction", 1
FOLDER = "directions"
LIMIT_BYTES = 64 << 20
LABEL_LIMIT = 60
MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDirection:
    """A direction that somebody made: one unit of its slider moves a place by `move`."""

    model: str
    label: str
    move: tuple[float, ...]
    low: float = -3.0
    high: float = 3.0
    made: str = ""
    """How it came about, in words."""
    model_name: str = ""
    lesson: Lesson | None = None
    """The words that it was learned by, so that another model of the same pictures can learn it, too."""

    @property
    def name(self) -> str:
        """What recipes call it; never the name of a direction that a model came with."""
        return f"own:{self.label}"


def folder_of(home: Path, fingerprint: str) -> Path:
    """Where a model's directions are kept."""
    return home / FOLDER / (re.sub(r"[^0-9A-Za-z-]", "", fingerprint)[:32] or "none")


def kept_directions(home: Path, fingerprint: str) -> tuple[KeptDirection, ...]:
    """A model's directions by name; files that are none are passed over."""
    return _read_all(folder_of(home, fingerprint), fingerprint)


def trashed_directions(home: Path, fingerprint: str) -> tuple[KeptDirection, ...]:
    """Those that were deleted."""
    return _read_all(trash_of(home, fingerprint), fingerprint)


def _read_all(folder: Path, fingerprint: str) -> tuple[KeptDirection, ...]:
    found: dict[str, KeptDirection] = {}
    for path in sorted(folder.glob("*.json"))[:MOST] if folder.is_dir() else ():
        try:
            direction = read_direction(path)
        except LoadError:
            continue
        if direction.model == fingerprint:
            found[direction.name] = direction
    return tuple(found[name] for name in sorted(found))


def keep_direction(home: Path, direction: KeptDirection) -> Path:
    """Write it where its model finds it, in place of one of the same name."""
    path = file_of(home, direction.model, direction.label)
    write_direction(path, direction)
    return path


def file_of(home: Path, fingerprint: str, label: str) -> Path:
    """The file of a direction of this name."""
    stem = re.sub(r"[^\w-]+", "-", label).strip("-")[:LABEL_LIMIT] or "direction"
    return folder_of(home, fingerprint) / f"{stem}.json"


def remove_direction(home: Path, fingerprint: str, label: str) -> None:
    """Put a direction's file into the trash, from where `restore_direction` takes it back."""
    path = file_of(home, fingerprint, label)
    if not path.is_file():
        raise BadConfig("unknown-direction", f"No direction “{label[:LABEL_LIMIT]}” was made here.")
    kept = trash_of(home, fingerprint) / path.name
    kept.parent.mkdir(parents=True, exist_ok=True)
    os.replace(path, kept)


def restore_direction(home: Path, fingerprint: str, label: str) -> None:
    """Take a direction out of the trash; one that was kept under its name meanwhile stays."""
    path = file_of(home, fingerprint, label)
    kept = trash_of(home, fingerprint) / path.name
    if not kept.is_file():
        raise BadConfig("unknown-direction", f"“{label[:LABEL_LIMIT]}” is not in the trash any more.")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(kept, path)


def trash_of(home: Path, fingerprint: str) -> Path:
    """Where directions that were deleted lie until somebody empties it."""
    return home / "trash" / FOLDER / folder_of(home, fingerprint).name


def write_direction(path: Path, direction: KeptDirection) -> None:
    """A direction as a file of its own."""
    value = {
        "format": FORMAT, "version": VERSION, "app": __version__, "model": direction.model,
        "model_name": direction.model_name, "label": direction.label, "low": direction.low, "high": direction.high,
        "made": direction.made, "move": list(direction.move),
    }  # fmt: skip
    if direction.lesson is not None and direction.lesson.by.needs_labels:
        lesson = direction.lesson
        value["learned"] = {"by": str(lesson.by), "from": lesson.start, "to": lesson.to}
    atomic_write(path, json.dumps(value))


def read_direction(path: str | os.PathLike[str]) -> KeptDirection:
    """The inverse; anything else is a LoadError."""
    try:
        value = json.loads(read_bounded(path, limit_bytes=LIMIT_BYTES))
        return _direction(value)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise LoadError(path, "bad-direction", f"“{shown(path)}” is no direction of Zscape, or is damaged.") from None


def _direction(value: Any) -> KeptDirection:
    if value["format"] != FORMAT or value["version"] != VERSION:
        raise ValueError
    label, model = str(value["label"]).strip(), value["model"]
    move = tuple(_number(item) for item in value["move"])
    low, high = _number(value["low"]), _number(value["high"])
    if not (label and label.isprintable() and len(label) <= LABEL_LIMIT and isinstance(model, str) and move):
        raise ValueError
    if not -1000 <= low < high <= 1000:
        raise ValueError
    words = {name: str(value.get(name, ""))[:200] for name in ("made", "model_name")}
    return KeptDirection(
        model=model, label=label, move=move, low=low, high=high, lesson=_lesson(value.get("learned")), **words
    )


def _lesson(value: Any) -> Lesson | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError
    start, to = str(value.get("from", ""))[:200], str(value.get("to", ""))[:200]
    return Lesson(by=LearnedBy(value["by"]), start=start, to=to)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:
        raise ValueError
    return float(value)
