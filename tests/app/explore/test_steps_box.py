"""The walk of a picture: asked for when the hand rests, shown at the step that is shown, played and scrubbed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.controls.plots.library import library
from app.explore.latent_panel import LatentPanel
from app.explore.steps_box import StepsBox
from app.store.state import Explorer
from engine.protocol.requests import FollowSteps
from engine.protocol.values import Problem, Recipe, Setting
from tests.app.fake_engine import FACES, FakeClient

STEPS = Setting(name="steps", label="Steps t", low=0.0, high=4.0, default=0.0, step=1.0, walks=True)
WALKER = replace(FACES, name="walker", sampling=(STEPS,), fingerprint="e" * 64)


@pytest.fixture
def panel(qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient) -> Iterator[LatentPanel]:
    assert library().wait()
    fake.models["walker"] = WALKER
    bare_explorer.models.open("walker")
    panel = LatentPanel(bare_explorer)
    qtbot.addWidget(panel)
    panel.resize(388, 900)
    panel.show()
    qtbot.waitExposed(panel)
    yield panel
    panel.hide()


@pytest.fixture
def box(panel: LatentPanel) -> StepsBox:
    assert panel.wishes.steps is not None
    return panel.wishes.steps


def asked(fake: FakeClient) -> list[Recipe]:
    return [command.recipe for command in fake.sent_of(FollowSteps) if isinstance(command, FollowSteps)]


def test_the_way_is_shown_with_the_step_that_is_shown(bare_explorer: Explorer, box: StepsBox) -> None:
    place, followed = bare_explorer.place, bare_explorer.steps.followed
    assert followed is not None
    judged, steep = box.plots
    assert (judged.values(), steep.values()) == (followed.scores, followed.slopes)
    place.set_setting(STEPS, 3.0)
    assert box.told.text() == "After 3 of 4 steps"
    assert box.change.image() is followed.changes[3]
    assert "×3" in box.note.text()
    assert box.note.text().endswith("At t = 0, quick: 2.0 ms a picture. With all 4 steps, finer: 30 ms.")
    assert "judge of its own" in judged.toolTip(), "why the line may fall although pictures get better"
    assert "steep" in steep.toolTip()
    assert judged.pointer.value() == 3.0
    assert "after 3 of 4 steps" in judged.accessibleName()


def test_the_gallery_follows_the_step_when_the_hand_rests(bare_explorer: Explorer, panel: LatentPanel) -> None:
    """It stayed at t = 0 while the picture beside it walked."""
    place, gallery = bare_explorer.place, bare_explorer.gallery
    seeds = [recipe.seed for recipe in gallery.recipes]
    assert seeds
    place.begin_edit()
    place.set_setting(STEPS, 2.0)
    place.set_setting(STEPS, 3.0)
    assert {recipe.settings for recipe in gallery.recipes} == {()}, "not at every move of the hand"
    place.end_edit("Steps")
    assert {recipe.settings for recipe in gallery.recipes} == {(("steps", 3.0),)}
    assert [recipe.seed for recipe in gallery.recipes] == seeds
    place.set_setting(STEPS, 0.0)
    assert {recipe.settings for recipe in gallery.recipes} == {()}


def test_another_step_asks_for_nothing_another_place_does_when_the_hand_rests(
    bare_explorer: Explorer, box: StepsBox, fake: FakeClient
) -> None:
    place, before = bare_explorer.place, len(asked(fake))
    place.set_setting(STEPS, 2.0)
    assert len(asked(fake)) == before
    place.begin_edit()
    place.set_direction("smile", 1.0)
    place.set_direction("smile", 2.0)
    assert len(asked(fake)) == before
    place.end_edit("Smile")
    assert asked(fake)[before:] == [replace(place.recipe or Recipe(model=""), settings=())]
    assert box.change.image() is not None


def test_an_answer_that_comes_too_late_is_asked_for_anew(
    bare_explorer: Explorer, box: StepsBox, fake: FakeClient
) -> None:
    fake.held = True
    bare_explorer.place.set_seed(5)
    bare_explorer.place.set_seed(6)
    assert [recipe.seed for recipe in asked(fake)[-1:]] == [5]
    assert box.note.text() == "Following its steps …"
    fake.held = False
    fake.answer()
    assert asked(fake)[-1].seed == 6
    assert bare_explorer.steps.followed is not None
    assert box.plots[0].values()[0] == 6.0


def test_what_cannot_be_followed_says_why_once(bare_explorer: Explorer, box: StepsBox, fake: FakeClient) -> None:
    fake.held = True
    bare_explorer.place.set_seed(7)
    fake._waiting.clear()
    fake.refuse(FollowSteps, Problem(code="x", sentence="Too little memory."))
    assert box.note.text() == "Too little memory."
    assert len([recipe for recipe in asked(fake) if recipe.seed == 7]) == 1


def test_nobody_looks_and_nothing_is_asked(panel: LatentPanel, bare_explorer: Explorer, fake: FakeClient) -> None:
    panel.hide()
    before = len(asked(fake))
    bare_explorer.place.set_seed(9)
    assert len(asked(fake)) == before
    panel.show()
    assert asked(fake)[-1].seed == 9


def test_a_hand_goes_along_the_plot(bare_explorer: Explorer, box: StepsBox, qtbot: QtBot) -> None:
    plot, steps = box.plots[0], bare_explorer.steps
    qtbot.waitUntil(lambda: plot.width() > 100)

    def at(step: int) -> QPoint:
        return plot.mapFromScene(plot.view.mapViewToScene(QPointF(float(step), 0.0)))

    QTest.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=at(1))
    assert steps.step == 1
    QTest.mouseMove(plot.viewport(), at(4))
    plot_step = steps.step
    QTest.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=at(4))
    assert plot_step in (1, 4)
    assert not bare_explorer.edits.is_open
    bare_explorer.edits.undo()
    assert steps.step == 0


def test_playing_walks_to_the_end_as_one_step_of_undo(bare_explorer: Explorer, box: StepsBox, qtbot: QtBot) -> None:
    steps = bare_explorer.steps
    steps.go_to(4)
    QTest.mouseClick(box.play_button, Qt.MouseButton.LeftButton)
    assert box.is_playing
    assert steps.step == 0
    box._timer.setInterval(1)
    qtbot.waitUntil(lambda: not box.is_playing)
    assert steps.step == 4
    assert box.play_button.accessibleName() == "Play the walk"
    bare_explorer.place.set_setting(STEPS, 2.0)
    box.play()
    box.hide()
    assert not box.is_playing
    assert not bare_explorer.edits.is_open


def test_the_change_goes_to_the_end_and_to_the_beginning(bare_explorer: Explorer, box: StepsBox) -> None:
    QTest.mouseClick(box.change, Qt.MouseButton.LeftButton)
    assert bare_explorer.steps.step == 4
    QTest.mouseClick(box.change, Qt.MouseButton.LeftButton)
    assert bare_explorer.steps.step == 0


def test_a_model_that_draws_at_once_has_no_steps(panel: LatentPanel, bare_explorer: Explorer) -> None:
    bare_explorer.models.open("faces")
    assert panel.wishes.steps is None
    assert bare_explorer.steps.followed is None
