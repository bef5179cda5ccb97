"""Handwritten-looking digits drawn by this project: 28×28, grey, ten classes, a stand-in for scanned ones.

A glyph is one way of writing its digit (`glyph_strokes`), its points jittered, the whole warped, slanted, turned
and fitted into 20×20 pixels as scanned digits are; the pen has a width, presses unevenly and lifts at the ends.
Glyph k depends on (seed, k) only, and shows the digit k mod 10.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.source import reading
from engine.datasets.store import Split, Store
from engine.datasets.synthetic.glyph_strokes import STROKES
from engine.machine.work import Work

SIZE = 28
COUNT = 12_000
SEED = 20
SAMPLES = 72
"""Points along the pen's way: at most 0.8 pixels apart, while strokes are two pixels wide and more."""
_BOX = 20.0
_NORMALS = 64
_CHUNK = 1000
_TREMOR = np.linspace((0.0, 2.0), (26.0, 21.0), SAMPLES, dtype=np.float32)

_WEIGHTS = {digit: np.cumsum([weight for weight, _ in ways]) for digit, ways in STROKES.items()}
_SHARES = {digit: sums / sums[-1] for digit, sums in _WEIGHTS.items()}

Floats = NDArray[np.float32]


@cache
def _way(digit: int, variant: int) -> tuple[Floats, Floats, Floats]:
    """One way of writing: control points (K, 2), spline matrix (SAMPLES, K), distance to the stroke's ends.

    A Catmull-Rom spline is linear in its points, so that one matrix product draws a whole batch.
    """
    strokes = STROKES[digit][variant][1]
    points: list[tuple[float, float]] = []
    runs: list[list[int]] = []
    for stroke in strokes:
        run: list[int] = []
        for word in stroke.split():
            x, y = word.rstrip("!").split(",")
            points.append((float(x) / 100, float(y) / 100))
            run += [len(points) - 1] * (2 if word.endswith("!") else 1)
        runs.append(run)
    controls = np.array(points, dtype=np.float32)
    lengths = [float(np.linalg.norm(np.diff(controls[run], axis=0), axis=1).sum()) for run in runs]
    shares = np.maximum(8, np.round(np.array(lengths) / sum(lengths) * SAMPLES).astype(int))
    shares[int(np.argmax(shares))] += SAMPLES - int(shares.sum())
    rows, ends = [], []
    for run, share, length in zip(runs, shares.tolist(), lengths, strict=True):
        rows.append(_spline(run, share, len(points), controls))
        along = np.linspace(0.0, length, share)
        ends.append(np.minimum(along, length - along))
    return controls, np.concatenate(rows), np.concatenate(ends).astype(np.float32)


def _spline(run: list[int], share: int, total: int, controls: Floats) -> Floats:
    """The matrix that turns control points into `share` points along one stroke, evenly spaced."""
    pieces = len(run) - 1
    fine = np.linspace(0.0, pieces, 400)
    matrix = np.zeros((len(fine), total), dtype=np.float32)
    for row, place in enumerate(fine):
        k = min(int(place), pieces - 1)
        t = place - k
        weights = (
            0.5 * (-t + 2 * t**2 - t**3), 0.5 * (2 - 5 * t**2 + 3 * t**3),
            0.5 * (t + 4 * t**2 - 3 * t**3), 0.5 * (t**3 - t**2),
        )  # fmt: skip
        for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
            matrix[row, run[min(max(k + offset, 0), pieces)]] += weight
    walked = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(matrix @ controls, axis=0), axis=1))])
    even = np.interp(np.linspace(0.0, walked[-1], share), walked, np.arange(len(fine)))
    chosen: Floats = matrix[np.round(even).astype(int)]
    return chosen


