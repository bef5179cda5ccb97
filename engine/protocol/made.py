"""What the engine answers to whoever makes paths and sums."""

from __future__ import annotations

from dataclasses import field

from engine.protocol.record import record
from engine.protocol.values import Image, Recipe
from engine.protocol.walks import Measured


@record
class WalkPlanned:
    """The frames of a path. Until the even way is measured, they are where the spherical one has them."""

    model: str
    frames: tuple[Recipe, ...]
    reached: tuple[float, ...]
    """When each keyframe is, in seconds."""
    final: bool = True
    ticket: int = 0


@record
class WalkMeasured:
    """How one way of a path looks."""

    model: str
    measured: Measured
    ticket: int = 0


@record
class StepsFollowed:
    """A picture's way from where it begins to its last step; entry t of each is what it is after t steps."""

    model: str
    recipe: Recipe
    """Whose way it is, without the step it is at."""
    scores: tuple[float, ...]
    """What the judging network of the next step thinks of it, D(x); at the end, that of the last."""
    slopes: tuple[float, ...]
    """How steep that network is there, |∇D(x)|: how far the next step goes."""
    changes: tuple[Image, ...] = field(compare=False)
    """What is other than at the beginning, grey where nothing is."""
    gains: tuple[float, ...]
    """How often each of `changes` is amplified."""
    first_ms: float
    """How long drawing takes without a step."""
    last_ms: float
    """How long it takes with all of them."""
    ticket: int = 0


@record
class AddedUp:
    """A sum: the average of each term (None where it is empty), and result = base + strength · step.

    `noises` are added to the result for its neighbours. `base` is empty while no term is added.
    """

    model: str
    means: tuple[Recipe | None, ...]
    base: tuple[float, ...]
    step: tuple[float, ...]
    noises: tuple[tuple[float, ...], ...]
    about: tuple[str, ...] = ()
    """What moves while all else is held still, in the words of the labels; empty where nothing is held."""
    why_free: str = ""
    """Why nothing is held although that was asked for."""
    ticket: int = 0


@record
class ExemplarsFound:
    """Places that are as was asked, and what was understood."""

    model: str
    places: tuple[Recipe, ...]
    words: str
    ticket: int = 0


@record
class EffectsMeasured:
    """What single coordinates do, as far as it is measured: the first ones of `of`."""

    model: str
    effects: tuple[float, ...]
    """Root mean square change of all pixels, of their whole range, where one coordinate moves by its own spread."""
    of: int
    ticket: int = 0


Made = WalkPlanned | WalkMeasured | AddedUp | ExemplarsFound | StepsFollowed | EffectsMeasured
