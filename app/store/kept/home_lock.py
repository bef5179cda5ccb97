"""Who keeps a home folder: the program that opened it first. A second one works, and leaves its session alone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QLockFile

FILE = "open.lock"
TAKEN = (
    "Zscape is already open. Both windows work, but only the first one keeps its session: the history and"
    " favourites of this one end with it."
)


class HomeLock:
    """Held while the program runs. One that was left by a program that died is taken over."""

    def __init__(self, home: Path) -> None:
        with suppress(OSError):
            home.mkdir(parents=True, exist_ok=True)
        self._lock = QLockFile(str(home / FILE))
        self._lock.setStaleLockTime(0)  # however old: what counts is whether its program lives
        is_held = self._lock.tryLock(0)
        self.is_taken = not is_held and self._lock.error() is QLockFile.LockError.LockFailedError
        """True if another program keeps this home. Where nothing can be written there is nothing to keep."""

    def release(self) -> None:
        """Let the next one have it."""
        self._lock.unlock()
