"""What every family that draws pixel by pixel tells of single pixels, and how it obeys known ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.families import FAMILIES, build
from engine.families.autoregressive.pixelwise import PixelFamily
from engine.families.base import AnyFamily, DataShape
from engine.protocol.values import Capability
from tests.engine.families.stepping import SHAPE, TINY, ask, seeds

Pixels = PixelFamily[Any]
PIXELWISE = [name for name, kind in FAMILIES.items() if issubclass(kind, PixelFamily)]


def shaken(name: str, *, channels: int = 1, shape: DataShape = SHAPE, **changes: object) -> Pixels:
    """A family whose weights are zero nowhere, so that every path counts."""
    family: AnyFamily = build(name, {**TINY[name], "channels": channels, **changes}, shape)
    assert isinstance(family, PixelFamily)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in family.parameters():
            scale = 0.2 if p.ndim < 2 else 0.7 * p[0].numel() ** -0.5
            p.add_(torch.randn(p.shape, generator=generator) * scale)
    return family.eval().requires_grad_(False)


def noise(family: Pixels, count: int, seed: int = 0) -> torch.Tensor:
    side, channels = family.picture.size, family.picture.channels
    return torch.rand(count, channels, side, side, generator=torch.Generator().manual_seed(seed)) * 2.0 - 1.0


@pytest.mark.parametrize("name", PIXELWISE)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_map_adds_up_to_the_likelihood(name: str, channels: int) -> None:
    """Also where the class is summed out, and where it is told."""
    family = shaken(name, channels=channels)
    x = noise(family, 3)
    nats = family.nats(x)
    assert nats.shape == x.shape
    torch.testing.assert_close(-nats.flatten(1).sum(1), family.log_likelihood(x, seeds(0)[0]), rtol=1e-5, atol=1e-3)
    told = [family.nats(x, {"class": torch.full((3,), place)}).flatten(1).sum(1) for place in (0, 1)]
    summed = -torch.logsumexp(-torch.stack(told), 0) + torch.tensor(2.0).log()
    torch.testing.assert_close(nats.flatten(1).sum(1), summed, rtol=1e-5, atol=1e-3)
    assert not torch.allclose(told[0], told[1])


@pytest.mark.parametrize("name", PIXELWISE)
@pytest.mark.parametrize("wish", [{}, {"class": torch.tensor([1, 0])}])
def test_chances_are_those_of_the_map(name: str, wish: dict[str, torch.Tensor]) -> None:
    family = shaken(name)
    x = noise(family, 2)
    chances = family.chances(x, 4, 3, wish)
    torch.testing.assert_close(chances.sum(2), torch.ones(2, 1))
    level = family.levels_of(x)[:, :, 4, 3, None]
    torch.testing.assert_close(
        -chances.gather(2, level)[..., 0].log(), family.nats(x, wish)[:, :, 4, 3], rtol=0, atol=1e-4
    )


@pytest.mark.parametrize("name", PIXELWISE)
def test_a_pixel_notices_the_one_before_it_and_nothing_drawn_later(name: str) -> None:
    family = shaken(name)
    order = list(family.order(8, 8))
    assert sorted(order) == [(row, column) for row in range(8) for column in range(8)]
    place = 30
    noticed = family.noticed(noise(family, 16), *order[place])
    assert noticed.shape == (16, 8, 8)
    for row, column in order[place:]:
        assert not noticed[:, row, column].any()
    row, column = order[place - 1]
    assert noticed[:, row, column].max() > 0


@pytest.mark.parametrize("name", PIXELWISE)
def test_what_is_noticed_is_that_of_the_class_it_seems_to_be(name: str) -> None:
    """Pictures that a class drew are looked at as of that class, when it is not told."""
    family = shaken(name)
    *_, x = family.sample(ask(family, *range(12), **{"class": 1.0}))
    row, column = list(family.order(8, 8))[60]
    before = torch.zeros(12, 2)
    for place in (0, 1):
        nats = family.nats(x, {"class": torch.full((12,), place)})
        for r, c in list(family.order(8, 8))[:60]:
            before[:, place] -= nats[:, 0, r, c]
    seems = before.argmax(1)
    assert 0 < int(seems.sum()) < 12, "of both"
    found = family.noticed(x, row, column)
    torch.testing.assert_close(found, family.noticed(x, row, column, {"class": seems}))
    assert not torch.allclose(found, family.noticed(x, row, column, {"class": 1 - seems}))


@pytest.mark.parametrize("name", PIXELWISE)
@pytest.mark.parametrize("channels", [1, 3])
def test_known_pixels_are_left_alone_to_the_bit(name: str, channels: int) -> None:
    """They stand from the first look on, change what is drawn after them, and pictures without any are as before."""
    family = shaken(name, channels=channels)
    assert Capability.COMPLETE in family.capabilities
    plain = ask(family, *range(9))
    known = noise(family, 9, seed=7)
    mask = torch.zeros(9, 8, 8, dtype=torch.bool)
    mask[:8, :4] = True
    completed = list(family.sample(replace(plain, known_BCHW=known, mask_BHW=mask)))
    for look in completed:
        assert torch.equal(look[:8, :, :4], known[:8, :, :4])
    *_, drawn = family.sample(plain)
    torch.testing.assert_close(completed[-1][8], drawn[8], rtol=0, atol=1e-5)
    assert not torch.equal(completed[-1][:8, :, 4:], drawn[:8, :, 4:])


@pytest.mark.parametrize("name", PIXELWISE)
def test_a_low_temperature_draws_what_is_most_likely(name: str) -> None:
    family = shaken(name)
    plain = ask(family, *range(12), **{"class": 0.0})
    warm, cold = (
        list(family.sample(replace(plain, settings={"temperature": torch.full((12,), value)})))[-1]
        for value in (1.0, 0.05)
    )
    wish = {"class": torch.zeros(12, dtype=torch.int64)}
    assert family.nats(cold, wish).sum() < 0.9 * family.nats(warm, wish).sum()
    *_, usual = family.sample(plain)
    assert torch.equal(warm, usual)
