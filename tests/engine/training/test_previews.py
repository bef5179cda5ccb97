"""A run that nobody watches can be looked at afterwards: sheets of the same seeds, a bounded number of them."""

from __future__ import annotations

import json
from collections.abc import Generator
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from engine.datasets.batches import StoreBatches
from engine.disk.files import WriteError
from engine.disk.runs import RunFolder
from engine.families import build
from engine.families.ask import Ask
from engine.families.base import DataShape
from engine.protocol.answers import Event, Finished, Progressed, Sampled, Snapshotted, TrainingStarted
from engine.training import loop, previews
from engine.training.loop import Job, train
from engine.training.trainer import Counts, Trainer
from tests.engine.small import SMALL, bars


def finish(work: Generator[Event | None, None, object]) -> None:
    for _ in work:
        pass


def run_of(run: Path, family: str = "vae", steps: int = 8) -> list[Sampled | Finished]:
    job = Job(run=run, name="watched", family=family, values={**SMALL[family], "steps": steps}, data="bars")
    events = train(job, bars(), device=torch.device("cpu"))
    return [event for event in events if isinstance(event, Sampled | Finished)]


def test_the_last_preview_is_a_sheet_that_tells_its_step(tmp_path: Path) -> None:
    *_, sampled, end = run_of(tmp_path / "run")
    assert isinstance(sampled, Sampled)
    assert isinstance(end, Finished)
    path = RunFolder(tmp_path / "run").sample(8)
    with Pillow.open(path) as sheet:
        assert sheet.size == (32, 32)
        told = json.loads(sheet.info[previews.STEP_CHUNK])
        assert told == {"run": "watched", "step": 8, "images": 64}
        corner = np.asarray(sheet.convert("RGB"))[:8, :8]
    assert np.array_equal(corner, sampled.grid[0])


def test_previews_of_an_encoding_family_are_drawn_where_its_pictures_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checked by moving the encoder's points far away: the prior stays, the previews follow."""
    store = bars()
    trainer = Trainer(build("vae", SMALL["vae"], DataShape()), StoreBatches(store=store), torch.device("cpu"))
    asked: list[torch.Tensor] = []
    before = trainer.average.sample

    def remember(ask: Ask) -> object:
        assert ask.points_BD is not None
        asked.append(ask.points_BD)
        return before(ask)

    monkeypatch.setattr(trainer.average, "sample", remember)
    spread = torch.tensor([1.0, 0.1, 0.0])
    noise = torch.randn(len(store), 3, generator=torch.Generator().manual_seed(1))
    monkeypatch.setattr(
        trainer.average, "encode", lambda x_BCHW, conditions: 7.0 + spread * noise[: len(x_BCHW)], raising=True
    )
    drawing = previews.Previews(trainer, trainer.source.store)
    finish(drawing.sample())
    assert torch.allclose(asked[0].mean(0), torch.full((3,), 7.0), atol=1.0)
    deviations = asked[0].std(0)
    assert deviations[0] > 5 * deviations[1] > 5 * deviations[2], "as wide as the pictures lie"
    finish(drawing.sample())
    assert torch.equal(asked[0], asked[1]), "the same seeds, the same points, until it is fitted anew"


