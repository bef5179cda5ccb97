"""R3GAN (Huang et al. 2024, "The GAN is dead; long live the GAN! A modern baseline GAN").

A relativistic game with both zero-centred penalties, small residual networks without normalisation, no other trick.
Shape legend: B batch, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from engine.families import schema
from engine.families.adversarial.relativistic import THINNED, discriminator_loss, generator_loss, squared_slope
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.base import DataShape, Family, Labelled
from engine.families.latent import Latent
from engine.families.layers.blocks import normal_noise, stages
from engine.families.layers.moving import augmented, mirrored
from engine.families.layers.unnormalised import Discriminator, Generator
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.families.schema import about
from engine.families.settings import AUGMENT, LATENT, Augment, augments
from engine.protocol.values import Capability, Monitor, Tier

CALMED = 0.1
"""The share of γ that is left in the end."""


@dataclass(slots=True)
class Sampled:
    """What the generator's step takes over from the discriminator's."""

    made_BCHW: Tensor
    real_B: Tensor


class R3GANConfig(schema.PictureConfig, frozen=True):
    latent: Annotated[
        int,
        LATENT,
    ] = 64
    width: Annotated[
        int,
        about(
            "Network width",
            "How much each layer can notice: twice as much is about four times the work.",
            low=4,
            high=128,
            symbol="feature maps at full side",
        ),
    ] = 16
    depth: Annotated[
        int,
        about(
            "Network depth",
            "Further layers at each size: they see more, and take longer.",
            symbol="residual blocks",
            low=1,
            high=4,
            tier=Tier.EXPERT,
        ),
    ] = 1
    penalty: Annotated[
        float,
        about(
            "Calm judge",
            "Keeps the judging network (the discriminator) from changing its mind too sharply.",
            symbol="γ of R1 and R2",
            low=0,
            high=1000,
        ),
    ] = 1.0
    augment: Annotated[Augment, AUGMENT] = Augment.FEW
    mirror: Annotated[
        bool, about("Mirror too", "Learns from each picture's mirror image as well; not for letters.", tier=Tier.EXPERT)
    ] = False

    def check(self) -> None:
        super().check()
        stages(self.size)


def falling(progress: float) -> float:
    """What is left of γ: half a cosine from 1 down to CALMED."""
    return CALMED + (1.0 - CALMED) * 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress)))


class R3GAN(Family[R3GANConfig]):
    """min_G max_D E f(D(G(z)) - D(x)), f(t) = -log(1 + exp(-t)), with γ/2 (R1 + R2)  (Huang et al. 2024, eqs. 2 to 4).

    Pairs leave no minimum to be lost in, and with both penalties the game converges locally (propositions 1 and 2).
    """

    Config = R3GANConfig
    name = "r3gan"
    label = "R3GAN"
    summary = "A GAN that comes to rest: pairs, two penalties, plain residual networks. Sharp and varied; no encoder."
    when = "Choose it for the sharpest and most varied pictures, when there is an hour and no photo to start from."
    capabilities = frozenset({Capability.DECODE})
    training_only = ("discriminator",)
    begins_alone = False
    channels_last = True
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(
            name="lead",
            label="Judge's lead",
            help="How much more real the judging network finds real pictures: near 0 it is fooled.",
        ),
        Monitor(name="generator_loss", label="Drawing", help="What the drawing network lowers (the generator's loss)."),
        Monitor(
            name="discriminator_loss",
            label="Judging",
            help="What the judging network lowers (the discriminator's loss).",
        ),
        Monitor(
            name="penalty",
            label="Judge's unrest",
            help="What the judging network pays for changing its mind sharply (the penalty).",
        ),
    )

    def __init__(self, config: R3GANConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.generator = Generator(config.size, config.channels, config.width, config.depth, config.latent)
        self.discriminator = Discriminator(config.size, config.channels, config.width, config.depth)

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.config.latent)

    def prepare(self, data: Labelled) -> None:
        self.discriminator.augments.fill_(augments(self.config.augment, len(data.pictures)))

    def phases(self) -> tuple[Phase, ...]:
        optimiser = Optimiser(rate=self.config.rate, betas=(0.0, 0.99))
        return (
            Phase(
                name="discriminator",
                modules=(self.discriminator,),
                loss=self._discriminate,
                optimiser=optimiser,
                hands_on=(self.generator,),
            ),
            Phase(name="generator", modules=(self.generator,), loss=self._generate, optimiser=optimiser),
        )

    def _made(self, batch: Batch) -> Tensor:
        """One picture for each real one, as the discriminator sees it, with the way back to the generator."""
        z_BD = normal_noise((len(batch.x), self.config.latent), batch.generator, batch.x)
        made_BCHW: Tensor = self.generator(z_BD)
        return made_BCHW

    def _seen(self, x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        return augmented(x_BCHW, generator) if bool(self.discriminator.augments) else x_BCHW

    def _discriminate(self, batch: Batch) -> Losses:
        """E softplus(D(G(z)) - D(x)) + γ/2 (R1 + R2), the penalty on one in THINNED of the pictures."""
        # Sampled once a step: the generator's own step goes on from here, through the discriminator learned now.
        made_BCHW = self._made(batch)
        x_BCHW = mirrored(batch.x, batch.generator)[0] if self.config.mirror else batch.x
        both_BCHW = self._seen(torch.cat((x_BCHW, made_BCHW.detach())), batch.generator)
        real_B, made_B = self.discriminator(both_BCHW).chunk(2)
        loss = discriminator_loss(real_B, made_B)
        losses = {"discriminator_loss": loss.detach(), "lead": (real_B - made_B).mean().detach()}
        batch.shared["sampled"] = Sampled(made_BCHW, real_B.detach())
        if self.config.penalty > 0:
            slope = squared_slope(self.discriminator, both_BCHW[::THINNED]).mean()
            gamma = self.config.penalty * falling(batch.step / batch.steps)
            loss = loss + gamma * slope
            losses["penalty"] = (gamma * slope).detach()
        return {"loss": loss, **losses}

    def _generate(self, batch: Batch) -> Losses:
        """E softplus(D(x) - D(G(z))): against the real pictures that the discriminator has just looked at."""
        sampled: Sampled | None = batch.shared.pop("sampled", None)
        if sampled is None:
            with torch.no_grad():
                real_B = self.discriminator(self._seen(batch.x, batch.generator))
            sampled = Sampled(self._made(batch), real_B)
        made_B = self.discriminator(self._seen(sampled.made_BCHW, batch.generator))
        loss = generator_loss(sampled.real_B, made_B)
        return {"loss": loss, "generator_loss": loss.detach()}

    @property
    def first_layer(self) -> Tensor:
        return self.generator.scale.weight

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        x_BCHW: Tensor = self.generator(z_BD)
        return x_BCHW.clamp(-1.0, 1.0)
