"""Rendering a large set of faces in pieces that survive interruption.

Rendering takes the better part of an hour, so each piece of 200 pictures is a file of its own that appears
whole or not at all. Several processes may work in one folder: each goes round the circle of pieces from its
own place and skips what exists. Whoever starts again goes on.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.datasets.faces.factors import sample_factors
from engine.datasets.faces.render import render_faces
from engine.disk.files import LoadError, atomic_write, shown
from engine.machine.work import Work
from engine.protocol.answers import Preparing

PIECE = 200


def piece_paths(work: Path, count: int) -> list[Path]:
    """The files of all pieces of a set, in order."""
    return [work / f"piece-{first // PIECE:04d}.npz" for first in range(0, count, PIECE)]


def render_pieces(
    count: int,
    seed: int,
    work: Path,
    *,
    size: int = 64,
    part: int = 0,
    parts: int = 1,
) -> Work[bool]:
    """Render what is still missing of a set; True when every piece exists.

    `part` of `parts` only says where on the circle of pieces this process begins.
    """
    _claim(work, {"count": count, "seed": seed, "size": size})
    paths = piece_paths(work, count)
    start = part * len(paths) // parts
    for number in [*range(start, len(paths)), *range(start)]:
        if not paths[number].exists():
            first = number * PIECE
            indices = np.arange(first, min(first + PIECE, count))
            atomic_write(paths[number], (yield from _render(seed, indices, size)))
            done = sum(path.exists() for path in paths)
            yield Preparing(what="Rendering pieces", done=done, of=len(paths))
    return all(path.exists() for path in paths)


def _render(seed: int, indices: NDArray[np.int64], size: int) -> Work[bytes]:
    """One piece as a file: pictures, what they show, and all that is needed to draw them again."""
    table = sample_factors(seed, indices.tolist())
    images, visible = [], []
    for rendered in render_faces(table, size):
        images.append(rendered.images)
        visible.append(rendered.visible)
        yield None
    content = io.BytesIO()
    columns = {f"column.{name}": values for name, values in table.columns.items()}
    np.savez_compressed(
        content, allow_pickle=False, images=np.concatenate(images), visible=np.concatenate(visible),
        indices=indices, identity=table.identity, **columns,
    )  # fmt: skip
    return content.getvalue()


def _claim(work: Path, order: dict[str, object]) -> None:
    """Pieces of different sets never share a folder: the first to come writes what the folder is for."""
    path = work / "order.json"
    if not path.exists():
        atomic_write(path, json.dumps(order, sort_keys=True))
    if json.loads(path.read_text()) != order:
        raise LoadError(
            path, "other-order", f"“{shown(work)}” holds pieces of another set; choose an empty work folder."
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """What one file holds: (n, S, S, 3) pictures, (n, A) visibility, a column for each attribute."""

    images: NDArray[np.uint8]
    visible: NDArray[np.bool_]
    columns: dict[str, NDArray[np.float32]]


def read_piece(path: Path) -> Piece:
    """One piece, for packing."""
    with np.load(path, allow_pickle=False) as arrays:
        columns = {name.removeprefix("column."): arrays[name] for name in arrays.files if name.startswith("column.")}
        return Piece(images=arrays["images"], visible=arrays["visible"], columns=columns)
