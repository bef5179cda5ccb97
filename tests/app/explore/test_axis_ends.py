"""An axis without a word shows what it does at both its ends, and has no need to once it has a name."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.controls.tiles.thumbnail import Thumbnail
from app.controls.values.bipolar_slider import BipolarSlider
from app.explore.latent_panel import LatentPanel
from app.places.words import recipe_words
from app.store.recipes import SliderKind, with_axis
from app.store.state import Explorer
from engine.protocol.grids import Varied
from engine.protocol.values import AxisDescribed, Capability
from tests.app.fake_engine import FACES, FakeClient, drawn

LEFT = Qt.MouseButton.LeftButton
AXIS = SliderKind.AXIS


def shown(qtbot: QtBot, explorer: Explorer) -> LatentPanel:
    panel = LatentPanel(explorer)
    qtbot.addWidget(panel)
    panel.resize(388, 1400)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def ends(slider: BipolarSlider) -> list[Thumbnail]:
    return sorted(slider.findChildren(Thumbnail, f"{slider.objectName()}.end"), key=lambda one: one.x())


def test_both_ends_show_where_they_lead_and_follow_the_place(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)

    def leads(key: str, *sigmas: float) -> bool:
        recipe = explorer.place.recipe
        assert recipe is not None
        wanted = [drawn(with_axis(recipe, int(key), value)) for value in sigmas]
        found = [one.image() for one in ends(panel.axes.rows[key])]
        return all(a is not None and (a == b).all() for a, b in zip(found, wanted, strict=True))

    qtbot.waitUntil(lambda: leads("0", -2.0, 2.0) and leads("3", -2.0, 2.0))
    track = panel.axes.rows["3"].track
    left, right = ends(panel.axes.rows["3"])
    assert left.geometry().right() < track.x() < track.geometry().right() < right.x()
    explorer.place.set_direction("smile", 2.0)
    qtbot.waitUntil(lambda: leads("0", -2.0, 2.0))
    explorer.sliders.flip(AXIS, "0")
    qtbot.waitUntil(lambda: leads("0", 2.0, -2.0))
    QTest.mouseClick(ends(panel.axes.rows["3"])[1], LEFT)
    assert explorer.place.recipe is not None
    assert dict(explorer.place.recipe.axes) == {3: 2.0}
    explorer.edits.undo()
    assert dict(explorer.place.recipe.axes) == {}


def test_only_what_is_seen_is_drawn(qtbot: QtBot, explorer: Explorer) -> None:
    panel = LatentPanel(explorer)
    qtbot.addWidget(panel)
    panel.resize(388, 300)
    with qtbot.waitExposed(panel):
        panel.show()
    qtbot.waitUntil(lambda: bool(panel.axes.rows))
    panel.focus_slider("slider.0")
    qtbot.waitUntil(lambda: explorer.strips.end("0", 0) is not None)
    assert explorer.strips.end("11", 0) is None, "it is scrolled away"
    panel.focus_slider("slider.11")
    qtbot.waitUntil(lambda: explorer.strips.end("11", 0) is not None)


def test_a_name_takes_their_place_and_is_said_everywhere(qtbot: QtBot, explorer: Explorer) -> None:
    panel = shown(qtbot, explorer)
    row = panel.axes.rows["3"]
    row.renamed.emit("4")
    assert explorer.sliders.names() == {}, "its number is no name"
    row.renamed.emit("Wind")
    row = panel.axes.rows["3"]
    assert row.label.text() == "Wind"
    assert ends(row) == []
    assert len(ends(panel.axes.rows["2"])) == 2
    row.setValue(1.0)
    recipe = explorer.place.recipe
    assert recipe is not None
    assert "Wind +1.0" in recipe_words(recipe, FACES, own=explorer.sliders.names())
    assert explorer.history.entries[0].label == "Wind"
    for offered in (explorer.grids.options(), explorer.pads.options()):
        assert "Wind" in {one.label for one in offered if one.choice.what is Varied.AXIS}


def test_axes_with_words_and_slow_models_have_none(qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient) -> None:
    words = (AxisDescribed(index=0, label="Light", sigma=1.0, share=0.5), *FACES.axes[1:])
    fake.models["told"] = replace(FACES, name="told", fingerprint="6" * 64, axes=words)
    slow = (*FACES.capabilities, Capability.PROGRESSIVE)
    fake.models["slow"] = replace(FACES, name="slow", fingerprint="5" * 64, capabilities=slow)
    panel = LatentPanel(bare_explorer)
    qtbot.addWidget(panel)
    bare_explorer.models.open("told")
    assert [len(ends(panel.axes.rows[key])) for key in ("0", "1")] == [0, 2]
    bare_explorer.models.open("slow")
    QApplication.processEvents()
    assert not any(ends(row) for row in panel.axes.rows.values())
