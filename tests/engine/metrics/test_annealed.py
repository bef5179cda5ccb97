"""Annealed importance sampling against a model whose likelihood is known."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from engine.metrics.annealed import annealed, mean_weight, temperatures

SIGMA = 0.5
CHAINS, PICTURES, LATENT, PIXELS = 24, 6, 3, 20


def linear_gaussian() -> tuple[Tensor, Tensor, Tensor]:
    """(W, pictures drawn from x = W z + noise, the points they were drawn from)."""
    noise = torch.Generator().manual_seed(2)
    w_PD = 0.6 * torch.randn(PIXELS, LATENT, generator=noise, dtype=torch.float64)
    z_ND = torch.randn(PICTURES, LATENT, generator=noise, dtype=torch.float64)
    x_NP = z_ND @ w_PD.T + SIGMA * torch.randn(PICTURES, PIXELS, generator=noise, dtype=torch.float64)
    return w_PD, x_NP, z_ND


def walked(w_PD: Tensor, x_NP: Tensor, start_ND: Tensor, betas: list[float], chains: int) -> Tensor:
    """log weights (K, N) at the end."""
    x_BP = x_NP.repeat(chains, 1)

    def log_likelihood(z_BD: Tensor) -> Tensor:
        return torch.distributions.Normal(z_BD @ w_PD.T, SIGMA).log_prob(x_BP).sum(1)

    *_, log_weight_B = annealed(log_likelihood, start_ND, betas, torch.Generator().manual_seed(5))
    return log_weight_B.view(chains, len(x_NP))


def exact(w_PD: Tensor, x_NP: Tensor) -> Tensor:
    covariance = w_PD @ w_PD.T + SIGMA**2 * torch.eye(PIXELS, dtype=torch.float64)
    return torch.distributions.MultivariateNormal(torch.zeros(PIXELS, dtype=torch.float64), covariance).log_prob(x_NP)


def test_it_finds_the_likelihood_of_a_linear_gaussian_model_within_a_tenth_of_a_nat() -> None:
    w_PD, x_NP, _ = linear_gaussian()
    start_BD = torch.randn(CHAINS * PICTURES, LATENT, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    found_N = mean_weight(walked(w_PD, x_NP, start_BD, temperatures(600), CHAINS))
    truth_N = exact(w_PD, x_NP)
    assert float((found_N - truth_N).abs().mean()) < 0.1
    assert float(found_N.mean()) == pytest.approx(float(truth_N.mean()), abs=0.1)


def test_the_way_back_bounds_it_from_above_and_the_gap_is_small() -> None:
    """On pictures drawn from the model, whose points are known: those are exact draws from the posterior."""
    w_PD, x_NP, z_ND = linear_gaussian()
    betas = temperatures(500)
    noise = torch.Generator().manual_seed(3)
    there = walked(w_PD, x_NP, torch.randn(8 * PICTURES, LATENT, generator=noise, dtype=torch.float64), betas, 8)
    back = -walked(w_PD, x_NP, z_ND.repeat(8, 1), betas[::-1], 8)
    truth = float(exact(w_PD, x_NP).mean())
    assert float(there.mean()) <= truth + 0.1
    assert float(back.mean()) >= truth - 0.1
    assert float(back.mean() - there.mean()) < 1.5


def test_temperatures_rise_from_none_to_all() -> None:
    betas = temperatures(50)
    assert betas[0] == 0.0
    assert betas[-1] == pytest.approx(1.0)
    assert all(before < after for before, after in itertools.pairwise(betas))


def test_the_mean_is_of_weights_and_not_of_their_logarithms() -> None:
    assert float(mean_weight(torch.tensor([[math.log(1.0)], [math.log(3.0)]]))) == pytest.approx(math.log(2.0))
