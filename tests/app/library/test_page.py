"""The Library page by mouse and keys: found, named, compared, put away and brought back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.library.card_view import MEASURED
from app.library.page import LibraryPage
from app.library.words import Order, Shelf
from app.program import Program
from app.store.notices import NoticeAction
from engine.protocol.library import IllustrateEntries, Standing
from engine.protocol.requests import OpenModel, Train
from tests.app.fake_engine import FakeEngine
from tests.app.fake_shelf import a_run

LEFT = Qt.MouseButton.LeftButton
RUNS = (
    a_run("june", title="Heads of June", changed=9.0, step=200, steps=200),
    a_run("july", title="Heads of July", changed=8.0, standing=Standing.EARLY, step=40),
    a_run("left", family="dcgan", changed=7.0, standing=Standing.UNFINISHED, step=10, can_open=False),
    a_run("broken", changed=6.0, standing=Standing.DAMAGED, can_open=False, trouble="The run is damaged."),
)


@pytest.fixture
def program(open_program: Callable[..., Program]) -> Program:
    engine = FakeEngine()
    engine.shelf.put(*RUNS)
    return open_program(engine)


@pytest.fixture
def page(qtbot: QtBot, program: Program) -> LibraryPage:
    program.window.resize(1280, 800)
    program.show_page("library")
    page = program.window.page("library")
    assert isinstance(page, LibraryPage)
    qtbot.waitUntil(lambda: page.sheet.isVisible() and len(page.rows.sources) == 5)
    return page


def names(page: LibraryPage) -> list[str]:
    return [str(page.rows.index(row).data()) for row in range(len(page.rows.sources))]


def click(page: LibraryPage, name: str, key: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    index = page.rows.index(names(page).index(name))
    page.sheet.scrollTo(index)
    QTest.mouseClick(page.sheet.viewport(), LEFT, key, page.sheet.visualRect(index).center())


def offer(program: Program) -> NoticeAction:
    action = program.board.notices[-1].action
    assert action is not None
    return action


def test_everything_is_there_the_newest_first(page: LibraryPage) -> None:
    assert names(page) == ["Heads of June", "Heads of July", "left", "broken", "Faces"]
    assert page.count.text() == "5"


def test_typing_finds_and_lists_narrow(qtbot: QtBot, page: LibraryPage) -> None:
    QTest.keyClicks(page.search, "heads jul")
    assert names(page) == ["Heads of July"]
    assert page.count.text() == "1 of 5"
    page.search.clear()
    QTest.keyClicks(page.search, "nothing like it")
    assert page.empty.isVisible()
    button = page.empty.button
    assert button is not None
    QTest.mouseClick(button, LEFT)
    assert len(names(page)) == 5
    page.shelf.setCurrentText(Shelf.UNFINISHED)
    page.shelf.activated.emit(0)
    assert names(page) == ["left"]
    page.shelf.setCurrentText(Shelf.ALL)
    page.shelf.activated.emit(0)
    page.family.setCurrentIndex(page.family.findData("dcgan"))
    page.family.activated.emit(0)
    assert names(page) == ["left"]


@pytest.mark.parametrize(
    ("order", "first"),
    [(Order.NAME, "broken"), (Order.SCORE, "Faces"), (Order.LONGEST, "Heads of June"), (Order.KIND, "left")],
)
def test_lists_are_sorted(page: LibraryPage, order: Order, first: str) -> None:
    page.order.setCurrentText(order)
    page.order.activated.emit(0)
    assert names(page)[0] == first


def test_only_what_can_be_seen_is_drawn(qtbot: QtBot, open_program: Callable[..., Program]) -> None:
    engine = FakeEngine()
    engine.shelf.put(*(a_run(f"run {k:04d}", changed=float(k)) for k in range(1000)))
    program = open_program(engine)
    program.show_page("library")
    page = program.window.page("library")
    assert isinstance(page, LibraryPage)
    qtbot.waitUntil(lambda: len(page.rows.sources) == 1001)

    def drawn() -> set[str]:
        return {source for one in engine.sent if isinstance(one, IllustrateEntries) for source in one.sources}

    qtbot.waitUntil(lambda: "/home/runs/run 0999" in drawn())
    assert len(drawn()) < 60
    page.sheet.verticalScrollBar().setValue(page.sheet.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: "/home/runs/run 0000" in drawn())
    assert len(drawn()) < 120


def test_a_name_is_typed_in_place(page: LibraryPage, program: Program) -> None:
    click(page, "Heads of June")
    QTest.keyClick(page.sheet, Qt.Key.Key_F2)
    assert QApplication.focusWidget() is page.entry.name_edit
    QTest.keyClicks(page.entry.name_edit, "Heads of July")
    QTest.keyClick(page.entry.name_edit, Qt.Key.Key_Return)
    assert names(page)[:2] == ["Heads of July (june)", "Heads of July (july)"]
    assert page.entry.name_edit.text() == "Heads of July"
    page.entry.name_edit.setText("")
    page.entry.name_edit.editingFinished.emit()
    assert page.entry.name_edit.text() == "Heads of July"


def test_what_is_renamed_stays_among_what_was_found_until_the_search_changes(page: LibraryPage) -> None:
    """It left under the hand: one could neither see the new name nor mend it."""
    QTest.keyClicks(page.search, "heads jul")
    click(page, "Heads of July")
    page.entry.name_edit.setFocus()
    page.entry.name_edit.selectAll()
    QTest.keyClicks(page.entry.name_edit, "Portraits")
    QTest.keyClick(page.entry.name_edit, Qt.Key.Key_Return)
    assert names(page) == ["Portraits"]
    assert page.entry.name_edit.text() == "Portraits"
    QTest.keyClick(page.search, Qt.Key.Key_Backspace)
    assert names(page) == ["Heads of June"]


def test_notes_are_kept_when_one_turns_to_something_else(page: LibraryPage, program: Program) -> None:
    click(page, "Heads of June")
    QTest.keyClicks(page.entry.note_edit, "too smooth")
    click(page, "Faces")
    assert page.entry.note_edit.toPlainText() == ""
    entry = program.explorer.library.entry("/home/runs/june")
    assert entry is not None
    assert entry.note == "too smooth"
    QTest.keyClicks(page.search, "smooth")
    assert names(page) == ["Heads of June"]


def test_a_run_is_put_away_and_brought_back(qtbot: QtBot, page: LibraryPage, program: Program) -> None:
    click(page, "left")
    QTest.keyClick(page.sheet, Qt.Key.Key_Delete)
    assert "left" not in names(page)
    assert program.board.notices[-1].sentence == "“left” is in the trash."
    page.shelf.setCurrentText(Shelf.TRASH)
    page.shelf.activated.emit(0)
    assert names(page) == ["left"]
    click(page, "left")
    assert page.entry.explore_button.text() == "Bring it back"
    QTest.mouseClick(page.entry.explore_button, LEFT)
    assert names(page) == []
    assert page.empty.label.text() == "The trash is empty."
    page.shelf.setCurrentText(Shelf.ALL)
    page.shelf.activated.emit(0)
    click(page, "left")
    QTest.keyClick(page.sheet, Qt.Key.Key_Delete)
    offer(program).run()
    assert "left" in names(page)


def test_what_is_erased_is_asked_about_first(page: LibraryPage, program: Program) -> None:
    click(page, "left")
    QTest.keyClick(page.sheet, Qt.Key.Key_Delete)
    page.shelf.setCurrentText(Shelf.TRASH)
    page.shelf.activated.emit(0)
    click(page, "left")
    QTest.keyClick(page.sheet, Qt.Key.Key_Delete)
    assert names(page) == ["left"]
    assert "are lost" in program.board.notices[-1].sentence
    offer(program).run()
    assert names(page) == []


def test_what_is_bundled_open_or_learning_says_so(page: LibraryPage, program: Program, tmp_path: Path) -> None:
    click(page, "Faces")
    QTest.keyClick(page.sheet, Qt.Key.Key_Delete)
    assert "comes with the program" in program.board.notices[-1].sentence
    engine = program.client
    assert isinstance(engine, FakeEngine)
    engine.models["/home/runs/june"] = engine.models["faces"]
    program.explorer.models.open("/home/runs/june")
    click(page, "Heads of June")
    QTest.keyClick(page.sheet, Qt.Key.Key_Delete)
    assert "is open" in program.board.notices[-1].sentence
    assert "Heads of June" in names(page)
    offer(program).run()
    assert "Heads of June" not in names(page)
    program.explorer.runs.start(Train(family="vae", data="x", out=tmp_path, name="now", config=()))
    engine.shelf.put(a_run("now", source="run-1"))
    program.explorer.library.refresh()
    click(page, "now")
    assert "Learning" in page.entry.facts.text()
    QTest.keyClick(page.sheet, Qt.Key.Key_Delete)
    assert "it is learning" in program.board.notices[-1].sentence


def test_explore_opens_and_turns_to_the_picture(page: LibraryPage, program: Program) -> None:
    click(page, "Faces")
    QTest.keyClick(page.sheet, Qt.Key.Key_Return)
    assert program.window.page_id == "explore"
    program.show_page("library")
    click(page, "broken")
    assert not page.entry.explore_button.isEnabled()
    assert page.entry.explore_button.toolTip() == "The run is damaged."
    click(page, "Heads of June")
    moments = page.entry.card.findChildren(QPushButton, "library.moment.50")
    (moment,) = [button for button in moments if button.isVisible()]
    QTest.mouseClick(moment, LEFT)
    engine = program.client
    assert isinstance(engine, FakeEngine)
    assert engine.last(OpenModel).source == "/home/runs/june/snapshots/50"


def test_the_card_says_what_each_slider_is_worth(page: LibraryPage) -> None:
    click(page, "Heads of June")
    said = {label.text() for label in page.entry.card.findChildren(QLabel)}
    assert "stern – merry · 2.5 σ" in said
    assert "Weak: from −2 to 2 it moves smile along, by 2.0 σ where its own moves 1.2." in said
    assert MEASURED in said


def test_a_run_goes_on_and_another_begins_from_its_settings(page: LibraryPage, program: Program) -> None:
    click(page, "left")
    QTest.mouseClick(page.entry.go_on_button, LEFT)
    engine = program.client
    assert isinstance(engine, FakeEngine)
    asked = engine.last(Train)
    assert (asked.out, asked.resume, dict(asked.config)["steps"]) == (Path("/home/runs/left"), True, 100)
    assert program.window.page_id == "train"
    program.explorer.runs.stop()
    program.show_page("library")
    click(page, "Heads of June")
    QTest.mouseClick(page.entry.duplicate_button, LEFT)
    setup = program.window.page("train").setup  # type: ignore[attr-defined]
    assert program.window.page_id == "train"
    command = setup.command()
    assert command is not None
    assert (command.family, command.name, command.resume) == ("vae", "Heads of June", False)
    assert dict(command.config)["latent"] == 16
    assert command.data == "bundled:faces"


def test_two_runs_are_laid_over_one_another_and_taken_home(
    qtbot: QtBot, page: LibraryPage, program: Program, tmp_path: Path
) -> None:
    click(page, "Heads of June")
    click(page, "Heads of July", Qt.KeyboardModifier.ControlModifier)
    assert page.picks.isVisible()
    QTest.mouseClick(page.picks.compare_button, LEFT)
    assert page.compare.isVisible()
    assert set(page.compare.plot.runs) == {"Heads of June", "Heads of July"}
    labels = [label.text() for label in page.compare.table.findChildren(QLabel)]
    assert labels.count("Steps") == 1
    out = tmp_path / "both-curves.csv"
    program.dialogs.answer = out  # type: ignore[attr-defined]
    QTest.mouseClick(page.compare.tables_button, LEFT)
    assert out.read_text() == "ExportTables"
    assert program.board.notices[-1].sentence == "Saved “both-curves.csv” and “both-figures.csv” beside it."
    QTest.keyClick(page.compare.back_button, Qt.Key.Key_Escape)
    assert page.sheet.isVisible()
    click(page, "Heads of June")
    QTest.mouseClick(page.entry.curves_button, LEFT)
    assert not page.compare.plot.is_comparing()
    assert page.compare.title.text() == "Heads of June"


def test_what_is_picked_stays_picked_when_the_list_changes(page: LibraryPage, program: Program) -> None:
    click(page, "left")
    engine = program.client
    assert isinstance(engine, FakeEngine)
    engine.shelf.put(a_run("newer", changed=99.0))
    program.explorer.library.refresh()
    assert names(page)[0] == "newer"
    assert page.sheet.picks() == ("/home/runs/left",)
    engine.shelf.entries.pop("/home/runs/left")
    program.explorer.library.refresh()
    assert page.sheet.picks() == ()
    assert page.hint.isVisible()


class StartingEngine(FakeEngine):
    """Silent until it is told to come up."""

    def start(self) -> None:
        self.is_started = True

    def come_up(self) -> None:
        super().start()


def test_before_anything_is_listed_it_says_so_and_nothing_is_wider_than_its_use(
    qtbot: QtBot, open_program: Callable[..., Program]
) -> None:
    """The page may be turned to while the engine still starts: lists are never blank, and a wide window stretches
    no field.
    """
    engine = StartingEngine()
    engine.shelf.put(*RUNS)
    program = open_program(engine)
    program.window.resize(2400, 900)
    program.show_page("library")
    page = program.window.page("library")
    assert isinstance(page, LibraryPage)
    qtbot.waitUntil(page.isVisible)
    assert page.looking.isVisible()
    assert page.count.text() == ""
    assert page.family.currentText() == "All kinds"
    engine.come_up()
    qtbot.waitUntil(page.sheet.isVisible)
    assert page.count.text() == "5"
    assert page.search.width() == 480
    assert page.shelf.x() - page.search.geometry().right() < 20


def test_in_a_small_window_the_search_has_a_line_of_its_own(qtbot: QtBot, program: Program, page: LibraryPage) -> None:
    assert page.search.geometry().bottom() > page.shelf.y(), "beside the lists"
    program.window.resize(960, 640)
    qtbot.waitUntil(lambda: page.search.geometry().bottom() < page.shelf.y())
    assert page.search.width() > 300
    assert page.order.width() >= page.order.minimumSizeHint().width()
    program.window.resize(1280, 800)
    qtbot.waitUntil(lambda: page.search.geometry().bottom() > page.shelf.y())
