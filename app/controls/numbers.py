"""Numbers as people read and type them: a real minus sign, and either decimal mark."""

from __future__ import annotations

import math

MINUS = "\u2212"


def signed_text(value: float, decimals: int = 1) -> str:
    """+0.8, −0.6 and 0.0, the sign always told, never on a zero."""
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return (MINUS if value < 0 else "+") + text


def plain_text(value: float, decimals: int = 2) -> str:
    """0.75, with a real minus sign when one is needed."""
    text = f"{abs(value):.{decimals}f}"
    return MINUS + text if value < 0 and float(text) != 0 else text


def exact_text(value: float, least_decimals: int = 1, most_decimals: int = 3) -> str:
    """All digits worth editing: at least `least_decimals`, no trailing zeros after them."""
    text = f"{abs(value):.{most_decimals}f}"
    while text.endswith("0") and len(text) - text.index(".") - 1 > least_decimals:
        text = text[:-1]
    return MINUS + text if value < 0 and float(text) != 0 else text


def read_number(text: str) -> float | None:
    """What somebody typed, with a comma or a point, any minus and a unit left in; None if it is no number."""
    cleaned = text.strip().rstrip("σ").strip().replace(MINUS, "-").replace("\u2013", "-").replace(",", ".")
    try:
        value = float(cleaned)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def count_text(count: int) -> str:
    """12 480: groups of three with a narrow space, which no language reads as a decimal mark."""
    return f"{count:,}".replace(",", "\u202f")


def grouped_text(value: float) -> str:
    """The same for a setting, with up to ten digits and a real minus before it: 12 480, 0.001, 1e-07."""
    text = f"{value:,.10g}".replace(",", "\u202f")
    return MINUS + text[1:] if value < 0 else text
