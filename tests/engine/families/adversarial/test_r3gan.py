"""R3GAN against its equations and its network's rules."""

from __future__ import annotations

import math
from typing import cast

import pytest
import torch
from torch import Tensor, nn

from engine.families import build
from engine.families.adversarial.r3gan import FEW, R3GAN
from engine.families.adversarial.relativistic import THINNED, discriminator_loss, generator_loss, squared_slope
from engine.families.base import DataShape
from engine.families.layers.unnormalised import Block, Discriminator, Resample
from tests.engine.families.stepping import bars_batch, learn, tiny
from tests.engine.families.test_loop_contract import bars_store


class Plane(Discriminator):
    """A discriminator whose logit is a dot product, so that its slope is known."""

    def __init__(self, weight_CHW: Tensor) -> None:
        super().__init__(8, 1, 4, 1)
        self.weight = nn.Parameter(weight_CHW)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return (x_BCHW * self.weight).sum((1, 2, 3))


def r3gan(**changes: object) -> R3GAN:
    return cast("R3GAN", tiny("r3gan", **changes))


def test_the_game_is_that_of_log_sigmoid_on_differences() -> None:
    real_B, made_B = torch.randn(2, 9, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(discriminator_loss(real_B, made_B), -torch.log(torch.sigmoid(real_B - made_B)).mean())
    torch.testing.assert_close(generator_loss(real_B, made_B), discriminator_loss(made_B, real_B))
    assert float(discriminator_loss(real_B, real_B)) == pytest.approx(math.log(2.0))


def test_the_slope_of_a_square_is_known() -> None:
    """D(x) = |x|² / 2 has the slope x."""
    x_BCHW = torch.randn(5, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    slope_B = squared_slope(lambda x: 0.5 * x.square().sum((1, 2, 3)), x_BCHW)
    torch.testing.assert_close(slope_B.detach(), x_BCHW.square().sum((1, 2, 3)))


def test_both_penalties_weigh_gamma_which_falls_tenfold() -> None:
    """γ/2 (R1 + R2) with both slopes w is γ |w|²."""
    family = r3gan(penalty=0.3)
    weight_CHW = torch.randn(1, 8, 8, generator=torch.Generator().manual_seed(1))
    family.discriminator = Plane(weight_CHW)
    discriminate = family.phases()[0].loss
    for step, share in ((0, 1.0), (50, 10**-0.5), (100, 0.1)):
        seen = discriminate(bars_batch(step, 100))
        expected = 0.3 * share * float(weight_CHW.square().sum())
        assert float((seen["loss"] - seen["discriminator_loss"]).detach()) == pytest.approx(expected, rel=1e-4)
        assert float(seen["penalty"]) == pytest.approx(expected, rel=1e-4)


def test_the_penalty_looks_at_real_and_made_pictures_alike() -> None:
    both = torch.arange(64)[::THINNED]
    assert int((both < 32).sum()) == int((both >= 32).sum()) == 32 // THINNED


def test_there_is_no_normalisation_and_a_block_begins_as_nothing() -> None:
    family = build("r3gan", {"size": 32}, DataShape())
    assert {type(layer) for layer in family.modules() if not list(layer.children())} == {nn.Conv2d, nn.Linear}
    block = Block(8, 16, 4)
    x_BCHW = torch.randn(2, 8, 4, 4)
    torch.testing.assert_close(block(x_BCHW), x_BCHW)


def test_resampling_keeps_a_constant_and_smooths_the_rest() -> None:
    for up in (True, False):
        resample = Resample(4, 4, up=up)
        with torch.no_grad():
            resample.convert.weight.copy_(torch.eye(4)[:, :, None, None])
        y_BCHW = resample(torch.ones(1, 4, 8, 8))
        assert y_BCHW.shape[-1] == (16 if up else 4)
        torch.testing.assert_close(y_BCHW[:, :, 1:-1, 1:-1], torch.ones_like(y_BCHW[:, :, 1:-1, 1:-1]))
    impulse = torch.zeros(1, 4, 8, 8)
    impulse[..., 4, 4] = 1.0
    torch.testing.assert_close(Resample(4, 4, up=True).kernel[0, 0].sum(), torch.tensor(4.0))


def test_networks_mirror_each_other() -> None:
    family = cast("R3GAN", build("r3gan", {"size": 64}, DataShape()))
    made, seen = (
        sum(p.numel() for p in net.parameters() if p.dim() > 1) for net in (family.generator, family.discriminator)
    )
    assert abs(made - seen) / made < 0.1


def test_few_pictures_are_augmented_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    store = bars_store()
    assert len(store) < FEW
    for augment, limit, expected in (
        ("few", FEW, True),
        ("few", 10, False),
        ("never", FEW, False),
        ("always", 10, True),
    ):
        monkeypatch.setattr("engine.families.adversarial.r3gan.FEW", limit)
        family = r3gan(augment=augment)
        family.prepare(store)
        assert bool(family.discriminator.augments) is expected


def test_augmented_losses_are_finite_and_every_weight_moves() -> None:
    family = r3gan(augment="always", mirror=True)
    family.prepare(bars_store())
    before = {name: p.clone() for name, p in family.named_parameters()}
    learn(family, 3)
    for name, p in family.named_parameters():
        assert torch.isfinite(p).all(), name
        assert not torch.equal(p, before[name]), name
