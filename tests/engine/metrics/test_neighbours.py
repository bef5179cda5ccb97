"""Memorised or invented: who copies is caught, who invents is not, and pictures held out say what near means."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.metrics.neighbours import NEARER, memorised, nearest, neighbours


def cloud(count: int, seed: int) -> Tensor:
    return torch.randn(count, 8, generator=torch.Generator().manual_seed(seed))


def test_the_nearest_is_found_and_how_far_it_is() -> None:
    known = torch.tensor([[0.0, 0.0], [3.0, 4.0], [10.0, 0.0]])
    rows_N, distances_N = nearest(torch.tensor([[3.0, 3.0], [9.0, 0.0]]), known)
    assert rows_N.tolist() == [1, 2]
    assert distances_N.tolist() == pytest.approx([1.0, 1.0])


def test_who_copies_training_pictures_is_caught_and_who_invents_is_not() -> None:
    known, held = cloud(600, 0), cloud(400, 1)
    copier = known[torch.arange(0, 600, 3)] + 0.01 * cloud(200, 2)
    inventor = cloud(400, 3)
    copied, base = memorised(copier, known, held)
    invented, _ = memorised(inventor, known, held)
    assert copied.value == 1.0
    assert base.value == pytest.approx(NEARER, abs=0.01)
    assert invented.value == pytest.approx(NEARER, abs=0.04)


def test_a_half_memorised_set_is_half_caught() -> None:
    known, held = cloud(600, 0), cloud(400, 1)
    half = torch.cat((known[:100], cloud(100, 4)))
    assert memorised(half, known, held)[0].value == pytest.approx(0.5 + 0.5 * NEARER, abs=0.04)


def test_percentiles_are_those_among_pictures_held_out() -> None:
    known = torch.zeros(1, 1)
    held = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    found = neighbours(torch.tensor([[0.5], [2.0], [9.0]]), known, held)
    assert found.percentiles_N.tolist() == [0.0, 50.0, 100.0]
    assert found.rows_N.tolist() == [0, 0, 0]
