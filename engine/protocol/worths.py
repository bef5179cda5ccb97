"""What a slider is worth: whether it moves what it is named after and leaves the rest alone, as far as was measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engine.protocol.directions import Matrix
from engine.protocol.truths import EditTruth
from engine.protocol.values import DirectionDescribed, ModelDescribed

NOTHING = 0.05
"""Standard deviations of its attribute for one unit: so little cannot be told from none."""
WAY = 4.0
"""From −2 to 2, as far as five steps of a slider go."""
LITTLE = 0.8 / WAY
LEAST_HIT, MOST_SPILL, MOST_AWAY = 0.5, 0.75, 2.0
"""Of edits that were compared with pictures drawn again: half of what was wished, and mostly where it belongs."""


class Fault(StrEnum):
    """Why a slider is weak. One that moves nothing is not offered."""

    NOTHING = "nothing"
    LITTLE = "little"
    BACKWARDS = "backwards"
    DRAGS = "drags"
    """It moves another attribute as much as its own."""
    SPILLS = "spills"
    """Most of what it changes lies elsewhere in the picture."""
    STRAYS = "strays"
    """What comes out is much further from the true picture than a copy is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """A fault, how much of its own attribute the slider moves for one unit, and what else it moves by how much."""

    fault: Fault
    own: float
    other: str = ""
    amount: float = 0.0


def weaknesses(model: ModelDescribed, matrix: Matrix | None) -> dict[str, Weakness]:
    """The weak sliders of a model. What was measured here counts before its card, the card before its survey; a slider
    that nobody measured is never called weak, and of a run that learns nothing is settled.
    """
    return {} if model.live else faults(model.directions, model.edits, matrix)


def faults(
    directions: Iterable[DirectionDescribed], edits: Iterable[EditTruth], matrix: Matrix | None
) -> dict[str, Weakness]:
    """The weak ones of some sliders, by what was measured of them."""
    truths = {truth.name: truth for truth in edits}
    found = {}
    for one in directions:
        row = moves_of(matrix, one.name)
        if row is not None:
            fault = _by_matrix(one.name, row)
        elif one.name in truths:
            fault = _by_truth(truths[one.name])
        else:
            fault = _by_survey(one)
        if fault is not None:
            found[one.name] = fault
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What one unit of a slider moves, in standard deviations: its own attribute, and of the others the most."""

    own: float
    other: str
    amount: float

    @property
    def share(self) -> float:
        """How much of it is its own, as far as it moves that at all."""
        return min(1.0, self.own) * self.own / (self.own + abs(self.amount)) if self.own > 0.0 else 0.0


def moved_by(matrix: Matrix | None, name: str) -> Moved | None:
    """As was measured here; None for what nobody measured, and for sliders that are called after no attribute."""
    row = moves_of(matrix, name)
    if row is None:
        return None
    other, _ = most_other(name, row)
    return Moved(own=row[name], other=other, amount=row.get(other, 0.0))


def moves_of(matrix: Matrix | None, name: str) -> dict[str, float] | None:
    """How far a slider moves each attribute; None where its own was not measured."""
    if matrix is None or name not in matrix.sliders or name not in matrix.attributes:
        return None
    return dict(zip(matrix.attributes, matrix.rows[matrix.sliders.index(name)], strict=True))


def _by_matrix(name: str, row: dict[str, float]) -> Weakness | None:
    own = row[name]
    other, amount = most_other(name, row)
    if abs(own) < NOTHING:
        return Weakness(fault=Fault.NOTHING, own=own)
    if own < 0.0:
        return Weakness(fault=Fault.BACKWARDS, own=own)
    if own < LITTLE:
        return Weakness(fault=Fault.LITTLE, own=own)
    return Weakness(fault=Fault.DRAGS, own=own, other=other, amount=amount) if amount >= own else None


def most_other(name: str, row: dict[str, float]) -> tuple[str, float]:
    """The attribute that a slider moves most besides its own, and how far to either side."""
    return max(((key, abs(v)) for key, v in row.items() if key != name), key=lambda p: p[1], default=("", 0.0))


def _by_truth(truth: EditTruth) -> Weakness | None:
    if abs(truth.hit) < NOTHING:
        return Weakness(fault=Fault.NOTHING, own=truth.hit)
    if truth.hit < 0.0:
        return Weakness(fault=Fault.BACKWARDS, own=truth.hit)
    if truth.hit < LEAST_HIT:
        return Weakness(fault=Fault.LITTLE, own=truth.hit)
    if truth.spill is not None and truth.spill > MOST_SPILL:
        return Weakness(fault=Fault.SPILLS, own=truth.hit, amount=truth.spill)
    return Weakness(fault=Fault.STRAYS, own=truth.hit, amount=truth.identity) if truth.identity > MOST_AWAY else None


def _by_survey(one: DirectionDescribed) -> Weakness | None:
    if one.told is None or one.told >= LITTLE:
        return None
    return Weakness(fault=Fault.NOTHING if one.told < NOTHING else Fault.LITTLE, own=one.told)
