"""The games of probabilities: their losses, what is left of the generator's gradient, k steps, hinge."""

from __future__ import annotations

from typing import Any, cast

import pytest
import torch

from engine.families import build
from engine.families.adversarial.game import Game
from engine.families.base import DataShape
from tests.engine.families.adversarial.rings import HILLS, found, of_points, played
from tests.engine.families.stepping import bars_batch, learn, tiny


def game(name: str, **changes: object) -> Game[Any]:
    return cast("Game[Any]", tiny(name, **changes))


def test_both_losses_are_those_of_the_paper() -> None:
    """With D the sigmoid of the logit."""
    real_B, made_B = torch.randn(2, 9, generator=torch.Generator().manual_seed(0))
    d_real, d_made = torch.sigmoid(real_B), torch.sigmoid(made_B)
    expected = -(torch.log(d_real).mean() + torch.log(1.0 - d_made).mean())
    for name in ("gan0", "gan1"):
        torch.testing.assert_close(game(name).discriminator_loss(real_B, made_B), expected)
    torch.testing.assert_close(game("gan0").generator_loss(made_B), torch.log(1.0 - d_made).mean())
    torch.testing.assert_close(game("gan1").generator_loss(made_B), -torch.log(d_made).mean())


@pytest.mark.parametrize(("name", "scale"), [("gan0", "minimax_scale"), ("gan1", "logd_scale")])
def test_the_scale_shown_is_that_of_the_generators_gradient(name: str, scale: str) -> None:
    """1 / (1 + e^-l) for the minimax game, 1 / (1 + e^l) with the log D trick: the slope of its loss in the logit."""
    made_B = torch.linspace(-6.0, 6.0, 7, requires_grad=True)
    family = game(name)
    (slope_B,) = torch.autograd.grad(family.generator_loss(made_B) * len(made_B), made_B)
    logit_B = made_B.detach()
    sign = -1.0 if name == "gan0" else 1.0
    torch.testing.assert_close(-slope_B, 1.0 / (1.0 + torch.exp(sign * logit_B)))
    for logit in logit_B:
        seen = family.watched(torch.zeros(1), logit[None])
        assert float(seen[scale]) == pytest.approx(float(1.0 / (1.0 + torch.exp(sign * logit))))
        assert float(seen["minimax_scale"] + seen["logd_scale"]) == pytest.approx(1.0)


def test_where_the_discriminator_wins_only_the_log_d_trick_still_pulls() -> None:
    seen = game("gan0").watched(torch.full((4,), 8.0), torch.full((4,), -8.0))
    assert float(seen["minimax_scale"]) < 0.001
    assert float(seen["logd_scale"]) > 0.999
    assert float(seen["told"]) > 0.999


def test_hinge_is_content_with_a_margin() -> None:
    family = game("gan1", loss="hinge")
    real_B, made_B = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 1.0])
    assert float(family.discriminator_loss(real_B, made_B)) == pytest.approx(0.25 + 1.0)
    assert float(family.generator_loss(made_B)) == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["gan0", "gan1"])
def test_all_hills_of_a_ring_are_found(name: str) -> None:
    family = of_points(build(name, {"size": 8, "latent": 2, "rate": 2e-3}, DataShape()))  # type: ignore[arg-type]
    trainer = played(family, 600)
    hills, share = found(cast("Game[Any]", trainer.average))
    assert hills == HILLS
    assert share > 0.9


def test_discriminator_steps_are_repeats_and_each_draws_anew() -> None:
    one, three = game("gan1"), game("gan1", d_steps=3)
    assert [phase.repeats for phase in three.phases()] == [3, 1]
    batch = bars_batch(0, 1)
    one.phases()[0].loss(batch)
    assert "made" in batch.shared, "the generator's step goes on from here"
    batch = bars_batch(0, 1)
    three.phases()[0].loss(batch)
    assert "made" not in batch.shared
    before = {name: p.clone() for name, p in three.named_parameters()}
    learn(three, 2)
    assert all(not torch.equal(p, before[name]) for name, p in three.named_parameters() if p.dim() > 1)
