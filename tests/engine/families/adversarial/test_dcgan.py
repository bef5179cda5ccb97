"""The DCGAN against its five guidelines and its two losses."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.families import build
from engine.families.adversarial.dcgan import DCGAN
from engine.families.base import DataShape
from engine.families.layers.blocks import UpConv
from engine.families.layers.moving import augmented
from tests.engine.families.adversarial.rings import HILLS, found, net, played
from tests.engine.families.stepping import bars_batch, learn, tiny


def test_guidelines() -> None:
    family = build("dcgan", {"size": 32}, DataShape())
    assert isinstance(family, DCGAN)
    g, d = list(family.generator.layers), list(family.discriminator.layers)
    kinds = {type(layer) for layer in (*g, *d)}
    assert not kinds & {nn.Linear, nn.MaxPool2d, nn.AvgPool2d}, (
        "strided convolutions, no pooling, nothing fully connected"
    )
    assert isinstance(g[-1], nn.Tanh)
    assert {type(layer) for layer in g[:-1]} == {nn.ConvTranspose2d, UpConv, nn.BatchNorm2d, nn.ReLU}
    assert {type(layer) for layer in d} == {nn.Conv2d, nn.BatchNorm2d, nn.LeakyReLU}
    assert all(isinstance(layer, nn.BatchNorm2d) for layer in g[1:-2:3]), "batch norm after all but the last"
    assert isinstance(d[1], nn.LeakyReLU), "none after the discriminator's first"


@pytest.mark.parametrize("loss", ["logd", "minimax"])
def test_generator_losses(loss: str) -> None:
    family = tiny("dcgan", loss=loss)
    assert isinstance(family, DCGAN)
    batch = bars_batch(0, 1)
    noise = torch.randn((16, 4), generator=torch.Generator().manual_seed(1000))
    with torch.no_grad():
        p = torch.sigmoid(family.discriminator(family.generator(noise)))
    expected = -torch.log(p).mean() if loss == "logd" else torch.log(1 - p).mean()
    torch.testing.assert_close(family.phases()[1].loss(batch)["loss"].detach(), expected, rtol=1e-4, atol=1e-5)


def test_each_phase_moves_its_own_network() -> None:
    family = tiny("dcgan")
    before = {name: p.clone() for name, p in family.named_parameters()}
    learn(family, 1)
    assert all(not torch.equal(p, before[name]) for name, p in family.named_parameters() if p.dim() > 1)
    discriminator, generator = family.phases()
    assert discriminator.modules == (family.discriminator,)
    assert generator.modules == (family.generator,)


def test_discriminator_steps_are_repeats() -> None:
    assert tiny("dcgan", d_steps=3).phases()[0].repeats == 3


def test_r1_and_augmentation_have_gradients() -> None:
    family = tiny("dcgan", r1=1.0, augment=True, smoothing=0.1)
    history = learn(family, 2)
    assert all(torch.isfinite(p).all() for p in family.parameters())
    assert history


def test_with_r1_the_loss_that_is_shown_is_the_one_without_the_penalty() -> None:
    """The loop once put the penalised loss in its place, since it is called like the phase's own."""
    plain, penalised = (learn(tiny("dcgan", r1=r1), 1)[0] for r1 in (0.0, 50.0))
    assert penalised["discriminator_loss"] == pytest.approx(plain["discriminator_loss"], rel=1e-6)


def test_augmentation_only_shifts_and_shades() -> None:
    x = torch.zeros(8, 1, 16, 16)
    x[:, :, 8, 8] = 1.0
    y = augmented(x, torch.Generator().manual_seed(0))
    assert y.shape == x.shape
    for picture in y[:, 0]:
        row, column = divmod(int(picture.argmax()), 16)
        assert abs(row - 8) <= 2
        assert abs(column - 8) <= 2
    assert torch.equal(y, augmented(x, torch.Generator().manual_seed(0)))


def test_all_hills_of_a_ring_are_found() -> None:
    family = build("dcgan", {"size": 8, "latent": 2, "rate": 2e-3}, DataShape())
    assert isinstance(family, DCGAN)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        family.generator, family.discriminator = net(2, 2), nn.Sequential(net(2, 1), nn.Flatten(0))
    hills, share = found(played(family, 600).average)
    assert hills == HILLS
    assert share > 0.8
