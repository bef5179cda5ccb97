"""attributes.csv beside pictures, and attributes.json that says what its numbers mean: written, and read back.

    file,smile,glasses        one row for each picture, categories as whole numbers, nothing where not known
    0001.png,0.8,2

visible.csv of the same layout says with 0 and 1 what a picture shows at all; captions.txt has a line "file<tab>words".
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from os.path import isfile
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.store import AttributeKind, category, continuous
from engine.disk.files import LoadError, atomic_write, read_bounded, shown

NAMES = frozenset({"attributes.csv", "attributes.json", "visible.csv", "captions.txt"})
_LIMIT = 1 << 26
_MOST_COLUMNS = 1000
_MOST_CATEGORIES = 12


@dataclass(frozen=True, slots=True)
class Known:
    """What files beside pictures say of them, in the order of the pictures."""

    attributes: dict[str, torch.Tensor]
    visible: dict[str, torch.Tensor]
    kinds: dict[str, AttributeKind]
    captions: tuple[str, ...]


def write_attributes(
    folder: Path,
    files: Sequence[str],
    columns: Mapping[str, NDArray[np.float32]],
    kinds: Mapping[str, AttributeKind],
    visible: Mapping[str, NDArray[np.bool_]] | None = None,
    captions: Sequence[str] = (),
) -> None:
    """Write what is known of the pictures `files` beside them."""
    texts = {n: [f"{v:.0f}" if kinds[n].is_category else f"{v:.6g}" for v in c.tolist()] for n, c in columns.items()}
    atomic_write(folder / "attributes.csv", _csv(files, texts))
    atomic_write(folder / "attributes.json", msgspec.json.format(msgspec.json.encode(kinds), indent=2) + b"\n")
    if visible:
        atomic_write(
            folder / "visible.csv", _csv(files, {n: [str(int(v)) for v in c.tolist()] for n, c in visible.items()})
        )
    if captions:
        lines = (f"{file}\t{' '.join(caption.split())}\n" for file, caption in zip(files, captions, strict=True))
        atomic_write(folder / "captions.txt", "".join(lines))


def _csv(files: Sequence[str], columns: Mapping[str, Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", *columns])
    writer.writerows(zip(files, *columns.values(), strict=True))
    return text.getvalue()


def read_attributes(folder: Path, files: Sequence[str]) -> Known | None:
    """What attributes.csv and its companions say of `files` (paths relative to the folder); None without one."""
    path = folder / "attributes.csv"
    if not isfile(path):
        return None
    wanted = {name for file in files for name in (file, file.rsplit("/", 1)[-1])}
    names, table = _read_csv(path, wanted)
    rows = [table.get(file) or table.get(file.rsplit("/", 1)[-1]) for file in files]
    if not any(row is not None for row in rows):
        raise LoadError(path, "no-match", f"“{shown(path)}” names none of the pictures beside it.")
    values = np.full((len(files), len(names)), math.nan)
    for k, row in enumerate(rows):
        if row is not None:
            values[k] = row
    kinds = _read_kinds(folder, names, values)
    shown_table = _read_csv(folder / "visible.csv", wanted) if isfile(folder / "visible.csv") else None
    attributes, visible = {}, {}
    for column, name in enumerate(names):
        numbers, seen = values[:, column], np.isfinite(values[:, column])
        kind = kinds[name]
        if kind.is_category and set(np.unique(numbers[seen])) <= {-1.0, 1.0} and len(kind.names) == 2:
            numbers = (numbers + 1) / 2
        wrong = seen & ((numbers != np.round(numbers)) | (numbers < 0) | (numbers >= len(kind.names)))
        if kind.is_category and wrong.any():
            raise LoadError(
                path, "bad-value",
                f"“{shown(path)}” gives “{shown(name)}” of “{shown(files[int(np.argmax(wrong))])}” a value that is "
                f"none of its {len(kind.names)} categories.",
            )  # fmt: skip
        if shown_table is not None and name in shown_table[0]:
            place = shown_table[0].index(name)
            marks = [shown_table[1].get(file) or shown_table[1].get(file.rsplit("/", 1)[-1]) for file in files]
            seen = seen & np.array([mark is None or mark[place] != 0 for mark in marks])
        fill = 0.0 if kind.is_category else (kind.low + kind.high) / 2
        attributes[name] = torch.from_numpy(np.where(np.isfinite(numbers), numbers, fill).astype(np.float32))
        visible[name] = torch.from_numpy(seen)
    return Known(attributes, visible, kinds, _read_captions(folder, files))


def _read_csv(path: Path, wanted: Container[str]) -> tuple[list[str], dict[str, list[float]]]:
    """Column names, and a row of numbers for each wanted file; empty cells are NaN."""
    text = read_bounded(path, limit_bytes=_LIMIT).decode("utf-8-sig", "replace")
    try:
        rows = csv.reader(io.StringIO(text))
        header = next(rows, [])
        names = [name.strip() for name in header[1:]]
        if not names or len(set(names)) != len(names) or not all(names) or len(names) > _MOST_COLUMNS:
            raise LoadError(path, "bad-header", f"“{shown(path)}” does not begin with a line “file,name,name,…”.")
        table = {}
        for line, row in enumerate(rows, start=2):
            if row and row[0] in wanted:
                table[row[0]] = _numbers(path, line, row, names)
        return names, table
    except csv.Error:
        raise LoadError(path, "damaged", f"“{shown(path)}” is not a table with commas.") from None


def _numbers(path: Path, line: int, row: Sequence[str], names: Sequence[str]) -> list[float]:
    if len(row) != len(names) + 1:
        raise LoadError(
            path, "bad-row", f"“{shown(path)}” has {len(row)} cells in line {line} where {len(names) + 1} are expected."
        )
    try:
        values = [float(cell) if cell.strip() else math.nan for cell in row[1:]]
    except ValueError:
        raise LoadError(path, "bad-row", f"“{shown(path)}” has words in line {line} where numbers belong.") from None
    if any(math.isinf(value) or abs(value) > 1e30 for value in values):
        raise LoadError(path, "bad-row", f"“{shown(path)}” has a number without end in line {line}.")
    return values


def _read_kinds(folder: Path, names: Iterable[str], values: NDArray[np.float64]) -> dict[str, AttributeKind]:
    """Kinds from attributes.json; for what it leaves out, as the numbers look."""
    path = folder / "attributes.json"
    told: dict[str, AttributeKind] = {}
    if isfile(path):
        try:
            told = msgspec.json.decode(read_bounded(path, limit_bytes=1 << 22), type=dict[str, AttributeKind])
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise LoadError(path, "damaged", f"“{shown(path)}” does not describe attributes.") from None
    return {name: told.get(name) or _guess(name, values[:, column]) for column, name in enumerate(names)}


def _guess(name: str, values: NDArray[np.float64]) -> AttributeKind:
    present = np.unique(values[np.isfinite(values)])
    label = name.replace("_", " ").strip().capitalize()
    if len(present) == 0:
        return continuous(label, 0.0, 1.0)
    if set(present) <= {-1.0, 1.0} or set(present) <= {0.0, 1.0}:
        return category(label, ("no", "yes"))
    low, high = float(present[0]), float(present[-1])
    if (present == np.round(present)).all() and low >= 0 and high < _MOST_CATEGORIES:
        return category(label, [str(k) for k in range(int(high) + 1)])
    return continuous(label, low, high if high > low else low + 1.0)


def _read_captions(folder: Path, files: Sequence[str]) -> tuple[str, ...]:
    path = folder / "captions.txt"
    if not isfile(path):
        return ()
    wanted = set(files)
    words: dict[str, str] = {}
    for line in io.StringIO(read_bounded(path, limit_bytes=_LIMIT).decode("utf-8-sig", "replace")):
        file, _, caption = line.rstrip("\r\n").partition("\t")
        if file in wanted:
            words[file] = caption
    return tuple(words.get(file, "") for file in files)
