"""What is taken out of the library: files that open and read elsewhere, with the names they have here."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from engine.disk.runs import RunFolder
from engine.evaluation.cards import write_card
from engine.families.presets import read_preset
from engine.library import keeping, taking
from engine.library.entries import look
from engine.library.pictures import picture_of
from engine.opened.checkpoints import load_model
from tests.engine.small import drained

Learn = Callable[..., Path]
CPU = torch.device("cpu")


def test_a_model_is_exported_under_its_name_here(home: Path, learn: Learn, tmp_path: Path) -> None:
    run = learn("first")
    keeping.rename(str(run), "Heads of June", home)
    out = tmp_path / "out.safetensors"
    taking.export_model(str(run), out, home)
    model, before = load_model(out), load_model(run / "model.safetensors")
    assert model.name == "Heads of June"
    assert model.fingerprint == before.fingerprint
    assert str(tmp_path).encode() not in out.read_bytes()


def test_tables_hold_every_report_and_every_figure(home: Path, learn: Learn, tmp_path: Path) -> None:
    runs = [learn("a", "Same"), learn("b", "Same", steps=6)]
    out = tmp_path / "both-curves.csv"
    figures = taking.export_tables([str(run) for run in runs], out, home)
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    told = [line for run in runs for line in RunFolder(run).read_metrics()]
    assert len(rows) == len(told)
    assert {row["run"] for row in rows} == {"Same (a)", "Same (b)"}
    assert [float(row["loss"]) for row in rows] == [line["losses"]["loss"] for line in told]
    assert figures.name == "both-figures.csv"
    table = list(csv.DictReader(figures.read_text(encoding="utf-8").splitlines()))
    assert [row["steps"] for row in table] == ["4", "6"]
    assert [float(row["last loss"]) for row in table] == [
        RunFolder(run).last_report()["losses"]["loss"] for run in runs
    ]
    assert {row["setting latent"] for row in table} == {"3"}


def test_a_config_begins_the_same_again(home: Path, learn: Learn, tmp_path: Path) -> None:
    run, out = learn("first", 'It said "no"'), tmp_path / "first.toml"
    taking.export_config(str(run), out, home)
    family, preset = read_preset(out)
    entry = look(str(run), home)
    assert entry is not None
    assert family == "vae"
    assert preset.label == 'It said "no"'
    assert dict(preset.config) == dict(entry.config)
    assert tomllib.loads(out.read_text(encoding="utf-8"))["data"] == "bars"


def test_a_run_shows_its_last_samples_and_a_model_is_drawn_once(home: Path, learn: Learn) -> None:
    run = learn("first")
    image = drained(picture_of(str(run), home, CPU))
    assert image is not None
    assert image.shape == (16, 16, 3)
    for sheet in RunFolder(run).samples():
        sheet.unlink()
    drawn = drained(picture_of(str(run), home, CPU))
    assert drawn is not None
    assert drawn.shape == (16, 16, 3)
    kept = next((home / "cache" / "thumbnails").iterdir())
    age = kept.stat().st_mtime_ns
    again = drained(picture_of(str(run), home, CPU))
    assert again is not None
    assert np.array_equal(again, drawn)
    assert kept.stat().st_mtime_ns == age
    (run / "model.safetensors").write_bytes(json.dumps({}).encode() * 99)
    assert drained(picture_of(str(run), home, CPU)) is None


def test_a_model_that_begins_with_seed_one_shows_it_once(home: Path, learn: Learn) -> None:
    run = learn("first")
    write_card(run / "model.safetensors", metrics={}, data="", command="", more={"first_seed": 1})
    for sheet in RunFolder(run).samples():
        sheet.unlink()
    sheet = drained(picture_of(str(run), home, CPU))
    assert sheet is not None
    cells = {sheet[y : y + 8, x : x + 8].tobytes() for y in (0, 8) for x in (0, 8)}
    assert len(cells) == 4
