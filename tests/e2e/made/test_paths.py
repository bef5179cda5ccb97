"""A path through the real window and engine: made by keys, scrubbed, exported, and brought back from its film."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.path.page import PathPage
from app.run import create_window
from app.shell.window import MainWindow
from engine.opened.export import read_png_memory
from engine.opened.films import frame_bytes
from engine.opened.model import open_model_file
from engine.protocol.walks import Film, Way
from tests.e2e.opened import opened, small_model
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> str:
    return small_model(tmp_path_factory)


@pytest.fixture
def window(qtbot: QtBot, run: str, tmp_path: Path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "home", run, "small", timeout_ms=PATIENCE_MS) as window:
        yield window


def test_from_keys_to_a_film_and_back(
    qtbot: QtBot, window: MainWindow, run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell, explorer = window.shell, window.shell.explorer
    for seed in (3, 4, 5):
        explorer.place.set_seed(seed)
        QTest.keyClick(window, Qt.Key.Key_K)
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    page = window.page("path")
    assert isinstance(page, PathPage)
    QTest.mouseClick(page.side.ways.rows[Way.EVEN], LEFT)
    QTest.mouseClick(page.side.loop, LEFT)
    paths = explorer.paths
    qtbot.waitUntil(lambda: set(paths.looks) == set(Way) and paths.is_final, timeout=PATIENCE_MS)
    assert paths.looks[Way.EVEN].unevenness <= 1.15
    qtbot.waitUntil(lambda: all(key.image() is not None for key in page.timeline.keys), timeout=PATIENCE_MS)

    # the canvas follows the hand on the ruler
    session = open_model_file(run, torch.device("cpu"))
    QTest.mouseClick(page.timeline, LEFT, pos=QPoint(round(page.timeline.x_of(1.0)), 8))
    frame = paths.frames[paths.frame_at(page.player.seconds)]
    stage = explorer.boards.stage("path")
    qtbot.waitUntil(lambda: stage.picture is not None and stage.picture.recipe == frame, timeout=PATIENCE_MS)
    shown = page.stage.image()
    assert shown is not None
    assert (shown == session.picture(frame)).all()

    # every frame of the folder is the frame drawn alone
    folder = tmp_path / "frames"
    monkeypatch.setattr(shell.dialogs, "ask_save", lambda title, suggestion, filters, then: then(folder))
    page.side.film.setCurrentIndex(4)
    assert page.side.film_kind() is Film.FRAMES
    QTest.mouseClick(page.side.export_button, LEFT)
    qtbot.waitUntil(folder.exists, timeout=PATIENCE_MS)
    files = sorted(folder.iterdir())
    assert len(files) == paths.walk.frames(25)
    for file in files[::16]:
        memory, pixels = read_png_memory(file)
        alone = session.picture(memory.recipes[0])
        assert (pixels[::4, ::4] == alone).all()
        session.source = run
        assert memory.recipes[0].model == session.fingerprint
        assert len(frame_bytes(session, memory.recipes[0], alone, 4)) > 0
    first, last = read_png_memory(files[0])[1].astype(float), read_png_memory(files[-1])[1].astype(float)
    assert np.abs(first - last).mean() < 20, "a loop ends where it began"

    # a film brings its path back
    film = tmp_path / "loop.gif"
    monkeypatch.setattr(shell.dialogs, "ask_save", lambda title, suggestion, filters, then: then(film))
    page.side.film.setCurrentIndex(0)
    QTest.mouseClick(page.side.export_button, LEFT)
    qtbot.waitUntil(film.exists, timeout=PATIENCE_MS)
    walk = paths.walk
    QTest.mouseClick(page.bar.clear, LEFT)
    window.show_page("explore")
    shell.opening.open_dropped([film])
    qtbot.waitUntil(lambda: window.page_id == "path", timeout=PATIENCE_MS)
    assert paths.walk == walk

    # undo goes all the way back, redo all the way on
    while explorer.edits.undoable is not None:
        explorer.edits.undo()
    assert paths.walk.keyframes == ()
    while explorer.edits.redoable is not None:
        explorer.edits.redo()
    assert paths.walk == walk


def test_the_session_keeps_the_path(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    explorer = window.shell.explorer
    explorer.place.set_seed(8)
    explorer.paths.add()
    explorer.paths.wander()
    walk = explorer.paths.walk
    window.close()
    again = create_window(tmp_path / "home", device="cpu")
    qtbot.addWidget(again)
    assert again.shell.explorer.paths.walk == walk
    again.close()
