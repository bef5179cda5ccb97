"""Arithmetic where the right answer is known: it works, it fails, it entangles, it holds still."""

from __future__ import annotations

import pytest
import torch

from engine.disk.files import BadConfig, Cancelled
from engine.evaluation.triplets import arithmetic
from engine.machine.work import finished, heeding
from tests.engine.evaluation.conftest import Columns, ExactJudge, face_store, opened_of


def test_a_perfect_model_reaches_everything_and_keeps_the_rest(judge: ExactJudge) -> None:
    found = finished(arithmetic(opened_of(Columns()), face_store(), 40))
    assert found.all.triplets == 40
    assert found.all.reached.value == 1.0
    assert found.all.kept.value > 0.75, "averages of 24 still differ by chance"
    assert found.all.reached_held.value == 1.0
    assert found.all.kept_held.value > 0.95
    assert found.left_out == ()
    assert sum(tally.triplets for tally in found.by_attribute.values()) == 40


def test_a_model_that_draws_one_face_reaches_nothing(judge: ExactJudge) -> None:
    found = finished(arithmetic(opened_of(Columns(lambda z: torch.full_like(z, -0.05))), face_store(), 40))
    assert found.all.reached.value < 0.7, "half of all wishes are on the side where everybody already is"
    assert found.all.kept.value == 1.0


def test_what_exemplars_entangle_is_held_still(judge: ExactJudge) -> None:
    """Where smiling people are old, smiles come with age, unless age is held still."""
    found = finished(arithmetic(opened_of(Columns()), face_store(entangled=0.7), 60))
    smile = found.by_attribute["smile"]
    assert smile.kept.value < 0.8
    assert smile.kept_held.value > smile.kept.value + 0.15
    assert smile.reached_held.value == 1.0


def test_attributes_that_points_do_not_tell_are_left_out(judge: ExactJudge) -> None:
    family = Columns()
    family.encode = lambda x: x.mean((1, 2))[:, :4] * torch.tensor([1.0, 1.0, 0.0, 1.0])  # type: ignore[method-assign]
    found = finished(arithmetic(opened_of(family), face_store(), 20))
    assert found.left_out == ("skin",)
    assert "skin" not in found.by_attribute


def test_it_can_be_cancelled(judge: ExactJudge) -> None:
    with pytest.raises(Cancelled):
        finished(heeding(lambda: True, arithmetic(opened_of(Columns()), face_store(), 20)))


def test_without_a_judge_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.opened.judging.bundled_judge", lambda name: None)
    with pytest.raises(BadConfig, match="no bundled judge reads"):
        finished(arithmetic(opened_of(Columns()), face_store(), 20))
