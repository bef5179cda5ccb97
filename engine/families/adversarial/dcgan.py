"""Deep convolutional GAN (Radford, Metz & Chintala 2016), losses of Goodfellow et al. 2014.

Shape legend: B batch, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families import schema
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.base import DataShape, Family
from engine.families.latent import Latent
from engine.families.layers.blocks import normal_noise, stages
from engine.families.layers.moving import augmented
from engine.families.layers.strided import Discriminator, Generator
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.families.schema import about
from engine.families.settings import JUDGES_RATE, LATENT, MOMENTUM
from engine.protocol.values import Capability, Monitor, Tier


class Loss(StrEnum):
    """What the generator follows."""

    LOGD = "logd"
    MINIMAX = "minimax"


class DCGANConfig(schema.PictureConfig, frozen=True):
    latent: Annotated[
        int,
        LATENT,
    ] = 100
    width: Annotated[
        int,
        about(
            "Network width",
            "How much each layer can notice: twice as much is about four times the work.",
            low=4,
            high=256,
            symbol="feature maps at half the side",
        ),
    ] = 32
    loss: Annotated[
        Loss,
        about(
            "Generator's aim",
            "Real-looking learns most where it loses; the other is the game as first written, and stalls there.",
            symbol="log D trick or minimax",
            names={"logd": "Look real", "minimax": "Not look made"},
        ),
    ] = Loss.LOGD
    d_rate: Annotated[
        float,
        JUDGES_RATE,
    ] = 0.0
    d_steps: Annotated[
        int,
        about(
            "Judge's steps",
            "How often the judging network (the discriminator) learns for each time of the drawing one.",
            symbol="k",
            low=1,
            high=20,
            tier=Tier.EXPERT,
        ),
    ] = 1
    beta1: Annotated[
        float,
        MOMENTUM,
    ] = 0.5
    smoothing: Annotated[
        float,
        about(
            "Doubt",
            "How far the judging network is kept from being sure; 0 lets it be.",
            symbol="one-sided label smoothing",
            low=0,
            high=0.5,
            tier=Tier.EXPERT,
        ),
    ] = 0.0
    augment: Annotated[
        bool,
        about(
            "Stretch pictures",
            "Shifts and shades what the judging network sees, so that few pictures go further.",
            symbol="DiffAugment",
            tier=Tier.EXPERT,
        ),
    ] = False
    r1: Annotated[
        float,
        about(
            "Calm judge",
            "Keeps the judging network from changing its mind too sharply; steadies the run.",
            low=0,
            high=100,
            tier=Tier.EXPERT,
            symbol="γ of the R1 penalty",
        ),
    ] = 0.0

    def check(self) -> None:
        super().check()
        stages(self.size)


class DCGAN(Family[DCGANConfig]):
    """A generator and a discriminator play min_G max_D E log D(x) + E log(1 - D(G(z)))  (Goodfellow 2014, eq. 1)."""

    Config = DCGANConfig
    name = "dcgan"
    label = "Deep convolutional GAN"
    summary = "A generator learns to fool a discriminator; sharp pictures, and no encoder."
    when = (
        "Choose it for crisp pictures that need not be steered by a photo of your own; it is quick, and a little moody."
    )
    capabilities = frozenset({Capability.DECODE})
    training_only = ("discriminator",)
    begins_alone = False
    channels_last = True
    folds = True
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(
            name="told",
            label="Judge's eye",
            help="How sure the judging network is which pictures are real: half is guessing, 1 is certain.",
            low=0.55,
            high=0.97,
            below="The judging network is guessing; the drawing one has the upper hand.",
            between="In balance: the judging network is {percent} % sure of the truth.",
            above="The judging network tells nearly every picture; the drawing one gets little to learn from.",
        ),
        Monitor(name="generator_loss", label="Drawing", help="What the drawing network lowers (the generator's loss)."),
        Monitor(
            name="discriminator_loss",
            label="Judging",
            help="What the judging network lowers (the discriminator's loss).",
        ),
        Monitor(
            name="real_score", label="Real pictures", help="How real the judging network finds real pictures (D(x))."
        ),
        Monitor(
            name="fake_score", label="Made pictures", help="How real the judging network finds made ones (D(G(z)))."
        ),
    )

    def __init__(self, config: DCGANConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.generator: nn.Module = Generator(config.size, config.channels, config.width, config.latent)
        self.discriminator: nn.Module = Discriminator(config.size, config.channels, config.width)

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.config.latent)

    def phases(self) -> tuple[Phase, ...]:
        settings = self.config
        betas = (settings.beta1, 0.999)
        return (
            Phase(
                name="discriminator",
                modules=(self.discriminator,),
                loss=self._discriminator_loss,
                optimiser=Optimiser(rate=settings.d_rate or settings.rate, betas=betas),
                repeats=settings.d_steps,
                hands_on=(self.generator,),
            ),
            Phase(
                name="generator",
                modules=(self.generator,),
                loss=self._generator_loss,
                optimiser=Optimiser(rate=settings.rate, betas=betas),
            ),
        )

    def _points(self, batch: Batch) -> Tensor:
        x_BCHW = batch.x
        return normal_noise((x_BCHW.shape[0], self.config.latent), batch.generator, x_BCHW)

    def _discriminator_loss(self, batch: Batch) -> Losses:
        """-E log D(x) - E log(1 - D(G(z))); real and drawn pictures pass batch norm apart."""
        # Sampled once a step, as the authors do: the generator's own step goes on from here, through the D learned now.
        batch.shared["sampled"] = self.generator(self._points(batch))
        x_BCHW, sampled_BCHW = batch.x, batch.shared["sampled"].detach()
        if self.config.augment:
            x_BCHW, sampled_BCHW = augmented(x_BCHW, batch.generator), augmented(sampled_BCHW, batch.generator)
        if self.config.r1 > 0:
            x_BCHW = x_BCHW.detach().requires_grad_()
        real_B, fake_B = self.discriminator(x_BCHW), self.discriminator(sampled_BCHW)
        target_B = torch.full_like(real_B, 1.0 - self.config.smoothing)
        loss = F.binary_cross_entropy_with_logits(real_B, target_B) + F.softplus(fake_B).mean()
        real, fake = torch.sigmoid(real_B).mean().detach(), torch.sigmoid(fake_B).mean().detach()
        losses = {
            "discriminator_loss": loss.detach(),
            "real_score": real,
            "fake_score": fake,
            "told": 0.5 * (real + 1.0 - fake),
        }
        if self.config.r1 > 0:
            (slope_BCHW,) = torch.autograd.grad(real_B.sum(), x_BCHW, create_graph=True)
            loss = loss + 0.5 * self.config.r1 * slope_BCHW.square().sum((1, 2, 3)).mean()  # Mescheder 2018, eq. 9
        return {"loss": loss, **losses}

    def _generator_loss(self, batch: Batch) -> Losses:
        """logd: -E log D(G(z)); minimax: E log(1 - D(G(z))), whose gradient fades as D wins (section 3)."""
        sampled_BCHW: Tensor | None = batch.shared.pop("sampled", None)
        if sampled_BCHW is None:
            sampled_BCHW = self.generator(self._points(batch))
        if self.config.augment:
            sampled_BCHW = augmented(sampled_BCHW, batch.generator)
        fake_B = self.discriminator(sampled_BCHW)
        loss = F.softplus(-fake_B).mean() if self.config.loss is Loss.LOGD else -F.softplus(fake_B).mean()
        return {"loss": loss, "generator_loss": loss.detach()}

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        x_BCHW: Tensor = self.generator(z_BD)
        return x_BCHW
