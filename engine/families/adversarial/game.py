"""What all games of two networks share: the networks, the steps of both sides, a class that can be wished for.

A family adds its mathematics only: what either side lowers, how the critic is held, which numbers are watched.
Shape legend: B batch, C channels, H height, W width, D latent coordinates, K classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from engine.disk.files import BadConfig
from engine.families import schema
from engine.families.ask import NO_CONDITIONS, Ask, Conditions
from engine.families.base import DataShape, Family, Labelled
from engine.families.latent import Latent
from engine.families.layers import connected, strided
from engine.families.layers.blocks import normal_noise, stages
from engine.families.layers.classes import Critic, Wishes, frequencies, joined, told, wished, with_classes
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.families.schema import about
from engine.families.settings import JUDGES_RATE, LATENT, MOMENTUM, WIDTH
from engine.protocol.values import Capability, Condition, Monitor, Tier

DISCRIMINATOR_LOSS = Monitor(
    name="discriminator_loss", label="Judging", help="What the judging network lowers (the discriminator's loss)."
)
GENERATOR_LOSS = Monitor(
    name="generator_loss", label="Drawing", help="What the drawing network lowers (the generator's loss)."
)


class Net(StrEnum):
    """What both networks are made of."""

    CONVOLUTIONAL = "convolutional"
    CONNECTED = "connected"
    SHORTCUTS = "shortcuts"
    """Connected, the drawing one with shortcuts past its layers."""


NETWORKS = about(
    "Networks",
    "Convolutions know that pixels have neighbours; connected ones have to find out. Shortcuts lead past layers.",
    names={"shortcuts": "with shortcuts"},
)
GENERATORS = {
    Net.CONVOLUTIONAL: strided.Generator,
    Net.CONNECTED: connected.Generator,
    Net.SHORTCUTS: connected.ShortcutGenerator,
}
"""The drawing network of each kind; all are told size, colours, width and how many numbers a point has."""


class GameConfig(schema.PictureConfig, frozen=True):
    latent: Annotated[
        int,
        LATENT,
    ] = 64
    net: Annotated[Net, NETWORKS] = Net.CONVOLUTIONAL
    width: Annotated[
        int,
        WIDTH,
    ] = 32  # fmt: skip
    d_steps: Annotated[
        int,
        about(
            "Judge's steps",
            "How often the judging network (the discriminator) learns for each time of the drawing one.",
            low=1,
            high=20,
            symbol="k",
        ),
    ] = 1
    classes: Annotated[
        Wishes,
        about(
            "Classes",
            "Whether a class can be wished for, and how the judging network is told of it: by planes beside a picture's"
            " pixels, or by what it adds to the score.",
            symbol="class-conditional",
            names={"none": "no wishes", "concatenation": "beside pixels", "projection": "in its score"},
        ),
    ] = Wishes.NONE
    spectral: Annotated[
        bool,
        about(
            "Tame judge",
            "Keeps the judging network (the discriminator) from exaggerating.",
            tier=Tier.EXPERT,
            symbol="spectral norm",
        ),
    ] = False
    d_rate: Annotated[
        float,
        JUDGES_RATE,
    ] = 0.0
    beta1: Annotated[
        float,
        MOMENTUM,
    ] = 0.5

    def check(self) -> None:
        super().check()
        if self.net is Net.CONVOLUTIONAL:
            stages(self.size)


G = TypeVar("G", bound=GameConfig)


class Game(Family[G]):
    """G makes pictures of points, D says what it thinks of them; each lowers a loss of its own."""

    capabilities = frozenset({Capability.DECODE})
    training_only = ("discriminator",)
    begins_alone = False
    channels_last = True
    folds = True
    norm = True
    """Whether a convolutional discriminator has batch norm; with spectral norm it has none."""

    often_K: Tensor

    def __init__(self, config: G, shape: DataShape) -> None:
        super().__init__(config, shape)
        if config.classes is not Wishes.NONE and len(shape.classes) < 2:
            raise BadConfig(
                "no-classes", "Classes (classes) need pictures of at least two; these have none.", field="classes"
            )
        self.classes = len(shape.classes) if config.classes is not Wishes.NONE else 0
        self.register_buffer("often_K", torch.full((self.classes,), 1.0 / max(1, self.classes)))
        self.generator = self._make_generator()
        self.discriminator = self._make_discriminator()
        if config.spectral:
            spectrally_normed(self.discriminator)

    def _make_generator(self) -> nn.Module:
        config = self.config
        return GENERATORS[config.net](config.size, config.channels, config.width, config.latent + self.classes)

    def _make_discriminator(self) -> nn.Module:
        config = self.config
        channels = config.channels + (self.classes if config.classes is Wishes.CONCATENATION else 0)
        body: strided.Features | connected.Features
        if config.net is Net.CONVOLUTIONAL:
            norm = self.norm and not config.spectral
            body = strided.Features(config.size, channels, config.width, norm=norm)
        else:
            body = connected.Features(channels * config.size**2, config.width)
        return Critic(body, body.count, self.classes, config.classes)

    # ------------------------------------------------------------ what a family says

    def discriminator_loss(self, real_B: Tensor, made_B: Tensor) -> Tensor:
        """What the discriminator lowers, told what it thinks of real and of made pictures."""
        raise TypeError(f"{type(self).__name__} declares no loss of this side")

    def generator_loss(self, made_B: Tensor) -> Tensor:
        """What the generator lowers."""
        raise TypeError(f"{type(self).__name__} declares no loss of this side")

    def watched(self, real_B: Tensor, made_B: Tensor) -> Losses:
        """Numbers to show."""
        return {}

    def penalty(self, x_BCHW: Tensor, made_BCHW: Tensor, y_BK: Tensor | None, noise: torch.Generator) -> Tensor | None:
        """What the discriminator pays for its shape, by itself."""
        return None

    def keeping_apart(self, made_BCHW: Tensor) -> Tensor | None:
        """What the generator pays, beside its loss, for pictures that are all alike."""
        return None

    def after_discriminator(self, batch: Batch) -> None:
        """When the discriminator has moved: clip it, balance the game."""

    def optimiser(self, rate: float) -> Optimiser:
        return Optimiser(rate=rate, betas=(self.config.beta1, 0.999))

    # ------------------------------------------------------------ what it can be asked

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.config.latent)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (Condition(name="class", label="Class", choices=self.shape.classes),) if self.classes else ()

    def sample(self, ask: Ask) -> Iterator[Tensor]:
        return super().sample(with_classes(ask, self.often_K) if self.classes else ask)

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        return self._made(z_BD, wished(conditions, z_BD, self.classes))

    # ------------------------------------------------------------ how it learns

    def prepare(self, data: Labelled) -> None:
        if self.classes:
            self.often_K.copy_(frequencies(data, self.classes))

    @property
    def _draws_once(self) -> bool:
        """With one step of either side the generator's goes on from what was drawn for the discriminator's."""
        return self.config.d_steps == 1

    def phases(self) -> tuple[Phase, ...]:
        config = self.config
        return (
            Phase(
                name="discriminator",
                modules=(self.discriminator,),
                loss=self._discriminate,
                optimiser=self.optimiser(config.d_rate or config.rate),
                repeats=config.d_steps,
                hands_on=(self.generator,) if self._draws_once else (),
                after_step=self.after_discriminator,
            ),
            Phase(
                name="generator",
                modules=(self.generator,),
                loss=self._generate,
                optimiser=self.optimiser(config.rate),
            ),
        )

    def _points(self, batch: Batch) -> Tensor:
        return normal_noise((len(batch), self.config.latent), batch.generator, batch.x)

    def _made(self, z_BD: Tensor, y_BK: Tensor | None) -> Tensor:
        x_BCHW: Tensor = self.generator(joined(z_BD, y_BK))
        return x_BCHW

    def _discriminate(self, batch: Batch) -> Losses:
        """Real and made pictures pass batch norm apart (Radford et al. 2016)."""
        y_BK = told(batch, self.classes)
        with torch.set_grad_enabled(self._draws_once):
            made_BCHW = self._made(self._points(batch), y_BK)
        if self._draws_once:
            batch.shared["made"] = made_BCHW, y_BK
        made_BCHW = made_BCHW.detach()
        real_B, made_B = self.discriminator(batch.x, y_BK), self.discriminator(made_BCHW, y_BK)
        loss = self.discriminator_loss(real_B, made_B)
        batch.shared["scores"] = real_B.detach(), made_B.detach()
        losses = {"discriminator_loss": loss.detach(), **self.watched(real_B.detach(), made_B.detach())}
        penalty = self.penalty(batch.x, made_BCHW, y_BK, batch.generator)
        if penalty is not None:
            loss, losses["penalty"] = loss + penalty, penalty.detach()
        return {"loss": loss, **losses}

    def _generate(self, batch: Batch) -> Losses:
        """Through the discriminator as it is now."""
        made: tuple[Tensor, Tensor | None] | None = batch.shared.pop("made", None)
        if made is None:
            y_BK = told(batch, self.classes)
            made = self._made(self._points(batch), y_BK), y_BK
        loss = self.generator_loss(self.discriminator(*made))
        losses = {"generator_loss": loss.detach()}
        alike = self.keeping_apart(made[0])
        if alike is not None:
            loss, losses["alike"] = loss + alike, alike.detach()
        return {"loss": loss, **losses}


def spectrally_normed(network: nn.Module) -> None:
    """Weights divided by their largest singular value: the network stretches nothing (Miyato et al. 2018, eq. 8)."""
    for layer in list(network.modules()):
        if isinstance(layer, nn.Conv2d | nn.Linear):
            spectral_norm(layer)
