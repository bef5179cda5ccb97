"""Raw coordinates: strongest first once that is measured, the collapsed folded away with a word, none lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.explore.latent_panel import LatentPanel
from app.store.state import Explorer
from engine.protocol.requests import Cancel, MeasureEffects
from tests.app.fake_engine import FACES, FakeClient

LEFT = Qt.MouseButton.LeftButton
EFFECTS = tuple(0.0 if k % 16 == 3 else 0.01 + 0.001 * ((k * 37) % 64) for k in range(64))
"""Four coordinates do nothing; the order of the others is another one than that of their numbers."""
STRONGEST = sorted((k for k in range(64) if EFFECTS[k]), key=lambda k: -EFFECTS[k])


@pytest.fixture
def panel(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> LatentPanel:
    fake.effects = EFFECTS
    panel = LatentPanel(explorer)
    qtbot.addWidget(panel)
    panel.resize(388, 900)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def labels(panel: LatentPanel) -> list[str]:
    assert panel.raw is not None
    return [row.label.text() for row in panel.raw.rows]


def test_the_strongest_stand_first_and_the_collapsed_are_folded_away(panel: LatentPanel, fake: FakeClient) -> None:
    assert not fake.sent_of(MeasureEffects), "nothing is measured before somebody looks"
    panel.all_z.set_open(True)
    assert len(fake.sent_of(MeasureEffects)) == 1
    assert labels(panel) == [f"z {k}" for k in STRONGEST[:10]]
    order = panel.raw_order
    assert order is not None
    assert panel.raw is not None
    assert len(panel.raw.shown_indices()) == 60
    assert "4 change nothing one could see" in order.folded_note.text()
    assert "decoder no longer listens" in order.folded_note.toolTip()
    QTest.mouseClick(order.folded_button, LEFT)
    assert panel.raw.shown_indices()[60:] == (3, 19, 35, 51)
    QTest.mouseClick(order.order_button, LEFT)
    assert labels(panel)[:3] == ["z 0", "z 1", "z 2"]
    assert not order.folded_note.isVisible()


def test_a_filter_finds_collapsed_ones_too(panel: LatentPanel) -> None:
    panel.all_z.set_open(True)
    panel.filter_edit.setText("3, 19")
    assert panel.raw is not None
    assert panel.raw.shown_indices() == (3, 19)
    panel.filter_edit.setText("")
    assert labels(panel)[0] == f"z {STRONGEST[0]}"


def test_rows_move_the_coordinate_that_they_name(panel: LatentPanel, explorer: Explorer) -> None:
    panel.all_z.set_open(True)
    assert panel.raw is not None
    row = panel.raw.rows[2]
    row.track.setFocus()
    QTest.keyClick(row.track, Qt.Key.Key_Right)
    assert [index for index, _ in explorer.place.recipe.raw] == [STRONGEST[2]]  # type: ignore[union-attr]
    assert f"{EFFECTS[STRONGEST[2]]:.1%}" in row.track.toolTip()


def test_nothing_moves_under_a_hand_and_who_looks_away_stops_the_measuring(
    panel: LatentPanel, explorer: Explorer, fake: FakeClient
) -> None:
    fake.held = True
    panel.all_z.set_open(True)
    assert panel.raw_order is not None
    assert panel.raw_order.note.text().startswith("Measuring")
    panel.all_z.set_open(False)
    assert fake.sent_of(Cancel)
    fake.answer()
    assert explorer.effects.effects == (), "an answer that nobody waits for any more"
    panel.all_z.set_open(True)
    assert panel.raw is not None
    panel.raw.rows[0].edit_began.emit()
    fake.answer()
    assert explorer.effects.effects == EFFECTS
    assert labels(panel)[0] == "z 0"
    panel.raw.rows[0].edit_ended.emit()
    assert labels(panel)[0] == f"z {STRONGEST[0]}"


def test_four_thousand_coordinates_are_ten_sliders(panel: LatentPanel, explorer: Explorer, fake: FakeClient) -> None:
    fake.models["wide"] = replace(FACES, name="wide", path="wide", fingerprint="8" * 64, latent=4096)
    fake.effects = tuple(0.02 + (k % 7) / 100 for k in range(4096))
    explorer.models.open("wide")
    panel.all_z.set_open(True)
    assert panel.raw is not None
    assert len(panel.raw.rows) == 10
    assert len(panel.raw.shown_indices()) == 4096
    bar = panel.raw.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert labels(panel)[-1] == f"z {4096 - 1 - (4096 - 1) % 7}"
