"""The library without a window."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.training.loop import Job, train
from tests.engine.commands.conftest import Answer, Command
from tests.engine.small import SMALL, bars, drained


def test_runs_are_named_taken_out_put_away_and_brought_back(zscape: Command, tmp_path: Path) -> None:
    home = tmp_path / "home"
    job = Job(run=home / "runs" / "first", name="first", family="vae", values=SMALL["vae"], data="bars")
    drained(train(job, bars(), device=torch.device("cpu")))

    def library(*words: object) -> Answer:
        return zscape("library", *words)

    listed = {entry["source"]: entry for entry in library("list").result["entries"]}
    assert {"faces", str(job.run)} <= set(listed)
    assert listed[str(job.run)]["standing"] == "finished"
    assert library("rename", "first", "--text", "Bars").result["entry"]["name"] == "Bars"
    card = library("show", "first").result["card"]
    assert card["settings"]
    out = tmp_path / "out.csv"
    files = library("tables", "first", "--out", out).result["files"]
    assert all(Path(file).is_file() for file in files)
    away = library("discard", "first").result["entry"]["source"]
    assert not job.run.exists()
    assert library("bring-back", away).result["entry"]["source"] == str(job.run)
    assert library("erase", "first").code == 2
    assert job.run.exists()
    assert library("discard", "faces").code == 2
    assert library("model", "first").code == 2
