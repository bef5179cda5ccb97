"""How a run goes, in one plain sentence made from its curves."""

from __future__ import annotations

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
        change = (after - before if better_up else before - after) / max(1e-9, abs(before))
        if change >= 0.01:
            return f"Learning: the {_plain(name)} {'rose' if better_up else 'fell'} {100 * change:.0f} % lately."
        if change > 0.002:
            return "Learning, slowly."
        if change < -0.05:
            return f"The {_plain(name)} is getting worse; a smaller learning rate may help."
        return "Nearly still: more steps will change little."


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
