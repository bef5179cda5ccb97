"""Bad model files, brought to the real window in each way there is: one notice, and the open model unharmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.program import Program
from app.run import create_window
from app.shell.actions import ActionId
from app.shell.window import MainWindow
from app.store.engine_status import EngineState
from app.store.notices import Level
from engine.opened.model import open_model_file
from engine.protocol.answers import Finished
from engine.training.loop import Job, train
from tests.bad_models import FILES, SUFFIX, TRACE
from tests.e2e.opened import is_at_rest
from tests.e2e.waiting import until
from tests.engine.small import SMALL, bars
from tests.patience import PATIENCE_MS

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "good"
    job = Job(run=run, name="good", family="vae", values=dict(SMALL["vae"], steps=2), data="bars")
    *_, end = train(job, bars(), device=CPU)
    assert isinstance(end, Finished)
    return Path(end.path)


@pytest.fixture(scope="module")
def opened(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory, good: Path) -> Iterator[MainWindow]:
    """One window for all cases: what one of them spoils, the next one notices."""
    window = create_window(tmp_path_factory.mktemp("home"), device="cpu")
    window.show()
    explorer = window.shell.explorer
    # its threads are there before the first test counts them
    until(lambda: explorer.engine.status.state is EngineState.READY)
    explorer.models.open(str(good))
    until(lambda: is_at_rest(window, "good"))
    yield window
    window.close()
    assert window.shell.stopped_cleanly


@pytest.fixture
def window(qtbot: QtBot, opened: MainWindow) -> MainWindow:
    qtbot.waitUntil(lambda: is_shown(opened), timeout=PATIENCE_MS)
    opened.shell.board.clear()
    return opened


def is_shown(window: MainWindow) -> bool:
    explorer = window.shell.explorer
    return explorer.pictures.picture is not None and explorer.pictures.picture.recipe == explorer.place.recipe


def dropped(window: MainWindow, path: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(400, 300), copy, content, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(400, 300), copy, content, left, none))


def chosen(window: MainWindow, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = window.shell
    assert isinstance(shell, Program)
    monkeypatch.setattr(shell.dialogs, "ask_open", lambda title, folder, filters, then: then(path))
    window.actions_table[ActionId.OPEN_MODEL].trigger()


def recent(window: MainWindow, path: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    window.shell.settings.remember_model(str(path))
    window.chip.open_menu()
    [action] = [action for action in window.chip.menu.actions() if action.toolTip() == str(path)]
    action.trigger()
    window.chip.menu.close()


WAYS: tuple[Callable[[MainWindow, Path, pytest.MonkeyPatch], None], ...] = (dropped, chosen, recent)


@pytest.mark.parametrize("name", FILES)
def test_a_bad_model_is_one_notice_and_the_open_one_stays(
    name: str, qtbot: QtBot, window: MainWindow, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / f"stranger{SUFFIX}"
    FILES[name](good, bad)
    explorer, board = window.shell.explorer, window.shell.board
    model, recipe = explorer.models.model, explorer.place.recipe
    ways = WAYS[1:] if bad.is_dir() else WAYS  # a folder that is dropped is one of pictures
    for times, bring in enumerate(ways, 1):
        with qtbot.waitSignal(board.posted, timeout=PATIENCE_MS):
            bring(window, bad, monkeypatch)
        [notice] = board.notices
        assert notice.times == times
    assert notice.level is Level.PROBLEM
    assert bad.name in notice.sentence
    assert "\n" not in notice.sentence
    assert "Traceback" not in notice.report, "strangers' files are expected, not errors of the program"
    assert f"file: {bad}" in notice.report
    assert (explorer.models.model, explorer.place.recipe) == (model, recipe)
    explorer.place.set_axis(0, 1.0 if recipe is None or not recipe.axes else 0.0)
    qtbot.waitUntil(lambda: is_shown(window), timeout=PATIENCE_MS)
    shown = explorer.pictures.picture
    assert shown is not None
    assert np.array_equal(shown.image, open_model_file(str(good), CPU).picture(shown.recipe))
    assert not TRACE.exists(), "a file was run as a program"


def test_the_details_of_a_bad_file_can_be_copied(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    bad = tmp_path / f"empty{SUFFIX}"
    bad.touch()
    with qtbot.waitSignal(window.shell.board.posted, timeout=PATIENCE_MS):
        window.shell.opening.open_dropped([bad])
    card = window.notices.shown[-1]
    [copy] = [button for button in card.findChildren(QPushButton) if button.text() == "Copy details"]
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    report = QGuiApplication.clipboard().text()
    assert "“empty.safetensors” is empty." in report
    assert "code: empty" in report
