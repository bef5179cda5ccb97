"""Pictures of a folder are read at the size a model wants: shrinking first and enlarging after loses what they show."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from engine.commands.console import main
from engine.datasets.catalogue import open_data
from engine.datasets.store import Split
from engine.machine.work import finished
from engine.protocol.answers import Finished
from engine.protocol.requests import Train
from tests.engine.serving.test_worker import Running

SIZE = 80
SETTINGS = {"size": SIZE, "channels": 3, "width": 4, "latent": 2, "batch": 4, "steps": 1}


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Pictures larger than the 64 pixels that folders are usually read at."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    rng = np.random.default_rng(4)
    for number in range(24):
        Pillow.fromarray(rng.integers(0, 256, (96, 96, 3), dtype=np.uint8)).save(folder / f"{number:02d}.png")
    return folder


def learned_from(run: Path) -> str:
    content = json.loads((run / "run.json").read_text(encoding="utf-8"))
    return str(content["data_sha256"])


def sharp(folder: Path, home: Path) -> str:
    store = finished(open_data(str(folder), home=home, size=SIZE))
    assert store.size == SIZE
    return store.subset(Split.TRAIN).sha256


def test_a_run_of_the_command_learns_from_sharp_pictures(photographs: Path, tmp_path: Path) -> None:
    home, run = tmp_path / "home", tmp_path / "run"
    words = [word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")]
    code = main(["train", "vae", "--data", str(photographs), "--out", str(run), "--home", str(home), "--quiet", *words])
    assert code == 0
    assert learned_from(run) == sharp(photographs, home)


@pytest.mark.threads
def test_a_run_of_the_window_learns_from_sharp_pictures(photographs: Path, tmp_path: Path) -> None:
    home, run = tmp_path / "home", tmp_path / "run"
    running = Running(home)
    try:
        config = tuple(SETTINGS.items())
        running.mailbox.put(Train(family="vae", config=config, data=str(photographs), out=run, name="run"))
        running.until(Finished)
    finally:
        running.stop()
    assert learned_from(run) == sharp(photographs, home)
