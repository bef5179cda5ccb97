"""The stage: a picture as large as suits it, and a gallery that takes the room that is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.controls.tiles.area import Tile
from app.controls.tiles.sheet import TileSheet
from app.places.gallery_panel import GalleryPanel
from app.program import Program
from app.shell.actions import ActionId
from app.store.shown.gallery import MOST, SIZE, SLOW_MOST, SLOW_SIZE
from app.store.state import Explorer
from engine.protocol.values import Image
from tests.app.fake_engine import FACES, FakeClient, FakeEngine
from tests.pages import explore

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot, explorer: Explorer, width: int = 320, height: int = 500) -> GalleryPanel:
    panel = GalleryPanel(explorer)
    qtbot.addWidget(panel)
    panel.resize(width, height)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def test_the_gallery_fills_as_pictures_come(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> None:
    panel = shown(qtbot, explorer)
    sheet = panel.sheet
    assert sheet.objectName() == "gallery"
    assert sheet.count() == len(explorer.gallery.recipes)
    fake.held = True
    QTest.mouseClick(panel.refresh_button, LEFT)
    tile = sheet.tile_at(2)
    assert tile is not None
    assert tile.image() is None
    fake.answer()
    assert tile.image() is not None
    wanted = explorer.gallery.recipes[2]
    fake.held = False
    QTest.mouseClick(tile, LEFT)
    assert explorer.place.recipe == wanted
    assert tile.is_selected()
    explorer.place.set_direction("smile", 1.0)
    assert sheet.selected() == -1


def test_in_a_narrow_gallery_the_button_is_whole(program: Program) -> None:
    """Beside a painted picture in a small window it read “omple”."""
    panel, here = explore(program.window).gallery, program.explorer.place.recipe
    assert here is not None
    panel._offer(replace(here, known="a drawing"))
    assert panel.refresh_button.text() == "Complete"
    for size, has_title in (((960, 640), False), ((1440, 900), True), ((960, 640), False)):
        program.window.resize(*size)
        QApplication.processEvents()
        assert panel.refresh_button.width() >= panel.refresh_button.sizeHint().width()
        assert panel.title.isVisible() is has_title


def test_its_menus_and_drags_carry_the_recipe(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    tile = panel.sheet.tile_at(1)
    assert tile is not None
    with qtbot.waitSignal(panel.menu_asked) as menu:
        tile.menu_asked.emit(QPoint(3, 3))
    assert menu.args[0] == explorer.gallery.recipes[1]
    with qtbot.waitSignal(panel.drag_asked) as dragged:
        tile.drag_asked.emit()
    assert dragged.args == [explorer.gallery.recipes[1]]


def test_without_a_model_it_says_what_belongs_there(qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient) -> None:
    panel = shown(qtbot, bare_explorer)
    assert panel.empty.isVisible()
    assert not panel.refresh_button.isEnabled()
    bare_explorer.models.open("faces")
    assert panel.sheet.isVisible()
    assert panel.refresh_button.isEnabled()


def test_a_larger_room_shows_more_of_the_same_kind_and_a_smaller_one_takes_none_away(
    qtbot: QtBot, explorer: Explorer, fake: FakeClient
) -> None:
    explorer.place.set_direction("smile", 1.0)
    explorer.gallery.refresh()
    before = explorer.gallery.recipes
    assert len(before) == SIZE
    explorer.place.set_direction("smile", -2.0)
    asked = len(fake.renders)
    explorer.gallery.grow(40)
    assert explorer.gallery.recipes[:SIZE] == before
    assert len(explorer.gallery.recipes) == 40
    assert {recipe.directions for recipe in explorer.gallery.recipes} == {(("smile", 1.0),)}
    assert len(fake.renders) == asked + 40 - SIZE, "what is there is not drawn again"
    assert explorer.gallery.image(39) is not None
    explorer.gallery.grow(10)
    assert len(explorer.gallery.recipes) == 40
    explorer.gallery.grow(10_000)
    assert len(explorer.gallery.recipes) == MOST
    explorer.models.open("glyphs")
    assert len(explorer.gallery.recipes) == SLOW_MOST, "families that draw slowly draw fewer"
    explorer.gallery.grow(10)
    explorer.gallery.refresh()
    assert len(explorer.gallery.recipes) == 10
    explorer.gallery.grow(3)
    explorer.gallery.refresh()
    assert len(explorer.gallery.recipes) == SLOW_SIZE


@pytest.mark.parametrize(
    ("size", "side"), [((1280, 800), 512), ((1440, 900), 512), ((2560, 1440), 512), ((960, 640), 378)]
)
def test_a_picture_is_no_larger_than_suits_it_and_the_gallery_takes_the_rest(
    program: Program, qtbot: QtBot, size: tuple[int, int], side: int
) -> None:
    window, page = program.window, explore(program.window)
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    QApplication.processEvents()
    assert page.canvas.frame().width() == pytest.approx(side, abs=2)
    assert page.canvas.width() <= side + 60
    stage = page.canvas.parentWidget()
    assert stage is not None
    assert page.canvas.width() + page.gallery.width() + 1 == stage.width()
    assert page.gallery.sheet.columns() >= 1
    tile = page.gallery.sheet.tile_at(0)
    assert tile is not None
    assert tile.width() >= 88
    assert page.gallery.sheet.count() == len(program.explorer.gallery.recipes) >= SIZE


def test_a_window_that_opens_large_has_a_large_gallery_at_once(open_program: Callable[..., Program]) -> None:
    program = open_program(show=False)
    program.window.resize(2560, 1440)
    program.window.show()
    program.start()
    sheet = explore(program.window).gallery.sheet
    assert sheet.count() == len(program.explorer.gallery.recipes) >= 80


@pytest.mark.parametrize("size", [20, 28, 32, 64])
def test_every_model_is_enlarged_eight_times_and_as_often_as_one_likes(
    open_program: Callable[..., Program], size: int
) -> None:
    program = open_program(FakeEngine(models=(replace(FACES, size=size),)))
    page, window = explore(program.window), program.window
    window.resize(1280, 800)
    QApplication.processEvents()
    assert page.canvas.frame().size() == QSize(8 * size, 8 * size)
    window.actions_table[ActionId.MOST_TIMES, 16].trigger()
    QApplication.processEvents()
    room = page.canvas.height() - 48
    assert page.canvas.frame().width() == pytest.approx(min(16 * size, room), abs=size)
    assert page.canvas.frame().width() > 8 * size
    window.actions_table[ActionId.MOST_TIMES, 8].trigger()
    QApplication.processEvents()
    assert page.canvas.frame().size() == QSize(8 * size, 8 * size)


@pytest.fixture
def sheet(qtbot: QtBot, picture: Image) -> TileSheet:
    widget = TileSheet("many")
    qtbot.addWidget(widget)
    widget.set_tiles(tuple(Tile(words=f"tile {k}", image=picture) for k in range(1000)))
    widget.resize(430, 420)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_a_thousand_places_need_few_widgets_and_rows_fill_the_width(sheet: TileSheet) -> None:
    assert sheet.columns() == 4
    assert len(sheet.slots) <= 6 * 4
    sheet.ensure_visible(999)
    last = sheet.tile_at(999)
    assert last is not None
    assert last.accessibleName() == "tile 999"
    fourth = sheet.tile_at(sheet._first() + 3)
    assert fourth is not None
    assert sheet.viewport().width() - fourth.geometry().right() <= 4


def test_keys_walk_over_the_sheet(qtbot: QtBot, sheet: TileSheet) -> None:
    first = sheet.tile_at(0)
    assert first is not None
    first.setFocus()
    for key, index in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 5),
        (Qt.Key.Key_Down, 9),
        (Qt.Key.Key_Up, 5),
        (Qt.Key.Key_End, 999),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Up, 0),
    ):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)
        now = QApplication.focusWidget()
        assert now is not None
        assert now.accessibleName() == f"tile {index}"


def test_few_pictures_are_larger_where_all_of_them_can_be_seen(qtbot: QtBot, sheet: TileSheet, picture: Image) -> None:
    """Sixteen digits stood in two rows above an empty half of a large window."""
    few = tuple(Tile(words=f"tile {k}", image=picture) for k in range(16))
    sheet.resize(1530, 1200)
    sheet.set_tiles(few)
    usual = sheet.columns()
    sheet.set_largest(224)
    assert sheet.columns() < usual
    tile = sheet.tile_at(0)
    assert tile is not None
    assert 180 <= tile.width() - 6 <= 224
    last = sheet.tile_at(15)
    assert last is not None
    assert last.geometry().bottom() <= sheet.viewport().height(), "all are seen"
    sheet.set_tiles(few * 20)
    assert sheet.columns() == usual, "many are as small as ever"
    sheet.resize(430, 420)
    sheet.set_tiles(few)
    assert sheet.columns() == 4


def test_a_sheet_says_how_many_can_be_seen(qtbot: QtBot, sheet: TileSheet) -> None:
    with qtbot.waitSignal(sheet.room_changed) as told:
        sheet.resize(900, 800)
    assert told.args[0] >= sheet.columns() * 5
