"""Heads of known attributes, and the same heads drawn again with just one attribute changed.

Only rendered faces have such a truth: the renderer is ours, so the picture that an edit should have led to exists.
Shape legend: N heads, C channels, H height, W width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.datasets.faces.factors import ATTRIBUTE_NAMES, ATTRIBUTES, Attribute, FaceTable, sample_factors
from engine.datasets.faces.masks import LOCAL, visibility
from engine.datasets.faces.render import render_pieces
from engine.datasets.store import Split, Store
from engine.machine.work import Work
from engine.protocol.answers import Evaluating

MEASURED_SEED, LEARNED_SEED = 909, 808
"""Neither is that of any faces that models learn from: those that are measured on were seen by nobody."""
CHANGED = 2.0 / 127.5
"""So much of the range is a visible change; less is the light that bounces off what did change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """Rendered heads, and what was drawn into them."""

    table: FaceTable
    x_NCHW: Tensor

    def __len__(self) -> int:
        return len(self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Some of the heads with one attribute changed."""

    attribute: str
    rows: Tensor
    """Which of the heads: those that show it before and after."""
    wished_M: Tensor
    """How much it changed: in its own units, ±1 for something that is put on or taken off."""
    x_MCHW: Tensor


def is_rendered(data: Store) -> bool:
    """Whether pictures of these data can be drawn again with another attribute."""
    return set(ATTRIBUTE_NAMES) <= set(data.attributes) and data.channels == 3


def units(data: Store) -> dict[str, float]:
    """What one unit of each slider is, one standard deviation of the attribute over the training pictures, as surveyed.

    Categories count as whether the thing is there.
    """
    train, found = data.subset(Split.TRAIN), {}
    for attribute in ATTRIBUTES:
        value_N = train.attributes[attribute.name]
        if attribute.kind == "category":
            value_N = (value_N > 0.5).float()
        seen = train.visible.get(attribute.name)
        found[attribute.name] = max(1e-6, float((value_N if seen is None else value_N[seen]).std()))
    return found


def sampled_heads(count: int, seed: int, size: int) -> Work[Heads]:
    """So many heads."""
    table = sample_factors(seed, range(count))
    x_NCHW = yield from _rendered(table, size, "Drawing heads")
    return Heads(table=table, x_NCHW=x_NCHW)


def changed(heads: Heads, attribute: str, unit: float, size: int) -> Work[Changed]:
    """The heads with one attribute moved by one unit, up and down in turn where both are possible."""
    kind = next(one for one in ATTRIBUTES if one.name == attribute)
    old_N = heads.table.columns[attribute]
    new_N = np.array([_other(kind, float(value), unit, k) for k, value in enumerate(old_N)], np.float32)
    columns = {**heads.table.columns, attribute: new_N}
    table, place = FaceTable(columns, heads.table.identity), ATTRIBUTE_NAMES.index(attribute)
    shown: NDArray[np.bool_] = visibility(heads.table)[:, place] & visibility(table)[:, place]
    rows = np.flatnonzero(shown)
    x_MCHW = yield from _rendered(table.rows(rows.tolist()), size, f"Drawing heads again: {kind.label.lower()}")
    wished_N = (new_N > 0.5).astype(np.float32) - (old_N > 0.5) if kind.kind == "category" else new_N - old_N
    return Changed(
        attribute=attribute,
        rows=torch.from_numpy(rows),
        wished_M=torch.from_numpy(wished_N[rows]).float(),
        x_MCHW=x_MCHW,
    )


def outside(before_NCHW: Tensor, after_NCHW: Tensor) -> Tensor:
    """The pixels (N, H, W) that stay as they are from one picture to the other, and so do their neighbours."""
    moved_NHW = (after_NCHW - before_NCHW).abs().amax(1) > CHANGED
    reach = max(1, before_NCHW.shape[-1] // 32)
    grown = torch.nn.functional.max_pool2d(moved_NHW[:, None].float(), 2 * reach + 1, 1, reach)
    return grown[:, 0] < 0.5


def is_local(attribute: str) -> bool:
    """Whether an attribute changes a part of the picture only."""
    return attribute in LOCAL


def _other(kind: Attribute, value: float, unit: float, k: int) -> float:
    if kind.kind == "category":
        return 0.0 if value > 0.5 else float(1 + k % (len(kind.categories) - 1))
    ways = [value + sign * unit for sign in ((1, -1) if k % 2 else (-1, 1))]
    return next((new for new in ways if kind.low <= new <= kind.high), min(max(ways[0], kind.low), kind.high))


def _rendered(table: FaceTable, size: int, words: str) -> Work[Tensor]:
    pictures: list[Tensor] = []
    done = 0
    for piece in render_pieces(table, size):
        if piece is None:
            yield None
            continue
        pictures.append(torch.from_numpy(np.array(piece.images)).permute(0, 3, 1, 2).float() / 127.5 - 1.0)
        done += len(piece.images)
        yield Evaluating(what=words, done=done, of=len(table))
    return torch.cat(pictures) if pictures else torch.zeros(0, 3, size, size)
