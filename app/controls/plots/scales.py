"""Numbers of plots: which range shows them, and how they are written."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app.controls.numbers import MINUS, grouped_text

Array = NDArray[np.float64]
_ABBREVIATIONS = frozenset(("elbo", "kl", "mse"))


def fitted_range(arrays: list[Array], *, is_log: bool) -> tuple[float, float]:
    """The range that shows nearly all values: rare spikes of the first steps must not flatten the rest."""
    finite = [values[np.isfinite(values)] for values in arrays]
    joined = np.concatenate(finite) if finite else np.empty(0)
    if is_log:
        joined = joined[joined > 0]
    if not len(joined):
        return (0.1, 10.0) if is_log else (0.0, 1.0)
    low, high = float(joined.min()), float(joined.max())
    if len(joined) > 50 and not is_log:
        bottom = min(float(np.quantile(values, 0.02)) for values in finite if len(values))
        top = max(float(np.quantile(values, 0.98)) for values in finite if len(values))
        room = 0.35 * max(top - bottom, 1e-12)
        low, high = max(low, bottom - room), min(high, top + room)
    if is_log:
        pad = max(10.0**0.02, (high / low) ** 0.05)
        return low / pad, high * pad
    pad = 0.06 * (high - low) or max(abs(high), 1e-3) * 0.1
    return low - pad, high + pad


def curve_words(name: str) -> str:
    """Pixel error, from vae.pixel_error; what is an abbreviation is written as one."""
    words = name.rsplit(".", 1)[-1].replace("_", " ")
    first, _, rest = words.partition(" ")
    if first in _ABBREVIATIONS and (not rest or rest.isdigit()):
        return words.upper()
    return words[:1].upper() + words[1:]


def tick_text(value: float, step: float) -> str:
    """A tick with as many digits as its neighbours need."""
    if abs(value) < 1e-9 * abs(step) or value == 0:
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


def count_tick_text(count: float, step: float = 0.0) -> str:
    """0, 500, 12k, 1.5M; whole where a step between ticks is too fine for three digits."""
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if abs(count) >= limit:
            return grouped_text(round(count)) if 0 < step < abs(count) / 100 else f"{count / limit:.3g}{unit}"
    return f"{count:.3g}"


def loss_text(value: float) -> str:
    """A loss in four digits."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    text = f"{value:.2e}" if size and (size < 1e-3 or size >= 1e5) else f"{value:.4g}"
    return text.replace("-", MINUS)
