"""Sliders that people make: how one is learned, what comes of it, and what is asked of those that are there."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from pathlib import Path

from engine.protocol.record import record
from engine.protocol.values import ModelDescribed, Recipe


class LearnedBy(StrEnum):
    """Where a direction comes from."""

    MEANS = "means"
    """From the average of pictures that are as some words say to that of others."""
    PLANE = "plane"
    """Square to the plane that divides both."""
    TREND = "trend"
    """Along which one labelled attribute grows."""
    PICTURES = "pictures"
    """From one group of places to another."""
    AXES = "axes"
    """Along which the points vary most."""
    LAYER = "layer"
    """Along which the drawing network's first layer answers most."""

    @property
    def needs_labels(self) -> bool:
        """Whether it can be learned anew with another model of the same labelled pictures."""
        return self in (LearnedBy.MEANS, LearnedBy.PLANE, LearnedBy.TREND)


@record
class Lesson:
    """How a direction is to be learned: by words, or by places."""

    by: LearnedBy
    start: str = ""
    """“woman without glasses”; not for a trend."""
    to: str = ""
    before: tuple[Recipe, ...] = ()
    after: tuple[Recipe, ...] = ()


@record
class Candidate:
    """A direction that was found and is not kept yet: one unit of its slider moves a place by `move`."""

    label: str
    move: tuple[float, ...]
    low: float = -3.0
    high: float = 3.0
    made: str = ""
    """How it came about, in words."""
    score: float | None = None
    """How well pictures that it was not learned from are told by it: a share, or R²."""
    score_words: str = ""
    lesson: Lesson | None = None
    """What to learn it by with another model; None where that means nothing there."""


@record
class Matrix:
    """How far each attribute moves for one unit of each slider, in its own standard deviations: from −2 to 2, as far as
    a slider goes, a quarter of the whole way.
    """

    sliders: tuple[str, ...]
    attributes: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    """For each slider, the attributes in their order."""
    places: int


class Change(StrEnum):
    """What became of a direction."""

    KEPT = "kept"
    REMOVED = "removed"
    RESTORED = "restored"


# ---------------------------------------------------------------- what is asked


@record
class LearnDirections:
    """Find directions of the open model; answered by DirectionsLearned. Nothing is kept yet."""

    lesson: Lesson
    ticket: int = field(default=0, compare=False)


@record
class KeepDirection:
    """Keep a displacement of the open model's places as a slider of this name; answered by DirectionsChanged."""

    label: str
    move: tuple[float, ...]
    low: float = -1.0
    high: float = 2.0
    made: str = ""
    lesson: Lesson | None = None
    ticket: int = field(default=0, compare=False)


@record
class RemoveDirection:
    """Put the file of a slider that was made into the trash. Places that use it are drawn until the model is opened
    anew; answered by DirectionsChanged.
    """

    name: str
    ticket: int = field(default=0, compare=False)


@record
class RestoreDirection:
    """Take it out of the trash again."""

    name: str
    ticket: int = field(default=0, compare=False)


@record
class SetRange:
    """Let a slider that was made go this far to both sides."""

    name: str
    low: float
    high: float
    ticket: int = field(default=0, compare=False)


@record
class ImportDirection:
    """Keep the direction of a file. One of another model is refused, or with `anew` learned here by the same words."""

    path: Path
    anew: bool = False
    ticket: int = field(default=0, compare=False)


@record
class ExportDirection:
    """Write a slider, one that the model came with or a made one, as a file; answered by Exported."""

    name: str
    path: Path
    label: str = ""
    """What it is called, where somebody named it otherwise."""
    ticket: int = field(default=0, compare=False)


@record
class MeasureSliders:
    """Read what else each slider moves; answered by SlidersMeasured, and kept for the model's next opening."""

    only_kept: bool = False
    """Only what was measured before, if it was."""
    ticket: int = field(default=0, compare=False)


@record
class HoldStill:
    """Find the slider that leaves some attributes as they are; answered by DirectionsLearned: as it is, and held."""

    name: str
    still: tuple[str, ...]
    ticket: int = field(default=0, compare=False)


DirectionRequest = (
    MeasureSliders
    | HoldStill
    | LearnDirections
    | KeepDirection
    | RemoveDirection
    | RestoreDirection
    | SetRange
    | ImportDirection
    | ExportDirection
)


# ---------------------------------------------------------------- what is answered


@record
class DirectionsLearned:
    """What was found, the most telling first."""

    model: str
    candidates: tuple[Candidate, ...]
    note: str = ""
    """How it was found, where a person should know."""
    ticket: int = 0


@record
class DirectionsChanged:
    """The open model has other sliders now."""

    model: ModelDescribed
    label: str
    change: Change = Change.KEPT
    ticket: int = 0


@record
class SlidersMeasured:
    """What each slider moves; None where only what was kept was asked for, and nothing is."""

    model: str
    matrix: Matrix | None
    ticket: int = 0


DirectionAnswer = DirectionsLearned | DirectionsChanged | SlidersMeasured
