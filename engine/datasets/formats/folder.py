"""A folder of pictures, as people have them: mixed sizes and modes, sub-folders, litter, and some broken files.

Broken files are left out and told, each with its reason. Sub-folders become classes, or parts of the split when
they are called train, validation and test; attributes.csv beside the pictures is read when it is there.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.formats import attribute_files
from engine.datasets.formats.decode import read_picture
from engine.datasets.formats.pairs import PAIRS_FILE
from engine.datasets.resize import new_pictures
from engine.datasets.source import Loaded, Skipped, reading
from engine.datasets.store import Split, Store, fixed_split
from engine.disk.files import LoadError, check_regular, shown
from engine.machine.work import Work, result_of

WORKERS = min(4, os.cpu_count() or 1)
MOST_BAD = 0.9
_AHEAD = 64
_CHUNK = 16
"""Pictures between two seams."""
_STRIP = "pairs.png"
_DEEPEST = 40
_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx", "icon\r", "@eadir"})
_NOT_PICTURES = (".csv", ".json", ".jsonl", ".txt", ".md", ".xml", ".yaml", ".yml", ".html", ".pdf", ".zip", ".log")
_SPLIT_NAMES = {
    "train": Split.TRAIN, "training": Split.TRAIN,
    "val": Split.VALIDATION, "valid": Split.VALIDATION, "validation": Split.VALIDATION,
    "test": Split.TEST, "testing": Split.TEST,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be a picture: its path below the folder with "/", its size and its age."""

    relative: str
    size: int
    changed_ns: int


def find_pictures(folder: Path) -> tuple[list[Candidate], list[Skipped]]:
    """All files that may be pictures, in an order that does not depend on the disk, and what cannot be one.

    Links to files are followed, links to folders are not: they may lead round in circles, or out to everything.
    """
    found: list[Candidate] = []
    skipped: list[Skipped] = []
    waiting = [("", 0)]
    while waiting:
        below, depth = waiting.pop()
        try:
            with os.scandir(folder / below) as entries:
                listed = list(entries)
        except OSError as error:
            if not below:
                raise LoadError(
                    folder, "no-permission", f"“{shown(folder)}” cannot be read ({error.strerror})."
                ) from None
            skipped.append(Skipped(printable(below), f"cannot be read ({error.strerror})"))
            continue
        names = {entry.name for entry in listed}
        for entry in listed:
            relative = f"{below}/{entry.name}" if below else entry.name
            lower = entry.name.lower()
            if lower.startswith(".") or lower in _LITTER or lower.endswith(_NOT_PICTURES):
                continue
            if not below and relative == _STRIP and PAIRS_FILE in names:  # it shows pairs and is none of the pictures
                continue
            try:
                info = entry.stat()
            except (OSError, ValueError):
                skipped.append(Skipped(printable(relative), "is a link that leads nowhere"))
                continue
            if stat.S_ISREG(info.st_mode):
                found.append(Candidate(relative, info.st_size, info.st_mtime_ns))
            elif entry.is_symlink():
                skipped.append(Skipped(printable(relative), "is a link to a folder, which is not followed"))
            elif stat.S_ISDIR(info.st_mode) and depth < _DEEPEST:
                waiting.append((relative, depth + 1))
            else:
                skipped.append(Skipped(printable(relative), "is not a file"))
    found.sort(key=lambda candidate: os.fsencode(candidate.relative))
    return found, skipped


def printable(relative: str) -> str:
    """A path below the folder that can stand in JSON and on a line, whatever bytes its name has."""
    return relative.encode("utf-8", "replace").decode("utf-8").replace("\n", "�").replace("\r", "�")


