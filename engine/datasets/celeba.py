"""A CelebA folder: aligned faces, forty attributes of −1 and 1, and the published split.

list_attr_celeba.txt      count, names, then "000001.jpg -1 1 …"
list_eval_partition.txt   "000001.jpg 0", if it is there
img_align_celeba/         the pictures (or in the folder itself)
"""

from __future__ import annotations

from dataclasses import replace
from os.path import isdir, isfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.folder import load_folder
from engine.datasets.source import Loaded, Progress, Skipped, Stopper
from engine.datasets.store import Split, Store, category, take_known
from engine.files import LoadError, read_bounded, shown

LIST = "list_attr_celeba.txt"
_PARTITION = "list_eval_partition.txt"
_LIMIT = 1 << 28


def find_list(folder: Path) -> Path | None:
    """The attribute list of a CelebA folder, where the two usual layouts put it."""
    return next((p for p in (folder / LIST, folder / "Anno" / LIST) if isfile(p)), None)


def list_files(folder: Path) -> list[Path]:
    """The lists of a CelebA folder, on which its attributes and split depend."""
    places = (find_list(folder), _find_partition(folder))
    return [path for path in places if path is not None]


def _find_partition(folder: Path) -> Path | None:
    return next((p for p in (folder / _PARTITION, folder / "Eval" / _PARTITION) if isfile(p)), None)


def pictures_folder(folder: Path) -> Path:
    """Where the pictures are."""
    places = (folder / "img_align_celeba", folder / "Img" / "img_align_celeba")
    return next((p for p in places if isdir(p)), folder)


def load_celeba(folder: Path, size: int, progress: Progress | None = None, cancelled: Stopper | None = None) -> Loaded:
    """The pictures that the list names; listed ones that are missing, and pictures it does not name, are told."""
    path = find_list(folder)
    if path is None:
        raise LoadError(folder / LIST, "missing", f"“{shown(folder)}” has no {LIST}.")
    names, rows = read_list(path)
    loaded = load_folder(pictures_folder(folder), size, progress, cancelled)
    known = np.array([file.rsplit("/", 1)[-1] in rows for file in loaded.files], dtype=bool)
    if not known.any():
        raise LoadError(path, "no-match", f"“{shown(path)}” names none of the pictures beside it.")
    there = {file.rsplit("/", 1)[-1] for file in loaded.files}
    skipped = [Skipped(file, "is not in the list of attributes")
               for file, listed in zip(loaded.files, known.tolist(), strict=True) if not listed]  # fmt: skip
    gone = {s.path.rsplit("/", 1)[-1] for s in loaded.skipped}
    skipped += [
        Skipped(shown(name), "is in the list but not in the folder") for name in rows if name not in there | gone
    ]
    kept = torch.from_numpy(np.flatnonzero(known))
    files = [file for file, listed in zip(loaded.files, known.tolist(), strict=True) if listed]
    values = np.array([rows[file.rsplit("/", 1)[-1]] for file in files], dtype=np.float32)
    split = _partition(folder, files)
    store: Store = take_known(loaded.store, kept)
    store = replace(
        store, name="celeba", label="CelebA", labels=None, classes=(),
        pictures=loaded.store.pictures if bool(known.all()) else loaded.store.pictures[kept],
        attributes={name: torch.from_numpy((values[:, k] + 1) / 2) for k, name in enumerate(names)}, visible={},
        kinds={name: category(name.replace("_", " "), ("no", "yes")) for name in names},
        split=store.split if split is None else torch.from_numpy(split),
        provenance={"source": "CelebA", "folder": shown(folder)},
    )  # fmt: skip
    return Loaded(store, (*loaded.skipped, *skipped), tuple(files))


def read_list(path: Path) -> tuple[list[str], dict[str, list[int]]]:
    """Names of the attributes, and the values of each picture."""
    lines = read_bounded(path, limit_bytes=_LIMIT).decode("utf-8-sig", "replace").split("\n")
    lines = [line.strip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) < 3 or not lines[0].isascii() or not lines[0].isdigit() or len(lines[0]) > 12:
        raise LoadError(path, "bad-header", f"“{shown(path)}” does not begin with the number of its pictures.")
    names = lines[1].split()
    if not names or len(set(names)) != len(names):
        raise LoadError(path, "bad-header", f"“{shown(path)}” names no attributes, or one twice, in its second line.")
    if int(lines[0]) != len(lines) - 2:
        raise LoadError(
            path, "count", f"“{shown(path)}” announces {lines[0]} pictures and lists {len(lines) - 2}; it is cut off."
        )
    rows: dict[str, list[int]] = {}
    for number, line in enumerate(lines[2:], start=3):
        name, *cells = line.split() or [""]
        if len(cells) != len(names) or not set(cells) <= {"1", "-1"}:
            raise LoadError(
                path, "bad-row", f"“{shown(path)}” should have {len(names)} values of 1 or −1 in line {number}."
            )
        if name in rows:
            raise LoadError(path, "twice", f"“{shown(path)}” lists “{shown(name)}” twice (line {number}).")
        rows[name] = [int(cell) for cell in cells]
    return names, rows


def _partition(folder: Path, files: list[str]) -> NDArray[np.uint8] | None:
    """The published split, when it is there and covers every picture."""
    path = _find_partition(folder)
    if path is None:
        return None
    parts: dict[str, int] = {}
    for number, line in enumerate(
        read_bounded(path, limit_bytes=_LIMIT).decode("utf-8-sig", "replace").splitlines(), 1
    ):
        cells = line.split()
        if cells and (len(cells) != 2 or cells[1] not in ("0", "1", "2")):
            raise LoadError(path, "bad-row", f"“{shown(path)}” should have a name and 0, 1 or 2 in line {number}.")
        if cells:
            parts[cells[0]] = int(cells[1])
    told = [parts.get(file.rsplit("/", 1)[-1]) for file in files]
    if None in told or Split.TRAIN not in told:
        return None
    return np.array(told, dtype=np.uint8)
