"""The folder that a set is drawn into: never somebody else's, there whole or not at all, and with room for it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.disk import files
from engine.disk.files import ZscapeError, shown

_SPARE = 16 << 20
"""What a disk should keep free besides."""


def check_new(out: Path, *, replaceable: bool = False) -> None:
    """Nothing of somebody else's is ever replaced: a folder is made anew, filled when empty, or was ours."""
    try:
        if out.is_dir() and not any(out.iterdir()):
            return
        there = os.path.lexists(out)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no file can have this name"
        raise ZscapeError("bad-path", f"“{shown(out)}” cannot be made: {reason}.", out) from None
    if there and not replaceable:
        raise ZscapeError("exists", f"“{shown(out)}” is already there; choose a new folder.", out)


def check_room(out: Path, needed_bytes: float) -> None:
    """Refuse before hours of drawing what the disk cannot hold in the end."""
    folder = next((parent for parent in out.absolute().parents if parent.is_dir()), None)
    try:
        free = shutil.disk_usage(folder or "/").free
    except OSError:
        return  # whoever writes will learn it
    if free < needed_bytes + _SPARE:
        raise ZscapeError(
            "disk-full",
            f"“{shown(out)}” needs about {_size(needed_bytes)}, but only {_size(free)} are free there.",
            out,
        )  # fmt: skip


def write_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """A picture inside a folder that is not there yet for anybody else: the folder is what appears whole."""
    path.parent.mkdir(exist_ok=True)
    files.write_moment("write", str(path))
    Image.fromarray(pixels).save(path, "PNG")


def folder_bytes(folder: Path) -> int:
    """What all its files hold."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6))} MB"
