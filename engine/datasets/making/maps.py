"""What a density looks like: its exact map, and points drawn from it, without axes and edge to edge.

Two dimensions are seen from above, bright where the density is high. One dimension stands up: the curve in the map,
and over the points' histogram.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.making.colours import coloured
from engine.datasets.synthetic.toy import Toy

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]

FINE = 3
"""Samples of a pixel along each side: edges of a checkerboard are as smooth as hills."""
_TONE = 0.62
"""Density to brightness: below one, so that faint parts are seen and hills keep their shape."""
_HEADROOM = 1.14
_FLOOR = 0.045
_DOT_AT_512_PX = 1.7
_QUIET = 0.30
"""How bright the filled part under a curve may become: the curve itself is the bright thing."""


def density_map(toy: Toy, size: int) -> Pixels:
    """The exact density, (size, size, 3)."""
    return _curve(toy, size, None) if toy.dimensions == 1 else coloured(_seen_from_above(toy, size))


def points_map(toy: Toy, points_ND: torch.Tensor, size: int) -> Pixels:
    """Points drawn from it: dots as bright as the density where they lie, or a histogram under the curve."""
    if toy.dimensions == 1:
        return _curve(toy, size, points_ND[:, 0].double().numpy())
    return _dots(toy, points_ND, size)


def _line(toy: Toy, count: int) -> Floats:
    """Middles of `count` steps across the plot."""
    return (np.arange(count) + 0.5) / count * 2 * toy.extent - toy.extent


def _density(toy: Toy, x_ND: Floats) -> Floats:
    p: Floats = toy.log_density(torch.from_numpy(x_ND)).exp().numpy()
    return p


def _shrunk(fine: Floats, by: int) -> Floats:
    """Means over blocks of by x by pixels."""
    height, width = fine.shape[0] // by, fine.shape[1] // by
    mean: Floats = fine.reshape(height, by, width, by, *fine.shape[2:]).mean((1, 3))
    return mean


def _seen_from_above(toy: Toy, size: int) -> Floats:
    """(size, size) between 0 and 1, the second coordinate upwards."""
    line = _line(toy, size * FINE)
    across, up = np.meshgrid(line, line[::-1])
    p = _shrunk(_density(toy, np.stack([across.ravel(), up.ravel()], 1)).reshape(across.shape), FINE)
    return _bright(p, float(p.max()))


def _bright(p: Floats, highest: float) -> Floats:
    share: Floats = np.clip(p / highest, 0, 1) ** _TONE
    return share


def _dots(toy: Toy, points_ND: torch.Tensor, size: int) -> Pixels:
    p = _density(toy, points_ND.double().numpy())
    share = 0.35 + 0.65 * _bright(p, float(np.exp(_highest(toy))))
    radius = max(0.8, _DOT_AT_512_PX * size / 512)
    reach = int(np.ceil(radius + 1))
    places = (points_ND.double().numpy() * [1, -1] + toy.extent) / (2 * toy.extent) * size - 0.5
    ink = np.zeros((size, size))
    nearest = np.round(places).astype(np.int64)
    for down in range(-reach, reach + 1):  # every dot at once, one pixel of its neighbourhood after the other
        for right in range(-reach, reach + 1):
            cell = nearest + np.array([right, down])
            away = np.hypot(*(cell - places).T)
            value = np.clip(radius + 0.5 - away, 0, 1) * share
            inside = ((cell >= 0) & (cell < size)).all(1)
            np.maximum.at(ink.reshape(-1), cell[inside, 1] * size + cell[inside, 0], value[inside])
    return coloured(ink)


def _highest(toy: Toy) -> float:
    """The largest log density on a grid as fine as a small map."""
    line = _line(toy, 256)
    grid = line[:, None] if toy.dimensions == 1 else np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    return float(toy.log_density(torch.from_numpy(grid)).max())


def _curve(toy: Toy, size: int, points: Floats | None) -> Pixels:
    """One dimension: the curve over what fills it, the density itself or the bars of a histogram."""
    side = size * FINE
    x = _line(toy, side)
    p = _density(toy, x[:, None])
    full = float(p.max()) * _HEADROOM
    room = side * (1 - 2 * _FLOOR)
    height = p / full * room
    level = side * (1 - _FLOOR) - (np.arange(side)[:, None] + 0.5)  # how high a row is over the floor
    if points is None:
        share = np.where((level >= 0) & (level < height[None]), 0.10 + 0.75 * (height / room)[None] ** 0.9, 0.0)
        share = share * (0.35 + 0.65 * np.clip(level / np.maximum(height[None], 1e-9), 0, 1))
    else:
        share = np.where((level >= 0) & (level < _bars(toy, points, side, full) * room), _QUIET + 0.12, 0.0)
    slope = np.gradient(height)
    away = np.abs(level - height[None]) / np.sqrt(1 + slope[None] ** 2)  # to the curve's tangent, about right close by
    stroke = np.clip(1.1 * side / 512 + 0.5 - away, 0, 1) if size >= 96 else np.clip(FINE * 0.7 + 0.5 - away, 0, 1)
    stroke = np.where(level >= -1, stroke, 0.0)
    ground = coloured(share).astype(np.float64)
    light = coloured(np.ones(1))[0].astype(np.float64)
    mixed = ground + (light - ground) * stroke[..., None]
    return _shrunk(mixed, FINE).round().astype(np.uint8)


def _bars(toy: Toy, points: Floats, side: int, full: float) -> Floats:
    """How high the histogram stands in each column, with a thin gap between bars; one bar for about forty points."""
    count = int(np.clip(len(points) // 40, 16, 64))
    edges = np.linspace(-toy.extent, toy.extent, count + 1)
    p, _ = np.histogram(points, edges)
    density = p / max(1, len(points)) / (edges[1] - edges[0])
    place = np.arange(side) * count / side
    in_gap = (place % 1) > 1 - max(FINE, side / 256) * count / side
    bars: Floats = np.where(in_gap, 0.0, density[place.astype(int)] / full)
    return bars[None]
