"""The two lists below the store, without Qt."""

from __future__ import annotations

import numpy as np
import pytest

from app.store.history import History, thumbnail
from app.store.undo import Step, UndoStack
from engine.protocol.values import Recipe


def step(k: int) -> Step:
    return Step(before=Recipe(model="m", seed=k), after=Recipe(model="m", seed=k + 1), label=f"step {k}")


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
    assert not stack.push(Step(before=Recipe(model="m"), after=Recipe(model="m"), label="nothing"))
    assert stack.undo() is None
    assert stack.redo() is None


def test_the_stack_forgets_the_oldest() -> None:
    stack = UndoStack(limit=2)
    for k in range(5):
        stack.push(step(k))
    assert [stack.undo(), stack.undo(), stack.undo()] == [step(4), step(3), None]


def test_history_keeps_each_place_once_newest_first() -> None:
    history = History(limit=3)
    for seed in (1, 2, 1, 3, 4):
        history.add(Recipe(model="m", seed=seed), str(seed))
    assert [entry.label for entry in history.entries] == ["4", "3", "2"]
    assert history.remove(Recipe(model="m", seed=3))
    assert not history.remove(Recipe(model="m", seed=3))


def test_history_is_illustrated_once() -> None:
    history = History()
    recipe, image = Recipe(model="m"), np.full((64, 64, 3), 7, np.uint8)
    history.add(recipe, "here")
    assert history.without_thumbnail("m", None) == recipe
    assert history.without_thumbnail("m", recipe) is None
    assert history.illustrate(recipe, image)
    assert not history.illustrate(recipe, image)


@pytest.mark.parametrize("shape", [(64, 64, 3), (97, 97, 3), (1, 1000, 3), (1000, 1, 3), (512, 300, 3), (1, 1, 3)])
def test_thumbnails_are_small_and_read_only(shape: tuple[int, int, int]) -> None:
    small = thumbnail(np.full(shape, 200, np.uint8))
    assert max(small.shape[:2]) <= 96
    assert small.shape[2] == 3
    assert not small.flags.writeable
    assert (small == 200).all()
