"""The store: what methods ask of the engine, and what the engine's words change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.store.engine_status import EngineState
from app.store.history import HistoryEntry
from app.store.recipes import SliderKind
from app.store.state import Explorer
from engine.protocol.answers import Progressed, Ready, Stopped, TrainingStarted
from engine.protocol.fitting import SEED_LIMIT
from engine.protocol.requests import PauseTraining, StopTraining, Train
from engine.protocol.values import Problem, Recipe, Stop
from tests.app.fake_engine import FACES, GLYPHS, FakeClient, drawn


def train(tmp_path: Path, name: str = "my cats") -> Train:
    return Train(family="vae", data="bundled:faces", out=tmp_path / "run", name=name, config=())


def test_opening_shows_the_first_picture(explorer: Explorer, fake: FakeClient) -> None:
    assert explorer.models.model == FACES
    assert explorer.place.recipe == Recipe(model=FACES.fingerprint, seed=1234)
    assert explorer.pictures.picture is not None
    assert explorer.pictures.picture.recipe == explorer.place.recipe
    assert explorer.pictures.base is not None
    assert explorer.pictures.base.shape == (64,)
    assert len(explorer.gallery.recipes) == 24
    assert explorer.gallery.image(23) is not None
    assert explorer.history.entries[0].thumbnail is not None


def test_the_first_gallery_is_the_one_that_the_card_names_and_later_ones_are_drawn_by_lot(
    bare_explorer: Explorer, fake: FakeClient
) -> None:
    seeds = tuple(range(100, 130))
    fake.models["faces"] = replace(FACES, card=(*FACES.card, ("first_sheet", str([1234, *seeds]))))
    bare_explorer.models.open("faces")
    gallery = bare_explorer.gallery
    assert tuple(recipe.seed for recipe in gallery.recipes) == seeds[:24], "the first picture itself is left out"
    gallery.refresh()
    assert not {recipe.seed for recipe in gallery.recipes} & set(seeds)


@pytest.mark.parametrize("text", ["", "nothing", "[]", "[3", "9" * 400])
def test_a_card_may_name_no_first_gallery(bare_explorer: Explorer, fake: FakeClient, text: str) -> None:
    fake.models["faces"] = replace(FACES, card=(*FACES.card, ("first_sheet", text)))
    bare_explorer.models.open("faces")
    assert len(bare_explorer.gallery.recipes) == 24


def test_a_gallery_under_other_sliders_is_drawn_by_lot(bare_explorer: Explorer, fake: FakeClient) -> None:
    fake.models["faces"] = replace(FACES, card=(*FACES.card, ("first_sheet", "[5, 6]")))
    bare_explorer.models.open("faces", Recipe(model=FACES.fingerprint, seed=1234, directions=(("smile", 1.0),)))
    assert not {recipe.seed for recipe in bare_explorer.gallery.recipes} & {5, 6}


def test_everything_the_engine_says_is_told_once(bare_explorer: Explorer, fake: FakeClient, qtbot: QtBot) -> None:
    order: list[str] = []
    bare_explorer.models.model_changed.connect(lambda _: order.append("model"))
    bare_explorer.place.recipe_changed.connect(lambda _: order.append("recipe"))
    bare_explorer.pictures.picture_changed.connect(lambda _: order.append("picture"))
    bare_explorer.gallery.changed.connect(lambda: order.append("gallery"))
    bare_explorer.models.open("faces")
    assert order == ["model", "recipe", "gallery", "picture"]


def test_one_change_is_one_render_and_one_step(explorer: Explorer, fake: FakeClient, qtbot: QtBot) -> None:
    with qtbot.waitSignals([explorer.place.recipe_changed, explorer.edits.steps_changed, explorer.history.changed]):
        explorer.place.set_direction("smile", 0.8)
    assert explorer.place.recipe is not None
    assert explorer.place.recipe.directions == (("smile", 0.8),)
    assert fake.rendered()[-1] == explorer.place.recipe
    explorer.edits.undo()
    assert fake.rendered()[-1] == explorer.place.recipe
    assert explorer.place.recipe.directions == ()
    explorer.edits.redo()
    assert explorer.place.recipe.directions == (("smile", 0.8),)


def test_equal_recipe_asks_nothing(explorer: Explorer, fake: FakeClient) -> None:
    explorer.place.set_direction("smile", 0.8)
    asked, past = len(fake.renders), explorer.history.entries
    explorer.place.set_direction("smile", 0.8)
    explorer.place.set_axis(3, 0.0)
    explorer.place.reset_raw(2)
    assert len(fake.renders) == asked
    assert explorer.history.entries == past


def test_a_drag_is_one_step(explorer: Explorer) -> None:
    start = explorer.place.recipe
    explorer.place.begin_edit()
    for k in range(50):
        explorer.place.set_axis(0, k / 10)
    explorer.place.end_edit("Axis 1")
    assert len(explorer.history.entries) == 2
    assert explorer.history.entries[0].label == "Axis 1"
    explorer.edits.undo()
    assert explorer.place.recipe == start


def test_a_drag_back_to_the_start_is_no_step(explorer: Explorer) -> None:
    explorer.place.begin_edit()
    explorer.place.set_axis(0, 1.0)
    explorer.place.set_axis(0, 0.0)
    explorer.place.end_edit("Axis 1")
    assert len(explorer.history.entries) == 1


def test_undo_in_the_middle_of_a_drag_keeps_the_drag_as_a_step(explorer: Explorer) -> None:
    start = explorer.place.recipe
    explorer.place.begin_edit()
    explorer.place.set_axis(0, 1.0)
    explorer.edits.undo()
    assert explorer.place.recipe == start
    explorer.place.end_edit("Axis 1")
    explorer.edits.redo()
    assert explorer.place.recipe is not None
    assert explorer.place.recipe.axes == ((0, 1.0),)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_impossible_numbers_do_no_harm(explorer: Explorer, bad: float) -> None:
    explorer.place.set_direction("smile", bad)
    explorer.place.set_axis(0, bad)
    explorer.place.set_raw(0, bad)
    explorer.place.set_truncation(bad)
    explorer.place.set_condition("class", bad)
    assert explorer.place.recipe == Recipe(model=FACES.fingerprint, seed=1234, raw=((0, 0.0),))


def test_seed_is_kept_in_range(explorer: Explorer) -> None:
    explorer.place.set_seed(-1)
    assert explorer.place.recipe is not None
    assert explorer.place.recipe.seed == 0
    explorer.place.set_seed(2**64)
    assert explorer.place.recipe.seed == SEED_LIMIT


def test_random_keeps_what_was_set_and_starting_over_does_not(explorer: Explorer) -> None:
    explorer.place.set_direction("smile", 1.0)
    explorer.place.set_raw(5, 2.0)
    explorer.place.set_truncation(0.5)
    explorer.place.randomise()
    recipe = explorer.place.recipe
    assert recipe is not None
    assert recipe.seed != 1234
    assert (recipe.directions, recipe.raw, recipe.truncation) == ((("smile", 1.0),), (), 0.5)
    explorer.place.start_over()
    again = explorer.place.recipe
    assert again is not None
    assert again.seed != recipe.seed
    assert (again.directions, again.raw, again.truncation) == ((), (), 0.5)


def test_ten_people_with_the_same_glasses_are_one_slider_and_one_key(explorer: Explorer) -> None:
    explorer.place.set_direction("glasses", 2.0)
    explorer.gallery.refresh()
    assert len({recipe.seed for recipe in explorer.gallery.recipes}) == len(explorer.gallery.recipes) >= 10
    assert {recipe.directions for recipe in explorer.gallery.recipes} == {(("glasses", 2.0),)}


def test_before_shows_the_base_place_and_changes_nothing(explorer: Explorer, fake: FakeClient) -> None:
    explorer.place.set_direction("smile", 1.0)
    recipe = explorer.place.recipe
    explorer.place.set_before(True)
    assert fake.rendered()[-1].directions == ()
    assert explorer.place.recipe == recipe
    explorer.place.set_before(False)
    assert fake.rendered()[-1] == recipe
    assert explorer.pictures.picture is not None
    assert explorer.pictures.picture.recipe == recipe


def test_favourites_toggle_and_keep_the_picture(explorer: Explorer) -> None:
    explorer.favourites.toggle()
    assert explorer.favourites.has_place
    assert explorer.favourites.entries[0].thumbnail is not None
    explorer.favourites.toggle()
    assert not explorer.favourites.has_place
    assert explorer.favourites.entries == ()


def test_strip_is_five_places_along_one_slider(explorer: Explorer) -> None:
    explorer.strips.request(SliderKind.DIRECTION, "smile")
    values = []
    for k in range(5):
        cell = explorer.strips.cell(SliderKind.DIRECTION, "smile", k)
        assert cell is not None
        values.append(dict(cell.recipe.directions).get("smile", 0.0))
    assert values == [-2.0, -1.0, 0.0, 1.0, 2.0]


def test_overtaken_pictures_get_their_thumbnail_later(explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    for _ in range(5):
        explorer.place.randomise()
    assert sum(entry.thumbnail is None for entry in explorer.history.entries) == 5
    fake.answer()
    assert all(entry.thumbnail is not None for entry in explorer.history.entries)


def test_going_back_in_the_history_does_not_shuffle_it(explorer: Explorer) -> None:
    explorer.place.randomise()
    explorer.place.randomise()
    past = explorer.history.entries
    explorer.models.go_to(past[2].recipe, "History")
    assert explorer.history.entries == past
    assert explorer.place.recipe == past[2].recipe


def test_another_model_is_a_step_that_can_be_undone(explorer: Explorer, fake: FakeClient) -> None:
    explorer.place.randomise()
    there = explorer.place.recipe
    explorer.models.open("glyphs")
    assert explorer.models.model == GLYPHS
    assert explorer.pictures.base is None
    explorer.edits.undo()
    assert explorer.models.model == FACES
    assert explorer.place.recipe == there
    explorer.edits.redo()
    assert explorer.models.model == GLYPHS


def test_a_place_of_another_known_model_opens_it(explorer: Explorer, fake: FakeClient) -> None:
    place = explorer.place.recipe
    assert place is not None
    explorer.models.open("glyphs")
    explorer.models.go_to(place, "History")
    assert explorer.models.model == FACES
    assert explorer.place.recipe == place


def test_a_place_of_an_unknown_model_is_told(explorer: Explorer, qtbot: QtBot) -> None:
    before = explorer.place.recipe
    with qtbot.waitSignal(explorer.models.missing):
        explorer.models.go_to(Recipe(model="a" * 64), "Picture")
    assert explorer.place.recipe == before


def test_a_model_that_does_not_open_leaves_everything(explorer: Explorer, fake: FakeClient) -> None:
    explorer.place.randomise()
    recipe = explorer.place.recipe
    explorer.models.open("nowhere.zscape")
    assert explorer.models.model == FACES
    assert explorer.place.recipe == recipe
    explorer.edits.undo()
    assert explorer.place.recipe is not None
    assert explorer.place.recipe.seed == 1234


def test_undo_to_a_model_that_went_away_stays_where_it_is(explorer: Explorer, fake: FakeClient) -> None:
    explorer.models.open("glyphs")
    del fake.models["faces"]
    recipe = explorer.place.recipe
    explorer.edits.undo()
    assert explorer.models.model == GLYPHS
    assert explorer.place.recipe == recipe
    undoable = explorer.edits.undoable
    assert undoable is not None
    assert undoable.label == "Open model"
    assert explorer.edits.redoable is None


def test_two_models_asked_for_in_a_row(explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    explorer.models.open("glyphs")
    explorer.models.open("faces", Recipe(model=FACES.fingerprint, seed=7), "Picture")
    fake.answer()
    assert explorer.models.model == FACES
    assert explorer.place.recipe == Recipe(model=FACES.fingerprint, seed=7)


def test_a_stranger_s_recipe_is_fitted_and_said(explorer: Explorer, qtbot: QtBot) -> None:
    odd = Recipe(
        model="0" * 64,
        seed=-5,
        point=(1.0, 2.0),
        raw=((3, 1.0), (999, 1.0), (4, float("nan"))),
        axes=((0, 1.0), (77, 1.0)),
        directions=(("smile", 1.0), ("wings", 2.0)),
        truncation=float("nan"),
        conditions=(("class", 3.0),),
    )
    with qtbot.waitSignal(explorer.models.adapted):
        explorer.models.open("faces", odd)
    expected = Recipe(
        model=FACES.fingerprint, raw=((3, 1.0),), axes=((0, 1.0),), directions=(("smile", 1.0),), truncation=1.0
    )
    assert explorer.place.recipe == expected


def test_engine_status(bare_explorer: Explorer, qtbot: QtBot) -> None:
    assert bare_explorer.engine.status.state is EngineState.STARTING
    with qtbot.waitSignal(bare_explorer.engine.changed):
        bare_explorer.receive(Ready(device="cpu", device_label="CPU", threads=1))
    assert (bare_explorer.engine.status.state, bare_explorer.engine.status.device_label) == (EngineState.READY, "CPU")
    bare_explorer.receive(Stopped(clean=True))
    assert bare_explorer.engine.status.state is EngineState.STOPPED


def test_a_run_from_start_to_end(explorer: Explorer, fake: FakeClient, tmp_path: Path) -> None:
    assert explorer.runs.start(train(tmp_path))
    assert not explorer.runs.start(train(tmp_path, "another")), "one run at a time"
    fake.take_steps(5)
    run = explorer.runs.run
    assert run is not None
    assert (run.step, run.share, run.health) == (5, 0.5, "Learning well")
    assert explorer.runs.losses.names == ("loss", "kl")
    assert len(explorer.runs.losses) == 5
    assert len(run.grid) == 16
    explorer.runs.pause(True)
    explorer.runs.stop()
    explorer.runs.stop()
    assert len(fake.sent_of(StopTraining)) == 1
    assert len(fake.sent_of(PauseTraining)) == 1
    assert explorer.runs.run is not None
    assert explorer.runs.run.reason is Stop.STOPPED
    assert explorer.runs.run.is_over
    assert explorer.runs.start(train(tmp_path))
    assert len(explorer.runs.losses) == 0


def test_a_run_that_cannot_start_says_why(explorer: Explorer, fake: FakeClient, tmp_path: Path) -> None:
    fake.held = True
    explorer.runs.start(train(tmp_path))
    fake.refuse(Train, Problem(code="empty", sentence="The folder is empty."))
    assert explorer.runs.run is not None
    assert explorer.runs.run.is_over
    assert explorer.runs.run.failure == "The folder is empty."


def test_pictures_of_the_fake_depend_on_the_recipe() -> None:
    one = drawn(Recipe(model="a", seed=1))
    assert np.array_equal(one, drawn(Recipe(model="a", seed=1)))
    assert not np.array_equal(one, drawn(Recipe(model="a", seed=1, directions=(("smile", 1.0),))))


def test_a_resumed_run_brings_its_curves_along(explorer: Explorer, fake: FakeClient, tmp_path: Path) -> None:
    fake.held = True
    assert explorer.runs.start(train(tmp_path))
    told = tuple((64 * k, (("loss", 1.0 / k),)) for k in range(1, 41))
    explorer.receive(TrainingStarted(run="run-1", name="mine", family="vae", images_planned=10_000, told=told))
    assert explorer.runs.losses.images["loss"] == [images for images, _ in told]
    losses = (("loss", 0.01), ("kl", 2.0))
    step = Progressed(run="run-1", step=41, steps=90, images=2624, images_per_s=1.0, losses=losses, eta_s=1.0)
    explorer.receive(step)
    assert explorer.runs.losses.values["loss"][-2:] == [1.0 / 40, 0.01]
    assert explorer.runs.losses.images["kl"] == [2624]


def test_favourites_are_undone_like_everything_else(explorer: Explorer) -> None:
    explorer.favourites.toggle()
    marked = explorer.favourites.entries
    explorer.place.set_direction("smile", 1.0)
    explorer.favourites.toggle()
    assert len(explorer.favourites.entries) == 2
    assert explorer.edits.undoable is not None
    assert explorer.edits.undoable.label == "Add to favourites"
    explorer.edits.undo()
    assert explorer.favourites.entries == marked
    assert explorer.place.recipe is not None
    assert explorer.place.recipe.directions == (("smile", 1.0),), "the mark was undone, not the slider"
    explorer.edits.undo()
    explorer.edits.undo()
    assert explorer.favourites.entries == ()
    explorer.edits.redo()
    assert explorer.favourites.entries == marked
    assert explorer.favourites.entries[0].thumbnail is not None, "it comes back with its picture"


def test_undoing_a_mark_of_another_model_opens_none(explorer: Explorer) -> None:
    explorer.favourites.toggle()
    explorer.models.open("glyphs")
    explorer.edits.undo()
    explorer.models.open("glyphs")
    explorer.favourites.toggle(explorer.history.entries[-1].recipe)
    assert explorer.favourites.entries == ()
    explorer.edits.undo()
    assert explorer.models.model == GLYPHS
    assert len(explorer.favourites.entries) == 1


def test_asking_whether_a_place_is_marked_searches_nothing(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked twice at every move of a slider, and there may be a thousand marks."""
    entries = [HistoryEntry(recipe=Recipe(model=FACES.fingerprint, seed=k), label="") for k in range(1000)]
    explorer.favourites.restore(entries)
    compared = 0
    equal = Recipe.__eq__

    def counted(self: Recipe, other: object) -> bool:
        nonlocal compared
        compared += 1
        return equal(self, other)

    monkeypatch.setattr(Recipe, "__eq__", counted)
    assert not explorer.favourites.has_place
    assert entries[999].recipe in explorer.favourites
    assert compared < 10


