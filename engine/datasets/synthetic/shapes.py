"""Black and white shapes of which every one there can be is listed: how hard they are to guess is known exactly.

Filled rectangles, frames, discs and right triangles, at every size and place at which they lie inside the picture, each
once and all equally likely. No law can need fewer than log N nats for one of N, on average.
Shapes of arrays: (N, H, W), uint8, 0 or 255.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.source import reading
from engine.datasets.store import Split, Store
from engine.machine.work import Work

SIZE = 20
COUNT = 12_000
SEED = 7
RECTANGLES, FRAMES, RADII, LEGS = range(3, 11), range(5, 11), range(2, 8), range(4, 13)
_INK = 255

Ink = NDArray[np.uint8]


def stamps() -> Iterator[Ink]:
    """Every shape in the smallest box around it (h, w)."""
    for height in RECTANGLES:
        for width in RECTANGLES:
            yield np.full((height, width), _INK, np.uint8)
    for height in FRAMES:
        for width in FRAMES:
            frame = np.full((height, width), _INK, np.uint8)
            frame[1:-1, 1:-1] = 0
            yield frame
    for radius in RADII:
        along = np.arange(-radius, radius + 1)
        yield np.where(along[:, None] ** 2 + along**2 <= radius**2, np.uint8(_INK), np.uint8(0))
    for leg in LEGS:
        for turns in range(4):
            yield np.rot90(np.tril(np.full((leg, leg), _INK, np.uint8)), turns)


def places(stamp: Ink) -> int:
    """At how many places it lies inside the picture."""
    height, width = int(stamp.shape[0]), int(stamp.shape[1])
    return (SIZE - height + 1) * (SIZE - width + 1)


def kinds() -> int:
    """N: how many pictures there can be."""
    return sum(places(stamp) for stamp in stamps())


def entropy_nats() -> float:
    """log N, of a whole picture."""
    return math.log(kinds())


def every_shape(rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The pictures of these numbers, 0 … N-1."""
    all_stamps = list(stamps())
    ends = np.cumsum([places(stamp) for stamp in all_stamps])
    pictures = np.zeros((len(rows), SIZE, SIZE), np.uint8)
    for place, number in enumerate(rows):
        which = int(np.searchsorted(ends, number, side="right"))
        stamp = all_stamps[which]
        height, width = stamp.shape
        row, column = divmod(int(number) - int(ends[which]) + places(stamp), SIZE - width + 1)
        pictures[place, row : row + height, column : column + width] = stamp
    return pictures


def shapes_store() -> Work[Store]:
    """The bundled shapes: 10 000 to train on, 1 000 to validate, 1 000 to test, no two of them equal."""
    chosen = np.random.default_rng(SEED).permutation(kinds())[:COUNT]
    pictures = torch.from_numpy(every_shape(chosen))[:, None]
    yield reading(COUNT, COUNT)
    split = torch.zeros(COUNT, dtype=torch.uint8)
    split[COUNT - 2000 :] = Split.VALIDATION
    split[COUNT - 1000 :] = Split.TEST
    return Store(
        name="shapes", label="Shapes", pictures=pictures, split=split,
        provenance={
            "source": "drawn by Zscape", "seed": str(SEED), "kinds": str(kinds()),
            "entropy": f"{entropy_nats():.5f} nats a picture, {entropy_nats() / SIZE**2:.6f} a pixel",
        },
    )  # fmt: skip
