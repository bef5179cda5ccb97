"""Two models compared through the real window and engine: the numbers are those of a direct measurement."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

import engine.datasets.catalogue as catalogue
from app.evaluate.page import EvaluatePage
from app.shell.window import MainWindow
from app.store.judged.table import score_text
from app.store.notices import Level
from engine.disk.runs import RunFolder
from engine.evaluation import several
from engine.evaluation.scores import Score, evaluate
from engine.machine.work import Work, finished
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.requests import Train
from tests.e2e.opened import opened
from tests.engine.evaluation.several_models import CPU, picture_folder, small_run
from tests.engine.small import SMALL
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(picture_folder(tmp_path_factory.mktemp("pictures")))


@pytest.fixture
def home(tmp_path: Path, data: str) -> Path:
    """Two runs on the same pictures."""
    small_run(tmp_path / "runs" / "one", "vae", data, name="a cat")
    small_run(tmp_path / "runs" / "two", "dcgan", data, name="a dog")
    return tmp_path


def turned_to(qtbot: QtBot, window: MainWindow) -> EvaluatePage:
    """The page, once it knows what could be measured."""
    button = window.findChild(QWidget, "mode.evaluate")
    assert isinstance(button, QWidget)
    QTest.mouseClick(button, LEFT)
    page = window.page("evaluate")
    assert isinstance(page, EvaluatePage)
    compare = page.empty.button
    assert compare is not None
    scores = window.shell.explorer.scores
    qtbot.waitUntil(lambda: bool(scores.models), timeout=PATIENCE_MS)
    return page


@pytest.fixture
def window(qtbot: QtBot, home: Path) -> Iterator[MainWindow]:
    with opened(qtbot, home, "glyphs-xicfg", "Glyphs, xICFG", timeout_ms=PATIENCE_MS) as window:
        yield window


def shown(page: EvaluatePage) -> dict[str, dict[str, str]]:
    """The table as it is read: by row and heading."""
    model = page.table.scores
    heads = [str(model.headerData(k, Qt.Orientation.Horizontal)) for k in range(model.columnCount())]
    return {
        model.title(row): {head: model.texts(row, k)[0] for k, head in enumerate(heads)}
        for row in range(model.rowCount())
    }


def test_two_runs_are_compared_by_one_press_and_the_numbers_are_right(
    qtbot: QtBot, home: Path, data: str, window: MainWindow
) -> None:
    page = turned_to(qtbot, window)
    compare = page.empty.button
    assert compare is not None
    assert {"a cat", "a dog"} <= set(compare.text().removeprefix("Compare ").split(" with "))
    scores = window.shell.explorer.scores
    scores.set_group("copies", True)
    QTest.mouseClick(compare, LEFT)
    qtbot.waitUntil(lambda: not scores.is_measuring, timeout=PATIENCE_MS)
    assert not [notice.sentence for notice in window.shell.board.notices if notice.level is Level.PROBLEM]
    store = finished(catalogue.open_data(data, home=home, size=8))
    found = shown(page)
    for run, title, names in (("one", "a cat", ("sharpness", "copies")), ("two", "a dog", ("sharpness",))):
        model = open_model_file(str(RunFolder(home / "runs" / run).model), CPU)
        direct = finished(evaluate(model, store, names, scores.n))
        assert found[title]["Sharpness"] == score_text(direct["sharpness"].measured.value)
        assert found["Held-out real pictures"]["Sharpness"] == score_text(direct["sharpness"].real or 0.0)
        if "copies" in names:
            assert found[title]["Error of copies"] == score_text(direct["copies"].measured.value)
    assert found["a dog"]["Error of copies"] == "–"
    QTest.mouseClick(page.save_button, LEFT)
    menu = page.findChildren(QMenu)[-1]
    next(action for action in menu.actions() if action.text() == "Copy as CSV").trigger()
    menu.close()
    head, *rows = csv.reader(io.StringIO(QGuiApplication.clipboard().text()))
    by_title = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert float(by_title["a dog"]["sharpness"]) == pytest.approx(direct["sharpness"].measured.value)


def test_measuring_is_stopped_and_the_next_session_measures_nothing_twice(
    qtbot: QtBot, home: Path, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never_done_with_glyphs(opened: OpenedModel, *args: Any, **kwargs: Any) -> Work[dict[str, Score]]:
        """Whoever is slow to press Stop would come too late for what takes half a second."""
        while opened.model.name != "a cat":
            yield None
        return (yield from evaluate(opened, *args, **kwargs))

    monkeypatch.setattr(several, "evaluate", never_done_with_glyphs)
    page = turned_to(qtbot, window)
    scores = window.shell.explorer.scores
    tree = page.chooser.tree
    for source in (str(home / "runs" / "one"), "glyphs"):
        item = tree.items[source]
        tree.scrollToItem(item)
        box = tree.visualItemRect(item)
        QTest.mouseClick(tree.viewport(), LEFT, pos=QPoint(box.left() + 10, box.center().y()))
    QTest.mouseClick(page.chooser.measure_button, LEFT)
    qtbot.waitUntil(lambda: bool(scores.results), timeout=PATIENCE_MS)
    window.show_page("explore")
    link = window.findChild(QWidget, "status.measuring")
    assert isinstance(link, QWidget)
    qtbot.waitUntil(lambda: "Measuring 2 of 2" in link.accessibleName(), timeout=PATIENCE_MS)
    QTest.mouseClick(link, LEFT)
    assert window.page_id == "evaluate", "the way back to what is measured"
    QTest.mouseClick(page.progress.cancel_button, LEFT)
    qtbot.waitUntil(lambda: not page.progress.isVisible(), timeout=PATIENCE_MS)
    assert [scores.title(source) for source in scores.results] == ["a cat"]
    assert page.chooser.measure_button.isEnabled(), "the rest can be measured later"


def test_another_session_shows_what_was_measured(qtbot: QtBot, home: Path) -> None:
    with opened(qtbot, home, "glyphs-xicfg", "Glyphs, xICFG", timeout_ms=PATIENCE_MS) as window:
        page = turned_to(qtbot, window)
        compare = page.empty.button
        assert compare is not None
        QTest.mouseClick(compare, LEFT)
        scores = window.shell.explorer.scores
        qtbot.waitUntil(lambda: not scores.is_measuring, timeout=PATIENCE_MS)
        first = shown(page)
    with opened(qtbot, home, "glyphs-xicfg", "Glyphs, xICFG", timeout_ms=PATIENCE_MS) as window:
        page = turned_to(qtbot, window)
        scores = window.shell.explorer.scores
        qtbot.waitUntil(lambda: len(scores.results) == 2, timeout=PATIENCE_MS)
        assert not scores.is_measuring
        assert shown(page) == first


def test_a_run_learns_on_while_models_are_measured(
    qtbot: QtBot, home: Path, data: str, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, scores = window.shell.explorer.runs, window.shell.explorer.scores
    config = tuple({**SMALL["vae"], "steps": 100_000}.items())
    assert runs.start(Train(family="vae", data=data, out=home / "runs" / "three", name="a bird", config=config))
    qtbot.waitUntil(lambda: runs.run is not None and runs.run.step > 0, timeout=PATIENCE_MS)
    turned_to(qtbot, window)
    scores.set_group("distance", False)
    scores.set_group("classes", False)
    assert runs.run is not None
    before = runs.run.step

    def measured_slowly(*args: Any, **kwargs: Any) -> Work[dict[str, Score]]:
        """Measuring small models takes less time than there is between two reports: go on until one has come."""
        while runs.run is not None and runs.run.step == before:
            yield None
        return (yield from evaluate(*args, **kwargs))

    monkeypatch.setattr(several, "evaluate", measured_slowly)
    scores.choose((str(home / "runs" / "one"), str(home / "runs" / "two")))
    scores.measure()
    qtbot.waitUntil(lambda: not scores.is_measuring, timeout=PATIENCE_MS)
    assert len(scores.results) == 2
    assert not runs.run.is_over
    assert runs.run.step > before
    runs.stop()
    qtbot.waitUntil(lambda: runs.run is not None and runs.run.is_over, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: scores.model(str(home / "runs" / "three")) is not None, timeout=PATIENCE_MS)
