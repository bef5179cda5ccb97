"""Axes of a plot: where values stand, where ticks stand, and how they are written."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.controls.numbers import MINUS, grouped_text

Array = NDArray[np.float64]
_ABBREVIATIONS = frozenset(("elbo", "kl", "mse"))
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A range of values; logarithmic ones hold positive values only."""

    low: float
    high: float
    is_log: bool = False

    def shares(self, values: Array) -> Array:
        """0 at `low`, 1 at `high`; NaN where a value has no place."""
        if not self.is_log:
            return (values - self.low) / (self.high - self.low)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(values > 0, np.log10(values), np.nan)
        low, high = math.log10(self.low), math.log10(self.high)
        return np.asarray((logs - low) / (high - low))

    def ticks(self, most: int) -> tuple[float, ...]:
        """Round values to mark, at most about `most`."""
        return self._log_ticks(most) if self.is_log else linear_ticks(self.low, self.high, most)

    def _log_ticks(self, most: int) -> tuple[float, ...]:
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        decades = range(first, last + 1)
        if len(decades) < 2:
            return tuple(tick for tick in linear_ticks(self.low, self.high, most) if tick > 0)
        stride = max(1, -(-len(decades) // max(1, most)))
        ticks = [10.0**power for power in decades if power % stride == 0]
        if len(decades) * 2 < most:
            ticks += [3.0 * 10.0**power for power in range(first - 1, last + 1)]
        return tuple(sorted(tick for tick in ticks if self.low <= tick <= self.high))


def linear_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Multiples of 1, 2, 2.5 or 5 times a power of ten."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return ()
    rough = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in _STEPS if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first + 1
    return tuple((first + k) * step for k in range(max(0, min(count, 200))))


def fitted_scale(arrays: list[Array], *, is_log: bool) -> Scale:
    """The range that shows nearly all values: rare spikes of the first steps must not flatten the rest."""
    finite = [values[np.isfinite(values)] for values in arrays]
    joined = np.concatenate(finite) if finite else np.empty(0)
    if is_log:
        joined = joined[joined > 0]
    if not len(joined):
        return Scale(0.1, 10.0, True) if is_log else Scale(0.0, 1.0)
    low, high = float(joined.min()), float(joined.max())
    if len(joined) > 50 and not is_log:
        bottom = min(float(np.quantile(values, 0.02)) for values in finite if len(values))
        top = max(float(np.quantile(values, 0.98)) for values in finite if len(values))
        room = 0.35 * max(top - bottom, 1e-12)
        low, high = max(low, bottom - room), min(high, top + room)
    if is_log:
        pad = max(10.0**0.02, (high / low) ** 0.05)
        return Scale(low / pad, high * pad, True)
    pad = 0.06 * (high - low) or max(abs(high), 1e-3) * 0.1
    return Scale(low - pad, high + pad)


def curve_words(name: str) -> str:
    """Pixel error, from vae.pixel_error; what is an abbreviation is written as one."""
    words = name.rsplit(".", 1)[-1].replace("_", " ")
    return words.upper() if words in _ABBREVIATIONS else words[:1].upper() + words[1:]


def tick_text(value: float, step: float) -> str:
    """A tick with as many digits as its neighbours need."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e5 or size < 1e-3:
        power = math.floor(math.log10(size) + 1e-9)
        factor = value / 10.0**power
        text = f"{factor:.3g}e{power}".replace("-", MINUS)
        return text.removeprefix("1") if text.startswith("1e") else text
    decimals = max(0, -math.floor(math.log10(abs(step)) + 1e-9)) if step else 0
    if size >= 1e4 and not decimals:
        return grouped_text(round(value))
    if step and abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6:
        decimals += 1
    return f"{value:.{decimals}f}".replace("-", MINUS)


def count_tick_text(count: float) -> str:
    """0, 500, 12k, 1.5M."""
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if abs(count) >= limit:
            return f"{count / limit:.3g}{unit}"
    return f"{count:.3g}"


def loss_text(value: float) -> str:
    """A loss in four digits."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    text = f"{value:.2e}" if size and (size < 1e-3 or size >= 1e5) else f"{value:.4g}"
    return text.replace("-", MINUS)
