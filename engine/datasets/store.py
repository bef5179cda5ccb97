"""Pictures with what is known of them: one uint8 tensor, attributes, labels, captions, a fixed split.

Pictures stand in the order train, validation, test, so that each part of the split is a slice: a view that
costs nothing, whether the pictures are in memory or in a mapped file larger than memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

import torch

from engine.datasets.resize import resizing


class Split(IntEnum):
    """The part of a set that a picture belongs to, for good."""

    TRAIN = 0
    VALIDATION = 1
    TEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeKind:
    """What the numbers of one attribute mean: a range with words for its ends, or categories by name."""

    label: str
    low: float = 0.0
    high: float = 1.0
    low_word: str = ""
    high_word: str = ""
    names: tuple[str, ...] = ()
    """Names of the categories 0, 1, …; empty for a continuous attribute."""

    @property
    def is_category(self) -> bool:
        return bool(self.names)


def continuous(label: str, low: float, high: float, low_word: str = "", high_word: str = "") -> AttributeKind:
    """An attribute that varies smoothly between two ends."""
    return AttributeKind(label=label, low=low, high=high, low_word=low_word, high_word=high_word)


def category(label: str, names: Sequence[str]) -> AttributeKind:
    """An attribute that is one of several things, written as its place in `names`."""
    return AttributeKind(
        label=label, low=0.0, high=float(len(names) - 1), low_word=names[0], high_word=names[-1], names=tuple(names)
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Store:
    """A set of pictures, ready to train on. Nothing in it is changed after it was made."""

    name: str
    label: str
    pictures: torch.Tensor
    """uint8 (N, C, H, W), square, one or three channels."""
    attributes: dict[str, torch.Tensor] = field(default_factory=dict)
    """name -> float32 (N,); categories as integers in float."""
    visible: dict[str, torch.Tensor] = field(default_factory=dict)
    """name -> bool (N,): whether the picture shows the attribute at all (gaze behind sunglasses does not)."""
    kinds: dict[str, AttributeKind] = field(default_factory=dict)
    labels: torch.Tensor | None = None
    """int64 (N,): the class of each picture, -1 where it is not known."""
    classes: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    sources: torch.Tensor | None = None
    """uint8 (M, C, H, W): pictures that are translated into these; the partner of each where `is_paired`."""
    source_split: torch.Tensor | None = None
    """uint8 (M,), ascending, of sources that are no partners."""
    judge: str = ""
    """The bundled judge that reads such pictures, and the reader that models may learn from; empty for none."""
    reader: str = ""
    split: torch.Tensor
    """uint8 (N,), values of `Split`, ascending."""
    provenance: dict[str, str] = field(default_factory=dict)
    sha256: str = ""

    def __len__(self) -> int:
        return self.pictures.shape[0]

    @property
    def size(self) -> int:
        """Pixels on a side."""
        return self.pictures.shape[2]

    @property
    def channels(self) -> int:
        return self.pictures.shape[1]

    @property
    def is_paired(self) -> bool:
        """Whether source k is the partner of picture k."""
        return self.sources is not None and self.source_split is None

    def subset(self, split: Split) -> Store:
        """The pictures of one part of the split, as views: nothing is copied."""
        part = _part(self.split, split)
        their_part = part if self.source_split is None else _part(self.source_split, split)
        return replace(
            self,
            pictures=self.pictures[part],
            attributes={name: values[part] for name, values in self.attributes.items()},
            visible={name: values[part] for name, values in self.visible.items()},
            labels=None if self.labels is None else self.labels[part],
            captions=self.captions[part],
            sources=None if self.sources is None else self.sources[their_part],
            source_split=None if self.source_split is None else self.source_split[their_part],
            split=self.split[part],
            sha256=hashlib.sha256(f"{self.sha256} split {int(split)}".encode()).hexdigest() if self.sha256 else "",
        )

    def resized(self, size: int, channels: int) -> Store:
        """The same set at another size or in grey; itself when it already is, and kept for the next call."""
        work = self.resizing(size, channels)
        while True:
            try:
                next(work)
            except StopIteration as end:
                found: Store = end.value
                return found

    def resizing(self, size: int, channels: int) -> Generator[None, None, Store]:
        """The same as work that takes a while: yields None after each piece."""
        if (size, channels) == (self.size, self.channels):
            return self
        pictures, sources = (yield from self._at("", self.pictures, size, channels)), self.sources
        if sources is not None:
            sources = yield from self._at("sources ", sources, size, sources.shape[1])
        return replace(
            self,
            pictures=pictures,
            sources=sources,
            sha256=hashlib.sha256(f"{self.sha256} {size} {channels}".encode()).hexdigest() if self.sha256 else "",
        )

    def _at(self, what: str, pictures: torch.Tensor, size: int, channels: int) -> Generator[None, None, torch.Tensor]:
        key = (what + self.sha256, len(pictures), size, channels)
        found = _resized.get(key) if self.sha256 else None
        if found is None:
            found = yield from resizing(pictures, size, channels)
            if self.sha256:
                _remember(key, found)
        return found

    def between_classes(self) -> Store:
        """Of two classes: pictures of the second, with those of the first as what is translated into them."""
        if self.labels is None or len(self.classes) != 2:
            raise ValueError("not two classes")
        first, second = ((self.labels == label).nonzero().flatten() for label in (0, 1))
        return replace(
            take_known(self, second),
            pictures=self.pictures.index_select(0, second),
            labels=None,
            classes=(),
            sources=self.pictures.index_select(0, first),
            source_split=self.split[first],
            sha256=hashlib.sha256(f"{self.sha256} between".encode()).hexdigest() if self.sha256 else "",
        )


def _part(split_N: torch.Tensor, split: Split) -> slice:
    first, last = (int(torch.searchsorted(split_N, torch.tensor(s, dtype=torch.uint8), right=right))
                   for s, right in ((split, False), (split, True)))  # fmt: skip
    return slice(first, last)


def take_known(store: Store, rows: torch.Tensor) -> Store:
    """All that is known of the pictures at `rows`, in that order, beside the pictures as they were.

    Only for whoever puts the pictures in the same order next, a piece at a time.
    """
    return replace(
        store,
        attributes={name: values[rows] for name, values in store.attributes.items()},
        visible={name: values[rows] for name, values in store.visible.items()},
        labels=None if store.labels is None else store.labels[rows],
        captions=tuple(store.captions[k] for k in rows.tolist()) if store.captions else (),
        split=store.split[rows],
        sha256="",
    )


_KEPT_BYTES = 1 << 30
_resized: dict[tuple[str, int, int, int], torch.Tensor] = {}


def _remember(key: tuple[str, int, int, int], pictures: torch.Tensor) -> None:
    """Keep what was resized last, the oldest leaving first, within a fixed amount of memory."""
    _resized[key] = pictures
    while len(_resized) > 1 and sum(kept.nbytes for kept in _resized.values()) > _KEPT_BYTES:
        _resized.pop(next(iter(_resized)))


def fixed_split(pictures: torch.Tensor, validation: float = 0.1, test: float = 0.1) -> torch.Tensor:
    """A part for every picture, decided by the hash of what it shows.

    Equal pictures have equal hashes and land in the same part, so none is trained on and tested with; adding
    pictures to a set moves none of the others. Fewer than ten pictures are all trained on.
    """
    split = torch.zeros(len(pictures), dtype=torch.uint8)
    if len(pictures) < 10:
        return split
    hashes = (hashlib.blake2b(picture.numpy().tobytes(), digest_size=6).digest() for picture in pictures)
    place = torch.tensor([int.from_bytes(digest, "big") / float(1 << 48) for digest in hashes], dtype=torch.float64)
    split[place >= 1.0 - validation - test] = Split.VALIDATION
    split[place >= 1.0 - test] = Split.TEST
    if not bool((split == Split.TRAIN).any()):  # all pictures identical, and their hash unlucky
        split[:] = Split.TRAIN
    return split
