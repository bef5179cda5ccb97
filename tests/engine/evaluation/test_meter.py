"""What sliders move besides, and what holding still does, on faces where everything is known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.disk.files import BadConfig
from engine.disk.measured import CARD, keep_matrix, kept_matrix, known_matrix, matrix_value
from engine.evaluation.holding import held
from engine.evaluation.spilling import moved
from engine.latents.explorables import Explorables
from engine.machine.work import finished
from engine.protocol.directions import Matrix
from engine.protocol.values import DirectionDescribed
from tests.engine.evaluation.conftest import Columns, ExactJudge, face_store, opened_of


def _opened(move: tuple[float, ...]):  # type: ignore[no-untyped-def]
    """Points are the levels of smile, age, skin and beard; one slider."""
    opened = opened_of(Columns())
    opened.explorables = Explorables(
        coordinates=4, axes_AD=torch.zeros(0, 4), sigmas_A=torch.zeros(0), shares_A=torch.zeros(0),
        directions_MD=torch.tensor([move]),
        directions=(DirectionDescribed(name="smile", label="Smile", low=-3.0, high=3.0),),
    )  # fmt: skip
    opened.place = lambda recipe: torch.rand(4, generator=torch.Generator().manual_seed(recipe.seed)) - 0.5
    return opened


def test_it_reads_what_pictures_do(judge: ExactJudge) -> None:
    found = finished(moved(_opened((0.2, 0.1, 0.0, 0.0)), face_store(), 40))
    assert found.sliders == ("smile",)
    row = dict(zip(found.attributes, found.rows[0], strict=True))
    assert row["skin"] == pytest.approx(0.0, abs=1e-5)
    assert row["smile"] == pytest.approx(2 * row["age"], rel=0.25), "in deviations, which are about alike"
    assert row["smile"] > 0.3


def test_a_slider_is_moved_as_far_as_its_five_steps_go(judge: ExactJudge) -> None:
    """Pictures end at black and white: what a slider does near the middle is more than what it does all the way."""
    whole = _opened((0.9, 0.0, 0.0, 0.0))
    extra = whole.explorables
    short = replace(extra, directions=(replace(extra.directions[0], low=-0.5, high=1.0),))
    far = finished(moved(whole, face_store(), 40)).rows[0][0]
    whole.explorables = short
    near = finished(moved(whole, face_store(), 40)).rows[0][0]
    assert 0.3 < far < 0.8 * near


def test_what_is_held_still_does_not_move_and_the_rest_does(judge: ExactJudge) -> None:
    opened = _opened((0.2, 0.1, 0.0, 0.0))
    before, after = finished(held(opened, face_store(), "smile", ("age",)))
    assert before.move == pytest.approx((0.2, 0.1, 0.0, 0.0))
    assert after.move[0] == pytest.approx(0.2, abs=0.02), "its own attribute goes as far"
    assert after.move[1] == pytest.approx(0.0, abs=0.01)
    with pytest.raises(BadConfig, match="Say what is held still"):
        finished(held(opened, face_store(), "smile", ("hat",)))
    with pytest.raises(BadConfig, match="has no direction"):
        finished(held(opened, face_store(), "hat", ("age",)))


def test_without_a_judge_it_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.opened.judging.bundled_judge", lambda name: None)
    with pytest.raises(BadConfig, match="cannot be judged"):
        finished(moved(_opened((0.2, 0.0, 0.0, 0.0)), face_store(), 4))


def test_what_was_measured_is_kept_by_the_model(tmp_path: Path) -> None:
    matrix = Matrix(sliders=("a", "b"), attributes=("x",), rows=((0.5,), (-1.0,)), places=3)
    path = keep_matrix(tmp_path, "abc", matrix)
    assert kept_matrix(tmp_path, "abc") == matrix
    assert kept_matrix(tmp_path, "other") is None
    path.write_text('{"sliders": ["a"], "attributes": ["x"], "rows": [], "places": 1}')
    assert kept_matrix(tmp_path, "abc") is None


def test_what_was_measured_here_counts_before_the_card(tmp_path: Path) -> None:
    told = Matrix(sliders=("a",), attributes=("a", "x"), rows=((0.5, 0.1),), places=3)
    here = replace(told, rows=((0.25, 0.0),))
    card = {CARD: json.loads(json.dumps(matrix_value(told)))}
    assert known_matrix(tmp_path, "abc", card) == told
    keep_matrix(tmp_path, "abc", here)
    assert known_matrix(tmp_path, "abc", card) == here


@pytest.mark.parametrize(
    "value",
    [None, 7, [], {}, {"sliders": ["a"], "attributes": ["a"], "rows": [[float("nan")]], "places": 1},
     {"sliders": ["a"], "attributes": ["a"], "rows": [[1, 2]], "places": 1},
     {"sliders": ["a"], "attributes": ["a"], "rows": [["x"]], "places": 1},
     {"sliders": ["a"], "attributes": ["a"], "rows": [[1.0]], "places": float("inf")}],
)  # fmt: skip
def test_a_strangers_card_may_say_anything(tmp_path: Path, value: object) -> None:
    assert known_matrix(tmp_path, "abc", {CARD: value}) is None
