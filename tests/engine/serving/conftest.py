"""What the tests of the engine's door share."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.training.loop import Job, train
from tests.engine.small import SMALL, bars, drained

CPU = torch.device("cpu")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A VAE that has learned a little, among the runs of a home."""
    folder = tmp_path / "home" / "runs" / "first"
    drained(train(Job(run=folder, name="First", family="vae", values=SMALL["vae"], data="bars"), bars(), device=CPU))
    return folder
