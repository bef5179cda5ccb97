"""The family contract under the real training loop: exact resume, exact files, for every family and judge."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.datasets.store import Store, category, continuous
from engine.families import FAMILIES, JUDGES, build
from engine.families.base import AnyFamily
from engine.opened.checkpoints import load_model, save_model
from engine.training.material import batches
from engine.training.trainer import Trainer
from tests.engine.families.stepping import TINY, drawn, two_bars
from tests.engine.small import shape_of

EVERY = (*FAMILIES, *JUDGES)
CPU = torch.device("cpu")


def bars_store(count: int = 64) -> Store:
    x_BCHW, side_B = two_bars(count, 7)
    return Store(
        name="bars",
        label="Bars",
        pictures=((x_BCHW + 1.0) * 127.5).round().to(torch.uint8),
        attributes={"place": side_B * 10.0 + 5.0, "side": side_B.float()},
        visible={"place": torch.arange(count) % 4 != 3},
        kinds={"place": continuous("Place", 0.0, 20.0), "side": category("Side", ("left", "right"))},
        labels=side_B,
        classes=("left", "right"),
        split=torch.zeros(count, dtype=torch.uint8),
    )


def fresh(name: str) -> Trainer:
    store = bars_store()
    family = build(name, {**TINY[name], "batch": 16, "steps": 20}, shape_of(name, store))
    family.prepare(store)
    return Trainer(family, batches(family, store), CPU)


def advance(trainer: Trainer, steps: int) -> None:
    for _ in range(steps):
        for _ in trainer.step():
            pass


@pytest.mark.parametrize("name", EVERY)
def test_resumed_equals_uninterrupted_bit_for_bit(name: str) -> None:
    whole, first, second = fresh(name), fresh(name), fresh(name)
    advance(whole, 4)
    advance(first, 2)
    second.restore(first.state(), first.counts)
    advance(second, 2)
    one, other = whole.state(), second.state()
    assert one.keys() == other.keys()
    for key, value in one.items():
        assert torch.equal(value, other[key]), key


@pytest.mark.parametrize("name", EVERY)
def test_looking_changes_nothing(name: str) -> None:
    """Weights are bit-equal with and without somebody who draws from the published copy between seams."""
    calm, watched = fresh(name), fresh(name)
    for _ in range(2):
        for _ in calm.step():
            pass
        for _ in watched.step():
            if name in FAMILIES:
                drawn(watched.average, 3)
    one, other = calm.state(), watched.state()
    assert all(torch.equal(value, other[key]) for key, value in one.items())


@pytest.mark.parametrize("name", EVERY)
def test_files_keep_every_weight(name: str, tmp_path: Path) -> None:
    trainer = fresh(name)
    advance(trainer, 2)
    trainer.average.calibrate(bars_store())
    path = tmp_path / "model.zscape"
    save_model(path, trainer.average, name="tiny")
    loaded = load_model(path).family
    assert not any(p.requires_grad for p in loaded.parameters())
    kept = trainer.average.state_dict()
    assert all(torch.equal(value, kept[key]) for key, value in loaded.state_dict().items())
    twin = load_model(path).family
    assert answers_close(loaded, twin, 0.0)
    assert answers_close(loaded, trainer.average, 1e-5), "the loop may keep weights channels last: other rounding"


def answers_close(one: AnyFamily, other: AnyFamily, tolerance: float) -> bool:
    """Whether both draw, or read, the same."""
    if one.name in FAMILIES:
        return torch.allclose(drawn(one, 1), drawn(other, 1), rtol=0, atol=tolerance)
    x_BCHW, _ = two_bars(4, 1)
    seen, again = one.read(x_BCHW), other.read(x_BCHW)  # type: ignore[operator]
    return all(torch.allclose(value, again[name], rtol=0, atol=tolerance * 100) for name, value in seen.items())
