"""Adversarial autoencoder (Makhzani, Shlens, Jaitly, Goodfellow & Frey 2015).

Shape legend: B batch, C channels, H height, W width, D coordinates of a code, K kinds of the prior.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.disk.files import BadConfig
from engine.families import schema
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.autoencoders.autoencoder import Net, networks
from engine.families.base import DataShape, Family
from engine.families.latent import Explored, Latent
from engine.families.layers import connected
from engine.families.layers.blocks import normal_noise, stages
from engine.families.layers.classes import Critic, Wishes, one_hot
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.families.schema import about
from engine.families.settings import LATENT, WIDTH
from engine.protocol.values import Better, Capability, Monitor, Tier

AWAY, ALONG, ACROSS = 2.5, 0.6, 0.25
"""A petal of the prior's flower: how far away its middle is, its spread along the way and across."""


class Prior(StrEnum):
    """The law that codes are made to follow."""

    GAUSSIAN = "gaussian"
    MIXTURE = "mixture"
    LABELLED = "labelled"


def petals(noise_BD: Tensor, kind_B: Tensor, kinds: int) -> Tensor:
    """Points of a mixture of Gaussians that lie like petals in the plane of the first two coordinates (figure 2B).

    Petal k points away at the angle 2πk / K; all other coordinates are standard normal.
    """
    angle_B = kind_B * (2.0 * math.pi / kinds)
    out_B, side_B = AWAY + ALONG * noise_BD[:, 0], ACROSS * noise_BD[:, 1]
    plane_B2 = torch.stack(
        (out_B * angle_B.cos() - side_B * angle_B.sin(), out_B * angle_B.sin() + side_B * angle_B.cos()), 1
    )
    return torch.cat((plane_B2, noise_BD[:, 2:]), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Petals(Latent):
    """The mixture as a latent space."""

    kinds: int

    def draw(self, generator: torch.Generator) -> Tensor:
        kind_B = torch.randint(self.kinds, (1,), generator=generator)
        return petals(torch.randn(1, self.coordinates, generator=generator), kind_B, self.kinds)[0]


class AAEConfig(schema.PictureConfig, frozen=True):
    latent: Annotated[
        int,
        LATENT,
    ] = 16
    net: Annotated[
        Net,
        about(
            "Networks",
            "What reads and draws pictures: connected and convolutional ones are deep, and copy better.",
            names={"linear": "straight lines", "sigmoid": "one layer"},
        ),
    ] = Net.CONVOLUTIONAL
    width: Annotated[
        int,
        WIDTH,
    ] = 32
    prior: Annotated[
        Prior,
        about(
            "Shape of the space",
            "How points are made to lie: a cloud, a flower, or a petal for each class.",
            symbol="p(z)",
            names={"gaussian": "a cloud", "mixture": "a flower", "labelled": "class petals"},
        ),
    ] = Prior.GAUSSIAN
    kinds: Annotated[
        int,
        about(
            "Petals",
            "How many petals the flower has; with classes it has one for each.",
            symbol="components of the mixture",
            low=2,
            high=100,
        ),
    ] = 10
    adversary: Annotated[
        float,
        about(
            "Shepherd's rate",
            "Learning rate of the contest that herds points together.",
            symbol="α of the game",
            above=0.0,
            high=1.0,
            tier=Tier.EXPERT,
        ),
    ] = 2e-4

    def check(self) -> None:
        super().check()
        if self.net is Net.CONVOLUTIONAL:
            stages(self.size)
        if self.prior is not Prior.GAUSSIAN and self.latent < 2:
            raise BadConfig(
                "bad-config", "Petals lie in a plane: numbers per picture (latent) must be at least 2.", field="latent"
            )


class AAE(Family[AAEConfig]):
    """min E |x - g(f(x))|², and a game: a discriminator tells points of the prior from codes f(x), which fool it.

    So the aggregated posterior q(z) = E q(z | x) comes to follow p(z), whatever can be drawn from (section 2).
    """

    Config = AAEConfig
    name = "aae"
    label = "Adversarial autoencoder"
    summary = "An autoencoder whose points are made to follow a law of your choice, by a game over points."
    when = "Choose it when points should lie as you wish, a petal for each class say; copies stay near."
    capabilities = frozenset({Capability.DECODE, Capability.ENCODE})
    training_only = ("discriminator",)
    channels_last = True
    folds = True
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(
            name="told",
            label="Told",
            help="How surely codes are told from points of the prior; .5 is a guess.",
            low=0.0,
            high=0.75,
            between="Codes follow the prior: only {percent} % are told from its points.",
            above="Codes do not follow the prior yet: {percent} % are told from its points.",
        ),
        Monitor(name="error", label="Error", help="Mean squared error of a copy's pixel.", better=Better.LOWER),
        Monitor(name="pixel_error", label="Pixel error", help="Mean error of a copy's pixel.", better=Better.LOWER),
        Monitor(name="adversary_loss", label="Encoder's game", help="What the encoder lowers to fool it."),
        Monitor(name="discriminator_loss", label="Discriminator's loss", help="What the discriminator lowers."),
    )

    def __init__(self, config: AAEConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.is_labelled = config.prior is Prior.LABELLED
        if self.is_labelled and len(shape.classes) < 2:
            raise BadConfig(
                "no-classes", "Class petals need pictures of at least two classes; these have none.", field="prior"
            )
        self.kinds = len(shape.classes) if self.is_labelled else config.kinds
        self.encoder, self.decoder = networks(config.net, config.size, config.channels, config.width, config.latent)
        told = self.kinds if self.is_labelled else 0
        body = connected.Features(config.latent + told, config.width)
        self.discriminator = Critic(body, body.count, told, Wishes.CONCATENATION if told else Wishes.NONE)

    @property
    def latent(self) -> Latent:
        if self.config.prior is Prior.GAUSSIAN:
            return Latent(coordinates=self.config.latent, explored=Explored.PRIOR)
        return Petals(coordinates=self.config.latent, explored=Explored.PRIOR, kinds=self.kinds)

    def phases(self) -> tuple[Phase, ...]:
        """Reconstruction, then regularisation: the discriminator, and the encoder as its generator (section 2)."""
        game = Optimiser(rate=self.config.adversary, betas=(0.5, 0.999))
        return (
            Phase(
                name="copies",
                modules=(self.encoder, self.decoder),
                loss=self._copy,
                optimiser=Optimiser(rate=self.config.rate),
            ),
            Phase(name="discriminator", modules=(self.discriminator,), loss=self._discriminate, optimiser=game),
            Phase(name="adversary", modules=(self.encoder,), loss=self._fool, optimiser=game),
        )

    def _copy(self, batch: Batch) -> Losses:
        code_BD = self.encoder(batch.x)
        batch.shared["code"] = code_BD.detach()
        copy_BCHW = self.decoder(code_BD)
        error = (copy_BCHW - batch.x).square().mean()
        return {
            "loss": error,
            "error": error.detach(),
            "pixel_error": (copy_BCHW.detach() - batch.x).abs().mean() / 2.0,
        }

    def _discriminate(self, batch: Batch) -> Losses:
        """-E log D(z) - E log(1 - D(f(x))); with labels D is told the class of either (figure 3)."""
        code_BD: Tensor | None = batch.shared.get("code")
        if code_BD is None:
            with torch.no_grad():
                code_BD = self.encoder(batch.x)
        y_BK = self._classes(batch)
        real_B, code_B = self.discriminator(self._points(batch), y_BK), self.discriminator(code_BD, y_BK)
        loss = F.softplus(-real_B).mean() + F.softplus(code_B).mean()
        told = 0.5 * (torch.sigmoid(real_B).mean() + torch.sigmoid(-code_B).mean()).detach()
        return {"loss": loss, "discriminator_loss": loss.detach(), "told": told}

    def _fool(self, batch: Batch) -> Losses:
        """-E log D(f(x))."""
        loss = F.softplus(-self.discriminator(self.encoder(batch.x), self._classes(batch))).mean()
        return {"loss": loss, "adversary_loss": loss.detach()}

    def _classes(self, batch: Batch) -> Tensor | None:
        if not self.is_labelled:
            return None
        assert batch.labels_B is not None
        return one_hot(batch.labels_B, self.kinds)

    def _points(self, batch: Batch) -> Tensor:
        """Points of the prior; labelled ones from the petal of a picture's class, from any where it has none."""
        noise_BD = normal_noise((len(batch), self.config.latent), batch.generator, batch.x)
        if self.config.prior is Prior.GAUSSIAN:
            return noise_BD
        source = batch.generator
        kind_B = torch.randint(self.kinds, (len(batch),), generator=source, device=source.device).to(batch.x.device)
        if self.is_labelled and batch.labels_B is not None:
            kind_B = torch.where(batch.labels_B < 0, kind_B, batch.labels_B)
        return petals(noise_BD, kind_B, self.kinds)

    def encode(self, x_BCHW: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        code_BD: Tensor = self.encoder(x_BCHW)
        return code_BD

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        x_BCHW: Tensor = self.decoder(z_BD)
        return x_BCHW.clamp(-1.0, 1.0)
