"""A second picture next to the one that is moved: of another model, or of a place that stays."""

from __future__ import annotations

from dataclasses import field

from engine.protocol.library import Shelved
from engine.protocol.record import record
from engine.protocol.values import Image, ModelDescribed, Recipe


@record
class SampleBeside:
    """Sample one picture of a model that need not be the open one; without a recipe it is only opened."""

    source: str
    recipe: Recipe | None = None
    ticket: int = field(default=0, compare=False)


@record
class SampledBeside:
    """The picture, and whose it is; no picture where none was asked for."""

    source: str
    model: ModelDescribed
    recipe: Recipe | None = None
    image: Image | None = field(default=None, compare=False)
    ticket: int = 0


ToldOfOthers = Shelved | SampledBeside
"""What is told of models that need not be the open one."""
