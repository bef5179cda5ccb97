"""Miniature families from the command line: data by name and from folders, as people give them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from engine.commands.console import main
from engine.opened.checkpoints import load_model

TINY = ("--set", "steps=2", "--set", "batch=4")
PICTURES = ("--set", "size=8")


def zscape(capsys: pytest.CaptureFixture[str], home: Path, *words: object) -> dict[str, object]:
    capsys.readouterr()
    main([*map(str, words), "--json", "--quiet", "--home", str(home), "--threads", "1"])
    return dict(json.loads(capsys.readouterr().out.splitlines()[-1]))


@pytest.fixture
def two_kinds(tmp_path: Path) -> Path:
    folder = tmp_path / "kinds"
    for kind, level in (("day", 200), ("night", 20)):
        (folder / kind).mkdir(parents=True)
        for k in range(20):
            Image.new("RGB", (8, 8), (level + k, level, level)).save(folder / kind / f"{k}.png")
    return folder


def test_a_density_by_name_trains_a_family_of_points(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = tmp_path / "run"
    told = zscape(capsys, tmp_path, "train", "stretch-density", "--data", "ring", "--out", run, *TINY)
    assert told["ok"], told
    assert load_model(run / "model.safetensors").family.shape.dimensions == 2
    told = zscape(capsys, tmp_path, "train", "stretch-density", "--data", "mixture-1d", "--out", tmp_path / "b", *TINY)
    assert told["ok"], told
    told = zscape(capsys, tmp_path, "train", "stretch-growing", "--data", "ring", "--out", tmp_path / "c", *TINY)
    assert "learns from pictures" in str(told["error"])


def test_pairs_and_two_folders_train_a_translation(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, two_kinds: Path
) -> None:
    words = ("train", "stretch-translation", *TINY, *PICTURES, "--data", two_kinds)
    assert zscape(capsys, tmp_path, *words, "--out", tmp_path / "unpaired")["ok"]
    (two_kinds / "pairs.json").write_text('{"from": {"folder": "day"}, "to": {"folder": "night"}}')
    assert zscape(capsys, tmp_path, *words, "--out", tmp_path / "paired")["ok"]
    told = zscape(
        capsys, tmp_path, "train", "stretch-translation", *TINY, *PICTURES, "--data", two_kinds / "day",
        "--out", tmp_path / "alone",
    )  # fmt: skip
    assert "choose a folder of pairs" in str(told["error"])
