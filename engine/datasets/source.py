"""What every source of pictures has in common: a loaded set, what was left out and why, progress and stopping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.datasets.store import Store
from engine.disk.files import Cancelled

Progress = Callable[[int, int], None]
Stopper = Callable[[], bool]


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


def tick(progress: Progress | None, cancelled: Stopper | None, done: int, of: int) -> None:
    """Tell how far the work is; stop it when somebody asked."""
    if cancelled is not None and cancelled():
        raise Cancelled()
    if progress is not None:
        progress(done, of)
