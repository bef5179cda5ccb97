"""What may stand in a setting: text to value and back, and one plain sentence when it does not fit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from app.controls.numbers import MINUS, grouped_text
from engine.protocol.values import Field


@dataclass(frozen=True, slots=True)
class Read:
    """A value, or the sentence that says why there is none."""

    value: Any = None
    problem: str = ""


def value_text(field: Field, value: Any) -> str:
    """A value as it is typed: 0.0002 and 1e-05, never 9.999999e-05."""
    if field.kind == "float":
        number = float(value)
        text = f"{number:.10g}"
        return text if "e" in text or "." in text or not math.isfinite(number) else f"{text}.0"
    return str(value)


def read_value(field: Field, text: str) -> Read:
    """What was typed into a number's or a text's editor."""
    label = field.label or field.name
    cleaned = text.strip().replace(MINUS, "-").replace("\u202f", "").replace("\u00a0", "")
    if field.kind == "text":
        return Read(text)
    if not cleaned:
        return Read(problem=f"{label} needs a number.")
    if field.kind == "int":
        return _read_int(field, label, cleaned)
    try:
        number = float(cleaned.replace(",", "."))
    except ValueError:
        return Read(problem=f"{label} must be a number, such as {value_text(field, field.default)}.")
    if not math.isfinite(number):
        return Read(problem=f"{label} must be a finite number.")
    return _within(field, label, number)


def check_value(field: Field, value: Any) -> bool:
    """True if a preset's value can stand in this setting."""
    match field.kind:
        case "bool":
            return isinstance(value, bool)
        case "choice":
            return value in field.choices
        case "text":
            return isinstance(value, str)
        case _:
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return is_number and not read_value(field, value_text(field, value)).problem


def range_words(field: Field) -> str:
    """8 to 256 px, above 0 and at most 1; empty when there is no range."""
    unit = f" {field.unit}" if field.unit else ""
    if field.low is not None and field.high is not None:
        return f"{grouped_text(field.low)} to {grouped_text(field.high)}{unit}"
    limits = (("at least", field.low), ("above", field.above), ("at most", field.high), ("below", field.below))
    words = " and ".join(f"{word} {grouped_text(limit)}" for word, limit in limits if limit is not None)
    return f"{words}{unit}" if words else ""


def _read_int(field: Field, label: str, cleaned: str) -> Read:
    try:
        number = float(cleaned) if "e" in cleaned.lower() else int(cleaned.replace(" ", ""))
    except ValueError:
        return Read(problem=f"{label} must be a whole number.")
    if number != int(number) if math.isfinite(number) else True:
        return Read(problem=f"{label} must be a whole number.")
    return _within(field, label, int(number))


def _within(field: Field, label: str, number: float) -> Read:
    is_low = (field.low is not None and number < field.low) or (field.above is not None and number <= field.above)
    is_high = (field.high is not None and number > field.high) or (field.below is not None and number >= field.below)
    if is_low or is_high:
        return Read(problem=f"{label} must be {range_words(field)}.")
    if field.kind == "int" and field.step and field.step > 1 and number % field.step:
        below = int(number // field.step * field.step)
        either = f"{grouped_text(below)} or {grouped_text(below + int(field.step))}"
        return Read(problem=f"{label} must be a multiple of {grouped_text(field.step)}: {either}.")
    return Read(number)
