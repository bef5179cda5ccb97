"""Where one has been, in the real window: moves fold into the leap before them, and each picture is that place's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.shell.window import MainWindow
from app.store.history import thumbnail
from engine.opened.model import open_model_file
from tests.e2e.opened import opened, small_model
from tests.pages import explore
from tests.patience import PATIENCE_MS

CPU = torch.device("cpu")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return small_model(tmp_path_factory, steps=40)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, model: str) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "home", model, "small", timeout_ms=PATIENCE_MS) as window:
        yield window


def await_picture(qtbot: QtBot, window: MainWindow) -> None:
    explorer = window.shell.explorer

    def is_shown() -> bool:
        picture = explorer.pictures.picture
        return picture is not None and picture.final and picture.recipe == explorer.place.recipe

    qtbot.waitUntil(is_shown, timeout=PATIENCE_MS)


def test_moves_fold_into_the_leap_before_them_and_lead_back(qtbot: QtBot, window: MainWindow, model: str) -> None:
    explorer, strip = window.shell.explorer, explore(window).tray.history
    qtbot.waitUntil(lambda: window.findChild(QWidget, "slider.0") is not None, timeout=PATIENCE_MS)
    slider = window.findChild(QWidget, "slider.0")
    assert slider is not None
    for ways in ((8, 7), (6, 5)):
        for way in ways:
            await_picture(qtbot, window)
            QTest.mouseClick(slider, LEFT, pos=QPoint(slider.width() * way // 10, slider.height() // 2))
        await_picture(qtbot, window)
        QTest.keyClick(explore(window).canvas, Qt.Key.Key_R)
    await_picture(qtbot, window)
    entries = explorer.history.entries  # the last two: this model, and the bundled one before it
    qtbot.waitUntil(lambda: all(entry.thumbnail is not None for entry in explorer.history.entries), timeout=PATIENCE_MS)
    assert [entry.begins for entry in entries] == [True, False, False, True, False, False, True, True]
    decoder = open_model_file(model, CPU)
    shown = [0, 3, 1, 2, 6, 4, 5]  # each group with the place that began it in front
    tiles = [strip.tile_at(index) for index in range(len(shown))]
    for tile, place in zip(tiles, shown, strict=True):
        assert tile is not None
        image = tile.image()
        assert image is not None
        assert np.array_equal(image, thumbnail(decoder.picture(entries[place].recipe)))
    widths = [tile.width() for tile in tiles if tile is not None]
    assert [width < widths[0] for width in widths] == [False, False, True, True, False, True, True]
