"""Shortcuts of a connected generator: there, of the right shape, and with the slope that finite differences say."""

from __future__ import annotations

from itertools import takewhile

import pytest
import torch
from torch import Tensor, nn

from engine.families import build
from engine.families.layers.connected import HIDDEN, UNITS, ShortcutGenerator
from tests.engine.families.stepping import SHAPE, TINY, learn

WIDTH, LATENT = 4, 5


def network() -> ShortcutGenerator:
    torch.manual_seed(3)
    found = ShortcutGenerator(6, 3, WIDTH, LATENT).double()
    with torch.no_grad():
        for norm in found.modules():
            if isinstance(norm, nn.BatchNorm1d):
                norm.running_mean.normal_(0.0, 0.2)  # type: ignore[union-attr]
                norm.running_var.uniform_(0.5, 1.5)  # type: ignore[union-attr]
    return found.eval()


def points(count: int) -> Tensor:
    return torch.randn(count, LATENT, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def test_pictures_have_their_shape_and_stay_in_range() -> None:
    made = network()(points(7))
    assert made.shape == (7, 3, 6, 6)
    assert made.abs().max() <= 1.0


def test_each_layers_output_is_added_to_all_that_follow() -> None:
    """With the later layers silent the first one still reaches the picture, alone; each that speaks adds to it."""
    net, z_BD = network(), points(4)
    with torch.no_grad():
        outputs: list[Tensor] = [net.layers[0](z_BD)]
        for layer in net.layers[1:]:
            outputs.append(layer(torch.stack(outputs).sum(0)))
        expected = torch.tanh(net.last(torch.stack(outputs).sum(0))).unflatten(1, (3, 6, 6))
        torch.testing.assert_close(net(z_BD), expected)
        assert len(outputs) == HIDDEN
        whole = net(z_BD)
        for layer in net.layers[1:]:
            norm = layer[1]
            norm.weight.zero_()
            norm.bias.zero_()
        alone = net(z_BD)
        torch.testing.assert_close(alone, torch.tanh(net.last(outputs[0])).unflatten(1, (3, 6, 6)))
    assert not torch.allclose(whole, alone), "the later layers have a say"


def test_silent_layers_let_the_gradient_through() -> None:
    """Without shortcuts nothing behind a silent layer would learn."""
    net = network()
    with torch.no_grad():
        for layer in net.layers[1:]:
            layer[1].weight.zero_()
            layer[1].bias.zero_()
    net(points(4)).sum().backward()
    first = net.layers[0][0].weight.grad
    assert first is not None
    assert float(first.abs().sum()) > 0.0


def test_the_slope_is_what_finite_differences_say() -> None:
    net = network()
    z_BD = points(1).requires_grad_()
    weights = torch.randn(1, 3, 6, 6, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    (slope,) = torch.autograd.grad((net(z_BD) * weights).sum(), z_BD)
    with torch.no_grad():
        for place in range(LATENT):
            step = torch.zeros_like(z_BD)
            step[0, place] = 1e-6
            rise = ((net(z_BD + step) - net(z_BD - step)) * weights).sum() / 2e-6
            assert float(rise) == pytest.approx(float(slope[0, place]), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("name", ["gan0", "gan1", "wgan", "wgan-gp", "xicfg"])
def test_games_and_the_approximator_have_the_same_one(name: str) -> None:
    family = build(name, {**TINY[name], "net": "shortcuts", "width": WIDTH}, SHAPE)
    generator = family.get_submodule("generator")
    assert isinstance(generator, ShortcutGenerator)
    sizes = [layer[0].weight.shape for layer in generator.layers]
    units = UNITS * WIDTH
    assert [tuple(size) for size in sizes] == [(units, family.config.latent), *((units, units),) * (HIDDEN - 1)]


def test_the_approximator_learns_its_first_map_with_shortcuts() -> None:
    family = build("xicfg", {**TINY["xicfg"], "net": "shortcuts", "epochs": 30, "rate": 5e-3}, SHAPE)
    unlike = [losses["unlike"] for losses in takewhile(lambda each: "unlike" in each, learn(family, 120))]
    assert unlike[-1] < 0.4 * unlike[0]
