"""How a run goes, in one plain sentence made from its curves."""

from __future__ import annotations

import math
from collections import deque

_ABBREVIATIONS = {"elbo", "kl"}
_HIGHER_IS_BETTER = {"elbo", "reconstruction"}


class Health:
    """Keeps a short memory of the most telling loss and of a discriminator, if there is one."""

    def __init__(self, monitors: tuple[str, ...]) -> None:
        self._monitors = monitors
        self._recent: deque[tuple[int, float]] = deque(maxlen=400)

    def sentence(self, losses: tuple[tuple[str, float], ...], step: int) -> str:
        values = dict(losses)
        adversarial = _discriminator_share(values)
        if adversarial is not None:
            return adversarial
        name = next((monitor for monitor in self._monitors if monitor in values), "loss")
        if name not in values:
            return ""
        self._recent.append((step, values[name]))
        if len(self._recent) < 20:
            return "Warming up."
        half = len(self._recent) // 2
        points = [value for _, value in self._recent]
        before, after = sum(points[:half]) / half, sum(points[half:]) / (len(points) - half)
        better_up = name in _HIGHER_IS_BETTER
        change = (after - before if better_up else before - after) / _scale(points, before, after)
        if change >= 0.01:
            verb = "rose" if better_up else "fell"
            return f"Learning: the {_plain(name)} {verb} {_difference(points, before, after)} lately."
        if change > 0.002:
            return "Learning, slowly."
        if change < (-0.05 if _keeps_its_sign(points) else -0.01):
            return f"The {_plain(name)} is getting worse; a smaller learning rate may help."
        return "Nearly still: more steps will change little."


def _keeps_its_sign(points: list[float]) -> bool:
    return min(points) > 0 or max(points) < 0


def _scale(points: list[float], before: float, after: float) -> float:
    """What a change is measured by: the value itself, or, where it crosses zero and no share means anything, its noise.

    A change as large as the noise then counts as a hundredth, which is clear, and a fifth of it as nothing.
    """
    if _keeps_its_sign(points):
        return max(1e-9, abs(before))
    half = len(points) // 2
    squares = [(value - before) ** 2 for value in points[:half]] + [(value - after) ** 2 for value in points[half:]]
    return max(1e-9, 100 * math.sqrt(sum(squares) / len(squares)))


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


def _discriminator_share(values: dict[str, float]) -> str | None:
    """What the scores (0 to 1) that a discriminator gives real and generated pictures say."""
    real, fake = values.get("real_score"), values.get("fake_score")
    if real is None or fake is None:
        return None
    share = 0.5 * (real + 1.0 - fake)
    if share > 0.97:
        return "The discriminator tells nearly every picture; the generator gets little to learn from."
    if share < 0.55:
        return "The discriminator is guessing; the generator has the upper hand."
    return f"In balance: the discriminator is {100 * share:.0f} % sure of the truth."


def _plain(name: str) -> str:
    words = name.rsplit(".", 1)[-1].replace("_", " ")
    return words.upper() if words in _ABBREVIATIONS else words
