"""Batches are a pure function of (seed, epoch, step)."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.batches import batch, batch_indices, evenly


@given(n=st.integers(1, 200), size=st.integers(1, 50), seed=st.integers(0, 2**32 - 1))
def test_an_epoch_shows_no_picture_twice(n: int, size: int, seed: int) -> None:
    size = min(size, n)
    steps = n // size
    for epoch in (0, 3):
        seen = torch.cat([batch_indices(n, size, seed=seed, step=epoch * steps + k) for k in range(steps)])
        assert len(seen) == steps * size
        assert len(set(seen.tolist())) == len(seen)
        assert int(seen.min()) >= 0
        assert int(seen.max()) < n


def test_order_depends_on_seed_and_epoch_and_on_nothing_else() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        return torch.cat([batch_indices(64, 8, seed=seed, step=epoch * 8 + k) for k in range(8)]).tolist()

    first = order(1, 0)
    torch.manual_seed(99)
    torch.rand(3)
    assert order(1, 0) == first
    assert len({tuple(order(seed, epoch)) for seed in (1, 2) for epoch in (0, 1)}) == 4


def test_a_batch_larger_than_the_set_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="a batch of 5 from 4"):
        batch_indices(4, 5, seed=0, step=0)


def test_bytes_become_numbers_from_minus_one_to_one() -> None:
    pictures = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    x = batch(pictures, torch.tensor([0, 0]))
    assert x.dtype == torch.float32
    assert x.shape == (2, 1, 16, 16)
    expected = torch.arange(256, dtype=torch.float64) / 255 * 2 - 1
    assert float((x[0].flatten().double() - expected).abs().max()) < 1e-6
    assert (float(x.min()), float(x.max())) == (-1.0, 1.0)


def test_mirroring_is_decided_by_the_generator_and_leaves_the_store_alone() -> None:
    pictures = torch.randint(0, 256, (32, 3, 8, 8), dtype=torch.uint8)
    before = pictures.clone()
    indices = torch.arange(32)
    plain = batch(pictures, indices)
    mirrored = batch(pictures, indices, flip=torch.Generator().manual_seed(3))
    assert torch.equal(mirrored, batch(pictures, indices, flip=torch.Generator().manual_seed(3)))
    kinds = [torch.equal(a, b) for a, b in zip(plain, mirrored, strict=True)]
    assert 4 < sum(kinds) < 28
    assert all(torch.equal(a, b) or torch.equal(a.flip(2), b) for a, b in zip(plain, mirrored, strict=True))
    assert torch.equal(pictures, before)


@given(total=st.integers(0, 500), count=st.integers(0, 600))
def test_a_part_is_spread_over_the_whole(total: int, count: int) -> None:
    places = evenly(total, count).tolist()
    assert len(set(places)) == len(places) == min(total, count)
    assert places == sorted(places)
    if 0 < count <= total:
        gaps = [after - before for before, after in zip([-1, *places], [*places, total], strict=True)]
        assert max(gaps) <= 2 * -(-total // count)


@pytest.mark.parametrize("stride", [2, 5, 6, 48])
def test_a_part_of_a_set_whose_classes_take_turns_has_all_of_them(stride: int) -> None:
    """Every sixth glyph showed five digits of ten."""
    shares = torch.bincount(evenly(200 * stride, 200) % 10, minlength=10) / 200
    assert shares.min() > 0.04
    assert shares.max() < 0.18
