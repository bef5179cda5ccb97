"""Grids through the real window and engine: what is seen, what is drawn directly and what is written agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.explore.grid_overlay import GridOverlay
from app.run import create_window
from app.shell.window import MainWindow
from engine.disk.bundled import bundled_model
from engine.machine.devices import choose
from engine.opened.export import read_png_memory
from engine.opened.model import OpenedModel, open_model_file
from tests.e2e.waiting import until
from tests.pages import explore

PATIENCE_MS = 240_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def faces() -> OpenedModel:
    return open_model_file(str(bundled_model("faces")), choose("cpu").torch)


@pytest.fixture
def window(qapp: object, tmp_path: Path) -> Iterator[MainWindow]:
    window = create_window(tmp_path / "home", device="cpu")
    window.show()
    models = window.shell.explorer.models
    until(lambda: models.model is not None)
    yield window
    window.close()
    assert window.shell.stopped_cleanly


def test_a_grid_is_seen_exported_and_each_cell_brings_its_place_back(
    qtbot: QtBot, window: MainWindow, faces: OpenedModel, tmp_path: Path
) -> None:
    explorer = window.shell.explorer
    explorer.place.set_seed(8)
    QTest.keyClick(window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    maker, grids = explore(window).grid, explorer.grids
    assert maker is not None
    grids.change(
        replace(
            grids.plan, rows=replace(grids.plan.rows, count=3), columns=replace(grids.plan.columns, count=3), scale=1
        )
    )
    qtbot.waitUntil(lambda: grids.drawn == 9, timeout=PATIENCE_MS)
    for number, cell in enumerate(grids.cells):
        seen = grids.image(number)
        assert seen is not None
        assert np.array_equal(seen, faces.picture(cell))
    assert grids.cells[0].directions == (("smile", -2.0), ("yaw", -2.0))

    QTest.mouseClick(maker.preview, LEFT, pos=maker.preview.cell_rect(2).center())
    assert explorer.place.recipe == grids.cells[2]
    pictures = explorer.pictures
    qtbot.waitUntil(lambda: pictures.image_of(explorer.place.recipe) is not None, timeout=PATIENCE_MS)
    assert np.array_equal(pictures.image_of(explorer.place.recipe), faces.picture(grids.cells[2]))  # type: ignore[arg-type]
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert explorer.place.recipe is not None
    assert explorer.place.recipe.directions == ()

    out, asked = tmp_path / "smile by turn.png", []
    window.shell.dialogs.ask_save = lambda title, suggestion, filters, then: asked.append(then(out))  # type: ignore[method-assign]
    QTest.mouseClick(maker.export_button, LEFT)
    qtbot.waitUntil(out.is_file, timeout=PATIENCE_MS)
    memory, pixels = read_png_memory(out)
    assert memory.layout is not None
    for number, recipe in enumerate(memory.recipes):
        box = memory.layout.cell(number)
        cell = pixels[box.y : box.y + box.height, box.x : box.x + box.width]
        assert np.array_equal(cell, faces.picture(recipe))
    assert [replace(recipe, app="") for recipe in memory.recipes] == list(grids.cells)

    window.shell.opening.read_picture(out)
    canvas = explore(window).canvas
    qtbot.waitUntil(lambda: canvas.findChild(GridOverlay) is not None, timeout=PATIENCE_MS)
    overlay = canvas.findChild(GridOverlay)
    assert overlay is not None
    assert canvas.isVisible(), "the grid maker gave way"
    QTest.mouseClick(overlay, LEFT, pos=overlay.cell_rect(6).center())
    assert explorer.place.recipe == grids.cells[6]
