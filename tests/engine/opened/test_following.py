"""The way of a picture: each step is the picture of that step, judged by the network that leads on from there."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from engine.disk.files import ZscapeError
from engine.families.functional.composite import STEPS, Composite
from engine.families.functional.settings import CompositeConfig
from engine.machine.seeds import generator
from engine.machine.work import finished
from engine.opened import following
from engine.opened.following import at_step, followed, walking
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.values import Recipe
from engine.training.loop import Job, train
from tests.engine.small import SMALL, bars

CPU = torch.device("cpu")


def opened(family: str, tmp_path: Path) -> OpenedModel:
    values = {**SMALL[family], "eta": 20.0} if "pool" in SMALL[family] else dict(SMALL[family])
    job = Job(run=tmp_path / family, name=family, family=family, values=values, data="bars")
    return open_model_file(finished(train(job, bars(), device=CPU)).path, CPU)


@pytest.mark.parametrize("family", ["xicfg", "icfg", "cfg"])
def test_each_step_is_what_the_slider_shows_there(family: str, tmp_path: Path) -> None:
    model = opened(family, tmp_path)
    walker = cast("Composite[CompositeConfig]", model.family)
    recipe = Recipe(model=model.fingerprint, seed=3, settings=((STEPS, 1.0),))
    way = finished(followed(model, recipe))
    last = int(walker.kept_steps)
    assert way.recipe.settings == ()
    assert len(way.scores) == len(way.slopes) == len(way.changes) == last + 1
    setting, latent = walking(model), walker.latent
    numbers = [model.numbers([at_step(recipe, setting, float(t))])[0] for t in range(last + 1)]
    for t, x_CHW in enumerate(numbers):
        critic = walker.kept[min(t, last - 1)]
        with torch.no_grad():
            begun_BCHW = walker.origin(latent.draw(generator(3))[None])
        *_, far_BCHW = walker.walk(begun_BCHW, torch.tensor([float(t)]))  # outside of black and white it goes on
        assert torch.equal(far_BCHW[0].clamp(-1, 1), x_CHW)
        bumped = far_BCHW.clone().requires_grad_()
        score = critic(bumped).sum()
        score.backward()
        assert bumped.grad is not None
        assert way.scores[t] == pytest.approx(float(score.detach()), abs=1e-4)
        assert way.slopes[t] == pytest.approx(float(bumped.grad.norm()), rel=1e-3)
        change = way.gains[t] * (x_CHW - numbers[0])
        expected = ((change.clamp(-1, 1) + 1) * 127.5).round().squeeze(0).numpy()
        assert np.abs(way.changes[t][..., 0].astype(float) - expected).max() <= 1
    assert np.ptp(way.changes[0]) == 0
    assert np.ptp(way.changes[last].astype(int)) > 100  # amplified


def test_how_long_a_picture_takes_is_the_least_of_a_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one warms up: the window said that a picture takes longer without its steps than with them."""
    model = opened("xicfg", tmp_path)
    told = iter((222.0, 201.0, 3.0, 20.0, 4.0, 19.0))
    monkeypatch.setattr(following, "_milliseconds", lambda opened, recipe: next(told))
    way = finished(followed(model, Recipe(model=model.fingerprint, seed=3)))
    assert (way.first_ms, way.last_ms) == (3.0, 19.0)


def test_a_model_that_draws_at_once_cannot_be_followed(tmp_path: Path) -> None:
    model = opened("gan1", tmp_path)
    with pytest.raises(ZscapeError, match="no steps to follow"):
        finished(followed(model, Recipe(model=model.fingerprint, seed=0)))
