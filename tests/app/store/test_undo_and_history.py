"""The lists below the store: steps, places that were visited, and small pictures of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.store.edits import Edited, Edits, Favourite, Step, UndoStack
from app.store.history import History, thumbnail
from engine.protocol.values import Recipe


def at(seed: int) -> Edited:
    return Edited(place=Recipe(model="m", seed=seed))


def step(k: int) -> Step:
    return Step(before=at(k), after=at(k + 1), label=f"step {k}")


def test_undo_and_redo_walk_the_same_way() -> None:
    stack = UndoStack()
    for k in range(3):
        assert stack.push(step(k))
    assert [stack.undo(), stack.undo(), stack.undo(), stack.undo()] == [step(2), step(1), step(0), None]
    assert [stack.redo(), stack.redo()] == [step(0), step(1)]
    stack.push(step(9))
    assert stack.redoable is None
    assert stack.undoable == step(9)


def test_a_step_that_changed_nothing_is_none() -> None:
    stack = UndoStack()
    assert not stack.push(Step(before=at(0), after=at(0), label="nothing"))
    assert stack.undo() is None
    assert stack.redo() is None


def test_the_stack_forgets_the_oldest() -> None:
    stack = UndoStack(limit=2)
    for k in range(5):
        stack.push(step(k))
    assert [stack.undo(), stack.undo(), stack.undo()] == [step(4), step(3), None]


def test_a_step_moves_only_what_it_changed(qapp: QApplication) -> None:
    """A run that goes on learning gives the open place another fingerprint without a step: undo must not lose that."""
    edits = Edits(at(1))
    marked = (Favourite(recipe=Recipe(model="m", seed=7)),)
    edits.put(replace(edits.value, favourites=marked), "Add to favourites")
    edits.amend(replace(edits.value, place=Recipe(model="wiser", seed=1)))
    edits.undo()
    assert edits.value == Edited(place=Recipe(model="wiser", seed=1))
    edits.redo()
    assert edits.value == Edited(place=Recipe(model="wiser", seed=1), favourites=marked)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedWithPath(Edited):
    """What the page for paths will add to the edited value: one field."""

    path: tuple[Recipe, ...] = ()


def test_a_new_field_is_undone_like_the_others_and_needs_nothing_else(qapp: QApplication) -> None:
    edits = Edits(EditedWithPath(place=Recipe(model="m", seed=1)))
    heard: list[str] = []
    edits.watch("path", lambda: heard.append("path"))
    edits.watch("place", lambda: heard.append("place"))
    turned: list[Step] = []
    edits.retraced.connect(turned.append)
    value = edits.value
    assert isinstance(value, EditedWithPath)
    edits.turn_to("path")
    edits.begin()
    for seed in (4, 5):
        edits.put(replace(value, path=(Recipe(model="m", seed=seed),)), "Move keyframe")
    edits.end("Move keyframe")
    assert heard == ["path", "path"]
    edits.turn_to("explore")
    edits.undo()
    assert edits.value == value
    assert [(one.label, one.page) for one in turned] == [("Move keyframe", "path")]
    edits.redo()
    assert edits.value == replace(value, path=(Recipe(model="m", seed=5),))
    assert heard == ["path"] * 4


def test_only_what_is_edited_can_be_watched(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="palce"):
        Edits().watch("palce", lambda: None)


def test_history_keeps_each_place_once_newest_first(qapp: QApplication) -> None:
    history = History(limit=3)
    for seed in (1, 2, 1, 3, 4):
        history.add(Recipe(model="m", seed=seed), str(seed))
    assert [entry.label for entry in history.entries] == ["4", "3", "2"]
    assert Recipe(model="m", seed=1) not in history


def test_a_larger_move_begins_a_group(qapp: QApplication) -> None:
    edits = Edits(Edited())
    history = History(edits)
    here = Recipe(model="m", seed=1)

    def go(place: Recipe) -> bool:
        """Whether this step began a group."""
        edits.put(replace(edits.value, place=place), "step")
        return history.entries[0].begins

    assert go(here)
    assert not go(replace(here, directions=(("smile", 1.0),)))
    assert not go(replace(here, directions=(("smile", 1.0), ("turn", 1.0))))
    assert not go(replace(here, directions=(("smile", 1.5), ("turn", 0.5))))  # a pad moves two at once
    assert go(replace(here, directions=(("smile", 1.0), ("turn", 1.0), ("age", 2.0)), truncation=0.5))
    assert go(replace(here, seed=2))
    assert not go(replace(here, seed=2, known="pixels"))
    assert go(replace(here, seed=2, conditions=(("digit", 3.0),)))
    assert go(replace(here, model="other"))
    assert go(replace(here, point=(0.5,)))


def test_a_move_after_a_leap_to_an_old_place_begins_a_group(qapp: QApplication) -> None:
    """Reset leads to where one began, which is in the history already: what follows belongs to it, not to before."""
    edits = Edits(Edited())
    history = History(edits)
    here = Recipe(model="m", seed=1)
    for directions in ((), (("smile", 1.0),), (("smile", 1.0), ("turn", 1.0)), (), (("turn", 0.2),)):
        edits.put(replace(edits.value, place=replace(here, directions=directions)), "step")
    assert [entry.begins for entry in history.entries] == [True, False, False, True]
    edits.amend(replace(edits.value, place=replace(here, model="wiser", directions=(("turn", 0.2),))))
    edits.put(replace(edits.value, place=replace(here, model="wiser", directions=(("turn", 0.4),))), "step")
    assert not history.entries[0].begins  # its model had learned more: nobody leapt anywhere


def test_a_model_opened_again_where_one_was_parts_nothing(qapp: QApplication) -> None:
    edits = Edits(at(1))
    history = History(edits)
    for _start in range(2):
        history.add(Recipe(model="m", seed=1), "Open model")
    edits.put(replace(edits.value, place=Recipe(model="m", seed=1, axes=((0, 1.0),))), "Axis 1")
    assert [entry.begins for entry in history.entries] == [False, True]


def test_history_is_illustrated_once(qapp: QApplication) -> None:
    history = History()
    recipe, image = Recipe(model="m"), np.full((64, 64, 3), 7, np.uint8)
    told: list[int] = []
    history.add(recipe, "here")
    history.changed.connect(lambda: told.append(1))
    assert history.waiting("m", None) == recipe
    assert history.waiting("m", recipe) is None
    history.illustrate(recipe, image)
    history.illustrate(recipe, image)
    assert told == [1]
    assert history.waiting("m", None) is None


@pytest.mark.parametrize("shape", [(64, 64, 3), (97, 97, 3), (1, 1000, 3), (1000, 1, 3), (512, 300, 3), (1, 1, 3)])
def test_thumbnails_are_small_and_read_only(shape: tuple[int, int, int]) -> None:
    small = thumbnail(np.full(shape, 200, np.uint8))
    assert max(small.shape[:2]) <= 96
    assert small.shape[2] == 3
    assert not small.flags.writeable
    assert (small == 200).all()
