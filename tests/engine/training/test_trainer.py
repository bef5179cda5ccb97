"""What a step does beside the losses: the rate that cools down, gradients that are cut to a length."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.datasets.store import Split
from engine.families import build
from engine.training.material import batches
from engine.training.trainer import Trainer
from tests.engine.small import SMALL, bars, shape_of


def rates(cooldown: float, steps: int) -> list[float]:
    store = bars()
    family = build(
        "vae",
        {**SMALL["vae"], "rate": 0.01, "steps": steps, "cooldown": cooldown},
        shape_of("vae", store),
    )
    trainer = Trainer(family, batches(family, store.subset(Split.TRAIN)), torch.device("cpu"))
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


@pytest.mark.parametrize("limit", [1e-3, 1e3])
def test_gradients_are_cut_to_the_phases_limit_and_shorter_ones_left_alone(limit: float) -> None:
    store = bars()
    family = build("vae", SMALL["vae"], shape_of("vae", store))
    trainer = Trainer(family, batches(family, store), torch.device("cpu"))
    mover = trainer.movers[0]
    mover.phase = replace(mover.phase, optimiser=replace(mover.phase.optimiser, clip_norm=limit))
    moving = trainer.step()
    next(moving)
    next(moving)
    grown = {name: p.grad.clone() for name, p in trainer.family.named_parameters() if p.grad is not None}
    length = torch.stack([grad.norm() for grad in grown.values()]).norm()
    assert 1e-3 < float(length) < 1e3
    trainer._clip(mover)
    factor = min(1.0, limit / float(length))
    for name, p in trainer.family.named_parameters():
        if p.grad is not None:
            torch.testing.assert_close(p.grad, grown[name] * factor, rtol=1e-3 if factor < 1 else 0.0, atol=0.0)
