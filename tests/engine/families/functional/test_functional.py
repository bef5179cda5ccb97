"""Composite functional gradients against their equations, and walks against what was trained."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest
import torch
from torch import Tensor, nn

from engine.families import build
from engine.families.functional.composite import STEPS, Composite
from engine.families.functional.settings import CompositeConfig
from engine.families.functional.xicfg import APPROXIMATION, START, WALK, XICFG
from engine.families.layers.slopes import Scale, clipped, scales
from engine.families.phases import Batch
from engine.opened.checkpoints import load_model, save_model
from engine.training.material import batches
from engine.training.trainer import Trainer
from tests.engine.families.stepping import TINY, ask, points, tiny
from tests.engine.families.test_loop_contract import bars_store
from tests.engine.small import shape_of

CPU = torch.device("cpu")
FIT, LENGTH = 4, 3
"""Steps of an approximation of the tiny xICFG (64 points, batches of 16, one epoch), and of a walk."""


def trainer_of(name: str, **changes: object) -> Trainer:
    store = bars_store()
    values = {**TINY[name], "batch": 16, "steps": 40, **changes}
    family = build(name, values, shape_of(name, store))
    return Trainer(family, batches(family, store), CPU)


def advance(trainer: Trainer, steps: int) -> None:
    for _ in range(steps):
        for _ in trainer.step():
            pass


def walked(family: Composite[CompositeConfig], steps: int, *seeds: int) -> Tensor:
    asked = ask(family, *seeds)
    *_, x_BCHW = family.sample(replace(asked, settings={STEPS: torch.full((len(seeds),), float(steps))}))
    return x_BCHW


@pytest.mark.parametrize("scale", Scale)
def test_a_step_goes_up_the_slope_of_the_discriminator(scale: Scale) -> None:
    """Against finite differences of D, in double precision."""
    family = cast("Composite[CompositeConfig]", tiny("icfg", scale=scale.value, eta=0.7)).double()
    x_BCHW = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2 - 1
    moved_BCHW = family.step_along(x_BCHW, family.discriminator)
    with torch.no_grad():
        score_B = family.discriminator(x_BCHW)
        for row, column in ((0, 0), (3, 5), (7, 7)):
            shifted = x_BCHW.clone()
            shifted[:, :, row, column] += 1e-6
            slope_B = (family.discriminator(shifted) - score_B) / 1e-6
            expected_B = x_BCHW[:, 0, row, column] + 0.7 * scales(score_B, scale) * slope_B
            torch.testing.assert_close(moved_BCHW[:, 0, row, column], expected_B, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("thinned", "step", "dear"), [(1, 5, 1.0), (4, 8, 4.0), (4, 9, 0.0)])
def test_a_calm_judge_pays_for_its_slope(thinned: int, step: int, dear: float) -> None:
    """D(x) = w·x is as steep as |w| everywhere: it pays γ/2 |w|², whichever pictures it is asked between; seldom, so
    much more."""
    found = []
    for gamma in (0.0, 0.3):
        trainer = trainer_of("icfg", penalty=gamma, thinned=thinned, steps=20)
        family = cast("Composite[CompositeConfig]", trainer.family)
        plain = nn.Linear(64, 1)
        nn.init.constant_(plain.weight, 0.25)
        nn.init.zeros_(plain.bias)
        family.discriminator = nn.Sequential(nn.Flatten(), plain, nn.Flatten(0))
        noise = torch.Generator().manual_seed(3)
        batch = Batch(x=torch.zeros(16, 1, 8, 8), generator=noise, step=step, steps=20)
        found.append(float(family.discriminate(batch)["loss"].detach()))
    assert found[1] - found[0] == pytest.approx(dear * 0.5 * 0.3 * 64 * 0.25**2, rel=1e-5, abs=1e-6)


def test_scales_are_those_of_the_two_games() -> None:
    """d/dD of ln(1 - σ(D)) is -σ(D); of ln σ(D), 1 - σ(D)."""
    score_B = torch.linspace(-4, 4, 9, requires_grad=True)
    (minimax_B,) = torch.autograd.grad(torch.log(1 - torch.sigmoid(score_B)).sum(), score_B)
    (logd_B,) = torch.autograd.grad(torch.log(torch.sigmoid(score_B)).sum(), score_B)
    torch.testing.assert_close(scales(score_B, Scale.MINIMAX), -minimax_B)
    torch.testing.assert_close(scales(score_B, Scale.LOGD), logd_B)
    assert torch.equal(scales(score_B, Scale.ONE), torch.ones(9))


def test_the_kullback_divergence_falls_by_eta_times_the_squared_slope() -> None:
    """Theorem 1 in one dimension, where all is known: p* = N(1, 1), p = N(0, 1), D = ln p*/p = x - 1/2, ∇D = 1.

    x + η is N(η, 1), whose divergence is (1 - η)²/2: to first order it falls by η.
    """

    class LogRatio(nn.Module):
        def forward(self, x_BD: Tensor) -> Tensor:
            return (x_BD - 0.5).sum(1)

    eta = 0.01
    family = cast("Composite[CompositeConfig]", tiny("icfg", eta=eta))
    x_BD = torch.randn(5000, 1, generator=torch.Generator().manual_seed(1))
    moved_BD = family.step_along(x_BD, LogRatio())
    before, after = 0.5 * float((1 - x_BD.mean()) ** 2), 0.5 * float((1 - moved_BD.mean()) ** 2)
    assert before - after == pytest.approx(eta * float(1 - x_BD.mean()), rel=0.02)


def test_a_walk_shows_exactly_what_the_pool_went_through() -> None:
    """G_t from the kept discriminators is the pool as it was trained, at every t of a walk."""
    trainer = trainer_of("xicfg")
    family = cast(XICFG, trainer.family)
    advance(trainer, FIT)
    for t in range(1, LENGTH + 1):
        advance(trainer, 1)
        family.eval()
        z_ND = family.carried["pool_z"]
        steps_N = torch.full((len(z_ND),), float(t))
        *_, x_NCHW = family.walk(family.origin(z_ND), steps_N)
        torch.testing.assert_close(x_NCHW, family.carried["pool_x"], atol=1e-5, rtol=0)
        family.train()
    advance(trainer, FIT)
    assert trainer.stage.name == APPROXIMATION
    *_, x_NCHW = family.eval().walk(family.origin(z_ND), steps_N)
    torch.testing.assert_close(x_NCHW, family.carried["pool_x"], atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["cfg", "icfg", "xicfg"])
def test_a_file_walks_as_it_was_trained(name: str, tmp_path: Path) -> None:
    trainer = trainer_of(name, steps=20)
    advance(trainer, 7)
    path = tmp_path / "model.safetensors"
    save_model(path, trainer.average, name="tiny", stage=trainer.stage)
    loaded = cast("Composite[CompositeConfig]", load_model(path).family)
    kept = int(loaded.kept_steps)
    assert kept == {"cfg": 1, "icfg": 7, "xicfg": 3}[name]
    one, other = cast("Composite[CompositeConfig]", trainer.average), loaded
    seen = [walked(other, t, 1, 2) for t in range(kept + 2)]
    for t, x_BCHW in enumerate(seen):
        torch.testing.assert_close(x_BCHW, walked(one, t, 1, 2), atol=1e-5, rtol=0)
    assert all(not torch.equal(here, there) for here, there in pairwise(seen[:-1]))
    assert torch.equal(seen[-1], seen[-2]), "there are no more steps than were kept"


def test_each_picture_walks_as_far_as_it_is_asked_to() -> None:
    trainer = trainer_of("xicfg")
    advance(trainer, FIT + LENGTH)
    family = cast(XICFG, trainer.average)
    asked = ask(family, 1, 2, 3)
    *_, x_BCHW = family.sample(replace(asked, settings={STEPS: torch.tensor([0.0, 2.0, 3.0])}))
    for place, (seed, steps) in enumerate(((1, 0), (2, 2), (3, 3))):
        torch.testing.assert_close(x_BCHW[place : place + 1], walked(family, steps, seed), atol=1e-5, rtol=0)
    z_BD = points(family, 1)
    assert z_BD is not None
    torch.testing.assert_close(walked(family, 0, 1), family.decode(z_BD))


def test_stages_take_turns_and_the_approximator_begins_anew() -> None:
    family = cast(XICFG, tiny("xicfg", batch=16))
    names = [family.stage(step).name for step in range(FIT + 2 * (LENGTH + FIT))]
    assert names == [START] * FIT + ([WALK] * LENGTH + [APPROXIMATION] * FIT) * 2
    assert family.stage(FIT + LENGTH).fresh == {"approximator"}
    assert family.stage(FIT).fresh == frozenset(), "one optimiser for the discriminator"


def test_the_start_is_a_clipped_linear_map() -> None:
    trainer = trainer_of("xicfg")
    advance(trainer, 1)
    pool = trainer.family.carried["pool_x"]
    assert pool.min() == -1.0
    assert pool.max() == 1.0
    weight = torch.full((3, 1, 2, 2), 0.5)
    assert torch.equal(clipped(torch.ones(1, 3), weight), torch.ones(1, 1, 2, 2))
    assert torch.equal(clipped(0.2 * torch.ones(1, 3), weight).round(decimals=5), torch.full((1, 1, 2, 2), 0.3))


@pytest.mark.parametrize("step", [2, FIT, FIT + 1, FIT + LENGTH, FIT + LENGTH + 2, 2 * FIT + LENGTH])
def test_resumed_inside_and_at_the_seams_of_stages_it_is_the_same_run(step: int) -> None:
    whole, first, second = trainer_of("xicfg"), trainer_of("xicfg"), trainer_of("xicfg")
    advance(whole, 16)
    advance(first, step)
    second.restore(first.state(), first.counts)
    advance(second, 16 - step)
    one, other = whole.state(), second.state()
    assert one.keys() == other.keys()
    assert all(torch.equal(value, other[key]) for key, value in one.items())
    assert whole.counts == second.counts
    assert whole.images == 6 * 16, "only walks look at pictures"


def test_a_walk_that_is_over_is_said_before_it_begins() -> None:
    with pytest.raises(Exception, match="the walk is over"):
        tiny("icfg", steps=21)


# ---------------------------------------------------------------- when it is over


def silent(family: XICFG, errors: list[float]) -> None:
    """The approximator learns nothing, and its epochs have the errors that are given."""
    left = iter(errors)

    def approximate(batch: Batch) -> dict[str, Tensor]:
        loss = sum(p.sum() for p in family.generator.parameters()) * 0.0
        batch.shared["error"] = torch.tensor(next(left))
        return {"loss": loss, "unlike": loss.detach()}

    family._approximate = approximate  # type: ignore[method-assign, assignment]


def rates(trainer: Trainer, steps: int) -> list[float]:
    """The approximator's rate at each of the next steps."""
    found = []
    for _ in range(steps):
        advance(trainer, 1)
        found.append(trainer.movers[1].optimiser.param_groups[0]["lr"])
    return found


