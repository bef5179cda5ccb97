"""Points of a density as data to learn from: the same surface as a store of pictures, without pictures.

A density that is known by name gives its points anew each time; a folder of points that was drawn is read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from os.path import isfile
from pathlib import Path

import torch
from torch import Tensor

from engine.datasets.batches import Rows, batch_indices
from engine.datasets.store import AttributeKind, Split, fixed_split
from engine.datasets.synthetic.toy import TOYS
from engine.disk.files import LoadError, read_bounded, shown

POINTS = 20_000
"""Drawn of a density that is known by name."""
POINTS_FILE, ABOUT_FILE = "points.csv", "density.json"
_AXES = ("x", "y")
_LIMIT = 1 << 28


@dataclass(frozen=True, kw_only=True, eq=False)
class PointStore:
    """Points (N, D) with what is known of them. Nothing in it is changed after it was made."""

    name: str
    label: str
    points_ND: Tensor
    labels: Tensor | None = None
    classes: tuple[str, ...] = ()
    split: Tensor
    attributes: dict[str, Tensor] = field(default_factory=dict)
    visible: dict[str, Tensor] = field(default_factory=dict)
    kinds: Mapping[str, AttributeKind] = field(default_factory=dict)
    sha256: str = ""

    @property
    def pictures(self) -> Tensor:
        """The rows, under the name by which families measure them."""
        return self.points_ND

    def __len__(self) -> int:
        return len(self.points_ND)

    def subset(self, split: Split) -> PointStore:
        """One part of the split."""
        rows = self.split == int(split)
        return replace(
            self,
            points_ND=self.points_ND[rows],
            labels=None if self.labels is None else self.labels[rows],
            split=self.split[rows],
            sha256=hashlib.sha256(f"{self.sha256} split {int(split)}".encode()).hexdigest(),
        )

    def placed(self, device: torch.device) -> PointStore:
        return replace(self, points_ND=self.points_ND.to(device))

    def rows(self, *, count: int, seed: int, step: int, layout: torch.memory_format) -> Rows:
        indices = batch_indices(len(self), count, seed=seed, step=step)
        return Rows(
            x=self.points_ND[indices.to(self.points_ND.device)],
            labels_B=None if self.labels is None else self.labels[indices],
        )


def point_store(
    name: str, label: str, points_ND: Tensor, labels: Tensor | None = None, classes: tuple[str, ...] = ()
) -> PointStore:
    """Points as data, split by what they are, so that equal points land in the same part."""
    split = fixed_split(points_ND)
    order = torch.argsort(split, stable=True)
    return PointStore(
        name=name,
        label=label,
        points_ND=points_ND[order].float(),
        labels=None if labels is None else labels[order],
        classes=classes,
        split=split[order],
        sha256=hashlib.sha256(points_ND.numpy().tobytes()).hexdigest(),
    )


def density_points(name: str, count: int = POINTS) -> PointStore:
    """Points of a known density; always the same ones."""
    toy = TOYS[name]
    return point_store(toy.name, toy.label, toy.sample(count, torch.Generator().manual_seed(0)))


def is_points_folder(folder: Path) -> bool:
    """Whether a folder holds points that were drawn of a density."""
    return isfile(folder / ABOUT_FILE) and isfile(folder / POINTS_FILE)


def read_points(folder: Path) -> PointStore:
    """The points of a folder, one or two coordinates each."""
    path = folder / POINTS_FILE
    rows = csv.reader(io.StringIO(read_bounded(path, limit_bytes=_LIMIT).decode("utf-8", "replace")))
    try:
        columns = [place for place, name in enumerate(next(rows)) if name in _AXES]
        points = [[float(row[place]) for place in columns] for row in rows if row]
    except (StopIteration, ValueError, IndexError, csv.Error):
        points, columns = [], []
    if not points or not columns or not all(math.isfinite(x) for point in points for x in point):
        raise LoadError(path, "damaged", f"“{shown(path)}” in “{shown(folder)}” is no table of points; draw it again.")
    return point_store(shown(folder), shown(folder), torch.tensor(points))
