"""The grid maker: its sides decide the cells, its words the sheet; what is seen is what is asked to be written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.explore.grid_maker import GridMaker
from app.store.made.grid_options import Choice
from app.store.made.grid_plans import GridPlan, plan_value, read_plan
from engine.protocol.grids import Varied
from engine.protocol.requests import ExportGrid
from engine.protocol.values import View
from tests.app.conftest import Desk
from tests.app.fake_engine import drawn

LEFT = Qt.MouseButton.LeftButton
SMILE = Choice(what=Varied.DIRECTION, name="smile", low=-1.0, high=1.0, count=3)
SEEDS = Choice(what=Varied.SEED, low=4.0, count=2)


@pytest.fixture
def maker(desk: Desk, qtbot: QtBot) -> GridMaker:
    desk.explorer.grids.open()
    maker = GridMaker(desk)
    qtbot.addWidget(maker)
    maker.resize(700, 700)
    with qtbot.waitExposed(maker):
        maker.show()
    return maker


def test_rows_and_columns_cross_and_every_cell_is_drawn(maker: GridMaker, desk: Desk) -> None:
    grids = desk.explorer.grids
    grids.change(replace(grids.plan, rows=SEEDS, columns=SMILE))
    assert [(cell.seed, cell.directions) for cell in grids.cells] == [
        (seed, directions) for seed in (4, 5) for directions in ((("smile", -1.0),), (), (("smile", 1.0),))
    ]
    assert grids.drawn == 6
    image = grids.image(3)
    assert image is not None
    assert (image == drawn(grids.cells[3])).all()
    assert (grids.sheet().across, grids.sheet().columns, grids.sheet().rows) == ("Smile", ("−1", "0", "1"), ("4", "5"))
    assert "6 pictures" in maker.note.text()


def test_typed_ends_and_counts_change_the_grid(maker: GridMaker, desk: Desk) -> None:
    grids = desk.explorer.grids
    grids.change(replace(grids.plan, rows=Choice(), columns=SMILE))
    maker.columns.high.setFocus()
    maker.columns.high.selectAll()
    QTest.keyClicks(maker.columns.high, "3")
    QTest.keyClick(maker.columns.high, Qt.Key.Key_Return)
    maker.columns.count.setFocus()
    QTest.keyClick(maker.columns.count, Qt.Key.Key_Up)
    assert grids.plan.columns == replace(SMILE, high=3.0, count=4)
    assert len(grids.cells) == 4
    QTest.mouseClick(maker.swap_button, LEFT)
    assert grids.shape == (4, 1)
    assert not maker.columns.low.isVisible()


def test_a_click_goes_to_a_cell_and_undo_comes_back(maker: GridMaker, desk: Desk) -> None:
    explorer = desk.explorer
    explorer.grids.change(replace(explorer.grids.plan, rows=SEEDS, columns=SMILE))
    before, cells = explorer.place.recipe, explorer.grids.cells
    QTest.mouseClick(maker.preview, LEFT, pos=maker.preview.cell_rect(5).center())
    assert explorer.place.recipe == cells[5]
    assert explorer.grids.cells == cells, "a grid stays where it is while one walks in it"
    explorer.edits.undo()
    assert explorer.place.recipe == before
    QTest.keyClick(maker.preview, Qt.Key.Key_Left)
    QTest.keyClick(maker.preview, Qt.Key.Key_Space)
    assert explorer.place.recipe == cells[4]


def test_a_moved_slider_moves_the_whole_grid(maker: GridMaker, desk: Desk, qtbot: QtBot) -> None:
    explorer = desk.explorer
    explorer.grids.change(replace(explorer.grids.plan, rows=SEEDS, columns=SMILE))
    explorer.place.set_axis(0, 1.5)
    assert all(cell.axes == ((0, 1.5),) for cell in explorer.grids.cells)
    assert explorer.grids.drawn == 6


def test_what_is_exported_is_what_is_seen(maker: GridMaker, desk: Desk, home: Path) -> None:
    grids = desk.explorer.grids
    grids.change(replace(grids.plan, rows=SEEDS, columns=SMILE, gap=8, scale=4))
    QTest.keyClicks(maker.title, "Two strangers")
    desk.dialogs.answer = home / "grid.png"
    QTest.mouseClick(maker.export_button, LEFT)
    sent = desk.fake.last(ExportGrid)
    assert [replace(recipe, app="") for recipe in sent.recipes] == list(grids.cells)
    assert (sent.columns, sent.scale, sent.sheet) == (3, 4, grids.sheet())
    assert sent.sheet.title == "Two strangers"


def test_drawing_stops_and_goes_on(maker: GridMaker, desk: Desk) -> None:
    grids = desk.explorer.grids
    desk.fake.held = True
    grids.change(replace(grids.plan, rows=SEEDS, columns=replace(SMILE, low=-2.0)))
    desk.fake.answer(2)
    drawn_before = grids.drawn
    assert 0 < drawn_before < 6
    assert maker.stop_button.isVisible()
    QTest.mouseClick(maker.stop_button, LEFT)
    assert len([view for view in desk.fake.cancelled if view.panel == "grid.cell"]) == 6 - drawn_before
    assert maker.note.text().startswith("Stopped at")
    desk.fake.held = False
    QTest.mouseClick(maker.stop_button, LEFT)
    desk.fake.answer()
    assert grids.drawn == 6


def test_seeds_on_both_sides_run_on(maker: GridMaker, desk: Desk) -> None:
    QTest.mouseClick(maker.ready_button("Seeds"), LEFT)
    cells = desk.explorer.grids.cells
    assert [cell.seed for cell in cells] == list(range(cells[0].seed, cells[0].seed + 30))
    assert not maker.columns.low.isVisible()


def test_a_model_that_draws_pixel_by_pixel_has_its_own_grid(maker: GridMaker, desk: Desk) -> None:
    desk.explorer.models.open("glyphs")
    grids = desk.explorer.grids
    assert grids.cells
    assert not {Varied.DIRECTION, Varied.AXIS} & {option.choice.what for option in grids.options()}
    assert all(cell.model == desk.explorer.models.model.fingerprint for cell in grids.cells)  # type: ignore[union-attr]


def test_nothing_is_drawn_for_a_grid_that_is_closed(desk: Desk) -> None:
    desk.explorer.grids.open()
    desk.explorer.grids.open(is_open=False)
    count = len(desk.fake.rendered_in("grid.cell"))
    desk.explorer.place.set_direction("smile", 1.0)
    assert len(desk.fake.rendered_in("grid.cell")) == count > 0
    assert desk.fake.rendered(View("canvas"))


def test_a_session_remembers_the_plan_and_what_is_none_is_none() -> None:
    plan = GridPlan(rows=SEEDS, columns=replace(SMILE, is_shared=True), title="Ä", is_labelled=False, gap=8, scale=8)
    value = json.loads(json.dumps(plan_value(plan)))
    assert read_plan(value) == plan
    for harm in (
        {"scale": 3}, {"scale": True}, {"gap": -1}, {"gap": 1e3}, {"title": 3}, {"rows": None},
        {"rows": {**value["rows"], "what": "nonsense"}}, {"rows": {**value["rows"], "count": 0}},
        {"rows": {**value["rows"], "low": "1"}}, {"rows": {**value["rows"], "what": "axis", "name": "x"}},
    ):  # fmt: skip
        assert read_plan({**value, **harm}) is None, harm
    assert read_plan([]) is None


def test_a_plan_of_another_model_gives_way_to_one_of_its_own(desk: Desk) -> None:
    grids = desk.explorer.grids
    grids.restore(GridPlan(rows=Choice(what=Varied.DIRECTION, name="moustache", low=-1, high=1, count=3)))
    grids.open()
    assert (grids.plan.rows.name, grids.plan.columns.name) == ("smile", "yaw")
    grids.open(is_open=False)
    grids.restore(GridPlan(rows=SEEDS, columns=SMILE))
    grids.open()
    assert grids.shape == (2, 3)
