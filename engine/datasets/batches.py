"""Which pictures a step sees, and how they become numbers.

The order is a pure function of (seed, epoch, step): a resumed run needs no state of a loader to see exactly
what an uninterrupted one would have seen.
"""

from __future__ import annotations

from functools import lru_cache

import torch

from engine.datasets.store import Store
from engine.machine.seeds import generator


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
