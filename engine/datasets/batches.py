"""Which pictures a step sees, and how they become numbers.

The order is a pure function of (seed, epoch, step): a resumed run needs no state of a loader to see exactly
what an uninterrupted one would have seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol, Self

import torch
from torch import Tensor

from engine.datasets.store import Store
from engine.machine.seeds import generator

_PARTNERS = 0x5EED
"""Tells the order of unpaired sources from that of the pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some pictures or points as numbers, with all that is known of them."""

    x: Tensor
    source: Tensor | None = None
    labels_B: Tensor | None = None
    captions_BT: Tensor | None = None
    attributes: Mapping[str, Tensor] = field(default_factory=dict)
    visible: Mapping[str, Tensor] = field(default_factory=dict)

    def to(self, device: torch.device) -> Rows:
        """The same on another device."""

        def moved(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else tensor.to(device, non_blocking=True)

        return Rows(
            x=self.x.to(device, non_blocking=True),
            source=moved(self.source),
            labels_B=moved(self.labels_B),
            captions_BT=moved(self.captions_BT),
            attributes={name: values.to(device) for name, values in self.attributes.items()},
            visible={name: values.to(device) for name, values in self.visible.items()},
        )


class BatchSource(Protocol):
    """Where the batches of a run come from: pictures, pairs of them, points, or features."""

    @property
    def name(self) -> str:
        """Of the data set."""

    def __len__(self) -> int:
        """How many rows one epoch shows."""

    def placed(self, device: torch.device) -> Self:
        """The same, near to the device when it fits there."""

    def rows(self, *, count: int, seed: int, step: int, layout: torch.memory_format) -> Rows:
        """The rows of one step: a pure function of (seed, step)."""


@lru_cache(maxsize=4)
def _order(n: int, seed: int, epoch: int) -> torch.Tensor:
    """The permutation of one epoch."""
    return torch.randperm(n, generator=generator(seed, epoch))


def batch_indices(n: int, batch: int, *, seed: int, step: int) -> torch.Tensor:
    """Indices of the pictures of one step. Every epoch shows `n // batch` full batches, each picture at most once.

    A batch larger than the set is a setting that its owner refuses with a sentence; here it is a mistake.
    """
    if not 0 < batch <= n:
        raise ValueError(f"a batch of {batch} from {n} pictures")
    epoch, place = divmod(step, n // batch)
    return _order(n, seed, epoch)[place * batch : (place + 1) * batch]


def evenly(total: int, count: int) -> torch.Tensor:
    """`count` places spread over `total`, one by chance in each of as many equal stretches: a part like the whole.

    Sets from folders stand class by class, so that their first pictures would all be of the first class; in others
    the classes take turns, so that every sixth picture would show half of the classes. The chance is always the same.
    """
    count = min(count, total)
    edges = torch.arange(count + 1) * total // max(1, count)
    width = edges[1:] - edges[:-1]
    chance = torch.rand(count, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return edges[:-1] + (chance * width).long().clamp_max(width - 1)


def batch(
    source: Store | torch.Tensor,
    indices: torch.Tensor,
    *,
    flip: torch.Generator | None = None,
    layout: torch.memory_format = torch.contiguous_format,
) -> torch.Tensor:
    """x_BCHW = 2 u / 255 - 1 of the pictures at `indices`: float32 in [-1, 1], where the pictures are.

    With a generator, half of the pictures are mirrored left to right.
    """
    pictures = source.pictures if isinstance(source, Store) else source
    u_BCHW = pictures.index_select(0, indices.to(pictures.device))
    if flip is not None:
        mirrored = torch.rand(len(indices), generator=flip, device=flip.device) < 0.5
        rows = mirrored.nonzero().flatten().to(u_BCHW.device)
        u_BCHW[rows] = u_BCHW[rows].flip(3)
    return u_BCHW.to(torch.float32, memory_format=layout).mul_(2.0 / 255.0).sub_(1.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoreBatches:
    """Batches of a store's pictures, each with its source and its caption where it has them."""

    store: Store
    captions_NT: Tensor | None = None
    """Tokens of the captions, for families that read them."""

    @property
    def name(self) -> str:
        return self.store.name

    def __len__(self) -> int:
        return len(self.store)

    def placed(self, device: torch.device) -> StoreBatches:
        """Pictures on the GPU when they fit in half of what is free there."""
        if device.type != "cuda" or self.store.pictures.nbytes >= torch.cuda.mem_get_info(device)[0] // 2:
            return self
        return replace(self, store=replace(self.store, pictures=self.store.pictures.to(device)))

    def rows(self, *, count: int, seed: int, step: int, layout: torch.memory_format) -> Rows:
        store = self.store
        indices = batch_indices(len(store), count, seed=seed, step=step)
        return Rows(
            x=batch(store.pictures, indices, layout=layout),
            source=self._sources(indices, seed, step, layout),
            labels_B=None if store.labels is None else store.labels[indices],
            captions_BT=None if self.captions_NT is None else self.captions_NT[indices],
            attributes={name: values[indices] for name, values in store.attributes.items()},
            visible={name: values[indices] for name, values in store.visible.items()},
        )

    def _sources(self, indices: Tensor, seed: int, step: int, layout: torch.memory_format) -> Tensor | None:
        """The partner of each picture; without pairs, pictures of the other kind in an order of their own."""
        sources = self.store.sources
        if sources is None:
            return None
        if not self.store.is_paired:
            indices = batch_indices(len(sources), min(len(indices), len(sources)), seed=seed ^ _PARTNERS, step=step)
        return batch(sources, indices, layout=layout)
