"""The points of loss curves: grown by appending, smoothed as they come, thinned to what a screen can show."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from app.store.run_state import LossHistory
from app.train.scales import Array

_SMOOTHING = 0.12
"""Weight of a new value in the smooth curve."""
_SMOOTH_FROM = 60
"""Shorter curves are shown as they are."""


class Curve:
    """One loss over pictures seen. Arrays double when full, so that appending stays cheap for days."""

    def __init__(self) -> None:
        self._x = np.empty(256)
        self._y = np.empty(256)
        self._smooth = np.empty(256)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> Array:
        """Pictures seen."""
        return self._x[: self._count]

    @property
    def y(self) -> Array:
        """The loss as it was reported."""
        return self._y[: self._count]

    @property
    def smooth(self) -> Array:
        """Its running mean."""
        return self._smooth[: self._count]

    @property
    def is_smoothed(self) -> bool:
        """True once the running mean says more than the points."""
        return self._count >= _SMOOTH_FROM

    def catch_up(self, images: list[int], values: list[float]) -> bool:
        """Take what was appended since; False if nothing was."""
        fresh = len(values) - self._count
        if fresh <= 0:
            return False
        while self._count + fresh > len(self._x):
            for name in ("_x", "_y", "_smooth"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.empty(len(old))]))
        self._x[self._count : self._count + fresh] = images[self._count :]
        self._y[self._count : self._count + fresh] = values[self._count :]
        mean = self._smooth[self._count - 1] if self._count else np.nan
        for k in range(self._count, self._count + fresh):
            value = self._y[k]
            if np.isfinite(value):
                weight = max(_SMOOTHING, 3.0 / (k + 3))  # quick at first, when losses fall steeply
                mean = value if not np.isfinite(mean) else mean + weight * (value - mean)
            self._smooth[k] = mean
        self._count += fresh
        return True

    def value_near(self, images: float) -> float:
        """The smooth value at a moment; NaN before the first."""
        if not self._count:
            return float("nan")
        shown = self.smooth if self.is_smoothed else self.y
        return float(shown[min(int(np.searchsorted(self.x, images)), self._count - 1)])


class CurveSet:
    """All curves of one run, kept in step with its LossHistory."""

    def __init__(self) -> None:
        self._source: LossHistory | None = None
        self.curves: dict[str, Curve] = {}

    def catch_up(self, losses: LossHistory) -> bool:
        """Take what is new; another history starts afresh. True if anything changed."""
        changed = False
        if losses is not self._source:
            self._source, self.curves, changed = losses, {}, True
        for name in losses.names:
            curve = self.curves.setdefault(name, Curve())
            changed |= curve.catch_up(losses.images[name], losses.values[name])
        return changed

    @property
    def last_images(self) -> float:
        """Pictures seen at the newest point."""
        return max((float(curve.x[-1]) for curve in self.curves.values() if len(curve)), default=0.0)


def thinned(x: Array, y: Array, columns: int) -> tuple[Array, Array]:
    """At most four points a column: first, lowest, highest, last; a spike is never lost."""
    if len(x) <= 4 * columns or columns < 1:
        return x, y
    edges = np.linspace(0, len(x), columns + 1).astype(int)
    kept: list[int] = []
    for start, end in pairwise(edges):
        part = y[start:end]
        finite = np.flatnonzero(np.isfinite(part))
        if not len(finite):
            continue
        low, high = finite[part[finite].argmin()], finite[part[finite].argmax()]
        kept += sorted({start, start + int(low), start + int(high), end - 1})
    index = np.array(kept, dtype=np.intp)
    return x[index], y[index]
