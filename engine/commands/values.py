"""What a command says, as plain values and as lines: for JSON, for a terminal, for a file."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any


def plain(value: Any) -> Any:
    """A value as JSON can hold it: numbers that are none become null, pictures are left out."""
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, PurePath):
        return str(value)
    if hasattr(value, "tolist"):  # numpy's, without importing numpy for an error of usage
        return plain(value.tolist())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {entry.name: plain(getattr(value, entry.name)) for entry in dataclasses.fields(value) if entry.compare}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def as_json(value: Any) -> str:
    """One line, whatever the locale."""
    return json.dumps(plain(value), allow_nan=False)


def one_line(text: str) -> str:
    """A sentence on one line: names of files may hold newlines."""
    return " ".join(text.split())


def minutes(seconds: float) -> str:
    """How long something will take, as one says it."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far something is: what a terminal shows as a bar and columns, and everything else as one line."""

    words: str
    done: int = 0
    of: int = 0
    left: str = ""
    """How long it will take, where the command knows; else a terminal reckons it."""
    facts: tuple[str, ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()
    note: str = ""

    def line(self) -> str:
        """All of it on one line."""
        far = f"{self.words} {self.done} of {self.of}" if self.of > 1 else self.words
        told = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in self.numbers)
        return " · ".join(part for part in (far, *self.facts, self.left, told, self.note) if part)
