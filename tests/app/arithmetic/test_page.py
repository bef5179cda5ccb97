"""The page of arithmetic on a fake engine, whose places are numbers: hands to the store, the store to the widgets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.arithmetic.page import ArithmeticPage
from app.flows.finding import MIME, place_content
from engine.disk.sums import read_sum, sum_value
from engine.protocol.answers import Preparing
from engine.protocol.directions import KeepDirection
from engine.protocol.requests import AddUp, FindExemplars
from engine.protocol.sums import Sign, Sum
from engine.protocol.values import Recipe
from tests.app.conftest import Desk
from tests.app.fake_engine import FACES

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> ArithmeticPage:
    page = ArithmeticPage(desk)
    page.resize(1200, 740)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    return page


def seeds(*numbers: int) -> tuple[Recipe, ...]:
    return tuple(Recipe(model=FACES.fingerprint, seed=number) for number in numbers)


def fill(desk: Desk) -> None:
    """(10 + 20) / 2 − 5 + 100."""
    for slot, numbers in enumerate(((10, 20), (5,), (100,))):
        desk.explorer.sums.add_places(slot, seeds(*numbers))


def result_of(desk: Desk) -> float:
    place = desk.explorer.sums.place()
    assert place is not None
    assert place.point is not None
    return place.point[0]


def test_slots_average_and_the_result_is_start_plus_strength_times_step(page: ArithmeticPage, desk: Desk) -> None:
    fill(desk)
    assert result_of(desk) == 100 + (15 - 5)
    page.strength.setValue(-1.0)
    assert result_of(desk) == 90
    page.strength.setValue(2.0)
    assert result_of(desk) == 120
    assert all(slot.picture.image() is not None for slot in page.slots)
    assert page.result.image() is not None
    sent = len(desk.fake.sent)
    page.strength.setValue(0.5)
    assert len(desk.fake.sent) == sent, "strength asks for pictures only"


def test_the_rest_is_held_still_and_undone_like_all_else(page: ArithmeticPage, desk: Desk) -> None:
    fill(desk)
    assert not page.note.isVisible()
    QTest.mouseClick(page.holds, LEFT)
    assert desk.fake.last(AddUp).total.holds
    assert page.note.text() == "All but smile is held still."
    QTest.mouseClick(page.presets["A smile"], LEFT)
    assert desk.explorer.sums.total.holds, "another sum under the same wish"
    desk.explorer.edits.undo()
    desk.explorer.edits.undo()
    assert not page.holds.isChecked()
    assert not page.note.isVisible()


def test_everything_is_undone(page: ArithmeticPage, desk: Desk) -> None:
    fill(desk)
    before = desk.explorer.sums.total
    QTest.mouseClick(page.slots[1].sign, LEFT)
    assert desk.explorer.sums.total.terms[1].sign is Sign.PLUS
    QTest.mouseClick(page.add_button, LEFT)
    assert page.slots[3].isVisible()
    QTest.mouseClick(page.slots[0].empty_button, LEFT)
    for _ in range(3):
        desk.explorer.edits.undo()
    assert desk.explorer.sums.total == before
    while desk.explorer.edits.undoable is not None:
        desk.explorer.edits.undo()
    assert desk.explorer.sums.total == Sum()
    assert page.result.image() is None


def test_exemplars_are_asked_for_in_words(page: ArithmeticPage, desk: Desk) -> None:
    ask = page.slots[0].ask
    ask.setFocus()
    QTest.keyClicks(ask, "smiling women")
    QTest.keyClick(ask, Qt.Key.Key_Return)
    assert desk.fake.last(FindExemplars).text == "smiling women"
    term = desk.explorer.sums.total.terms[0]
    assert (len(term.places), term.words) == (4, "smiling women")
    assert "4 averaged" in page.slots[0].told.text()
    assert page.equation.text().startswith("smiling women")
    ask.setText("nonsense")
    QTest.keyClick(ask, Qt.Key.Key_Return)
    assert "names nothing" in desk.told[-1]
    assert desk.explorer.sums.total.terms[0] == term


def test_what_is_asked_for_stands_there_while_it_is_looked_for(page: ArithmeticPage, desk: Desk) -> None:
    """The words vanished until pictures came, and for good when none did: nobody could mend a letter."""
    first, second = page.slots[0].ask, page.slots[1].ask
    desk.fake.held = True
    for ask, words in ((first, "smiling women"), (second, "nonsense women")):
        ask.setFocus()
        QTest.keyClicks(ask, words)
        QTest.keyClick(ask, Qt.Key.Key_Return)
    page.slots[2].ask.setFocus()
    assert (first.text(), second.text()) == ("smiling women", "nonsense women")
    assert "Looking" in page.slots[0].told.text()
    ticket = desk.fake.last(FindExemplars).ticket
    desk.fake.say(Preparing(what="Reading pictures", done=1200, of=4000, ticket=ticket))
    assert page.slots[1].told.text() == "Reading pictures, 1\u202f200 of 4\u202f000. This is done once."
    desk.fake.held = False
    desk.fake.answer()
    assert (first.text(), second.text()) == ("smiling women", "nonsense women")
    QTest.mouseClick(page.presets["A smile"], LEFT)
    assert (first.text(), second.text()) == ("smiling woman without glasses", "neutral woman without glasses")
    QTest.mouseClick(page.clear_button, LEFT)
    assert (first.text(), second.text()) == ("", "")


def test_a_preset_is_one_step(page: ArithmeticPage, desk: Desk) -> None:
    QTest.mouseClick(page.presets["A smile"], LEFT)
    total = desk.explorer.sums.total
    assert [term.sign for term in total.terms] == [Sign.PLUS, Sign.MINUS, Sign.PLUS]
    assert total.base == 2
    assert "−" in page.equation.text()
    desk.explorer.edits.undo()
    assert desk.explorer.sums.total == Sum()


def test_a_dropped_place_joins_the_slot_once(page: ArithmeticPage, desk: Desk) -> None:
    content = QMimeData()
    content.setData(MIME, place_content(seeds(9)[0]))
    for _ in range(2):
        page.slots[1].dropEvent(
            QDropEvent(QPointF(40, 40), Qt.DropAction.CopyAction, content, LEFT, Qt.KeyboardModifier.NoModifier)
        )
    assert desk.explorer.sums.total.terms[1].places == seeds(9)


def test_the_step_becomes_a_direction(page: ArithmeticPage, desk: Desk) -> None:
    assert not page.save_button.isEnabled()
    fill(desk)
    page.name.setText("Wider")
    QTest.mouseClick(page.save_button, LEFT)
    sent = desk.fake.last(KeepDirection)
    assert (sent.label, sent.move, sent.low, sent.high) == ("Wider", (10.0,), -1.0, 2.0)
    model = desk.explorer.models.model
    assert model is not None
    assert model.directions[-1].label == "Wider"
    assert "slider now" in desk.told[-1]


def test_the_result_goes_to_explore_and_to_the_path(page: ArithmeticPage, desk: Desk) -> None:
    fill(desk)
    QTest.mouseClick(page.path_button, LEFT)
    assert [key.recipe.point for key in desk.explorer.paths.walk.keyframes] == [(110.0,)]
    QTest.mouseClick(page.explore_button, LEFT)
    assert desk.explorer.place.recipe is not None
    assert desk.explorer.place.recipe.point == (110.0,)
    assert desk.asked[-1] == "explore"


def test_a_model_without_places_says_so(page: ArithmeticPage, desk: Desk) -> None:
    desk.explorer.models.open("glyphs")
    assert not page.presets["A smile"].isEnabled()
    assert "no places" in page.presets["A smile"].toolTip()


def test_a_model_without_labels_offers_no_smile(page: ArithmeticPage, desk: Desk) -> None:
    """A model of digits offered smiling women, and told three times in red that it has no labels."""
    assert page.presets["A smile"].isEnabled()
    desk.fake.models["digits"] = replace(FACES, name="digits", directions=(), fingerprint="d" * 64)
    desk.explorer.models.open("digits")
    assert not page.presets["A smile"].isEnabled()
    assert "without labels" in page.presets["A smile"].toolTip()
    assert page.slots[0].told.text() == "Drop pictures"
    assert "women" not in page.slots[0].ask.placeholderText()
    desk.explorer.models.open("faces")
    assert "women" in page.slots[0].ask.placeholderText()


def test_a_sum_is_kept_by_the_session(desk: Desk, page: ArithmeticPage) -> None:
    fill(desk)
    total = desk.explorer.sums.total
    assert read_sum(sum_value(total)) == total
    for change in ({"version": 2}, {"strength": 9}, {"noise": -1}, {"terms": []}, {"terms": [3]}):
        assert read_sum({**sum_value(total), **change}) is None


@pytest.mark.parametrize("width", [888, 1208, 2488])
def test_averages_are_squares_and_the_result_grows_with_the_window(
    page: ArithmeticPage, desk: Desk, width: int
) -> None:
    page.resize(width, 1300)
    fill(desk)
    QApplication.processEvents()
    for slot in page.slots:
        assert slot.picture.height() <= slot.picture.width() + 2, "no high grey column"
        seen = 3 * (slot.grid._columns())
        assert width < 1200 or seen >= 24, "all exemplars that are averaged"
    assert page.result.width() <= page.side.width() - 32
    assert page.result.width() >= (600 if width > 2000 else 300)
