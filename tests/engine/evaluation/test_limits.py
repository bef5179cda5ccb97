"""How little an edit could spill: what steps of known derivatives do, and what the bundled faces allow."""

from __future__ import annotations

import pytest
import torch

from engine.disk.bundled import bundled_model
from engine.disk.files import BadConfig
from engine.evaluation import limits as measured
from engine.evaluation.limits import followed, least_step, limits
from engine.machine.work import finished
from engine.opened.model import open_model_file
from tests.engine.evaluation.conftest import Columns, face_store, opened_of
from tests.engine.evaluation.test_edits import store_of_faces


def test_of_steps_that_are_read_alike_the_one_that_stays_inside_is_taken() -> None:
    inside, outside = [1.0, 0.0], [0.0, 1.0]
    x_DP = torch.tensor([inside, [2.0, 1.0], outside], dtype=torch.float64)
    reading_D = torch.tensor([1.0, 1.0, 1.0], dtype=torch.float64)
    step_D = least_step(x_DP, reading_D, torch.tensor([0.0, 1.0], dtype=torch.float64)).double()
    assert float(reading_D @ step_D) == pytest.approx(1.0, abs=1e-6)
    assert abs(float(step_D @ x_DP[:, 1])) < 0.02, "nothing changes outside"


def test_a_change_is_followed_as_far_as_it_lies_in_what_the_decoder_can_do() -> None:
    x_DP = torch.tensor([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0]], dtype=torch.float64)
    for true, share in (([3.0, 3.0, 1.0, 0.0], 1.0), ([1.0, -1.0, 0.0, 0.0], 0.0), ([0.0, 0.0, 1.0, 1.0], 0.5)):
        assert followed(x_DP, torch.tensor(true, dtype=torch.float64)) == pytest.approx(share, abs=1e-9)


def test_a_head_s_own_step_moves_the_attribute_and_spills_less_than_a_random_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faces = open_model_file(str(bundled_model("faces")), torch.device("cpu"))
    random_D = torch.randn(64, generator=torch.Generator().manual_seed(0))
    monkeypatch.setattr(measured, "moves_of", lambda opened: {"smile": random_D, "glasses": random_D})
    found = finished(limits(faces, store_of_faces(), 3))  # type: ignore[arg-type]
    assert set(found) == {"smile"}, "what is there or not has no derivative"
    smile = found["smile"]
    assert 0.4 < smile.hit.value < 1.8
    assert 0.0 < smile.followed.value < 0.6
    assert smile.outside.value < smile.slider_outside.value


def test_pictures_that_cannot_be_drawn_again_have_no_limits() -> None:
    with pytest.raises(BadConfig, match="only rendered faces"):
        finished(limits(opened_of(Columns()), face_store()))
