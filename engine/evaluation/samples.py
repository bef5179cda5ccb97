"""Pictures that were sampled to be measured, kept for a while: the next metric, the sheet and the neighbours need
them again, and a model that samples pixel by pixel takes minutes for them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.disk.files import LoadError, ZscapeError, atomic_write, read_bounded
from engine.machine.work import Work
from engine.opened.model import GRID_BATCH, OpenedModel
from engine.opened.pictures import from_image
from engine.protocol.answers import Evaluating
from engine.protocol.values import Image, Recipe

MOST_BYTES = 256 << 20
"""Of all models together; those that were used longest ago leave."""
_NAME = re.compile(r"[0-9a-f]{8,64}")


class Samples:
    """Where they are kept; without a home nowhere."""

    def __init__(self, home: Path | None) -> None:
        self._folder = None if home is None else home / "cache" / "samples"

    def read(self, opened: OpenedModel) -> NDArray[np.uint8]:
        """Pictures (N, H, W, 3) of the seeds 0, 1, …, as far as they are there."""
        path, side = self._path(opened), opened.family.picture.size
        nothing: NDArray[np.uint8] = np.zeros((0, side, side, 3), np.uint8)
        if path is None or not path.is_file():
            return nothing
        try:
            found = np.load(io.BytesIO(read_bounded(path, limit_bytes=MOST_BYTES)), allow_pickle=False)
        except (LoadError, ValueError, EOFError, OSError):
            return nothing
        if not isinstance(found, np.ndarray) or found.dtype != np.uint8 or found.shape[1:] != nothing.shape[1:]:
            return nothing
        with suppress(OSError):
            path.touch()
        return found

    def keep(self, opened: OpenedModel, images: list[Image]) -> None:
        """Keep these, and let others leave; where nothing can be written they are drawn again."""
        path = self._path(opened)
        if path is None or not images:
            return
        content = io.BytesIO()
        np.save(content, np.stack(images), allow_pickle=False)
        with suppress(ZscapeError, OSError):
            atomic_write(path, content.getvalue())
            self._make_room(path)

    def _path(self, opened: OpenedModel) -> Path | None:
        """What learns changes: it has no fingerprint of its own."""
        if self._folder is None or opened.moment or _NAME.fullmatch(opened.fingerprint) is None:
            return None
        return self._folder / f"{opened.fingerprint}.npy"

    def _make_room(self, newest: Path) -> None:
        files = sorted(newest.parent.glob("*.npy"), key=lambda path: -path.stat().st_mtime)
        total = 0
        for path in files:
            total += path.stat().st_size
            if total > MOST_BYTES and path != newest:
                path.unlink(missing_ok=True)


def images_of(opened: OpenedModel, n: int, kept: Samples) -> Iterator[list[Image] | None]:
    """Pictures of the seeds 0 to n - 1 in pieces, as the gallery draws them; None at seams.

    What is drawn when nobody wants the rest is kept all the same.
    """
    before = kept.read(opened)
    for first in range(0, min(n, len(before)), GRID_BATCH):
        yield list(before[first : min(n, first + GRID_BATCH)])
    if len(before) >= n:
        return
    images: list[Image] = list(before)
    recipes = [Recipe(model=opened.fingerprint, seed=seed) for seed in range(len(before), n)]
    try:
        for first in range(0, len(recipes), GRID_BATCH):
            drawing = opened.pictures(recipes[first : first + GRID_BATCH])
            while True:
                try:
                    next(drawing)
                except StopIteration as end:
                    some: list[Image] = end.value
                    break
                yield None
            images += some
            yield some
    finally:
        kept.keep(opened, images)


def sampled(opened: OpenedModel, n: int, kept: Samples | None = None) -> Iterator[Tensor | None]:
    """The same as (B, C, H, W), in [-1, 1]."""
    for images in images_of(opened, n, kept or Samples(None)):
        if images is None:
            yield None
        else:
            yield torch.stack([from_image(image, opened.family.picture.channels) for image in images])


def sampled_images(opened: OpenedModel, n: int, kept: Samples) -> Work[list[Image]]:
    """All of them, with progress."""
    found: list[Image] = []
    for images in images_of(opened, n, kept):
        if images is None:
            yield None
            continue
        found += images
        yield Evaluating(what="Sampling pictures", done=len(found), of=n)
    return found
