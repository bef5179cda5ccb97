"""A model's pictures beside the training pictures nearest to them, as files: every distance, and both ends."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.comparing.charts import sheet
from engine.disk.files import atomic_write
from engine.evaluation.learned.closeness import Beside, told
from engine.opened.export import png_bytes
from engine.protocol.scoring import NeighboursFound, Pair, Space

SHOWN = 10
"""Pairs of each of the three rows."""
COLUMNS = ("seed", "distance", "percentile", "training_picture")
BANDS = (("near", "resembles"), ("middle", "modifies"), ("far", "is neither"))


def write(found: Beside, source: str, space: Space, folder: Path) -> tuple[dict[str, Any], dict[str, Path]]:
    """neighbours.csv and neighbours.png; what they come to, and where they are."""
    ends = told(found, source, space, SHOWN)
    files = {"csv": folder / "neighbours.csv", "pictures": folder / "neighbours.png"}
    atomic_write(files["csv"], _table(found))
    atomic_write(files["pictures"], png_bytes(_pictures(ends)))
    numbers = {
        "space": space.value,
        "n": ends.n,
        "memorised": round(ends.copies, 4),
        "memorised_real": round(ends.copies_real, 4),
        "percentile_median": round(float(found.percentiles_N.median()), 2),
    }
    return numbers, files


def _table(found: Beside) -> str:
    """A line for each picture, the nearest first; a training picture by its place among those learned from."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for seed in found.order:
        distance, percentile = float(found.distances_N[seed]), float(found.percentiles_N[seed])
        lines.writerow((seed, f"{distance:.6g}", f"{percentile:.4g}", int(found.rows_N[seed])))
    return text.getvalue()


def _pictures(ends: NeighboursFound) -> NDArray[np.uint8]:
    """Each band: pictures of the model above, what they are nearest to below, and how near new pictures come."""
    bands = []
    for name, words in BANDS:
        pairs: tuple[Pair, ...] = getattr(ends, name)
        rows = [[np.asarray(pair.image) for pair in pairs], [np.asarray(pair.neighbour) for pair in pairs]]
        bands.append(sheet(rows, [words, "nearest learned"], [f"{pair.percentile:.0f} %" for pair in pairs]))
    return np.concatenate(bands)
