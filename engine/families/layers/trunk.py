"""What judges see with, and how pictures are disturbed while they learn.

Shape legend: B batch, C channels, H height, W width, F features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.layers.blocks import normal_noise, stages, uniform_noise


class Trunk(nn.Module):
    """Picture → features (B, F): at each halving a strided convolution and `depth` more, batch norm and ReLU.

    With `residual` those further convolutions add to their input: another architecture for a second judge.
    """

    def __init__(self, size: int, channels: int, width: int, depth: int, *, residual: bool) -> None:
        super().__init__()
        _, ups = stages(size)
        layers: list[nn.Module] = []
        before = channels
        for stage in range(ups):
            after = width * min(8, 1 << stage)
            layers.append(_Conv(before, after, stride=2))
            layers += [_Conv(after, after, residual=residual) for _ in range(depth)]
            before = after
        self.layers = nn.Sequential(*layers)
        self.features = before
        self._per_stage = 1 + depth

    def maps(self, x_BCHW: Tensor) -> list[Tensor]:
        """What is seen at each size, from the largest map to the smallest."""
        found = []
        for place, layer in enumerate(self.layers, start=1):
            x_BCHW = layer(x_BCHW)
            if place % self._per_stage == 0:
                found.append(x_BCHW)
        return found

    def forward(self, x_BCHW: Tensor) -> Tensor:
        f_BF: Tensor = self.layers(x_BCHW).mean((2, 3))
        return f_BF


class _Conv(nn.Module):
    """Convolution, batch norm, ReLU; with `residual`, added to what came in."""

    def __init__(self, before: int, after: int, *, stride: int = 1, residual: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(after)
        self.residual = residual
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")

    def forward(self, x_BCHW: Tensor) -> Tensor:
        y_BCHW = F.relu(self.norm(self.conv(x_BCHW)))
        return x_BCHW + y_BCHW if self.residual else y_BCHW


def disturbed(x_BCHW: Tensor, strength: float, generator: torch.Generator, *, shifts: bool = True) -> Tensor:
    """Pictures a little shifted, blurred, shaded and noisy: who learns from them stays sane on generated ones."""
    if strength <= 0.0:
        return x_BCHW
    u_4B = uniform_noise((4, len(x_BCHW), 1, 1, 1), generator, x_BCHW)
    if shifts:
        x_BCHW = _shifted(x_BCHW, u_4B[0], generator)
    x_BCHW = torch.lerp(
        x_BCHW, F.avg_pool2d(x_BCHW, 3, stride=1, padding=1, count_include_pad=False), strength * u_4B[1]
    )
    x_BCHW = x_BCHW + 0.08 * strength * (2.0 * u_4B[2] - 1.0)
    return x_BCHW + 0.1 * strength * u_4B[3] * normal_noise(x_BCHW.shape, generator, x_BCHW)


def _shifted(x_BCHW: Tensor, u_B: Tensor, generator: torch.Generator) -> Tensor:
    """By at most a thirty-second of the side: each picture up or down by its own, all of them left or right alike."""
    count, _, height, width = x_BCHW.shape
    reach = max(1, width // 32)
    rows_BH = (u_B.view(-1, 1) * (2 * reach + 1)).long() + torch.arange(height, device=x_BCHW.device)
    columns = int(uniform_noise((1,), generator, x_BCHW) * (2 * reach + 1))
    padded = F.pad(x_BCHW, (reach, reach, reach, reach), mode="replicate")[..., columns : columns + width]
    which_B = torch.arange(count, device=x_BCHW.device)[:, None]
    return padded.transpose(1, 2)[which_B, rows_BH].transpose(1, 2)


def disturbed_alike(
    x_BCHW: Tensor, copy_BCHW: Tensor, strength: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Two batches disturbed in the same way: what is equal stays equal."""
    state = generator.get_state()
    x_BCHW = disturbed(x_BCHW, strength, generator)
    generator.set_state(state)
    return x_BCHW, disturbed(copy_BCHW, strength, generator)
