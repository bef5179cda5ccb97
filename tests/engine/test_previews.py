"""A run that nobody watches can be looked at afterwards: sheets of the same seeds, a bounded number of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from engine import previews
from engine.files import WriteError
from engine.protocol import Finished, Sampled
from engine.runs import RunFolder
from engine.training import Job, train
from tests.engine.small import SMALL, bars


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


def test_sheets_are_the_first_the_last_and_a_bounded_number_between(tmp_path: Path) -> None:
    from types import SimpleNamespace

    folder, cells = RunFolder(tmp_path), (np.zeros((8, 8, 3), np.uint8),) * 16
    sheets = previews.Sheets(folder, "long")
    family = SimpleNamespace(config=SimpleNamespace(steps=1000))
    for step in range(1, 1001):
        sheets.keep(SimpleNamespace(steps_done=step, images=step, family=family), cells)  # type: ignore[arg-type]
    kept = sorted(int(path.stem) for path in (tmp_path / "samples").iterdir())
    assert (kept[0], kept[-1]) == (1, 1000)
    assert len(kept) <= previews.SHEETS + 2


def test_a_sheet_that_cannot_be_written_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise WriteError("disk-full", "The disk is full.", path)

    monkeypatch.setattr(previews, "atomic_write", full)
    end = run_of(tmp_path / "run")[-1]
    assert isinstance(end, Finished)
    assert end.step == 8
    assert not (tmp_path / "run" / "samples").exists()
