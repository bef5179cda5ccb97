"""A slider is locked, pinned, flipped and renamed by hand, where it stands."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.controls.values.bipolar_slider import BipolarSlider
from app.explore.latent_panel import LatentPanel
from app.program import Program
from app.store.recipes import SliderKind
from app.store.state import Explorer
from tests.app.fake_engine import FACES
from tests.pages import explore

LEFT = Qt.MouseButton.LeftButton
DIRECTION = SliderKind.DIRECTION


@pytest.fixture
def panel(qtbot: QtBot, explorer: Explorer) -> LatentPanel:
    made = LatentPanel(explorer)
    qtbot.addWidget(made)
    made.resize(388, 700)
    with qtbot.waitExposed(made):
        made.show()
    return made


def press(panel: LatentPanel, slider: BipolarSlider, words: str) -> None:
    """Right click, and press one entry."""
    at = QPoint(4, 4)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, slider.mapToGlobal(at))
    QApplication.sendEvent(slider, event)
    [menu] = [menu for menu in panel.findChildren(QMenu, "slider.menu") if menu.isVisible()]
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.close()


def values(explorer: Explorer) -> dict[str, float]:
    assert explorer.place.recipe is not None
    return dict(explorer.place.recipe.directions)


def test_a_lock_stands_in_place_of_the_reset_and_opens_by_a_click(explorer: Explorer, panel: LatentPanel) -> None:
    explorer.place.set_direction("glasses", 2.0)
    press(panel, panel.look.rows["glasses"], "Lock")
    row = panel.look.rows["glasses"]
    assert row.lock_button.isVisible()
    assert not row.reset_button.isVisible()
    assert row.value() == 2.0
    explorer.place.start_over()
    assert values(explorer) == {"glasses": 2.0}
    QTest.mouseClick(row.lock_button, LEFT)
    row = panel.look.rows["glasses"]
    assert not row.lock_button.isVisible()
    assert row.reset_button.isVisible()


def test_a_pinned_slider_stands_first(explorer: Explorer, panel: LatentPanel) -> None:
    press(panel, panel.look.rows["light"], "Pin to the top")
    assert next(iter(panel.look.rows)) == "light"
    assert "Pinned" in {label.text() for label in panel.look.findChildren(QLabel)}
    press(panel, panel.look.rows["light"], "Unpin")
    assert list(panel.look.rows) == [direction.name for direction in FACES.directions]


def test_a_flipped_slider_moves_the_other_way_and_so_do_its_five_steps(
    qtbot: QtBot, explorer: Explorer, panel: LatentPanel
) -> None:
    explorer.place.set_direction("yaw", 1.0)
    press(panel, panel.look.rows["yaw"], "Flip left and right")
    row = panel.look.rows["yaw"]
    assert row.value() == -1.0
    row.setValue(-2.0)
    assert values(explorer) == {"yaw": 2.0}
    row.setValue(0.0)
    assert values(explorer) == {}
    panel.look.open("yaw")
    strip = panel.look.strip()
    assert strip is not None
    assert strip.thumbnails[2].is_selected()
    last = explorer.strips.cell(DIRECTION, "yaw", 4)
    assert last is not None
    assert strip.thumbnails[0].image() is last.image
    QTest.mouseClick(strip.thumbnails[0], LEFT)
    assert values(explorer) == {"yaw": 2.0}
    assert strip.thumbnails[0].is_selected()
    assert "Left: right · right: left" in row.track.toolTip()


def test_a_slider_is_renamed_where_it_stands(qtbot: QtBot, explorer: Explorer, panel: LatentPanel) -> None:
    with qtbot.waitActive(panel):
        panel.activateWindow()

    def type_name(words: str, key: Qt.Key) -> None:
        press(panel, panel.axes.rows["5"], "Rename…")
        edits = panel.axes.rows["5"].findChildren(QLineEdit)
        [edit] = [one for one in edits if one.isVisible() and "Name" in one.accessibleName()]
        edit.clear()
        qtbot.keyClicks(edit, words)
        qtbot.keyClick(edit, key)

    type_name("Wind", Qt.Key.Key_Escape)
    assert panel.axes.rows["5"].label.text() == "6"
    type_name("Wind", Qt.Key.Key_Return)
    row = panel.axes.rows["5"]
    assert row.label.text() == row.track.accessibleName() == "Wind"
    assert row.objectName() == "slider.5", "scripts still find it"
    explorer.edits.undo()
    assert panel.axes.rows["5"].label.text() == "6"


def test_what_is_under_the_hand_stays_there(qtbot: QtBot, program: Program) -> None:
    window, panel = program.window, explore(program.window).sliders
    with qtbot.waitActive(window):
        window.activateWindow()
    window.resize(1280, 800)
    bar = panel.verticalScrollBar()
    qtbot.waitUntil(lambda: (window.width(), window.height()) == (1280, 800) and bar.maximum() > 0)
    QApplication.processEvents()
    row = panel.axes.rows["7"]
    QTest.mouseClick(row.track, LEFT)
    where, stood_at = row.mapTo(window, QPoint(0, 0)), bar.value()
    program.explorer.sliders.lock(SliderKind.AXIS, "7")
    again = panel.axes.rows["7"]
    QApplication.processEvents()
    assert again.track.hasFocus()
    assert (again.mapTo(window, QPoint(0, 0)), bar.value()) == (where, stood_at)


def test_what_is_open_stays_open(explorer: Explorer, panel: LatentPanel) -> None:
    panel.look.open("smile")
    explorer.sliders.pin(DIRECTION, "beard")
    assert panel.look.rows["smile"].is_open()
