"""Arithmetic through the real window and engine, on the bundled faces: what comes out is looked at by the judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.arithmetic.page import ArithmeticPage
from app.shell.window import MainWindow
from engine.datasets.faces.factors import ATTRIBUTES
from engine.families.judges.judge import FaceJudge
from engine.opened.judging import bundled_judge
from engine.opened.pictures import from_image
from engine.protocol.values import Image
from tests.e2e.opened import opened_as_ever
from tests.patience import PATIENCE_MS

RANGES = {one.name: one for one in ATTRIBUTES}
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qapp: object, tmp_path: Path) -> Iterator[MainWindow]:
    with opened_as_ever(tmp_path / "home") as window:
        yield window


def glasses(image: Image) -> float:
    """How sure the judge is that there are some."""
    judge = bundled_judge("judge")
    assert isinstance(judge, FaceJudge)
    with torch.no_grad():
        return 1.0 - float(judge.read(from_image(image, 3)[None])["glasses"][0, 0])


def test_man_with_glasses_less_man_plus_woman_wears_glasses_and_is_a_slider(qtbot: QtBot, window: MainWindow) -> None:
    explorer = window.shell.explorer
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    page = window.page("arithmetic")
    assert isinstance(page, ArithmeticPage)
    QTest.mouseClick(page.presets["Glasses"], LEFT)
    sums, board = explorer.sums, explorer.boards.board("sum.cell", 9)

    def is_drawn() -> bool:
        cell, place = board.cell(4), sums.place()
        return cell is not None and place is not None and cell.recipe == place

    qtbot.waitUntil(is_drawn, timeout=PATIENCE_MS)
    with_them = page.result.image()
    page.strength.setValue(0.0)
    qtbot.waitUntil(is_drawn, timeout=PATIENCE_MS)
    without = page.result.image()
    assert with_them is not None
    assert without is not None
    assert glasses(without) < 0.5 < glasses(with_them)
    assert page.equation.text() == "man with glasses − man without glasses + woman without glasses"

    page.name.setText("Spectacles")
    QTest.mouseClick(page.save_button, LEFT)
    models = explorer.models
    qtbot.waitUntil(
        lambda: models.model is not None and models.model.directions[-1].label == "Spectacles", timeout=PATIENCE_MS
    )
    explorer.place.set_seed(22)
    explorer.place.set_direction("own:Spectacles", 1.0)
    pictures = explorer.pictures
    qtbot.waitUntil(lambda: pictures.image_of(explorer.place.recipe) is not None, timeout=PATIENCE_MS)
    worn = pictures.image_of(explorer.place.recipe)
    assert worn is not None
    assert glasses(worn) > 0.5


def test_what_a_sum_is_not_about_is_held_still(qtbot: QtBot, window: MainWindow) -> None:
    explorer = window.shell.explorer
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    page = window.page("arithmetic")
    assert isinstance(page, ArithmeticPage)
    sums, board, mean = explorer.sums, explorer.boards.board("sum.cell", 9), explorer.boards.board("sum.mean", 8)

    def is_drawn() -> bool:
        cell, place = board.cell(4), sums.place()
        return cell is not None and place is not None and cell.recipe == place and not sums.is_holding

    def is_mean(slot: int) -> bool:
        cell, result = mean.cell(slot), sums.result
        return cell is not None and result is not None and cell.recipe == result.means[slot]

    QTest.mouseClick(page.presets["A turn"], LEFT)
    qtbot.waitUntil(is_drawn, timeout=PATIENCE_MS)
    many = sums.place()
    few = tuple(replace(term, places=term.places[:3]) for term in sums.total.terms)
    sums.restore(replace(sums.total, terms=few))  # averages of three differ in much besides
    qtbot.waitUntil(lambda: sums.place() != many and is_drawn() and is_mean(2), timeout=PATIENCE_MS)
    place = sums.place()
    start, free = mean.cell(2), page.result.image()
    QTest.mouseClick(page.holds, LEFT)
    qtbot.waitUntil(lambda: page.note.text() == "All but turn is held still." and is_drawn(), timeout=PATIENCE_MS)
    assert sums.place() != place
    held = page.result.image()
    assert start is not None
    assert free is not None
    assert held is not None
    judge = bundled_judge("judge")
    assert isinstance(judge, FaceJudge)
    with torch.no_grad():
        seen = judge.read(torch.stack([from_image(image, 3) for image in (start.image, free, held)]))
    moved = {
        name: [float((value[k] - value[0]).abs()) / (RANGES[name].high - RANGES[name].low) for k in (1, 2)]
        for name, value in seen.items()
        if value.ndim == 1
    }
    turned = moved.pop("yaw")
    assert turned[1] > 0.7 * turned[0], "it still turns"
    besides = [sum(pair[k] for pair in moved.values()) for k in (0, 1)]
    assert besides[1] < 0.75 * besides[0], moved

    explorer.edits.undo()
    assert not page.holds.isChecked()
    qtbot.waitUntil(lambda: sums.place() == place and is_drawn(), timeout=PATIENCE_MS)
    again = page.result.image()
    assert again is not None
    assert (again == free).all()
