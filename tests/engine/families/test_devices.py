"""Weights, optimisers, what is carried, and every batch of each family live on the run's device.

The meta device holds no numbers, and an operation between it and the processor is an error: what would be forgotten
beside a GPU fails here on any computer.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from engine.datasets.store import Split
from engine.families import build, family_class
from engine.families.phases import OptimiserKind
from engine.machine.seeds import generator as seeded
from engine.opened.asking import seeded_ask
from engine.protocol.values import Capability
from engine.training import trainer as training
from engine.training.material import batches
from engine.training.trainer import Trainer
from tests.engine.small import SMALL, bars, shape_of

META = torch.device("meta")
READ_NUMBERS = {"vaegan", "r3gan", "xicfg"}
"""By how much a batch is moved, whether it is changed at all, or whether learning should end, the processor decides."""
DECIDE = {"cfg", "icfg", "xicfg"}
"""How many steps a picture walks is read from its settings."""


@pytest.fixture
def without_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The meta device has no generators, no fused optimisers, and nothing that works on many tensors at once."""

    def on_the_processor(*numbers: int, device: torch.device | str = "cpu") -> torch.Generator:
        return seeded(*numbers)

    def one_by_one(name: str) -> None:
        usual = getattr(nn.utils, name)

        def called(*words: Any, foreach: bool) -> Any:
            return usual(*words, foreach=False)

        monkeypatch.setattr(nn.utils, name, called)

    monkeypatch.setattr(training, "generator", on_the_processor)
    for kind in OptimiserKind:
        monkeypatch.setitem(training._MAKERS, kind, lambda p, o: torch.optim.Adam(p, lr=o.rate, foreach=False))
    one_by_one("get_total_norm")
    one_by_one("clip_grads_with_norm_")


@pytest.mark.usefixtures("without_numbers")
@pytest.mark.parametrize("name", [name for name in SMALL if name not in READ_NUMBERS])
def test_a_step_touches_no_other_device(name: str) -> None:
    store = bars()
    family = build(name, SMALL[name], shape_of(name, store))
    trainer = Trainer(family, batches(family, store.subset(Split.TRAIN)), META)
    for _ in range(2):
        for _ in trainer.step():
            pass
    state = {key: value for key, value in trainer.state().items() if not key.endswith(".step")}  # optimisers' counters
    assert {value.device.type for value in state.values()} == {"meta"}
    assert {value.device.type for value in family.carried.values()} <= {"meta"}
    assert {value.device.type for value in trainer.losses.values()} == {"meta"}


def at_once() -> list[str]:
    """Families that decode a point in one go."""
    steps = {Capability.PROGRESSIVE, Capability.PIXELWISE}
    able = {name: family_class(name).capabilities for name in SMALL}
    return [name for name, can in able.items() if Capability.DECODE in can and not can & steps and name not in DECIDE]


@pytest.mark.parametrize("name", at_once())
def test_a_decoded_picture_is_where_its_network_is(name: str) -> None:
    family = build(name, SMALL[name], shape_of(name, bars())).to(META).eval()
    family.drop_training_only()
    assert family.latent is not None
    points_BD = torch.stack([family.latent.draw(seeded(seed)) for seed in range(2)])
    *_, x_BCHW = family.sample(seeded_ask(family, (0, 1), points_BD, META))
    assert x_BCHW.device == META
