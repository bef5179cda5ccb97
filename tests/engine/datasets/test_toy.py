"""Toy densities integrate to one, and are what is drawn from them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.datasets.synthetic.toy import TOYS, Toy


def _cells(toy: Toy, n: int) -> torch.Tensor:
    """Centres of the cells of a grid over the whole plot, in double precision."""
    line = (torch.arange(n, dtype=torch.float64) + 0.5) / n * 2 * toy.extent - toy.extent
    if toy.dimensions == 1:
        return line[:, None]
    return torch.stack(torch.meshgrid(line, line, indexing="ij"), -1).reshape(-1, 2)


@pytest.mark.parametrize("name", TOYS)
def test_the_density_integrates_to_one(name: str) -> None:
    toy = TOYS[name]
    n = 4000 if toy.dimensions == 1 else 900
    total = float(toy.log_density(_cells(toy, n)).exp().sum()) * (2 * toy.extent / n) ** toy.dimensions
    assert total == pytest.approx(1.0, abs=3e-3)


@pytest.mark.parametrize("name", TOYS)
def test_what_is_drawn_falls_where_the_density_says(name: str) -> None:
    """A χ² test over coarse cells, each with the mass that the density gives it by integration."""
    toy = TOYS[name]
    count, cells, fine = 20_000, 24, 25
    x = toy.sample(count, torch.Generator().manual_seed(4))
    assert x.shape == (count, toy.dimensions)
    assert x.dtype == torch.float32
    mass = toy.log_density(_cells(toy, cells * fine)).exp() * (2 * toy.extent / (cells * fine)) ** toy.dimensions
    shape = (cells, fine) * toy.dimensions
    expected = mass.view(shape).sum(tuple(range(1, 2 * toy.dimensions, 2))).numpy().ravel() * count
    edges = [np.linspace(-toy.extent, toy.extent, cells + 1)] * toy.dimensions
    observed = np.histogramdd(x.double().numpy(), bins=edges)[0].ravel()
    full = expected > 10
    chi2 = float(((observed - expected)[full] ** 2 / expected[full]).sum())
    degrees = int(full.sum())
    assert chi2 < degrees + 6 * math.sqrt(2 * degrees) + 25  # the last for cells cut by a sharp edge
    assert observed[expected < 1e-3].sum() < 0.002 * count


@pytest.mark.parametrize("name", TOYS)
def test_drawing_depends_on_the_generator_alone(name: str) -> None:
    toy = TOYS[name]
    first = toy.sample(50, torch.Generator().manual_seed(1))
    torch.manual_seed(8)
    assert torch.equal(first, toy.sample(50, torch.Generator().manual_seed(1)))
    assert not torch.equal(first, toy.sample(50, torch.Generator().manual_seed(2)))


def test_a_single_hill_has_the_closed_form() -> None:
    from engine.datasets.synthetic.toy import _mixture

    _, log_density = _mixture(torch.tensor([[1.0, -2.0]]), torch.tensor([0.5]), torch.tensor([3.0]))
    x = torch.tensor([[1.5, -1.0]], dtype=torch.float64)
    expected = -0.5 * (0.5**2 + 1.0**2) / 0.25 - math.log(2 * math.pi * 0.25)
    assert float(log_density(x)[0]) == pytest.approx(expected)
