"""What the engine answers to whoever makes paths, sums and directions."""

from __future__ import annotations

from dataclasses import dataclass

from engine.protocol.values import ModelDescribed, Recipe
from engine.protocol.walks import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkPlanned:
    """The frames of a path. Until the even way is measured, they are where the spherical one has them."""

    model: str
    frames: tuple[Recipe, ...]
    reached: tuple[float, ...]
    """When each keyframe is, in seconds."""
    final: bool = True
    ticket: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkMeasured:
    """How one way of a path looks."""

    model: str
    measured: Measured
    ticket: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedUp:
    """A sum: the average of each term (None where it is empty), and result = base + strength · step.

    `noises` are added to the result for its neighbours. `base` is empty while no term is added.
    """

    model: str
    means: tuple[Recipe | None, ...]
    base: tuple[float, ...]
    step: tuple[float, ...]
    noises: tuple[tuple[float, ...], ...]
    ticket: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionsChanged:
    """The open model has other sliders now."""

    model: ModelDescribed
    label: str
    """The slider that was made."""
    ticket: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemplarsFound:
    """Places that are as was asked, and what was understood."""

    model: str
    places: tuple[Recipe, ...]
    words: str
    ticket: int = 0
