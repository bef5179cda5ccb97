"""A JSON document in the home folder that never prevents the start and never loses what it does not understand."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile

from engine.disk.files import LoadError, ZscapeError, atomic_write, read_bounded

LIMIT_BYTES = 64 << 20
TURN_MS = 300
"""How long a program waits for another one that writes the same file: longer than writing it ever takes."""


class StoredDocument:
    """Values under names. Unknown names are kept, a file from the future is only read, a broken one is set aside."""

    def __init__(self, path: Path, version: int) -> None:
        self.path = path
        self.trouble = ""
        """What went wrong while loading, as a sentence; empty when nothing did."""
        self.read_only = False
        self.values: dict[str, Any] = {}
        self._version = version
        self._broken = False
        self._pending: dict[str, Any] = {}
        """Changes that could not be written yet."""

    def load(self) -> None:
        """Read the file; whatever is wrong with it ends in defaults and one sentence."""
        what = self.path.stem
        try:
            content = read_bounded(self.path, limit_bytes=LIMIT_BYTES)
        except LoadError as error:
            if error.code != "missing":
                self._broken = True
                self.trouble = f"Your {what} could not be restored: {error.sentence} Zscape starts afresh."
            return
        try:
            values = json.loads(content.decode("utf-8-sig"))
            if not isinstance(values, dict):
                raise TypeError("not an object")
        except (ValueError, TypeError, RecursionError):
            self._broken = True
            self.trouble = (
                f"Your {what} could not be restored: “{self.path.name}” is damaged. Zscape starts afresh and keeps"
                f" the old file as “{self._aside.name}”."
            )
            return
        version = values.get("version", self._version)
        if isinstance(version, int | float) and version > self._version:
            self.read_only = True
            self.trouble = (
                f"Your {what} was written by a newer Zscape. What is understood of it is used, and nothing is"
                " written to it."
            )
        self.values = values

    @contextlib.contextmanager
    def turn(self) -> Iterator[dict[str, Any]]:
        """The values as they stand in the file now; another program that takes its turn waits until this one is over.

        What was not written yet counts as standing there. Where no lock can be had the file is used all the same.
        """
        lock = QLockFile(f"{self.path}.lock")
        lock.tryLock(TURN_MS)
        try:
            yield {**self._standing(), **self._pending}
        finally:
            lock.unlock()

    def merge(self, standing: dict[str, Any], changes: dict[str, Any]) -> str:
        """Write changes into what stands in the file, within a `turn`; the trouble as a sentence, or nothing.

        All else stays as other programs left it, and as this one knows it.
        """
        self.values = {**self.values, **changes}
        self._pending |= changes
        try:
            self.write(json.dumps({**standing, **changes, "version": self._version}, separators=(",", ":")))
        except ZscapeError as error:
            return error.sentence
        self._pending = {}
        return ""

    def _standing(self) -> dict[str, Any]:
        """What another program may have left here meanwhile; what is known here where nothing can be read."""
        if self.read_only or self._broken:
            return self.values
        other = StoredDocument(self.path, self._version)
        other.load()
        self.read_only, self._broken = other.read_only, other._broken
        return other.values or self.values

    def dumps(self, values: dict[str, Any]) -> str:
        """The document with new values; names that this version does not know stay as they were."""
        self.values = {**self.values, **values, "version": self._version}
        return json.dumps(self.values, separators=(",", ":"))

    def write(self, content: str) -> None:
        """Put the document on disk, whole or not at all; may run in a helper thread."""
        if self.read_only:
            return
        if self._broken:
            self._set_aside()
        atomic_write(self.path, content)

    def save(self, values: dict[str, Any]) -> str:
        """Write new values now; the trouble as a sentence, or nothing."""
        try:
            self.write(self.dumps(values))
        except ZscapeError as error:
            return error.sentence
        return ""

    @property
    def _aside(self) -> Path:
        return self.path.with_name(f"{self.path.name}.damaged")

    def _set_aside(self) -> None:
        with contextlib.suppress(OSError):  # it may be gone, or a folder: the write that follows says what matters
            os.replace(self.path, self._aside)
        self._broken = False
