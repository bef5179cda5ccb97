"""How a family learns: what a loss sees, the optimisers that follow it, and the stages of a run.

Shape legend: B batch, C channels, H height, W width, D coordinates, T words of a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor, nn


class OptimiserKind(StrEnum):
    ADAM = "adam"
    ADAMW = "adamw"
    RMSPROP = "rmsprop"
    SGD = "sgd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimiser:
    """What moves a phase's weights."""

    kind: OptimiserKind = OptimiserKind.ADAM
    rate: float = 2e-4
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    clip_norm: float = 0.0
    """Largest gradient norm; 0 leaves gradients alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stretch of a run. Equal stages are one stage; plain families have a single one.

    It is a pure function of the step and of carried tensors (`Family.stage`), so that a resumed run finds it again.
    """

    name: str = ""
    began: int = 0
    """The step at which it began."""
    phases: tuple[str, ...] | None = None
    """The phases that run, all where None."""
    fresh: frozenset[str] = frozenset()
    """The phases whose optimiser begins anew with it."""
    over: str = ""
    """Why the run ends here, in a sentence, where going on would teach nothing: no step of such a stage is taken."""
    form: Mapping[str, float] = field(default_factory=dict)
    """What shape the networks have in it, for `Family.enter`: also said in snapshots, so that they open."""


@dataclass(slots=True, kw_only=True)
class Batch:
    """What one loss sees. `generator` is seeded by (run seed, step, phase, repeat): noise needs no saved state."""

    x: Tensor
    """Pictures (B, C, H, W) in [-1, 1], or points (B, D)."""
    source: Tensor | None = None
    """What is translated into x: its partner where pairs are known, else any picture of the other kind."""
    labels_B: Tensor | None = None
    captions_BT: Tensor | None = None
    """Words of a sentence about each picture, as tokens."""
    attributes: Mapping[str, Tensor] = field(default_factory=dict)
    visible: Mapping[str, Tensor] = field(default_factory=dict)
    generator: torch.Generator
    step: int
    steps: int
    stage: Stage = field(default_factory=Stage)
    shared: dict[str, Any] = field(default_factory=dict)
    """What one phase hands to the next within a step, emptied before each step; a phase run alone finds nothing."""

    def __len__(self) -> int:
        return len(self.x)

    def part(self, rows: slice) -> Batch:
        """Some of its pictures with all that is known of them."""
        return Batch(
            x=self.x[rows],
            source=None if self.source is None else self.source[rows],
            labels_B=None if self.labels_B is None else self.labels_B[rows],
            captions_BT=None if self.captions_BT is None else self.captions_BT[rows],
            attributes={name: values_B[rows] for name, values_B in self.attributes.items()},
            visible={name: values_B[rows] for name, values_B in self.visible.items()},
            generator=self.generator,
            step=self.step,
            steps=self.steps,
            stage=self.stage,
            shared=self.shared,
        )


Losses = dict[str, Tensor]
"""`loss` is differentiated; every other entry is a number to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One optimiser and the loss that drives it. A step of training runs the phases of its stage in order."""

    name: str
    modules: tuple[nn.Module, ...]
    loss: Callable[[Batch], Losses]
    optimiser: Optimiser
    repeats: int = 1
    """Steps of this phase per training step, each on pictures of its own (k discriminator steps)."""
    hands_on: tuple[nn.Module, ...] = ()
    """Modules it does not move, whose gradients a later phase takes through what this one shares."""
    needs_data: bool = True
    """Whether its loss looks at the data; else its batches are empty."""
    pace: Callable[[], float] | None = None
    """Factor of its learning rate, from what the family carries; beside the run's own."""
    after_step: Callable[[Batch], None] | None = None
    """Called without gradients when the optimiser has moved: to clip weights, to update what is carried."""
