"""What stands around the dialog: the ways to it, the line in the status bar, the notice at the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.controls.durations import about, file_size
from app.making.dialog import MakeDialog
from app.program import Program
from app.shell.actions import ActionId
from app.shell.export_line import ExportLine
from app.shell.notice_widgets import NoticeCard
from app.store.kept.settings import MAKE_FOLDER
from app.store.notices import Level, NoticeAction, NoticeBoard
from engine.protocol.answers import SetProgressed, Stopped
from engine.protocol.requests import Cancel, MakeSet
from tests.app.fake_engine import FakeEngine
from tests.pages import explore

LEFT = Qt.MouseButton.LeftButton


def dialogs(program: Program) -> list[MakeDialog]:
    return [dialog for dialog in program.window.findChildren(MakeDialog) if dialog.isVisible()]


@pytest.mark.parametrize("way", ["key", "menu", "train"])
def test_three_ways_lead_to_the_dialog(way: str, program: Program, qtbot: QtBot) -> None:
    window = program.window
    if way == "key":
        QTest.keyClick(explore(window).canvas, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    elif way == "menu":
        window.chip.open_menu()
        assert window.actions_table[ActionId.MAKE_SET] in window.chip.menu.actions()
        window.chip.menu.close()
        window.actions_table[ActionId.MAKE_SET].trigger()
    else:
        program.show_page("train")
        QTest.mouseClick(window.findChild(QPushButton, "train.draw"), LEFT)
    qtbot.waitUntil(lambda: len(dialogs(program)) == 1)
    dialogs(program)[0].close()


def test_a_set_is_drawn_told_in_the_status_bar_and_stopped_there(program: Program, tmp_path: Path) -> None:
    engine, line = program.client, program.window.status_bar.drawing
    assert isinstance(engine, FakeEngine)
    program.settings.put(MAKE_FOLDER, str(tmp_path))
    program.make_set()
    QTest.mouseClick(dialogs(program)[0].make_button, LEFT)
    assert line.isVisible()
    assert line.words.text() == "Making “faces”: 1 of 200 · 2 min left"
    assert line.cancel_button.text() == "Stop"
    assert "kept" in line.cancel_button.toolTip()
    assert dialogs(program) == []
    QTest.mouseClick(line.cancel_button, LEFT)
    assert engine.last(Cancel).ticket == engine.last(MakeSet).ticket
    assert line.isHidden()
    assert program.board.notices[-1].sentence == "Stopped: “faces” keeps 1 of 200 faces."


def test_what_is_to_end_says_so_until_it_has_ended(qtbot: QtBot) -> None:
    line = ExportLine("status.drawing", stop="Stop", tip="")
    qtbot.addWidget(line)
    told = SetProgressed(out="/a/b", what="faces", done=3, of=1000, eta_s=0.0)
    line.set_progress(told)
    line.show()
    assert line.words.text() == "Making “b”: 3 of 1\u202f000"
    QTest.mouseClick(line.cancel_button, LEFT)
    line.set_progress(told)
    assert line.words.text() == "Stopping…"
    assert not line.cancel_button.isEnabled()
    line.set_progress(None)
    line.set_progress(told)
    assert line.words.text().startswith("Making “b”")
    assert line.cancel_button.isEnabled()


def test_good_news_that_took_a_while_waits_and_offers_two_things(qtbot: QtBot) -> None:
    done: list[str] = []
    board = NoticeBoard()
    learn = NoticeAction("Train on it", lambda: done.append("train"))
    show = NoticeAction("Open folder", lambda: done.append("open"))
    board.post("Made 3 faces into “a”.", Level.DONE, action=learn, also=show)
    notice = board.notices[0]
    assert notice.level is Level.DONE
    card = NoticeCard(notice)
    qtbot.addWidget(card)
    card.show()
    buttons = {button.text(): button for button in card.findChildren(QPushButton) if button.isVisible()}
    assert list(buttons) == ["Train on it", "Open folder"], "nothing went wrong: there are no details to copy"
    for name in buttons:
        QTest.mouseClick(buttons[name], LEFT)
    assert done == ["train", "open"]


def test_an_engine_that_ends_ends_the_drawing(open_program: Callable[..., Program], tmp_path: Path) -> None:
    program = open_program()
    program.sets.draw(MakeSet(what="faces", out=tmp_path / "f", count=3))
    program.receive(Stopped(clean=True))
    assert program.sets.current is None
    assert program.window.status_bar.drawing.isHidden()


def test_estimates_are_rough_words() -> None:
    spans = [about(seconds) for seconds in (0.2, 5, 41, 300, 9000, float("inf"))]
    assert spans == ["a moment", "about 5 s", "about 40 s", "about 5 min", "about 2.5 h", "a moment"]
    assert [file_size(count) for count in (10, 20_400, 1.7e6, 3.2e9)] == ["1 kB", "20 kB", "1.7 MB", "3.2 GB"]
