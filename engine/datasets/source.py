"""What every source of pictures has in common: a loaded set, what was left out and why, how far its reading is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.datasets.store import Store
from engine.protocol.answers import Preparing

Stopper = Callable[[], bool]
"""Asks whether what is there is enough."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and the reason in words."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A set as its source gave it, not yet on disk."""

    store: Store
    skipped: tuple[Skipped, ...] = ()
    files: tuple[str, ...] = ()
    """Where each picture came from, for sources that are made of files."""


def reading(done: int, of: int) -> Preparing:
    """How far the reading of pictures is."""
    return Preparing(what="Reading pictures", done=done, of=of)
