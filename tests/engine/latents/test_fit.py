"""What is fitted to points is what the points were made with."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.latents.explorables import Explorables
from engine.latents.fit import KERNELS, as_one, effects, explained, gaussian, parzen, principal_axes
from engine.latents.moves import Moves
from engine.protocol.values import DirectionDescribed


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_a_gaussian_is_the_mean_and_the_covariance() -> None:
    x = normal(5000, 3) @ normal(3, 3, seed=1) + 2.0
    fitted = gaussian(x)
    torch.testing.assert_close(fitted.means_KD[0], x.mean(0), atol=1e-4, rtol=1e-4)
    factor = fitted.factors_KDD[0]
    torch.testing.assert_close(factor @ factor.T, torch.cov(x.T), atol=0.02, rtol=0.01)


@pytest.mark.parametrize("coordinates", [2, 40])
def test_kernels_keep_the_mean_and_the_covariance_of_all_points(coordinates: int) -> None:
    """In closed form: the covariance of a mixture is that of its means and that of its kernels."""
    x = normal(3000, coordinates) @ normal(coordinates, coordinates, seed=1) + 2.0
    weights, means, factors = parzen(x, 3000)
    torch.testing.assert_close(weights, torch.full((3000,), 1 / 3000))
    torch.testing.assert_close(means.mean(0), x.mean(0), atol=1e-3, rtol=1e-3)
    spread = torch.cov(means.T, correction=0) + factors[0] @ factors[0].T
    torch.testing.assert_close(spread, torch.cov(x.T, correction=0), atol=1e-3, rtol=1e-3)


def test_a_mixture_as_one_gaussian_keeps_its_mean_and_covariance() -> None:
    x = torch.cat((normal(3000, 2) * 0.3 - 4.0, normal(1000, 2, seed=1) * 0.3 + 4.0))
    weights, means, factors = as_one(parzen(x))
    assert len(weights) == len(means) == 1
    torch.testing.assert_close(means[0], x.mean(0), atol=0.02, rtol=0.01)
    torch.testing.assert_close(factors[0] @ factors[0].T, torch.cov(x.T), atol=0.05, rtol=0.01)


def test_clusters_stay_apart_and_keep_their_weights() -> None:
    x = torch.cat((normal(3000, 2) * 0.3 - 4.0, normal(1000, 2, seed=1) * 0.3 + 4.0))
    _, means, factors = parzen(x)
    assert float((means.mean(1) < 0).float().mean()) == pytest.approx(0.75, abs=0.01)
    assert int((means.mean(1).abs() < 2.0).sum()) == 0
    assert len(means) == KERNELS
    assert factors.shape == (1, 2, 2)


def test_the_bandwidth_is_scott_s_and_at_most_half() -> None:
    for n, d, h in ((100, 2, 100 ** (-1 / 6)), (1000, 64, 0.5)):
        factor = parzen(normal(n, d)).factors_KDD[0]
        assert float((factor @ factor.T).diagonal().mean()) == pytest.approx(h * h, rel=0.2)


def test_fewer_points_than_coordinates_have_a_density() -> None:
    weights, means, factors = parzen(normal(5, 20))
    assert len(weights) == len(means) == 5
    assert bool(torch.isfinite(factors).all())


def test_axes_are_those_of_a_known_covariance() -> None:
    x = normal(20_000, 3) * torch.tensor([0.01, 3.0, 1.0])
    axes = principal_axes(x, 3)
    assert len(axes.axes_AD) == 2, "the dead axis is left out"
    torch.testing.assert_close(axes.axes_AD, torch.eye(3)[[1, 2]], atol=0.02, rtol=0)
    torch.testing.assert_close(axes.sigmas_A, torch.tensor([3.0, 1.0]), atol=0.05, rtol=0)
    torch.testing.assert_close(axes.shares_A, torch.tensor([0.9, 0.1]), atol=0.01, rtol=0)


def test_effects_hold_other_attributes_still() -> None:
    """Two entangled attributes move points along known directions; each is recovered without the other."""
    a = normal(8000)
    b = 0.8 * a + 0.6 * normal(8000, seed=1)
    true = normal(2, 5, seed=2)
    points = a[:, None] * true[0] + b[:, None] * true[1] + 0.1 * normal(8000, 5, seed=3)
    values, known = torch.stack((a, b), 1), torch.ones(8000, 2, dtype=torch.bool)
    found = effects(points, values, known, ridge=1e-6)
    torch.testing.assert_close(found, true * values.std(0)[:, None], atol=0.03, rtol=0)


def test_hidden_values_do_not_bend_directions() -> None:
    a = normal(8000)
    points = a[:, None] * torch.tensor([1.0, -2.0]) + 0.1 * normal(8000, 2, seed=1)
    known = normal(8000, seed=2) > 0.0
    values = torch.where(known, a, 99.0)[:, None]
    found = effects(points, values, known[:, None], ridge=1e-6)
    torch.testing.assert_close(found[0], torch.tensor([1.0, -2.0]), atol=0.08, rtol=0)


def test_explained_is_one_for_linear_and_zero_for_unrelated() -> None:
    points = normal(4000, 4)
    values = torch.stack((points @ normal(4, seed=1), normal(4000, seed=2)), 1)
    shares = explained(points, values, torch.ones(4000, 2, dtype=torch.bool))
    assert float(shares[0]) > 0.999
    assert float(shares[1]) < 0.01


def explorables() -> Explorables:
    x = normal(2000, 4)
    mixture = parzen(x)
    axes = principal_axes(x, 3)
    smile = DirectionDescribed(name="smile", label="Smile", low=-3.0, high=3.0)
    return Explorables(
        coordinates=4, mixture=mixture, axes_AD=axes.axes_AD, sigmas_A=axes.sigmas_A,
        shares_A=axes.shares_A, directions_MD=normal(1, 4, seed=5), directions=(smile,), axis_labels=("", "", ""),
    )  # fmt: skip


def test_draws_follow_the_mixture_and_their_seed_only() -> None:
    fitted = explorables()
    assert fitted.mixture is not None
    drawn = torch.stack([fitted.mixture.draw(torch.Generator().manual_seed(seed)) for seed in range(3000)])
    assert torch.equal(drawn[7], fitted.mixture.draw(torch.Generator().manual_seed(7)))
    torch.testing.assert_close(drawn.mean(0), fitted.centre_D, atol=0.08, rtol=0)
    torch.testing.assert_close(torch.cov(drawn.T), torch.eye(4), atol=0.15, rtol=0)


def test_displacements_add_up() -> None:
    fitted = explorables()
    place_D = np.ones(fitted.coordinates, np.float32)
    Moves(fitted).add(place_D, ((1, 2.0),), (("smile", -1.0),))
    moved = torch.from_numpy(place_D - 1.0)
    torch.testing.assert_close(moved, 2.0 * fitted.sigmas_A[1] * fitted.axes_AD[1] - fitted.directions_MD[0])


def test_what_is_kept_on_disk_comes_back() -> None:
    fitted = explorables()
    again = Explorables.read(fitted.header(), fitted.tensors())
    assert again.directions == fitted.directions
    assert again.mixture is not None
    assert fitted.mixture is not None
    assert all(torch.equal(mine, kept) for mine, kept in zip(again.mixture, fitted.mixture, strict=True))


def wide() -> torch.Tensor:
    """Few points of many coordinates, spread along two of them."""
    spread = torch.full((12_288,), 0.01)
    spread[5], spread[7000] = 3.0, 2.0
    return normal(60, 12_288) * spread


def test_axes_of_more_coordinates_than_points_are_those_of_the_covariance() -> None:
    """Checked against the singular vectors; no D×D matrix would fit."""
    x = wide()
    axes = principal_axes(x, 2)
    _, values, vectors = torch.linalg.svd((x - x.mean(0)).double() / 60**0.5, full_matrices=False)
    torch.testing.assert_close(axes.sigmas_A.double(), values[:2], rtol=1e-5, atol=0)
    torch.testing.assert_close((axes.axes_AD.double() * vectors[:2]).sum(1).abs(), torch.ones(2).double())
    assert [int(axis.abs().argmax()) for axis in axes.axes_AD] == [5, 7000]


def test_a_space_that_is_explored_in_its_prior_comes_back_without_a_square() -> None:
    axes = principal_axes(wide(), 2)
    kept = Explorables(
        coordinates=12_288, axes_AD=axes.axes_AD, sigmas_A=axes.sigmas_A, shares_A=axes.shares_A,
        directions_MD=torch.zeros(0, 12_288), axis_labels=("", ""),
    )  # fmt: skip
    assert sum(tensor.numel() for tensor in kept.tensors().values()) < 30_000
    again = Explorables.read(kept.header(), kept.tensors())
    assert again.mixture is None
    assert again.coordinates == 12_288
    assert torch.equal(again.axes_AD, kept.axes_AD)
