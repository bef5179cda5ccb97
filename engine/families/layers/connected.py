"""Fully connected networks: every unit sees every pixel, as in the first paper on adversarial nets.

Shape legend: B batch, C channels, H height, W width, D latent coordinates, F features.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from engine.families.layers.strided import LEAK, leaky_init

UNITS = 16
"""Units of a layer for each feature map that a convolutional network of the same width would have."""


class Generator(nn.Module):
    """z → picture: two hidden layers, the second twice as wide, batch norm and ReLU, tanh at the end."""

    def __init__(self, size: int, channels: int, width: int, latent: int) -> None:
        super().__init__()
        self.shape = (channels, size, size)
        units = UNITS * width
        self.layers = nn.Sequential(
            nn.Linear(latent, units, bias=False), nn.BatchNorm1d(units), nn.ReLU(),
            nn.Linear(units, 2 * units, bias=False), nn.BatchNorm1d(2 * units), nn.ReLU(),
            nn.Linear(2 * units, math.prod(self.shape)), nn.Tanh(),
        )  # fmt: skip

    def forward(self, z_BD: Tensor) -> Tensor:
        x_BCHW: Tensor = self.layers(z_BD).unflatten(1, self.shape)
        return x_BCHW


HIDDEN = 3
"""Hidden layers of a generator with shortcuts."""


class ShortcutGenerator(nn.Module):
    """z → picture: hidden layers of equal width, the output of each added to all that follow it; tanh at the end.

    f_1 = h_1(z), f_k+1 = f_k + h_k+1(f_k): what a layer has found leads past the later ones to the last, so that each
    has only to say what is still missing, as each step of a walk does (Johnson & Zhang 2018, figure 1).
    """

    def __init__(self, size: int, channels: int, width: int, latent: int) -> None:
        super().__init__()
        self.shape = (channels, size, size)
        units = UNITS * width
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Linear(inputs, units, bias=False), nn.BatchNorm1d(units), nn.ReLU())
            for inputs in (latent, *(units,) * (HIDDEN - 1))
        )
        self.last = nn.Linear(units, math.prod(self.shape))

    def forward(self, z_BD: Tensor) -> Tensor:
        f_BF: Tensor = self.layers[0](z_BD)
        for layer in self.layers[1:]:
            f_BF = f_BF + layer(f_BF)
        made_BP: Tensor = torch.tanh(self.last(f_BF))
        return made_BP.view(len(z_BD), *self.shape)


class Features(nn.Module):
    """Numbers → features (B, F): two hidden layers with leaky ReLU, no norm."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.count = UNITS * width
        self.layers = nn.Sequential(
            nn.Linear(inputs, 2 * self.count),
            nn.LeakyReLU(LEAK),
            nn.Linear(2 * self.count, self.count),
            nn.LeakyReLU(LEAK),
        )
        self.apply(leaky_init)

    def forward(self, x: Tensor) -> Tensor:
        f_BF: Tensor = self.layers(x.flatten(1))
        return f_BF
