"""Faces rendered into a folder, alone or in pairs, with everything that is known of them beside.

face-00000.png …, attributes.csv, attributes.json, visible.csv, captions.txt        faces
sketch/face-00000.png …, face/face-00000.png …, attributes.csv …, pairs.json, pairs.png     pairs
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.face_sets.pack import face_kinds
from engine.datasets.faces.captions import caption
from engine.datasets.faces.factors import ATTRIBUTE_NAMES, FaceTable, sample_factors
from engine.datasets.faces.render import RenderedFaces, render_pieces
from engine.datasets.formats.attribute_files import write_attributes
from engine.datasets.formats.pairs import PAIRS_FILE
from engine.datasets.making.folder import write_png
from engine.datasets.making.words import Pair, Side
from engine.datasets.source import Stopper
from engine.disk.files import atomic_write
from engine.protocol.requests import MakeSet

Pixels = NDArray[np.uint8]

ALONE = Side(folder="", label="Faces")
STRIP_FILE = "pairs.png"
SCHEMA = 1
STRIP_PAIRS = 8
STRIP_GAP_PX = 4
_PIXELS_AT_ONCE = 1 << 15
"""Faces rendered together: enough to be quick, few enough to be interrupted soon."""

Rendered = list[tuple[Pixels, NDArray[np.bool_]]]
"""One face: for each side its picture, and what that shows."""


def face_table(order: MakeSet) -> FaceTable:
    """The heads of an order, before anything is changed of them."""
    return sample_factors(order.seed, range(order.count), correlated=order.correlated, fixed=dict(order.held))


def face_pictures(table: FaceTable, size: int, pair: Pair | None, *, chunk: int = 0) -> Iterator[Rendered | None]:
    """Every face, one after the other, in all its sides; None at moments when something else may be done.

    `chunk` faces are rendered together (0: as many as is quick); it changes no picture.
    """
    sides = (pair.source, pair.target) if pair else (ALONE,)
    chunk = chunk or max(1, min(16, _PIXELS_AT_ONCE // size**2))
    for first in range(0, len(table), chunk):
        rows = table.rows(range(first, min(first + chunk, len(table))))
        plain: RenderedFaces | None = None
        done: list[RenderedFaces] = []
        for side in sides:
            rendered = plain if side.change is None else None
            if rendered is None:
                rendered = yield from _whole(side.change(rows) if side.change else rows, size)
                plain = rendered if side.change is None else plain
            images = side.derive(rendered.images) if side.derive else rendered.images
            done.append(RenderedFaces(images, rendered.visible))
        for k in range(len(rows)):
            yield [(one.images[k], one.visible[k]) for one in done]


def _whole(table: FaceTable, size: int) -> Generator[None, None, RenderedFaces]:
    for part in render_pieces(table, size):
        if part is not None:
            return part
        yield
    raise AssertionError("unreachable: a table has a last chunk")


def make_face_files(
    order: MakeSet, size: int, pair: Pair | None, folder: Path, stopped: Stopper
) -> Generator[int | None, None, int]:
    """Write the set; yields how many are done, or None between, and ends with what there is when it is stopped.

    Returns how many faces there are. Nothing but pictures is written before the end, so what is stopped is whole.
    """
    table = face_table(order)
    digits = max(5, len(str(order.count - 1)))
    sides = (pair.source, pair.target) if pair else (ALONE,)
    names: list[str] = []
    seen: list[NDArray[np.bool_]] = []
    shown: list[list[Pixels]] = []
    for rendered in face_pictures(table, size, pair):
        if stopped():
            break
        if rendered is None:
            yield None
            continue
        name = f"face-{len(names):0{digits}d}.png"
        for side, (picture, _) in zip(sides, rendered, strict=True):
            write_png(folder / side.folder / name, picture)
        names.append(name)
        seen.append(np.logical_and.reduce([visible for _, visible in rendered]))
        if len(shown) < STRIP_PAIRS:
            shown.append([picture for picture, _ in rendered])
        yield len(names)
    if names:
        _write_known(table, names, seen, pair, folder)
        if pair:
            _write_pairs(order, size, pair, len(names), folder)
            write_png(folder / STRIP_FILE, strip(shown))
    return len(names)


def _write_known(
    table: FaceTable, names: list[str], seen: list[NDArray[np.bool_]], pair: Pair | None, folder: Path
) -> None:
    """What holds for a face; of a pair, for both its pictures: what changes between them stands in pairs.json."""
    count = len(names)
    kept = [name for name in ATTRIBUTE_NAMES if pair is None or name != pair.attribute]
    visible = np.stack(seen)
    captions = [
        caption(table.scalars(k), dict(zip(ATTRIBUTE_NAMES, seen[k].tolist(), strict=True)), k) for k in range(count)
    ]
    kinds = face_kinds()
    write_attributes(
        folder, names, {name: table.columns[name][:count] for name in kept}, {name: kinds[name] for name in kept},
        {name: visible[:, ATTRIBUTE_NAMES.index(name)] for name in kept}, () if pair else captions,
    )  # fmt: skip


def _write_pairs(order: MakeSet, size: int, pair: Pair, count: int, folder: Path) -> None:
    """Which folder holds what. Pictures of one name are of one head."""
    told = {
        "schema": SCHEMA, "pair": pair.name, "label": pair.label,
        "from": {"folder": pair.source.folder, "label": pair.source.label},
        "to": {"folder": pair.target.folder, "label": pair.target.label},
        "attribute": pair.attribute or None, "pairs": count, "size": size, "seed": order.seed,
        "correlated": order.correlated, "set": dict(order.held), "strip": STRIP_FILE,
    }  # fmt: skip
    atomic_write(folder / PAIRS_FILE, msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")


def strip(faces: list[list[Pixels]], gap: int = STRIP_GAP_PX) -> Pixels:
    """Pairs side by side, each with its first picture above its second."""
    side = faces[0][0].shape[0]
    rows = len(faces[0])
    sheet = np.full((rows * (side + gap) - gap, len(faces) * (side + gap) - gap, 3), 255, np.uint8)
    for place, pictures in enumerate(faces):
        for row, picture in enumerate(pictures):
            top, left = row * (side + gap), place * (side + gap)
            sheet[top : top + side, left : left + side] = picture
    return sheet
