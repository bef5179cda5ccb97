"""A page is a row of a table: one that is added there alone is in rail, keys, help and session, on the same state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.controls.page import PageWidget, Tool
from app.flows.shell import Shell
from app.pages import PAGES
from app.program import Program
from app.shell.actions import ActionId
from app.shell.help import KeysDialog
from app.shell.page import Group, Page
from tests.app.conftest import FakeDialogs
from tests.app.fake_engine import FakeEngine
from tests.pages import explore

LEFT = Qt.MouseButton.LeftButton


class SwatchPage(PageWidget):
    """Names the place where one is, and can mark it."""

    tools = frozenset({Tool.STEPS})
    made = 0

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        type(self).made += 1
        self.shell = shell
        self.words = QLabel()
        self.button = QPushButton("Mark")
        self.button.clicked.connect(shell.explorer.favourites.toggle)
        column = QVBoxLayout(self)
        column.addWidget(self.words)
        column.addWidget(self.button)
        self.count = 0

    def first_focus(self) -> QWidget:
        return self.button

    def capture(self) -> dict[str, Any]:
        return {"count": self.count}

    def restore(self, kept: Mapping[str, Any]) -> None:
        self.count = kept.get("count", 0)


ADDED = Page(id="swatch", label="Swatch", icon="star", keys="Ctrl+7", group=Group.LOOK, make=SwatchPage)
OpenWith = Callable[[], Program]


@pytest.fixture
def open_with(qtbot: QtBot, home: Path) -> Any:
    opened: list[Program] = []
    SwatchPage.made = 0

    def open_one() -> Program:
        engine = FakeEngine()
        program = Program(home, engine, FakeDialogs(), pages=(*PAGES, ADDED))
        engine.listener = program.receive
        qtbot.addWidget(program.window)
        opened.append(program)
        program.window.show()
        qtbot.waitUntil(lambda: engine.is_started)
        return program

    yield open_one
    for program in opened:
        program.window.close()


def part(program: Program, name: str) -> QWidget:
    widget = program.window.findChild(QWidget, name)
    assert widget is not None, name
    return widget


def test_it_is_in_the_rail_and_made_when_it_is_wanted(open_with: OpenWith, qtbot: QtBot) -> None:
    program = open_with()
    assert SwatchPage.made == 0
    recipe, model = program.explorer.place.recipe, program.explorer.models.model
    button = part(program, "mode.swatch")
    assert button.accessibleName() == "Swatch"
    assert "Ctrl+7" in button.toolTip()
    qtbot.mouseClick(button, LEFT)
    assert part(program, "page.swatch").isVisible()
    assert program.window.page_id == "swatch"
    assert (program.explorer.place.recipe, program.explorer.models.model) == (recipe, model)
    qtbot.mouseClick(part(program, "mode.explore"), LEFT)
    qtbot.mouseClick(button, LEFT)
    assert SwatchPage.made == 1


def test_its_keys_lead_to_it_and_help_lists_them(open_with: OpenWith, qtbot: QtBot) -> None:
    program = open_with()
    qtbot.keyClick(program.window, Qt.Key.Key_7, Qt.KeyboardModifier.ControlModifier)
    assert program.window.page_id == "swatch"
    assert program.window.actions_table[ActionId.SHOW_PAGE, "swatch"].isChecked()
    program.show_keys()
    dialog = program.window.findChild(KeysDialog)
    assert dialog is not None
    assert {"Ctrl+7", "Swatch"} <= {label.text() for label in dialog.findChildren(QLabel)}
    dialog.close()


@pytest.mark.parametrize("put_away", [QWidget.setEnabled, QWidget.setVisible])
def test_a_first_control_that_is_off_leaves_the_keyboard_to_the_page(
    open_with: OpenWith, qtbot: QtBot, put_away: Callable[[QWidget, bool], None]
) -> None:
    """A session that began on Path had it in the rail: Space turned to Explore instead of playing."""
    program = open_with()
    page = program.window.page("swatch")
    put_away(page.first_focus(), False)
    with qtbot.waitActive(program.window):
        program.window.activateWindow()
    explore(program.window).canvas.setFocus()
    program.show_page("swatch")
    assert QApplication.focusWidget() is page


def test_it_has_the_top_bar_and_the_keyboard_that_it_asks_for(open_with: OpenWith, qtbot: QtBot) -> None:
    program = open_with()
    with qtbot.waitActive(program.window):
        program.window.activateWindow()
    explore(program.window).canvas.setFocus()
    program.show_page("swatch")
    assert part(program, "undo").isVisible()
    assert part(program, "model").isVisible()
    for name in ("randomise", "seed", "before", "export"):
        assert not part(program, name).isVisible(), name
    page = program.window.page("swatch")
    assert QApplication.focusWidget() is page.first_focus()
    program.explorer.place.set_direction("smile", 1.0)
    QTest.keyPress(program.window, Qt.Key.Key_B)
    recipe = program.explorer.place.recipe
    qtbot.keyClick(program.window, Qt.Key.Key_R)
    qtbot.keyClick(program.window, Qt.Key.Key_F)
    assert not program.explorer.place.is_before, "what it has no button for, it has no key for"
    assert program.explorer.place.recipe == recipe
    assert not program.explorer.favourites.has_place
    assert program.window.actions_table[ActionId.RANDOMISE].toolTip() == "Random: not on this page (R)"
    program.show_page("explore")
    assert part(program, "export").isVisible()
    qtbot.keyClick(program.window, Qt.Key.Key_R)
    assert program.explorer.place.recipe != recipe


def test_undo_turns_to_the_page_where_the_step_happened(open_with: OpenWith, qtbot: QtBot) -> None:
    program = open_with()
    edits, window = program.explorer.edits, program.window
    program.explorer.place.set_direction("smile", 1.0)
    program.show_page("swatch")
    page = window.page("swatch")
    assert isinstance(page, SwatchPage)
    qtbot.mouseClick(page.button, LEFT)
    assert program.explorer.favourites.has_place
    program.show_page("train")
    undo = window.actions_table[ActionId.UNDO]
    assert undo.toolTip() == "Undo Add to favourites: on the page Swatch (Ctrl+Z)"
    undo.trigger()
    assert window.page_id == "swatch"
    assert not program.explorer.favourites.has_place
    assert undo.toolTip() == "Undo Smile: on the page Explore (Ctrl+Z)"
    undo.trigger()
    assert window.page_id == "explore"
    edits.redo()
    edits.redo()
    assert window.page_id == "swatch"


def test_the_session_opens_it_again_with_what_it_kept(open_with: OpenWith) -> None:
    first = open_with()
    first.show_page("swatch")
    page = first.window.page("swatch")
    assert isinstance(page, SwatchPage)
    page.count = 5
    explore(first.window).tray.set_tab(1)
    first.window.close()
    second = open_with()
    assert second.window.page_id == "swatch"
    again = second.window.page("swatch")
    assert isinstance(again, SwatchPage)
    assert again.count == 5
    assert int(explore(second.window).tray.tab()) == 1
    second.show_page("explore")
    second.window.close()
    third = open_with()
    assert third.window.page_id == "explore"
    third.window.close()
    fourth = open_with()
    kept = fourth.window.page("swatch")
    assert isinstance(kept, SwatchPage)
    assert kept.count == 5, "also when it was not looked at in between"


def test_a_page_that_is_gone_leaves_the_first_one(open_with: OpenWith, open_program: Callable[..., Program]) -> None:
    first = open_with()
    first.show_page("swatch")
    first.window.close()
    assert open_program().window.page_id == "explore"


def test_buttons_in_the_rail_that_scripts_know_by_another_name(program: Program, qtbot: QtBot) -> None:
    same = part(program, "train.open")
    assert isinstance(same, QAbstractButton)
    assert same.isVisible()
    assert program.window.rect().contains(same.mapTo(program.window, QPoint(0, 0)))
    qtbot.mouseClick(same, LEFT)
    assert program.window.page_id == "train"
    program.show_page("explore")
    same.click()
    assert program.window.page_id == "train"
    assert program.window.actions_table[ActionId.SHOW_PAGE, "train"].isChecked()
    QApplication.sendEvent(same, QEvent(QEvent.Type.Leave))


def test_pages_are_told_apart() -> None:
    assert len({page.id for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page_id", [page.id for page in PAGES])
def test_a_session_that_begins_on_any_page_has_the_keyboard_there(
    open_with: OpenWith, qtbot: QtBot, page_id: str
) -> None:
    first = open_with()
    first.show_page(page_id)
    first.window.close()
    again = open_with()
    assert again.window.page_id == page_id
    with qtbot.waitActive(again.window):
        again.window.activateWindow()
    page, holder = again.window.page(page_id), QApplication.focusWidget()
    assert holder is not None
    assert holder is page or page.isAncestorOf(holder), holder.accessibleName()
