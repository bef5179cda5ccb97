"""Arrays of pictures in .npz and .npy files. Headers are read and believed only as far as the bytes bear them out.

An array of objects is a program in disguise and is refused unread. Arrays are read in pieces, so that a file that
unpacks to more than memory is refused or streamed, never held.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import torch
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.datasets.resize import new_pictures
from engine.datasets.source import Loaded, reading
from engine.datasets.store import Store, fixed_split
from engine.disk.files import LoadError, check_regular, shown
from engine.machine.work import Work

PICTURE_NAMES = ("images", "pictures", "x", "X", "data", "arr_0", "imgs", "x_train", "X_train", "train_images")
LABEL_NAMES = ("labels", "y", "Y", "targets", "target", "arr_1", "y_train", "train_labels", "classes")
_LIMIT = 1 << 33
_WHOLE = 1 << 27
"""Arrays that cannot be read in pieces (Fortran order) are read up to this size."""
_PIECE = 1 << 24
_RATIO = 300
"""Pictures do not pack better than this; a bomb does."""
_MOST_MEMBERS = 1000


@dataclass(frozen=True, slots=True)
class _Array:
    """What an array's header says of it."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[np.generic]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def load_npz(path: Path) -> Work[Loaded]:
    """The pictures of an .npz or .npy file, with their labels if it has any."""
    check_regular(path, limit_bytes=_LIMIT)
    try:
        if not zipfile.is_zipfile(path):
            with open(path, "rb") as file:
                array = _header(file, path, path.stat().st_size)
            pictures = yield from _pictures(path, None, array)
            return Loaded(_store(path, pictures, None))
        with zipfile.ZipFile(path) as archive:
            members = {m.filename.removesuffix(".npy"): m for m in archive.infolist()[:_MOST_MEMBERS]}
        pictures_name = next((n for n in PICTURE_NAMES if n in members), next(iter(members), None))
        if pictures_name is None:
            raise LoadError(path, "empty", f"“{shown(path)}” holds no array.")
        member = members[pictures_name].filename
        with _open(path, member) as file:
            array = _header(file, path, _unpacked(path, members[pictures_name]))
        pictures = yield from _pictures(path, member, array)
        label_name = next((n for n in LABEL_NAMES if n in members and n != pictures_name), None)
        labels = _labels(path, members[label_name], len(pictures)) if label_name else None
        return Loaded(_store(path, pictures, labels))
    except LoadError:
        raise
    except Exception:
        # zipfile, zlib and numpy's header parser raise a dozen kinds of exception for damaged files
        raise LoadError(path, "damaged", f"“{shown(path)}” is damaged or not a file of arrays.") from None


@contextmanager
def _open(path: Path, member: str | None) -> Iterator[IO[bytes]]:
    """A member of an archive, or the file itself."""
    if member is None:
        with open(path, "rb") as file:
            yield file
    else:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            yield stream


def _unpacked(path: Path, member: zipfile.ZipInfo) -> int:
    """The unpacked size that a member declares, unless no honest array packs like that."""
    if member.file_size > _PIECE and member.file_size > _RATIO * max(1, member.compress_size):
        raise LoadError(path, "bomb", f"“{shown(path)}” unpacks to {member.file_size >> 20} MB from almost nothing.")
    return member.file_size


def _header(file: IO[bytes], path: Path, size: int) -> _Array:
    """The header of an array whose bytes, with it, are `size`."""
    version = npy.read_magic(file)
    reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = reader(file, max_header_size=10_000)
    array = _Array(tuple(int(n) for n in shape), bool(fortran), dtype)
    if dtype.hasobject or dtype.fields is not None or dtype.kind not in "buif":
        raise LoadError(path, "bad-type", f"“{shown(path)}” holds an array of {dtype}; numbers are needed.")
    if min(array.shape, default=0) < 1:
        raise LoadError(path, "empty", f"“{shown(path)}” holds an empty array.")
    if array.nbytes > size:
        raise LoadError(path, "cut-off", f"“{shown(path)}” declares more than it holds; it is cut off or damaged.")
    if array.nbytes > _LIMIT or (array.fortran and array.nbytes > _WHOLE):
        raise LoadError(path, "too-large", f"“{shown(path)}” holds an array too large to be read here.")
    return array


