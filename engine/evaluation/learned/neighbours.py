"""Memorised or invented? The training pictures nearest to a picture, and where it stands among pictures held out.

Shape legend: B batch, C channels, H height, W width, N pictures, M training pictures, L held-out ones, D numbers of a
picture, K neighbours.
"""

from __future__ import annotations

import hashlib
import io
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.datasets.batches import batch, evenly
from engine.datasets.resize import resize_piece
from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig, LoadError, ZscapeError, atomic_write, read_bounded
from engine.evaluation.own_classifier import readers_for
from engine.evaluation.reading import fitted
from engine.families.judges.judge import Judge
from engine.machine.work import Work
from engine.metrics.neighbours import NEARER
from engine.opened.pictures import to_image
from engine.protocol.answers import Evaluating
from engine.protocol.scoring import Space
from engine.protocol.values import Image

PIXELS_SIDE = 32
"""Larger pictures are compared as small ones: it is what they show that counts, not the grain."""
MOST = 20_000
"""Training pictures that are looked through; of larger sets so many, evenly."""
MOST_HELD = 500
_CHUNK = 256
_PIECE = 1024
_SPARE = 3
_CACHE_BYTES = 1 << 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Training pictures in a space of distances, and how near held-out ones come to them."""

    space: Space
    pictures: Store
    """At the model's size."""
    rows_M: Tensor
    """Which of them are looked through."""
    points_MD: Tensor
    """float32 in features; uint8 levels in pixels."""
    held_L: Tensor
    """Distances of held-out pictures, rising."""
    judge: Judge | None

    def points(self, x_BCHW: Tensor) -> Tensor:
        """Pictures in [-1, 1] as points of the space."""
        return _pixels(x_BCHW) if self.judge is None else _features(self.judge, x_BCHW)

    def nearest(self, points_ND: Tensor, count: int = 1) -> Work[tuple[Tensor, Tensor]]:
        """(rows, distances), each (N, K), the nearest first; in pixels a distance is the mean error, 0 to 1."""
        found = []
        for piece_BD in torch.split(points_ND, _CHUNK):
            best_d = torch.empty(len(piece_BD), 0, dtype=torch.double)
            best_row = torch.empty(len(piece_BD), 0, dtype=torch.long)
            own_BD = self._numbers(piece_BD)
            for first in range(0, len(self.points_MD), _PIECE):
                other_PD = self._numbers(self.points_MD[first : first + _PIECE])
                d_BP = _distances(own_BD, other_PD).double()
                best_d = torch.cat([best_d, d_BP], 1)
                best_row = torch.cat([best_row, torch.arange(first, first + len(other_PD)).expand_as(d_BP)], 1)
                best_d, place = best_d.topk(min(count + _SPARE, best_d.shape[1]), largest=False)
                best_row = best_row.gather(1, place)
                yield None
            found.append(self._exactly(own_BD, best_row, count))
        rows = torch.cat([row for row, _ in found])
        return self.rows_M[rows], torch.cat([distance for _, distance in found])

    def _exactly(self, own_BD: Tensor, rows_BK: Tensor, count: int) -> tuple[Tensor, Tensor]:
        """Distances of the few that are nearest once more, by their differences: a product of large numbers cannot
        tell a copy from what is merely near."""
        others_BKD = self._numbers(self.points_MD[rows_BK.flatten()]).view(*rows_BK.shape, -1)
        distance_BK, place_BK = (others_BKD - own_BD[:, None]).double().norm(dim=2).sort(1)
        return rows_BK.gather(1, place_BK)[:, :count], distance_BK[:, :count]

    def _numbers(self, points_ND: Tensor) -> Tensor:
        """So scaled that Euclid's distance is the one that is told."""
        if points_ND.dtype is not torch.uint8:
            return points_ND.double() - self.points_MD[:_PIECE].double().mean(0)  # near zero, where digits are
        scale: float = 255.0 * float(points_ND.shape[1] ** 0.5)
        return points_ND.float() / scale

    def percentiles(self, distances_N: Tensor) -> Tensor:
        """Share (0 to 100) of held-out pictures that lie at most as near: low is suspicious."""
        below_N = torch.searchsorted(self.held_L, distances_N.double(), right=True)
        return 100.0 * below_N.double() / max(1, len(self.held_L))

    def copies(self, distances_N: Tensor) -> tuple[float, float]:
        """Share of pictures nearer than all but one in twenty held-out ones, and those one in twenty."""
        reach = self.held_L.quantile(NEARER)
        return float((distances_N.double() <= reach).double().mean()), float((self.held_L <= reach).double().mean())

    def image(self, row: int) -> Image:
        """A training picture as it is shown."""
        return to_image(batch(self.pictures, torch.tensor([row]))[0])


