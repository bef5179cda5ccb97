"""Likelihoods of decoders: annealing and the weighted bound against an integral over all points."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from app.store.judged.table import table_of
from engine.commands.console import main
from engine.datasets.batches import batch, evenly
from engine.datasets.store import Split
from engine.disk.runs import RunFolder
from engine.evaluation import likelihoods
from engine.evaluation.likelihoods import (
    SIGMA,
    annealed_likelihood,
    annealing_gap,
    law_of,
    weighted_bound,
    why_no_bound,
    why_not_annealed,
)
from engine.evaluation.scores import METRICS, evaluate
from engine.evaluation.several import measured_once
from engine.families.layers.likelihoods import LEVEL, Law, Pixels
from engine.machine.seeds import generator
from engine.machine.work import finished
from engine.opened.checkpoints import load_model
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.answers import Evaluating, Event
from engine.protocol.scoring import ModelScored
from engine.training.loop import Job, train
from tests.engine.evaluation.several_models import CPU, picture_folder
from tests.engine.small import SMALL, bars, drained

N = 4


def trained(run: Path, family: str, **more: object) -> OpenedModel:
    values = {**SMALL[family], "latent": 2, "steps": 60, **more}
    drained(train(Job(run=run, name=family, family=family, values=values, data="bars"), bars(), device=CPU))
    return open_model_file(str(RunFolder(run).model), CPU)


@pytest.fixture(scope="module")
def vae(tmp_path_factory: pytest.TempPathFactory) -> OpenedModel:
    return trained(tmp_path_factory.mktemp("runs") / "vae", "vae")


@pytest.fixture(scope="module")
def gan(tmp_path_factory: pytest.TempPathFactory) -> OpenedModel:
    return trained(tmp_path_factory.mktemp("runs") / "gan", "dcgan", steps=4)


def integrated(opened: OpenedModel, x_BCHW: Tensor, number: int) -> Tensor:
    """log ∫ p(x | z) p(z) dz over a fine grid of the plane."""
    side = torch.linspace(-5.0, 5.0, 201)
    z_GD = torch.cartesian_prod(side, side)
    family = load_model(opened.model.path).family
    log_prior_G = -0.5 * z_GD.square().sum(1) - math.log(2.0 * math.pi)
    cell = 2.0 * math.log(float(side[1] - side[0]))
    found = []
    for place in range(len(x_BCHW)):
        with torch.no_grad():
            many = x_BCHW[place : place + 1].expand(1000, -1, -1, -1)
            parts = [law_of(family, many[: len(z_BD)], number)(z_BD) for z_BD in torch.split(z_GD, 1000)]
        found.append(torch.logsumexp(torch.cat(parts).double() + log_prior_G.double(), 0) + cell)
    return torch.stack(found)


@pytest.mark.parametrize("kind", ["vae", "gan"])
def test_annealing_finds_the_integral(kind: str, request: pytest.FixtureRequest) -> None:
    opened: OpenedModel = request.getfixturevalue(kind)
    test = bars().subset(Split.TEST)
    told: list[Event] = []
    score = finished(annealed_likelihood(opened, test, N, chains=8, steps=120), told.append)
    if kind == "gan":  # its law has no noise of its own, so that one look is enough
        truth = integrated(opened, batch(test, evenly(len(test), N)), 0)
        assert score.measured.value == pytest.approx(float(truth.mean()), abs=0.6)
    else:
        bound = finished(weighted_bound(opened, test, N, 500)).measured.value
        assert score.measured.value == pytest.approx(bound, abs=0.05 * abs(bound) + 1.0)
    steps = [(event.done, event.of) for event in told if isinstance(event, Evaluating)]
    assert steps[-1] == (N * 120, N * 120)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)


@pytest.mark.parametrize("kind", ["vae", "gan"])
def test_both_bounds_of_simulated_pictures_meet_as_the_steps_grow(kind: str, request: pytest.FixtureRequest) -> None:
    opened: OpenedModel = request.getfixturevalue(kind)
    few = finished(annealing_gap(opened, pictures=3, chains=4, steps=6)).measured.value
    many = finished(annealing_gap(opened, pictures=3, chains=4, steps=150)).measured.value
    assert abs(many) < 1.0
    assert abs(many) < abs(few) + 0.5


@pytest.mark.parametrize("law", list(Law))
def test_a_picture_of_a_law_is_as_its_law_says(law: Law) -> None:
    pixels = Pixels(law, 0.2)
    raw_BCHW = torch.full((1, 1, 300, 300), 0.25)
    with torch.no_grad():
        x = pixels.drawn(raw_BCHW, torch.Generator().manual_seed(1))
    if law is Law.BERNOULLI:
        assert float((x > 0).float().mean()) == pytest.approx(1.0 / (1.0 + math.exp(-0.25)), abs=0.01)
        return
    spread = {Law.GAUSSIAN: 0.2, Law.LAPLACE: 0.2 * 2**0.5, Law.LOGISTIC: None}[law]
    assert float(x.median()) == pytest.approx(0.25, abs=0.01)
    if spread is not None:
        assert float(x.std()) == pytest.approx(spread, rel=0.03)
    else:
        levels = (x + 1.0) / LEVEL
        assert torch.allclose(levels, levels.round(), atol=1e-3)


def test_more_points_make_the_bound_tighter_and_one_is_the_elbo(vae: OpenedModel) -> None:
    test = bars().subset(Split.TEST)
    bounds = [finished(weighted_bound(vae, test, 10, points)).measured.value for points in (1, 10, 200)]
    assert bounds[0] < bounds[1] < bounds[2]


def test_the_bound_of_many_points_is_told_and_left_between_few_of_them(vae: OpenedModel) -> None:
    """Five hundred points of eight pictures take seconds: whoever cancels does not wait for all of them."""
    test, told = bars().subset(Split.TEST), list[Event]()
    score = finished(weighted_bound(vae, test, 10, 500), told.append)
    family = load_model(vae.model.path).family
    rows, direct = evenly(len(test), 10), list[torch.Tensor]()
    for number, part in enumerate(torch.split(rows, 8)):
        with torch.no_grad():
            direct.append(family.weighted_bound(batch(test, part), generator(number, 500, 11), 500))
    assert score.measured.value == pytest.approx(float(torch.cat(direct).mean()), rel=1e-5)
    done = [event.done for event in told if isinstance(event, Evaluating)]
    assert len(done) == 2 * 50
    assert (done, done[-1]) == (sorted(done), 10)
    work = weighted_bound(vae, test, 10, 500)
    next(work)
    work.close()
    assert torch.is_grad_enabled()


def test_a_gaussian_law_is_the_density_of_its_levels(gan: OpenedModel) -> None:
    family = load_model(gan.model.path).family
    z_BD = torch.randn(3, 2, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        x_BCHW = family.decode(z_BD) + 0.05
        mine_B = law_of(family, x_BCHW, 0)(z_BD)
        normal = torch.distributions.Normal(family.decode(z_BD), SIGMA)
        direct_B = (normal.log_prob(x_BCHW) + math.log(2.0 / 255.0)).sum((1, 2, 3))
    assert torch.allclose(mine_B, direct_B, rtol=1e-5)


def test_they_are_measured_only_when_they_are_named_and_say_why_not(vae: OpenedModel, gan: OpenedModel) -> None:
    slow = {"iwae", "iwae_most", "log_likelihood"}
    assert slow <= set(METRICS)
    assert not slow & set(finished(evaluate(vae, bars(), None, 4)))
    scores = finished(evaluate(vae, bars(), ("iwae",), 4))
    assert set(scores) == {"iwae"}
    assert why_no_bound(gan) == "“dcgan” has no encoder with a law of pixels"
    assert why_not_annealed(gan) == why_not_annealed(vae) == ""
    walker = SimpleNamespace(
        family=SimpleNamespace(
            latent=gan.family.latent, capabilities=gan.family.capabilities, gives_law=False, differentiable=False,
            conditions=(),
        ),
        model=SimpleNamespace(name="walker"), moment=0,
    )  # fmt: skip
    assert why_not_annealed(walker) == "“walker” passes no gradient from a picture back to its point"  # type: ignore[arg-type]
    walker.moment = 3
    assert why_not_annealed(walker) == "a run that learns changes while it is measured"  # type: ignore[arg-type]


def test_what_annealing_may_miss_is_told_again_when_it_is_known(vae: OpenedModel, tmp_path: Path) -> None:
    """The table of the window shows a score by its metric: the gap stands beside what it is the gap of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(likelihoods, "PICTURES", 2)
        patch.setattr(likelihoods, "STEPS", 3)
        first = finished(measured_once(vae, bars(), ("log_likelihood",), 4, tmp_path))
    again = finished(measured_once(vae, bars(), ("log_likelihood",), 4, tmp_path))
    assert again.before == ("log_likelihood",)
    for once in (first, again):
        scores = once.told["log_likelihood"]
        assert not isinstance(scores, str)
        assert [score.name for score in scores] == ["log_likelihood", "annealing_gap"]
        told = ModelScored(source="vae", data="bars", n=4, scores=scores)
        table = table_of({"vae": told}, str, ("iwae", "log_likelihood"), all_scores=False)
        assert [column.kind.label for column in table.columns] == ["Log-likelihood", "… may miss"]


def test_most_points_are_five_hundred(vae: OpenedModel) -> None:
    scores = finished(evaluate(vae, bars(), ("iwae", "iwae_most"), 4))
    direct = finished(weighted_bound(vae, bars().subset(Split.TEST), 4, 500))
    assert scores["iwae_most"].measured == direct.measured
    assert scores["iwae"].measured.value < scores["iwae_most"].measured.value + 0.5


def test_the_command_line_takes_points_and_moves(
    vae: OpenedModel, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = picture_folder(tmp_path / "pictures", 60)
    found = []
    for points in (1, 300):
        words = ["evaluate", vae.model.path, "--data", folder, "--n", 4, "--metrics", "iwae,log_likelihood", "--json",
                 "--points", points, "--moves", 4, "--quiet", "--home", tmp_path / "home"]  # fmt: skip
        assert main([*map(str, words)]) == 0
        found.append(json.loads(capsys.readouterr().out.splitlines()[-1])["result"]["metrics"])
    assert found[0]["iwae"]["value"] < found[1]["iwae"]["value"]
    assert set(found[0]) == {"iwae", "log_likelihood", "annealing_gap"}
