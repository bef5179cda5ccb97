"""Which of many coordinates to show: "12", "40–60", "changed", or several of these."""

from __future__ import annotations

import re
from collections.abc import Collection

_RANGE = re.compile(r"^(\d{1,9})[-–−](\d{1,9})$")


def filtered(text: str, count: int, changed: Collection[int]) -> tuple[int, ...]:
    """Indices in order. Nothing typed shows all; what is not understood shows none."""
    words = text.replace(",", " ").lower().split()
    if not words:
        return tuple(range(count))
    found: set[int] = set()
    for word in words:
        if span := _RANGE.match(word):
            low, high = sorted((int(span[1]), int(span[2])))
            found.update(range(min(low, count), min(high + 1, count)))
        elif word.isascii() and word.isdigit() and len(word) < 10:
            if int(word) < count:
                found.add(int(word))
        elif "changed".startswith(word):
            found.update(index for index in changed if 0 <= index < count)
    return tuple(sorted(found))
