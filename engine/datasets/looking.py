"""A look at a folder before anything is learned from it: how many pictures, how large, in colour, labelled, and what
speaks against them. A few of the pictures are decoded, however many there are.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from engine.datasets.formats import attribute_files
from engine.datasets.formats.celeba import find_list, pictures_folder, read_list
from engine.datasets.formats.cifar import find_cifar
from engine.datasets.formats.decode import Picture, read_picture
from engine.datasets.formats.folder import check_folder, class_names, find_pictures, printable
from engine.datasets.formats.idx import find_idx
from engine.datasets.formats.pairs import holds_pairs, partners
from engine.datasets.formats.paths import load_path
from engine.datasets.previews import CORNERS, montage
from engine.datasets.store import Store
from engine.disk.files import Cancelled, LoadError, shown
from engine.machine.work import finished
from engine.protocol.values import DatasetDescribed, Image

LOOKED_AT = 32
SHOWN = 8
SIDE = 48
FEW, SCARCE = 500, 50
"""Fewer pictures than the first are learned by heart in part, fewer than the second wholly."""
_ALIKE = 3.0
"""Levels of 255 by which pictures differ from their mean, at most, that look all the same."""
_SMALL = 16
_LONG = 1.6


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was found in the pictures that were looked into."""

    pictures: list[Picture]
    broken: list[str]
    """Names of files that cannot be read, each with the reason."""


def look_at(folder: Path, unwanted: Callable[[], bool] = lambda: False) -> DatasetDescribed:
    """The folder as a set of pictures, with samples and warnings; a LoadError when nothing can be learned from it."""
    check_folder(folder)
    if (folder / "density.json").is_file() and (folder / "points.csv").is_file():
        raise LoadError(folder, "a-density", f"“{shown(folder)}” holds points of a density, not pictures.")
    if find_idx(folder) or find_cifar(folder):
        return _of_store(folder, finished(load_path(folder, 64)).store)
    listed = find_list(folder)
    root = folder if listed is None else pictures_folder(folder)
    found, _ = find_pictures(root)
    files = [candidate.relative for candidate in found]
    if not files:
        raise LoadError(folder, "no-pictures", f"“{shown(folder)}” holds no picture; choose a folder of pictures.")
    is_paired = listed is None and holds_pairs(root)
    pairs = partners(root, files)[1] if is_paired else [(file,) for file in files]
    files = [pair[0] for pair in pairs]
    seen = _look_into(root, [file for pair in _some(pairs) for file in pair], unwanted)
    if not seen.pictures:
        raise LoadError(
            folder,
            "mostly-bad",
            f"“{shown(folder)}” is no folder of pictures: {seen.broken[0]}, and so are the others.",
        )
    if len(files) < 2:
        raise LoadError(
            folder, "too-few", f"“{shown(folder)}” holds one picture; nothing is learned from fewer than two."
        )
    if listed is not None:
        attributes: tuple[str, ...] = tuple(read_list(listed, ()).names)
        classes: tuple[str, ...] = ()
    else:
        known = attribute_files.read_attributes(root, files)
        attributes, classes = tuple(known.attributes) if known else (), () if is_paired else class_names(files)
    samples = [_frozen(picture.pixels) for picture in seen.pictures]
    together = 2 if is_paired else 1
    return DatasetDescribed(
        name=str(folder),
        label=folder.name or str(folder),
        images=len(files),
        size=round(statistics.median(min(picture.width, picture.height) for picture in seen.pictures)),
        channels=1 if all(picture.grey for picture in seen.pictures) else 3,
        attributes=attributes,
        classes=classes,
        note=str(folder.parent),
        sources=is_paired,
        warnings=_warnings(len(files), seen),
        samples=tuple(_evenly(samples, SHOWN, together)),
        thumbnail=_montage(_evenly(samples, CORNERS, together)),
    )


def _evenly(samples: Sequence[Image], most: int, together: int) -> list[Image]:
    """Of all that were looked at, the first to the last: where each class has a folder, not the first class alone.
    Pairs stay `together`.
    """
    groups = [samples[first : first + together] for first in range(0, len(samples), together)]
    count = min(most // together, len(groups))
    return [image for place in range(count) for image in groups[place * len(groups) // count]]


def _some(pairs: Sequence[tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
    """As many as are looked into, from the first to the last."""
    count = min(LOOKED_AT, len(pairs))
    return [pairs[place * len(pairs) // count] for place in range(count)]


def _look_into(root: Path, files: Sequence[str], unwanted: Callable[[], bool]) -> _Seen:
    seen = _Seen([], [])
    for name in files:
        if unwanted():
            raise Cancelled
        try:
            seen.pictures.append(read_picture(root / name, SIDE))
        except LoadError as error:
            reason = error.sentence.removeprefix(f"“{shown(error.path)}” ").rstrip(".")
            seen.broken.append(f"“{shown(printable(name))}” {reason}")
    return seen


def _warnings(count: int, seen: _Seen) -> tuple[str, ...]:
    told = []
    if count < SCARCE:
        told.append(f"{count} pictures are very few: they are learned by heart, and nothing else is drawn.")
    elif count < FEW:
        told.append(f"{count} pictures are few: they are learned by heart in part. Thousands are better.")
    if seen.broken:
        looked = len(seen.broken) + len(seen.pictures)
        told.append(f"{len(seen.broken)} of {looked} files looked into cannot be read: {seen.broken[0]}.")
    levels = np.stack([picture.pixels for picture in seen.pictures]).astype(np.float32)
    if len(levels) > 1 and np.abs(levels - levels.mean(0)).mean(axis=(1, 2, 3)).max() < _ALIKE:
        told.append("The pictures look all the same.")
    sides = [(min(picture.width, picture.height), max(picture.width, picture.height)) for picture in seen.pictures]
    if statistics.median(short for short, _ in sides) < _SMALL:
        told.append("The pictures are very small.")
    if sum(long > _LONG * short for short, long in sides) > len(sides) / 2:
        told.append("Most pictures are long: the square in their middle is learned.")
    return tuple(told)


def _of_store(folder: Path, store: Store) -> DatasetDescribed:
    """A set in files of its own, which was read to be looked at."""
    step = max(1, len(store) // SHOWN)
    pictures = store.pictures[::step][:SHOWN]
    samples = tuple(montage(picture[None]) for picture in pictures)
    return DatasetDescribed(
        name=str(folder),
        label=folder.name or str(folder),
        images=len(store),
        size=store.size,
        channels=store.channels,
        attributes=tuple(store.attributes),
        classes=store.classes,
        note=str(folder.parent),
        samples=samples,
        thumbnail=montage(pictures[:: max(1, len(pictures) // CORNERS)]),
    )


def _montage(samples: Sequence[Image]) -> Image:
    return montage(torch.from_numpy(np.stack(samples).transpose(0, 3, 1, 2).copy()))


def _frozen(pixels: Image) -> Image:
    kept = np.ascontiguousarray(pixels)
    kept.flags.writeable = False
    return kept
