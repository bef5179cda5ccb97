"""How true a model's sliders are, as its card says: a stranger's card may say anything."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.protocol.truths import EditTruth


def told_edits(value: object) -> tuple[EditTruth, ...]:
    """What can be understood of it."""
    found = []
    for name, entry in value.items() if isinstance(value, Mapping) else ():
        if not (isinstance(name, str) and isinstance(entry, Mapping)):
            continue
        hit, spill, identity = (_number(entry.get(key)) for key in ("hit", "spill", "identity"))
        if hit is not None and identity is not None:
            found.append(EditTruth(name=name[:80], hit=hit, spill=spill, identity=identity))
    return tuple(found)


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None  # type: ignore[arg-type]
