"""Tiny networks and losses that the miniature families share.

Shape legend: B batch, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.phases import Batch

WIDTH = 6


class Flat(nn.Module):
    """Picture to numbers: halved until four pixels are left, then a linear layer."""

    def __init__(self, size: int, channels: int, out: int, width: int = WIDTH) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        while size > 4:
            layers += [nn.Conv2d(channels, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
            channels, size = width, size // 2
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * size * size, out))

    def forward(self, x_BCHW: Tensor) -> Tensor:
        out: Tensor = self.layers(x_BCHW)
        return out


class Unfolded(nn.Module):
    """Numbers to a picture: four pixels, doubled until they are enough; tanh at the end."""

    def __init__(self, numbers: int, size: int, channels: int, width: int = WIDTH) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Linear(numbers, width * 16), nn.Unflatten(1, (width, 4, 4)), nn.LeakyReLU(0.2)]
        side = 4
        while side < size:
            layers += [nn.Upsample(scale_factor=2), nn.Conv2d(width, width, 3, padding=1), nn.LeakyReLU(0.2)]
            side *= 2
        self.layers = nn.Sequential(*layers, nn.Conv2d(width, channels, 3, padding=1), nn.Tanh())

    def forward(self, z_BD: Tensor) -> Tensor:
        x_BCHW: Tensor = self.layers(z_BD)
        return x_BCHW


def same_size(before: int, after: int, width: int = WIDTH, *, last: nn.Module | None = None) -> nn.Sequential:
    """Picture to picture."""
    return nn.Sequential(
        nn.Conv2d(before, width, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(width, after, 3, padding=1),
        last if last is not None else nn.Tanh(),
    )  # fmt: skip


def noise(batch: Batch, *shape: int) -> Tensor:
    """N(0, 1), from the batch's own randomness and where its pictures are."""
    return torch.randn(len(batch), *shape, generator=batch.generator, device=batch.x.device)


def told_apart(real_B: Tensor, fake_B: Tensor) -> Tensor:
    """-E log D(x) - E log(1 - D(G(z)))  (Goodfellow 2014, eq. 1)."""
    return F.softplus(-real_B).mean() + F.softplus(fake_B).mean()
