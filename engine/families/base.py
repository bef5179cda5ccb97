"""The family contract: what every kind of generative model declares, so that nothing else asks which one it is.

Shape legend: B batch, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn

from engine.families import schema
from engine.families.ask import NO_CONDITIONS, Ask, Conditions, Followed
from engine.families.latent import Latent
from engine.families.phases import Phase, Stage
from engine.latents.fit import Mixture
from engine.protocol.values import Capability, Condition, Monitor, Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class DataShape:
    """What a family needs to know of its data before it is built."""

    classes: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    categories: Mapping[str, int] = field(default_factory=dict)
    """Number of values of the attributes that are categories."""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Ends of the attributes that are numbers."""
    words: tuple[str, ...] = ()
    """The words of the captions, for families that read them."""
    caption_length: int = 0
    source_channels: int = 0
    """Colours of the pictures that are to be translated; 0 where there are none."""
    dimensions: int = 0
    """Coordinates of a point, of data that are no pictures."""


class Labelled(Protocol):
    """Data with what is known of it, as `prepare` and `calibrate` see it; a data set store is one."""

    @property
    def pictures(self) -> Tensor:
        """uint8 (N, C, H, W), or points as float32 (N, D)."""

    @property
    def attributes(self) -> dict[str, Tensor]:
        """name -> float32 (N,)."""

    @property
    def visible(self) -> dict[str, Tensor]:
        """name -> bool (N,)."""

    @property
    def labels(self) -> Tensor | None:
        """int64 (N,), -1 where unknown."""


C = TypeVar("C", bound=schema.Config)


