"""The window of directions: learned, named, ranged, deleted and put back, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.directions.dialog import DirectionsDialog
from app.directions.lesson_form import Way
from app.store.recipes import SliderKind
from engine.protocol.directions import (
    ExportDirection,
    ImportDirection,
    KeepDirection,
    LearnDirections,
    LearnedBy,
    RemoveDirection,
    RestoreDirection,
    SetRange,
)
from engine.protocol.requests import Cancel
from engine.protocol.values import Problem, Recipe
from tests.app.conftest import Desk

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(desk: Desk, qtbot: QtBot) -> DirectionsDialog:
    dialog = DirectionsDialog(desk)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def _learn(dialog: DirectionsDialog, start: str = "woman", to: str = "man") -> None:
    dialog.show_tab("learn")
    dialog.learn.form.cards[Way.WORDS].click()
    QTest.keyClicks(dialog.learn.form.start, start)
    QTest.keyClicks(dialog.learn.form.to, to)
    QTest.mouseClick(dialog.learn.learn_button, LEFT)


def test_it_lists_every_direction_with_five_pictures(desk: Desk, dialog: DirectionsDialog, qtbot: QtBot) -> None:
    model = desk.explorer.models.model
    assert model is not None
    assert set(dialog.list.rows) == {one.name for one in model.directions}
    row = dialog.list.rows["smile"]
    qtbot.waitUntil(lambda: all(one.image() is not None for one in row.pictures.thumbnails))
    QTest.mouseClick(row.pictures.thumbnails[4], LEFT)
    assert dict(desk.explorer.place.recipe.directions) == {"smile": 2.0}  # type: ignore[union-attr]


def test_a_caption_begins_where_its_name_begins(dialog: DirectionsDialog) -> None:
    def first_ink(part: QWidget) -> int:
        image = part.grab().toImage()
        ground = image.pixelColor(image.width() - 4, image.height() // 2)
        middle = range(4, image.height() - 4)
        return next(x for x in range(2, image.width()) if any(image.pixelColor(x, y) != ground for y in middle))

    row = next(iter(dialog.list.rows.values()))
    row.name.setText("Head")  # the same letter: each stands in a little
    row.words.set_text("Head")
    assert abs(first_ink(row.name) - first_ink(row.words)) <= 1


def test_what_is_learned_from_words_is_looked_at_named_and_kept(desk: Desk, dialog: DirectionsDialog) -> None:
    _learn(dialog)
    lesson = desk.fake.last(LearnDirections).lesson
    assert (lesson.by, lesson.start, lesson.to) == (LearnedBy.MEANS, "woman", "man")
    (row,) = dialog.learn.rows
    assert all(one.image() is not None for one in row.pictures.thumbnails)
    row.name.clear()
    QTest.keyClicks(row.name, "Manly")
    row.range.high.setText("1,5")
    row.range.high.editingFinished.emit()
    QTest.mouseClick(row.keep_button, LEFT)
    kept = desk.fake.last(KeepDirection)
    assert (kept.label, kept.low, kept.high, kept.lesson) == ("Manly", -2.0, 1.5, lesson)
    assert "own:Manly" in dialog.list.rows
    assert not row.keep_button.isEnabled()
    assert desk.told[-1] == "“Manly” is a slider now, under Look."


def test_two_of_a_name_both_stay(desk: Desk, dialog: DirectionsDialog) -> None:
    for _ in range(2):
        _learn(dialog)
        QTest.mouseClick(dialog.learn.rows[0].keep_button, LEFT)
    names = [name for name in dialog.list.rows if name.startswith("own:")]
    assert len(names) == 2, names


def test_the_form_says_what_is_missing(dialog: DirectionsDialog) -> None:
    dialog.show_tab("learn")
    assert not dialog.learn.learn_button.isEnabled()
    assert dialog.learn.told.text() == "Say where it starts and where it leads"
    dialog.learn.form.by.setCurrentIndex(2)
    QTest.keyClicks(dialog.learn.form.to, "smiling")
    assert dialog.learn.learn_button.isEnabled()
    dialog.learn.form.cards[Way.PICTURES].click()
    assert dialog.learn.told.text() == "Put pictures into both groups"


def test_pictures_in_both_groups_are_a_lesson(desk: Desk, dialog: DirectionsDialog) -> None:
    dialog.show_tab("learn")
    dialog.learn.form.cards[Way.PICTURES].click()
    places = [Recipe(model=desk.explorer.models.model.fingerprint, seed=k) for k in (1, 2, 3)]  # type: ignore[union-attr]
    desk.explorer.directions.add_places(0, places[:1])
    desk.explorer.directions.add_places(1, places[1:])
    desk.explorer.directions.add_places(1, [Recipe(model="another", seed=1)])
    QTest.mouseClick(dialog.learn.learn_button, LEFT)
    lesson = desk.fake.last(LearnDirections).lesson
    assert (lesson.before, lesson.after) == (tuple(places[:1]), tuple(places[1:]))


def test_several_that_were_found_are_shown_and_each_can_be_kept(desk: Desk, dialog: DirectionsDialog) -> None:
    dialog.show_tab("learn")
    dialog.learn.form.cards[Way.LAYER].click()
    QTest.mouseClick(dialog.learn.learn_button, LEFT)
    assert len(dialog.learn.rows) == 3
    QTest.mouseClick(dialog.learn.rows[1].keep_button, LEFT)
    assert desk.fake.last(KeepDirection).label == "Factor 2"


def test_learning_shows_how_far_it_is_and_can_be_cancelled(desk: Desk, dialog: DirectionsDialog) -> None:
    desk.fake.held = True
    _learn(dialog)
    assert desk.explorer.directions.is_learning
    assert dialog.learn.cancel_button.isVisible()
    QTest.mouseClick(dialog.learn.cancel_button, LEFT)
    assert isinstance(desk.fake.sent[-1], Cancel)
    assert not dialog.learn.cancel_button.isVisible()
    assert dialog.learn.learn_button.isEnabled()


def test_what_cannot_be_learned_is_said_in_its_place(desk: Desk, dialog: DirectionsDialog) -> None:
    desk.fake.held = True
    _learn(dialog)
    desk.fake.refuse(LearnDirections, Problem(code="unknown-words", sentence="“man” names nothing."))
    assert dialog.learn.note.text() == "“man” names nothing."
    assert desk.told == []


def test_a_deleted_one_comes_back_with_undo(desk: Desk, dialog: DirectionsDialog) -> None:
    _learn(dialog)
    QTest.mouseClick(dialog.learn.rows[0].keep_button, LEFT)
    desk.explorer.place.set_direction("own:Man", 1.0)
    name = next(name for name in dialog.list.rows if name.startswith("own:"))
    desk.explorer.place.set_direction(name, 1.0)
    desk.explorer.directions.remove(name)
    assert desk.fake.last(RemoveDirection).name == name
    assert name not in dialog.list.rows
    assert name not in dict(desk.explorer.place.recipe.directions)  # type: ignore[union-attr]
    assert "was deleted" in desk.told[-1]
    desk.explorer.edits.undo()
    assert desk.fake.last(RestoreDirection).name == name
    assert name in dialog.list.rows
    assert dict(desk.explorer.place.recipe.directions)[name] == 1.0  # type: ignore[union-attr]


def test_a_new_name_is_shown_everywhere_and_undone(desk: Desk, dialog: DirectionsDialog) -> None:
    edit = dialog.list.rows["smile"].name
    edit.clear()
    QTest.keyClicks(edit, "Grin")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert desk.explorer.sliders.note(SliderKind.DIRECTION, "smile").label == "Grin"
    assert dialog.list.rows["smile"].name.text() == "Grin"
    desk.explorer.edits.undo()
    assert dialog.list.rows["smile"].name.text() == "Smile"


def test_a_pinned_one_stands_first(desk: Desk, dialog: DirectionsDialog) -> None:
    QTest.mouseClick(dialog.list.rows["skin"].pin_button, LEFT)
    assert next(iter(dialog.list.rows)) == "skin"


def test_a_made_one_is_given_another_range(desk: Desk, dialog: DirectionsDialog) -> None:
    _learn(dialog)
    QTest.mouseClick(dialog.learn.rows[0].keep_button, LEFT)
    name = next(name for name in dialog.list.rows if name.startswith("own:"))
    edit = dialog.list.rows[name].range
    edit.low.setText("-1")
    edit.low.editingFinished.emit()
    assert desk.fake.last(SetRange) == SetRange(name=name, low=-1.0, high=3.0)
    dialog.list.rows[name].range.high.setText("-5")  # below the left end
    dialog.list.rows[name].range.high.editingFinished.emit()
    assert dialog.list.rows[name].range.ends() == (-1.0, 3.0)
    assert not dialog.list.rows["smile"].range.isVisibleTo(dialog.list.rows["smile"])


def test_files_go_in_and_out(desk: Desk, dialog: DirectionsDialog, tmp_path: Path) -> None:
    desk.dialogs.answer = tmp_path / "smile.json"  # type: ignore[attr-defined]
    desk.directing.ask_export(desk.explorer.directions.listed()[0])
    assert desk.fake.last(ExportDirection).path == tmp_path / "smile.json"
    QTest.mouseClick(dialog.list.import_button, LEFT)
    assert desk.fake.last(ImportDirection) == ImportDirection(path=tmp_path / "smile.json")
    assert "own:Read" in dialog.list.rows


def test_a_stranger_is_refused_with_an_offer_to_learn_it_here(desk: Desk, dialog: DirectionsDialog) -> None:
    desk.fake.held = True
    desk.explorer.directions.import_file(Path("far.json"))
    sentence = "The direction “Far” belongs to “Other”, not to “faces”; learn it here anew."
    desk.fake.refuse(ImportDirection, Problem(code="learn-anew", sentence=sentence))
    notice = desk.board.notices[-1]
    assert notice.sentence == sentence
    assert notice.action is not None
    notice.action.run()
    assert desk.fake.last(ImportDirection) == ImportDirection(path=Path("far.json"), anew=True)


def test_a_model_that_draws_pixel_by_pixel_has_none(desk: Desk, dialog: DirectionsDialog) -> None:
    desk.explorer.models.open("glyphs")
    assert dialog.list.rows == {}
    assert dialog.list.empty.isVisible()
    dialog.show_tab("learn")
    assert "draws pixel by pixel" in dialog.learn.told.text()
    assert not dialog.learn.learn_button.isEnabled()
