"""Sessions as files that a person keeps: the same values as the session that saves itself, under a name."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from app.store.kept.session import Packed, SessionState, read_session, session_values
from app.store.kept.stored import LIMIT_BYTES
from engine.disk.files import LoadError, atomic_write, read_bounded, shown
from engine.disk.recipes import TEXT_LIMIT, known_as

FORMAT = "zscape-session"
SUFFIX = ".zsession"
VERSION = 1


def write_session(path: Path, state: SessionState) -> None:
    """Keep a session. Models are named as they are called, not by where they lie here, and the window's place stays."""
    portable = replace(
        state,
        source=known_as(state.source),
        sources={fingerprint: known_as(source) for fingerprint, source in state.sources.items()},
        geometry=None,
        maximised=False,
    )
    value = {"format": FORMAT, "version": VERSION, **session_values(portable, {})}
    atomic_write(path, json.dumps(value, separators=(",", ":")))


def read_session_file(path: Path) -> tuple[SessionState, Packed]:
    """A session and the pictures of its places, packed."""
    try:
        value = json.loads(read_bounded(path, limit_bytes=LIMIT_BYTES))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or value.get("format") != FORMAT or value.get("version") != VERSION:
        raise LoadError(
            path, "bad-session", f"“{shown(path)}” is not a session of Zscape, is damaged, or of a newer version."
        )
    state, packed = read_session(value)
    sources = {key: known_as(source)[:TEXT_LIMIT] for key, source in state.sources.items()}
    return replace(state, source=known_as(state.source)[:TEXT_LIMIT], sources=sources), packed
