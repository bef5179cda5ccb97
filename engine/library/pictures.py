"""A picture for each entry: four samples, of a run as it drew them last, of a model drawn once and kept."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image as Pillow

from engine.disk.bundled import find_model
from engine.disk.files import LoadError, ZscapeError, atomic_write, read_bounded
from engine.disk.runs import RunFolder
from engine.machine.work import Work, beside
from engine.opened.export import png_bytes, tiled
from engine.opened.model import open_model_file
from engine.protocol.values import Image, Recipe
from engine.training.previews import newest_sheet

SIDE = 2
"""Samples in a row and in a column."""
_BYTES, _MOST_PX = 8 << 20, 2048


def picture_of(source: str, home: Path, device: torch.device) -> Work[Image | None]:
    """The picture of an entry; None where nothing can be drawn."""
    folder = Path(source)
    if "\0" not in source and RunFolder(folder).exists():
        cells = yield from beside(lambda unwanted: newest_sheet(RunFolder(folder)))
        if cells:
            return tiled(cells[: SIDE * SIDE], SIDE)
    try:
        model = find_model(source)
        cached = home / "cache" / "thumbnails" / f"{_key(model)}.png"
        kept = yield from beside(lambda unwanted: _read(cached))
        if kept is not None:
            return kept
        image = yield from _drawn(model, device)
        atomic_write(cached, png_bytes(image))
    except (ZscapeError, OSError):
        return None
    return image


def _drawn(model: Path, device: torch.device) -> Work[Image]:
    """The model's first picture and three more of those that its card names as good, else of the first seeds."""
    opened = open_model_file(str(model), device)
    yield None
    first = opened.model.card.get("first_seed", 0)
    first = first if isinstance(first, int) else 0
    chosen = opened.model.card.get("first_sheet", ())
    good = [seed for seed in chosen if isinstance(seed, int)] if isinstance(chosen, list) else []
    others = [seed for seed in (*good, *range(1, SIDE * SIDE + 1)) if seed != first][: SIDE * SIDE - 1]
    recipes = [Recipe(model=opened.fingerprint, seed=seed) for seed in (first, *others)]
    drawing = opened.pictures(recipes)
    while True:
        try:
            next(drawing)
        except StopIteration as end:
            return tiled(end.value, SIDE)
        yield None


def _key(model: Path) -> str:
    """Of a file as it is now: one that is replaced gets another picture."""
    info = model.stat()
    told = f"{model.absolute()}|{info.st_size}|{info.st_mtime_ns}"
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _read(path: Path) -> Image | None:
    try:
        with Pillow.open(io.BytesIO(read_bounded(path, limit_bytes=_BYTES)), formats=("PNG",)) as picture:
            if max(picture.size) > _MOST_PX:
                return None
            picture.load()
            return np.asarray(picture.convert("RGB")).copy()
    except (LoadError, OSError, SyntaxError, ValueError, Pillow.DecompressionBombError):
        return None
