"""Numbers, sections, thumbnails, tabs, empty states."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.controls.buttons import icon_button, primary_button, set_available
from app.controls.empty_state import EmptyState
from app.controls.numbers import count_text, exact_text, plain_text, read_number, signed_text
from app.controls.section import Section
from app.controls.tab_strip import INSET_PX, TabStrip
from app.controls.tiles.thumbnail import Thumbnail
from app.controls.values.inputs import LineEdit
from app.look.theme import tokens

LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.84, "+0.8"), (-0.6, "−0.6"), (0.0, "0.0"), (-0.04, "0.0"), (0.04, "0.0"), (-0.05001, "−0.1"), (12, "+12.0")],
)
def test_signed_numbers(value: float, text: str) -> None:
    assert signed_text(value) == text


def test_other_numbers() -> None:
    assert plain_text(-0.001) == "0.00"
    assert plain_text(-1.5) == "−1.50"
    assert exact_text(-0.25) == "−0.25"
    assert exact_text(2.0) == "2.0"
    assert count_text(12480) == "12\u202f480"


@pytest.mark.parametrize(
    ("text", "value"),
    [("−0,6", -0.6), (" +1.5 σ", 1.5), ("–2", -2.0), (".5", 0.5), ("", None), ("x", None), ("nan", None)],
)
def test_reading_numbers(text: str, value: float | None) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize("value", [-12.345, -0.6, 0.0, 0.01, 7.0])
def test_what_is_shown_exactly_reads_back(value: float) -> None:
    assert read_number(exact_text(value)) == value


def test_a_section_folds_by_mouse_and_keyboard(qtbot: QtBot) -> None:
    section = Section("All z", folds=True)
    section.body.addWidget(QLabel("inside"))
    section.set_note("128")
    qtbot.addWidget(section)
    with qtbot.waitExposed(section):
        section.show()
    assert not section.is_open()
    assert section.content.isHidden()
    with qtbot.waitSignal(section.opened_changed) as opened:
        QTest.mouseClick(section.header, LEFT)
    assert opened.args == [True]
    for key, is_open in (
        (Qt.Key.Key_Return, False),
        (Qt.Key.Key_Right, True),
        (Qt.Key.Key_Right, True),
        (Qt.Key.Key_Left, False),
        (Qt.Key.Key_Space, True),
    ):
        QTest.keyClick(section.header, key)
        assert section.is_open() is is_open
        assert section.content.isVisible() is is_open
    assert section.header.accessibleName() == "All z"
    assert section.header.accessibleDescription() == "128"


def test_a_section_that_does_not_fold_is_not_in_the_way_of_tab(qtbot: QtBot) -> None:
    section = Section("Look")
    qtbot.addWidget(section)
    assert section.is_open()
    assert section.header.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_a_thumbnail_is_a_button_with_words(qtbot: QtBot, picture: np.ndarray) -> None:
    tile = Thumbnail(84, "Smile +0.8")
    qtbot.addWidget(tile)
    with qtbot.waitExposed(tile):
        tile.show()
    placeholder = tile.grab().toImage()
    tile.set_image(picture)
    assert tile.grab().toImage() != placeholder
    for press in (lambda: QTest.mouseClick(tile, LEFT), lambda: QTest.keyClick(tile, Qt.Key.Key_Space)):
        with qtbot.waitSignal(tile.clicked):
            press()
    tile.set_selected(True)
    interface = QAccessible.queryAccessibleInterface(tile)
    assert interface.text(QAccessible.Text.Name) == "Smile +0.8"
    assert interface.text(QAccessible.Text.Description) == "Shown now"


def test_a_thumbnail_can_be_dragged_away_without_a_click(qtbot: QtBot, picture: np.ndarray) -> None:
    tile = Thumbnail(84)
    tile.set_image(picture)
    qtbot.addWidget(tile)
    with qtbot.waitExposed(tile):
        tile.show()
    clicks: list[bool] = []
    tile.clicked.connect(clicks.append)
    with qtbot.waitSignal(tile.drag_asked):
        QTest.mousePress(tile, LEFT, pos=QPoint(20, 20))
        QTest.mouseMove(tile, QPoint(60, 60))
    QTest.mouseRelease(tile, LEFT, pos=QPoint(200, 200))
    assert clicks == []


def test_tabs_do_not_move_when_one_is_chosen(qtbot: QtBot) -> None:
    tabs = TabStrip("History", "Favourites", "Gallery")
    qtbot.addWidget(tabs)
    with qtbot.waitExposed(tabs):
        tabs.show()
    before = [tabs.tabRect(k) for k in range(3)]
    with qtbot.waitSignal(tabs.currentChanged) as changed:
        QTest.mouseClick(tabs, LEFT, pos=tabs.tabRect(2).center())
    assert changed.args == [2]
    assert [tabs.tabRect(k) for k in range(3)] == before
    QTest.keyClick(tabs, Qt.Key.Key_Left)
    assert tabs.currentIndex() == 1
    assert not tabs.grab().isNull()


def test_the_frame_around_the_first_tab_is_whole(qtbot: QtBot) -> None:
    """Its left side lay outside the strip."""
    tabs = TabStrip("History", "Favourites")
    qtbot.addWidget(tabs)
    with qtbot.waitActive(tabs):
        tabs.show()
        tabs.activateWindow()
    tabs.setFocus()
    image, accent = tabs.grab().toImage(), tokens().accent
    middle = range(10, 20)  # beside the word: neither the frame's ends nor the line under it
    sides = [x for x in range(image.width()) if all(near(image.pixelColor(x, y), accent) for y in middle)]
    first = tabs.tabRect(0)
    assert [x for x in sides if x < INSET_PX], "the left side"
    assert [x for x in sides if first.right() - 24 < x < first.right()], "the right side"


def near(colour: QColor, name: str) -> bool:
    """More of this ink than of the ground: lines of a pixel and a half fall between pixels."""
    ink = QColor(name)
    return abs(colour.red() - ink.red()) + abs(colour.blue() - ink.blue()) < 150


def test_an_empty_state_offers_one_action(qtbot: QtBot) -> None:
    empty = EmptyState("Nothing here yet.", "Draw some")
    qtbot.addWidget(empty)
    assert empty.button is not None
    assert empty.button.text() == "Draw some"


def test_buttons_tell_why_they_are_off(qtbot: QtBot) -> None:
    button = primary_button("Start training")
    qtbot.addWidget(button)
    set_available(button, False, "Choose pictures first.", "Ctrl+Return")
    assert (button.isEnabled(), button.toolTip()) == (False, "Choose pictures first.")
    set_available(button, True, "", "Ctrl+Return")
    assert (button.isEnabled(), button.toolTip()) == (True, "Ctrl+Return")
    icon = icon_button("undo", "Undo")
    qtbot.addWidget(icon)
    assert icon.accessibleName() == "Undo"


def test_a_name_too_long_for_its_field_shows_its_beginning_while_nobody_types(qtbot: QtBot) -> None:
    edit = LineEdit()
    qtbot.addWidget(edit)
    edit.setText("Digits (scikit-learn), a variational autoencoder")
    assert edit.cursorPosition() == 0
    edit.resize(80, 30)
    edit.show()
    edit.activateWindow()
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    QTest.keyClick(edit, Qt.Key.Key_End)
    assert edit.cursorPosition() > 20
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert edit.cursorPosition() == 0
