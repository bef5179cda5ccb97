"""How a headless command talks: progress to stderr, one JSON object on the last line of stdout."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
import time
from collections.abc import Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any, TextIO


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
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


class Report:
    """What a command says while it works."""

    def __init__(self, *, json_lines: bool, quiet: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.json_lines = json_lines
        self._quiet = quiet
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._on_one_line = self._err.isatty()
        self._shown = ""
        self._next = 0.0

    def progress(self, text: str) -> None:
        """Progress, on stderr: replacing itself on a terminal, a line now and then elsewhere."""
        now = time.monotonic()
        if self._quiet or text == self._shown or now < self._next:
            return
        self._next = now + (0.1 if self._on_one_line else 5.0)
        self._shown = text
        self._err.write(f"\r\x1b[2K{one_line(text)}" if self._on_one_line else f"{one_line(text)}\n")
        self._err.flush()

    def say(self, text: str) -> None:
        """A message that stays, on stderr."""
        if not self._quiet:
            self.close()
            self._err.write(f"{one_line(text)}\n")
            self._err.flush()

    def line(self, value: Mapping[str, Any]) -> None:
        """One JSON line on stdout, for who reads along; only with --json."""
        if self.json_lines:
            self._out.write(as_json(value) + "\n")
            self._out.flush()

    def close(self) -> None:
        """End the line that progress was replacing."""
        if self._on_one_line and self._shown:
            self._err.write("\n")
        self._shown = ""
