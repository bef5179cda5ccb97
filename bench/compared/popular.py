"""The DCGAN of the most copied collections, for a figure of the same network in their loop and in ours.

Unlike in the family `dcgan`, whose networks mirror each other, its generator does most of the work: two upsampled
convolutions of 128 channels against a discriminator of 16 to 128.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from engine.families import FAMILIES
from engine.families.adversarial.dcgan import DCGAN, DCGANConfig
from engine.families.base import DataShape
from engine.families.kinds import Kinds
from engine.families.layers.blocks import UpConv

NAME = "popular-gan"


class _Generator(nn.Module):
    """A linear map to a quarter of the side, then twice as large and a convolution, twice."""

    def __init__(self, size: int, channels: int, latent: int) -> None:
        super().__init__()
        self.base = size // 4
        self.foot = nn.Linear(latent, 128 * self.base * self.base)
        self.layers = nn.Sequential(
            nn.BatchNorm2d(128),
            UpConv(128, 128), nn.BatchNorm2d(128), nn.LeakyReLU(0.2, inplace=True),
            UpConv(128, 64), nn.BatchNorm2d(64), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(64, channels, 3, padding=1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, z_BD: Tensor) -> Tensor:
        x_BCHW: Tensor = self.layers(self.foot(z_BD).unflatten(1, (128, self.base, self.base)))
        return x_BCHW


class _Discriminator(nn.Module):
    """Four strided convolutions with dropout, and a linear map."""

    def __init__(self, size: int, channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in pairwise((channels, 16, 32, 64, 128)):
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.LeakyReLU(0.2), nn.Dropout2d(0.25)]
            if before != channels:
                layers.append(nn.BatchNorm2d(after))
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(128 * (size // 16) ** 2, 1))

    def forward(self, x_BCHW: Tensor) -> Tensor:
        logit_B: Tensor = self.layers(x_BCHW).flatten()
        return logit_B


class PopularGAN(DCGAN):
    """The family's losses and phases over other networks."""

    channels_last = False

    def __init__(self, config: DCGANConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.generator = _Generator(config.size, config.channels, config.latent)
        self.discriminator = _Discriminator(config.size, config.channels)


def known() -> Kinds:
    """Families by name, this one among them; in the process of a bench only."""
    FAMILIES.setdefault(NAME, PopularGAN)
    return FAMILIES
