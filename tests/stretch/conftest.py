"""Miniature families are known within these tests only; each is trained once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from engine.protocol.answers import Event, Finished
from engine.training import loop
from engine.training.loop import Control, Job, train
from tests.stretch.kinds import KINDS, registered

CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class Trained:
    """A run that nobody disturbed."""

    run: Path
    events: tuple[Event, ...]

    @property
    def end(self) -> Finished:
        last = self.events[-1]
        assert isinstance(last, Finished)
        return last


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    with registered():
        yield


@pytest.fixture(autouse=True)
def told_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is reported, so that a test can end a run after any of them."""
    monkeypatch.setattr(loop.Meter, "due", lambda _meter, _now: True)


def job(name: str, run: Path, *, resume: bool = False, start: str = "") -> Job:
    kind = KINDS[name]
    return Job(
        run=run, name=name, family=kind.family.name, values=dict(kind.values), data="x", resume=resume, start=start
    )


def events(
    name: str, run: Path, *, resume: bool = False, start: str = "", leave_at: int | None = None
) -> tuple[Event, ...]:
    """Train, perhaps leave after a step; all that was told."""
    control, told = Control(), []
    for event in train(job(name, run, resume=resume, start=start), KINDS[name].data(), device=CPU, control=control):
        if event is not None:
            told.append(event)
        if leave_at is not None and getattr(event, "step", None) == leave_at:
            control.leave = True
    return tuple(told)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Trained]:
    """A finished run of each family, made when it is first asked for."""
    folder, done = tmp_path_factory.mktemp("stretch"), {}

    def run_of(name: str) -> Trained:
        if name not in done:
            torch.set_num_threads(1)
            done[name] = Trained(folder / name, events(name, folder / name))
        return done[name]

    return run_of
