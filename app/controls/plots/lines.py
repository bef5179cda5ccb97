"""Which curve is drawn where: lines of one size share a plot, so that none is flattened by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.controls.plots.curves import Curve
from app.look.tokens import Tokens

_OF_ONE_SIZE = 30.0
"""Curves within this factor of the largest share its plot."""
Groups = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Line:
    """One curve as it is to be drawn; `hue` and `dash` count colours and ways to break a line."""

    key: str
    words: str
    curve: Curve
    hue: int = 0
    dash: int = 0

    def colour(self, look: Tokens) -> str:
        """Its colour in a theme."""
        return look.curves[self.hue % len(look.curves)]


def by_size(curves: Mapping[str, Curve]) -> Groups:
    """Names of the curves as large as the largest, of those that would lie flat beside them, and of the rest."""
    left = {name: _size(curve) for name, curve in curves.items()}
    groups: list[tuple[str, ...]] = []
    for _ in range(2):
        limit = max(left.values(), default=0.0) / _OF_ONE_SIZE
        groups.append(tuple(name for name, size in left.items() if size >= limit))
        left = {name: size for name, size in left.items() if size < limit}
    if not any(left.values()):  # nothing but zeros: no plot of their own
        groups[1 if groups[1] else 0] += tuple(left)
        left = {}
    return groups[0], groups[1], tuple(left)


def _size(curve: Curve) -> float:
    recent = curve.y[len(curve) // 2 :]
    finite = np.abs(recent[np.isfinite(recent)])
    return float(np.median(finite)) if len(finite) else 0.0