def made_so(errors: list[float], **changes: object) -> Trainer:
    """One step an epoch (64 points in a batch), nine epochs an approximation."""
    store = bars_store()
    values = {**TINY["xicfg"], "batch": 64, "epochs": 9, "steps": 60, "cooldown": 0.0, **changes}
    family = cast(XICFG, build("xicfg", values, shape_of("xicfg", store)))
    silent(family, errors)
    return Trainer(family, batches(family, store), CPU)


def test_an_approximation_that_gets_worse_slows_down_and_then_ends() -> None:
    """Its error rises at the 2nd, 4th and 5th epoch, each time a tenth of the rate; at the 7th the next walk begins."""
    errors = [5.0, 6.0, 3.0, 4.0, 4.5, 2.0, 2.5]
    trainer = made_so([*errors, *range(9, 0, -1)])
    family = cast(XICFG, trainer.family)
    rate = family.config.rate
    assert rates(trainer, 7) == pytest.approx(
        [rate, rate, 0.1 * rate, 0.1 * rate, 0.01 * rate, 0.001 * rate, 0.001 * rate]
    )
    advance(trainer, 1)
    assert (trainer.stage.name, trainer.stage.began) == (WALK, 7)
    advance(trainer, LENGTH)
    assert (trainer.stage.name, trainer.stage.began) == (APPROXIMATION, 7 + LENGTH)
    found = rates(trainer, 8)
    assert found == pytest.approx([rate] * 8), "the next one begins at its own rate, and goes to its end"
    advance(trainer, 1)
    assert (trainer.stage.name, trainer.stage.began) == (WALK, 7 + LENGTH + 9)


