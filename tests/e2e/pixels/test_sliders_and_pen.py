"""A model with a place that also draws pixel by pixel: its sketch follows a slider, and the pen draws it out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.shell.window import MainWindow
from app.store.shown.pictures import Drawing
from engine.opened.model import OpenedModel, open_model_file
from engine.opened.pictures import to_image
from engine.protocol.answers import Finished, Rendered
from engine.protocol.values import Image, Recipe
from engine.training.loop import Job, train
from tests.e2e.opened import await_whole, opened
from tests.engine.small import SMALL, bars
from tests.pages import explore
from tests.patience import PATIENCE_MS

CPU = torch.device("cpu")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    run = tmp_path_factory.mktemp("runs") / "pixelvae"
    values = dict(SMALL["pixelvae"], size=16, levels=4, steps=40, rate=0.01)
    *_, end = train(Job(run=run, name="both", family="pixelvae", values=values, data="bars"), bars(size=16), device=CPU)
    assert isinstance(end, Finished)
    return end.path


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, model: str) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "home", model, "both", timeout_ms=PATIENCE_MS) as window:
        yield window


def sketch_of(file: OpenedModel, recipe: Recipe) -> Image:
    """What the family says of the place in one go."""
    place = file.place(recipe)
    assert place is not None
    with torch.no_grad():
        return to_image(file.family.decode(place[None])[0])


def middle_of(window: MainWindow, row: int, column: int) -> QPoint:
    frame = explore(window).canvas.frame()
    side = frame.width() / 16
    return QPoint(int(frame.x() + (column + 0.5) * side), int(frame.y() + (row + 0.5) * side))


def test_a_slider_moves_the_sketch_and_the_pen_follows(qtbot: QtBot, window: MainWindow, model: str) -> None:
    explorer, panel = window.shell.explorer, explore(window).sliders
    file = open_model_file(model, CPU)
    await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    looks: list[Rendered] = []
    explorer.pictures.picture_changed.connect(lambda shown: looks.append(shown) if shown is not None else None)
    track = panel.axes.rows["0"].track
    QTest.mousePress(track, LEFT, pos=track.rect().center())
    QTest.mouseMove(track, track.rect().center() + QPoint(track.width() // 3, 0))
    QTest.mouseRelease(track, LEFT, pos=track.rect().center() + QPoint(track.width() // 3, 0))
    whole = await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    assert whole.recipe.axes
    looks = [look for look in looks if look.recipe == whole.recipe]
    sketch = sketch_of(file, whole.recipe)
    assert np.array_equal(looks[0].image, sketch)
    for look in looks[:-1]:
        assert np.array_equal(look.image.reshape(-1, 3)[look.drawn :], sketch.reshape(-1, 3)[look.drawn :])
        assert np.array_equal(look.image.reshape(-1, 3)[: look.drawn], whole.image.reshape(-1, 3)[: look.drawn])
    counts = [look.drawn for look in looks[:-1]]
    assert counts[0] == 0
    assert counts == sorted(set(counts))
    assert np.array_equal(whole.image, file.picture(whole.recipe))
    assert window.shell.board.notices == ()


def test_the_same_place_can_be_drawn_by_another_chance_and_taken_back(
    qtbot: QtBot, window: MainWindow, model: str
) -> None:
    explorer, panel = window.shell.explorer, explore(window).sliders
    file = open_model_file(model, CPU)
    first = await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    assert panel.no_places.isVisible()
    assert panel.axes.isVisible()
    QTest.mouseClick(panel.no_places.again_button, LEFT)
    again = await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    assert again.recipe.seed != first.recipe.seed
    assert np.array_equal(sketch_of(file, again.recipe), sketch_of(file, first.recipe))
    assert not np.array_equal(again.image, first.image)
    explorer.edits.undo()
    back = await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    assert back.recipe == first.recipe
    assert np.array_equal(back.image, first.image)


def test_single_steps_of_the_pen_go_over_the_sketch(qtbot: QtBot, window: MainWindow, model: str) -> None:
    explorer = window.shell.explorer
    whole = await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    sketch = sketch_of(open_model_file(model, CPU), whole.recipe)
    for steps in (1, 2, 3):
        explorer.pen.step()
        shown = explorer.pictures.picture
        assert shown is not None
        assert explorer.pictures.drawing is Drawing.GROWING
        pixels = shown.image.reshape(-1, 3)
        assert np.array_equal(pixels[:steps], whole.image.reshape(-1, 3)[:steps])
        assert np.array_equal(pixels[steps:], sketch.reshape(-1, 3)[steps:])
    canvas = explore(window).canvas
    seen = canvas.grab().toImage()
    greys = sketch[:, :, 0].astype(int)
    dark, bright = (np.unravel_index(each, greys.shape) for each in (greys.argmin(), greys.argmax()))
    assert greys[bright] - greys[dark] > 60
    light = [seen.pixelColor(middle_of(window, int(row), int(column))).lightness() for row, column in (dark, bright)]
    assert light[1] > light[0] + 15, "the sketch is seen where nothing is drawn yet"
