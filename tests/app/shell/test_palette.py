"""The palette: letters find, keys choose, what cannot be done says why; five hundred rows are no burden."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.program import Program
from app.shell.fuzzy import match, ranked
from app.shell.help import GuideDialog
from app.shell.palette import Palette
from app.store.recipes import SliderKind
from engine.protocol.library import RenameEntry
from tests.pages import explore

CTRL = Qt.KeyboardModifier.ControlModifier


def opened(program: Program) -> Palette:
    program.window.activateWindow()
    QTest.keyClick(program.window, Qt.Key.Key_K, CTRL)
    (palette,) = (each for each in program.window.findChildren(Palette) if each.isVisible())
    assert palette.edit.hasFocus()
    return palette


def labels(palette: Palette) -> list[str]:
    return [entry.label for entry, _ in palette.found.shown]


def test_beginnings_of_words_come_before_letters_somewhere() -> None:
    texts = ("Make a grid…", "Export grid ×4…", "Go to Arithmetic", "Grey", "Hair length")
    assert [texts[place] for place, _ in ranked("gr", texts)][:2] == ["Grey", "Make a grid…"]
    assert [texts[place] for place, _ in ranked("ma gr", texts)] == ["Make a grid…"]
    assert ranked("xq", texts) == []
    found = match("hl", "Hair length")
    assert found is not None
    assert found.letters == (0, 5)
    assert match("", "anything") is not None
    long = match("smile", "Smile")
    other = match("smile", "A smile that is longer")
    assert long is not None
    assert other is not None
    assert long.score > other.score


def test_a_slider_is_found_renamed_and_given_the_keyboard(program: Program, qtbot: QtBot) -> None:
    program.explorer.sliders.rename(SliderKind.DIRECTION, "beard", "Whiskers")
    palette = opened(program)
    QTest.keyClicks(palette.edit, "whis")
    assert labels(palette)[0] == "Whiskers"
    QTest.keyClick(palette.edit, Qt.Key.Key_Return)
    beard = explore(program.window).sliders.look.rows["beard"]
    assert beard.track.hasFocus()
    assert not palette.isVisible()
    QTest.keyClick(beard.track, Qt.Key.Key_Right)
    assert program.explorer.place.recipe.directions == (("beard", 0.1),)  # type: ignore[union-attr]


def test_an_action_is_done_and_shows_its_keys(program: Program) -> None:
    palette = opened(program)
    QTest.keyClicks(palette.edit, "make gri")
    entry = palette.selected()
    assert entry is not None
    assert (entry.label, entry.keys) == ("Make a grid…", "Ctrl+G")
    QTest.keyClick(palette.edit, Qt.Key.Key_Return)
    assert program.explorer.grids.is_open


def test_arrows_go_round_and_escape_gives_the_keyboard_back(program: Program) -> None:
    canvas = explore(program.window).canvas
    canvas.setFocus()
    palette = opened(program)
    first = palette.selected()
    QTest.keyClick(palette.edit, Qt.Key.Key_Up)
    assert palette.list.currentIndex().row() == palette.found.rowCount() - 1
    QTest.keyClick(palette.edit, Qt.Key.Key_Down)
    assert palette.selected() == first
    QTest.keyClick(palette.edit, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert QApplication.focusWidget() is canvas


def test_pages_and_models_are_found(program: Program) -> None:
    palette = opened(program)
    QTest.keyClicks(palette.edit, "arith")
    QTest.keyClick(palette.edit, Qt.Key.Key_Return)
    assert program.window.page_id == "arithmetic"
    palette = opened(program)
    QTest.keyClicks(palette.edit, "glyphs")
    entry = palette.selected()
    assert entry is not None
    assert entry.kind == "Model"
    QTest.keyClick(palette.edit, Qt.Key.Key_Return)
    assert program.explorer.models.model is not None
    assert program.explorer.models.model.name == "glyphs"


def test_a_model_is_found_by_the_name_that_it_has_elsewhere(program: Program, qtbot: QtBot) -> None:
    """“Glyphs by class” was called “Glyphs · GATED” here, and nobody found it."""
    library = program.explorer.library
    library.ask(RenameEntry(source="faces", name="Heads by hand"))
    qtbot.waitUntil(lambda: library.title("faces") == "Heads by hand")
    palette = opened(program)
    QTest.keyClicks(palette.edit, "heads by")
    assert ("Heads by hand", "Model") in [(entry.label, entry.kind) for entry, _ in palette.found.shown]


def test_a_raw_coordinate_is_found_by_its_number(program: Program) -> None:
    palette = opened(program)
    QTest.keyClicks(palette.edit, "z 41")
    assert labels(palette)[0] == "z 41"
    QTest.keyClick(palette.edit, Qt.Key.Key_Return)
    panel = explore(program.window).sliders
    assert panel.raw is not None
    assert panel.raw.shown_indices() == (41,)
    assert panel.raw.rows[0].track.hasFocus()


def test_what_cannot_be_done_says_why_and_does_nothing(program: Program) -> None:
    palette = opened(program)
    QTest.keyClicks(palette.edit, "redo")
    entry = palette.selected()
    assert entry is not None
    assert "nothing to redo" in palette.foot.text()
    QTest.keyClick(palette.edit, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.edit.setText("no such thing at all")
    assert palette.selected() is None
    QTest.keyClick(palette.edit, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_a_click_beside_it_leaves(program: Program) -> None:
    palette = opened(program)
    QTest.mouseClick(explore(program.window).canvas, Qt.MouseButton.LeftButton)
    assert not palette.isVisible()


def test_the_guide_is_found_by_its_headings(program: Program) -> None:
    palette = opened(program)
    QTest.keyClicks(palette.edit, "pictures that rem")
    entry = palette.selected()
    assert entry is not None
    assert (entry.label, entry.kind) == ("Pictures that remember", "Guide")
    QTest.keyClick(palette.edit, Qt.Key.Key_Return)
    guide = program.window.findChild(GuideDialog)
    assert guide is not None
    assert guide.page.textCursor().block().text() == "Pictures that remember"
    guide.close()
