"""The points of loss curves: grown by appending, smoothed as they come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from app.controls.plots.scales import Array

_SMOOTHING = 0.12
"""Weight of a new value in the smooth curve."""
_SMOOTH_FROM = 60
"""Shorter curves are shown as they are."""
_SAME_FROM = 12
_SAME = 0.001
"""A curve of whose variance another one leaves no more than this untold, in other units, tells nothing new."""


class Losses(Protocol):
    """A run's numbers: for each name the pictures seen and the values, append-only."""

    images: dict[str, list[int]]
    values: dict[str, list[float]]

    @property
    def names(self) -> tuple[str, ...]: ...


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

    def catch_up(self, images: Sequence[int], values: Sequence[float]) -> bool:
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
    """All curves of one run, kept in step with its numbers."""

    def __init__(self) -> None:
        self._source: Losses | None = None
        self.curves: dict[str, Curve] = {}

    def catch_up(self, losses: Losses) -> bool:
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


def repeats(curves: Mapping[str, Curve]) -> dict[str, str]:
    """Curves that say what another says, up to sign and units, and which: a bound in nats beside the same in bits.

    What is named for what it measures stays; plain "loss" goes first.
    """
    found: dict[str, str] = {}
    for name in sorted(curves, key=lambda each: each.rsplit(".", 1)[-1] == "loss"):
        same = (kept for kept in curves if kept != name and kept not in found and _rank(curves, kept, name))
        twin = next((kept for kept in same if _tells(curves[kept], curves[name])), None)
        if twin is not None:
            found[name] = twin
    return found


def _rank(curves: Mapping[str, Curve], kept: str, name: str) -> bool:
    """True if `kept` stays rather than `name`."""
    names = list(curves)
    loss = [each.rsplit(".", 1)[-1] == "loss" for each in (kept, name)]
    return loss == [False, True] or (loss[0] == loss[1] and names.index(kept) < names.index(name))


def _tells(one: Curve, other: Curve) -> bool:
    count = min(len(one), len(other))
    if count < _SAME_FROM or not np.array_equal(one.x[:count], other.x[:count]):
        return False
    a, b = one.y[count // 2 : count], other.y[count // 2 : count]  # first steps are wild
    good = np.isfinite(a) & np.isfinite(b)
    a, b = a[good], b[good]
    if len(a) < _SAME_FROM // 2 or any(each.std() <= 1e-9 * np.abs(each).max() for each in (a, b)):
        return False
    with np.errstate(all="ignore"):
        together = float(np.mean((a - a.mean()) / a.std() * ((b - b.mean()) / b.std())))
    return 1.0 - together**2 < _SAME
