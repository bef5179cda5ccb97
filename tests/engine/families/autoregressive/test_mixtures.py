"""The mixture of logistics of PixelCNN++: adds up to one, against sums by hand; and the net over several scales."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from engine.families.ask import Ask
from engine.families.autoregressive.pixelcnn_pp import PixelCNNPlusPlus
from engine.families.autoregressive.streaming import Past, shifted_down, shifted_right
from engine.families.layers.mixtures import Mixture, numbers_of
from tests.engine.families.autoregressive.test_pixelwise import noise, shaken


def mixture(colours: int, components: int = 5, levels: int = 256, seed: int = 0, spread: float = 2.0) -> Mixture:
    generator = torch.Generator().manual_seed(seed)
    raw = torch.randn(6, numbers_of(colours, components), generator=generator) * spread
    return Mixture(raw, colours, components, levels)


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("spread", [0.1, 2.0, 8.0])
@pytest.mark.parametrize("levels", [2, 16, 256])
def test_a_mixture_over_all_levels_adds_up_to_one(colours: int, spread: float, levels: int) -> None:
    values_L = torch.linspace(-1.0, 1.0, levels)
    law = mixture(colours, levels=levels, spread=spread)
    x_BC = values_L[torch.randint(levels, (6, colours), generator=torch.Generator().manual_seed(1))]
    for colour in range(colours):
        total_B = law.law(x_BC, colour, values_L).exp().sum(1)
        torch.testing.assert_close(total_B, torch.ones(6), rtol=0, atol=1e-5)


def test_chances_of_whole_colours_add_up_to_one() -> None:
    """All 8³ colours of a pixel; green and blue follow red."""
    values_L = torch.linspace(-1.0, 1.0, 8)
    law = mixture(3, levels=8)
    each = [
        law.log_p(torch.tensor([colour] * 6)).sum(1).double()
        for colour in itertools.product(values_L.tolist(), repeat=3)
    ]
    torch.testing.assert_close(torch.logsumexp(torch.stack(each), 0), torch.zeros(6).double(), rtol=0, atol=1e-5)


def test_one_level_against_the_formula() -> None:
    """sum_m w_m prod_c (σ((x - μ + δ) / s) - σ((x - μ - δ) / s)), by hand in double precision (eq. 2 and 3)."""
    components, half = 2, 1.0 / 255.0
    raw = torch.randn(1, numbers_of(3, components), generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    levels = (40, 130, 220)
    x = [2.0 * level / 255.0 - 1.0 for level in levels]
    r = raw[0].tolist()
    weights = [math.exp(w) / sum(math.exp(v) for v in r[:2]) for w in r[:2]]
    total = 0.0
    for m in range(components):
        a, b, c = (math.tanh(r[14 + 2 * k + m]) for k in range(3))
        means = [r[2 + m], r[4 + m] + a * x[0], r[6 + m] + b * x[0] + c * x[1]]
        product = weights[m]
        for colour in range(3):
            scale = math.exp(2.0 - math.log1p(math.exp(2.0 - r[8 + 2 * colour + m])))
            ends = [1.0 / (1.0 + math.exp(-(x[colour] - means[colour] + way * half) / scale)) for way in (1, -1)]
            product *= ends[0] - ends[1]
        total += product
    found = Mixture(raw, 3, components, 256).log_p(torch.tensor([x], dtype=torch.float64)).sum()
    assert float(found) == pytest.approx(math.log(total), abs=1e-9)


@pytest.mark.parametrize("spread", [0.1, 10.0, 300.0])
def test_slopes_are_finite_whatever_the_network_says(spread: float) -> None:
    """Black and white only: the widest scales fit best, and beyond them log(1 - e^-y) has no slope."""
    raw = (torch.randn(50, numbers_of(1, 3), generator=torch.Generator().manual_seed(2)) * spread).requires_grad_()
    x_BC = torch.where(torch.arange(50) % 2 == 0, 1.0, -1.0)[:, None]
    Mixture(raw, 1, 3, 256).log_p(x_BC).sum().backward()
    assert raw.grad is not None
    assert torch.isfinite(raw.grad).all()


def test_near_levels_are_nearly_as_likely() -> None:
    """What a softmax has to learn for every level apart."""
    raw = torch.tensor([[0.0, 0.1, -2.0]])
    law_L = Mixture(raw, 1, 1, 256).law(torch.zeros(1, 1), 0, torch.linspace(-1.0, 1.0, 256))[0]
    assert int(law_L[1:-1].argmax()) + 1 == pytest.approx((0.1 + 1.0) / 2.0 * 255.0, abs=1.0)
    assert (law_L[1:-1].diff().abs() < 0.07).all()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("size", "scales", "depth"), [(8, 1, 1), (8, 3, 2), (12, 2, 1), (20, 3, 1)])
def test_cached_numbers_equal_the_full_forward(channels: int, size: int, scales: int, depth: int) -> None:
    """Rows and pixels at all sizes, those at odd places from what was kept."""
    family = shaken("pixelcnn++", channels=channels, size=size, scales=scales, depth=depth)
    assert isinstance(family, PixelCNNPlusPlus)
    net, x = family.net, noise(family, 2)
    classes_B = torch.tensor([1, 0])
    down, right, past = shifted_down(x), shifted_right(x), Past(size)
    with torch.no_grad():
        full = net(x, classes_B)
        for row in range(size):
            past.row, past.column = row, 0
            first, added = net.rows(down[:, :, row : row + 1], classes_B, past)
            for column, each in enumerate(added.columns()):
                past.column = column
                found = net.pixels(right[:, :, row, column], first[:, :, 0, column], each, past)
                torch.testing.assert_close(found, full[:, :, row, column], rtol=0, atol=1e-5)


def test_dropout_is_of_the_step_and_off_while_drawing() -> None:
    family = shaken("pixelcnn++", dropout=0.5)
    assert isinstance(family, PixelCNNPlusPlus)
    x = noise(family, 2)
    with torch.no_grad():
        one, other, same = (family.net(x, None, torch.Generator().manual_seed(seed)) for seed in (1, 2, 1))
        assert torch.equal(one, same)
        assert not torch.equal(one, other)
        assert torch.equal(family.train().net(x, None), family.eval().net(x, None))


def test_a_colour_is_drawn_with_those_before_it() -> None:
    """Where all components say that green is what red is, cold drawing gives grey pictures."""
    family = shaken("pixelcnn++", channels=3, components=1, conditional=False)
    assert isinstance(family, PixelCNNPlusPlus)
    with torch.no_grad():
        family.net.out.weight.zero_()
        family.net.out.bias.copy_(torch.tensor([0.0, 0.3, 0.0, 0.0, -5.0, -7.0, -7.0, 9.0, 9.0, -9.0]))
    asked = Ask(seeds=(1, 2, 3))
    *_, x = family.sample(asked)
    assert (x[:, 0] - 0.3).abs().mean() < 0.05
    assert (x[:, 1] - x[:, 0]).abs().max() < 0.03
    assert x[:, 2].abs().max() < 0.05, "blue follows both, with opposite signs"
