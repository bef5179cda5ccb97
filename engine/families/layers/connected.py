"""Fully connected networks: every unit sees every pixel, as in the first paper on adversarial nets.

Shape legend: B batch, C channels, H height, W width, D latent coordinates, F features.
"""

from __future__ import annotations

import math

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
