"""Critics that measure a distance: held by clipping or by a penalty, both checked; and least squares."""

from __future__ import annotations

from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from engine.families import build
from engine.families.adversarial.game import Game
from engine.families.base import DataShape
from engine.families.layers.slopes import lines, slope
from tests.engine.families.adversarial.rings import HILLS, found, of_points, played
from tests.engine.families.stepping import bars_batch, learn, tiny


def game(name: str, **changes: object) -> Game[Any]:
    return cast("Game[Any]", tiny(name, **changes))


# ---------------------------------------------------------------- clipping


def test_after_each_step_no_weight_of_the_critic_is_larger_than_the_clip() -> None:
    family = game("wgan", clip=0.03, size=16)
    learn(family, 3)
    weights = [p.detach() for p in family.discriminator.parameters()]
    assert max(float(w.abs().max()) for w in weights) <= 0.03 + 1e-9
    assert any(float(w.abs().max()) > 0.02 for w in weights)
    assert max(float(p.abs().max()) for p in family.generator.parameters()) > 0.03, "the generator is not clipped"


def test_a_clipped_linear_critic_measures_a_known_distance() -> None:
    """max over weights in [-c, c] of E f(x) - E f(y) for linear f is c |m_x - m_y|_1."""
    family = game("wgan", clip=0.05, rate=1e-2)
    weight = nn.Linear(3, 1, bias=False)
    family.discriminator = weight
    x, y = torch.randn(2, 64, 3, generator=torch.Generator().manual_seed(0))
    x = x + torch.tensor([1.0, -2.0, 0.5])
    optimiser = torch.optim.RMSprop(weight.parameters(), lr=1e-2)
    for _ in range(30):
        loss = family.discriminator_loss(weight(x).flatten(), weight(y).flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            family.after_discriminator(bars_batch(0, 1))
    seen = family.watched(weight(x).flatten().detach(), weight(y).flatten().detach())
    assert float(seen["distance"]) == pytest.approx(0.05 * float((x.mean(0) - y.mean(0)).abs().sum()), rel=1e-4)
    assert float(seen["at_the_wall"]) == 1.0


# ---------------------------------------------------------------- gradient penalty


def test_the_slope_agrees_with_finite_differences() -> None:
    family = game("wgan-gp").double()
    noise = torch.Generator().manual_seed(2)
    x_BCHW = torch.randn(2, 1, 8, 8, generator=noise, dtype=torch.float64)
    step, squared_B = 1e-6, torch.zeros(2, dtype=torch.float64)
    with torch.no_grad():
        for place in range(64):
            away = torch.zeros(64, dtype=torch.float64)
            away[place] = step
            away_CHW = away.view(1, 8, 8)
            up_B, down_B = family.discriminator(x_BCHW + away_CHW), family.discriminator(x_BCHW - away_CHW)
            squared_B += ((up_B - down_B) / (2.0 * step)).square()
    torch.testing.assert_close(slope(family.discriminator, x_BCHW).detach(), squared_B.sqrt(), rtol=1e-5, atol=1e-8)


def test_the_penaltys_own_gradient_agrees_with_finite_differences() -> None:
    """The second derivatives, through which the critic learns to be smooth; of a smooth network."""
    family = game("wgan-gp", net="connected", penalty=10.0).double()
    body = family.discriminator.body
    assert isinstance(body, nn.Module)
    layers = body.layers
    assert isinstance(layers, nn.Sequential)
    layers[1], layers[3] = nn.Softplus(), nn.Softplus()
    noise = torch.Generator().manual_seed(2)
    x, made = torch.randn(2, 4, 1, 8, 8, generator=noise, dtype=torch.float64)
    weight = layers[2].weight
    assert isinstance(weight, Tensor)

    def penalty() -> Tensor:
        found = family.penalty(x, made, None, torch.Generator().manual_seed(7))
        assert found is not None
        return found

    (grad,) = torch.autograd.grad(penalty(), weight)
    for place in ((0, 0), (3, 5), (10, 1)):
        step = 1e-5
        with torch.no_grad():
            weight[place] += step
        up = float(penalty().detach())
        with torch.no_grad():
            weight[place] -= 2.0 * step
        down = float(penalty().detach())
        with torch.no_grad():
            weight[place] += step
        assert float(grad[place]) == pytest.approx((up - down) / (2.0 * step), rel=1e-4, abs=1e-8)


def test_the_penalty_of_a_plane_is_known_and_of_slope_one_is_none() -> None:
    family = game("wgan-gp", penalty=10.0)
    x, made = torch.randn(2, 6, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    noise = torch.Generator().manual_seed(1)
    for length in (1.0, 3.0):
        w_CHW = torch.full((1, 8, 8), length / 8.0)
        family.discriminator.forward = lambda x, y=None, w=w_CHW: (x * w).sum((1, 2, 3))  # type: ignore[method-assign]
        penalty = family.penalty(x, made, None, noise)
        assert penalty is not None
        assert float(penalty) == pytest.approx(10.0 * (length - 1.0) ** 2, abs=1e-4)


def test_between_pictures_are_points_of_their_line() -> None:
    x, made = torch.randn(2, 9, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    between = lines(x, made, torch.Generator().manual_seed(1))
    share = ((between - made) / (x - made)).flatten(1)
    assert float(share.std(1).max()) < 1e-3
    assert float(share.min()) >= 0.0
    assert float(share.max()) <= 1.0
    assert float(share.mean(1).std()) > 0.1


def test_the_penalised_critic_has_no_batch_norm() -> None:
    """One picture's score must not depend on its neighbours."""
    family = game("wgan-gp").train()
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in family.discriminator.modules())
    x_BCHW = bars_batch(0, 1).x
    torch.testing.assert_close(family.discriminator(x_BCHW)[:2], family.discriminator(x_BCHW[:2]))


def test_a_thinned_penalty_looks_at_some_of_the_pictures() -> None:
    family = game("wgan-gp", thinned=4)
    seen: list[int] = []
    family.discriminator.register_forward_pre_hook(lambda _module, inputs: seen.append(len(inputs[0])))
    family.phases()[0].loss(bars_batch(0, 1))
    assert seen == [16, 16, 4]


# ---------------------------------------------------------------- least squares, and all on a ring


@pytest.mark.parametrize(("codes", "a", "b"), [("zero-one", 0.0, 1.0), ("pearson", -1.0, 1.0)])
def test_least_squares_have_their_best_discriminator_where_the_paper_says(codes: str, a: float, b: float) -> None:
    """D*(x) = (b p + a q) / (p + q)  (Mao et al. 2017, eq. 3), where p = 3 q."""
    family = game("lsgan", codes=codes)
    score = torch.tensor(0.0, requires_grad=True)
    optimiser = torch.optim.SGD([score], lr=0.5)
    for _ in range(60):
        made_B = torch.cat((score[None], torch.full((2,), a)))  # a third of the drawn pictures lies here
        optimiser.zero_grad()
        family.discriminator_loss(score.expand(3), made_B).backward()
        optimiser.step()
    assert float(score.detach()) == pytest.approx((3.0 * b + a) / 4.0, abs=1e-4)


def test_the_generator_aims_at_its_code() -> None:
    assert float(game("lsgan").generator_loss(torch.ones(3))) == 0.0
    assert float(game("lsgan", codes="pearson").generator_loss(torch.zeros(3))) == 0.0


@pytest.mark.parametrize(
    ("name", "settings", "steps"),
    [
        ("lsgan", {}, 600),
        ("wgan", {"d_steps": 3, "clip": 0.1}, 300),
        ("wgan-gp", {"d_steps": 3, "penalty": 1.0}, 250),
    ],
)
def test_all_hills_of_a_ring_are_found(name: str, settings: dict[str, float], steps: int) -> None:
    family = of_points(build(name, {"size": 8, "latent": 2, "rate": 2e-3, **settings}, DataShape()))  # type: ignore[arg-type]
    trainer = played(family, steps)
    hills, share = found(cast("Game[Any]", trainer.average))
    assert hills == HILLS
    assert share > 0.8
