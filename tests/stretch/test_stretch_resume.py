"""Left or killed at any step, also inside and across stages, a run ends in the bits of one that nobody disturbed."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.disk.tensor_files import read_tensors
from tests.faults.nursery import Nursery
from tests.stretch.conftest import Trained, events
from tests.stretch.kinds import EVERY, KINDS

TrainedOf = Callable[[str], Trained]
STAGED = ("growing",)
FEW = 3
"""Steps after which runs of one stage are left."""


@pytest.mark.parametrize("name", EVERY)
def test_left_and_resumed_equals_uninterrupted_bit_for_bit(name: str, trained: TrainedOf, tmp_path: Path) -> None:
    """Runs of several stages are left after every single step of theirs."""
    quiet, steps = trained(name).end, KINDS[name].values["steps"]
    places = range(1, steps) if name in STAGED else [FEW, 2 * FEW - 1]
    run = tmp_path / "run"
    for number, step in enumerate(places):
        *_, end = events(name, run, resume=number > 0, leave_at=step)
        assert end.step == step
        assert not end.path, "who leaves waits for no survey"
    *_, end = events(name, run, resume=True)
    assert end.sha256_state == quiet.sha256_state
    assert end.fingerprint == quiet.fingerprint


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


@pytest.mark.parametrize(
    ("name", "moment", "nth"),
    [
        ("translation", "replace", 5),
        ("growing", "write", 4),
        ("growing", "fsync-folder", 9),
        ("growing", "replace", 4),
    ],
)
def test_killed_and_resumed_equals_uninterrupted_bit_for_bit(
    name: str, moment: str, nth: int, trained: TrainedOf, tmp_path: Path, nursery: Nursery
) -> None:
    run = tmp_path / "run"
    code = nursery.run("tests.stretch.killed", [name, str(run), moment, nth], tmp_path / "told")
    assert code == -signal.SIGKILL, (tmp_path / "told.err").read_text()
    assert read_tensors(run / "checkpoint.safetensors", kind="state").meta["step"] in (nth - 1, nth)
    *_, end = events(name, run, resume=True)
    assert end.sha256_state == trained(name).end.sha256_state
