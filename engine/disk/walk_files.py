"""Paths as files: JSON with a version, which the window and the command `path` both read and write."""

from __future__ import annotations

import json
import os
from pathlib import Path

from engine import __version__
from engine.disk.files import LoadError, atomic_write, read_bounded, shown
from engine.disk.recipes import TEXT_LIMIT, known_as, read_walk, walk_value
from engine.protocol.walks import Walk

FORMAT = "zscape-path"
LIMIT_BYTES = 64 << 20


def write_walk(path: Path, walk: Walk, source: str) -> None:
    """Keep a path, and the name of its model."""
    value = {"format": FORMAT, "app": __version__, "source": known_as(source), **walk_value(walk)}
    atomic_write(path, json.dumps(value, indent=1))


def read_walk_file(path: str | os.PathLike[str]) -> tuple[Walk, str]:
    """A path and what its model was called."""
    try:
        value = json.loads(read_bounded(path, limit_bytes=LIMIT_BYTES))
    except (ValueError, RecursionError):
        value = None
    walk = read_walk(value) if isinstance(value, dict) and value.get("format") == FORMAT else None
    if walk is None:
        raise LoadError(
            path, "bad-path-file", f"“{shown(path)}” is not a path of Zscape, is damaged, or of a newer version."
        )
    source = value.get("source") if isinstance(value, dict) else None
    return walk, source[:TEXT_LIMIT] if isinstance(source, str) else ""
