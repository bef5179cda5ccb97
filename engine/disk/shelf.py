"""What the library remembers beside the files themselves: names and notes of what is not a run, files from elsewhere.

library.json   {"format": 1, "entries": {SOURCE: {"name", "note", "is_listed", "is_in_trash"}}}

A run carries its name and its note in its own folder, so that they go with it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from engine.disk.files import LoadError, atomic_write, read_bounded

FILE = "library.json"
NAME_LIMIT, NOTE_LIMIT = 80, 20_000
_BYTES = 16 << 20
_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is kept of one source."""

    name: str = ""
    note: str = ""
    is_listed: bool = False
    """A file or a run from outside the home, which nothing but this list finds again."""
    is_in_trash: bool = False


class Shelf:
    """Read anew each time: several windows may keep it, and each changes one entry of it."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    def read(self) -> dict[str, Remembered]:
        """All that is remembered; what cannot be understood is left out."""
        try:
            content = json.loads(read_bounded(self._path, limit_bytes=_BYTES))
            entries = content["entries"].items()
        except (LoadError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}
        return {key: _entry(value) for key, value in list(entries)[:_MOST] if "\0" not in key}

    def of(self, source: str) -> Remembered:
        """What is remembered of one."""
        return self.read().get(source, Remembered())

    def change(self, source: str, **changes: str | bool) -> None:
        """Remember something else of one; what says nothing any more is left out."""
        entries = self.read()
        now = replace(entries.get(source, Remembered()), **changes)  # type: ignore[arg-type]
        if now == entries.get(source, Remembered()):
            return
        entries[source] = now
        kept = {key: asdict(value) for key, value in entries.items() if value != Remembered()}
        atomic_write(self._path, json.dumps({"format": 1, "entries": kept}, indent=1) + "\n")


def _entry(value: object) -> Remembered:
    told = value if isinstance(value, dict) else {}
    name, note = told.get("name"), told.get("note")
    return Remembered(
        name=name[:NAME_LIMIT] if isinstance(name, str) else "",
        note=note[:NOTE_LIMIT] if isinstance(note, str) else "",
        is_listed=told.get("is_listed") is True,
        is_in_trash=told.get("is_in_trash") is True,
    )
