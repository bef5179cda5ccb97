"""R3GAN against its equations and its network's rules."""

from __future__ import annotations

import math
from typing import cast

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.datasets.batches import StoreBatches
from engine.disk.files import BadConfig
from engine.families import build, settings
from engine.families.adversarial.r3gan import R3GAN
from engine.families.adversarial.relativistic import THINNED, discriminator_loss, generator_loss, squared_slope
from engine.families.base import DataShape
from engine.families.layers.unnormalised import Block, Discriminator, Generator, Resample
from engine.training.trainer import Trainer
from tests.engine.families.stepping import bars_batch, learn, tiny
from tests.engine.families.test_loop_contract import bars_store


class Plane(Discriminator):
    """A discriminator whose logit is a dot product, so that its slope is known."""

    def __init__(self, weight_CHW: Tensor) -> None:
        super().__init__(8, 1, 4, 1)
        self.register_buffer("augments", torch.tensor(False))
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
    for step, share in ((0, 1.0), (50, 0.55), (100, 0.1)):
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


def plain(channels: int, *, up: bool) -> Resample:
    """Resampling alone: channels stay what they are."""
    resample = Resample(channels, channels, up=up)
    with torch.no_grad():
        resample.convert.weight.copy_(torch.eye(channels)[:, :, None, None])
    return resample


def test_resampling_is_bilinear_also_at_the_edges() -> None:
    x_BCHW = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    larger = F.interpolate(x_BCHW, scale_factor=2.0, mode="bilinear", align_corners=False)
    torch.testing.assert_close(plain(4, up=True)(x_BCHW), larger)
    smaller_BCHW = plain(4, up=False)(x_BCHW)
    inner = F.interpolate(x_BCHW, scale_factor=0.5, mode="bilinear", align_corners=False, antialias=True)
    torch.testing.assert_close(smaller_BCHW[:, :, 1:-1, 1:-1], inner[:, :, 1:-1, 1:-1])
    for up in (True, False):
        torch.testing.assert_close(plain(4, up=up)(torch.ones(1, 4, 8, 8)).unique(), torch.ones(1))


def energies(x_BCHW: Tensor) -> list[float]:
    """How much each of the four neighbours varies, away from the edges, in units of their mean."""
    inner = x_BCHW[:, :, 4:-4, 4:-4]
    four = torch.stack([inner[:, :, i::2, j::2].square().mean() for i in (0, 1) for j in (0, 1)])
    return [float(share) for share in (four / four.mean()).detach()]


def test_resampling_shows_no_grid() -> None:
    """With the filter [1, 2, 1] every second pixel of noise varies four times as much as the one diagonal to it, and
    is told four times as much by a discriminator: a grid that no picture has."""
    noise = torch.Generator().manual_seed(0)
    up_BCHW = plain(8, up=True)(torch.randn(16, 8, 32, 32, generator=noise))
    assert energies(up_BCHW) == pytest.approx([1.0] * 4, abs=0.05)
    x_BCHW = torch.randn(16, 8, 64, 64, generator=noise).requires_grad_()
    (plain(8, up=False)(x_BCHW) * torch.randn(16, 8, 32, 32, generator=noise)).sum().backward()
    assert x_BCHW.grad is not None
    assert energies(x_BCHW.grad) == pytest.approx([1.0] * 4, abs=0.05)


def test_a_generator_with_any_blocks_has_no_peak_where_pixels_alternate() -> None:
    """Blocks that add something, at random, so that what they make of noise is seen in the picture's spectrum."""
    torch.manual_seed(0)
    generator = Generator(32, 3, 16, 1, 16)
    for block in (layer for layer in generator.modules() if isinstance(layer, Block)):
        nn.init.normal_(block.narrow.weight, 0.0, block.narrow.weight.shape[1] ** -0.5)
    with torch.no_grad():
        x_BCHW = generator(torch.randn(64, 16))[:, :, 4:-4, 4:-4]
    lines_BCHW = (x_BCHW - x_BCHW.mean((2, 3), keepdim=True)) * torch.hann_window(24)[:, None] * torch.hann_window(24)
    power_HW = torch.fft.fft2(lines_BCHW).abs().square().mean((0, 1))
    for line in (power_HW.mean(1), power_HW.mean(0)):
        by_octave = line[:13]
        assert float(by_octave[12]) < 1.2 * float(by_octave[10]), "two pixels repeat no more than nearby lengths do"
        assert float(by_octave[6]) < 1.2 * float(by_octave[4]), "nor do four"


def test_networks_mirror_each_other() -> None:
    family = cast("R3GAN", build("r3gan", {"size": 64}, DataShape()))
    made, seen = (
        sum(p.numel() for p in net.parameters() if p.dim() > 1) for net in (family.generator, family.discriminator)
    )
    assert abs(made - seen) / made < 0.1


def test_few_pictures_are_augmented_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    store = bars_store()
    many = len(store) + 1
    for augment, few, expected in (
        ("few", many, True),
        ("few", many - 1, False),
        ("never", many, False),
        ("always", 0, True),
    ):
        monkeypatch.setattr(settings, "FEW_PICTURES", few)
        family = r3gan(augment=augment)
        family.prepare(store)
        assert bool(family.discriminator.get_buffer("augments")) is expected


def test_augmented_losses_are_finite_and_every_weight_moves() -> None:
    family = r3gan(augment="always", mirror=True)
    family.prepare(bars_store())
    before = {name: p.clone() for name, p in family.named_parameters()}
    learn(family, 3)
    for name, p in family.named_parameters():
        assert torch.isfinite(p).all(), name
        assert not torch.equal(p, before[name]), name


def decoder(**changes: object) -> R3GAN:
    return r3gan(net="halving", depth=0, **changes)


def test_a_decoder_normalises_nothing_also_while_it_learns() -> None:
    """A point's picture is its own: batch norms would make it depend on the others of the batch."""
    family = decoder()
    learn(family, 6)
    family.train()
    z_BD = torch.randn(4, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(family.draw(z_BD)[:1], family.draw(z_BD[:1]))
    norms = [layer for layer in family.modules() if isinstance(layer, nn.BatchNorm2d)]
    assert norms
    for norm in norms:
        assert norm.running_mean is not None
        assert not norm.running_mean.any()


def test_before_a_decoder_plays_the_discriminator_looks_alone() -> None:
    family = decoder(steps=60)
    trainer = Trainer(family, StoreBatches(store=bars_store()), torch.device("cpu"))

    def moved(steps: int) -> set[str]:
        before = {name: value.clone() for name, value in family.named_parameters()}
        for _ in range(steps):
            for _ in trainer.step():
                pass
        return {name.split(".")[0] for name, value in family.named_parameters() if not torch.equal(value, before[name])}

    assert moved(6) == {"discriminator"}
    assert moved(1) == {"discriminator", "decoder", "fine"}
    assert family.stage(10**6).name == "game"
    assert r3gan().stage(0) == r3gan().stage(10**6), "the paper's network plays from the first step on"


def test_the_paper_has_blocks_at_each_size() -> None:
    with pytest.raises(BadConfig, match="at least 1"):
        r3gan(depth=0)


def test_a_judge_may_be_wider_than_what_draws() -> None:
    narrow, wide = (sum(p.numel() for p in r3gan(d_width=width).discriminator.parameters()) for width in (0, 16))
    assert wide > 2 * narrow
    assert narrow == sum(p.numel() for p in r3gan(d_width=8).discriminator.parameters())
