"""Data sets drawn from the real window by the real engine: while pictures move, stopped, refused, and trained on."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.flows.shell import TRAIN
from app.making.choices import What
from app.making.dialog import MakeDialog
from app.program import Program
from app.shell.actions import ActionId
from app.shell.window import MainWindow
from app.store.kept.settings import MAKE_FOLDER
from app.store.notices import Level
from app.train.page import TrainPage
from engine.disk import files
from tests.e2e.opened import opened_small
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def opened(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    with opened_small(tmp_path_factory) as window:
        yield window


@pytest.fixture
def shell(opened: MainWindow, tmp_path: Path) -> Program:
    shell = opened.shell
    assert isinstance(shell, Program)
    shell.settings.reset()
    shell.settings.put(MAKE_FOLDER, str(tmp_path))
    shell.board.clear()
    return shell


def open_dialog(qtbot: QtBot, shell: Program, what: What, **numbers: int) -> MakeDialog:
    """The dialog as the menu opens it, with a kind and some numbers chosen."""
    shell.window.actions_table[ActionId.MAKE_SET].trigger()
    dialog = next(dialog for dialog in shell.window.findChildren(MakeDialog) if dialog.isVisible())
    qtbot.waitUntil(lambda: dialog.cards[what].isEnabled(), timeout=PATIENCE_MS)
    QTest.mouseClick(dialog.cards[what], LEFT)
    for name, value in numbers.items():
        dialog.options.forms[what].set_value(name, value)
    dialog.options.changed.emit()
    return dialog


def told(shell: Program) -> list[tuple[str, Level]]:
    return [(notice.sentence, notice.level) for notice in shell.board.notices]


def test_pairs_are_chosen_previewed_drawn_and_told(qtbot: QtBot, shell: Program, tmp_path: Path) -> None:
    dialog = open_dialog(qtbot, shell, What.PAIRS, count=3, size=16)
    dialog.options.pairs.set_word("glasses=none:sun")
    dialog.options.changed.emit()
    shown = dialog.options.preview
    qtbot.waitUntil(
        lambda: len(shown.images()) == 6 and all(image is not None for image in shown.images()), timeout=PATIENCE_MS
    )
    with qtbot.waitSignal(shell.board.posted, timeout=PATIENCE_MS):
        QTest.mouseClick(dialog.make_button, LEFT)
        assert shell.window.status_bar.drawing.isVisible()
        assert shell.window.status_bar.drawing.words.text().startswith("Making “pairs”: ")
    assert told(shell) == [("Made 3 pairs into “pairs”.", Level.DONE)]
    assert shell.window.status_bar.drawing.isHidden()
    about = json.loads((tmp_path / "pairs" / "pairs.json").read_text())
    assert (about["from"]["folder"], about["to"]["folder"]) == ("glasses=none", "glasses=sun")
    for folder in ("glasses=none", "glasses=sun"):
        assert len(list((tmp_path / "pairs" / folder).glob("*.png"))) == 3
    with Pillow.open(tmp_path / "pairs" / "glasses=none" / "face-00000.png") as picture:
        assert picture.size == (16, 16)


def test_sliders_move_while_faces_are_drawn_and_stop_keeps_them(qtbot: QtBot, shell: Program, tmp_path: Path) -> None:
    explorer, line = shell.explorer, shell.window.status_bar.drawing
    dialog = open_dialog(qtbot, shell, What.FACES, count=5000, size=32)
    QTest.mouseClick(dialog.make_button, LEFT)
    qtbot.waitUntil(lambda: "left" in line.words.text(), timeout=PATIENCE_MS)
    explorer.place.set_seed(77)
    qtbot.waitUntil(lambda: explorer.pictures.image_of(explorer.place.recipe) is not None, timeout=PATIENCE_MS)
    assert shell.sets.current is not None, "the picture did not wait for the set"
    with qtbot.waitSignal(shell.board.posted, timeout=PATIENCE_MS):
        QTest.mouseClick(line.cancel_button, LEFT)
        assert line.words.text() == "Stopping…"
    drawn = len(list((tmp_path / "faces").glob("*.png")))
    assert 0 < drawn < 5000
    assert len((tmp_path / "faces" / "attributes.csv").read_text().splitlines()) == drawn + 1
    assert [path.name for path in tmp_path.iterdir()] == ["faces"]
    notice = shell.board.notices[-1]
    assert notice.sentence.startswith("Stopped: “faces” keeps ")
    assert notice.action is not None
    assert notice.action.label == "Train on it"
    notice.action.run()
    assert shell.window.page_id == TRAIN
    page = shell.window.page(TRAIN)
    assert isinstance(page, TrainPage)
    chosen = page.setup.data.chosen_set()
    assert chosen.name == str(tmp_path / "faces")


def test_a_density_is_seen_and_drawn(qtbot: QtBot, shell: Program, tmp_path: Path) -> None:
    dialog = open_dialog(qtbot, shell, What.DENSITY, count=50, size=64)
    QTest.mouseClick(dialog.options.densities.tiles["moons"], LEFT)
    assert dialog.options.densities.tiles["moons"].image() is not None
    with qtbot.waitSignal(shell.board.posted, timeout=PATIENCE_MS):
        QTest.mouseClick(dialog.make_button, LEFT)
    assert told(shell) == [("Made 50 points into “moons”.", Level.DONE)]
    assert len((tmp_path / "moons" / "points.csv").read_text().splitlines()) == 51


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "you may not write")])
def test_a_disk_that_fails_is_one_sentence_and_the_next_set_is_drawn(
    number: int, words: str, qtbot: QtBot, shell: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(moment: str, where: str) -> None:
        if moment == "write" and where.endswith("00003.png"):
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files, "write_moment", fail)
    dialog = open_dialog(qtbot, shell, What.GLYPHS, count=20)
    with qtbot.waitSignal(shell.board.posted, timeout=PATIENCE_MS):
        QTest.mouseClick(dialog.make_button, LEFT)
    assert len(told(shell)) == 1
    assert told(shell)[0][0].startswith(f"“glyphs” could not be written: {words}")
    assert told(shell)[0][1] is Level.PROBLEM
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    dialog = open_dialog(qtbot, shell, What.GLYPHS, count=20)
    with qtbot.waitSignal(shell.board.posted, timeout=PATIENCE_MS):
        QTest.mouseClick(dialog.make_button, LEFT)
    assert told(shell)[-1] == ("Made 20 glyphs into “glyphs”.", Level.DONE)
