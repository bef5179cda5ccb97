"""R3GAN (Huang et al. 2024, "The GAN is dead; long live the GAN! A modern baseline GAN").

A relativistic game with both zero-centred penalties, small residual networks without normalisation, no other trick.
Shape legend: B batch, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import torch
from torch import Tensor, nn

from engine.families.adversarial.r3gan_config import Net, R3GANConfig
from engine.families.adversarial.relativistic import THINNED, discriminator_loss, generator_loss, squared_slope
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.base import DataShape, Family, Labelled
from engine.families.latent import Latent
from engine.families.layers import halving, unnormalised
from engine.families.layers.blocks import Residual, normal_noise
from engine.families.layers.moving import augmented, mirrored
from engine.families.phases import Batch, Losses, Optimiser, Phase, Stage
from engine.families.settings import augments
from engine.latents.fit import Mixture
from engine.protocol.values import Capability, Monitor

CALMED = 0.1
"""The share of γ that is left in the end."""
LOOKS = 250
"""Steps in which the discriminator looks at what a decoder draws already, before the game begins."""


@dataclass(slots=True)
class Sampled:
    """What the generator's step takes over from the discriminator's."""

    made_BCHW: Tensor
    real_B: Tensor


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
    takes: ClassVar = {"decoder": ("vae.decoder", "vaegan.decoder"), "fine": ("vaegan.fine",)}
    takes_with: ClassVar = {"net": Net.HALVING.value}
    replaceable = ("fine",)
    channels_last = True
    folds = True
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
        size, channels, width = config.size, config.channels, config.width
        if config.net is Net.RESIDUAL:
            self.generator = unnormalised.Generator(size, channels, width, config.depth, config.latent)
            judge: nn.Module = unnormalised.Discriminator(size, channels, config.d_width or width, config.depth)
        else:
            self.decoder = halving.Decoder(size, channels, width, config.depth, config.latent)
            self.fine: nn.Module = nn.Sequential(*[Residual(max(8, width // 2)) for _ in range(config.detail)])
            judge = halving.Discriminator(size, channels, config.d_width or width)
        judge.register_buffer("augments", torch.tensor(False))
        self.discriminator = judge

    @property
    def _drawing(self) -> tuple[nn.Module, ...]:
        return (self.generator,) if self.config.net is Net.RESIDUAL else (self.decoder, self.fine)

    def draw(self, z_BD: Tensor) -> Tensor:
        """G(z), as the discriminator sees it."""
        if self.config.net is Net.HALVING:
            return self.decoder.paint(self.fine(self.decoder.features(z_BD)))
        x_BCHW: Tensor = self.generator(z_BD)
        return x_BCHW

    def judge(self, x_BCHW: Tensor) -> Tensor:
        """D(x), how real each looks (B,)."""
        told = self.discriminator(x_BCHW)
        real_B: Tensor = told if self.config.net is Net.RESIDUAL else told[0]
        return real_B

    @property
    def _augments(self) -> Tensor:
        """Whether D sees pictures only shifted and shaded: measured once, so that a resumed run goes on as it began."""
        return self.discriminator.get_buffer("augments")

    def train(self, mode: bool = True) -> Self:
        """Nothing is normalised: a decoder's batch norms stay the factors that its own training made of them."""
        super().train(mode)
        for layer in self.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eval()
        return self

    def move_points(self, gaussian: Mixture) -> None:
        """W (mean + L z) + b is a first layer of its own."""
        if self.config.net is Net.HALVING:
            foot, factor_DD = self.decoder.foot, gaussian.factors_KDD[0]
            with torch.no_grad():
                foot.bias.add_(foot.weight @ gaussian.mean_D)
                foot.weight.copy_(foot.weight @ factor_DD)

    def stage(self, step: int) -> Stage:
        """A decoder that draws already would be pushed about by a discriminator that has seen nothing yet."""
        looks = min(LOOKS, self.config.steps // 10) if self.config.net is Net.HALVING else 0
        if step < looks:
            return Stage(name="looks", phases=("discriminator",))
        return Stage(name="game", began=looks) if looks else Stage()

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.config.latent)

    def prepare(self, data: Labelled) -> None:
        self._augments.fill_(augments(self.config.augment, len(data.pictures)))

    def phases(self) -> tuple[Phase, ...]:
        optimiser = Optimiser(rate=self.config.rate, betas=(0.0, 0.99))
        return (
            Phase(
                name="discriminator",
                modules=(self.discriminator,),
                loss=self._discriminate,
                optimiser=replace(optimiser, rate=self.config.d_rate or self.config.rate),
                hands_on=self._drawing,
            ),
            Phase(name="generator", modules=self._drawing, loss=self._generate, optimiser=optimiser),
        )

    def _made(self, batch: Batch) -> Tensor:
        """One picture for each real one, as the discriminator sees it, with the way back to the generator."""
        z_BD = normal_noise((len(batch.x), self.config.latent), batch.generator, batch.x)
        return self.draw(z_BD)

    def _seen(self, x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        return augmented(x_BCHW, generator) if bool(self._augments) else x_BCHW

    def _discriminate(self, batch: Batch) -> Losses:
        """E softplus(D(G(z)) - D(x)) + γ/2 (R1 + R2), the penalty on one in THINNED of the pictures."""
        # Sampled once a step: the generator's own step goes on from here, through the discriminator learned now.
        made_BCHW = self._made(batch)
        x_BCHW = mirrored(batch.x, batch.generator)[0] if self.config.mirror else batch.x
        both_BCHW = self._seen(torch.cat((x_BCHW, made_BCHW.detach())), batch.generator)
        real_B, made_B = self.judge(both_BCHW).chunk(2)
        loss = discriminator_loss(real_B, made_B)
        losses = {"discriminator_loss": loss.detach(), "lead": (real_B - made_B).mean().detach()}
        batch.shared["sampled"] = Sampled(made_BCHW, real_B.detach())
        if self.config.penalty > 0:
            slope = squared_slope(self.judge, both_BCHW[::THINNED]).mean()
            gamma = self.config.penalty * falling(batch.step / batch.steps)
            loss = loss + gamma * slope
            losses["penalty"] = (gamma * slope).detach()
        return {"loss": loss, **losses}

    def _generate(self, batch: Batch) -> Losses:
        """E softplus(D(x) - D(G(z))): against the real pictures that the discriminator has just looked at."""
        sampled: Sampled | None = batch.shared.pop("sampled", None)
        if sampled is None:
            with torch.no_grad():
                real_B = self.judge(self._seen(batch.x, batch.generator))
            sampled = Sampled(self._made(batch), real_B)
        made_B = self.judge(self._seen(sampled.made_BCHW, batch.generator))
        loss = generator_loss(sampled.real_B, made_B)
        return {"loss": loss, "generator_loss": loss.detach()}

    @property
    def first_layer(self) -> Tensor:
        return self.decoder.foot.weight if self.config.net is Net.HALVING else self.generator.scale.weight

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        return self.draw(z_BD).clamp(-1.0, 1.0)
