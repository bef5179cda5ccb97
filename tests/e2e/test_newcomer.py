"""A newcomer trains two families on the same pictures and compares them, by real clicks, which are counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot

from app.evaluate.page import EvaluatePage
from app.shell.window import MainWindow
from app.store.notices import Level
from engine import families
from engine.evaluation import own_classifier
from engine.protocol.values import Preset
from tests.e2e.opened import opened
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton
MOST_CLICKS = 12
UNFOLDED_MS = 500
"""A list that has just unfolded takes a quick second click for the end of the first one."""
FIRST, SECOND = "aae", "gan1"
"""Their quick presets learn the same glyphs."""


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """Presets as they are, but of a few steps and thin networks: what is clicked is the same."""
    real = families.all_presets()

    def short(preset: Preset) -> Preset:
        return replace(preset, config=tuple({**dict(preset.config), "steps": 6, "width": 8}.items()))

    monkeypatch.setattr(families, "all_presets", lambda: {name: tuple(map(short, some)) for name, some in real.items()})
    monkeypatch.setattr(own_classifier, "STEPS", (20, 20))
    with opened(qtbot, tmp_path, "glyphs-xicfg", "Glyphs, xICFG", timeout_ms=PATIENCE_MS) as window:
        yield window


class Hand:
    """Presses what is on the screen, and counts."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.clicks = 0

    def press(self, name: str) -> QWidget:
        """A widget by its name."""
        widget = self._window.findChild(QWidget, name)
        assert isinstance(widget, QWidget), name
        assert widget.isVisible(), name
        assert widget.isEnabled(), f"{name}: {widget.toolTip()}"
        self.clicks += 1
        QTest.mouseClick(widget, LEFT)
        return widget

    def pick(self, name: str, data: str) -> None:
        """An entry of a list that unfolds."""
        combo = self.press(name)
        assert isinstance(combo, QComboBox)
        index = combo.findData(data)
        assert index >= 0, data
        view = combo.view()
        pause(UNFOLDED_MS)
        view.scrollTo(combo.model().index(index, 0))
        box: QPoint = view.visualRect(combo.model().index(index, 0)).center()
        self.clicks += 1
        QTest.mouseClick(view.viewport(), LEFT, pos=box)
        assert combo.currentData() == data


def pause(milliseconds: int) -> None:
    """Let the window live for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


@pytest.mark.slow
def test_two_families_are_trained_and_compared_in_at_most_twelve_clicks(qtbot: QtBot, window: MainWindow) -> None:
    explorer, hand = window.shell.explorer, Hand(window)
    runs, scores = explorer.runs, explorer.scores

    def is_ready() -> bool:
        button = window.findChild(QWidget, "train.start")
        return isinstance(button, QWidget) and button.isEnabled()

    def learned(count: int) -> bool:
        folder = window.shell.home / "runs"
        return runs.run is not None and runs.run.is_over and len(list(folder.glob("*/model.safetensors"))) == count

    hand.press("mode.train")
    qtbot.waitUntil(lambda: bool(runs.families) and bool(runs.datasets), timeout=PATIENCE_MS)
    hand.pick("train.family", FIRST)
    qtbot.waitUntil(is_ready, timeout=PATIENCE_MS)
    hand.press("train.start")
    qtbot.waitUntil(lambda: learned(1), timeout=PATIENCE_MS)
    hand.pick("train.family", SECOND)
    qtbot.waitUntil(is_ready, timeout=PATIENCE_MS)
    hand.press("train.start")
    qtbot.waitUntil(lambda: learned(2), timeout=PATIENCE_MS)
    assert runs.run is not None
    assert runs.run.family == SECOND
    scores.set_n(100)
    hand.press("mode.evaluate")
    page = window.page("evaluate")
    assert isinstance(page, EvaluatePage)
    qtbot.waitUntil(lambda: scores.suggestion() is not None, timeout=PATIENCE_MS)
    hand.press("evaluate.compare")
    qtbot.waitUntil(lambda: not scores.is_measuring, timeout=PATIENCE_MS)
    model = page.table.scores
    rows = [model.title(row) for row in range(model.rowCount())]
    assert rows[0] == "Held-out real pictures"
    assert len(rows) == 3
    compared = {found.family for source in scores.results if (found := scores.model(source))}
    assert compared == {FIRST, SECOND}
    heads = [str(model.headerData(k, Qt.Orientation.Horizontal)) for k in range(model.columnCount())]
    assert {"FID", "Inception", "Diversity"} <= set(heads)
    assert all(model.texts(row, heads.index("FID"))[0] != "–" for row in (1, 2))
    assert hand.clicks <= MOST_CLICKS
    assert not [notice.sentence for notice in window.shell.board.notices if notice.level is Level.PROBLEM]
