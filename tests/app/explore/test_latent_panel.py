"""The sliders: made from what the model can do, told by the store, heard by the store once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.controls.values.bipolar_slider import BipolarSlider
from app.explore.coordinate_filter import filtered
from app.explore.latent_panel import LatentPanel
from app.store.state import Explorer
from engine.protocol.values import Condition, View
from tests.app.fake_engine import FACES, GLYPHS, FakeClient

LEFT = Qt.MouseButton.LeftButton
LONG = "Haarfarbenveränderungswahrscheinlichkeit"


def shown(qtbot: QtBot, explorer: Explorer) -> LatentPanel:
    panel = LatentPanel(explorer)
    qtbot.addWidget(panel)
    panel.resize(340, 700)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def row(panel: QWidget, name: str) -> BipolarSlider:
    found = panel.findChild(BipolarSlider, name)
    assert isinstance(found, BipolarSlider)
    return found


def drag(slider: BipolarSlider, *sigmas: float) -> None:
    track = slider.track
    QTest.mousePress(track, LEFT, pos=QPoint(round(track._x_of(slider.value())), 14))
    for value in sigmas:
        QTest.mouseMove(track, QPoint(round(track._x_of(value)), 14))
    QTest.mouseRelease(track, LEFT, pos=QPoint(round(track._x_of(sigmas[-1])), 14))


def test_named_sliders_and_axes_can_be_found(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    assert panel.objectName() == "sliders"
    for direction in FACES.directions:
        assert row(panel, f"attribute.{direction.name}").label.text() == direction.label
    for axis in FACES.axes:
        assert row(panel, f"slider.{axis.index}").isVisible()
    assert "stern" in row(panel, "attribute.smile").track.toolTip()


def test_a_name_belongs_to_the_row_that_is_seen(qtbot: QtBot, explorer: Explorer) -> None:
    """Rows of the model before live until the event loop turns; who looks for a slider must not find one of them."""
    panel = shown(qtbot, explorer)
    panel.set_model(replace(FACES, name="another"))
    assert row(panel, "slider.0") is panel.axes.rows["0"]
    assert row(panel, "attribute.smile") is panel.look.rows["smile"]


def test_what_was_measured_does_not_take_a_slider_from_under_the_hand(
    qtbot: QtBot, explorer: Explorer, fake: FakeClient
) -> None:
    """It comes a moment after a model is opened: the drag was lost, and all that followed became one step with it."""
    panel = shown(qtbot, explorer)
    slider = row(panel, "attribute.smile")
    track = slider.track
    QTest.mousePress(track, LEFT, pos=QPoint(round(track._x_of(0.0)), 14))
    QTest.mouseMove(track, QPoint(round(track._x_of(0.5)), 14))
    explorer.meter.measure()
    assert explorer.meter.matrix is not None
    assert row(panel, "attribute.smile") is slider
    QTest.mouseMove(track, QPoint(round(track._x_of(1.5)), 14))
    assert explorer.place.recipe is not None
    assert dict(explorer.place.recipe.directions)["smile"] == pytest.approx(1.5, abs=0.1)
    QTest.mouseRelease(track, LEFT, pos=QPoint(round(track._x_of(1.5)), 14))
    assert not explorer.edits.is_open
    assert row(panel, "attribute.smile") is not slider, "once the hand is off, all is told"
    assert row(panel, "attribute.smile").value() == pytest.approx(1.5, abs=0.1)
    explorer.edits.undo()
    assert explorer.place.recipe.directions == ()


def test_a_drag_reaches_the_store_and_is_one_undo_step(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> None:
    panel = shown(qtbot, explorer)
    before = explorer.place.recipe
    drag(row(panel, "attribute.smile"), 0.5, 1.0, 1.5)
    assert explorer.place.recipe is not None
    assert dict(explorer.place.recipe.directions)["smile"] == pytest.approx(1.5, abs=0.1)
    explorer.edits.undo()
    assert explorer.place.recipe == before
    assert row(panel, "attribute.smile").value() == 0.0


def test_axes_too(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    drag(row(panel, "slider.3"), -2.0)
    assert explorer.place.recipe is not None
    assert dict(explorer.place.recipe.axes)[3] == pytest.approx(-2.0, abs=0.1)


def test_the_store_moves_sliders_without_echo(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> None:
    panel = shown(qtbot, explorer)
    explorer.place.set_direction("beard", -1.2)
    explorer.place.set_axis(0, 0.4)
    renders = len(fake.renders)
    panel.set_recipe(explorer.place.recipe)
    assert row(panel, "attribute.beard").value() == -1.2
    assert row(panel, "slider.0").edit.text() == "+0.4"
    assert len(fake.renders) == renders


def test_sliders_stay_on_while_the_engine_draws(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> None:
    panel = shown(qtbot, explorer)
    fake.held = True
    drag(row(panel, "attribute.smile"), 1.0)
    assert row(panel, "attribute.smile").track.isEnabled()
    drag(row(panel, "attribute.beard"), 1.0)
    fake.answer()
    assert explorer.pictures.picture is not None
    assert explorer.pictures.picture.recipe == explorer.place.recipe


def test_reset_takes_back_the_named_ones(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    assert not panel.look.reset_button.isVisible()
    explorer.place.set_direction("smile", 1.0)
    explorer.place.set_axis(1, 1.0)
    QTest.mouseClick(panel.look.reset_button, LEFT)
    assert explorer.place.recipe is not None
    assert explorer.place.recipe.directions == ()
    assert explorer.place.recipe.axes != ()
    QTest.mouseClick(panel.axes.reset_button, LEFT)
    assert explorer.place.recipe.axes == ()
    assert not panel.axes.reset_button.isVisible()


def test_an_opened_slider_shows_five_steps_and_goes_there(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> None:
    panel = shown(qtbot, explorer)
    slider = row(panel, "attribute.smile")
    QTest.mouseClick(slider.label, LEFT)
    strip = panel.look.strip()
    assert strip is not None
    assert [thumbnail.image() is not None for thumbnail in strip.thumbnails] == [True] * 5
    assert strip.thumbnails[2].is_selected()
    QTest.mouseClick(strip.thumbnails[4], LEFT)
    assert explorer.place.recipe is not None
    assert dict(explorer.place.recipe.directions) == {"smile": 2.0}
    assert strip.thumbnails[4].is_selected()
    assert strip.thumbnails[4].accessibleName() == "Smile +2.0 σ"
    explorer.edits.undo()
    assert explorer.place.recipe.directions == ()
    QTest.keyClick(row(panel, "attribute.beard").track, Qt.Key.Key_Return)
    assert not slider.is_open()
    assert row(panel, "attribute.beard").is_open()
    panel.look.open("")
    assert panel.look.strip() is None


def test_a_strip_follows_everything_but_its_own_slider(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> None:
    panel = shown(qtbot, explorer)
    panel.axes.open("1")
    asked = len(fake.rendered(View("strip.axis", "1", 0)))
    explorer.place.set_axis(1, 1.0)
    explorer.place.set_direction("smile", 1.0)
    qtbot.waitUntil(lambda: len(fake.rendered(View("strip.axis", "1", 0))) > asked)
    assert len(fake.rendered(View("strip.axis", "1", 0))) == asked + 1
    assert dict(fake.rendered(View("strip.axis", "1", 4))[-1].axes) == {1: 2.0}


def test_all_z_is_built_when_opened_and_never_in_thousands(
    qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient
) -> None:
    fake.models["wide"] = replace(FACES, name="wide", latent=4096, fingerprint="a" * 64)
    bare_explorer.models.open("wide")
    panel = shown(qtbot, bare_explorer)
    assert panel.raw is None
    panel.all_z.set_open(True)
    assert panel.raw is not None
    assert len(panel.raw.shown_indices()) == 4096
    assert len(panel.raw.rows) <= 12
    panel.raw.verticalScrollBar().setValue(panel.raw.verticalScrollBar().maximum())
    assert panel.raw.rows[-1].label.text() == "z 4095"


def test_raw_sliders_start_from_the_drawn_value(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    panel.all_z.set_open(True)
    assert panel.raw is not None
    assert explorer.pictures.base is not None
    first = panel.raw.rows[0]
    assert first.value() == pytest.approx(float(explorer.pictures.base[0]))
    assert first.reset_button.isHidden()
    QTest.keyClick(first.track, Qt.Key.Key_End)
    assert explorer.place.recipe is not None
    assert explorer.place.recipe.raw == ((0, 4.0),)
    QTest.keyClick(first.track, Qt.Key.Key_Delete)
    assert explorer.place.recipe.raw == ()
    assert not panel.raw_reset_button.isVisible()
    explorer.place.set_raw(7, 1.0)
    QTest.mouseClick(panel.raw_reset_button, LEFT)
    assert explorer.place.recipe.raw == ()
    assert first.value() == pytest.approx(float(explorer.pictures.base[0]))


def test_a_changed_row_stays_under_the_hand_that_resets_it(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    panel.all_z.set_open(True)
    assert panel.raw is not None
    explorer.place.set_raw(5, 1.0)
    explorer.place.set_raw(9, 1.0)
    QTest.keyClicks(panel.filter_edit, "changed")
    assert panel.raw.shown_indices() == (5, 9)
    QTest.keyPress(panel.raw.rows[0].track, Qt.Key.Key_Right)
    explorer.place.reset_raw(5)
    assert panel.raw.rows[0].label.text() == "z 5"
    QTest.keyRelease(panel.raw.rows[0].track, Qt.Key.Key_Right)
    assert panel.raw.shown_indices() == (9,)
    panel.filter_edit.setText("nonsense")
    assert panel.no_match.isVisible()


def test_tab_reaches_every_coordinate(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    panel.all_z.set_open(True)
    assert panel.raw is not None
    panel.raw.rows[0].track.setFocus()
    seen = []
    for _ in range(15):
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(focused.accessibleName())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert seen == [f"z {k}" for k in range(15)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", tuple(range(100))),
        ("12", (12,)),
        ("3-5", (3, 4, 5)),
        ("98–2000000", (98, 99)),
        ("5, 3-4 changed", (3, 4, 5, 77)),
        ("ch", (77,)),
        ("100", ()),
        ("x", ()),
        ("9" * 30, ()),
    ],
)
def test_filtering_coordinates(text: str, expected: tuple[int, ...]) -> None:
    assert filtered(text, 100, {77, 500}) == expected


def test_diversity_goes_to_the_store_and_back(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    QTest.keyClick(panel.diversity.track, Qt.Key.Key_Left)
    assert explorer.place.recipe is not None
    assert explorer.place.recipe.truncation == pytest.approx(0.9)
    assert panel.diversity.edit.text() == "0.90"
    explorer.edits.undo()
    assert panel.diversity.value() == 1.0
    assert "ψ" in panel.diversity.track.toolTip()


def test_a_model_without_places_offers_to_draw_again(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> None:
    panel = shown(qtbot, explorer)
    explorer.models.open(GLYPHS.name)
    assert not panel.look.isVisible()
    assert not panel.axes.isVisible()
    assert not panel.all_z.isVisible()
    assert not panel.diversity.isVisible()
    assert "PixelCNN" in panel.no_places.label.text()
    seed = explorer.place.recipe.seed if explorer.place.recipe else None
    QTest.mouseClick(panel.no_places.again_button, LEFT)
    assert explorer.place.recipe is not None
    assert explorer.place.recipe.seed != seed
    choice = panel.wishes.choices["class"]
    QTest.mouseClick(choice.buttons[4], LEFT)
    assert explorer.place.recipe.conditions == (("class", 3.0),)
    QTest.mouseClick(choice.buttons[0], LEFT)
    assert explorer.place.recipe.conditions == ()
    explorer.place.set_condition("class", 7.0)
    assert choice.index() == 7


def test_many_classes_unfold_from_a_list(qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient) -> None:
    names = tuple(f"{LONG} {k}" for k in range(40))
    condition = Condition(name="breed", label="", choices=names)
    fake.models["breeds"] = replace(FACES, name="breeds", conditions=(condition,), fingerprint="b" * 64)
    bare_explorer.models.open("breeds")
    panel = shown(qtbot, bare_explorer)
    combo = panel.wishes.choices["breed"].combo
    assert combo is not None
    assert combo.width() <= panel.width() - 32
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert bare_explorer.place.recipe is not None
    assert bare_explorer.place.recipe.conditions == (("breed", 0.0),)
    bare_explorer.edits.undo()
    assert combo.currentText() == "Any"


def test_a_model_without_names_explains_its_axes(qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient) -> None:
    fake.models["plain"] = replace(FACES, name="plain", directions=(), fingerprint="c" * 64)
    bare_explorer.models.open("plain")
    panel = shown(qtbot, bare_explorer)
    assert not panel.look.isVisible()
    assert panel.axes_note.isVisible()
    assert "without labels" in panel.axes_note.text()


def test_another_model_other_sliders_and_nothing_left_behind(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    panel.all_z.set_open(True)
    counts = []
    for _ in range(3):
        explorer.models.open(GLYPHS.name)
        explorer.models.open(FACES.name)
        QApplication.sendPostedEvents(None, 52)  # deferred deletes
        counts.append(len(panel.findChildren(QWidget)))
    assert len(set(counts)) == 1


def test_long_names_keep_the_panel_in_its_width(qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient) -> None:
    directions = tuple(replace(d, label=LONG) for d in FACES.directions)
    axes = tuple(replace(axis, label=LONG) for axis in FACES.axes)
    fake.models["lang"] = replace(FACES, name="lang", directions=directions, axes=axes, fingerprint="d" * 64)
    bare_explorer.models.open("lang")
    panel = shown(qtbot, bare_explorer)
    page = panel.widget()
    assert page is not None
    assert page.minimumSizeHint().width() <= panel.viewport().width()
    assert page.width() == panel.viewport().width()


def test_everything_named_for_screen_readers(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    panel.all_z.set_open(True)
    panel.look.open("smile")
    unnamed = [
        child
        for child in panel.findChildren(QWidget)
        if child.focusPolicy() is not Qt.FocusPolicy.NoFocus and child.isVisible() and not child.accessibleName()
        if not getattr(child, "text", str)()
    ]
    assert unnamed == []


def test_the_base_may_be_unknown(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    panel.all_z.set_open(True)
    panel.set_base(None)
    assert panel.raw is not None
    assert panel.raw.rows[0].value() == 0.0
    panel.set_base(np.full(64, 9.0, np.float32))
    assert panel.raw.rows[0].value() == 9.0
    assert panel.raw.rows[0].track.bounds() == (-10.0, 10.0)
