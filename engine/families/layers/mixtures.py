"""The discretised mixture of logistics (Salimans et al. 2017, *PixelCNN++*, sections 2.1 and 2.2): levels that know
which are near each other, and colours of a pixel that follow one another by a line.

Shape legend: B batch, C colours, M components, L levels; … stands for rows and columns, or for nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

NARROWEST = -7.0
"""Least logarithm of a scale: a component then gives all its mass to one of 256 levels."""
WIDEST = 2.0
"""Largest: nearly half of the mass then lies beyond each end. Where only black and white are seen, it would grow on."""


def numbers_of(colours: int, components: int) -> int:
    """How many numbers tell a pixel's mixture: weights, and for each colour means, scales and what earlier ones add."""
    return components * (1 + 2 * colours + colours * (colours - 1) // 2)


class Mixture:
    """The law of a pixel's colours, from the network's numbers (B, N, …)."""

    def __init__(self, raw: Tensor, colours: int, components: int, levels: int) -> None:
        self.colours, self.levels = colours, levels
        count = colours * components
        rest = raw.shape[1] - components - 2 * count
        weights, means, scales, lines = torch.split(raw, [components, count, count, rest], 1)
        grouped = (len(raw), -1, components, *raw.shape[2:])
        self.log_weights_BM = F.log_softmax(weights, 1)
        self.means_BCM = means.reshape(grouped)
        self.log_scales_BCM = (WIDEST - F.softplus(WIDEST - scales.reshape(grouped))).clamp_min(NARROWEST)
        self.lines_BKM = torch.tanh(lines).reshape(grouped) if colours > 1 else lines

    def mean(self, colour: int, x_BC: Tensor) -> Tensor:
        """μ of a colour given those before it (eq. 3): green moves with red, blue with red and green, (B, M, …)."""
        mean_BM: Tensor = self.means_BCM[:, colour]
        first = colour * (colour - 1) // 2
        for before in range(colour):
            mean_BM = mean_BM + self.lines_BKM[:, first + before] * x_BC[:, before, None]
        return mean_BM

    def log_p(self, x_BC: Tensor) -> Tensor:
        """log p (B, C, …) of each colour of the pixels `x` (B, C, …) given those before it.

        A component that drew red badly counts less for green: its weight is p(component | colours before).
        """
        known_BM, found = self.log_weights_BM, []
        for colour in range(self.colours):
            mean_BM = self.mean(colour, x_BC)
            each_BM = log_mass(x_BC[:, colour, None], mean_BM, self.log_scales_BCM[:, colour], self.levels)
            both_BM = known_BM + each_BM
            together_B = torch.logsumexp(both_BM, 1)
            found.append(together_B - torch.logsumexp(known_BM, 1))
            known_BM = both_BM
        return torch.stack(found, 1)

    def law(self, x_BC: Tensor, colour: int, values_L: Tensor) -> Tensor:
        """log p (B, L, …) of every level of a colour, given the colours before it in `x`."""
        known_BM = self.log_weights_BM
        for before in range(colour):
            mean_BM = self.mean(before, x_BC)
            known_BM = known_BM + log_mass(x_BC[:, before, None], mean_BM, self.log_scales_BCM[:, before], self.levels)
        known_BM = F.log_softmax(known_BM, 1)
        spread = values_L.view(-1, *(1,) * (known_BM.ndim - 1))
        each_BLM = log_mass(spread, self.mean(colour, x_BC)[:, None], self.log_scales_BCM[:, colour, None], self.levels)
        return torch.logsumexp(known_BM[:, None] + each_BLM, 2)


def log_mass(x: Tensor, mean: Tensor, log_scale: Tensor, levels: int) -> Tensor:
    """log of what a logistic law gives each level, the outermost with all beyond them (eq. 2).

    σ(p) - σ(m) = σ(p) σ(-m) (1 - e^(m - p)), where p - m is the same for all levels: nothing cancels.
    """
    half = 1.0 / (levels - 1)
    rate = torch.exp(-log_scale)
    centred = x - mean
    log_low, log_high = F.logsigmoid((centred + half) * rate), F.logsigmoid((half - centred) * rate)
    inside = log_low + log_high + torch.log(-torch.expm1(-2.0 * half * rate))
    edge = 1.0 - 0.5 * half
    return torch.where(x < -edge, log_low, torch.where(x > edge, log_high, inside))
