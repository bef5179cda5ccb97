"""A model that has learned six pictures by heart is caught: beside the canvas, and on the Evaluate page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import engine.datasets.catalogue as catalogue
from app.evaluate.page import TABS, EvaluatePage
from app.shell.window import MainWindow
from engine.datasets.store import Split
from engine.machine.work import finished
from engine.opened.model import open_model_file
from engine.protocol.scoring import Space
from engine.training.loop import Job, train
from tests.e2e.opened import opened
from tests.engine.evaluation.several_models import CPU
from tests.engine.small import SMALL, drained
from tests.pages import explore
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton
TEXTURES, KINDS, COPIES, SIZE = 200, 6, 20, 8


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two hundred textures, none like another."""
    folder = tmp_path_factory.mktemp("textures")
    generator = torch.Generator().manual_seed(3)
    for number in range(TEXTURES):
        picture = torch.randint(0, 256, (SIZE, SIZE), generator=generator, dtype=torch.uint8)
        Pillow.fromarray(picture.numpy()).save(folder / f"{number:03d}.png")
    return str(folder)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, data: str) -> Path:
    """A run that saw six of them, again and again: it can draw nothing else."""
    home = tmp_path_factory.mktemp("home")
    learned = finished(catalogue.open_data(data, home=home, size=SIZE)).subset(Split.TRAIN)
    again = learned.pictures[:KINDS].repeat(COPIES, 1, 1, 1)
    few = replace(learned, pictures=again, split=torch.zeros(len(again), dtype=torch.uint8), sha256="few")
    values = {**SMALL["vae"], "steps": 300, "width": 8, "latent": 4, "batch": 32, "rate": 0.01}
    run = home / "runs" / "parrot"
    drained(train(Job(run=run, name="parrot", family="vae", values=values, data=data), few, device=CPU))
    return home


@pytest.fixture
def window(qtbot: QtBot, home: Path) -> Iterator[MainWindow]:
    with opened(qtbot, home, str(home / "runs" / "parrot"), "parrot", timeout_ms=PATIENCE_MS) as window:
        yield window


def test_the_parrot_is_caught_beside_the_canvas(qtbot: QtBot, home: Path, data: str, window: MainWindow) -> None:
    window.show_page("explore")
    sliders, store = explore(window).sliders, window.shell.explorer
    store.nearest.set_space(Space.PIXELS)
    sliders.nearest_section.set_open(True)
    sliders.settle()
    nearest = store.nearest
    qtbot.waitUntil(lambda: nearest.is_current or bool(nearest.trouble), timeout=PATIENCE_MS)
    assert nearest.found is not None, nearest.trouble
    assert nearest.found.percentile <= 1.0
    assert sliders.nearest is not None
    assert sliders.nearest.verdict.text() == "Memorised?"
    recipe = store.place.recipe
    assert recipe is not None
    image = open_model_file(str(home / "runs" / "parrot" / "model.safetensors"), CPU).picture(recipe)
    train_pictures = finished(catalogue.open_data(data, home=home, size=SIZE)).subset(Split.TRAIN).pictures
    rms = np.sqrt(np.mean((train_pictures[:, 0].numpy() / 255.0 - image[:, :, 0] / 255.0) ** 2, axis=(1, 2)))
    assert nearest.found.distances[0] == pytest.approx(float(rms.min()), abs=1e-4)
    assert np.array_equal(nearest.found.neighbours[0][:, :, 0], train_pictures[int(rms.argmin()), 0].numpy())


def test_the_parrot_is_caught_on_the_evaluate_page(qtbot: QtBot, home: Path, window: MainWindow) -> None:
    window.show_page("evaluate")
    page = window.page("evaluate")
    assert isinstance(page, EvaluatePage)
    scores, closeness = window.shell.explorer.scores, window.shell.explorer.closeness
    qtbot.waitUntil(lambda: bool(scores.models), timeout=PATIENCE_MS)
    scores.choose((str(home / "runs" / "parrot"),))
    page.closeness.space.setCurrentIndex(1)
    QTest.mouseClick(page.tabs, LEFT, pos=page.tabs.tabRect(TABS.index("Neighbours")).center())
    qtbot.waitUntil(lambda: closeness.neighbours() is not None or bool(closeness.trouble), timeout=PATIENCE_MS)
    found = closeness.neighbours()
    assert found is not None, closeness.trouble
    assert found.copies > 0.5
    assert page.closeness.verdict.text().endswith("this model gives back what it learned by heart.")
    assert page.closeness.bands["near"].tiles
