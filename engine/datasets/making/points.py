"""Points of a density drawn into a folder, each with its exact log density, and the pictures that show both.

points.csv      x,y,log_density (x,log_density in one dimension)
density.png     the exact density        points.png      what was drawn from it
density.json    which density it is, how far it reaches, the seed
"""

from __future__ import annotations

import csv
import io
from collections.abc import Generator
from pathlib import Path

import msgspec
import torch

from engine.datasets.making.folder import write_png
from engine.datasets.making.maps import density_map, points_map
from engine.datasets.points import ABOUT_FILE, POINTS_FILE
from engine.datasets.source import Stopper
from engine.datasets.synthetic.toy import TOYS, Toy
from engine.disk.files import atomic_write
from engine.protocol.requests import MakeSet

MAP_FILE, DOTS_FILE = "density.png", "points.png"
SCHEMA = 1
_AXES = ("x", "y")


def sampled_points(toy: Toy, count: int, seed: int) -> torch.Tensor:
    """(count, D) points; the same for the same seed."""
    return toy.sample(count, torch.Generator().manual_seed(seed))


def points_table(toy: Toy, points_ND: torch.Tensor) -> str:
    """The points as they are written, and the log density at what is written: both can be checked by whoever reads."""
    exact = toy.log_density(points_ND.double())
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_AXES[: toy.dimensions], "log_density"])
    for point, value in zip(points_ND.double().tolist(), exact.tolist(), strict=True):
        writer.writerow([*(repr(x) for x in point), f"{value:.12g}"])
    return text.getvalue()


def make_point_files(order: MakeSet, size: int, folder: Path, stopped: Stopper) -> Generator[int | None, None, int]:
    """Write the set; what is stopped before its pictures are drawn is not kept, because it takes a second in all."""
    toy = TOYS[order.what]
    points_ND = sampled_points(toy, order.count, order.seed)
    yield None
    atomic_write(folder / POINTS_FILE, points_table(toy, points_ND))
    about = {
        "schema": SCHEMA, "density": toy.name, "label": toy.label, "dimensions": toy.dimensions,
        "low": -toy.extent, "high": toy.extent, "points": order.count, "seed": order.seed,
    }  # fmt: skip
    atomic_write(folder / ABOUT_FILE, msgspec.json.format(msgspec.json.encode(about), indent=2) + b"\n")
    if stopped():
        return 0
    yield None
    write_png(folder / MAP_FILE, density_map(toy, size))
    if stopped():
        return 0
    yield None
    write_png(folder / DOTS_FILE, points_map(toy, points_ND, size))
    yield order.count
    return order.count
