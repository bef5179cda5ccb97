"""What a step does beside the losses: the rate that cools down."""

from __future__ import annotations

import pytest
import torch

from engine.datasets.store import Split
from engine.families import build
from engine.trainer import Trainer
from engine.training import data_shape
from tests.engine.small import SMALL, bars


def rates(cooldown: float, steps: int) -> list[float]:
    store = bars()
    family = build("vae", {**SMALL["vae"], "rate": 0.01, "steps": steps, "cooldown": cooldown}, data_shape(store))
    trainer = Trainer(family, store.subset(Split.TRAIN), torch.device("cpu"))
    found = []
    for _ in range(steps):
        for _ in trainer.step():
            pass
        found.append(trainer.movers[0].optimiser.param_groups[0]["lr"])
    return found


def test_the_rate_falls_in_a_straight_line_at_the_end() -> None:
    assert rates(0.5, 8) == pytest.approx([0.01] * 5 + [0.0075, 0.005, 0.0025])


def test_without_cool_down_the_rate_stays() -> None:
    assert rates(0.0, 4) == [0.01] * 4
