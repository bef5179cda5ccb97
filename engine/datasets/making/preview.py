"""A few of what an order would draw, so that people see what they choose; nothing is written."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np

from engine.datasets.making.faces import face_pictures, face_table
from engine.datasets.making.maps import density_map, points_map
from engine.datasets.making.points import sampled_points
from engine.datasets.making.sets import checked
from engine.datasets.making.shelf import FACES, GLYPHS
from engine.datasets.synthetic.glyphs import render_glyphs
from engine.datasets.synthetic.toy import TOYS
from engine.protocol.answers import Event, SetPreviewed
from engine.protocol.requests import MakeSet
from engine.protocol.values import Image

COLUMNS = 4
GLYPH_COLUMNS, GLYPH_ROWS = 8, 4
FACE_PX, MAP_PX = 96, 240
_POINTS = 5000
"""More are not told apart in a small picture."""


def preview_set(order: MakeSet, ticket: int) -> Generator[Event | None, None, None]:
    """SetPreviewed, again with each face that is there; None at moments when something else may be done."""
    order, _, pair = checked(order)
    if order.what == FACES:
        stacked = 2 if pair else 1
        count = min(order.count, COLUMNS * 2 // stacked)
        cells: list[Image] = []
        for drawn in face_pictures(face_table(replace(order, count=count)), min(order.size, FACE_PX), pair, chunk=2):
            if drawn is None:
                yield None
                continue
            cells += [_frozen(picture) for picture, _ in drawn]
            yield _told(ticket, cells, count * stacked, COLUMNS, stacked)
    elif order.what == GLYPHS:
        count = min(order.count, GLYPH_COLUMNS * GLYPH_ROWS)
        pictures = render_glyphs(order.seed, np.arange(count))
        cells = [_frozen(np.repeat(picture[..., None], 3, 2)) for picture in pictures]
        yield _told(ticket, cells, count, GLYPH_COLUMNS, 1)
    else:
        toy = TOYS[order.what]
        cells = [_frozen(density_map(toy, MAP_PX))]
        yield _told(ticket, cells, 2, 2, 1)
        cells.append(_frozen(points_map(toy, sampled_points(toy, order.count, order.seed)[:_POINTS], MAP_PX)))
        yield _told(ticket, cells, 2, 2, 1)


def _told(ticket: int, cells: list[Image], of: int, columns: int, stacked: int) -> SetPreviewed:
    return SetPreviewed(
        ticket=ticket, images=tuple(cells), of=of, columns=columns, stacked=stacked, final=len(cells) == of
    )  # fmt: skip


def _frozen(image: Image) -> Image:
    own = np.ascontiguousarray(image)
    own = own.copy() if own is image else own
    own.flags.writeable = False
    return own
