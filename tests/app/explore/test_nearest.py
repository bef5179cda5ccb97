"""Neighbours beside the canvas: asked for at rest, while somebody looks, and never on the way of a drag."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.explore.latent_panel import LatentPanel
from app.explore.learned.nearest_panel import NearestPanel, nearness_words, verdict
from app.store.judged import nearest
from app.store.state import Explorer
from engine.protocol.answers import Evaluating, Failed
from engine.protocol.requests import Cancel
from engine.protocol.scoring import FindNearest, Space
from engine.protocol.values import Problem, Recipe
from tests.app.fake_engine import FakeClient, drawn


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "REST_MS", 20)


@pytest.fixture
def panel(qtbot: QtBot, explorer: Explorer) -> NearestPanel:
    explorer.nearest._rest.setInterval(20)
    panel = NearestPanel(explorer.nearest)
    qtbot.addWidget(panel)
    return panel


def asked(fake: FakeClient) -> list[Recipe]:
    return [command.recipe for command in fake.sent_of(FindNearest)]  # type: ignore[union-attr]


def test_neighbours_of_the_place_are_shown_with_where_it_stands(
    panel: NearestPanel, explorer: Explorer, fake: FakeClient, qtbot: QtBot
) -> None:
    assert not asked(fake)
    panel.show()
    qtbot.waitUntil(lambda: explorer.nearest.is_current)
    assert asked(fake) == [explorer.place.recipe]
    image = panel.tiles[1].image()
    assert image is not None
    assert np.array_equal(image, drawn(Recipe(model="t", seed=1)))
    explorer.place.set_seed(62)
    qtbot.waitUntil(lambda: explorer.nearest.is_current)
    assert (panel.verdict.text(), panel.words.text()) == ("Invented", nearness_words(62.0))
    assert nearness_words(62.0).startswith("Closer to a training picture than 38 % of new pictures are.")
    assert [verdict(percentile) for percentile in (0.0, 1.0, 20.0, 40.0, 99.0)] == [
        "Memorised?", "Memorised?", "Resembles what was learned", "Resembles what was learned", "Invented",
    ]  # fmt: skip


def test_a_drag_asks_nothing_and_its_end_asks_once(
    panel: NearestPanel, explorer: Explorer, fake: FakeClient, qtbot: QtBot
) -> None:
    panel.show()
    qtbot.waitUntil(lambda: explorer.nearest.is_current)
    fake.held = True
    count, told = len(asked(fake)), []
    explorer.nearest.changed.connect(lambda: told.append(1))
    explorer.nearest._rest.setInterval(10_000)
    for step in range(50):
        explorer.place.set_direction("smile", step / 50)
    assert len(asked(fake)) == count
    assert len(told) == 1, "the panel is told once that its neighbours are old"
    assert not panel.verdict.isVisible()
    explorer.nearest._rest.setInterval(10)
    explorer.place.set_direction("smile", 1.0)
    qtbot.waitUntil(lambda: len(asked(fake)) == count + 1)
    ticket = fake.last(FindNearest).ticket
    explorer.place.set_direction("smile", 1.1)
    assert fake.last(Cancel).ticket == ticket, "nobody waits for neighbours of a place that was left"


def test_who_does_not_look_asks_nothing(
    panel: NearestPanel, explorer: Explorer, fake: FakeClient, qtbot: QtBot
) -> None:
    panel.show()
    qtbot.waitUntil(lambda: explorer.nearest.is_current)
    panel.hide()
    count = len(asked(fake))
    explorer.place.set_seed(5)
    assert not explorer.nearest._rest.isActive()
    assert len(asked(fake)) == count


def test_progress_a_failure_and_another_sense_of_near(
    panel: NearestPanel, explorer: Explorer, fake: FakeClient, qtbot: QtBot
) -> None:
    fake.held = True
    panel.show()
    qtbot.waitUntil(lambda: bool(asked(fake)))
    request = fake.last(FindNearest)
    fake.say(Evaluating(what="Looking through training pictures", done=50, of=200, ticket=request.ticket))
    assert panel.words.text() == "Looking through training pictures, 50 of 200. This is done once."
    assert panel.bar.isVisible()
    fake.say(Failed(command=request, problem=Problem(code="no-data", sentence="Nobody knows."), ticket=request.ticket))
    assert panel.words.text() == "Nobody knows."
    fake.held = False
    panel.space.setCurrentIndex(1)
    panel.space.activated.emit(1)
    qtbot.waitUntil(lambda: explorer.nearest.is_current)
    assert fake.last(FindNearest).space is Space.PIXELS


def test_the_section_of_the_sliders_makes_it_when_it_is_unfolded(
    explorer: Explorer, fake: FakeClient, qtbot: QtBot
) -> None:
    sliders = LatentPanel(explorer)
    qtbot.addWidget(sliders)
    sliders.show()
    assert sliders.nearest is None
    sliders.nearest_section.set_open(True)
    explorer.nearest._rest.setInterval(10)
    assert sliders.nearest is not None
    qtbot.waitUntil(lambda: bool(asked(fake)))
    sliders.nearest_section.set_open(False)
    assert not sliders.nearest.isVisible()
