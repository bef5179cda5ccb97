"""A family that draws pixel by pixel, in the real window: it is seen to draw, it can be stopped and taken up again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.shell.window import MainWindow
from app.store.shown.pictures import Drawing
from app.store.state import Explorer
from engine.datasets.store import Store
from engine.opened.model import OpenedModel, Sampled, open_model_file
from engine.protocol.answers import Finished, Rendered
from engine.protocol.values import Recipe
from engine.training.loop import Job, train
from tests.e2e.opened import await_whole, opened
from tests.engine.small import SMALL, bars
from tests.pages import explore
from tests.patience import PATIENCE_MS, PATIENCE_S

CPU = torch.device("cpu")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    run = tmp_path_factory.mktemp("runs") / "pixels"
    data: Store = bars(size=24)
    values = dict(SMALL["pixelcnn"], size=24, depth=4, steps=2)
    *_, end = train(Job(run=run, name="pixels", family="pixelcnn", values=values, data="bars"), data, device=CPU)
    assert isinstance(end, Finished)
    return end.path


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, model: str) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "home", model, "pixels", timeout_ms=PATIENCE_MS) as window:
        yield window


def seen_share(explorer: Explorer) -> float:
    """How much is drawn of the picture on the canvas."""
    return 0.0 if explorer.pictures.picture is None else explorer.pictures.picture.progress


def test_it_is_seen_to_draw_and_seed_and_class_decide_what(qtbot: QtBot, window: MainWindow, model: str) -> None:
    explorer = window.shell.explorer
    await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    looks: list[Rendered] = []
    explorer.pictures.picture_changed.connect(lambda shown: looks.append(shown) if shown is not None else None)
    seed = explorer.place.recipe.seed if explorer.place.recipe is not None else None
    QTest.mouseClick(explore(window).sliders.no_places.again_button, LEFT)
    whole = await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    shares = [look.progress for look in looks]
    assert len(shares) > 24
    assert shares == sorted(shares)
    assert [look.final for look in looks] == [False] * (len(looks) - 1) + [True]
    assert (looks[0].image[1:] == looks[0].image[-1, -1]).all()  # below the first row nothing is drawn yet
    assert whole.recipe.seed != seed
    combo = explore(window).sliders.wishes.choices["class"].combo
    assert combo is not None
    QTest.keyClick(combo, Qt.Key.Key_End)
    wished = await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    assert wished.recipe.conditions == (("class", 1.0),)
    assert np.array_equal(wished.image, open_model_file(model, CPU).picture(wished.recipe))
    assert not explore(window).sliders.all_z.isVisible()
    assert not explore(window).sliders.diversity.isVisible()
    assert window.shell.board.notices == ()


def test_escape_stops_it_and_what_is_drawn_stays_until_the_rest_is_wished(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer = window.shell.explorer
    await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    pressed, sampling = threading.Event(), OpenedModel.sampling

    def no_further(opened: OpenedModel, recipe: Recipe) -> Iterator[Sampled]:
        """Half a picture and no more until Escape was pressed: a late hand would find it whole."""
        for look in sampling(opened, recipe):
            yield look
            if recipe == explorer.place.recipe and look.progress > 0.5:
                assert pressed.wait(PATIENCE_S)

    monkeypatch.setattr(OpenedModel, "sampling", no_further)
    random = window.findChild(QPushButton, "randomise")
    assert random is not None
    random.setFocus()
    with qtbot.waitSignal(explorer.pictures.drawing_changed, timeout=PATIENCE_MS):
        QTest.mouseClick(random, LEFT)
    qtbot.waitUntil(lambda: seen_share(explorer) > 0.1, timeout=PATIENCE_MS)
    QTest.keyClick(random, Qt.Key.Key_Escape)  # from wherever the focus is
    pressed.set()
    assert explorer.pictures.drawing is Drawing.STOPPED
    part = explorer.pictures.picture
    assert part is not None
    assert not part.final
    assert explorer.history.entries[0].thumbnail is not None
    with qtbot.waitSignal(explorer.gallery.cell_changed, timeout=PATIENCE_MS):  # the pen is free again
        explorer.gallery.refresh()
    assert explorer.pictures.picture is part
    pen = explore(window).sliders.no_places.pen_button
    assert pen.isVisible()
    QTest.mouseClick(pen, LEFT)
    whole = await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    inked = part.image != part.image[-1, -1]
    assert whole.recipe == part.recipe
    assert inked.any()
    assert np.array_equal(whole.image[inked], part.image[inked])
    qtbot.waitUntil(lambda: not pen.isVisible())
