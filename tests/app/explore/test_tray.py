"""History and favourites: places as pictures to press."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.controls.tiles.strip import Tile, TileStrip
from app.places.groups import SHOWN
from app.places.tag_edit import edit_tags
from app.places.tray import Tab, Tray
from app.store.favourites import tidy_tags
from app.store.state import Explorer
from engine.protocol.values import Image
from tests.app.fake_engine import FakeClient

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot, explorer: Explorer, width: int = 548) -> Tray:
    tray = Tray(explorer)
    qtbot.addWidget(tray)
    tray.resize(width, tray.height())
    with qtbot.waitExposed(tray):
        tray.show()
    return tray


def test_visited_places_come_first_in_the_row(qtbot: QtBot, explorer: Explorer) -> None:
    tray = shown(qtbot, explorer)
    first = explorer.place.recipe
    explorer.place.randomise()
    explorer.place.set_direction("smile", 1.0)
    assert tray.history.count() == 3
    assert tray.history.selected() == 1  # behind the person that it is a move of
    old = tray.history.tile_at(2)
    assert old is not None
    QTest.mouseClick(old, LEFT)
    assert explorer.place.recipe == first
    assert tray.history.selected() == 2
    newest = tray.history.tile_at(1)
    assert newest is not None
    assert newest.image() is not None
    assert "Smile +1.0" in newest.accessibleName()


def sides(tray: Tray) -> list[int]:
    """How wide each tile in sight is, from the left."""
    return [slot.width() for slot in tray.history.slots if slot.isVisible()]


def click(tray: Tray, index: int) -> None:
    tile = tray.history.tile_at(index)
    assert tile is not None
    assert tray.history.viewport().rect().contains(tile.geometry())
    QTest.mouseClick(tile, LEFT)


def test_small_moves_fold_into_the_larger_one_before_them(qtbot: QtBot, explorer: Explorer) -> None:
    tray = shown(qtbot, explorer, width=1400)
    for smile in range(1, 4):
        explorer.place.set_direction("smile", float(smile))
    explorer.place.randomise()
    explorer.place.set_direction("smile", 1.5)
    large, small = sides(tray)[:2]
    assert sides(tray) == [large, small, large, small, small, small]
    assert large > small >= 48
    one, two, three = (slot.geometry() for slot in tray.history.slots[:3])
    assert three.left() - two.right() > two.left() - one.right()  # a gap parts the groups
    click(tray, 4)
    assert dict(explorer.place.recipe.directions)["smile"] == 2.0
    assert tray.history.selected() == 4
    assert tray.history.count() == 6
    explorer.edits.undo()
    assert dict(explorer.place.recipe.directions)["smile"] == 1.5


def test_many_small_moves_are_one_sign_that_unfolds(qtbot: QtBot, explorer: Explorer) -> None:
    tray = shown(qtbot, explorer, width=1400)
    for step in range(1, 10):
        explorer.place.set_direction("smile", step / 10)
    assert tray.history.count() == 1 + SHOWN + 1
    explorer.edits.undo()
    assert tray.history.selected() == 2
    for _more in range(5):
        explorer.edits.undo()
    assert dict(explorer.place.recipe.directions)["smile"] == 0.3
    assert tray.history.selected() == 1 + SHOWN  # the sign stands for where we are
    click(tray, 1 + SHOWN)
    assert tray.history.count() == 1 + 9 + 1
    assert tray.history.selected() == 7
    assert dict(explorer.place.recipe.directions)["smile"] == 0.3
    click(tray, 10)
    assert tray.history.count() == 1 + SHOWN + 1


def test_a_sign_has_neither_menu_nor_place_to_drag(qtbot: QtBot, explorer: Explorer) -> None:
    tray = shown(qtbot, explorer, width=1400)
    for step in range(1, 10):
        explorer.place.set_direction("smile", step / 10)
    sign = tray.history.tile_at(1 + SHOWN)
    assert sign is not None
    assert sign.accessibleName() == "5 earlier moves: show them"
    with qtbot.assertNotEmitted(tray.menu_asked), qtbot.assertNotEmitted(tray.drag_asked):
        sign.menu_asked.emit(QPoint(3, 3))
        sign.drag_asked.emit()


def test_far_groups_come_into_sight_by_keys(qtbot: QtBot, explorer: Explorer) -> None:
    tray = shown(qtbot, explorer, width=500)
    for _person in range(30):
        explorer.place.randomise()
        for smile in range(1, 4):
            explorer.place.set_direction("smile", float(smile))
    assert len(tray.history.slots) < 14
    first = tray.history.tile_at(0)
    assert first is not None
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_End)
    last = tray.history.tile_at(tray.history.count() - 1)
    assert last is not None
    assert tray.history.viewport().rect().contains(last.geometry())
    QTest.keyClick(last, Qt.Key.Key_Return)
    assert explorer.place.recipe == explorer.history.entries[-1].recipe


def test_a_mark_comes_and_goes(qtbot: QtBot, explorer: Explorer) -> None:
    tray = shown(qtbot, explorer)
    tray.set_tab(Tab.FAVOURITES)
    button = tray.empties[Tab.FAVOURITES].button
    assert button is not None
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)
    assert explorer.favourites.has_place
    assert tray.favourites.count() == 1
    assert tray.favourites.isVisible()
    QTest.mouseClick(tray.action, LEFT)
    assert not explorer.favourites.has_place
    assert button.isVisible()


def test_a_mark_is_seen_from_the_history_too(qtbot: QtBot, explorer: Explorer) -> None:
    """F gave no sign unless the favourites were open: pressed once more to be sure, it took the mark away."""
    tray = shown(qtbot, explorer)
    assert tray.tabs.tabText(Tab.FAVOURITES) == "Favourites"
    explorer.favourites.toggle()
    assert tray.tabs.tabText(Tab.FAVOURITES) == "Favourites  1  ★"
    explorer.place.randomise()
    assert tray.tabs.tabText(Tab.FAVOURITES) == "Favourites  1"
    explorer.edits.undo()
    explorer.favourites.toggle()
    assert tray.tabs.tabText(Tab.FAVOURITES) == "Favourites"


def test_menus_and_drags_carry_the_recipe(qtbot: QtBot, explorer: Explorer) -> None:
    tray = shown(qtbot, explorer)
    tile = tray.history.tile_at(0)
    assert tile is not None
    with qtbot.waitSignal(tray.menu_asked) as menu:
        tile.menu_asked.emit(QPoint(3, 3))
    assert menu.args[0] == explorer.history.entries[0].recipe
    with qtbot.waitSignal(tray.drag_asked) as dragged:
        QTest.mousePress(tile, LEFT, pos=QPoint(20, 20))
        QTest.mouseMove(tile, QPoint(70, 60))
    QTest.mouseRelease(tile, LEFT, pos=QPoint(300, 300))
    assert dragged.args == [explorer.history.entries[0].recipe]


def test_empty_states_before_anything_is_open(qtbot: QtBot, bare_explorer: Explorer) -> None:
    tray = shown(qtbot, bare_explorer)
    assert tray.empties[Tab.HISTORY].isVisible()
    assert not tray.action.isVisible()
    tray.set_tab(99)
    assert tray.tab() is Tab.HISTORY
    with qtbot.waitSignal(tray.tab_changed):
        QTest.mouseClick(tray.tabs, LEFT, pos=tray.tabs.tabRect(1).center())


@pytest.fixture
def strip(qtbot: QtBot, picture: Image) -> TileStrip:
    widget = TileStrip("many", 78)
    qtbot.addWidget(widget)
    widget.set_tiles(tuple(Tile(words=f"tile {k}", image=picture) for k in range(1000)))
    widget.resize(500, widget.height())
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_what_needs_a_place_is_off_until_there_is_one_and_says_why(
    qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient
) -> None:
    tray = shown(qtbot, bare_explorer)
    buttons = [empty.button for empty in tray.empties if empty.button is not None]
    assert len(buttons) == 1
    assert all(not button.isEnabled() and button.toolTip() == "Open a model first" for button in buttons)
    bare_explorer.models.open("faces")
    assert all(button.isEnabled() and not button.toolTip() for button in buttons)


def test_a_thousand_places_need_few_widgets(strip: TileStrip) -> None:
    assert len(strip.slots) < 10
    strip.ensure_visible(999)
    tile = strip.tile_at(999)
    assert tile is not None
    assert tile.accessibleName() == "tile 999"


def test_keys_walk_along(qtbot: QtBot, strip: TileStrip) -> None:
    first = strip.tile_at(0)
    assert first is not None
    first.setFocus()
    for key, index in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Right, 2),
        (Qt.Key.Key_End, 999),
        (Qt.Key.Key_Left, 998),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Left, 0),
        (Qt.Key.Key_PageDown, 5),
    ):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)
        now = QApplication.focusWidget()
        assert now is not None
        assert now.accessibleName() == f"tile {index}"
    with qtbot.waitSignal(strip.chosen) as chosen:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert chosen.args == [5]


def test_fewer_tiles_hide_the_rest(strip: TileStrip, picture: Image) -> None:
    strip.ensure_visible(500)
    strip.set_tiles((Tile(words="only", image=picture),))
    assert [slot.isVisible() for slot in strip.slots].count(True) == 1
    strip.set_tiles(())
    assert not any(slot.isVisible() for slot in strip.slots)


def test_favourites_are_found_by_their_tags(qtbot: QtBot, explorer: Explorer) -> None:
    tray = shown(qtbot, explorer)
    tray.set_tab(Tab.FAVOURITES)
    places = []
    for tags in ((), ("talk", "Her"), ("talk",)):
        explorer.place.randomise()
        assert explorer.place.recipe is not None
        places.append(explorer.place.recipe)
        explorer.favourites.toggle()
        explorer.favourites.set_tags(places[-1], tags)
    assert tray.favourites.count() == 3
    assert [tray.tags.itemText(row) for row in range(tray.tags.count())] == ["All favourites", "Her", "talk"]
    assert tray.tags.isVisible()
    tray.tags.setCurrentIndex(1)
    tray.tags.activated.emit(1)
    assert tray.favourites.count() == 1
    tile = tray.favourites.tile_at(0)
    assert tile is not None
    assert "Her" in tile.accessibleName()
    QTest.mouseClick(tile, LEFT)
    assert explorer.place.recipe == places[1]
    explorer.favourites.set_tags(places[1], ("talk",))
    assert tray.favourites.count() == 3, "the last place of a tag took the tag with it"
    explorer.edits.undo()
    assert explorer.favourites.tags_of(places[1]) == ("talk", "Her")
    tray.set_tab(Tab.HISTORY)
    assert tray.tags.isHidden()


def test_a_place_that_was_only_visited_is_marked_by_its_tag(explorer: Explorer) -> None:
    place = explorer.place.recipe
    assert place is not None
    explorer.favourites.set_tags(place, ["  a   talk ", "", "A Talk", "x" * 99])
    assert explorer.favourites.tags_of(place) == ("a talk", "x" * 40)
    assert place in explorer.favourites
    explorer.favourites.set_tags(place, [])
    assert place in explorer.favourites
    assert explorer.favourites.tags == ()


def test_a_place_that_is_marked_from_elsewhere_keeps_the_picture_that_was_seen_of_it(
    qtbot: QtBot, explorer: Explorer
) -> None:
    """Its tile stayed empty until something else was drawn."""
    tray = shown(qtbot, explorer)
    first = explorer.place.recipe
    assert first is not None
    explorer.place.randomise()
    explorer.favourites.toggle(first)
    tile = tray.favourites.tile_at(0)
    assert tile is not None
    assert tile.image() is not None


def test_tags_are_written_pressed_and_given_up(qtbot: QtBot) -> None:
    kept: list[list[str]] = []
    parent = QWidget()
    qtbot.addWidget(parent)
    edit = edit_tags(parent, ("talk",), ("her", "talk"), QPoint(10, 10), kept.append)
    assert edit.line.text() == "talk"
    offered = edit.findChildren(QPushButton)
    assert [button.text() for button in offered] == ["her"]
    QTest.mouseClick(offered[0], LEFT)
    QTest.keyClicks(edit.line, ", late")
    QTest.keyClick(edit.line, Qt.Key.Key_Return)
    assert [tidy_tags(words) for words in kept] == [("talk", "her", "late")]
    edit = edit_tags(parent, (), (), QPoint(10, 10), kept.append)
    QTest.keyClicks(edit.line, "no")
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert len(kept) == 1
