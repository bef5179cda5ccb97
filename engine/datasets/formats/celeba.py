"""A CelebA folder: aligned faces, forty attributes of −1 and 1, and the published split.

list_attr_celeba.txt      count, names, then "000001.jpg -1 1 …"
list_eval_partition.txt   "000001.jpg 0", if it is there
img_align_celeba/         the pictures (or in the folder itself)
"""

from __future__ import annotations

import io
from collections.abc import Container
from dataclasses import dataclass, replace
from os.path import isdir, isfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.formats.folder import find_pictures, load_folder, printable
from engine.datasets.source import Loaded, Skipped
from engine.datasets.store import Split, category, take_known
from engine.disk.files import LoadError, read_bounded, shown
from engine.machine.work import Work

LIST = "list_attr_celeba.txt"
_PARTITION = "list_eval_partition.txt"
_LIMIT = 1 << 26
_TOLD = 20


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


@dataclass(frozen=True, slots=True)
class AttributeList:
    """The list as far as it concerns pictures that are there."""

    names: list[str]
    rows: dict[str, list[int]]
    absent: list[str]
    """The first of the listed pictures that are not there."""
    absent_count: int


def load_celeba(folder: Path, size: int) -> Work[Loaded]:
    """The pictures that the list names; listed ones that are missing, and pictures it does not name, are told."""
    path = find_list(folder)
    if path is None:
        raise LoadError(folder / LIST, "missing", f"“{shown(folder)}” has no {LIST}.")
    there = {_name(candidate.relative) for candidate in find_pictures(pictures_folder(folder))[0]}
    listed = read_list(path, there)
    if not listed.rows:
        raise LoadError(path, "no-match", f"“{shown(path)}” names none of the pictures beside it.")
    loaded = yield from load_folder(pictures_folder(folder), size)
    known = np.array([_name(file) in listed.rows for file in loaded.files], dtype=bool)
    files = [file for file, is_known in zip(loaded.files, known.tolist(), strict=True) if is_known]
    if not files:
        raise LoadError(path, "no-match", f"“{shown(path)}” names none of the pictures that can be read.")
    values = np.array([listed.rows[_name(file)] for file in files], dtype=np.float32)
    kept = torch.from_numpy(np.flatnonzero(known))
    split = _partition(folder, files)
    store = take_known(loaded.store, kept)
    store = replace(
        store, name="celeba", label="CelebA", labels=None, classes=(),
        pictures=loaded.store.pictures if bool(known.all()) else loaded.store.pictures[kept],
        attributes={name: torch.from_numpy((values[:, k] + 1) / 2) for k, name in enumerate(listed.names)}, visible={},
        kinds={name: category(name.replace("_", " "), ("no", "yes")) for name in listed.names},
        split=store.split if split is None else torch.from_numpy(split),
        provenance={"source": "CelebA", "folder": shown(folder)},
    )  # fmt: skip
    unknown = [file for file, is_known in zip(loaded.files, known.tolist(), strict=True) if not is_known]
    skipped = [*loaded.skipped, *(Skipped(printable(file), "is not in the list of attributes") for file in unknown)]
    return Loaded(store, (*skipped, *_absent(listed, path)), tuple(files))


def _name(relative: str) -> str:
    return relative.rsplit("/", 1)[-1]


def _absent(listed: AttributeList, path: Path) -> list[Skipped]:
    """Listed pictures that are not there: each by name while they are few; a part of CelebA lacks most of them."""
    if listed.absent_count > len(listed.absent):
        return [Skipped(shown(path), f"names {listed.absent_count} pictures that are not in the folder")]
    return [Skipped(shown(name), "is in the list but not in the folder") for name in listed.absent]


def read_list(path: Path, wanted: Container[str]) -> AttributeList:
    """Names of the attributes, and the values of the wanted pictures. The whole list is checked, little is kept."""
    text = read_bounded(path, limit_bytes=_LIMIT).decode("utf-8-sig", "replace").rstrip()
    lines = io.StringIO(text)
    announced, names = lines.readline().strip(), lines.readline().split()
    if not announced.isascii() or not announced.isdigit() or len(announced) > 12:
        raise LoadError(path, "bad-header", f"“{shown(path)}” does not begin with the number of its pictures.")
    if not names or len(set(names)) != len(names):
        raise LoadError(path, "bad-header", f"“{shown(path)}” names no attributes, or one twice, in its second line.")
    count = text.count("\n") - 1
    if int(announced) != count:
        raise LoadError(
            path, "count", f"“{shown(path)}” announces {announced} pictures and lists {count}; it is cut off."
        )
    listed = AttributeList(names, {}, [], 0)
    absent = 0
    for number, line in enumerate(lines, start=3):
        name, *cells = line.split() or [""]
        if len(cells) != len(names) or not set(cells) <= {"1", "-1"}:
            raise LoadError(
                path, "bad-row", f"“{shown(path)}” should have {len(names)} values of 1 or −1 in line {number}."
            )
        if name in listed.rows:
            raise LoadError(path, "twice", f"“{shown(path)}” lists “{shown(name)}” twice (line {number}).")
        if name in wanted:
            listed.rows[name] = [int(cell) for cell in cells]
        else:
            absent += 1
            listed.absent.extend([name] if absent <= _TOLD else [])
    return replace(listed, absent_count=absent)


def _partition(folder: Path, files: list[str]) -> NDArray[np.uint8] | None:
    """The published split, when it is there and covers every picture."""
    path = _find_partition(folder)
    if path is None:
        return None
    wanted = {_name(file) for file in files}
    parts: dict[str, int] = {}
    lines = io.StringIO(read_bounded(path, limit_bytes=_LIMIT).decode("utf-8-sig", "replace"))
    for number, line in enumerate(lines, start=1):
        cells = line.split()
        if cells and (len(cells) != 2 or cells[1] not in ("0", "1", "2")):
            raise LoadError(path, "bad-row", f"“{shown(path)}” should have a name and 0, 1 or 2 in line {number}.")
        if cells and cells[0] in wanted:
            parts[cells[0]] = int(cells[1])
    told = [parts.get(_name(file)) for file in files]
    if None in told or Split.TRAIN not in told:
        return None
    return np.array(told, dtype=np.uint8)
