"""What each slider moves: measured by hand, chosen, held still, kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.directions.dialog import DirectionsDialog
from engine.protocol.directions import HoldStill, KeepDirection, MeasureSliders, SlidersMeasured
from engine.protocol.requests import Cancel
from engine.protocol.values import Problem
from tests.app.conftest import Desk
from tests.app.fake_engine import FACES

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(desk: Desk, qtbot: QtBot) -> DirectionsDialog:
    dialog = DirectionsDialog(desk)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_tab("meter")
    return dialog


def test_nothing_is_measured_unasked(desk: Desk, dialog: DirectionsDialog) -> None:
    assert desk.fake.last(MeasureSliders).only_kept
    assert dialog.meter.plot is None
    assert not dialog.meter.hold.isVisible()


def test_it_is_measured_seen_and_held_still(desk: Desk, dialog: DirectionsDialog) -> None:
    panel = dialog.meter
    QTest.mouseClick(panel.measure_button, LEFT)
    assert not desk.fake.last(MeasureSliders).only_kept
    assert panel.plot is not None
    matrix = desk.explorer.meter.matrix
    assert matrix is not None
    row, column = matrix.sliders.index("smile"), matrix.attributes.index("age")
    assert panel.plot.value(row, column) == pytest.approx(0.3)
    QTest.mouseClick(panel.plot.viewport(), LEFT, pos=QPoint(20, 92 + 26 * row + 10))
    assert panel.hold.isVisible()
    assert panel.choices["age"].isChecked(), "what moves most is what a person wants to hold"
    assert not any(button.isChecked() for name, button in panel.choices.items() if name != "age")
    QTest.mouseClick(panel.hold_button, LEFT)
    assert desk.fake.last(HoldStill) == HoldStill(name="smile", still=("age",))
    assert all(one.image() is not None for pictures in panel.rows for one in pictures.thumbnails)
    QTest.mouseClick(panel.keep_button, LEFT)
    assert desk.fake.last(KeepDirection).label == "Held"
    assert "own:Held" in dialog.list.rows


def test_what_each_moves_of_its_own_is_a_diagonal(desk: Desk) -> None:
    desk.explorer.meter.measure()
    measured = desk.explorer.meter.matrix
    assert measured is not None
    turned = replace(measured, sliders=measured.sliders[::-1], rows=measured.rows[::-1])
    desk.fake.held = True
    desk.explorer.meter.measure()
    ticket = desk.fake.last(MeasureSliders).ticket
    desk.explorer.meter.receive(SlidersMeasured(model=FACES.fingerprint, matrix=turned, ticket=ticket))
    matrix = desk.explorer.meter.matrix
    assert matrix == measured
    own = [name for name in matrix.attributes if name in matrix.sliders]
    assert [name for name in matrix.sliders if name in own] == own


def test_nothing_is_held_before_a_row_is_chosen_where_all_was_measured_before(desk: Desk, qtbot: QtBot) -> None:
    desk.explorer.meter.measure()
    dialog = DirectionsDialog(desk)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_tab("meter")
    assert dialog.meter.plot is not None
    assert not dialog.meter.hold.isVisible()


def test_measuring_can_be_cancelled(desk: Desk, dialog: DirectionsDialog) -> None:
    desk.fake.held = True
    QTest.mouseClick(dialog.meter.measure_button, LEFT)
    assert dialog.meter.cancel_button.isVisible()
    QTest.mouseClick(dialog.meter.cancel_button, LEFT)
    assert isinstance(desk.fake.sent[-1], Cancel)
    assert dialog.meter.measure_button.isEnabled()


def test_without_a_judge_it_says_so(desk: Desk, dialog: DirectionsDialog) -> None:
    desk.fake.held = True
    QTest.mouseClick(dialog.meter.measure_button, LEFT)
    sentence = "Pictures of “cats” cannot be judged: no bundled judge reads their attributes."
    desk.fake.refuse(MeasureSliders, Problem(code="no-judge", sentence=sentence))
    assert dialog.meter.told.text() == sentence
    assert desk.told == []