def test_resumed_after_an_approximation_that_ended_early_it_is_the_same_run() -> None:
    errors = [5.0, 6.0, 3.0, 4.0, 4.5, 2.0, 2.5, *[1.0] * 40]
    whole = made_so(errors)
    advance(whole, 20)
    for step in (3, 7, 8):
        first, second = made_so(errors), made_so(errors[step:] if step < 7 else errors[7:])
        advance(first, step)
        second.restore(first.state(), first.counts)
        advance(second, 20 - step)
        one, other = whole.state(), second.state()
        assert one.keys() == other.keys()
        assert all(torch.equal(value, other[key]) for key, value in one.items()), step


def test_a_checkpoint_from_before_there_were_such_rules_goes_on() -> None:
    first, second = trainer_of("xicfg"), trainer_of("xicfg")
    advance(first, FIT + 1)
    kept = {"carried.pool_x", "carried.pool_z"}
    old = {name: value for name, value in first.state().items() if not name.startswith("carried.") or name in kept}
    second.restore(old, first.counts)
    advance(second, LENGTH + FIT - 1)
    assert second.stage.name == APPROXIMATION


def test_a_run_is_over_when_the_judge_leads_by_far_after_ten_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.families.functional.xicfg.LEAD_LIMIT", -1e9)
    trainer = trainer_of("xicfg", steps=200)
    walks = FIT + 10 * (LENGTH + FIT) + LENGTH
    advance(trainer, walks - 1)
    assert not trainer.over()
    advance(trainer, 1)
    assert trainer.over().startswith("The judging network is sure of every picture")
    second = trainer_of("xicfg", steps=200)
    second.restore(trainer.state(), trainer.counts)
    assert second.over() == trainer.over()
    monkeypatch.undo()
    plain = trainer_of("xicfg", steps=200)
    advance(plain, walks)
    assert not plain.over()