def _pens(seed: int, indices: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Variant and random numbers of each glyph, from one generator per glyph."""
    variants = np.zeros(len(indices), dtype=np.int64)
    normals = np.zeros((len(indices), _NORMALS), dtype=np.float32)
    uniforms = np.zeros((len(indices), 8), dtype=np.float32)
    for row, index in enumerate(indices.tolist()):
        g = np.random.default_rng([seed, index])
        variants[row] = np.searchsorted(_SHARES[index % 10], g.random(), side="right")
        normals[row] = g.standard_normal(_NORMALS, dtype=np.float32).clip(-2.5, 2.5)
        uniforms[row] = g.random(8, dtype=np.float32)
    return variants, normals, uniforms


def _trajectories(way: tuple[Floats, Floats, Floats], normals: Floats, uniforms: Floats) -> tuple[Floats, Floats]:
    """Where the pens go (B, SAMPLES, 2) in pixels, and how wide they press (B, SAMPLES)."""
    controls, matrix, ends = way
    count = len(controls)
    jitter = normals[:, 12 : 12 + 2 * count].reshape(-1, count, 2) * 0.034
    points = np.einsum("sk,bkd->bsd", matrix, controls + jitter).astype(np.float32)
    n = normals[:, :12, None]
    x, y = points[..., 0], points[..., 1]
    phase = 2 * np.pi * uniforms[:, :2, None]
    x = x + 0.04 * n[:, 0] * np.sin(2.2 * y + phase[:, 0])
    y = y + 0.035 * n[:, 1] * np.sin(3.0 * x + phase[:, 1])
    x = (x - 0.35) * np.exp(0.18 * n[:, 2] - 0.02)
    y = y - 0.5
    x = x - (0.14 + 0.23 * n[:, 3]) * y
    angle = 0.085 * n[:, 4]
    x, y = np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y
    place = np.stack([x, y], -1)
    low, high = place.min(1, keepdims=True), place.max(1, keepdims=True)
    radius = np.exp(0.24 * n[:, 5, 0] + 0.22)
    room = _BOX - 2 * radius[:, None, None] - 0.6 * np.abs(n[:, 6:7])
    middle = 0.5 * place.mean(1, keepdims=True) + 0.25 * (low + high)
    place = (place - middle) * room / (high - low).max(-1, keepdims=True)
    place += 0.11 * n[:, 8:9] * np.sin(_TREMOR[None] + 6.3 * uniforms[:, None, 6:8])
    pressure = 1 + 0.10 * n[:, 7] * np.sin(np.linspace(0, 5, SAMPLES, dtype=np.float32) + 6.3 * uniforms[:, 2, None])
    taper = 1 - (0.12 + 0.3 * uniforms[:, 3, None]) * np.exp(-ends / 0.06)
    return place.astype(np.float32), (radius[:, None] * pressure * taper).astype(np.float32)


def _ink(place: Floats, radius: Floats, softness: Floats) -> torch.Tensor:
    """Coverage of each pixel, softened at the edge: a pixel is on the edge where its distance is the pen's radius.

    min_s (d_s / r_s)² needs no root for each of the pen's points, and its parts along x and y are small.
    """
    centre = torch.arange(SIZE, dtype=torch.float32) - (SIZE - 1) / 2
    p, r = torch.from_numpy(place), torch.from_numpy(radius)
    dx2 = ((centre - p[:, :, 0, None]) / r[:, :, None]).square_()
    dy2 = ((centre - p[:, :, 1, None]) / r[:, :, None]).square_()
    nearest = torch.full((len(p), SIZE, SIZE), torch.inf)
    for s in range(SAMPLES):  # one point at a time for all glyphs stays in the caches
        torch.minimum(nearest, dx2[:, s, None, :] + dy2[:, s, :, None], out=nearest)
    depth = (1 - nearest.sqrt_()) * r.mean(1).view(-1, 1, 1)
    return (depth / torch.from_numpy(softness).view(-1, 1, 1) + 0.5).clamp_(0, 1)


def render_glyphs(seed: int, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Pictures (N, 28, 28) of the glyphs with these numbers."""
    variants, normals, uniforms = _pens(seed, indices)
    pictures = np.zeros((len(indices), SIZE, SIZE), dtype=np.uint8)
    for digit, variant in sorted(set(zip((indices % 10).tolist(), variants.tolist(), strict=True))):
        rows = np.flatnonzero((indices % 10 == digit) & (variants == variant))
        place, radius = _trajectories(_way(digit, variant), normals[rows], uniforms[rows])
        softness = 1.3 + 0.7 * uniforms[rows, 4]
        ink = _ink(place, radius, softness)
        smooth = ink * ink * (3 - 2 * ink)
        bright = torch.from_numpy(1 - 0.12 * uniforms[rows, 5]).view(-1, 1, 1)
        pictures[rows] = (smooth * bright * 255).round_().to(torch.uint8).numpy()
    return pictures


def glyphs_store() -> Work[Store]:
    """The bundled glyphs: 10 000 to train on, 1 000 to validate, 1 000 to test."""
    pictures = torch.empty((COUNT, 1, SIZE, SIZE), dtype=torch.uint8)
    for first in range(0, COUNT, _CHUNK):
        indices = np.arange(first, min(first + _CHUNK, COUNT))
        pictures[first : first + _CHUNK, 0] = torch.from_numpy(render_glyphs(SEED, indices))
        yield reading(min(first + _CHUNK, COUNT), COUNT)
    split = torch.zeros(COUNT, dtype=torch.uint8)
    split[COUNT - 2000 :] = Split.VALIDATION
    split[COUNT - 1000 :] = Split.TEST
    return Store(
        name="glyphs", label="Glyphs", pictures=pictures, labels=torch.arange(COUNT) % 10,
        classes=tuple("0123456789"), split=split, judge="classifier",
        provenance={"source": "drawn by Zscape", "seed": str(SEED)},
    )  # fmt: skip
