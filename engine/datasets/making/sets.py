"""The one way to draw a set, for the command line and the window: an order, checked, becomes a folder.

A generator of events. None between them marks a moment at which the caller may do something else on this thread;
`stopped` is asked at each, and what is drawn by then is kept: a folder that is whole but shorter than asked.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from engine.datasets.making.faces import make_face_files
from engine.datasets.making.folder import check_new, check_room, folder_bytes
from engine.datasets.making.glyphs import make_glyph_files
from engine.datasets.making.points import make_point_files
from engine.datasets.making.shelf import FACES, GLYPHS, makeables
from engine.datasets.making.words import LOW_RESOLUTION, Pair, check_held, read_pair
from engine.datasets.source import Stopper
from engine.datasets.synthetic import glyphs
from engine.datasets.synthetic.toy import TOYS
from engine.disk.files import BadConfig, Cancelled, atomic_folder
from engine.protocol.answers import Event, SetMade, SetProgressed
from engine.protocol.requests import MakeSet
from engine.protocol.values import Field, MakeableDescribed, Stop

TELL_EVERY_S = 0.1

Making = Generator[Event | None, None, None]


def make_set(order: MakeSet, stopped: Stopper) -> Making:
    """Draw what is ordered; the last event is SetMade. Nothing is begun, and nothing written, that cannot be."""
    order, makeable, pair = checked(order)
    check_new(order.out)
    check_room(order.out, bytes_for(order, makeable, pair))
    return _making(order, pair, stopped)


def checked(order: MakeSet) -> tuple[MakeSet, MakeableDescribed, Pair | None]:
    """The order with its size, what it draws and its pair; or one sentence on what is wrong with it."""
    makeable = makeables().get(order.what)
    if makeable is None:
        known = ", ".join(makeables())
        raise BadConfig("unknown-set", f"“{order.what[:60]}” cannot be drawn; choose one of {known}.")
    fields = {field.name: field for field in makeable.fields}
    size = order.size or int(fields["size"].default if "size" in fields else glyphs.SIZE)
    if "size" in fields:
        _check_range(fields["size"], size)
    elif size != glyphs.SIZE:
        raise BadConfig("bad-number", f"Glyphs are drawn at {glyphs.SIZE} pixels, not at {size}.")
    _check_range(fields["count"], order.count)
    _check_range(fields["seed"], order.seed)
    if order.what != FACES and (order.held or order.correlated or order.pair):
        raise BadConfig("not-faces", f"Only faces are held still, correlated or paired; “{order.what}” cannot be.")
    check_held(dict(order.held))
    return replace(order, size=size), makeable, _checked_pair(order, size)


def _checked_pair(order: MakeSet, size: int) -> Pair | None:
    if not order.pair:
        return None
    pair = read_pair(order.pair)
    if pair.attribute and pair.attribute in dict(order.held):
        raise BadConfig("bad-pair", f"“{pair.attribute}” cannot be held still and change in the same pair.")
    if pair.name == "low-resolution" and size % LOW_RESOLUTION:
        raise BadConfig("bad-number", f"For low resolution the size must divide by {LOW_RESOLUTION}; {size} does not.")
    return pair


def _check_range(field: Field, value: int) -> None:
    if field.low is not None and field.high is not None and not field.low <= value <= field.high:
        raise BadConfig("bad-number", f"--{field.name} {value} is not between {field.low:g} and {field.high:.0f}.")


def bytes_for(order: MakeSet, makeable: MakeableDescribed, pair: Pair | None) -> float:
    """About what the folder will hold."""
    return makeable.cost.bytes_for(order.count, order.size) * (2 if pair else 1)


def _making(order: MakeSet, pair: Pair | None, stopped: Stopper) -> Making:
    out, began = str(order.out), time.monotonic()
    told = -math.inf
    with atomic_folder(order.out) as folder:
        steps = _steps(order, pair, folder, stopped)
        try:
            while True:
                done = next(steps)
                now = time.monotonic()
                if done is None or (now - told < TELL_EVERY_S and done < order.count):
                    yield None
                    continue
                told = now
                eta_s = (order.count - done) * (now - began) / done
                yield SetProgressed(out=out, what=order.what, done=done, of=order.count, eta_s=eta_s)
        except StopIteration as end:
            count = int(end.value)
        if not count:
            raise Cancelled("Stopped before anything was drawn; nothing was written.")
        size_bytes = folder_bytes(folder)
    yield SetMade(
        out=out, what=order.what, count=count, asked=order.count, size=order.size, bytes=size_bytes,
        seconds=time.monotonic() - began, reason=Stop.COMPLETED if count == order.count else Stop.STOPPED,
        pair=pair.name if pair else "", dimensions=TOYS[order.what].dimensions if order.what in TOYS else 0,
    )  # fmt: skip


def _steps(order: MakeSet, pair: Pair | None, folder: Path, stopped: Stopper) -> Generator[int | None, None, int]:
    if order.what == FACES:
        return make_face_files(order, order.size, pair, folder, stopped)
    if order.what == GLYPHS:
        return make_glyph_files(order, folder, stopped)
    return make_point_files(order, order.size, folder, stopped)