class Family(nn.Module, Generic[C]):
    """A kind of generative model. Subclasses declare; opened models, training and panels read the declaration."""

    name: ClassVar[str]
    label: ClassVar[str]
    summary: ClassVar[str]
    """What it is."""
    when: ClassVar[str] = ""
    """When to choose it: a sentence for people who never read a paper."""
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
    takes: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """My submodules that may begin with one of another family's, as `family.submodule`; the others start anew."""
    takes_with: ClassVar[Mapping[str, Any]] = {}
    """Settings with which it has the parts that it takes."""
    channels_last: ClassVar[bool] = False
    """Train with channels innermost in memory: faster for wide convolutions, slower for thin ones (measured)."""
    folds: ClassVar[bool] = False
    """Whether batch norms may become part of the layers before them when it only samples: every `Sequential` runs in
    its order, and no layer is shared.
    """
    reads_captions: ClassVar[bool] = False
    """Whether its losses read captions, whose words are then part of `DataShape`."""
    monitors: ClassVar[tuple[Monitor, ...]] = ()
    """The numbers worth a curve, most telling first; empty shows them all."""
    likelihood_is_bound: ClassVar[bool] = False
    gives_law: ClassVar[bool] = False
    """Whether it encodes, and its decoder has a law of pixels: `weighted_bound`, `log_given`, `drawn_given`."""
    differentiable: ClassVar[bool] = True
    """Whether `decode` passes gradients on to the point."""

    config: C

    def __init__(self, config: C, shape: DataShape) -> None:
        super().__init__()
        self.config = config
        self.shape = shape
        self.carried: dict[str, Tensor] = {}
        """State of training beside the weights (pools, replay buffers): in checkpoints, in no average and no model.

        On the run's device. What is made later (in `begin`, `after_step`) may take another shape from step to step.
        """

    @property
    def picture(self) -> schema.PictureConfig:
        """Side and colours of its pictures; families of points have none."""
        if not isinstance(self.config, schema.PictureConfig):
            raise TypeError(f"{type(self).__name__} makes no pictures")
        return self.config

    # ------------------------------------------------------------ what it can be asked

    @property
    def latent(self) -> Latent | None:
        """The latent space, or None for families that sample without a point."""
        return None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What it can be asked for."""
        return ()

    @property
    def settings(self) -> tuple[Setting, ...]:
        """What can be set of how it samples."""
        return ()

    @property
    def sample_steps(self) -> int:
        """How many times `sample` yields until the final picture: 1, unless it samples in steps."""
        return 1

    def order(self, height: int, width: int) -> Sequence[tuple[int, int]]:
        """(row, column) of every pixel of such a picture, the first to be drawn first, for the capability
        `progressive`; empty where a picture grows otherwise than pixel by pixel.
        """
        return ()

    def instead(self, height: int, width: int) -> Sequence[tuple[int, int]]:
        """(row, column), for each pixel in reading order, of the one whose colour tells most of it until it is drawn;
        empty where none does.
        """
        return ()

    def drawn(self, look: int) -> int:
        """How many pixels of the order the picture of this number has drawn that `sample` yields, the first being 0.

        What is not drawn yet shows, from the first on, what is expected there: a sketch, or nothing but grey.
        """
        return 0

    def sample(self, ask: Ask) -> Iterator[Tensor]:
        """Pictures (B, C, H, W) in [-1, 1], the last one final. Picture k uses entry k of every field only.

        Where nothing new is to be seen, but one may leave off, the same tensor comes again.
        The default decodes in one go. Never hold a grad or inference mode across a yield: modes are thread-local.
        """
        if ask.points_BD is None:
            raise TypeError(f"{type(self).__name__} samples from no point")
        with torch.no_grad():
            x_BCHW = self.decode(ask.points_BD, ask.conditions)
        yield x_BCHW

    def follow(self, ask: Ask) -> Iterator[Followed]:
        """Pictures on their way from where they begin to their last step; for families with a setting that walks."""
        raise TypeError(f"{type(self).__name__} walks no steps")

    @property
    def first_layer(self) -> Tensor | None:
        """The weight (F, D) of the first linear map that a point passes through; None where there is no such one."""
        return None

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        """Pictures of points; for families with the capability `decode`."""
        raise TypeError(f"{type(self).__name__} does not decode")

    def encode(self, x_BCHW: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        """The most likely point of each picture; for families with the capability `encode`."""
        raise TypeError(f"{type(self).__name__} does not encode")

    def draw_code(self, x_BCHW: Tensor, conditions: Conditions, generator: torch.Generator) -> Tensor:
        """A point of each picture's posterior q(z | x): its code, where the encoder knows but one."""
        return self.encode(x_BCHW, conditions)

    def log_likelihood(self, x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        """log p(x) in nats per picture (B,), exact or a lower bound; for the capability `likelihood`."""
        raise TypeError(f"{type(self).__name__} has no likelihood")

    def log_given(self, x_BCHW: Tensor, z_BD: Tensor, generator: torch.Generator) -> Tensor:
        """log P(x | z) in nats per picture (B,), where it gives a law."""
        raise TypeError(f"{type(self).__name__} has no law of pixels")

    def drawn_given(self, z_BD: Tensor, generator: torch.Generator) -> Tensor:
        """A picture of the law of each point, where it gives one."""
        raise TypeError(f"{type(self).__name__} has no law of pixels")

    def weighted_bound(self, x_BCHW: Tensor, generator: torch.Generator, samples: int) -> Tensor:
        """A bound of log P(x) by so many points (B,), where it gives a law."""
        raise TypeError(f"{type(self).__name__} has no law of pixels")

    @property
    def likelihood_terms(self) -> str:
        """What its likelihood is of: exact or a bound, of how many shades, and how these became numbers."""
        bound = "a bound" if self.likelihood_is_bound else "exact"
        return f"{bound}, of pixels of 256 shades"

    # The three for the capability `pixelwise`; a class that is not told is summed out.

    def nats(self, x_BCHW: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        """-log p (B, C, H, W) of each colour of each pixel given what is drawn before it; they add up to -log p(x)."""
        raise TypeError(f"{type(self).__name__} does not draw pixel by pixel")

    def chances(self, x_BCHW: Tensor, row: int, column: int, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        """p (B, C, L) of every level from black to white of one pixel's colours, given what is drawn before it."""
        raise TypeError(f"{type(self).__name__} does not draw pixel by pixel")

    def noticed(self, x_BCHW: Tensor, row: int, column: int, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        """How much what is expected of one pixel moves with each other one (B, H, W), 0 where it sees nothing."""
        raise TypeError(f"{type(self).__name__} does not draw pixel by pixel")

    # ------------------------------------------------------------ how it learns

    def phases(self) -> tuple[Phase, ...]:
        """One entry per optimiser, of all stages."""
        raise TypeError(f"{type(self).__name__} declares no phases")

    def stage(self, step: int) -> Stage:
        """The stage of a step: a pure function of the step and of what is carried."""
        return Stage()

    def enter(self, stage: Stage) -> None:
        """Take the form of a stage: before its steps, on resuming, and when a model of that stage is opened."""

    def begin(self, stage: Stage, generator: torch.Generator) -> None:
        """What is done once, before a stage's first step (a new pool)."""

    def prepare(self, data: Labelled) -> None:
        """Measure once, before the first step of a fresh run, the constants that losses need, into buffers."""

    @property
    def needs_start(self) -> bool:
        """Whether a run makes no sense from fresh weights: it teaches one part what another, kept as it is, knows."""
        return False

    @property
    def wants_reader(self) -> bool:
        """Whether its losses ask what a judge sees; the loop then lends it the data's reader before the first step."""
        return False

    def lend(self, reader: Family[Any]) -> None:
        """Take a judge to learn from; it is never saved and never trained."""
        raise TypeError(f"{type(self).__name__} needs no reader")

    def move_points(self, gaussian: Mixture) -> None:
        """Draw of points of N(0, I) what the part that it took draws where that model's own points lie."""

    def calibrate(self, data: Labelled) -> None:
        """Measure once, after the last step, on validation pictures, constants that answers need, into buffers."""

    def drop_training_only(self) -> None:
        """Forget what exploring does not need."""
        self.carried.clear()
        for name in self.training_only:
            delattr(self, name)


AnyFamily = Family[Any]
