"""R3GAN (Huang et al. 2024, "The GAN is dead; long live the GAN! A modern baseline GAN").

A relativistic game with both zero-centred penalties, small residual networks without normalisation, no other trick.
Shape legend: B batch, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families import schema
from engine.families.adversarial.dcgan import augmented
from engine.families.adversarial.relativistic import THINNED, discriminator_loss, generator_loss, squared_slope
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.autoencoders.vae import mirrored
from engine.families.base import DataShape, Family, Labelled, Latent
from engine.families.layers.blocks import normal_noise, stages
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.families.schema import about
from engine.families.settings import LATENT
from engine.protocol.values import Capability, Monitor, Tier

SLOPE = 0.2
GROUP = 16
"""Channels of a group of the 3×3 convolutions."""
FEW = 20_000
"""Below so many pictures a discriminator learns them by heart before the generator is done."""


class Augment(StrEnum):
    """When the discriminator sees pictures only shifted and shaded."""

    FEW = "few"
    ALWAYS = "always"
    NEVER = "never"


def _start(layer: nn.Conv2d | nn.Linear, blocks: int = 1) -> None:
    """He et al. 2015 for leaky ReLU, smaller the more blocks add up (Zhang et al. 2019, "Fixup", section 3)."""
    gain = math.sqrt(2.0 / (1.0 + SLOPE**2)) * blocks**-0.25
    nn.init.normal_(layer.weight, 0.0, gain / math.sqrt(layer.weight[0].numel()))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


class Block(nn.Module):
    """x + 1×1(3×3 in groups(1×1(x))), the last from zero: at first nothing is added (Huang et al. 2024, figure 4d)."""

    def __init__(self, channels: int, inner: int, blocks: int) -> None:
        super().__init__()
        self.widen = nn.Conv2d(channels, inner, 1)
        self.mix = nn.Conv2d(inner, inner, 3, padding=1, groups=max(1, inner // GROUP))
        self.narrow = nn.Conv2d(inner, channels, 1, bias=False)
        _start(self.widen, blocks)
        _start(self.mix, blocks)
        nn.init.zeros_(self.narrow.weight)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        inner_BCHW = F.leaky_relu(self.mix(F.leaky_relu(self.widen(x_BCHW), SLOPE)), SLOPE)
        y_BCHW: Tensor = x_BCHW + self.narrow(inner_BCHW)
        return y_BCHW


class Resample(nn.Module):
    """Other channels by a 1×1 convolution, and twice or half the side through the filter [1, 2, 1]."""

    kernel: Tensor

    def __init__(self, before: int, after: int, *, up: bool) -> None:
        super().__init__()
        self.up = up
        self.convert = nn.Conv2d(before, after, 1, bias=False)
        nn.init.normal_(self.convert.weight, 0.0, before**-0.5)
        line = torch.tensor([1.0, 2.0, 1.0]) / 4.0
        kernel = torch.outer(line, line) * (4.0 if up else 1.0)
        self.register_buffer("kernel", kernel.repeat(after if up else before, 1, 1, 1), persistent=False)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        if self.up:
            x_BCHW = self.convert(x_BCHW)
            return F.conv_transpose2d(
                x_BCHW, self.kernel, stride=2, padding=1, output_padding=1, groups=len(self.kernel)
            )
        x_BCHW = F.conv2d(x_BCHW, self.kernel, stride=2, padding=1, groups=len(self.kernel))
        y_BCHW: Tensor = self.convert(x_BCHW)
        return y_BCHW


def widths(width: int, ups: int) -> list[int]:
    """Channels from the picture's side down to the base: doubled at each halving, at most sixteenfold."""
    return [width * min(16, 1 << place) for place in range(ups + 1)]


def tower(channels: list[int], depth: int, *, up: bool) -> nn.Sequential:
    """Blocks at each size from the picture down (or from the base up), and what lies between two sizes.

    At the full size there is one thin block: more would take half of all time.
    """
    places = range(len(channels))
    total = 1 + depth * (len(channels) - 1)
    layers: list[nn.Module] = []
    for place in reversed(places) if up else places:
        here, count, inner = channels[place], depth if place else 1, 2 if place else 1
        if up and place + 1 < len(channels):
            layers.append(Resample(channels[place + 1], here, up=True))
        layers += [Block(here, inner * here, total) for _ in range(count)]
        if not up and place + 1 < len(channels):
            layers.append(Resample(here, channels[place + 1], up=False))
    return nn.Sequential(*layers)


class Generator(nn.Module):
    """z scales a learned basis of base×base maps; blocks and doublings make a picture of it."""

    def __init__(self, size: int, channels: int, width: int, depth: int, latent: int) -> None:
        super().__init__()
        base, ups = stages(size)
        each = widths(width, ups)
        self.basis = nn.Parameter(torch.randn(each[-1], base, base))
        self.scale = nn.Linear(latent, each[-1], bias=False)
        nn.init.normal_(self.scale.weight, 0.0, latent**-0.5)
        self.tower = tower(each, depth, up=True)
        self.paint = nn.Conv2d(each[0], channels, 1)
        nn.init.normal_(self.paint.weight, 0.0, each[0] ** -0.5)
        nn.init.zeros_(self.paint.bias) if self.paint.bias is not None else None

    def forward(self, z_BD: Tensor) -> Tensor:
        x_BCHW: Tensor = self.paint(self.tower(self.basis * self.scale(z_BD)[:, :, None, None]))
        return x_BCHW


class Discriminator(nn.Module):
    """The generator's mirror: picture → how real it looks (B,)."""

    augments: Tensor
    """Whether it sees pictures only shifted and shaded; measured once, so that a resumed run goes on as it began."""

    def __init__(self, size: int, channels: int, width: int, depth: int) -> None:
        super().__init__()
        self.register_buffer("augments", torch.tensor(False))
        base, ups = stages(size)
        each = widths(width, ups)
        self.see = nn.Conv2d(channels, each[0], 1)
        nn.init.normal_(self.see.weight, 0.0, channels**-0.5)
        self.tower = tower(each, depth, up=False)
        self.basis = nn.Conv2d(each[-1], each[-1], base, groups=each[-1], bias=False)
        nn.init.normal_(self.basis.weight, 0.0, 1.0 / base)
        self.judge = nn.Linear(each[-1], 1, bias=False)
        nn.init.normal_(self.judge.weight, 0.0, each[-1] ** -0.5)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        logit_B: Tensor = self.judge(self.basis(self.tower(self.see(x_BCHW))).flatten(1)).flatten()
        return logit_B


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
    augment: Annotated[
        Augment,
        about(
            "Stretch pictures",
            "Shifts and shades what the judging network sees: few pictures go further; few is below twenty thousand.",
            symbol="DiffAugment",
            tier=Tier.EXPERT,
        ),
    ] = Augment.FEW
    mirror: Annotated[
        bool, about("Mirror too", "Learns from each picture's mirror image as well; not for letters.", tier=Tier.EXPERT)
    ] = False

    def check(self) -> None:
        super().check()
        stages(self.size)


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
        is_few = self.config.augment is Augment.FEW and len(data.pictures) < FEW
        self.discriminator.augments.fill_(is_few or self.config.augment is Augment.ALWAYS)

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
            gamma = self.config.penalty * 10.0 ** -(batch.step / batch.steps)
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
