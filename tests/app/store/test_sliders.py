"""Notes on sliders: each is a step, belongs to one model, comes back with the session."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.store.edits import SliderNote
from app.store.kept.session import SessionState, SessionStore
from app.store.recipes import SliderKind
from app.store.sliders import LABEL_LIMIT
from app.store.state import Explorer
from tests.app.fake_engine import FACES

DIRECTION, AXIS = SliderKind.DIRECTION, SliderKind.AXIS


def test_locked_sliders_are_left_alone_by_random_and_reset(explorer: Explorer) -> None:
    place, sliders = explorer.place, explorer.sliders
    place.set_direction("glasses", 2.0)
    place.set_direction("smile", 1.0)
    place.set_axis(0, 1.0)
    place.set_axis(3, -1.0)
    sliders.lock(DIRECTION, "glasses")
    sliders.lock(AXIS, "3")
    seed = place.recipe.seed  # type: ignore[union-attr]
    place.start_over()
    assert place.recipe is not None
    assert place.recipe.seed != seed
    assert (place.recipe.directions, place.recipe.axes) == ((("glasses", 2.0),), ((3, -1.0),))
    place.set_direction("smile", 1.0)
    place.reset_directions()
    assert place.recipe.directions == (("glasses", 2.0),)
    place.reset()
    assert place.recipe.directions == (("glasses", 2.0),)
    place.set_direction("glasses", 0.5)
    assert place.recipe.directions == (("glasses", 0.5),), "a hand still moves it"
    sliders.lock(DIRECTION, "glasses")
    place.reset()
    assert place.recipe.directions == ()


def test_each_note_is_a_step_that_can_be_undone(explorer: Explorer) -> None:
    sliders, edits = explorer.sliders, explorer.edits
    sliders.rename(DIRECTION, "yaw", "  Look aside ")
    sliders.flip(DIRECTION, "yaw")
    sliders.pin(AXIS, "5")
    assert sliders.note(DIRECTION, "yaw").label == "Look aside"
    assert edits.undoable is not None
    assert edits.undoable.label == "Pin slider"
    edits.undo()
    edits.undo()
    assert not sliders.note(DIRECTION, "yaw").is_flipped
    edits.undo()
    assert edits.value.sliders == ()
    edits.redo()
    assert sliders.note(DIRECTION, "yaw").label == "Look aside"
    sliders.rename(DIRECTION, "yaw", "")
    assert edits.value.sliders == (), "what says nothing is not kept"
    sliders.rename(DIRECTION, "yaw", "x" * 1000)
    assert len(sliders.note(DIRECTION, "yaw").label) == LABEL_LIMIT


def test_notes_belong_to_one_model(explorer: Explorer) -> None:
    explorer.sliders.lock(DIRECTION, "smile")
    explorer.models.open("glyphs")
    assert not explorer.sliders.note(DIRECTION, "smile").is_locked
    explorer.models.open("faces")
    assert explorer.sliders.note(DIRECTION, "smile").is_locked


def test_notes_come_back_with_the_session(qapp: object, home: Path) -> None:
    note = SliderNote(model=FACES.fingerprint, kind=AXIS, key="3", label="Wind", is_flipped=True, is_pinned=True)
    store = SessionStore(home)
    store.watch(lambda: SessionState(source="faces", sliders=(note,)))
    assert store.close() == ""
    assert SessionStore(home).read().sliders == (note,)


@pytest.mark.parametrize("odd", [7, None, [], {"model": 1}, {"model": "m", "kind": "wing", "key": "k"}])
def test_what_is_no_note_is_left_out(qapp: object, home: Path, odd: object) -> None:
    good = {"model": "m", "kind": "axis", "key": "1", "label": 5, "is_locked": "yes", "is_flipped": True}
    (home / "session.json").write_text(json.dumps({"version": 1, "sliders": [odd, good]}))
    [note] = SessionStore(home).read().sliders
    assert note == SliderNote(model="m", kind=AXIS, key="1", is_flipped=True)
