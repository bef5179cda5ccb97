"""The dialog that draws data sets: hands and state both ways, reasons when it cannot, and what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.look import theme
from app.making.choices import Choices, What, read_choices
from app.making.dialog import MakeDialog
from app.store.kept.settings import MAKE_CHOICES, MAKE_FOLDER, MAKE_PACE
from engine.protocol.answers import SetMade, SetPreviewed
from engine.protocol.requests import ListMakeables, MakeSet, PreviewSet
from engine.protocol.values import Problem, Recipe, Stop
from tests.app.conftest import Desk
from tests.app.fake_engine import drawn

LEFT = Qt.MouseButton.LeftButton
DRAWABLE_RECIPE = Recipe(model="preview")
Opener = Callable[[], MakeDialog]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sets"
    made.mkdir()
    return made


@pytest.fixture
def open_dialog(desk: Desk, folder: Path, qtbot: QtBot) -> Opener:
    def opened() -> MakeDialog:
        desk.settings.put(MAKE_FOLDER, str(folder))
        dialog = MakeDialog(desk.sets, desk.settings, desk.dialogs)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        return dialog

    return opened


@pytest.fixture
def dialog(open_dialog: Opener) -> MakeDialog:
    return open_dialog()


def type_into(dialog: MakeDialog, what: What, name: str, text: str) -> None:
    editor = dialog.options.forms[what].rows[name].editor
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(editor, text)


def last_preview(desk: Desk) -> MakeSet:
    command = desk.fake.sent_of(PreviewSet)[-1]
    assert isinstance(command, PreviewSet)
    return command.order


# ---------------------------------------------------------------- choosing


def test_before_the_engine_is_up_it_says_so(desk: Desk, open_dialog: Opener) -> None:
    desk.fake.held = True
    dialog = open_dialog()
    assert not dialog.make_button.isEnabled()
    assert dialog.make_button.toolTip() == "The engine is starting; a few seconds more."
    assert dialog.estimate.text() == "The engine is starting; a few seconds more."
    assert not any(card.isEnabled() for card in dialog.cards.values())
    assert desk.fake.sent_of(ListMakeables)
    desk.fake.held = False
    desk.fake.answer()
    assert dialog.make_button.isEnabled()
    assert all(card.isEnabled() for card in dialog.cards.values())


def test_what_is_chosen_is_what_is_ordered(dialog: MakeDialog, desk: Desk, folder: Path) -> None:
    type_into(dialog, What.FACES, "count", "30")
    type_into(dialog, What.FACES, "size", "32")
    type_into(dialog, What.FACES, "seed", "7")
    dialog.options.held.add("smile")
    QTest.keyClick(dialog.options.held.rows["smile"].slider.track, Qt.Key.Key_Right)
    dialog.options.held.add("glasses")
    dialog.options.held.rows["glasses"].combo.setCurrentIndex(2)
    QTest.mouseClick(dialog.options.linked, LEFT)
    expected = MakeSet(
        what="faces", out=folder / "faces", count=30, size=32, seed=7, held=(("smile", 0.05), ("glasses", 2.0)),
        correlated=True,
    )  # fmt: skip
    assert dialog.order() == expected
    assert last_preview(desk) == expected
    QTest.mouseClick(dialog.make_button, LEFT)
    assert desk.fake.sent_of(MakeSet) == [expected]
    assert not dialog.isVisible()


def test_a_preview_is_asked_for_what_changes_it_and_shown(dialog: MakeDialog, desk: Desk) -> None:
    asked = len(desk.fake.sent_of(PreviewSet))
    assert all(image is not None for image in dialog.options.preview.images())
    type_into(dialog, What.FACES, "seed", "5")
    assert len(desk.fake.sent_of(PreviewSet)) == asked + 1, "the field is emptied, which is no seed, and typed into"
    assert dialog.options.preview.images()[0] is not None
    QTest.keyClicks(dialog.place.name_edit, "-new")
    assert len(desk.fake.sent_of(PreviewSet)) == asked + 1, "where it goes makes no difference"


def test_while_somebody_drags_every_preview_gets_to_its_first_picture(dialog: MakeDialog, desk: Desk) -> None:
    desk.fake.held = True
    sent = len(desk.fake.sent_of(PreviewSet))
    for seed in range(1, 20):
        dialog.options.forms[What.FACES].set_value("seed", seed)
        dialog.options.changed.emit()
    assert len(desk.fake.sent_of(PreviewSet)) == sent + 1, "one at a time"
    first = desk.fake.sent_of(PreviewSet)[-1]
    image = drawn(DRAWABLE_RECIPE)
    told = SetPreviewed(ticket=first.ticket, images=(image,), of=8, columns=4, stacked=1, final=False)
    desk.receive(told)
    assert dialog.options.preview.images()[0] is image
    assert last_preview(desk).seed == 19, "and then the newest, none between"
    desk.receive(told)
    assert len(desk.fake.sent_of(PreviewSet)) == sent + 2
    desk.fake.held = False
    desk.fake.answer()


def test_pairs_have_their_kind_or_an_attribute(dialog: MakeDialog) -> None:
    QTest.mouseClick(dialog.cards[What.PAIRS], LEFT)
    pairs = dialog.options.pairs
    assert dialog.order().pair == "sketch"
    assert dialog.options.caption.text() == "Pencil lines, and the face"
    pairs.kind.setCurrentIndex(3)
    assert pairs.attribute.isVisible()
    assert dialog.order().pair == "glasses=none:round"
    pairs.ends[1].combo.setCurrentIndex(2)
    assert dialog.order().pair == "glasses=none:sun"
    pairs.ends[0].combo.setCurrentIndex(2)
    assert not dialog.make_button.isEnabled()
    assert "would be the same" in dialog.make_button.toolTip()
    pairs.attribute.setCurrentIndex(0)
    assert dialog.order().pair == "smile=-1:1"
    pairs.ends[0].slider.track.setFocus()
    QTest.keyClick(pairs.ends[0].slider.track, Qt.Key.Key_Right)
    assert dialog.order().pair == "smile=-0.95:1"


def test_lines_of_a_pair_stand_as_far_apart_as_those_of_the_form(
    dialog: MakeDialog, qtbot: QtBot, qapp: QApplication
) -> None:
    theme.apply(qapp, theme.Scheme.DARK)
    dialog.cards[What.PAIRS].click()
    pairs, form = dialog.options.pairs, dialog.options.forms[What.PAIRS]
    pairs.set_word("glasses=none:round")
    lines = [pairs.attribute, *(row.combo for row in pairs.ends), *(row.editor for row in form.rows.values())]

    def gaps() -> set[int]:
        tops = [line.mapTo(dialog, line.rect().topLeft()).y() for line in lines if line is not None]
        return {low - high for high, low in pairwise(tops)}

    qtbot.waitUntil(lambda: gaps() == {38})


def test_nothing_of_one_kind_is_seen_among_another(dialog: MakeDialog, desk: Desk) -> None:
    desk.fake.held = True
    shown = dialog.options.preview
    dialog.options.forms[What.FACES].set_value("seed", 9)
    dialog.options.changed.emit()
    assert shown.images()[0] is not None, "another seed: the old pictures stay until the new ones come"
    QTest.mouseClick(dialog.cards[What.PAIRS], LEFT)
    assert set(shown.images()) == {None}
    desk.fake.held = False
    desk.fake.answer()


def test_what_changes_in_a_pair_is_not_held_still_and_is_not_forgotten(dialog: MakeDialog) -> None:
    dialog.options.held.add("glasses", 1.0)
    QTest.mouseClick(dialog.cards[What.PAIRS], LEFT)
    dialog.options.pairs.kind.setCurrentIndex(3)
    assert dialog.order().held == ()
    assert not dialog.options.held.rows["glasses"].isVisible()
    QTest.mouseClick(dialog.cards[What.FACES], LEFT)
    assert dialog.order().held == (("glasses", 1.0),)
    assert dialog.options.held.rows["glasses"].isVisible()


def test_attributes_are_added_from_a_menu_and_let_go(dialog: MakeDialog, desk: Desk) -> None:
    held = dialog.options.held
    held.menu.aboutToShow.emit()
    assert [action.text() for action in held.menu.actions()] == ["Smile", "Glasses"]
    held.menu.actions()[1].trigger()
    assert dialog.order().held == (("glasses", 0.0),)
    assert last_preview(desk).held == (("glasses", 0.0),)
    held.menu.aboutToShow.emit()
    assert [action.text() for action in held.menu.actions()] == ["Smile"]
    assert not held.nothing.isVisible()
    QTest.mouseClick(held.crosses["glasses"], LEFT)
    assert dialog.order().held == ()
    assert held.nothing.isVisible()


def test_glyphs_and_densities_have_no_attributes(dialog: MakeDialog, folder: Path) -> None:
    dialog.options.held.add("smile", 1.0)
    QTest.mouseClick(dialog.cards[What.GLYPHS], LEFT)
    assert not dialog.options.held.isVisible()
    assert dialog.order() == MakeSet(what="glyphs", out=folder / "glyphs", count=1000)
    QTest.mouseClick(dialog.cards[What.DENSITY], LEFT)
    assert dialog.order() == MakeSet(what="mixture-1d", out=folder / "mixture-1d", count=2000, size=64)
    assert dialog.options.caption.text().startswith("Three hills: its curve, and a histogram of 2")
    QTest.mouseClick(dialog.options.densities.tiles["ring"], LEFT)
    assert dialog.order().what == "ring"
    assert dialog.options.densities.tiles["ring"].is_selected()
    assert dialog.place.name_edit.text() == "ring"


# ---------------------------------------------------------------- reasons


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [("count", "0", "How many"), ("size", "9", "Size"), ("seed", "-1", "Seed"), ("count", "", "How many")],
)
def test_a_number_that_does_not_fit_is_told(dialog: MakeDialog, field: str, text: str, reason: str) -> None:
    type_into(dialog, What.FACES, field, text or "\b")
    if not text:
        dialog.options.forms[What.FACES].rows[field].editor.clear()
    assert not dialog.make_button.isEnabled()
    assert reason in dialog.make_button.toolTip() == dialog.estimate.text()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("there", "“there” is already there; choose another name."), ("", "Name the new folder."),
        ("a/b", "A folder's name holds no / and no \\."), ("..", "A folder's name holds no / and no \\."),
        ("n" * 79, ""), ("ü😀 <b>%s", ""),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_is_told(dialog: MakeDialog, folder: Path, name: str, reason: str) -> None:
    (folder / "there").mkdir()
    dialog.place.name_edit.setText(name)
    dialog.place.name_edit.textEdited.emit(name)
    assert dialog.missing() == reason
    assert dialog.make_button.isEnabled() is (not reason)


def test_low_resolution_needs_a_size_that_divides(dialog: MakeDialog) -> None:
    QTest.mouseClick(dialog.cards[What.PAIRS], LEFT)
    dialog.options.pairs.kind.setCurrentIndex(1)
    type_into(dialog, What.PAIRS, "size", "30")
    assert dialog.missing() == "For low resolution the size must divide by 4."


def test_a_folder_is_chosen_and_the_name_follows_what_is_free(
    dialog: MakeDialog, desk: Desk, tmp_path: Path, folder: Path
) -> None:
    other = tmp_path / "other"
    (other / "faces").mkdir(parents=True)
    desk.dialogs.answer = other
    QTest.mouseClick(dialog.place.folder_button, LEFT)
    assert desk.dialogs.asked == [("Make the new folder in", folder)]
    assert dialog.missing() == "“faces” is already there; choose another name."
    type_into(dialog, What.FACES, "seed", "3")
    assert dialog.order().out == other / "faces-2"


def test_the_estimate_follows_count_size_and_this_computer(dialog: MakeDialog, desk: Desk, open_dialog: Opener) -> None:
    assert dialog.estimate.text() == "About 20 s · 1.6 MB"
    type_into(dialog, What.FACES, "size", "128")
    assert dialog.estimate.text() == "About 40 s · 6.4 MB"
    QTest.mouseClick(dialog.cards[What.PAIRS], LEFT)
    dialog.options.pairs.kind.setCurrentIndex(2)
    assert dialog.estimate.text() == "About 40 s · 3.2 MB", "twice, since every head is drawn by day and by night"
    QTest.mouseClick(dialog.make_button, LEFT)
    desk.fake.finish_drawing(seconds=80.0)
    assert desk.settings.get(MAKE_PACE) == pytest.approx(2.0)
    assert open_dialog().estimate.text() == "About 80 s · 3.2 MB"


# ---------------------------------------------------------------- keys, and what is remembered


def test_tab_goes_as_one_reads(dialog: MakeDialog) -> None:
    dialog.options.held.add("smile", 0.5)
    dialog.options.changed.emit()
    dialog.activateWindow()
    dialog.cards[What.FACES].setFocus(Qt.FocusReason.TabFocusReason)
    rows = dialog.options.forms[What.FACES].rows
    row = dialog.options.held.rows["smile"]
    wanted: list[QWidget] = [rows["count"].editor, rows["size"].editor, rows["seed"].editor, dialog.options.linked]
    wanted += [dialog.options.held.add_button, row.slider.track, dialog.place.name_edit, dialog.place.folder_button]
    wanted += [dialog.cancel_button, dialog.make_button]
    visited: list[QWidget] = []
    for _ in range(40):
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        if dialog.focusWidget() not in visited:
            visited.append(dialog.focusWidget())
    assert [widget for widget in visited if widget in wanted] == wanted


def test_it_opens_as_it_was_left(dialog: MakeDialog, desk: Desk, open_dialog: Opener) -> None:
    dialog.options.held.add("smile", -0.5)
    QTest.mouseClick(dialog.options.linked, LEFT)
    QTest.mouseClick(dialog.cards[What.PAIRS], LEFT)
    dialog.options.pairs.set_word("glasses=round:sun")
    type_into(dialog, What.PAIRS, "count", "12")
    QTest.mouseClick(dialog.cancel_button, LEFT)
    again = open_dialog()
    assert again.cards[What.PAIRS].isChecked()
    order = again.order()
    assert (order.pair, order.count, order.held, order.correlated) == (
        "glasses=round:sun", 12, (("smile", -0.5),), True,
    )  # fmt: skip
    desk.settings.reset()
    assert desk.settings.get(MAKE_CHOICES) == ()


@pytest.mark.parametrize(
    "words",
    [
        ("what=cats", "density=", "pair=smile=a:b", "hold=grin=1", "faces.count=0"),
        ("=", "hold=smile", "hold=smile=x"), ("hold=smile=1e9", "hold=glasses=-5"),
        ("pair=glasses=none", "pair=:", "faces.count=" + "9" * 30, "density=ring"),
        ("hold=smile=nan", "pair=glasses=nan:inf"),
    ],
)  # fmt: skip
def test_words_that_make_no_sense_are_as_if_never_chosen(
    words: tuple[str, ...], desk: Desk, open_dialog: Opener
) -> None:
    desk.settings.put(MAKE_CHOICES, words)
    dialog = open_dialog()
    assert dialog.cards[What.FACES].isChecked()
    assert dialog.order().count == 200
    assert dialog.make_button.isEnabled()
    assert all(-1 <= value <= 2 for _, value in dialog.order().held)


def test_choices_are_read_as_they_were_written() -> None:
    choices = Choices(
        what=What.DENSITY, density="ring", pair="smile=-1:1", is_linked=True, held=[("smile", 0.25)],
        numbers={"faces.count": 3},
    )  # fmt: skip
    assert read_choices(choices.words()) == choices


# ---------------------------------------------------------------- while it is drawn, and after


def test_one_set_at_a_time(dialog: MakeDialog, desk: Desk, open_dialog: Opener) -> None:
    QTest.mouseClick(dialog.make_button, LEFT)
    again = open_dialog()
    assert again.missing() == "“faces” is being drawn. Stop it, or wait until it is done."
    assert not again.make_button.isEnabled()
    desk.fake.finish_drawing()
    assert again.make_button.isEnabled()


@pytest.mark.parametrize(
    ("order", "sentence", "labels"),
    [
        ({"what": "faces"}, "Made 200 faces into “mine”.", ("Train on it", "Open folder")),
        ({"what": "glyphs"}, "Made 200 glyphs into “mine”.", ("Train on it", "Open folder")),
        ({"what": "faces", "pair": "sketch"}, "Made 200 pairs into “mine”.", ("Open folder", None)),
        ({"what": "ring"}, "Made 200 points into “mine”.", ("Open folder", None)),
    ],
)
def test_the_end_is_told_with_what_can_be_done(
    order: dict, sentence: str, labels: tuple[str, str | None], desk: Desk, folder: Path
) -> None:
    desk.sets.list_drawables()
    brought: list[Path] = []
    desk.opening.folder_brought.connect(brought.append)
    assert desk.sets.draw(MakeSet(**{"out": folder / "mine", "count": 200, **order}))
    desk.fake.finish_drawing()
    notice = desk.board.notices[-1]
    assert (notice.sentence, notice.action.label, notice.also.label if notice.also else None) == (sentence, *labels)
    if labels[0] == "Train on it":
        notice.action.run()
        assert brought == [folder / "mine"]


def test_stopping_keeps_and_failing_ends(desk: Desk, folder: Path) -> None:
    desk.sets.list_drawables()
    shown: list[object] = []
    desk.sets.progressed.connect(shown.append)
    order = MakeSet(what="faces", out=folder / "mine", count=200)
    desk.sets.draw(order)
    assert not desk.sets.draw(order)
    desk.sets.stop()
    assert desk.told[-1] == "Stopped: “mine” keeps 1 of 200 faces."
    assert desk.sets.draw(order)
    sentence = "“mine” could not be written: the disk is full."
    desk.fake.refuse(MakeSet, Problem(code="disk-full", sentence=sentence))
    assert desk.told[-1] == sentence
    assert desk.sets.current is None
    assert shown[-1] is None


def test_a_quick_set_says_nothing_of_how_fast_the_computer_is(desk: Desk, folder: Path) -> None:
    desk.sets.list_drawables()
    desk.sets.draw(MakeSet(what="ring", out=folder / "mine", count=200))
    desk.fake.finish_drawing(seconds=1.0)
    assert desk.settings.get(MAKE_PACE) == 1.0
    late = SetMade(out="x", what="ring", count=0, asked=5, size=64, seconds=50.0, reason=Stop.STOPPED, dimensions=2)
    desk.receive(late)
    assert desk.settings.get(MAKE_PACE) == 1.0
