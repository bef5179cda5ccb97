"""What a comparison is made of: how far it is, whom one could compare, what a result answers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from engine.protocol.score_words import score_kind
from engine.protocol.scoring import ModelListed, ModelScored

COUNTS = (100, 200, 500, 1000, 2000)
"""How many pictures may be measured on."""
DEFAULT_GROUPS = ("distance", "classes", "detail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where the measuring is."""

    source: str
    place: int
    models: int
    what: str
    done: int
    of: int
    eta_s: float = math.nan
    steps: tuple[str, ...] = ()
    """What was done with this model before."""
    steps_expected: int = 5

    @property
    def share(self) -> float:
        """Of all models together, 0 to 1."""
        step = (len(self.steps) + self.done / max(1, self.of)) / max(len(self.steps) + 1, self.steps_expected)
        return (self.place + min(1.0, step)) / max(1, self.models)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two models that learned from the same pictures."""

    first: ModelListed
    second: ModelListed


def data_source(name: str) -> str:
    """How a set is asked for: known names carry a prefix, so that a folder of that name cannot stand in for them."""
    is_path = "/" in name or "\\" in name
    return name if is_path or not name or name.startswith("bundled:") else f"bundled:{name}"


def data_key(name: str) -> str:
    """A set's name without its prefix."""
    return name.removeprefix("bundled:")


def answered(measured: ModelScored) -> set[str]:
    """Metrics that a result answers, with a score or with a reason."""
    if measured.problem is not None:
        return set()
    return {score_kind(score.name).metric for score in measured.scores} | {name for name, _ in measured.unavailable}


def partner(first: ModelListed, others: Iterable[ModelListed]) -> Suggestion | None:
    """Another model of the same data."""
    for other in others:
        if other.source != first.source and other.data and data_key(other.data) == data_key(first.data):
            return Suggestion(first, other)
    return None