def test_a_board_keeps_so_many_cells_and_no_more(explorer: Explorer, fake: FakeClient) -> None:
    place = explorer.place.recipe
    assert place is not None
    board = explorer.boards.board("timeline", 5)
    told: list[tuple[str, int]] = []
    board.changed.connect(lambda key, index, _cell: told.append((key, index)))
    for key in ("a", "b", "c"):
        board.ask([replace(place, seed=k) for k in range(2)], key)
    assert told == [(key, index) for key in ("a", "b", "c") for index in (0, 1)]
    assert len(board) == 5
    assert board.cell(0, "a") is None
    assert board.cell(1, "c") is not None
    assert explorer.boards.board("timeline", 5) is board
    explorer.models.open("glyphs")
    assert len(board) == 0


def test_a_cell_that_was_overtaken_is_not_shown(explorer: Explorer, fake: FakeClient) -> None:
    place = explorer.place.recipe
    assert place is not None
    board = explorer.boards.board("timeline", 5)
    board.ask([place])
    old = board.cell()
    assert old is not None
    fake.held = True
    board.ask([replace(place, seed=7)])
    told: list[int] = []
    board.changed.connect(lambda _key, index, _cell: told.append(index))
    explorer.receive(old)
    assert told == []
    fake.answer()
    assert told == [0]
