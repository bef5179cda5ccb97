"""Laws of a picture given its point, log p(x | z), for decoders that give every pixel at once.

All but Bernoulli and the discretised logistic are densities of pixels in [-1, 1]; all but the first learn their own
spread by maximum likelihood, which sets by itself how much a pixel error weighs against the KL term (Rybkin et al.
2021, "sigma-VAE").
Shape legend: B batch, C channels, H height, W width.
"""

from __future__ import annotations

import math
from enum import StrEnum

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.layers.blocks import uniform_noise

LEVEL = 2.0 / 255.0
"""From one of 256 levels to the next."""


class Law(StrEnum):
    """Which law of pixels a decoder assumes."""

    GAUSSIAN = "gaussian"
    LAPLACE = "laplace"
    BERNOULLI = "bernoulli"
    LOGISTIC = "logistic"


class Pixels(nn.Module):
    """log p(x | z) for the decoder's output, under one of the laws."""

    PACE = 10.0
    """Adam moves every number by about the learning rate a step; a spread has further to go than a weight."""

    def __init__(self, law: Law, sigma: float) -> None:
        super().__init__()
        self.law = law
        self.start = math.log(sigma or 0.3)
        self.steps = None if sigma > 0.0 else nn.Parameter(torch.zeros(()))

    @property
    def log_scale(self) -> Tensor:
        """Log of the Gaussian's sigma or of the Laplace law's b."""
        if self.steps is None:
            return torch.tensor(self.start)
        return self.start + self.PACE * self.steps

    def picture(self, raw_BCHW: Tensor) -> Tensor:
        """The most likely picture in [-1, 1]."""
        if self.law is Law.BERNOULLI:
            return torch.tanh(raw_BCHW / 2.0)  # 2 sigmoid(l) - 1
        return raw_BCHW.clamp(-1.0, 1.0)

    def log_density(self, x_BCHW: Tensor, raw_BCHW: Tensor) -> Tensor:
        """log p(x | z) per picture (B,). Bernoulli takes grey levels as probabilities of ink."""
        match self.law:
            case Law.BERNOULLI:
                target = (x_BCHW + 1.0) / 2.0
                return -F.binary_cross_entropy_with_logits(raw_BCHW, target, reduction="none").sum((1, 2, 3))
            case Law.GAUSSIAN:
                error = (x_BCHW - raw_BCHW).square().sum((1, 2, 3))
                log_sigma = self.log_scale
                constant = (log_sigma + 0.5 * math.log(2.0 * math.pi)) * x_BCHW[0].numel()
                return -0.5 * error * torch.exp(-2.0 * log_sigma) - constant
            case Law.LAPLACE:
                return _laplace(x_BCHW - raw_BCHW, self.log_scale)
            case Law.LOGISTIC:
                return _logistic(x_BCHW, raw_BCHW, self.log_scale)

    @property
    def mass_of(self) -> str:
        """What `log_mass` is of, in words."""
        match self.law:
            case Law.BERNOULLI:
                return "pixels that are black or white, split at mid grey; nothing is dequantised"
            case Law.LOGISTIC:
                return "pixels of 256 shades; of whole levels, so nothing is dequantised"
            case Law.GAUSSIAN | Law.LAPLACE:
                return "pixels of 256 shades, dequantised by uniform noise within a shade"

    def drawn(self, raw_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        """A picture of the law, of 256 levels where the law is one of levels."""
        chance_BCHW = uniform_noise(raw_BCHW.shape, generator, raw_BCHW).clamp(1e-6, 1.0 - 1e-6)
        match self.law:
            case Law.BERNOULLI:
                return torch.where(chance_BCHW < torch.sigmoid(raw_BCHW), 1.0, -1.0)
            case Law.GAUSSIAN:
                normal_BCHW: Tensor = torch.special.ndtri(chance_BCHW)
                return raw_BCHW + torch.exp(self.log_scale) * normal_BCHW
            case Law.LAPLACE:
                side_BCHW = chance_BCHW - 0.5
                away_BCHW = -torch.log1p(-2.0 * side_BCHW.abs())
                return raw_BCHW + torch.exp(self.log_scale) * side_BCHW.sign() * away_BCHW
            case Law.LOGISTIC:
                x_BCHW = raw_BCHW + torch.exp(self.log_scale) * torch.logit(chance_BCHW)
                return (((x_BCHW + 1.0) / LEVEL).round() * LEVEL - 1.0).clamp(-1.0, 1.0)

    def log_mass(self, x_BCHW: Tensor, raw_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        """A lower bound in expectation of log P(x | z) (B,) of pixels of 256 levels.

        Uniform noise within a level turns mass into density: log P(x) >= E_u log p(x + u) + log of the level's
        width (Theis et al. 2016, eq. 4). Bernoulli pixels are first made black or white at mid grey.
        """
        if self.law is Law.BERNOULLI:
            return self.log_density(torch.where(x_BCHW > 0.0, 1.0, -1.0), raw_BCHW)
        if self.law is Law.LOGISTIC:
            return self.log_density(x_BCHW, raw_BCHW)
        width = LEVEL
        u_BCHW = (uniform_noise(x_BCHW.shape, generator, x_BCHW) - 0.5) * width
        return self.log_density(x_BCHW + u_BCHW, raw_BCHW) + math.log(width) * x_BCHW[0].numel()


def _logistic(x_BCHW: Tensor, mean_BCHW: Tensor, log_scale: Tensor) -> Tensor:
    """log of the mass that a logistic law gives each pixel's level, the outermost with all beyond them (Salimans et al.
    2017, eq. 2): σ(p) - σ(m) = σ(p) σ(-m) (1 - e^(m - p)), where p - m is the same for all levels.
    """
    rate = torch.exp(-log_scale)
    above, below = (x_BCHW - mean_BCHW + 0.5 * LEVEL) * rate, (x_BCHW - mean_BCHW - 0.5 * LEVEL) * rate
    log_low, log_high = F.logsigmoid(above), F.logsigmoid(-below)
    inside = log_low + log_high + torch.log(-torch.expm1(-LEVEL * rate))
    edge = 1.0 - 0.5 * LEVEL
    each = torch.where(x_BCHW < -edge, log_low, torch.where(x_BCHW > edge, log_high, inside))
    return each.flatten(1).sum(1)


def _laplace(error: Tensor, log_scale: Tensor) -> Tensor:
    """Sum over all but the batch of log Laplace(error; 0, b) = -|error| / b - log 2b."""
    flat = error.abs().flatten(1).sum(1)
    return -flat * torch.exp(-log_scale) - (log_scale + math.log(2.0)) * error[0].numel()
