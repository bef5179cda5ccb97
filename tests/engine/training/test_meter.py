"""How long a run will take, also where some of its steps look at no pictures."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from engine.training.meter import Meter
from engine.training.trainer import Trainer


def run(steps_done: int, images: int) -> Trainer:
    config = SimpleNamespace(steps=100)
    return cast(Trainer, SimpleNamespace(steps_done=steps_done, images=images, family=SimpleNamespace(config=config)))


def test_steps_without_pictures_take_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that looks at none once promised an end in no time, and the next one in hours."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr("engine.training.meter.time.perf_counter", lambda: clock.now)
    meter = Meter(run(0, 0))
    told = []
    for step, images in ((10, 640), (20, 640), (30, 640), (40, 1280)):
        told.append(meter.report("r", run(step, images), (), "", float(step)))
    assert [report.eta_s for report in told] == pytest.approx([90.0, 80.0, 70.0, 60.0])
    assert told[0].images_per_s == pytest.approx(64.0)


def test_what_was_done_before_and_pauses_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr("engine.training.meter.time.perf_counter", lambda: clock.now)
    meter = Meter(run(50, 3200))
    assert meter.report("r", run(60, 3840), (), "", 20.0).eta_s == pytest.approx(80.0)
    clock.now = 1000.0
    meter.rest()
    assert meter.report("r", run(70, 4480), (), "", 1020.0).eta_s == pytest.approx(60.0)
