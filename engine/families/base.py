"""The family contract: what every kind of generative model declares, so that nothing else asks which one it is.

Shape legend: B batch, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Protocol

import torch
from torch import Tensor, nn

from engine.families import schema
from engine.protocol.values import Capability


class Prior(StrEnum):
    """The law from which points are drawn before any data was seen."""

    NORMAL = "normal"
    UNIFORM = "uniform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Latent:
    """A family's latent space: how many coordinates, their prior, and how many deserve a slider."""

    coordinates: int
    prior: Prior = Prior.NORMAL
    sliders: int = 12

    def draw(self, generator: torch.Generator) -> Tensor:
        """One point z (D,) of the prior."""
        if self.prior is Prior.UNIFORM:
            return torch.rand(self.coordinates, generator=generator) * 2 - 1
        return torch.randn(self.coordinates, generator=generator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something a model can be asked for: a class with named choices."""

    name: str
    label: str
    choices: tuple[str, ...]


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


@dataclass(slots=True, kw_only=True)
class Batch:
    """What one loss sees. `generator` is seeded by (run seed, step, phase, repeat): noise needs no saved state."""

    x_BCHW: Tensor
    """Pictures in [-1, 1]."""
    labels_B: Tensor | None
    attributes: Mapping[str, Tensor]
    visible: Mapping[str, Tensor]
    generator: torch.Generator
    step: int
    steps: int


Losses = dict[str, Tensor]
"""`loss` is differentiated; every other entry is a number to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One optimiser and the loss that drives it. A step of training runs the phases in order."""

    name: str
    modules: tuple[nn.Module, ...]
    loss: Callable[[Batch], Losses]
    optimiser: Optimiser
    repeats: int = 1
    """Steps of this phase per training step, each on pictures of its own (k discriminator steps)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataShape:
    """What a family needs to know of its data before it is built."""

    classes: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    categories: Mapping[str, int] = field(default_factory=dict)
    """Number of values of the attributes that are categories."""


class Labelled(Protocol):
    """Pictures with what is known of them, as `prepare` and `calibrate` see them; a data set store is one."""

    @property
    def pictures(self) -> Tensor:
        """uint8 (N, C, H, W)."""

    @property
    def attributes(self) -> dict[str, Tensor]:
        """name -> float32 (N,)."""

    @property
    def visible(self) -> dict[str, Tensor]:
        """name -> bool (N,)."""

    @property
    def labels(self) -> Tensor | None:
        """int64 (N,), -1 where unknown."""


class Family(nn.Module):
    """A kind of generative model. Subclasses declare; sessions, training and panels read the declaration."""

    name: ClassVar[str]
    label: ClassVar[str]
    summary: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]
    Config: ClassVar[type[schema.Config]]
    training_only: ClassVar[tuple[str, ...]] = ()
    """Submodules that only training needs (a discriminator): not in the model file, absent when exploring."""
    begins_alone: ClassVar[bool] = True
    """Whether a run may begin with a finished model, whose file lacks what is for training only. A generator loses at
    once what it can do without the discriminator that it was trained against.
    """
    replaceable: ClassVar[tuple[str, ...]] = ()
    """Submodules that may start anew, in another shape, in a run that begins with the weights of another."""
    channels_last: ClassVar[bool] = False
    """Train with channels innermost in memory: faster for wide convolutions, slower for thin ones (measured)."""
    monitors: ClassVar[tuple[str, ...]] = ()
    """Names of the losses worth a curve, most telling first; empty shows them all."""

    def __init__(self, config: schema.Config, shape: DataShape) -> None:
        super().__init__()
        self.config = config
        self.shape = shape

    @property
    def latent(self) -> Latent | None:
        """The latent space, or None for families that draw pixel by pixel."""
        return None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return ()

    @property
    def looks(self) -> int:
        """How many pictures `sample` yields until the final one: 1, unless it draws in steps."""
        return 1

    def phases(self) -> tuple[Phase, ...]:
        """One entry per optimiser."""
        raise TypeError(f"{type(self).__name__} declares no phases")

    def prepare(self, data: Labelled) -> None:
        """Measure once, before the first step of a fresh run, the constants that losses need, into buffers."""

    @property
    def needs_start(self) -> bool:
        """Whether a run makes no sense from fresh weights: it teaches one part what another, kept as it is, knows."""
        return False

    @property
    def wants_reader(self) -> bool:
        """Whether its losses ask what a judge sees; the loop then lends it the bundled reader before the first step."""
        return False

    def lend(self, reader: Family) -> None:
        """Take a judge to learn from; it is never saved and never trained."""
        raise TypeError(f"{type(self).__name__} needs no reader")

    def calibrate(self, data: Labelled) -> None:
        """Measure once, after the last step, on validation pictures, constants that answers need, into buffers."""

    def sample(
        self, points_BD: Tensor | None, generators: Sequence[torch.Generator], condition: Mapping[str, float]
    ) -> Iterator[Tensor]:
        """Pictures (B, C, H, W) in [-1, 1], the last one final. Picture k uses points_BD[k] and generators[k] only.

        The default decodes in one go. Never hold a grad or inference mode across a yield: modes are thread-local.
        """
        if points_BD is None:
            raise TypeError(f"{type(self).__name__} draws from no point")
        with torch.no_grad():
            x_BCHW = self.decode(points_BD)
        yield x_BCHW

    def decode(self, z_BD: Tensor) -> Tensor:
        """Pictures of points; for families with the capability `decode`."""
        raise TypeError(f"{type(self).__name__} does not decode")

    def encode(self, x_BCHW: Tensor) -> Tensor:
        """The most likely point of each picture; for families with the capability `encode`."""
        raise TypeError(f"{type(self).__name__} does not encode")

    def log_likelihood(self, x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        """log p(x) in nats per picture (B,), exact or a lower bound; for the capability `likelihood`."""
        raise TypeError(f"{type(self).__name__} has no likelihood")

    likelihood_is_bound: ClassVar[bool] = False

    def drop_training_only(self) -> None:
        """Forget what exploring does not need."""
        for name in self.training_only:
            delattr(self, name)
