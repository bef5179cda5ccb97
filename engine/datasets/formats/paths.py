"""What a path holds, told by its first bytes and never by its name alone, and the loader that reads it."""

from __future__ import annotations

import gzip
import zlib
from os.path import isdir, isfile
from pathlib import Path

from engine.datasets.formats.celeba import find_list, list_files, load_celeba
from engine.datasets.formats.cifar import find_cifar, load_cifar
from engine.datasets.formats.folder import check_folder, folder_fingerprint, load_folder
from engine.datasets.formats.idx import find_idx, load_idx
from engine.datasets.formats.npz import load_npz
from engine.datasets.formats.pairs import holds_pairs, paired
from engine.datasets.points import is_points_folder
from engine.datasets.source import Loaded
from engine.disk.files import BadConfig, LoadError, check_regular, shown
from engine.machine.work import Work

DEFAULT_SIZE = 64
SMALLEST, LARGEST = 8, 1024
READ_HERE = "a folder of pictures, a CelebA folder, IDX, CIFAR-10, .npz and .npy files"
_LIMIT = 1 << 34
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", *(b"P%d\n" % k for k in (2, 3, 5, 6)))
_PAGES = (b"<!doc", b"<html", b"<?xml")


def check_size(size: int) -> None:
    """Refuse a size that no set of pictures can have."""
    if not SMALLEST <= size <= LARGEST:
        raise BadConfig("bad-size", f"Pictures can be {SMALLEST} to {LARGEST} pixels large, not {size}.")


def load_path(path: Path, size: int) -> Work[Loaded]:
    """The set of pictures at a path. Folders of pictures are read at `size`."""
    check_size(size)
    if isdir(path):
        return _load_folder(path, size)
    return _load_file(path)


def _load_folder(path: Path, size: int) -> Work[Loaded]:
    check_folder(path)
    if is_points_folder(path):
        raise LoadError(
            path, "a-density",
            f"“{shown(path)}” holds points of a density, not pictures; its points stand in points.csv.",
        )  # fmt: skip
    if find_idx(path):
        return load_idx(path)
    if find_cifar(path):
        return load_cifar(path)
    if find_list(path):
        return load_celeba(path, size)
    return _load_pairs(path, size) if holds_pairs(path) else load_folder(path, size)


def _load_pairs(path: Path, size: int) -> Work[Loaded]:
    return paired(path, (yield from load_folder(path, size)))


def _load_file(path: Path) -> Work[Loaded]:
    size = check_regular(path, limit_bytes=_LIMIT)
    head = _head(path)
    if not head:
        raise LoadError(path, "empty", f"“{shown(path)}” is empty.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\x93NUMPY")):
        return load_npz(path)
    if head.startswith(b"\0\0\x08") or (head.startswith(b"\x1f\x8b") and _unpacked_head(path).startswith(b"\0\0\x08")):
        return load_idx(path)
    if head.startswith(b"\x80") or (path.suffix == ".bin" and size % 3073 == 0):
        return load_cifar(path)
    what = f"is not a set of pictures that is read here ({READ_HERE})"
    if head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        what = "is one picture; choose the folder it is in"
    elif head.lower().startswith(_PAGES):
        what = "is a web page, not data; download the file again"
    elif head.startswith(b"version https://git-lfs"):
        what = "is a pointer to a large file, not the file; fetch it with “git lfs pull”"
    raise LoadError(path, "not-data", f"“{shown(path)}” {what}.")


def _head(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(64)
    except OSError:
        raise LoadError(path, "no-permission", f"“{shown(path)}” may not be read with your permissions.") from None


def _unpacked_head(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(16)
    except (OSError, EOFError, zlib.error):
        raise LoadError(path, "damaged", f"“{shown(path)}” is a damaged or cut off gzip file.") from None


def path_key(path: Path, size: int) -> str:
    """Changes when what is at a path changes; nothing is read."""
    if isdir(path):
        return " ".join([folder_fingerprint(path, size), *map(_age, list_files(path))])
    check_regular(path, limit_bytes=_LIMIT)
    beside = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    return " ".join([_age(path), *([_age(beside)] if beside != path and isfile(beside) else [])])


def _age(path: Path) -> str:
    info = path.stat()
    return f"{path.resolve()} {info.st_size} {info.st_mtime_ns}"
