"""A home with runs that learned for a moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.training.loop import Control, Job, train
from tests.engine.small import SMALL, bars, drained


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def learn(home: Path) -> Callable[..., Path]:
    """Trains a small VAE in this home; `left` leaves it before it has a result."""

    def learned(folder: str, name: str = "", *, steps: int = 4, left: bool = False, stop: bool = False) -> Path:
        run = home / "runs" / folder
        job = Job(run=run, name=name or folder, family="vae", values={**SMALL["vae"], "steps": steps}, data="bars")
        drained(train(job, bars(), device=torch.device("cpu"), control=Control(leave=left, stop=stop)))
        return run

    return learned
