"""Folders that somebody works with: a lock that dies with its process says so, in this program and in every other.

A run that learns is held by whoever trains it, a run that is explored by each window that shows it. Where a system or a
folder keeps no locks, nothing is held: there a file that is open cannot be moved anyway.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LEARNS, OPEN = ".learns.lock", ".open.lock"
_held: dict[Path, int] = {}
"""What this process holds, by the lock's path."""


@contextmanager
def held(folder: Path, mark: str) -> Iterator[bool]:
    """Hold a folder alone while something is done with it; False if somebody else holds it. It is made if need be."""
    path, is_new = folder / mark, not folder.exists()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    handle = _opened(path)
    if handle is None:
        yield True
        return
    try:
        if not _locked(handle, alone=True):
            yield False
            return
        _held[path] = handle
        yield True
    finally:
        if _held.pop(path, None) is not None:
            with suppress(OSError):
                path.unlink()
        os.close(handle)
        if is_new:
            with suppress(OSError):  # something stands in it, as a rule
                folder.rmdir()


class Looking:
    """The folder that a window shows, held with all others that show it."""

    def __init__(self) -> None:
        self._path: Path | None = None

    def turn_to(self, folder: Path | None) -> None:
        """Let go of the last folder and hold this one; None holds nothing."""
        path = None if folder is None else folder / OPEN
        if path == self._path:
            return
        self.let_go()
        handle = None if path is None else _opened(path)
        if path is not None and handle is not None:
            _locked(handle, alone=False)
            _held[path], self._path = handle, path

    def let_go(self) -> None:
        """Hold nothing."""
        path, self._path = self._path, None
        handle = None if path is None else _held.pop(path, None)
        if path is not None and handle is not None:
            if _locked(handle, alone=True):  # nobody else looks
                with suppress(OSError):
                    path.unlink()
            os.close(handle)


def is_held(folder: Path, mark: str) -> bool:
    """Whether somebody else holds this: another process, or (of what is held alone) this one."""
    path = folder / mark
    own = _held.get(path)
    if own is not None:
        if mark == LEARNS:
            return True
        is_alone = _locked(own, alone=True)
        _locked(own, alone=False)
        return not is_alone
    if not path.exists():
        return False
    handle = _opened(path)
    if handle is None:
        return False
    try:
        return not _locked(handle, alone=True)
    finally:
        os.close(handle)


def _opened(path: Path) -> int | None:
    if sys.platform == "win32":
        return None
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError:
        return None


def _locked(handle: int, *, alone: bool) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks are kept here
        return True
    return True
