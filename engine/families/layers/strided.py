"""Networks of a DCGAN (Radford, Metz & Chintala 2016): strided convolutions down, up-convolutions back.

Shape legend: B batch, C channels, H height, W width, D latent coordinates, F features.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

from engine.families.layers.blocks import UpConv, as_row, he_init, stages

LEAK = 0.2


def normal_init(layer: nn.Module) -> None:
    """All weights from N(0, 0.02²); batch norm scales around 1 (Radford et al. 2016, section 4)."""
    match layer:
        case nn.Conv2d() | nn.ConvTranspose2d() | UpConv():
            nn.init.normal_(layer.weight, 0.0, 0.02)
        case nn.BatchNorm2d():
            nn.init.normal_(layer.weight, 1.0, 0.02)
        case _:
            pass


class Generator(nn.Module):
    """z → picture: up-convolutions with batch norm and ReLU, tanh at the end, no fully connected hidden layer."""

    def __init__(self, size: int, channels: int, width: int, latent: int) -> None:
        super().__init__()
        base, ups = stages(size)
        before = width << (ups - 1)
        layers: list[nn.Module] = [nn.ConvTranspose2d(latent, before, base, bias=False), nn.BatchNorm2d(before)]
        layers.append(nn.ReLU(inplace=True))
        for _ in range(ups - 1):
            layers += [UpConv(before, before // 2, bias=False), nn.BatchNorm2d(before // 2), nn.ReLU(inplace=True)]
            before //= 2
        layers += [UpConv(before, channels), nn.Tanh()]
        self.layers = nn.Sequential(*layers)
        self.apply(normal_init)

    def forward(self, z_BD: Tensor) -> Tensor:
        x_BCHW: Tensor = self.layers(z_BD[:, :, None, None])
        return x_BCHW


def down(size: int, channels: int, width: int, *, norm: bool = True) -> list[nn.Module]:
    """Strided convolutions with LeakyReLU from a picture to its base, batch norm on all but the first layer."""
    _, ups = stages(size)
    layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, stride=2, padding=1), nn.LeakyReLU(LEAK, inplace=True)]
    for stage in range(ups - 1):
        before = width << stage
        layers.append(nn.Conv2d(before, 2 * before, 4, stride=2, padding=1, bias=not norm))
        layers += [nn.BatchNorm2d(2 * before)] if norm else []
        layers.append(nn.LeakyReLU(LEAK, inplace=True))
    return layers


class Discriminator(nn.Module):
    """Picture → logit of "real"; the last convolution sees the whole base."""

    def __init__(self, size: int, channels: int, width: int) -> None:
        super().__init__()
        base, ups = stages(size)
        self.layers = nn.Sequential(*down(size, channels, width), nn.Conv2d(width << (ups - 1), 1, base))
        self.apply(normal_init)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        logit_B: Tensor = self.layers(x_BCHW).flatten()
        return logit_B


class Features(nn.Module):
    """Picture → features (B, F): all of a discriminator but its last layer.

    Without batch norm weights start as He et al. 2015 ask for leaky ReLU: those of a DCGAN would let everything fade.
    """

    def __init__(self, size: int, channels: int, width: int, *, norm: bool) -> None:
        super().__init__()
        base, ups = stages(size)
        self.layers = nn.Sequential(*down(size, channels, width, norm=norm))
        self.count = (width << (ups - 1)) * base * base
        self.apply(normal_init if norm else leaky_init)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return as_row(self.layers(x_BCHW))


def leaky_init(layer: nn.Module) -> None:
    """He et al. 2015, eq. 10, for a leaky ReLU."""
    if isinstance(layer, nn.Conv2d | nn.Linear):
        he_init(layer, math.sqrt(2.0 / (1.0 + LEAK**2)))
