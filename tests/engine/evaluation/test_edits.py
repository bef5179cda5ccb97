"""Edits against heads drawn again: what is drawn, what is measured, and that sliders learned so are truer."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from engine.datasets.faces.factors import ATTRIBUTE_NAMES
from engine.disk.bundled import bundled_model
from engine.disk.files import BadConfig
from engine.evaluation import edits as measured
from engine.evaluation import truing
from engine.evaluation.edits import edits, why_no_truth
from engine.evaluation.heads import changed, outside, sampled_heads
from engine.evaluation.truing import mean_step, stretch, trued
from engine.machine.work import finished
from engine.opened.card_edits import told_edits
from engine.opened.model import OpenedModel, open_model_file
from tests.engine.evaluation.conftest import Columns, face_store, opened_of

SIZE = 64


def store_of_faces() -> SimpleNamespace:
    """What is known of faces, without their pictures."""
    generator = torch.Generator().manual_seed(0)
    values = {name: torch.rand(200, generator=generator) for name in ATTRIBUTE_NAMES}
    values["glasses"] = (values["glasses"] * 4).floor()
    store = SimpleNamespace(
        name="faces", attributes=values, visible={}, channels=3, judge="judge", reader="reader",
        labels=None, classes=(), kinds={}, size=SIZE,
    )  # fmt: skip
    store.subset = lambda split: store
    store.resizing = lambda size, channels: _itself(store)
    return store


def _itself(store: SimpleNamespace):  # type: ignore[no-untyped-def]
    yield None
    return store


def test_a_head_drawn_again_differs_in_one_attribute_and_where_it_shows() -> None:
    heads = finished(sampled_heads(4, 1, SIZE))
    after = finished(changed(heads, "glasses", 1.0, SIZE))
    assert set(after.wished_M.tolist()) <= {-1.0, 1.0}
    kept = outside(heads.x_NCHW[after.rows], after.x_MCHW)
    assert 0.3 < float(kept.float().mean()) < 0.95, "glasses are on the face, not everywhere"
    difference = (after.x_MCHW - heads.x_NCHW[after.rows]).abs().amax(1)
    assert float(difference[kept].max()) < 0.05
    smiles = finished(changed(heads, "smile", 0.5, SIZE))
    assert torch.allclose(smiles.wished_M.abs(), torch.tensor(0.5), atol=1e-6)


def test_what_cannot_be_seen_is_not_asked_of_a_head() -> None:
    heads = finished(sampled_heads(30, 1, 16))
    bald = torch.from_numpy(np.flatnonzero(heads.table.columns["bald"] > 0.5))
    after = finished(changed(heads, "hair_length", 0.2, 16))
    assert len(bald)
    assert not set(bald.tolist()) & set(after.rows.tolist())


@pytest.fixture(scope="module")
def faces() -> OpenedModel:
    return open_model_file(str(bundled_model("faces")), torch.device("cpu"))


def test_a_slider_that_does_nothing_hits_nothing_and_a_learned_one_does(
    faces: OpenedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of_faces()
    names = ("skin", "glasses")
    assert faces.explorables is not None
    monkeypatch.setattr(measured, "moves_of", lambda opened: dict.fromkeys(names, torch.zeros(64)))
    found = finished(edits(faces, store, 4))  # type: ignore[arg-type]
    assert {name: one.hit.value for name, one in found.items()} == {"skin": 0.0, "glasses": 0.0}
    assert found["skin"].spill is None, "skin is everywhere"
    monkeypatch.setattr(truing, "moves_of", lambda opened: dict.fromkeys(names))
    better = finished(trued(faces, store, 6))  # type: ignore[arg-type]
    places = {one.name: k for k, one in enumerate(better.directions)}
    untouched = [k for name, k in places.items() if name not in names]
    assert torch.equal(better.directions_MD[untouched], faces.explorables.directions_MD[untouched])
    moves = {name: better.directions_MD[places[name]] for name in names}
    monkeypatch.setattr(measured, "moves_of", lambda opened: moves)
    again = finished(edits(faces, store, 4))  # type: ignore[arg-type]
    assert 0.6 < again["skin"].hit.value < 1.4
    assert again["glasses"].hit.value > 0.5
    assert again["skin"].identity.value < found["skin"].identity.value


def test_without_truth_the_reason_is_told() -> None:
    opened = opened_of(Columns())
    assert "only rendered faces can" in why_no_truth(opened, face_store())
    with pytest.raises(BadConfig, match="only rendered faces"):
        finished(edits(opened, face_store()))


def test_the_mean_step_is_least_squares_through_zero() -> None:
    step = torch.tensor([2.0, -1.0, 0.0])
    wished = torch.tensor([1.0, -2.0, 0.5])
    assert torch.allclose(mean_step(wished[:, None] * step, wished), step)
    assert stretch(0.5) == pytest.approx(1.6)
    assert stretch(0.8) == pytest.approx(1.25)
    assert stretch(-3.0) == pytest.approx(1.6)


def test_a_card_that_says_nonsense_is_passed_over() -> None:
    good = {"hit": 0.9, "spill": None, "identity": 1.0}
    told = told_edits({"smile": good, "x": {"hit": "much"}, "y": 3, "z": {"hit": float("nan"), "identity": 1}})
    assert [(one.name, one.hit, one.spill, one.is_true) for one in told] == [("smile", 0.9, None, True)]
    assert told_edits(None) == told_edits("words") == ()
