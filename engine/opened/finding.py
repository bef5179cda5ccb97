"""Where a recipe's model is on this computer, told by its fingerprint: names and folders change, weights do not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.disk.bundled import MODELS, bundled_model, explorable_names
from engine.disk.files import LoadError, ZscapeError, atomic_write, read_bounded
from engine.disk.runs import RunFolder
from engine.disk.tensor_files import read_header
from engine.opened.checkpoints import fingerprint_of

_INDEX = Path("cache") / "fingerprints.json"
_INDEX_BYTES = 16 << 20
_MOST = 5000
"""Files that are looked into; so many runs with their snapshots nobody has."""


def model_of(fingerprint: str, hint: str, *, home: Path) -> str:
    """What to open for a picture that remembers `fingerprint`, and `hint` as the name or path that its model had.

    The hint comes back when no model of this fingerprint is found: opening it tells in words what is not here.
    """
    if hint in explorable_names() or (os.path.isabs(hint) and "\0" not in hint and os.path.exists(hint)):
        return hint
    return find(fingerprint, home=home) or hint


def find(fingerprint: str, *, home: Path) -> str | None:
    """A bundled name, the folder of a run, a snapshot, or a file that was opened before, wherever it lies."""
    index = _Index(home / _INDEX)
    try:
        for path in index.files_of(fingerprint):
            if index.fingerprint(path) == fingerprint:
                return _source_of(path)
        for source, path in _candidates(home / "runs"):
            if index.fingerprint(path) == fingerprint:
                return source
    finally:
        index.keep()
    return None


def known_fingerprint(path: Path, *, home: Path) -> tuple[str, int]:
    """A file's fingerprint, read once and remembered, and the side of its pictures; LoadError if it holds no model."""
    config = read_header(path, kind="model").get("config")
    size = config.get("size") if isinstance(config, dict) else None
    index = _Index(home / _INDEX)
    fingerprint = index.fingerprint(path.absolute())
    index.keep()
    return fingerprint, size if isinstance(size, int) else 0


def fingerprints_known(home: Path) -> Callable[[Path], str]:
    """Tells the fingerprint of a file that was read before as it is now; empty for one that was not."""
    return _Index(home / _INDEX).known


def remember(path: Path, fingerprint: str, *, home: Path) -> None:
    """Keep where a model was opened from, so that the pictures it draws find it again."""
    if path.parent == MODELS:
        return
    index = _Index(home / _INDEX)
    index.put(path.absolute(), fingerprint)
    index.keep()


def _source_of(path: Path) -> str:
    """What a person would open: a bundled name, or the run whose result it is."""
    for name in explorable_names():
        if path == bundled_model(name):
            return name
    run = RunFolder(path.parent)
    return str(run.root) if run.exists() and path == run.model else str(path)


def _candidates(runs: Path) -> Iterator[tuple[str, Path]]:
    """What may be opened and its file: bundled models, then runs, the newest first, then their snapshots."""
    yield from ((name, bundled_model(name)) for name in explorable_names())
    try:
        folders = sorted(runs.iterdir(), key=lambda folder: -folder.stat().st_mtime)
    except OSError:
        return
    known = [RunFolder(folder) for folder in folders]
    yield from ((_source_of(run.model), run.model) for run in known if run.model.is_file())
    yield from ((str(path), path) for run in known for path in reversed(run.snapshots()))


class _Index:
    """Fingerprints of files by path, size and age: each file is read once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[object]] = {}
        self._is_new = False
        self._looked = 0
        try:
            content = json.loads(read_bounded(path, limit_bytes=_INDEX_BYTES))
            self._known = {key: entry for key, entry in content.items() if isinstance(entry, list)}
        except (LoadError, ValueError, AttributeError, RecursionError):
            pass

    def fingerprint(self, path: Path) -> str:
        """Of the model in a file; empty when it holds none."""
        try:
            info = path.stat()
        except OSError:
            return ""
        key, now = str(path), [info.st_size, info.st_mtime_ns]
        entry = self._known.get(key, [])
        if entry[:2] == now and len(entry) == 3 and isinstance(entry[2], str):
            return entry[2]
        if self._looked >= _MOST:
            return ""
        self._looked += 1
        try:
            found = fingerprint_of(path)
        except LoadError:
            found = ""
        self._known[key] = [*now, found]
        self._is_new = True
        return found

    def known(self, path: Path) -> str:
        """Of a file that was looked into before and has not changed since; it is not read for it."""
        entry = self._known.get(str(path.absolute()), [])
        try:
            info = path.stat() if entry else None
        except OSError:
            return ""
        same = info is not None and entry[:2] == [info.st_size, info.st_mtime_ns] and len(entry) == 3
        return str(entry[2]) if same else ""

    def files_of(self, fingerprint: str) -> list[Path]:
        """Files that were known to hold this model when they were looked into."""
        return [Path(key) for key, entry in self._known.items() if fingerprint and entry[2:] == [fingerprint]]

    def put(self, path: Path, fingerprint: str) -> None:
        """Take over what is known without reading the file."""
        try:
            info = path.stat()
        except OSError:
            return
        entry: list[object] = [info.st_size, info.st_mtime_ns, fingerprint]
        if self._known.get(str(path)) != entry:
            self._known[str(path)] = entry
            self._is_new = True

    def keep(self) -> None:
        """Write what was found, where one may; what is gone from disk is forgotten."""
        if not self._is_new:
            return
        there = {key: entry for key, entry in self._known.items() if os.path.exists(key)}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(self._path, json.dumps(there, separators=(",", ":")))
        except (ZscapeError, OSError):
            return
