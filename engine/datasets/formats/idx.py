"""IDX files, as MNIST and its relatives come: four bytes of magic, big-endian sizes, bytes. Plain or gzipped.

train-images-idx3-ubyte[.gz]  train-labels-idx1-ubyte[.gz]  t10k-images-…  t10k-labels-…
"""

from __future__ import annotations

import gzip
import zlib
from os.path import isdir, isfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.source import Loaded, reading
from engine.datasets.store import Split, Store, fixed_split
from engine.disk.files import LoadError, check_regular, shown
from engine.machine.work import Work

_FILE_LIMIT = 1 << 32
_MOST_PIXELS = 1 << 30
_GZIP_RATIO = 1100
"""Deflate cannot shrink anything more than this: a larger claim is a lie that needs no unpacking to see."""
_HONEST_RATIO = 100
"""Pictures do not pack better than this; a bomb does."""
_LARGE = 1 << 26
_HELD_OUT = 10
"""One in so many training pictures validates, where the files tell only of training and test."""


def find_idx(folder: Path) -> dict[str, Path]:
    """The IDX files of a folder: keys like "train-images"; empty when there are none."""
    found: dict[str, Path] = {}
    for part in ("train", "t10k"):
        for what, rank in (("images", 3), ("labels", 1)):
            for name in (f"{part}-{what}-idx{rank}-ubyte", f"{part}-{what}.idx{rank}-ubyte"):
                for path in (folder / name, folder / f"{name}.gz"):
                    if isfile(path):
                        found.setdefault(f"{part}-{what}", path)
    return found if "train-images" in found or "t10k-images" in found else {}


def load_idx(path: Path, *, classes: tuple[str, ...] = ()) -> Work[Loaded]:
    """A folder of IDX files, or one file of pictures (its labels are looked for beside it)."""
    parts = find_idx(path) if isdir(path) else _alone(path)
    pictures, labels, splits = [], [], []
    for done, part in enumerate(("train", "t10k")):
        if f"{part}-images" not in parts:
            continue
        yield reading(done, 2)
        images = _squared(read_idx(parts[f"{part}-images"], rank=3), parts[f"{part}-images"])
        pictures.append(images)
        if f"{part}-labels" in parts:
            labels.append(_labels(parts[f"{part}-labels"], len(images), parts[f"{part}-images"]))
        splits.append(_split(part, images, "t10k-images" in parts))
    if len({images.shape[1] for images in pictures}) > 1:
        raise LoadError(path, "mixed-sizes", f"“{shown(path)}” has training and test pictures of different sizes.")
    stacked = torch.from_numpy(np.concatenate(pictures))[:, None]
    known = torch.from_numpy(np.concatenate(labels)) if len(labels) == len(pictures) else None
    highest = int(known.max()) if known is not None else -1
    yield reading(2, 2)
    return Loaded(
        Store(
            name=shown(path), label=shown(path), pictures=stacked, labels=known,
            classes=classes if len(classes) > highest else tuple(str(k) for k in range(highest + 1)),
            split=torch.cat(splits), provenance={"source": "IDX files", "path": shown(path)},
        )
    )  # fmt: skip


def read_idx(path: Path, *, rank: int) -> NDArray[np.uint8]:
    """One IDX file of bytes with so many dimensions; nothing is allocated before its claim was found possible."""
    size = check_regular(path, limit_bytes=_FILE_LIMIT)
    try:
        with open(path, "rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw) if packed else raw as file:
                head = file.read(4 + 4 * rank)
                if len(head) < 4 + 4 * rank or head[:3] != b"\0\0\x08" or head[3] != rank:
                    kind = "pictures" if rank == 3 else "labels"
                    raise LoadError(path, "not-idx", f"“{shown(path)}” is not an IDX file of {kind} in bytes.")
                shape = tuple(int(n) for n in np.frombuffer(head[4:], dtype=">u4"))
                total = int(np.prod(shape, dtype=object))
                if min(shape) < 1:
                    raise LoadError(path, "empty", f"“{shown(path)}” declares that it holds nothing.")
                if total > (size * _GZIP_RATIO if packed else size):
                    raise LoadError(path, "cut-off", f"“{shown(path)}” declares more than it can hold; it is cut off.")
                if packed and total > max(_LARGE, size * _HONEST_RATIO):
                    raise LoadError(path, "bomb", f"“{shown(path)}” unpacks to {total >> 20} MB from almost nothing.")
                if total > _MOST_PIXELS:
                    raise LoadError(path, "too-large", f"“{shown(path)}” holds more than {_MOST_PIXELS >> 20} MB.")
                content = file.read(total)
                if len(content) < total:
                    raise LoadError(path, "cut-off", f"“{shown(path)}” ends before its last picture; it is cut off.")
                if file.read(1):
                    raise LoadError(path, "too-long", f"“{shown(path)}” goes on after its last picture; it is damaged.")
    except (OSError, EOFError, zlib.error):
        raise LoadError(path, "damaged", f"“{shown(path)}” is damaged or cut off.") from None
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def _alone(path: Path) -> dict[str, Path]:
    """One file of pictures, as the training part, with its labels when the usual name stands beside it."""
    labels = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    part = "t10k" if path.name.startswith(("t10k", "test")) else "train"
    return {f"{part}-images": path} | ({f"{part}-labels": labels} if labels != path and isfile(labels) else {})


def _squared(images: NDArray[np.uint8], path: Path) -> NDArray[np.uint8]:
    """The centre squares."""
    height, width = images.shape[1:]
    side = min(height, width)
    if not 8 <= side <= 1024:
        raise LoadError(path, "bad-shape", f"“{shown(path)}” holds pictures of {width}×{height}; 8 to 1024 are read.")
    top, left = (height - side) // 2, (width - side) // 2
    return images[:, top : top + side, left : left + side]


def _labels(path: Path, count: int, images: Path) -> NDArray[np.int64]:
    labels = read_idx(path, rank=1)
    if len(labels) != count:
        raise LoadError(
            path, "count", f"“{shown(path)}” has {len(labels)} labels for the {count} pictures of “{shown(images)}”."
        )
    return labels.astype(np.int64)


def _split(part: str, images: NDArray[np.uint8], has_test: bool) -> torch.Tensor:
    if part == "t10k":
        return torch.full((len(images),), Split.TEST, dtype=torch.uint8)
    if not has_test:
        return fixed_split(torch.from_numpy(np.array(images)))
    split = torch.zeros(len(images), dtype=torch.uint8)
    split[_HELD_OUT - 1 :: _HELD_OUT] = Split.VALIDATION
    return split
