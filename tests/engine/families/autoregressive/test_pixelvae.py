"""PixelVAE: a point and a pen. Its bound against the integral, its pen against full passes, its sketch beside both."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
import torch

from engine.families import build
from engine.families.autoregressive.drawing import pick
from engine.families.autoregressive.pixelvae import PixelVAE
from engine.families.base import DataShape
from engine.machine.seeds import generator
from tests.engine.families.stepping import ask, bars_batch, points, two_bars


def both(**changes: object) -> PixelVAE:
    """A small one whose weights are zero nowhere."""
    values = {"size": 8, "channels": 1, "levels": 4, "width": 4, "latent": 3, "pixel_width": 6, "pixel_depth": 2}
    family = build("pixelvae", {**values, **changes}, DataShape())
    assert isinstance(family, PixelVAE)
    noise = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in family.parameters():
            p.add_(torch.randn(p.shape, generator=noise) * 0.2)
    return family.eval().requires_grad_(False)


def hints_of(family: PixelVAE, z_BD: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = family.hints(family.decoder.features(z_BD))
    return found


@pytest.mark.parametrize("channels", [1, 3])
def test_given_its_point_a_number_depends_on_earlier_ones_only(channels: int) -> None:
    family = both(channels=channels).double()
    x = torch.randn(16, channels, 8, 8, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    law = family.log_weights(x.requires_grad_(), hints_of(family, torch.zeros(16, 3, dtype=torch.float64)))
    order = [(r, q, c) for r in range(8) for q in range(8) for c in range(channels)]
    for place, (row, column, colour) in enumerate(order):
        (slope,) = torch.autograd.grad(law[:, colour, :, row, column].square().sum(), x, retain_graph=True)
        moved = slope.abs().amax(0).permute(1, 2, 0).flatten()
        assert not moved[place:].any()
        assert place == 0 or column == 0 or moved[place - 1] > 0


@pytest.mark.parametrize("side", [2, 3])
def test_given_its_point_probabilities_sum_to_one(side: int) -> None:
    family = both(levels=2)
    states = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=side * side))).view(-1, 1, side, side)
    hints = hints_of(family, torch.randn(1, 3, generator=torch.Generator().manual_seed(3)))[:, :, :side, :side]
    total = torch.logsumexp(-family._nats(states, hints.expand(len(states), -1, -1, -1)).double(), 0)
    assert float(total) == pytest.approx(0.0, abs=1e-5)


def test_the_bound_nears_the_integral_from_below() -> None:
    """One coordinate: log p(x) = log ∫ p(x | z) N(z; 0, 1) dz by quadrature. q is wide, so that few tries find it."""
    x_BCHW, _ = two_bars(2, 0)
    family = both(latent=1, levels=2)
    family.encoder.head.weight.mul_(0.1)
    z_ND = torch.linspace(-6.0, 6.0, 1201)[:, None]
    hints = hints_of(family, z_ND)
    log_prior_N = -0.5 * z_ND[:, 0].square() - 0.5 * math.log(2 * math.pi) + math.log(0.01)
    for x_CHW in x_BCHW:
        log_p = torch.logsumexp(-family._nats(x_CHW.expand(len(z_ND), -1, -1, -1), hints) + log_prior_N, 0)
        family.config = replaced(family, samples=1)
        loose = torch.stack([family.log_likelihood(x_CHW[None], generator(seed)) for seed in range(40)]).mean()
        family.config = replaced(family, samples=400)
        tight = family.log_likelihood(x_CHW[None], generator(1))[0]
        assert loose < log_p
        assert loose < tight
        assert float(tight) == pytest.approx(float(log_p), abs=0.3)


def replaced(family: PixelVAE, **changes: object) -> object:
    return type(family.config).build({**family.config.as_dict(), **changes})


@pytest.mark.parametrize("channels", [1, 3])
def test_the_pen_draws_what_full_passes_draw(channels: int) -> None:
    """Laws within 1e-5, and the same picture from the same seed."""
    family = both(channels=channels)
    asked = ask(family, 0, 1, 2)
    z_BD = points(family, 0, 1, 2)
    assert z_BD is not None
    hints, sampler = hints_of(family, z_BD), family.sampler(asked)
    uniforms = torch.stack([torch.rand((8, 8, channels), generator=each) for each in asked.generators()])
    picture = torch.zeros(3, channels, 8, 8)
    for row, column, colour in itertools.product(range(8), range(8), range(channels)):
        law = family.log_weights(picture, hints)[:, colour, :, row, column]
        torch.testing.assert_close(sampler.law(row, column, colour), law, rtol=0, atol=1e-5)
        level = pick(law, uniforms[:, row, column, colour, None].contiguous())
        sampler.put(row, column, colour, level)
        picture[:, colour, row, column] = family.values[level]
    *_, drawn = family.sample(asked)
    assert torch.equal(drawn, picture)


def test_the_sketch_stands_first_and_the_pen_goes_over_it() -> None:
    family = both()
    asked = ask(family, 0, 1)
    assert asked.points_BD is not None
    sketch = family.decode(asked.points_BD)
    looks = list(family.sample(asked))
    assert len(looks) == family.sample_steps == 65
    for number, look in enumerate(looks):
        drawn = family.drawn(number)
        assert torch.equal(look.flatten(2)[:, :, drawn:], sketch.flatten(2)[:, :, drawn:])
        assert torch.equal(look.flatten(2)[:, :, :drawn], looks[-1].flatten(2)[:, :, :drawn])
    drawn = [family.drawn(number) for number in range(65)]
    assert sorted(set(drawn)) == [0, 1, 8, 16, 24, 32, 40, 48, 56, 64]
    assert len({id(look) for look in looks}) == 10, "between two looks the last one comes again"


@pytest.mark.parametrize("channels", [1, 3])
def test_known_pixels_are_left_alone_to_the_bit_from_the_sketch_on(channels: int) -> None:
    family = both(channels=channels)
    known = torch.rand(2, channels, 8, 8, generator=torch.Generator().manual_seed(4)) * 2 - 1
    mask = torch.zeros(2, 8, 8, dtype=torch.bool)
    mask[:, 3:5] = True
    plain = ask(family, 3, 4)
    for look in family.sample(replace(plain, known_BCHW=known, mask_BHW=mask)):
        assert torch.equal(look[:, :, 3:5], known[:, :, 3:5])


def test_the_sketch_leaves_the_bound_alone() -> None:
    """Its phase moves the painting layer only, which the bound never reads."""
    family = both().requires_grad_(True).train()
    bound, sketch = family.phases()
    painting = set(sketch.modules[0].parameters())
    bound.loss(bars_batch(0, 10))["loss"].backward()
    assert all((p.grad is None) == (p in painting) for p in family.parameters())
    family.zero_grad(set_to_none=True)
    sketch.loss(bars_batch(0, 10))["loss"].backward()
    assert {p for p in family.parameters() if p.grad is not None} == painting