def _rows(path: Path, member: str | None, array: _Array) -> Iterator[NDArray[np.generic]]:
    """The array in pieces along its first dimension."""
    with _open(path, member) as file:
        _header(file, path, array.nbytes + 100_000)
        if array.fortran:
            content = _exactly(file, array.nbytes, path)
            yield np.frombuffer(content, dtype=array.dtype).reshape(array.shape, order="F")
            return
        row = array.nbytes // array.shape[0]
        step = max(1, _PIECE // row)
        for first in range(0, array.shape[0], step):
            count = min(step, array.shape[0] - first)
            yield np.frombuffer(_exactly(file, count * row, path), dtype=array.dtype).reshape(count, *array.shape[1:])


def _exactly(file: IO[bytes], count: int, path: Path) -> bytes:
    content = file.read(count)
    if len(content) != count:
        raise LoadError(path, "cut-off", f"“{shown(path)}” ends too early; it is cut off.")
    return content


def _pictures(path: Path, member: str | None, array: _Array) -> Work[torch.Tensor]:
    """uint8 pictures (N, C, S, S) of an array (N, H, W), (N, H, W, C) or (N, C, H, W) of any numbers."""
    arrange = _arrangement(path, array)
    low, high = yield from _range(path, member, array)
    n, channels, side = array.shape[0], arrange.channels, arrange.side
    pictures = new_pictures(n, channels, side)
    done = 0
    for piece in _rows(path, member, array):
        yield reading(done, n)
        squares = arrange(piece)
        if array.dtype != np.uint8:
            scaled = (squares.astype(np.float64) - low) * (255.0 / max(high - low, 1e-300))
            squares = scaled.round().clip(0, 255).astype(np.uint8)
        pictures[done : done + len(piece)] = torch.from_numpy(np.array(squares, order="C"))
        done += len(piece)
    yield reading(n, n)
    return pictures


@dataclass(frozen=True, slots=True)
class _Arrangement:
    """Where an array keeps channels, rows and columns, and the centre square of its pictures."""

    channels_at: int | None
    channels: int
    height: int
    width: int

    @property
    def side(self) -> int:
        return min(self.height, self.width)

    def __call__(self, piece: NDArray[np.generic]) -> NDArray[np.generic]:
        if self.channels_at is None:
            piece = piece[:, None]
        elif self.channels_at == 3:
            piece = piece.transpose(0, 3, 1, 2)
        top, left = (self.height - self.side) // 2, (self.width - self.side) // 2
        return piece[:, : self.channels, top : top + self.side, left : left + self.side]


def _arrangement(path: Path, array: _Array) -> _Arrangement:
    shape = array.shape
    found = None
    if len(shape) == 2 and math.isqrt(shape[1]) ** 2 == shape[1]:
        raise LoadError(path, "flat", f"“{shown(path)}” holds flat rows; reshape them to (pictures, height, width).")
    if len(shape) == 3:
        found = _Arrangement(None, 1, shape[1], shape[2])
    elif len(shape) == 4 and shape[3] in (1, 3, 4):
        found = _Arrangement(3, 1 if shape[3] == 1 else 3, shape[1], shape[2])
    elif len(shape) == 4 and shape[1] in (1, 3, 4):
        found = _Arrangement(1, 1 if shape[1] == 1 else 3, shape[2], shape[3])
    if found is None or not 8 <= found.side <= 1024:
        raise LoadError(
            path, "bad-shape",
            f"“{shown(path)}” holds an array of shape {'×'.join(map(str, shape[:6]))}; pictures are N×H×W, N×H×W×3 "
            "or N×3×H×W of 8 to 1024 pixels.",
        )  # fmt: skip
    return found


def _range(path: Path, member: str | None, array: _Array) -> Work[tuple[float, float]]:
    """What counts as black and white: 0..1, −1..1, 0..255, 0..65535, else the ends of what occurs."""
    if array.dtype == np.uint8:
        return 0.0, 255.0
    low, high = math.inf, -math.inf
    for piece in _rows(path, member, array):
        low, high = min(low, float(piece.min())), max(high, float(piece.max()))
        if not (math.isfinite(low) and math.isfinite(high)):
            raise LoadError(path, "not-finite", f"“{shown(path)}” holds values that are not numbers (NaN or infinite).")
        yield None
    for black, white in ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0), (0.0, 65535.0)):
        if black <= low and high <= white:
            return black, white
    return low, high


def _labels(path: Path, member: zipfile.ZipInfo, count: int) -> torch.Tensor | None:
    with _open(path, member.filename) as file:
        array = _header(file, path, _unpacked(path, member))
    if array.shape not in ((count,), (count, 1)):
        raise LoadError(path, "count", f"“{shown(path)}” has {array.shape[0]} labels for {count} pictures.")
    values = np.concatenate(list(_rows(path, member.filename, array))).reshape(count).astype(np.float64)
    if (
        not np.isfinite(values).all()
        or (values != np.round(values)).any()
        or values.min() < 0
        or values.max() >= 10_000
    ):
        raise LoadError(path, "bad-labels", f"“{shown(path)}” has labels that are not whole numbers from 0 to 9999.")
    return torch.from_numpy(values.astype(np.int64))


def _store(path: Path, pictures: torch.Tensor, labels: torch.Tensor | None) -> Store:
    classes = tuple(str(k) for k in range(int(labels.max()) + 1)) if labels is not None else ()
    return Store(
        name=shown(path), label=shown(path), pictures=pictures, labels=labels, classes=classes,
        split=fixed_split(pictures), provenance={"source": "array file", "path": shown(path)},
    )  # fmt: skip
