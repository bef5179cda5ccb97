"""Where files and folders are made before they take their name: beside it, locked, and never piling up.

A process that is killed cannot tidy up. So the names of what is being made follow from the name it will take, its
maker holds a lock that dies with the process, and whoever makes the same thing next takes an orphan out of the way.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe of this name must not be waited for


def scratch_file(target: Path) -> tuple[int, Path]:
    """A new empty file beside `target` that nobody else writes to: (open and locked, its path)."""

    def make(path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY, 0o666)

    return _claimed(target, make, os.unlink)


def scratch_folder(target: Path) -> tuple[int, Path]:
    """A new empty folder beside `target`: (its lock, or -1 where folders have none; its path)."""

    def make(path: Path) -> int:
        os.mkdir(path)
        return -1 if sys.platform == "win32" else os.open(path, os.O_RDONLY | _NO_LINK)

    return _claimed(target, make, shutil.rmtree)


def clear_orphans(folder: Path) -> None:
    """Remove what dead processes left in a folder, also of things that nobody will make again."""
    for path in sorted(folder.glob(".*.tmp")):
        _take_away(path, shutil.rmtree if path.is_dir() and not path.is_symlink() else os.unlink)


def _claimed(target: Path, make: Callable[[Path], int], remove: Callable[[Path], object]) -> tuple[int, Path]:
    stem = f".{target.name[:40]}.{zlib.crc32(os.fsencode(target.name)):08x}"
    for number in itertools.count():
        path = target.parent / f"{stem}.{number}.tmp"
        for _ in range(2):  # once as it is, once more when an orphan was taken away
            try:
                handle = make(path)
            except FileExistsError:
                if _take_away(path, remove):
                    continue
                break
            if _lock(handle, path):
                return handle, path
            os.close(handle)
            break
    raise AssertionError("unreachable: the numbers do not end")


def _take_away(path: Path, remove: Callable[[Path], object]) -> bool:
    """Remove what a dead process left; False if somebody still works on it."""
    try:
        if sys.platform == "win32":  # what is open cannot be removed there
            remove(path)
            return True
        handle = os.open(path, os.O_RDONLY | _NO_LINK | _NO_WAIT)
        try:
            if not _lock(handle, path, must=True):
                return False
            remove(path)
        finally:
            os.close(handle)
    except OSError:
        return False
    return True


def _lock(handle: int, path: Path, *, must: bool = False) -> bool:
    """Whether the lock is ours and `path` is still what it locks; where no locks are kept, a maker does without."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return not must and error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN)
    try:
        there = os.lstat(path)
    except OSError:
        return False
    return os.path.samestat(os.fstat(handle), there)
