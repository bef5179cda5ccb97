"""The store: what methods ask of the engine, and what the engine's words change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.store.engine_status import EngineState
from app.store.recipes import SEED_LIMIT
from app.store.state import Explorer
from engine.protocol.answers import Failed, Progressed, Ready, Snapshotted, Stopped, TrainingStarted
from engine.protocol.requests import PauseTraining, StopTraining, Train
from engine.protocol.values import Problem, Recipe, Stop
from tests.app.fake_engine import FACES, GLYPHS, FakeClient, drawn


def train(tmp_path: Path, name: str = "my cats") -> Train:
    return Train(family="vae", data="bundled:faces", out=tmp_path / "run", name=name, config=())


def test_opening_shows_the_first_picture(explorer: Explorer, fake: FakeClient) -> None:
    assert explorer.model == FACES
    assert explorer.recipe == Recipe(model=FACES.fingerprint, seed=1234)
    assert explorer.picture is not None
    assert explorer.picture.recipe == explorer.recipe
    assert explorer.base is not None
    assert explorer.base.shape == (64,)
    assert len(explorer.gallery) == 24
    assert explorer.cell("gallery.23") is not None
    assert explorer.history[0].thumbnail is not None


def test_everything_the_engine_says_is_told_once(bare_explorer: Explorer, fake: FakeClient, qtbot: QtBot) -> None:
    order: list[str] = []
    bare_explorer.model_changed.connect(lambda _: order.append("model"))
    bare_explorer.recipe_changed.connect(lambda _: order.append("recipe"))
    bare_explorer.picture_changed.connect(lambda _: order.append("picture"))
    bare_explorer.gallery_changed.connect(lambda: order.append("gallery"))
    bare_explorer.open_model("faces")
    assert order == ["model", "recipe", "gallery", "picture"]


def test_one_change_is_one_render_and_one_step(explorer: Explorer, fake: FakeClient, qtbot: QtBot) -> None:
    with qtbot.waitSignals([explorer.recipe_changed, explorer.undo_changed, explorer.history_changed]):
        explorer.set_direction("smile", 0.8)
    assert explorer.recipe is not None
    assert explorer.recipe.directions == (("smile", 0.8),)
    assert fake.rendered()[-1] == explorer.recipe
    explorer.undo()
    assert fake.rendered()[-1] == explorer.recipe
    assert explorer.recipe.directions == ()
    explorer.redo()
    assert explorer.recipe.directions == (("smile", 0.8),)


def test_equal_recipe_asks_nothing(explorer: Explorer, fake: FakeClient) -> None:
    explorer.set_direction("smile", 0.8)
    asked, past = len(fake.renders), explorer.history
    explorer.set_direction("smile", 0.8)
    explorer.set_axis(3, 0.0)
    explorer.reset_raw(2)
    assert len(fake.renders) == asked
    assert explorer.history == past


def test_a_drag_is_one_step(explorer: Explorer) -> None:
    start = explorer.recipe
    explorer.begin_edit()
    for k in range(50):
        explorer.set_axis(0, k / 10)
    explorer.end_edit("Axis 1")
    assert len(explorer.history) == 2
    assert explorer.history[0].label == "Axis 1"
    explorer.undo()
    assert explorer.recipe == start


def test_a_drag_back_to_the_start_is_no_step(explorer: Explorer) -> None:
    explorer.begin_edit()
    explorer.set_axis(0, 1.0)
    explorer.set_axis(0, 0.0)
    explorer.end_edit("Axis 1")
    assert len(explorer.history) == 1


def test_undo_in_the_middle_of_a_drag_keeps_the_drag_as_a_step(explorer: Explorer) -> None:
    start = explorer.recipe
    explorer.begin_edit()
    explorer.set_axis(0, 1.0)
    explorer.undo()
    assert explorer.recipe == start
    explorer.end_edit("Axis 1")
    explorer.redo()
    assert explorer.recipe is not None
    assert explorer.recipe.axes == ((0, 1.0),)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_impossible_numbers_do_no_harm(explorer: Explorer, bad: float) -> None:
    explorer.set_direction("smile", bad)
    explorer.set_axis(0, bad)
    explorer.set_raw(0, bad)
    explorer.set_truncation(bad)
    explorer.set_condition("class", bad)
    assert explorer.recipe == Recipe(model=FACES.fingerprint, seed=1234, raw=((0, 0.0),))


def test_seed_is_kept_in_range(explorer: Explorer) -> None:
    explorer.set_seed(-1)
    assert explorer.recipe is not None
    assert explorer.recipe.seed == 0
    explorer.set_seed(2**64)
    assert explorer.recipe.seed == SEED_LIMIT


def test_random_goes_somewhere_new_with_nothing_displaced(explorer: Explorer) -> None:
    explorer.set_direction("smile", 1.0)
    explorer.set_raw(5, 2.0)
    explorer.set_truncation(0.5)
    explorer.randomise()
    recipe = explorer.recipe
    assert recipe is not None
    assert recipe.seed != 1234
    assert (recipe.directions, recipe.raw, recipe.truncation) == ((), (), 0.5)


def test_before_shows_the_base_place_and_changes_nothing(explorer: Explorer, fake: FakeClient) -> None:
    explorer.set_direction("smile", 1.0)
    recipe = explorer.recipe
    explorer.set_before(True)
    assert fake.rendered()[-1].directions == ()
    assert explorer.recipe == recipe
    explorer.set_before(False)
    assert fake.rendered()[-1] == recipe
    assert explorer.picture is not None
    assert explorer.picture.recipe == recipe


def test_favourites_toggle_and_keep_the_picture(explorer: Explorer) -> None:
    explorer.toggle_favourite()
    assert explorer.is_favourite
    assert explorer.favourites[0].thumbnail is not None
    explorer.toggle_favourite()
    assert not explorer.is_favourite
    assert explorer.favourites == ()


def test_strip_is_five_places_along_one_slider(explorer: Explorer) -> None:
    explorer.request_strip("direction", "smile")
    values = []
    for k in range(5):
        cell = explorer.cell(f"strip.direction.smile.{k}")
        assert cell is not None
        values.append(dict(cell.recipe.directions).get("smile", 0.0))
    assert values == [-2.0, -1.0, 0.0, 1.0, 2.0]


def test_overtaken_pictures_get_their_thumbnail_later(explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    for _ in range(5):
        explorer.randomise()
    assert sum(entry.thumbnail is None for entry in explorer.history) == 5
    fake.answer()
    assert all(entry.thumbnail is not None for entry in explorer.history)


def test_going_back_in_the_history_does_not_shuffle_it(explorer: Explorer) -> None:
    explorer.randomise()
    explorer.randomise()
    past = explorer.history
    explorer.go_to(past[2].recipe, "History")
    assert explorer.history == past
    assert explorer.recipe == past[2].recipe


def test_another_model_is_a_step_that_can_be_undone(explorer: Explorer, fake: FakeClient) -> None:
    explorer.randomise()
    there = explorer.recipe
    explorer.open_model("glyphs")
    assert explorer.model == GLYPHS
    assert explorer.base is None
    explorer.undo()
    assert explorer.model == FACES
    assert explorer.recipe == there
    explorer.redo()
    assert explorer.model == GLYPHS


def test_a_place_of_another_known_model_opens_it(explorer: Explorer, fake: FakeClient) -> None:
    place = explorer.recipe
    assert place is not None
    explorer.open_model("glyphs")
    explorer.go_to(place, "History")
    assert explorer.model == FACES
    assert explorer.recipe == place


def test_a_place_of_an_unknown_model_is_told(explorer: Explorer, qtbot: QtBot) -> None:
    before = explorer.recipe
    with qtbot.waitSignal(explorer.model_missing):
        explorer.go_to(Recipe(model="a" * 64), "Picture")
    assert explorer.recipe == before


def test_a_model_that_does_not_open_leaves_everything(explorer: Explorer, fake: FakeClient) -> None:
    explorer.randomise()
    recipe = explorer.recipe
    explorer.open_model("nowhere.zscape")
    assert explorer.model == FACES
    assert explorer.recipe == recipe
    explorer.undo()
    assert explorer.recipe is not None
    assert explorer.recipe.seed == 1234


def test_undo_to_a_model_that_went_away_stays_where_it_is(explorer: Explorer, fake: FakeClient) -> None:
    explorer.open_model("glyphs")
    del fake.models["faces"]
    recipe = explorer.recipe
    states: list[tuple[bool, str, bool, str]] = []
    explorer.undo_changed.connect(lambda *state: states.append(state))
    explorer.undo()
    assert explorer.model == GLYPHS
    assert explorer.recipe == recipe
    assert states[-1] == (True, "Open model", False, "")


def test_two_models_asked_for_in_a_row(explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    explorer.open_model("glyphs")
    explorer.open_model("faces", Recipe(model=FACES.fingerprint, seed=7), "Picture")
    fake.answer()
    assert explorer.model == FACES
    assert explorer.recipe == Recipe(model=FACES.fingerprint, seed=7)


def test_a_stranger_s_recipe_is_fitted_and_said(explorer: Explorer, qtbot: QtBot) -> None:
    odd = Recipe(
        model="0" * 64,
        seed=-5,
        point=(1.0, 2.0),
        raw=((3, 1.0), (999, 1.0), (4, float("nan"))),
        axes=((0, 1.0), (77, 1.0)),
        directions=(("smile", 1.0), ("wings", 2.0)),
        truncation=float("nan"),
        condition=(("class", 3.0),),
    )
    with qtbot.waitSignal(explorer.recipe_adapted):
        explorer.open_model("faces", odd)
    expected = Recipe(
        model=FACES.fingerprint, raw=((3, 1.0),), axes=((0, 1.0),), directions=(("smile", 1.0),), truncation=1.0
    )
    assert explorer.recipe == expected


def test_a_run_that_is_explored_is_looked_at_again_when_it_has_learned(explorer: Explorer, fake: FakeClient) -> None:
    fake.models["runs/a"] = replace(FACES, fingerprint="1" * 64, path="runs/a/snapshots/1")
    explorer.open_model("runs/a")
    explorer.set_direction("smile", 1.0)
    history, gallery = explorer.history, explorer.gallery
    fake.models["runs/a"] = replace(FACES, fingerprint="2" * 64, path="runs/a/snapshots/2")
    explorer.receive(Snapshotted(run="runs/b", step=2, path=""))
    assert explorer.model == replace(FACES, fingerprint="1" * 64, path="runs/a/snapshots/1")
    explorer.receive(Snapshotted(run="runs/a", step=2, path=""))
    assert explorer.recipe is not None
    assert (explorer.recipe.model, explorer.recipe.directions) == ("2" * 64, (("smile", 1.0),))
    assert explorer.history == history, "no step of a person's"
    assert [recipe.seed for recipe in explorer.gallery] == [recipe.seed for recipe in gallery]


def test_engine_status(bare_explorer: Explorer, qtbot: QtBot) -> None:
    assert bare_explorer.engine.state is EngineState.STARTING
    with qtbot.waitSignal(bare_explorer.engine_changed):
        bare_explorer.receive(Ready(device="cpu", device_label="CPU", threads=1))
    assert (bare_explorer.engine.state, bare_explorer.engine.device_label) == (EngineState.READY, "CPU")
    bare_explorer.receive(Stopped(clean=True))
    assert bare_explorer.engine.state is EngineState.STOPPED


def test_a_run_from_start_to_end(explorer: Explorer, fake: FakeClient, tmp_path: Path) -> None:
    assert explorer.start_training(train(tmp_path))
    assert not explorer.start_training(train(tmp_path, "another")), "one run at a time"
    fake.take_steps(5)
    run = explorer.run
    assert run is not None
    assert (run.step, run.share, run.health) == (5, 0.5, "Learning well")
    assert explorer.losses.names == ("loss", "kl")
    assert len(explorer.losses) == 5
    assert len(run.grid) == 16
    explorer.pause_training(True)
    explorer.stop_training()
    explorer.stop_training()
    assert len(fake.sent_of(StopTraining)) == 1
    assert len(fake.sent_of(PauseTraining)) == 1
    assert explorer.run is not None
    assert explorer.run.reason is Stop.STOPPED
    assert explorer.run.is_over
    assert explorer.start_training(train(tmp_path))
    assert len(explorer.losses) == 0


def test_a_run_that_cannot_start_says_why(explorer: Explorer, fake: FakeClient, tmp_path: Path) -> None:
    fake.held = True
    explorer.start_training(train(tmp_path))
    explorer.receive(Failed(command="Train", problem=Problem(code="empty", sentence="The folder is empty.")))
    assert explorer.run is not None
    assert explorer.run.is_over
    assert explorer.run.failure == "The folder is empty."


def test_pictures_of_the_fake_depend_on_the_recipe() -> None:
    one = drawn(Recipe(model="a", seed=1))
    assert np.array_equal(one, drawn(Recipe(model="a", seed=1)))
    assert not np.array_equal(one, drawn(Recipe(model="a", seed=1, directions=(("smile", 1.0),))))


def test_a_resumed_run_brings_its_curves_along(explorer: Explorer, fake: FakeClient, tmp_path: Path) -> None:
    fake.held = True
    assert explorer.start_training(train(tmp_path))
    told = tuple((64 * k, (("loss", 1.0 / k),)) for k in range(1, 41))
    explorer.receive(TrainingStarted(run="run-1", name="mine", family="vae", images_planned=10_000, told=told))
    assert explorer.losses.images["loss"] == [images for images, _ in told]
    losses = (("loss", 0.01), ("kl", 2.0))
    step = Progressed(run="run-1", step=41, steps=90, images=2624, images_per_s=1.0, losses=losses, eta_s=1.0)
    explorer.receive(step)
    assert explorer.losses.values["loss"][-2:] == [1.0 / 40, 0.01]
    assert explorer.losses.images["kl"] == [2624]
