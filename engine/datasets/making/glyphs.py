"""Glyphs drawn into a folder: a sub-folder for each digit, so that they are read back with their classes.

3/glyph-00013.png …, labels.csv
"""

from __future__ import annotations

import csv
import io
from collections.abc import Generator
from pathlib import Path

import numpy as np

from engine.datasets.making.folder import write_png
from engine.datasets.source import Stopper
from engine.datasets.synthetic.glyphs import render_glyphs
from engine.disk.files import atomic_write
from engine.protocol.requests import MakeSet

LABELS_FILE = "labels.csv"
_AT_ONCE = 100


def make_glyph_files(order: MakeSet, folder: Path, stopped: Stopper) -> Generator[int | None, None, int]:
    """Write the set; yields how many are done, and ends with what there is when it is stopped."""
    digits = max(5, len(str(order.count - 1)))
    rows: list[tuple[str, int]] = []
    for first in range(0, order.count, _AT_ONCE):
        if stopped():
            break
        indices = np.arange(first, min(first + _AT_ONCE, order.count))
        for index, pixels in zip(indices.tolist(), render_glyphs(order.seed, indices), strict=True):
            name = f"{index % 10}/glyph-{index:0{digits}d}.png"
            write_png(folder / name, pixels)
            rows.append((name, index % 10))
        yield len(rows)
    if rows:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([("file", "label"), *rows])
        atomic_write(folder / LABELS_FILE, text.getvalue())
    return len(rows)
