"""What a run learns from: data fitted to its family, told to it before it is built, handed out in batches."""

from __future__ import annotations

from collections import Counter

import torch

from engine.datasets.batches import BatchSource, StoreBatches
from engine.datasets.points import PointStore
from engine.datasets.store import Store
from engine.datasets.synthetic.toy import TOYS
from engine.disk.files import BadConfig
from engine.families.ask import tokens_of, words_of
from engine.families.base import AnyFamily, DataShape
from engine.families.schema import Config, PictureConfig
from engine.machine.work import Work
from engine.protocol.values import Capability

Data = Store | PointStore
WORDS, LENGTH = 2000, 32
"""The most words of captions that are told apart, and the most words of a caption that are read."""
_COUNTED = 5000
"""Captions that are looked through for words."""


def fitting(kind: type[AnyFamily], config: Config, whole: Data) -> Work[Data]:
    """The data at the family's size and colours, or one sentence that says why it does not suit the family."""
    if isinstance(config, PictureConfig):
        if not isinstance(whole, Store):
            raise pictures_wanted(kind, whole.name)
        return (yield from _with_sources(kind, whole).resizing(config.size, config.channels))
    if isinstance(whole, Store):
        raise no_points(kind, whole.name)
    return whole


def _with_sources(kind: type[AnyFamily], whole: Store) -> Store:
    """What is translated stands in the set, or it is the first of its two classes."""
    if Capability.TRANSLATE not in kind.capabilities or whole.sources is not None:
        return whole
    if len(whole.classes) == 2 and whole.labels is not None and set(whole.labels.tolist()) >= {0, 1}:
        return whole.between_classes()
    raise no_sources(kind, whole.name)


def pictures_wanted(kind: type[AnyFamily], data: str) -> BadConfig:
    """Points, where pictures are learned from."""
    known = f"; zscape density {data} --out DIR lets particles walk to it" if data in TOYS else ""
    return BadConfig(
        "a-density", f"“{data}” is a density, not a set of pictures, and {kind.label} learns from pictures{known}."
    )


def no_points(kind: type[AnyFamily], data: str) -> BadConfig:
    """Pictures, where points are learned from."""
    return BadConfig("no-points", f"“{data}” holds pictures, and {kind.label} learns from points.")


def no_sources(kind: type[AnyFamily], data: str) -> BadConfig:
    """One kind of pictures, where one is translated into another."""
    return BadConfig(
        "no-sources",
        f"{kind.label} translates pictures, and “{data}” has one kind of them only; choose a folder of pairs, "
        "or one with two folders: pictures of the first (by name) are translated into those of the second.",
    )


def no_start(kind: type[AnyFamily]) -> BadConfig:
    """Fresh weights, where a model is gone on from."""
    return BadConfig("needs-start", f"With these settings a {kind.label} goes on from a model; say which.")


def data_shape(kind: type[AnyFamily], data: Data) -> DataShape:
    """What a family is told of its data before it is built."""
    words: tuple[str, ...] = ()
    length = 0
    if kind.reads_captions and isinstance(data, Store) and data.captions:
        split = [words_of(caption) for caption in data.captions[:_COUNTED]]
        counts = Counter(word for each in split for word in each)
        words = tuple(sorted(counts, key=lambda word: (-counts[word], word))[:WORDS])
        length = min(LENGTH, max(map(len, split)))
    sources = data.sources if isinstance(data, Store) else None
    return DataShape(
        classes=data.classes,
        attributes=tuple(data.attributes),
        categories={name: len(kind.names) for name, kind in data.kinds.items() if kind.is_category},
        ranges={name: (kind.low, kind.high) for name, kind in data.kinds.items() if not kind.is_category},
        words=words,
        caption_length=length,
        source_channels=0 if sources is None else sources.shape[1],
        dimensions=data.points_ND.shape[1] if isinstance(data, PointStore) else 0,
    )


def batches(family: AnyFamily, train: Data) -> BatchSource:
    """Where its batches come from."""
    if isinstance(train, PointStore):
        return train
    shape = family.shape
    captions = None
    if shape.words:
        captions = torch.stack([tokens_of(caption, shape.words, shape.caption_length) for caption in train.captions])
    return StoreBatches(store=train, captions_NT=captions)
