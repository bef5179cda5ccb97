"""CIFAR-10 in both forms it is given away in: plain binary, and pickles, which are read and never run."""

from __future__ import annotations

from os.path import isdir, isfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.formats.pickle_reader import Array, Dtype, Reader
from engine.datasets.source import Loaded, reading
from engine.datasets.store import Split, Store
from engine.disk.files import LoadError, read_bounded, shown
from engine.machine.work import Work

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_SIZE = 32
_PIXELS = 3 * _SIZE * _SIZE
_LIMIT = 1 << 28
_HELD_OUT = 10
_BYTE_TYPES = ("u1", b"u1", "uint8")


def find_cifar(folder: Path) -> list[Path]:
    """The batches of a folder, training first; empty when there are none."""
    names = [f"data_batch_{k}" for k in range(1, 6)] + ["test_batch"]
    for ending in (".bin", ""):
        found = [folder / (name + ending) for name in names if isfile(folder / (name + ending))]
        if found:
            return found
    return []


def load_cifar(path: Path) -> Work[Loaded]:
    """A folder of CIFAR-10 batches, or one batch."""
    files = find_cifar(path) if isdir(path) else [path]
    pictures, labels, splits = [], [], []
    for done, file in enumerate(files):
        yield reading(done, len(files))
        rows, classes = read_batch(file)
        pictures.append(rows)
        labels.append(classes)
        split = np.full(len(rows), Split.TEST if file.name.startswith("test") else Split.TRAIN, dtype=np.uint8)
        if not file.name.startswith("test"):
            split[_HELD_OUT - 1 :: _HELD_OUT] = Split.VALIDATION
        splits.append(split)
    yield reading(len(files), len(files))
    return Loaded(
        Store(
            name="cifar-10", label="CIFAR-10", pictures=torch.from_numpy(np.concatenate(pictures)),
            labels=torch.from_numpy(np.concatenate(labels)), classes=CLASSES,
            split=torch.from_numpy(np.concatenate(splits)), provenance={"source": "CIFAR-10", "path": shown(path)},
        )
    )  # fmt: skip


def read_batch(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures (N, 3, 32, 32) and labels of one file."""
    content = read_bounded(path, limit_bytes=_LIMIT)
    if content[:1] == b"\x80":
        rows, labels = _from_pickle(content, path)
    else:
        if not content or len(content) % (1 + _PIXELS):
            raise LoadError(
                path, "cut-off", f"“{shown(path)}” is not a whole number of CIFAR-10 pictures; it is cut off."
            )
        table = np.frombuffer(content, dtype=np.uint8).reshape(-1, 1 + _PIXELS)
        rows, labels = table[:, 1:], table[:, 0].astype(np.int64)
    if labels.min() < 0 or labels.max() >= len(CLASSES):
        raise LoadError(path, "bad-labels", f"“{shown(path)}” has labels beyond the ten classes of CIFAR-10.")
    return np.ascontiguousarray(rows.reshape(-1, 3, _SIZE, _SIZE)), labels


def _from_pickle(content: bytes, path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    try:
        batch = Reader().read(content)
        found = {key.decode() if isinstance(key, bytes) else key: value for key, value in batch.items()}
        array, labels = found["data"], found["labels"]
        if not isinstance(array, Array) or len(array.state) != 5:
            raise ValueError("no array")
        _, shape, dtype, fortran, raw = array.state
        if (
            not isinstance(dtype, Dtype)
            or dtype.name not in ("u1", b"u1", "uint8")
            or fortran
            or shape[1:] != (_PIXELS,)
        ):
            raise ValueError("an array of another kind")
        raw = raw.encode("latin-1") if isinstance(raw, str) else raw
        rows = np.frombuffer(raw, dtype=np.uint8).reshape(shape)
        if len(labels) != len(rows) or len(rows) == 0 or not all(type(label) is int for label in labels):
            raise ValueError("labels do not fit")
        return rows, np.array(labels, dtype=np.int64)
    except Exception:
        # a hostile pickle can make any step of reading fail in any way; none of it is run
        raise LoadError(
            path, "bad-pickle",
            f"“{shown(path)}” is not a CIFAR-10 batch (nothing in it was run); use the binary version.",
        ) from None  # fmt: skip
