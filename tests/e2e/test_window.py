"""The whole program: the real window, the real engine thread, a real (small) model, hands on the sliders."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.shell.window import MainWindow
from app.store.state import Explorer
from engine.opened.model import open_model_file
from engine.protocol.answers import Finished, Rendered
from engine.protocol.requests import Train
from engine.training.loop import Job, train
from tests.e2e.opened import opened
from tests.engine.small import SMALL, bars
from tests.patience import PATIENCE_MS, PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
CPU = torch.device("cpu")
EVENTS = 2000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    run = tmp_path_factory.mktemp("runs") / "small"
    job = Job(run=run, name="small", family="vae", values=dict(SMALL["vae"], steps=60), data="bars")
    *_, end = train(job, bars(), device=CPU)
    assert isinstance(end, Finished)
    return end.path


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, picture in enumerate(bars().pictures):
        Pillow.fromarray(picture[0].numpy()).save(folder / f"{number:03d}.png")
    return folder


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, model: str) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "home", model, "small", timeout_ms=PATIENCE_MS) as window:
        qtbot.waitUntil(lambda: is_shown(window.shell.explorer), timeout=PATIENCE_MS)
        yield window


def is_shown(explorer: Explorer) -> bool:
    """Whether the picture on the canvas is the one the recipe asks for."""
    picture = explorer.pictures.picture
    return isinstance(picture, Rendered) and picture.final and picture.recipe == explorer.place.recipe


def drag(widget: QWidget, moves: int) -> None:
    """A hand on a slider: press in the middle, move right in steps, let go."""
    middle = QPoint(widget.width() // 2, widget.height() // 2)
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=middle)
    for step in range(1, moves + 1):
        QTest.mouseMove(widget, middle + QPoint(step * widget.width() // (4 * moves), 0))
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=middle + QPoint(widget.width() // 4, 0))


def test_dragging_a_slider_ends_in_the_picture_of_its_last_position(
    qtbot: QtBot, window: MainWindow, model: str
) -> None:
    explorer = window.shell.explorer
    before = explorer.place.recipe
    # The model before leaves its rows to the event loop: wait for those of this one.
    qtbot.waitUntil(lambda: window.findChild(QWidget, "slider.0") is not None, timeout=PATIENCE_MS)
    slider = window.findChild(QWidget, "slider.0")
    assert slider is not None
    drag(slider, moves=40)
    assert explorer.place.recipe != before
    qtbot.waitUntil(lambda: is_shown(explorer), timeout=PATIENCE_MS)
    shown = explorer.pictures.picture
    assert shown is not None
    assert np.array_equal(shown.image, open_model_file(model, CPU).picture(shown.recipe))
    explorer.edits.undo()
    assert explorer.place.recipe == before


def test_a_storm_of_events_while_training_end_in_the_right_picture(
    qtbot: QtBot, window: MainWindow, model: str, pictures: Path, tmp_path: Path
) -> None:
    """Promise R4, and rule 7: the weights are those of a run that nobody disturbed."""
    explorer = window.shell.explorer
    config = tuple({**SMALL["vae"], "steps": 50}.items())
    run = tmp_path / "run"
    assert explorer.runs.start(Train(family="vae", data=str(pictures), out=run, name="mine", config=config))
    tickets: list[int] = []
    explorer.pictures.picture_changed.connect(lambda shown: tickets.append(shown.ticket) if shown is not None else None)
    for event in range(EVENTS):
        explorer.place.set_axis(0, (event % 400) / 100 - 2)
        if event % 100 == 0:
            qtbot.waitUntil(lambda: True)
    qtbot.waitUntil(lambda: is_shown(explorer), timeout=PATIENCE_MS)
    shown = explorer.pictures.picture
    assert shown is not None
    assert np.array_equal(shown.image, open_model_file(model, CPU).picture(explorer.place.recipe))
    assert tickets == sorted(tickets)
    qtbot.waitUntil(lambda: explorer.runs.run is not None and explorer.runs.run.is_over, timeout=PATIENCE_MS)
    quiet = undisturbed(pictures, tmp_path)
    assert open_model_file(str(run / "model.safetensors"), CPU).fingerprint == quiet


def undisturbed(pictures: Path, tmp_path: Path) -> str:
    """The fingerprint that the same run has without a window."""
    command = [
        sys.executable,
        "main.py",
        "train",
        "vae",
        "--data",
        str(pictures),
        "--out",
        str(tmp_path / "quiet" / "run"),
    ]
    for name, value in {**SMALL["vae"], "steps": 50}.items():
        command += ["--set", f"{name}={value}"]
    environment = dict(os.environ, OMP_NUM_THREADS="1", ZSCAPE_HOME=str(tmp_path / "quiet-home"))
    subprocess.run(
        [*command, "--threads", "1"], cwd=ROOT, env=environment, check=True, capture_output=True, timeout=PATIENCE_S
    )
    return open_model_file(str(tmp_path / "quiet" / "run" / "model.safetensors"), CPU).fingerprint
