"""Folders of pairs, as they are made here: pairs.json says which folder is translated into which.

Pictures of one name are of one thing. What has no partner is left out and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os.path import isfile
from pathlib import Path

import msgspec
import torch

from engine.datasets.source import Loaded, Skipped
from engine.datasets.store import fixed_split, take_known
from engine.disk.files import LoadError, read_bounded, shown

PAIRS_FILE = "pairs.json"
_LIMIT = 1 << 20


class _Side(msgspec.Struct, frozen=True):
    folder: str
    label: str = ""


class _Told(msgspec.Struct, frozen=True, rename={"source": "from", "target": "to"}):
    source: _Side
    target: _Side
    label: str = ""


def holds_pairs(folder: Path) -> bool:
    """Whether a folder says of itself that it holds pairs."""
    return isfile(folder / PAIRS_FILE)


def partners(folder: Path, files: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    """What the pairs are called, and the files of each: target, source."""
    path = folder / PAIRS_FILE
    try:
        told = msgspec.json.decode(read_bounded(path, limit_bytes=_LIMIT), type=_Told)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise LoadError(path, "damaged", f"“{shown(path)}” does not say which folder holds what.") from None
    there = set(files)
    ours, theirs = f"{told.target.folder}/", f"{told.source.folder}/"
    named = ((file, theirs + file.removeprefix(ours)) for file in files if file.startswith(ours))
    both = [(target, source) for target, source in named if source in there]
    if not both or ours == theirs:
        raise LoadError(
            folder, "no-pairs",
            f"“{shown(folder)}” has no picture in “{shown(told.target.folder)}” with one of the same name in "
            f"“{shown(told.source.folder)}”.",
        )  # fmt: skip
    return told.label, both


def paired(folder: Path, loaded: Loaded) -> Loaded:
    """A folder's pictures as targets with their sources."""
    label, both = partners(folder, loaded.files)
    places = {file: row for row, file in enumerate(loaded.files)}
    targets = torch.tensor([places[target] for target, _ in both])
    sources = torch.tensor([places[source] for _, source in both])
    alone = set(loaded.files) - {file for pair in both for file in pair}
    pictures = loaded.store.pictures.index_select(0, targets)
    store = replace(
        take_known(loaded.store, targets),
        pictures=pictures,
        sources=loaded.store.pictures.index_select(0, sources),
        labels=None,
        classes=(),
        split=fixed_split(pictures),
        provenance={**loaded.store.provenance, "source": "pairs of pictures", "pair": label},
    )
    skipped = tuple(Skipped(name, "has no partner of its name") for name in sorted(alone))
    return Loaded(store, (*loaded.skipped, *skipped), tuple(target for target, _ in both))
