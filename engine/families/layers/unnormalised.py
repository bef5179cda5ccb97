"""Small residual networks without normalisation, as R3GAN plays with (Huang et al. 2024, figure 4d).

Shape legend: B batch, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.layers.blocks import stages

SLOPE = 0.2
GROUP = 16
"""Channels of a group of the 3×3 convolutions."""


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
    """Other channels by a 1×1 convolution, and twice or half the side, bilinearly: through the filter [1, 3, 3, 1].

    Each of four neighbours is made of as much as the others. With [1, 2, 1] every second one is a value kept and the
    rest are means, half as spread; the leaky ReLU behind makes a brightness of spread, and a grid of two pixels shows.
    The way down is the same seen from the slopes: what the generator is told weighs all pixels alike.
    Edges go on outside, so that a plain picture stays plain. The authors' own code resamples through [1, 2, 1].
    """

    kernel: Tensor

    def __init__(self, before: int, after: int, *, up: bool) -> None:
        super().__init__()
        self.up = up
        self.convert = nn.Conv2d(before, after, 1, bias=False)
        nn.init.normal_(self.convert.weight, 0.0, before**-0.5)
        line = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8.0
        kernel = torch.outer(line, line) * (4.0 if up else 1.0)
        self.register_buffer("kernel", kernel.repeat(after if up else before, 1, 1, 1), persistent=False)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        if self.up:
            x_BCHW = F.pad(self.convert(x_BCHW), (1, 1, 1, 1), mode="replicate")
            return F.conv_transpose2d(x_BCHW, self.kernel, stride=2, padding=3, groups=len(self.kernel))
        x_BCHW = F.pad(x_BCHW, (1, 1, 1, 1), mode="replicate")
        y_BCHW: Tensor = self.convert(F.conv2d(x_BCHW, self.kernel, stride=2, groups=len(self.kernel)))
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

    def __init__(self, size: int, channels: int, width: int, depth: int) -> None:
        super().__init__()
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
