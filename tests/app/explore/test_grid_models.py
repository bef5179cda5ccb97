"""Models along a side of a grid: the same wish of each, drawn one after the other, picked and exported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.explore.grid_maker import GridMaker
from app.flows.commands import CommandFlow
from app.store.made.grid_options import Choice
from app.store.made.grid_plans import plan_value, read_plan
from engine.protocol.beside import SampleBeside
from engine.protocol.grids import Varied
from engine.protocol.requests import Cancel, ExportGrid
from engine.protocol.values import ModelDescribed, Recipe
from tests.app.conftest import Desk
from tests.app.fake_engine import FACES, drawn

LEFT = Qt.MouseButton.LeftButton
OTHER = replace(FACES, name="Others", fingerprint="9" * 16, directions=FACES.directions[:1], axes=())
SEEDS = Choice(what=Varied.SEED, low=4.0, count=2)


@pytest.fixture
def maker(desk: Desk, qtbot: QtBot) -> GridMaker:
    desk.fake.models["faces-dcgan"] = OTHER
    desk.explorer.grids.open()
    maker = GridMaker(desk)
    qtbot.addWidget(maker)
    maker.resize(900, 700)
    with qtbot.waitExposed(maker):
        maker.show()
    return maker


def models_of(desk: Desk, *sources: str, name: str = "") -> Choice:
    option = next(o for o in desk.explorer.grids.options() if o.key == (Varied.MODEL, name))
    return replace(option.choice, sources=sources or option.choice.sources, count=len(sources) or option.choice.count)


def test_each_model_draws_the_same_wish(maker: GridMaker, desk: Desk) -> None:
    grids = desk.explorer.grids
    name = FACES.directions[1].name
    desk.explorer.place.set_direction(name, 1.0)
    grids.change(replace(grids.plan, rows=models_of(desk, "faces", "faces-dcgan"), columns=SEEDS))
    assert [(cell.model, cell.seed) for cell in grids.cells] == [
        (model.fingerprint, seed) for model in (FACES, OTHER) for seed in (4, 5)
    ]
    assert grids.cells[0].directions == ((name, 1.0),)
    assert grids.cells[2].directions == (), "the other model has no such slider"
    assert grids.drawn == 4
    for number, cell in enumerate(grids.cells):
        image = grids.image(number)
        assert image is not None
        assert (image == drawn(cell, FACES.size, FACES.channels)).all()
    assert grids.sheet().rows == ("Faces", "Faces, DCGAN")
    assert grids.sheet().down == "Model"
    grids.swap()
    assert [cell.model for cell in grids.cells] == [FACES.fingerprint, OTHER.fingerprint] * 2
    assert desk.explorer.models.knows(Recipe(model=OTHER.fingerprint)), "a click on its cell opens it"


def test_models_are_ticked_in_a_menu_and_a_run_stands_as_it_learned(maker: GridMaker, desk: Desk) -> None:
    grids = desk.explorer.grids
    grids.change(replace(grids.plan, rows=models_of(desk), columns=SEEDS))
    labels = [option.label for option in grids.options()]
    assert "cats as it learned" in labels
    assert maker.rows.which.isVisible()
    assert not maker.rows.count.isVisible()
    QTest.mouseClick(maker.rows.which, LEFT)
    menu = maker.rows.findChild(QMenu, "grid.which")
    assert menu is not None
    ticked = [action.text() for action in menu.actions() if action.isChecked()]
    for action in menu.actions():
        if action.isChecked() and action.text() != "Faces":
            action.trigger()
    menu.close()
    assert len(ticked) > 1
    assert grids.plan.rows.sources == ("faces",)
    moments = models_of(desk, name="/runs/cats")
    assert [Path(source).stem for source in moments.sources] == ["100", "200", "400"]


def test_a_model_that_does_not_open_says_why_and_nothing_is_exported(maker: GridMaker, desk: Desk) -> None:
    grids = desk.explorer.grids
    del desk.fake.models["faces-dcgan"]
    grids.change(replace(grids.plan, rows=models_of(desk, "faces", "faces-dcgan"), columns=SEEDS))
    assert grids.drawn == 2, "the others are drawn"
    assert "does not exist" in maker.note.text()
    assert not maker.export_button.isEnabled()


def test_it_is_exported_with_whose_each_cell_is_and_has_a_command(maker: GridMaker, desk: Desk, home: Path) -> None:
    grids = desk.explorer.grids
    grids.change(replace(grids.plan, rows=models_of(desk, "faces", "faces-dcgan"), columns=SEEDS))
    desk.dialogs.answer = home / "models.png"
    QTest.mouseClick(maker.export_button, LEFT)
    sent = desk.fake.last(ExportGrid)
    assert sent.sources == ("faces", "faces", "faces-dcgan", "faces-dcgan")
    assert [cell.model for cell in sent.recipes] == [cell.model for cell in grids.cells]
    model: ModelDescribed | None = desk.explorer.models.model
    recipe = desk.explorer.place.recipe
    assert model is not None
    assert recipe is not None
    words = CommandFlow(desk.explorer, desk.board, desk.home).grid_words(model, recipe)
    assert "models=faces,faces-dcgan" in words


def test_beside_models_nothing_stands_that_means_something_in_one_only(maker: GridMaker, desk: Desk) -> None:
    grids = desk.explorer.grids
    axis = next(o.choice for o in grids.options() if o.choice.what is Varied.AXIS)
    grids.change(replace(grids.plan, rows=SEEDS, columns=axis))
    grids.change(replace(grids.plan, rows=models_of(desk)))
    assert grids.plan.rows.what is Varied.MODEL
    assert grids.plan.columns.what is Varied.SEED
    grids.change(replace(grids.plan, columns=axis))
    assert (grids.plan.rows.what, grids.plan.columns) == (Varied.SEED, axis), "what was chosen last stays"


def test_drawing_is_stopped_and_goes_on_and_the_plan_is_kept(maker: GridMaker, desk: Desk) -> None:
    grids = desk.explorer.grids
    desk.fake.held = True
    grids.change(replace(grids.plan, rows=models_of(desk, "faces", "faces-dcgan"), columns=SEEDS))
    assert isinstance(desk.fake.sent[-1], SampleBeside)
    grids.stop()
    assert isinstance(desk.fake.sent[-1], Cancel)
    desk.fake.held = False
    grids.go_on()
    assert grids.drawn == 4
    assert read_plan(plan_value(grids.plan)) == grids.plan
    value = plan_value(grids.plan)
    assert read_plan({**value, "rows": {**value["rows"], "sources": [3]}}) is None
    assert read_plan({**value, "rows": {**value["rows"], "sources": []}}) is None