def test_places_are_found_anew_only_a_few_times_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = Trainer(
        build("vae", {**SMALL["vae"], "steps": 1000}, DataShape()), StoreBatches(store=bars()), torch.device("cpu")
    )
    fitted: list[int] = []
    fit = previews.gaussian

    def counted(*args: object, **kwargs: object) -> object:
        fitted.append(trainer.steps_done)
        return fit(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(previews, "gaussian", counted)
    drawing = previews.Previews(trainer, trainer.source.store)
    for step in (*range(1, 1000, 9), 1000):
        trainer.counts = Counts(steps=step)
        finish(drawing.sample())
    assert fitted[0] == 1
    assert fitted[-1] == 1000
    assert len(fitted) < 30


def test_sheets_are_the_first_the_last_and_a_bounded_number_between(tmp_path: Path) -> None:
    folder, cells = RunFolder(tmp_path), (np.zeros((8, 8, 3), np.uint8),) * 16
    sheets = previews.Sheets(folder, "long")
    family = SimpleNamespace(config=SimpleNamespace(steps=1000))
    for step in range(1, 1001):
        sheets.keep(SimpleNamespace(steps_done=step, images=step, family=family), cells)  # type: ignore[arg-type]
    kept = sorted(int(path.stem) for path in (tmp_path / "samples").iterdir())
    assert (kept[0], kept[-1]) == (1, 1000)
    assert len(kept) <= previews.SHEETS + 2


def test_a_run_that_ends_early_keeps_what_it_drew_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four pictures of noise stood for a run that drew digits when somebody finished it."""
    hasty = SimpleNamespace(perf_counter=count(0.0, 3.0).__next__)  # so that there is a preview every few steps
    monkeypatch.setattr(loop, "time", hasty)
    folder, control, drawn = RunFolder(tmp_path / "run"), loop.Control(), list[int]()
    job = Job(run=folder.root, name="short", family="vae", values={**SMALL["vae"], "steps": 10_000}, data="bars")
    for event in train(job, bars(), device=torch.device("cpu"), control=control):
        if isinstance(event, Sampled):
            drawn.append(event.step)
        control.stop = len(drawn) == 3
    assert 1 < drawn[1] < drawn[2] < 10_000 // previews.SHEETS
    assert [int(path.stem) for path in folder.samples()] == [1, drawn[2]]


def test_a_sheet_that_cannot_be_written_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise WriteError("disk-full", "The disk is full.", path)

    monkeypatch.setattr(previews, "atomic_write", full)
    end = run_of(tmp_path / "run")[-1]
    assert isinstance(end, Finished)
    assert end.step == 8
    assert not (tmp_path / "run" / "samples").exists()


def test_a_run_that_goes_on_shows_what_it_drew_before(tmp_path: Path) -> None:
    run, device = tmp_path / "run", torch.device("cpu")
    sampled = [event for event in run_of(run) if isinstance(event, Sampled)]
    kept = {int(path.stem): path for path in RunFolder(run).samples()}
    job = Job(run=run, name="watched", family="vae", values={**SMALL["vae"], "steps": 12}, data="bars", resume=True)
    events = list(train(job, bars(), device=device))
    began = next(k for k, event in enumerate(events) if isinstance(event, TrainingStarted))
    first = next(k for k, event in enumerate(events) if isinstance(event, Progressed | Sampled) and event.step > 8)
    past = [event for event in events[began:first] if isinstance(event, Sampled)]
    assert [event.step for event in past] == sorted(kept)
    assert (past[-1].step, past[-1].images, past[-1].run) == (8, 64, str(run))
    assert all(np.array_equal(a, b) for a, b in zip(past[-1].grid, sampled[-1].grid, strict=True))
    [snapshot] = [event for event in events[began:first] if isinstance(event, Snapshotted)]
    assert snapshot.path == str(RunFolder(run).snapshot(7))


def test_sheets_of_steps_that_were_lost_and_damaged_ones_are_left_out(tmp_path: Path) -> None:
    folder, cells = RunFolder(tmp_path), tuple(np.full((8, 8, 3), 16 * cell, np.uint8) for cell in range(16))
    family = SimpleNamespace(config=SimpleNamespace(steps=40))
    sheets = previews.Sheets(folder, "left")
    for step in range(1, 41):
        sheets.keep(SimpleNamespace(steps_done=step, images=8 * step, family=family), cells)  # type: ignore[arg-type]
    whole = folder.sample(1).read_bytes()
    folder.sample(3).write_bytes(whole[: len(whole) // 2])
    folder.sample(5).write_bytes(b"")
    folder.sample(7).write_bytes(b"<html>")
    Pillow.new("RGB", (32, 32)).save(folder.sample(9))  # tells no step
    Pillow.new("RGB", (20, 32)).save(folder.sample(11))
    past = list(previews.past_samples(folder, 20))
    assert [event.step for event in past] == [1, 13, 15, 17, 19]
    assert [event.images for event in past] == [8, 104, 120, 136, 152]
    assert all(np.array_equal(a, b) for a, b in zip(past[0].grid, cells, strict=True))
    assert list(previews.past_samples(RunFolder(tmp_path / "none"), 20)) == []
