"""Weights, optimisers, what is carried, and every batch live on the run's device.

The meta device holds no numbers, and an operation between it and the processor is an error: what would wait on a GPU,
or be forgotten beside it, fails here on any computer. Where there is a GPU, whole runs are done on it.
"""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor

from engine.families import build
from engine.families.phases import OptimiserKind
from engine.machine.seeds import generator as seeded
from engine.opened.checkpoints import copy_of
from engine.training import trainer as training
from engine.training.material import batches, data_shape
from engine.training.trainer import Trainer
from tests.stretch.kinds import EVERY, KINDS, training_part

META = torch.device("meta")
READS_NUMBERS = ("translation",)
"""What it carries decides how it goes on, so a step of it needs numbers."""


def fresh(name: str, device: torch.device) -> Trainer:
    kind = KINDS[name]
    family = build(kind.family.name, kind.values, data_shape(kind.family, kind.data()))
    return Trainer(family, batches(family, training_part(name)), device)


def devices_of(state: dict[str, Tensor]) -> set[str]:
    """Where tensors are, counters of optimisers aside: these stay on the processor, as torch wants them."""
    return {value.device.type for key, value in state.items() if not key.endswith(".step")}


@pytest.fixture
def without_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The meta device has no generators and no fused optimisers."""

    def unseeded(*numbers: int, device: torch.device | str = "cpu") -> torch.Generator | None:
        return None if torch.device(device) == META else seeded(*numbers, device=device)

    monkeypatch.setattr(training, "generator", unseeded)
    for kind in OptimiserKind:
        monkeypatch.setitem(training._MAKERS, kind, lambda p, o: torch.optim.Adam(p, lr=o.rate, foreach=True))


@pytest.mark.usefixtures("without_numbers")
@pytest.mark.parametrize("name", [name for name in EVERY if name not in READS_NUMBERS])
def test_a_step_touches_no_other_device(name: str) -> None:
    trainer = fresh(name, META)
    for _ in range(4 if name == "growing" else 1):  # the fourth begins another stage, with fresh optimisers
        for _ in trainer.step():
            pass
    assert devices_of(trainer.state()) == {"meta"}
    assert {value.device.type for value in trainer.losses.values()} == {"meta"}


@pytest.mark.usefixtures("without_numbers")
def test_what_is_carried_goes_where_the_run_is() -> None:
    trainer = fresh("translation", META)
    assert {value.device.type for value in trainer.family.carried.values()} == {"meta"}
    assert not trainer.average.carried
    on_cpu = fresh("translation", torch.device("cpu"))
    for _ in on_cpu.step():
        pass
    trainer.restore({name: value.to(META) for name, value in on_cpu.state().items()}, on_cpu.counts)
    assert devices_of(trainer.state()) == {"meta"}
    assert not copy_of(on_cpu.average, on_cpu.stage).carried


@pytest.mark.gpu
@pytest.mark.parametrize("name", EVERY)
def test_runs_on_a_gpu_keep_all_of_theirs_there_and_resume(name: str) -> None:
    cuda = torch.device("cuda")
    whole, first, second = (fresh(name, cuda) for _ in range(3))
    steps = min(12, KINDS[name].values["steps"])
    for trainer, count in ((whole, steps), (first, steps // 2)):
        for _ in range(count):
            for _ in trainer.step():
                pass
    second.restore(copy.deepcopy(first.state()), first.counts)
    for _ in range(steps - steps // 2):
        for _ in second.step():
            pass
    assert devices_of(whole.state()) == {"cuda"}
    one, other = whole.state(), second.state()
    assert one.keys() == other.keys()
    for key, value in one.items():
        torch.testing.assert_close(value, other[key], rtol=1e-4, atol=1e-5, msg=key)
