"""Named sliders stand in groups, if there are enough of them to need any."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.controls.values.bipolar_slider import TruthMark
from app.explore.effect_strip import EffectStrip
from app.explore.latent_panel import ENOUGH_PX, LEAST_PX, MOST_PX, LatentPanel
from app.explore.slider_order import GROUPS, OTHERS, grouped
from app.store.recipes import SliderKind
from app.store.state import Explorer
from engine.protocol.directions import Matrix
from engine.protocol.truths import EditTruth
from engine.protocol.values import DirectionDescribed
from tests.app.fake_engine import FACES, FakeClient

NAMES = ("wings", "warmth", "bald", "smile", "yaw", "nose", "roll", "pitch", "light", "beard")


def test_groups_come_in_one_order_and_strangers_last() -> None:
    found = grouped(NAMES)
    assert [name for _, name in found] == [
        "yaw", "pitch", "roll", "smile", "nose", "bald", "beard", "light", "warmth", "wings",
    ]  # fmt: skip
    assert list(dict.fromkeys(heading for heading, _ in found)) == [*GROUPS, OTHERS]


def test_few_sliders_and_strangers_alone_need_no_headings_and_keep_their_order() -> None:
    assert grouped(("smile", "yaw")) == (("", "smile"), ("", "yaw"))
    strangers = tuple(f"thing {k}" for k in range(20))
    assert grouped(strangers) == tuple(("", name) for name in strangers)


def test_each_heading_is_said_once_and_goes_with_its_model(
    qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient
) -> None:
    directions = tuple(DirectionDescribed(name=name, label=name, low=-3, high=3) for name in NAMES)
    fake.models["many"] = replace(FACES, name="many", fingerprint="8" * 64, directions=directions)
    panel = LatentPanel(bare_explorer)
    qtbot.addWidget(panel)
    panel.show()
    bare_explorer.models.open("many")

    def headings() -> list[str]:
        return [label.text() for label in panel.look.findChildren(QLabel) if label.text() in (*GROUPS, OTHERS)]

    assert headings() == [*GROUPS, OTHERS]
    assert next(iter(panel.look.rows)) == "yaw"
    bare_explorer.models.open("faces")
    qtbot.waitUntil(lambda: headings() == [])


@pytest.mark.parametrize(("page", "width"), [(887, LEAST_PX), (1208, ENOUGH_PX), (1367, None), (9000, MOST_PX)])
def test_the_panel_grows_with_the_page(qtbot: QtBot, explorer: Explorer, page: int, width: int | None) -> None:
    panel = LatentPanel(explorer)
    qtbot.addWidget(panel)
    panel.fit(page)
    assert panel.width() == width if width is not None else ENOUGH_PX < panel.width() < MOST_PX


def test_five_steps_are_large_enough_to_judge_and_say_their_values(qtbot: QtBot, explorer: Explorer) -> None:
    panel = LatentPanel(explorer)
    qtbot.addWidget(panel)
    panel.resize(ENOUGH_PX, 700)
    panel.show()
    panel.look.open("smile")
    strip = panel.look.strip()
    assert isinstance(strip, EffectStrip)
    qtbot.waitUntil(lambda: strip.thumbnails[0].width() >= 64 + 6)
    assert strip.thumbnails[4].geometry().right() < strip.width()
    values = {label.text() for label in strip.findChildren(QLabel)}
    assert {"−2.0", "−1.0", "0.0", "+1.0", "+2.0"} <= values
    assert explorer.strips.cell(SliderKind.DIRECTION, "smile", 4) is not None


def drag_along(names: tuple[str, ...]) -> Matrix:
    """Smile moves nothing, yaw little, beard the skin as well, the rest what it says."""
    rows = {name: {name: 1.0} for name in names}
    rows |= {"smile": {"age": 0.01}, "yaw": {"yaw": 0.15}, "beard": {"beard": 0.6, "skin": -0.9}}
    return Matrix(
        sliders=names, attributes=names, places=8,
        rows=tuple(tuple(rows[slider].get(name, 0.0) for name in names) for slider in names),
    )  # fmt: skip


def test_weak_sliders_stand_below_and_say_why(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> None:
    panel = LatentPanel(explorer)
    qtbot.addWidget(panel)
    panel.show()
    before = list(panel.look.rows)
    assert "Weak" not in {label.text() for label in panel.look.findChildren(QLabel)}
    names = tuple(one.name for one in FACES.directions)
    explorer.meter.measure()
    explorer.meter.matrix = drag_along(names)
    explorer.meter.changed.emit()

    assert list(panel.look.rows) == ["glasses", "age", "skin", "light", "yaw", "beard"]
    heading = next(label for label in panel.look.findChildren(QLabel) if label.text() == "Weak")
    assert panel.look.rows["light"].y() < heading.y() < panel.look.rows["yaw"].y()
    assert panel.look.rows["yaw"].track.toolTip().startswith("Weak: it does only 15 % of what it says.")
    assert "moves skin along, by 3.6 σ where its own moves 2.4" in panel.look.rows["beard"].track.toolTip()
    assert "moves skin along" in panel.look.rows["beard"].findChildren(TruthMark)[0].toolTip()
    light = panel.look.rows["light"].findChildren(TruthMark)
    assert len(light) == 1, "what was measured here is told of those that are not weak, too"
    assert "moves nothing worth telling" in light[0].toolTip() or "Besides, from −2 to 2 it moves" in light[0].toolTip()
    assert "was not measured" not in panel.look.rows["light"].track.toolTip()
    assert panel.look.header.note == "1 left out"
    assert "Smile" in panel.look.header.toolTip()

    explorer.place.set_direction("smile", 1.0)
    assert panel.look.rows["smile"].value() == 1.0, "what moves the picture can be taken back"
    assert panel.look.header.note == ""
    explorer.sliders.pin(SliderKind.DIRECTION, "beard")
    assert next(iter(panel.look.rows)) == "beard"
    explorer.meter.matrix = None
    explorer.meter.changed.emit()
    assert not panel.look.rows["light"].findChildren(TruthMark)
    assert "was not measured: Directions" in panel.look.rows["light"].track.toolTip()
    explorer.meter.trouble = "Pictures of “cats” cannot be judged: no bundled judge reads their attributes."
    explorer.meter.changed.emit()
    assert "cannot be told: Pictures of “cats” cannot be judged" in panel.look.rows["light"].track.toolTip()
    assert sorted(panel.look.rows) == sorted(before)


def test_a_model_s_own_card_tells_without_being_asked(qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient) -> None:
    edits = (EditTruth(name="smile", hit=0.3, spill=None, identity=1.0),)
    fake.models["told"] = replace(FACES, name="told", fingerprint="6" * 64, edits=edits)
    panel = LatentPanel(bare_explorer)
    qtbot.addWidget(panel)
    bare_explorer.models.open("told")
    assert list(panel.look.rows)[-1] == "smile"
    assert "only 30 % of what it says" in panel.look.rows["smile"].track.toolTip()
