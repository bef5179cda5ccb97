"""Randomness is a pure function of numbers."""

from __future__ import annotations

import pytest
import torch

from engine.machine.seeds import Generators, generator, mix


def test_neighbours_give_unrelated_seeds() -> None:
    seeds = [mix(1, 2), mix(2, 1), mix(1, 3), mix(12)]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_generators_are_those_of_their_seeds_and_each_is_one() -> None:
    several = Generators([5, 6, 7], 1)
    assert len(several) == 3
    expected = torch.rand(4, generator=generator(6, 1))
    first = torch.rand(2, generator=several[1])
    assert torch.equal(torch.cat((first, torch.rand(2, generator=several[1]))), expected)
    assert several[-1] is several[2] is several[1:][1]
    assert [one is several[place] for place, one in enumerate(several)] == [True] * 3
    with pytest.raises(IndexError):
        several[3]
