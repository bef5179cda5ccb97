"""What learning takes is told without what lies between its steps; moments and a budget are processor seconds of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from engine.disk.runs import RunFolder
from engine.machine.work import finished
from engine.opened.checkpoints import load_model
from engine.protocol.values import Stop
from engine.training.loop import Job, train
from engine.training.meter import Stopwatch
from tests.engine.small import SMALL, bars

CPU = torch.device("cpu")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A second of the processor passes whenever somebody asks for the time."""
    told = SimpleNamespace(now=0.0)

    def ask() -> float:
        told.now += 1.0
        return float(told.now)

    monkeypatch.setattr("engine.training.meter.time", SimpleNamespace(perf_counter=time.perf_counter, process_time=ask))
    return told


def test_what_happens_between_two_seams_of_a_step_does_not_count(clock: SimpleNamespace) -> None:
    def step() -> Iterator[None]:
        clock.now += 10.0
        yield
        clock.now += 100.0

    watch = Stopwatch(cpu_seconds=5.0)
    for _ in watch.timing(step()):
        clock.now += 1000.0
    assert watch.cpu_seconds == 5.0 + 10.0 + 1.0 + 100.0 + 1.0


def job(run: Path, **more: object) -> Job:
    values = {**SMALL["vae"], "steps": 1000}
    return replace(Job(run=run, name="a run", family="vae", values=values, data="bars"), **more)  # type: ignore[arg-type]


def test_a_run_keeps_its_moments_and_ends_with_its_budget(tmp_path: Path, clock: SimpleNamespace) -> None:
    """A VAE has three seams a step: each step takes four seconds of this clock."""
    end = finished(train(job(tmp_path, budget_s=40.0, moments_s=(10.0, 20.0, 40.0)), bars(), device=CPU))
    folder = RunFolder(tmp_path)
    assert (end.reason, end.step) == (Stop.COMPLETED, 10)
    assert folder.learning_seconds()[1] == 40.0
    cards = [load_model(folder.moment(moment)).card for moment in (10.0, 20.0, 40.0)]
    assert [(card["steps"], card["cpu_seconds"]) for card in cards] == [(3, 12.0), (5, 20.0), (10, 40.0)]


def test_a_resumed_run_goes_on_counting(tmp_path: Path, clock: SimpleNamespace) -> None:
    finished(train(job(tmp_path, budget_s=20.0, moments_s=(10.0,)), bars(), device=CPU))
    kept = RunFolder(tmp_path).moment(10.0).stat().st_mtime_ns
    end = finished(train(job(tmp_path, budget_s=40.0, moments_s=(10.0, 30.0), resume=True), bars(), device=CPU))
    assert end.step == 10
    assert RunFolder(tmp_path).moment(10.0).stat().st_mtime_ns == kept
    assert RunFolder(tmp_path).moment(30.0).exists()