def folder_fingerprint(folder: Path, size: int) -> str:
    """Changes when any file of the folder does; reads no file, so opening a prepared folder again is quick."""
    digest = hashlib.sha256(f"folder 2 {size}\n".encode())
    found, _ = find_pictures(folder)
    for candidate in found:
        digest.update(os.fsencode(f"{candidate.relative}\0{candidate.size}\0{candidate.changed_ns}\n"))
    for name in (*sorted(attribute_files.NAMES), PAIRS_FILE):
        path = folder / name
        if os.path.isfile(path):
            info = path.stat()
            digest.update(f"{name}\0{info.st_size}\0{info.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def load_folder(folder: Path, size: int) -> Work[Loaded]:
    """All pictures of a folder as squares of `size` pixels."""
    found, skipped = find_pictures(folder)
    if not found:
        raise LoadError(folder, "no-pictures", f"“{shown(folder)}” holds no picture; choose a folder of pictures.")
    pictures = new_pictures(len(found), 3, size)
    good: list[str] = []
    grey = True
    bad = 0
    with closing(_decoded(folder, found, size)) as outcomes:
        for done, (candidate, pending) in enumerate(outcomes, start=1):
            outcome = yield from result_of(pending)
            if isinstance(outcome, LoadError):
                bad += 1
                skipped.append(Skipped(printable(candidate.relative), _reason(outcome)))
            else:
                pixels, was_grey = outcome
                grey = grey and was_grey
                pictures[len(good)] = torch.from_numpy(pixels)
                good.append(candidate.relative)
            if done % _CHUNK == 0 or done == len(found):
                yield reading(done, len(found))
    if not good or bad > MOST_BAD * len(found):
        raise LoadError(
            folder, "mostly-bad",
            f"“{shown(folder)}” is no folder of pictures: {bad} of {len(found)} files cannot be read; the first, "
            f"“{shown(skipped[0].path)}”, {skipped[0].reason}.",
        )  # fmt: skip
    labels, classes, split = _from_folders(good, pictures[: len(good)])
    known = attribute_files.read_attributes(folder, good)
    store = Store(
        name=shown(folder), label=shown(folder), pictures=pictures[: len(good), :1] if grey else pictures[: len(good)],
        attributes=known.attributes if known else {}, visible=known.visible if known else {},
        kinds=known.kinds if known else {}, captions=known.captions if known else (),
        labels=labels, classes=classes, split=split,
        provenance={"source": "folder of pictures", "folder": shown(folder), "skipped": str(len(skipped))},
    )  # fmt: skip
    return Loaded(store, tuple(skipped), tuple(good))


Outcome = tuple[NDArray[np.uint8], bool] | LoadError


def _decoded(
    folder: Path, found: list[Candidate], size: int
) -> Generator[tuple[Candidate, Future[Outcome]], None, None]:
    """Every candidate with its pixels (3, S, S) to be or what is wrong with it, in order, decoded a little ahead."""

    def decode(candidate: Candidate) -> Outcome:
        try:
            picture = read_picture(folder / candidate.relative, size)
        except LoadError as error:
            return error
        return np.array(picture.pixels.transpose(2, 0, 1), order="C"), picture.grey

    candidates = iter(found)
    pending: list[tuple[Candidate, Future[Outcome]]] = []
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="decode") as pool:
        try:
            pending = [(c, pool.submit(decode, c)) for c in islice(candidates, _AHEAD)]
            while pending:
                yield pending.pop(0)
                pending += [(c, pool.submit(decode, c)) for c in islice(candidates, 1)]
        finally:
            for _, future in pending:
                future.cancel()


def _reason(error: LoadError) -> str:
    """The sentence without the name at its front, because the name stands beside it."""
    return error.sentence.removeprefix(f"“{shown(error.path)}” ").rstrip(".")


def _from_folders(
    files: list[str], pictures: torch.Tensor
) -> tuple[torch.Tensor | None, tuple[str, ...], torch.Tensor]:
    """Labels, classes and split, as sub-folders tell them."""
    told, parts = _parts(files)
    split = fixed_split(pictures) if told is None else torch.tensor(told, dtype=torch.uint8)
    names = _names(parts)
    if not names:
        return None, (), split
    place = {name: k for k, name in enumerate(names)}
    labels = torch.tensor([place[part[0]] for part in parts], dtype=torch.int64)
    return labels, tuple(printable(name) for name in names), split


def class_names(files: Sequence[str]) -> tuple[str, ...]:
    """The classes that sub-folders tell; none when they tell none."""
    return tuple(printable(name) for name in _names(_parts(files)[1]))


def _parts(files: Sequence[str]) -> tuple[list[Split] | None, list[list[str]]]:
    """The part of the split of each file, if folders tell it, and the folders below."""
    parts = [file.split("/")[:-1] for file in files]
    told = [_SPLIT_NAMES.get(part[0].lower()) if part else None for part in parts]
    known = [split for split in told if split is not None]
    if len(known) < len(told) or Split.TRAIN not in known or len(set(known)) == 1:
        return None, parts
    return known, [part[1:] for part in parts]


def _names(parts: Sequence[Sequence[str]]) -> list[str]:
    names = sorted({part[0] for part in parts if part})
    return names if len(names) > 1 and all(parts) else []


def check_folder(folder: Path) -> None:
    """A LoadError when there is no such folder, or it is something else."""
    if not os.path.isdir(folder):
        check_regular(folder, limit_bytes=1 << 62)
        raise LoadError(folder, "not-a-folder", f"“{shown(folder)}” is a file, not a folder.")
