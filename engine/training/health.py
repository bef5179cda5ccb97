"""How a run goes, in one plain sentence made from its curves."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

from engine.protocol.values import Better, Monitor

_LEAST = 20
"""Reports before anything is said of a trend."""
_DOUBT = 3.0
"""Standard errors of its halves' difference that a turn for the worse must exceed."""
_PLAIN = Monitor(name="loss", label="Loss", better=Better.LOWER)


class Health:
    """Keeps a short memory of the most telling number of a run; which that is, its family declares."""

    def __init__(self, monitors: Sequence[Monitor]) -> None:
        self._monitors = (*monitors, _PLAIN)
        self._recent: deque[float] = deque(maxlen=400)

    def sentence(self, losses: tuple[tuple[str, float], ...], step: int) -> str:
        values = dict(losses)
        bounded = next((each for each in self._monitors if each.between and each.name in values), None)
        if bounded is not None:
            return _within(bounded, values[bounded.name])
        told = [each for each in self._monitors if each.better is not Better.NEITHER and each.name in values]
        return self._trend(told[0], values[told[0].name]) if told else ""

    def _trend(self, monitor: Monitor, value: float) -> str:
        """Whether it moves the right way: the change of its halves beside how far it has come, since it may cross 0."""
        self._recent.append(value)
        if len(self._recent) < _LEAST:
            return "Warming up."
        points = list(self._recent)
        half = len(points) // 2
        before, after = sum(points[:half]) / half, sum(points[half:]) / (len(points) - half)
        is_up = monitor.better is Better.HIGHER
        change = (after - before if is_up else before - after) / _scale(points, before, after)
        name = monitor.label[0].lower() + monitor.label[1:] if monitor.label[1:2].islower() else monitor.label
        if change >= 0.01:
            return f"Learning: the {name} {'rose' if is_up else 'fell'} {_difference(points, before, after)} lately."
        if change > 0.002:
            return "Learning, slowly."
        if change < (-0.05 if _keeps_its_sign(points) else -0.01):
            if abs(after - before) < _DOUBT * _noise(points, before, after) * math.sqrt(2 / half):
                return "Warming up."  # a few restless numbers, as after going on with a run, are no trend
            return f"The {name} is getting worse; a smaller learning rate may help."
        return "Nearly still: more steps will change little."


def _within(monitor: Monitor, value: float) -> str:
    """What the height of a number says that should stay between two bounds."""
    said = monitor.between
    if monitor.low is not None and value < monitor.low:
        said = monitor.below
    elif monitor.high is not None and value > monitor.high:
        said = monitor.above
    return said.format(percent=f"{100 * value:.0f}")


def _keeps_its_sign(points: list[float]) -> bool:
    return min(points) > 0 or max(points) < 0


def _scale(points: list[float], before: float, after: float) -> float:
    """What a change is measured by: the value itself, or, where it crosses zero and no share means anything, its noise.

    A change as large as the noise then counts as a hundredth, which is clear, and a fifth of it as nothing.
    """
    if _keeps_its_sign(points):
        return max(1e-9, abs(before))
    return max(1e-9, 100 * _noise(points, before, after))


def _noise(points: list[float], before: float, after: float) -> float:
    """How far numbers lie from the mean of their half, usually."""
    half = len(points) // 2
    squares = [(value - before) ** 2 for value in points[:half]] + [(value - after) ** 2 for value in points[half:]]
    return math.sqrt(sum(squares) / len(squares))


def _difference(points: list[float], before: float, after: float) -> str:
    """12 %; from −0.5 to 480 where a share would mislead: beyond zero, and beyond a doubling."""
    share = abs(after - before) / max(1e-9, abs(before))
    if _keeps_its_sign(points) and share <= 1.0:
        return f"{100 * share:.0f} %"
    return f"from {_number(before)} to {_number(after)}"


def _number(value: float) -> str:
    """Three digits, as one writes them: 48500, 0.012, −3."""
    digits = f"{float(f'{abs(value):.3g}'):.10g}"
    return f"−{digits}" if value < 0 else digits