def known_of(data: Store, size: int, channels: int, space: Space, home: Path | None) -> Work[Known]:
    """What a model of this size could have learned by heart; looked through once, then kept at hand."""
    store = yield from data.resizing(size, channels)
    train, test = store.subset(Split.TRAIN), store.subset(Split.TEST)
    if not len(train) or len(test) < 2:
        raise BadConfig("too-few", f"“{data.name}” has {len(test)} held-out pictures; at least 2 are needed.")
    judge = None
    if space is Space.FEATURES:
        readers = yield from readers_for(store, home, ("fid",))
        judge = readers.any
        if judge is None:
            why = f"{readers.why_no_face}, and {readers.why_no_glyph}"
            raise BadConfig("no-reader", f"Nobody reads features of these pictures: {why}.")
    key = _key(store, space, judge)
    if key and key in _at_hand:
        _at_hand.move_to_end(key)
        return _at_hand[key]
    rows_M = evenly(len(train), min(MOST, len(train)))
    held_rows = evenly(len(test), min(MOST_HELD, len(test)))
    cache = _Cache(home, key)
    points_MD, held_L = cache.read(len(rows_M), len(held_rows))
    if points_MD is None:
        points_MD = yield from _read(train, rows_M, judge, "Looking through training pictures")
    found = Known(
        space=space, pictures=train, rows_M=rows_M, points_MD=points_MD,
        held_L=torch.empty(0) if held_L is None else held_L, judge=judge,
    )  # fmt: skip
    if held_L is None:
        held_LD = yield from _read(test, held_rows, judge, "Looking through held-out pictures")
        _, distances = yield from found.nearest(held_LD)
        found = _with_held(found, distances[:, 0].double().sort().values)
        cache.keep(found)
    if key:
        _at_hand[key] = found
        while len(_at_hand) > 2:
            _at_hand.popitem(last=False)
    return found


_at_hand: OrderedDict[str, Known] = OrderedDict()


def _with_held(known: Known, held_L: Tensor) -> Known:
    return Known(
        space=known.space, pictures=known.pictures, rows_M=known.rows_M, points_MD=known.points_MD,
        held_L=held_L, judge=known.judge,
    )  # fmt: skip


def _key(store: Store, space: Space, judge: Judge | None) -> str:
    """Under what all this is kept; empty for data without a name of its own."""
    if not store.sha256:
        return ""
    digest = hashlib.sha256(f"{store.sha256} {space} {MOST} {MOST_HELD} {PIXELS_SIDE}".encode())
    for name, value in judge.state_dict().items() if judge is not None else ():
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()[:32]


def _read(data: Store, rows_N: Tensor, judge: Judge | None, words: str) -> Work[Tensor]:
    found: list[Tensor] = []
    for done, x_BCHW in _pieces(data, rows_N):
        found.append(_pixels(x_BCHW) if judge is None else _features(judge, x_BCHW))
        yield Evaluating(what=words, done=done, of=len(rows_N))
    return torch.cat(found)


def _pieces(data: Store, rows_N: Tensor) -> Iterator[tuple[int, Tensor]]:
    done = 0
    for rows in torch.split(rows_N, 50):
        done += len(rows)
        yield done, batch(data, rows)


def _features(judge: Judge, x_BCHW: Tensor) -> Tensor:
    with torch.no_grad():
        return judge.features(fitted(judge, x_BCHW)).float()


def _pixels(x_BCHW: Tensor) -> Tensor:
    """Levels 0 to 255, seen at most PIXELS_SIDE pixels on a side."""
    levels = (x_BCHW + 1.0) * 127.5
    if levels.shape[-1] > PIXELS_SIDE:
        levels = resize_piece(levels, PIXELS_SIDE, levels.shape[1])
    return levels.float().round().clamp(0.0, 255.0).to(torch.uint8).flatten(1)


def _distances(a_BD: Tensor, b_PD: Tensor) -> Tensor:
    """|a - b| by |a|² + |b|² - 2 a·b: one matrix product."""
    squares = a_BD.square().sum(1, keepdim=True) + b_PD.square().sum(1) - 2.0 * (a_BD @ b_PD.T)
    return squares.clamp_min(0.0).sqrt()


class _Cache:
    """Points and distances on disk: to look through a set of photographs takes a minute."""

    def __init__(self, home: Path | None, key: str) -> None:
        self._path = home / "cache" / "neighbours" / f"{key}.npz" if home is not None and key else None

    def read(self, count: int, held: int) -> tuple[Tensor | None, Tensor | None]:
        if self._path is None or not self._path.is_file():
            return None, None
        try:
            with np.load(io.BytesIO(read_bounded(self._path, limit_bytes=_CACHE_BYTES)), allow_pickle=False) as content:
                points, distances = content["points"], content["held"]
        except (LoadError, ValueError, KeyError, OSError, EOFError):
            return None, None
        if points.ndim != 2 or len(points) != count or distances.shape != (held,):
            return None, None
        if points.dtype not in (np.uint8, np.float32) or distances.dtype != np.float64:
            return None, None
        return torch.from_numpy(points), torch.from_numpy(distances)

    def keep(self, known: Known) -> None:
        if self._path is None or known.points_MD.nbytes > _CACHE_BYTES // 2:
            return
        content = io.BytesIO()
        np.savez(content, points=known.points_MD.numpy(), held=known.held_L.numpy())
        with suppress(ZscapeError, OSError):
            atomic_write(self._path, content.getvalue())
