"""Annealed importance sampling: how likely a decoder finds a picture (Neal 2001; Wu et al. 2017).

From the prior p(z) one walks through p(z) p(x | z)^β, β from 0 to 1, to the posterior. What the weights gain on the way
is log p(x): exact on average of the weights, so a lower bound on average of their logarithms. The way back, from a true
sample of the posterior, gives an upper bound (Grosse, Ghahramani & Adams 2015): the gap between both bounds the error.
Shape legend: B chains, D coordinates, T temperatures.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

LogLikelihood = Callable[[Tensor], Tensor]
"""log p(x | z) of points (B, D), one picture for each chain: (B,), differentiable."""

LEAPS = 5
"""Leapfrog steps of a move."""
WANTED = 0.65
"""Share of moves that should be accepted (Neal 2011, section 5.4.4)."""


def temperatures(count: int) -> list[float]:
    """A sigmoid from 0 to 1: slow at both ends, where much changes (Wu et al. 2017, section 4)."""
    curve = torch.sigmoid(torch.linspace(-4.0, 4.0, count, dtype=torch.float64))
    return ((curve - curve[0]) / (curve[-1] - curve[0])).tolist()


def annealed(
    log_likelihood: LogLikelihood, start_BD: Tensor, betas: list[float], generator: torch.Generator
) -> Iterator[Tensor]:
    """log of the weight of each chain so far (B,), after each temperature; the last one is the estimate of log p(x).

    The prior is standard normal, and `start_BD` a draw from it; or from the posterior, with `betas` falling from 1 to
    0, where minus the last one is an estimate from above. Yields between moves, outside of any grad mode.
    """
    z_BD = start_BD
    log_weight_B = z_BD.new_zeros(len(z_BD))
    step_B = z_BD.new_full((len(z_BD),), 0.2)
    value_B, slope_BD = _likelihood(log_likelihood, z_BD)
    for before, after in itertools.pairwise(betas):
        log_weight_B = log_weight_B + (after - before) * value_B
        z_BD, value_B, slope_BD, accepted_B = _moved(log_likelihood, z_BD, value_B, slope_BD, after, step_B, generator)
        step_B = (step_B * torch.where(accepted_B, 1.02, 1.02 ** (-WANTED / (1.0 - WANTED)))).clamp(1e-4, 2.0)
        yield log_weight_B


def mean_weight(log_weight_KN: Tensor) -> Tensor:
    """log of the mean weight of K chains for each of N pictures."""
    return torch.logsumexp(log_weight_KN, 0) - math.log(len(log_weight_KN))


def _likelihood(log_likelihood: LogLikelihood, z_BD: Tensor) -> tuple[Tensor, Tensor]:
    with torch.enable_grad():
        z_BD = z_BD.detach().requires_grad_()
        value_B = log_likelihood(z_BD)
        (slope_BD,) = torch.autograd.grad(value_B.sum(), z_BD)
    return value_B.detach(), slope_BD


def _moved(
    log_likelihood: LogLikelihood,
    z_BD: Tensor,
    value_B: Tensor,
    slope_BD: Tensor,
    beta: float,
    step_B: Tensor,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """One Hamiltonian move that leaves p(z) p(x | z)^β as it is: leapfrog, then accepted or not (Neal 2011)."""
    speed_BD = torch.randn(z_BD.shape, generator=generator, dtype=z_BD.dtype)
    energy_B = _energy(z_BD, value_B, speed_BD, beta)
    step_B1 = step_B[:, None]
    there_BD, there_B, slope_there_BD = z_BD, value_B, slope_BD
    speed_BD = speed_BD + 0.5 * step_B1 * (beta * slope_there_BD - there_BD)
    for leap in range(LEAPS):
        there_BD = there_BD + step_B1 * speed_BD
        there_B, slope_there_BD = _likelihood(log_likelihood, there_BD)
        share = 0.5 if leap == LEAPS - 1 else 1.0
        speed_BD = speed_BD + share * step_B1 * (beta * slope_there_BD - there_BD)
    gain_B = energy_B - _energy(there_BD, there_B, speed_BD, beta)
    chance_B = torch.rand(len(z_BD), generator=generator, dtype=z_BD.dtype)
    accepted_B = torch.log(chance_B) < gain_B
    return (
        torch.where(accepted_B[:, None], there_BD, z_BD),
        torch.where(accepted_B, there_B, value_B),
        torch.where(accepted_B[:, None], slope_there_BD, slope_BD),
        accepted_B,
    )


def _energy(z_BD: Tensor, value_B: Tensor, speed_BD: Tensor, beta: float) -> Tensor:
    return 0.5 * (z_BD.square() + speed_BD.square()).sum(1) - beta * value_B
