"""Pictures leave the real window: as files of every size, as grids that can be cancelled, by clipboard and drag."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.program import Program
from app.shell.actions import ActionId, Key
from app.shell.window import MainWindow
from app.store.notices import Level
from engine.disk import files
from engine.disk.recipes import stamped
from engine.opened.export import read_png_memory
from engine.opened.model import OpenedModel
from engine.protocol.values import Image, Recipe
from tests.e2e.opened import opened_small
from tests.pages import explore
from tests.patience import PATIENCE_MS

SIDE = 8


@pytest.fixture(scope="module")
def opened(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    with opened_small(tmp_path_factory) as window:
        yield window


@pytest.fixture
def shell(qtbot: QtBot, opened: MainWindow) -> Program:
    shell = opened.shell
    assert isinstance(shell, Program)
    explorer = shell.explorer
    qtbot.waitUntil(lambda: explorer.pictures.image_of(explorer.place.recipe) is not None, timeout=PATIENCE_MS)
    shell.board.clear()
    return shell


def save(qtbot: QtBot, shell: Program, action: Key, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trigger an action, answer its dialog, wait until it is told how it went."""
    monkeypatch.setattr(shell.dialogs, "ask_save", lambda title, suggestion, filters, then: then(path))
    with qtbot.waitSignal(shell.board.posted, timeout=PATIENCE_MS):
        shell.window.actions_table[action].trigger()


@pytest.mark.parametrize(
    ("action", "scale"),
    [((ActionId.EXPORT_PICTURE, 1), 1), ((ActionId.EXPORT_PICTURE, 4), 4), ((ActionId.EXPORT_PICTURE, 8), 8)],
    ids=["×1", "×4", "×8"],
)
def test_a_picture_is_saved_in_every_size_and_remembers(
    action: Key, scale: int, qtbot: QtBot, shell: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out" / "me.png"
    save(qtbot, shell, action, path, monkeypatch)
    assert [notice.sentence for notice in shell.board.notices] == ["Saved “me.png”."]
    memory, pixels = read_png_memory(path)
    assert pixels.shape == (SIDE * scale, SIDE * scale, 3)
    recipe = shell.explorer.place.recipe
    assert recipe is not None
    assert memory.recipes == (stamped(recipe),)


@pytest.mark.parametrize("action", [(ActionId.EXPORT_GRID, 4), (ActionId.EXPORT_STRIP, 4)], ids=["gallery", "strip"])
def test_grids_remember_every_cell(
    action: Key, qtbot: QtBot, shell: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grid.png"
    save(qtbot, shell, action, path, monkeypatch)
    memory, pixels = read_png_memory(path)
    rows = -(-len(memory.recipes) // memory.columns)
    assert pixels.shape == (SIDE * 4 * rows, SIDE * 4 * memory.columns, 3)
    assert shell.window.status_bar.export.isHidden()


def test_a_grid_says_how_far_it_is_and_can_be_cancelled(
    qtbot: QtBot, shell: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    drawn = OpenedModel.drawn_alone

    def slow(session: OpenedModel, recipes: Sequence[Recipe]) -> Generator[float, None, list[Image]]:
        cells = yield from drawn(session, recipes)
        assert gate.wait(PATIENCE_MS / 1000)
        return cells

    monkeypatch.setattr(OpenedModel, "drawn_alone", slow)
    path = tmp_path / "grid.png"
    monkeypatch.setattr(shell.dialogs, "ask_save", lambda title, suggestion, filters, then: then(path))
    shell.window.actions_table[(ActionId.EXPORT_GRID, 8)].trigger()
    line = shell.window.status_bar.export
    assert line.isVisible()
    assert line.words.text() == f"Saving “grid.png”: 0 of {len(shell.explorer.gallery.recipes)}"
    with qtbot.waitSignal(shell.board.posted, timeout=PATIENCE_MS):
        QTest.mouseClick(line.cancel_button, Qt.MouseButton.LeftButton)
        gate.set()
    assert [(notice.sentence, notice.level) for notice in shell.board.notices] == [
        ("The export was cancelled; nothing was written.", Level.NEWS)
    ]
    assert line.isHidden()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    save(qtbot, shell, (ActionId.EXPORT_GRID, 1), path, monkeypatch)
    assert path.exists(), "a late Cancel must not end the next export"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "you may not write in this folder"),
        (errno.EROFS, "this folder is read-only"),
    ],
)
@pytest.mark.parametrize("action", [(ActionId.EXPORT_PICTURE, 4), (ActionId.EXPORT_GRID, 4)], ids=["picture", "grid"])
def test_what_cannot_be_written_is_one_sentence_and_the_old_file_stays(
    action: Key,
    number: int,
    words: str,
    qtbot: QtBot,
    shell: Program,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "me.png"
    path.write_bytes(b"the old one")

    def fail(moment: str, where: str) -> None:
        if where == str(path) and moment == "write":
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files, "write_moment", fail)
    save(qtbot, shell, action, path, monkeypatch)
    assert [notice.sentence for notice in shell.board.notices] == [f"“me.png” could not be written: {words}."]
    assert shell.board.notices[0].level is Level.PROBLEM
    assert path.read_bytes() == b"the old one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["me.png"]
    assert shell.window.status_bar.export.isHidden()


def test_the_clipboard_holds_the_picture_that_is_shown(shell: Program) -> None:
    shell.settings.reset()
    shell.window.actions_table[ActionId.COPY].trigger()
    assert QGuiApplication.clipboard().image().size().toTuple() == (SIDE * 4, SIDE * 4)
    assert shell.board.notices[-1].sentence == f"Copied the picture, {SIDE * 4} × {SIDE * 4} pixels."


def test_a_dragged_picture_is_a_file_that_remembers(qtbot: QtBot, shell: Program) -> None:
    dragged: list[Path] = []
    shell.exporting.start_drag = lambda path, _pixmap: dragged.append(path)
    explore(shell.window).canvas.drag_asked.emit()
    qtbot.waitUntil(lambda: bool(dragged), timeout=PATIENCE_MS)
    with Pillow.open(dragged[0]) as picture:
        assert picture.format == "PNG"
    memory, _ = read_png_memory(dragged[0])
    assert shell.explorer.place.recipe is not None
    assert memory.recipes == (stamped(shell.explorer.place.recipe),)
    assert shell.board.notices == (), "nobody asked to save anything"
