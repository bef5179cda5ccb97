"""Grids through the real window and engine: what is seen, what is drawn directly and what is written agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.explore.grid_overlay import GridOverlay
from app.shell.window import MainWindow
from app.store.made.effects import UNSEEN
from app.store.made.pads import PadKind
from app.store.made.planes import CornerPlane
from engine.disk.bundled import bundled_model
from engine.families import build
from engine.families.base import DataShape
from engine.machine.devices import choose
from engine.opened.checkpoints import save_model
from engine.opened.effects import measured_effects
from engine.opened.export import read_png_memory
from engine.opened.model import OpenedModel, open_model_file
from tests.e2e.opened import opened_as_ever
from tests.engine.small import SMALL
from tests.pages import explore
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def faces() -> OpenedModel:
    return open_model_file(str(bundled_model("faces")), choose("cpu").torch)


@pytest.fixture
def window(qapp: object, tmp_path: Path) -> Iterator[MainWindow]:
    with opened_as_ever(tmp_path / "home") as window:
        yield window


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


def test_models_stand_side_by_side_and_a_click_on_a_cell_opens_its_model(
    qtbot: QtBot, window: MainWindow, faces: OpenedModel, tmp_path: Path
) -> None:
    explorer, dcgan = window.shell.explorer, open_model_file(str(bundled_model("faces-dcgan")), choose("cpu").torch)
    explorer.place.set_seed(8)
    QTest.keyClick(window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    maker, grids = explore(window).grid, explorer.grids
    assert maker is not None
    QTest.mouseClick(maker.ready_button("Seeds"), LEFT)
    qtbot.waitUntil(lambda: maker.rows.what.findText("Models") > 0, timeout=PATIENCE_MS)
    maker.rows.what.setCurrentIndex(maker.rows.what.findText("Models"))
    maker.rows.what.activated.emit(maker.rows.what.currentIndex())
    QTest.mouseClick(maker.rows.which, LEFT)
    menu = maker.rows.findChild(QMenu, "grid.which")
    assert menu is not None
    for action in menu.actions():
        if action.isChecked() != (action.text() in ("Faces", "Faces, DCGAN")):
            QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
            QTest.mouseClick(maker.rows.which, LEFT)
    for left in maker.rows.findChildren(QMenu, "grid.which"):
        left.close()
    assert grids.plan.rows.sources == ("faces", "faces-dcgan")
    grids.change(replace(grids.plan, columns=replace(grids.plan.columns, count=2), scale=1))
    qtbot.waitUntil(lambda: grids.drawn == len(grids.cells) == 4, timeout=PATIENCE_MS)
    for number, cell in enumerate(grids.cells):
        assert np.array_equal(grids.image(number), (faces, dcgan)[number // 2].picture(cell))  # type: ignore[arg-type]

    out = tmp_path / "models.png"
    window.shell.dialogs.ask_save = lambda title, suggestion, filters, then: then(out)  # type: ignore[method-assign]
    QTest.mouseClick(maker.export_button, LEFT)
    qtbot.waitUntil(out.is_file, timeout=PATIENCE_MS)
    memory, pixels = read_png_memory(out)
    assert memory.layout is not None
    for number, recipe in enumerate(memory.recipes):
        box = memory.layout.cell(number)
        cell_pixels = pixels[box.y : box.y + box.height, box.x : box.x + box.width]
        assert np.array_equal(cell_pixels, (faces, dcgan)[number // 2].picture(recipe))

    window.shell.opening.read_picture(out)
    canvas = explore(window).canvas
    qtbot.waitUntil(lambda: canvas.findChild(GridOverlay) is not None, timeout=PATIENCE_MS)
    overlay = canvas.findChild(GridOverlay)
    assert overlay is not None
    QTest.mouseClick(overlay, LEFT, pos=overlay.cell_rect(3).center())
    models, pictures = explorer.models, explorer.pictures
    qtbot.waitUntil(lambda: models.model is not None and models.model.name == "Faces, DCGAN", timeout=PATIENCE_MS)
    here = explorer.place.recipe
    assert here is not None
    assert here.seed == 9
    qtbot.waitUntil(lambda: pictures.image_of(here) is not None, timeout=PATIENCE_MS)
    assert np.array_equal(pictures.image_of(here), dcgan.picture(here))  # type: ignore[arg-type]


def test_a_pad_drag_moves_both_sliders_and_the_picture_is_that_places(
    qtbot: QtBot, window: MainWindow, faces: OpenedModel
) -> None:
    explorer, panel = window.shell.explorer, explore(window).sliders
    explorer.place.set_seed(22)
    panel.pad_section.set_open(True)
    panel.settle()
    pad, pads = panel.pad, explorer.pads
    assert pad is not None
    QTest.mousePress(pad.square, LEFT, pos=pad.square.point_of((0.5, 0.5)).toPoint())
    for share in (0.6, 0.7, 0.8, 0.9):
        QTest.mouseMove(pad.square, pad.square.point_of((share, 1 - share)).toPoint())
    QTest.mouseRelease(pad.square, LEFT, pos=pad.square.point_of((0.9, 0.1)).toPoint())
    pictures, here = explorer.pictures, explorer.place.recipe
    assert here is not None
    values = dict(here.directions)
    assert values["yaw"] > 1.4
    assert values["smile"] < -1.4
    assert (panel.look.rows["yaw"].value(), panel.look.rows["smile"].value()) == (values["yaw"], values["smile"])
    qtbot.waitUntil(lambda: pictures.image_of(here) is not None, timeout=PATIENCE_MS)
    assert np.array_equal(pictures.image_of(here), faces.picture(here))  # type: ignore[arg-type]

    def is_filled() -> bool:
        return all(pads.image(number) is not None for number in range(pads.side**2))

    qtbot.waitUntil(is_filled, timeout=PATIENCE_MS)
    plane, first = pads.plane, pads.image(0)
    assert plane is not None
    assert first is not None
    assert np.array_equal(first, faces.picture(plane.place(here, (0.5 / 7, 6.5 / 7))))

    QTest.mouseClick(pad.kinds[PadKind.CORNERS], LEFT)
    qtbot.waitUntil(lambda: isinstance(pads.plane, CornerPlane), timeout=PATIENCE_MS)
    pads.set_corner(3, here)
    three = faces.place(here)
    assert three is not None
    qtbot.waitUntil(
        lambda: isinstance(pads.plane, CornerPlane) and np.allclose(pads.plane.points[3], three), timeout=PATIENCE_MS
    )
    pads.move(1.0, 1.0)
    assert pads.dot() == pytest.approx((1.0, 1.0))
    there = explorer.place.recipe
    assert there is not None
    assert there.point is not None
    qtbot.waitUntil(lambda: pictures.image_of(there) is not None, timeout=PATIENCE_MS)
    difference = pictures.image_of(there).astype(int) - faces.picture(here)  # type: ignore[union-attr]
    assert abs(difference).max() <= 1, "the corner shows the picture that was put there"


def test_a_flat_latent_is_a_sheet_in_which_one_goes_where_one_presses(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "flat.safetensors"
    config = {**SMALL["vae"], "latent": 2}
    save_model(path, build("vae", config, DataShape()).eval(), name="flat")
    flat = open_model_file(str(path), choose("cpu").torch)
    explorer, panel = window.shell.explorer, explore(window).sliders
    explorer.models.open(str(path))
    models = explorer.models
    qtbot.waitUntil(lambda: models.model is not None and models.model.latent == 2, timeout=PATIENCE_MS)
    panel.pad_section.set_open(True)
    panel.settle()
    assert panel.pad is not None
    assert explorer.pads.kind is PadKind.SHEET
    QTest.mouseClick(panel.pad.square, LEFT, pos=panel.pad.square.point_of((0.8413, 0.5)).toPoint())
    here = explorer.place.recipe
    assert here is not None
    assert here.point == pytest.approx((1.0, 0.0), abs=0.05)
    pictures, pads = explorer.pictures, explorer.pads
    qtbot.waitUntil(lambda: pictures.image_of(here) is not None, timeout=PATIENCE_MS)
    assert np.array_equal(pictures.image_of(here), flat.picture(here))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: pads.image(120) is not None, timeout=PATIENCE_MS)
    normal = NormalDist()
    corner = replace(here, point=(normal.inv_cdf(10.5 / 11), normal.inv_cdf(0.5 / 11)))
    assert np.array_equal(pads.image(120), flat.picture(corner))  # type: ignore[arg-type]


def test_raw_coordinates_are_sorted_by_what_they_do_to_the_real_pictures(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "three.safetensors"
    save_model(path, build("vae", SMALL["vae"], DataShape()).eval(), name="three")
    three = open_model_file(str(path), choose("cpu").torch)
    explorer, panel = window.shell.explorer, explore(window).sliders
    explorer.models.open(str(path))
    models = explorer.models
    qtbot.waitUntil(lambda: models.model is not None and models.model.latent == 3, timeout=PATIENCE_MS)
    panel.all_z.set_open(True)
    qtbot.waitUntil(lambda: bool(explorer.effects.effects), timeout=PATIENCE_MS)
    wanted = [event for event in measured_effects(three) if event is not None][-1].effects
    assert explorer.effects.effects == wanted
    assert panel.raw is not None
    seen = [index for index in sorted(range(3), key=lambda k: -wanted[k]) if wanted[index] >= UNSEEN]
    assert list(panel.raw.shown_indices()) == (seen or [0, 1, 2])
