"""A colour map on which equal steps of a number look equally large, from deep night blue to pale yellow.

Its colours lie on a path through OKLab (Ottosson 2020), a space in which distances are about what eyes see. Lightness
rises all along, so that it also reads in grey and to people of any colour vision. The path is walked again at equal
pace after colours that no screen shows have been brought back, which is what makes the steps even.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]

LEVELS = 256
_FINE = 4096
_STOPS = (
    # lightness, chroma, hue in degrees
    (0.17, 0.045, 272.0),
    (0.34, 0.115, 282.0),
    (0.50, 0.155, 325.0),
    (0.66, 0.165, 20.0 + 360.0),
    (0.82, 0.145, 70.0 + 360.0),
    (0.965, 0.070, 103.0 + 360.0),
)

_TO_CONES = np.array([
    [1.0, 0.3963377774, 0.2158037573],
    [1.0, -0.1055613458, -0.0638541728],
    [1.0, -0.0894841775, -1.2914855480],
])  # fmt: skip
"""OKLab to the cube roots of cone responses."""
_TO_LINEAR = np.array([
    [4.0767416621, -3.3077115913, 0.2309699292],
    [-1.2684380046, 2.6097574011, -0.3413193965],
    [-0.0041960863, -0.7034186147, 1.7076147010],
])  # fmt: skip
"""Cone responses to linear red, green and blue."""


def to_srgb(lab: Floats) -> Floats:
    """(N, 3) OKLab as sRGB between 0 and 1; colours outside of it are cut off."""
    linear = np.clip((lab @ _TO_CONES.T) ** 3 @ _TO_LINEAR.T, 0.0, 1.0)
    srgb: Floats = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return srgb


def to_oklab(srgb: Floats) -> Floats:
    """(N, 3) sRGB between 0 and 1 as OKLab."""
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(linear @ np.linalg.inv(_TO_LINEAR).T)
    lab: Floats = cones @ np.linalg.inv(_TO_CONES).T
    return lab


@cache
def _table() -> Pixels:
    stops = np.array(_STOPS)
    at, fine = np.linspace(0, 1, len(stops)), np.linspace(0, 1, _FINE)
    lightness, chroma, hue = (_smooth(fine, at, stops[:, k]) for k in range(3))
    angle = np.radians(hue)
    path = to_srgb(np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], 1))
    seen = to_oklab(path)
    walked = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(seen, axis=0), axis=1))])
    even = np.linspace(0, walked[-1], LEVELS)
    table = np.stack([np.interp(even, walked, path[:, k]) for k in range(3)], 1)
    return (table * 255).round().astype(np.uint8)


def _smooth(x: Floats, at: Floats, values: Floats) -> Floats:
    """A curve through the stops without corners: straight pieces, averaged over half a piece to each side."""
    half = 0.5 * (at[1] - at[0])
    nodes = np.linspace(-half, half, 65)
    ends = np.concatenate([at[:1] - 1, at, at[-1:] + 1])
    slopes = (values[1] - values[0]) / (at[1] - at[0]), (values[-1] - values[-2]) / (at[-1] - at[-2])
    held = np.concatenate([values[:1] - slopes[0], values, values[-1:] + slopes[1]])  # goes on straight beyond the ends
    mean: Floats = np.mean([np.interp(x + node, ends, held) for node in nodes], axis=0)
    return mean


def coloured(share: NDArray[np.floating]) -> Pixels:
    """Numbers between 0 and 1, of any shape, as colours (…, 3)."""
    place = np.clip(np.nan_to_num(share, nan=0.0), 0.0, 1.0) * (LEVELS - 1)
    colours: Pixels = _table()[place.round().astype(np.int64)]
    return colours
