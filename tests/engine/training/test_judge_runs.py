"""Judges are trained by the same loop, though they draw nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.disk.files import LoadError
from engine.opened.model import open_model_file
from engine.protocol.answers import Finished, Sampled
from engine.training.loop import Job, train
from tests.engine.small import bars


@pytest.mark.parametrize("family", ["judge", "classifier"])
def test_a_judge_is_trained_without_previews_and_is_not_explored(family: str, tmp_path: Path) -> None:
    values = {"size": 8, "channels": 1, "width": 4, "depth": 0, "batch": 8, "steps": 8}
    job = Job(run=tmp_path / "run", name=family, family=family, values=values, data="bars")
    events = [e for e in train(job, bars(), device=torch.device("cpu")) if e is not None]
    assert not any(isinstance(event, Sampled) for event in events)
    end = events[-1]
    assert isinstance(end, Finished)
    with pytest.raises(LoadError, match="judge"):
        open_model_file(end.path, torch.device("cpu"))


def test_a_run_killed_before_its_first_checkpoint_is_resumed_as_if_it_began(tmp_path: Path) -> None:
    """The spreads that a judge measures before its first step belong to a fresh run, whatever it is called."""
    values = {"size": 8, "channels": 1, "width": 4, "depth": 0, "batch": 8, "steps": 2}
    ends = []
    for resume in (False, True):
        run = tmp_path / f"run-{resume}"
        job = Job(run=run, name="judge", family="judge", values=values, data="bars", resume=resume)
        *_, end = train(job, bars(), device=torch.device("cpu"))
        assert isinstance(end, Finished)
        ends.append(end.sha256_state)
    assert ends[0] == ends[1]
