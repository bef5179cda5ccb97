"""Directions from labelled points, where the right answer is known beforehand."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import cosine_similarity

from engine.latents.learning import by_means, by_plane, by_trend, cross_validated, explained_share, ridge, told_apart


def _groups(apart: float, count: int = 300, coordinates: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(4)
    noise = torch.randn(2 * count, coordinates, generator=generator)
    noise[:, 1] *= 5.0  # varies much, and says nothing
    noise[count:, 0] += apart
    return noise[:count], noise[count:]


def test_the_plane_ignores_what_varies_and_says_nothing() -> None:
    """A few pictures: chance has moved the means along the loud coordinate, and the plane is not fooled."""
    before, after = _groups(3.0, count=40)
    truth = torch.tensor([1.0, 0, 0, 0, 0, 0])
    plane, means = by_plane(before, after), by_means(before, after)
    assert cosine_similarity(plane.move_D, truth, 0) > 0.95
    assert cosine_similarity(plane.move_D, truth, 0) > cosine_similarity(means.move_D, truth, 0)
    assert plane.score > 0.85


def test_one_unit_leads_from_one_mean_to_the_other() -> None:
    before, after = _groups(3.0)
    assert float(by_plane(before, after).move_D[0]) == pytest.approx(3.0, abs=0.3)
    assert float(by_means(before, after).move_D[0]) == pytest.approx(3.0, abs=0.2)


def test_groups_that_are_alike_score_as_chance_does() -> None:
    before, after = _groups(0.0)
    assert by_plane(before, after).score == pytest.approx(0.5, abs=0.1)
    assert by_means(before, after).score == pytest.approx(0.5, abs=0.1)


def test_the_trend_moves_its_guess_by_one_deviation() -> None:
    generator = torch.Generator().manual_seed(1)
    points = torch.randn(500, 4, generator=generator)
    gradient = torch.tensor([2.0, -1.0, 0.0, 0.0])
    values = points @ gradient + 0.5 * torch.randn(500, generator=generator)
    found = by_trend(points, values)
    assert float(found.move_D @ gradient) == pytest.approx(float(values.std()), rel=0.05)
    assert found.score == pytest.approx(1 - 0.25 / 5.25, abs=0.03)


def test_more_coordinates_than_points_are_no_trouble() -> None:
    generator = torch.Generator().manual_seed(2)
    before, after = torch.randn(20, 300, generator=generator), torch.randn(20, 300, generator=generator)
    after[:, 7] += 8.0
    assert int(by_plane(before, after).move_D.abs().argmax()) == 7
    assert int(by_trend(torch.cat((before, after)), torch.arange(40.0)).move_D.abs().argmax()) == 7


def test_ridge_is_the_textbook_solution() -> None:
    generator = torch.Generator().manual_seed(5)
    points, values = torch.randn(50, 3, generator=generator).double(), torch.randn(50, generator=generator).double()
    x, y = points - points.mean(0), values - values.mean()
    penalty = 0.1 * x.square().mean() * 50 * torch.eye(3, dtype=torch.float64)
    expected = torch.linalg.inv(x.T @ x + penalty) @ x.T @ y
    torch.testing.assert_close(ridge(0.1)(points, values).weight_D, expected)


def test_scores_are_of_points_left_out() -> None:
    """A guess that learns by heart would be perfect on its own points."""
    generator = torch.Generator().manual_seed(6)
    points, values = torch.randn(40, 60, generator=generator), torch.randn(40, generator=generator)
    assert explained_share(ridge(1e-6)(points, values).of(points), values.double()) > 0.99
    assert cross_validated(ridge(1e-6), points.double(), values.double(), explained_share) < 0.3
    assert told_apart(torch.tensor([1.0, 1.0, 1.0, -1.0]), torch.tensor([1.0, 1.0, 1.0, 0.0])) == 1.0
