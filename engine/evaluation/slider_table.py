"""The table of `evaluate --sliders`: how far each slider moves its own attribute, what else, and where it stands."""

from __future__ import annotations

from typing import Any, assert_never

from engine.protocol.directions import Matrix
from engine.protocol.values import ModelDescribed
from engine.protocol.worths import LITTLE, WAY, Fault, Weakness, most_other, moves_of, weaknesses

_ORDER = ("offered", "not measured", "weak", "left out")


def slider_table(model: ModelDescribed, matrix: Matrix) -> list[dict[str, Any]]:
    """A row for each slider: those that do what they say first, the furthest first."""
    weak, labels = weaknesses(model, matrix), {one.name: one.label or one.name for one in model.directions}
    rows = []
    for name in matrix.sliders:
        row, weakness = moves_of(matrix, name), weak.get(name)
        other, amount = most_other(name, row) if row is not None else ("", 0.0)
        rows.append(
            {
                "slider": labels.get(name, name),
                "moves": None if row is None else round(WAY * row[name], 2),
                "most_other": labels.get(other, other),
                "by": round(WAY * amount, 2),
                "stands": _stands(row is not None, weakness),
                "why": "" if weakness is None else _why(weakness, labels),
            }
        )
    return sorted(rows, key=lambda row: (_ORDER.index(row["stands"]), -(row["moves"] or 0.0)))


def _stands(is_measured: bool, weakness: Weakness | None) -> str:
    if not is_measured:
        return "not measured"
    if weakness is None:
        return "offered"
    return "left out" if weakness.fault is Fault.NOTHING else "weak"


def _why(weakness: Weakness, labels: dict[str, str]) -> str:
    match weakness.fault:
        case Fault.NOTHING:
            return "it does not move what it is named after"
        case Fault.LITTLE:
            return f"it moves less than {WAY * LITTLE:.1f}"
        case Fault.BACKWARDS:
            return "it moves what it is named after the other way"
        case Fault.DRAGS:
            return f"it moves {labels.get(weakness.other, weakness.other)} as far as its own"
        case Fault.SPILLS:
            return "most of what it changes lies elsewhere"
        case Fault.STRAYS:
            return "it leads far from the true picture"
        case _:
            assert_never(weakness.fault)
