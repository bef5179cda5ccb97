"""The trash: runs that somebody put away, each with a slip that says where it stood."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

from engine.disk.files import LoadError, ZscapeError, atomic_write, read_bounded, shown, unwritable

FOLDER = "trash"
SLIP = ".was.json"
_SLIP_BYTES = 1 << 16


def put_away(folder: Path, home: Path) -> Path:
    """Move a run's folder into the trash of this home; where it lies now."""
    trash = home / FOLDER
    target = _free(trash, folder.name)
    try:
        trash.mkdir(parents=True, exist_ok=True)
        atomic_write(folder / SLIP, json.dumps({"was": str(folder.absolute()), "at": time.time()}))
        _moved(folder, target)
    except OSError as error:
        raise unwritable(folder, error) from error
    return target


def bring_back(folder: Path, home: Path) -> Path:
    """Move a folder out of the trash, to where it stood or beside what stands there now; where it lies."""
    if not is_in_trash(folder, home):
        raise ZscapeError("not-in-trash", f"“{shown(folder)}” is not in the trash.", folder)
    was = stood_at(folder) or home / "runs" / folder.name
    parent = was.parent if was.parent.is_dir() else home / "runs"
    target = _free(parent, was.name)
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _moved(folder, target)
        (target / SLIP).unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(target, error) from error
    return target


def erase(folder: Path, home: Path) -> None:
    """Delete what is in the trash, for good."""
    if not is_in_trash(folder, home):
        raise ZscapeError("not-in-trash", f"“{shown(folder)}” is not in the trash.", folder)
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise unwritable(folder, error) from error


def is_in_trash(folder: Path, home: Path) -> bool:
    """Whether a folder stands in the trash itself."""
    return folder.absolute().parent == (home / FOLDER).absolute()


def stood_at(folder: Path) -> Path | None:
    """Where a folder of the trash stood."""
    try:
        was = json.loads(read_bounded(folder / SLIP, limit_bytes=_SLIP_BYTES))["was"]
    except (LoadError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return Path(was) if isinstance(was, str) and was and "\0" not in was else None


def _moved(folder: Path, target: Path) -> None:
    try:
        os.rename(folder, target)
    except OSError:
        if not folder.is_dir() or target.exists():
            raise
        shutil.move(folder, target)  # another disk: copied, then deleted


def _free(parent: Path, name: str) -> Path:
    number, path = 1, parent / name
    while path.exists():
        number += 1
        path = parent / f"{name}-{number}"
    return path
