"""The window on a run that learns, seen through its pixels: what is on the canvas changes, and nobody touched it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.explore.canvas import Canvas
from app.look.images import from_qimage
from app.shell.actions import ActionId
from app.shell.window import MainWindow
from app.store.notices import Level
from app.train.page import TrainPage
from engine.opened.export import read_png_memory
from engine.opened.model import open_model_file
from engine.protocol.requests import Train
from engine.training import live
from tests.e2e.opened import opened
from tests.engine.small import SMALL, bars
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, picture in enumerate(bars().pictures):
        Pillow.fromarray(picture[0].numpy()).save(folder / f"{number:03d}.png")
    return folder


@pytest.fixture
def window(
    qtbot: QtBot, tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[MainWindow]:
    """A run was begun, and “Explore so far” pressed as soon as it was there to be pressed."""
    family = getattr(request, "param", "vae")
    monkeypatch.setattr(live, "EVERY_S", 0.1)
    monkeypatch.setattr(live, "SHARE", 1.0)
    home = tmp_path / "home"
    with opened(qtbot, home, "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        window.show_page("train")
        config = tuple({**SMALL[family], "steps": 100_000}.items())
        train = Train(family=family, data=str(pictures), out=home / "runs" / "mine", name="mine", config=config)
        assert window.shell.explorer.runs.start(train)
        button = page_of(window).run.peek_button
        qtbot.waitUntil(button.isVisible, timeout=PATIENCE_MS)
        QTest.mouseClick(button, LEFT)
        models = window.shell.explorer.models
        qtbot.waitUntil(lambda: models.model is not None and models.model.live, timeout=PATIENCE_MS)
        assert window.page_id == "explore"
        yield window


def page_of(window: MainWindow) -> TrainPage:
    page = window.findChild(TrainPage)
    assert page is not None
    return page


def canvas_of(window: MainWindow) -> Canvas:
    canvas = window.findChild(Canvas)
    assert canvas is not None
    return canvas


def seen(widget: QWidget) -> NDArray[np.uint8]:
    """What stands on the screen there."""
    return np.array(from_qimage(widget.grab().toImage()))


def until_it_changes(qtbot: QtBot, widget: QWidget) -> None:
    before = seen(widget)
    qtbot.waitUntil(lambda: not np.array_equal(seen(widget), before), timeout=PATIENCE_MS)


def troubles(window: MainWindow) -> list[str]:
    return [notice.sentence for notice in window.shell.board.notices if notice.level in (Level.PROBLEM, Level.WARNING)]


@pytest.mark.parametrize("window", ["vae", "dcgan"], indirect=True)
def test_the_picture_on_the_canvas_changes_while_it_learns(qtbot: QtBot, window: MainWindow) -> None:
    explorer = window.shell.explorer
    qtbot.waitUntil(lambda: explorer.pictures.image_of(explorer.place.recipe) is not None, timeout=PATIENCE_MS)
    place, steps = explorer.place.recipe, len(explorer.history.entries)
    for _ in range(3):
        until_it_changes(qtbot, canvas_of(window))
    assert explorer.place.recipe == place, "nobody went anywhere"
    assert len(explorer.history.entries) == steps
    model = explorer.models.model
    assert model is not None
    assert model.axes
    assert troubles(window) == []


def test_it_is_explored_kept_and_moved_on_from(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer, shell = window.shell.explorer, window.shell
    models, place = explorer.models, explorer.place
    # sliders are there, and a drag is one drag however often it is published meanwhile
    qtbot.waitUntil(lambda: window.findChild(QWidget, "slider.0") is not None, timeout=PATIENCE_MS)
    slider = window.findChild(QWidget, "slider.0")
    assert slider is not None
    middle = QPoint(slider.width() // 2, slider.height() // 2)
    QTest.mousePress(slider, LEFT, pos=middle)
    for step in range(1, 20):
        QTest.mouseMove(slider, middle + QPoint(step * slider.width() // 100, 0))
        if step == 10:
            until_it_changes(qtbot, canvas_of(window))
            assert window.findChild(QWidget, "slider.0") is slider, "no slider is taken from under a hand"
    QTest.mouseRelease(slider, LEFT, pos=middle + QPoint(slider.width() // 5, 0))
    assert place.recipe is not None
    assert place.recipe.axes
    # a favourite and a file keep the moment
    window.actions_table[ActionId.FAVOURITE].trigger()
    qtbot.waitUntil(lambda: bool(explorer.favourites.entries), timeout=PATIENCE_MS)
    [entry] = explorer.favourites.entries
    kept = models.sources[entry.recipe.model]
    assert open_model_file(kept, torch.device("cpu")).picture(entry.recipe).any()
    path = tmp_path / "me.png"
    monkeypatch.setattr(shell.dialogs, "ask_save", lambda title, suggestion, filters, then: then(path))
    shell.exporting.export_picture()
    qtbot.waitUntil(lambda: any("“me.png”" in one.sentence for one in shell.board.notices), timeout=PATIENCE_MS)
    memory, pixels = read_png_memory(path)
    again = open_model_file(models.sources[memory.recipes[0].model], torch.device("cpu"))
    times = pixels.shape[0] // again.family.picture.size
    assert np.array_equal(again.picture(memory.recipes[0]), pixels[::times, ::times])
    # it ends, and the window is on what it became
    explorer.runs.stop()
    qtbot.waitUntil(lambda: models.model is not None and not models.model.live, timeout=PATIENCE_MS)
    assert explorer.runs.run is not None
    assert models.source == explorer.runs.run.run
    assert place.recipe.point is not None, "the very point that was looked at"
    assert bool(place.recipe.axes) or not models.model.axes
    qtbot.waitUntil(lambda: explorer.pictures.image_of(place.recipe) is not None, timeout=PATIENCE_MS)
    window.show_page("train")
    start = page_of(window).setup.start
    qtbot.waitUntil(start.combo.isEnabled, timeout=PATIENCE_MS)
    assert troubles(window) == []
