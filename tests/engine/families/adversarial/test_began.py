"""The boundary equilibrium: its balance, its measure, what is carried."""

from __future__ import annotations

from typing import cast

import pytest
import torch

from engine.disk.files import BadConfig
from engine.families import build
from engine.families.adversarial.began import BEGAN, Copier
from engine.families.base import DataShape
from engine.families.latent import Prior
from tests.engine.families.adversarial.rings import CLASSES, HILLS, found, net, played
from tests.engine.families.stepping import SHAPE, bars_batch, learn, tiny
from tests.engine.families.test_loop_contract import advance, fresh


def began(**changes: object) -> BEGAN:
    return cast("BEGAN", tiny("began", **changes))


def test_losses_and_measure_are_those_of_the_paper() -> None:
    family = began(gamma=0.5)
    family.carried["k"] = torch.tensor(0.3)
    real_B, made_B = torch.tensor([0.4, 0.6]), torch.tensor([0.1, 0.2])
    assert float(family.discriminator_loss(real_B, made_B)) == pytest.approx(0.5 - 0.3 * 0.15)
    assert float(family.generator_loss(made_B)) == pytest.approx(0.15)
    assert float(family.watched(real_B, made_B)["measure"]) == pytest.approx(0.5 + abs(0.5 * 0.5 - 0.15))


@pytest.mark.parametrize(("real", "made", "expected"), [(0.4, 0.1, 0.52), (0.4, 0.9, 0.44), (0.4, 30.0, 0.0)])
def test_k_answers_to_a_lost_balance_within_its_bounds(real: float, made: float, expected: float) -> None:
    family = began(gamma=0.75, pace=0.1)
    family.carried["k"] = torch.tensor(0.5)
    batch = bars_batch(0, 1)
    batch.shared["scores"] = torch.tensor([real]), torch.tensor([made])
    family.after_discriminator(batch)
    assert float(family.carried["k"]) == pytest.approx(expected, abs=1e-6)


def test_k_is_part_of_a_checkpoint() -> None:
    trainer, other = fresh("began"), fresh("began")
    trainer.family.config = other.family.config = type(trainer.family.config).build(
        {**trainer.family.config.as_dict(), "pace": 0.5}
    )
    advance(trainer, 3)
    assert float(trainer.family.carried["k"]) > 0.0
    other.restore(trainer.state(), trainer.counts)
    assert torch.equal(other.family.carried["k"], trainer.family.carried["k"])
    advance(trainer, 1)
    advance(other, 1)
    assert torch.equal(other.family.carried["k"], trainer.family.carried["k"])


def test_the_copiers_score_is_its_error_per_pixel() -> None:
    family = began()
    x_BCHW = bars_batch(0, 1).x
    copy_BCHW = family.discriminator.decoder(family.discriminator.encoder(x_BCHW))  # type: ignore[operator]
    torch.testing.assert_close(family.discriminator(x_BCHW), (x_BCHW - copy_BCHW).abs().mean((1, 2, 3)))


def test_points_are_uniform_in_training_and_after() -> None:
    family = began()
    z_BD = family._points(bars_batch(0, 1, count=500))
    assert -1.0 <= float(z_BD.min()) < -0.98
    assert 0.98 < float(z_BD.max()) <= 1.0
    assert family.latent.prior is Prior.UNIFORM


@pytest.mark.parametrize("net", ["convolutional", "connected"])
def test_classes_are_told_beside_the_code(net: str) -> None:
    family = began(net=net, classes="concatenation")
    learn(family, 2)
    assert all(torch.isfinite(p).all() for p in family.parameters())
    with pytest.raises(BadConfig, match="choose concatenation"):
        build("began", {"classes": "projection"}, SHAPE)
    assert not build("began", {}, DataShape()).conditions


def test_pictures_that_are_all_alike_cost_what_is_asked_and_different_ones_nothing() -> None:
    """Codes along one direction have a mean squared cosine of 1, those at right angles of 0."""
    family = began(apart=0.2)
    codes = {1: torch.tensor([[1.0, 0.0], [3.0, 0.0], [-2.0, 0.0]]), 2: torch.eye(3)[:, :3]}
    for which, expected in ((1, 0.2), (2, 0.0)):
        family.discriminator.encoder.forward = lambda x, which=which: codes[which]  # type: ignore[union-attr, method-assign]
        alike = family.keeping_apart(torch.zeros(3, 1, 8, 8))
        assert alike is not None
        assert float(alike) == pytest.approx(expected, abs=1e-6)
    assert began().keeping_apart(torch.zeros(3, 1, 8, 8)) is None


def test_told_of_classes_it_finds_all_hills_of_a_ring() -> None:
    """By itself it finds some of them: what is copied well is not left, and nothing asks how often it is drawn."""
    settings = {"size": 8, "latent": 1, "rate": 2e-3, "gamma": 0.7, "pace": 0.01, "classes": "concatenation"}
    family = cast("BEGAN", build("began", settings, DataShape(classes=CLASSES)))  # type: ignore[arg-type]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        family.generator = net(1 + HILLS, 2)
        family.discriminator = Copier(net(2, 1), net(1 + HILLS, 2))
    hills, share = found(played(family, 600).average)
    assert hills >= HILLS - 1
    assert share > 0.8
