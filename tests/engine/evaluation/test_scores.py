"""Scores say what they mean, and those that cannot be had say why."""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest
import torch

from engine.datasets.store import Split, Store, take_known
from engine.disk.files import BadConfig
from engine.evaluation.cards import portable
from engine.evaluation.judges import judge_scores
from engine.evaluation.reading import Readers, fitted, readers_of, real, seen, seen_once
from engine.evaluation.scores import METRICS, available, evaluate
from engine.machine.work import finished
from tests.engine.evaluation.conftest import COUNT, SIZE, Columns, ExactJudge, exact_judge, face_store, opened_of


def test_a_codec_without_loss_reads_like_the_pictures(judge: ExactJudge) -> None:
    opened = opened_of(Columns())
    scores = finished(evaluate(opened, face_store(), ("attributes", "fid_reconstruction"), 200))
    assert scores["r2.smile"].measured.value > 0.99
    assert scores["r2.smile"].real == pytest.approx(scores["r2.smile"].measured.value, abs=0.01)
    assert scores["accuracy.beard"].measured.value == 1.0
    fid = scores["fid_reconstruction"]
    assert fid.real, "a copy is no nearer to other pictures than its original"
    assert fid.measured.value == pytest.approx(fid.real, abs=0.05)
    assert {score.n for score in scores.values()} == {200}


def test_what_one_judge_saw_is_not_taken_for_what_another_sees_in_its_place() -> None:
    data, places = face_store(), set()
    for _ in range(8):
        readers = Readers(exact_judge(), None)
        places.add(id(readers.face))
        once = finished(seen_once(readers, data, 20, "Reading"))
        again = finished(seen(readers, real(data, 20), 20, "Reading"))
        assert torch.equal(once.features_NF, again.features_NF)
        del readers, once, again
        gc.collect()
    assert len(places) == 8, "a judge that is gone leaves its place to the next one"


def test_what_a_codec_loses_the_judge_does_not_find(judge: ExactJudge) -> None:
    opened = opened_of(Columns(lambda z: z * torch.tensor([0.0, 1.0, 1.0, -1.0])))
    scores = finished(evaluate(opened, face_store(), ("attributes",), 200))
    assert scores["r2.smile"].measured.value < 0.1
    assert scores["r2.age"].measured.value > 0.99
    assert scores["accuracy.beard"].measured.value == 0.0
    assert scores["accuracy.beard"].real == 1.0


def test_every_metric_is_had_or_says_why_not(judge: ExactJudge) -> None:
    reasons = available(opened_of(Columns()), face_store())
    assert tuple(reasons) == METRICS
    assert reasons["fid"] == reasons["attributes"] == ""
    assert reasons["inception_score"] == "the pictures have no classes"
    assert reasons["likelihood"] == "“columns” has no likelihood"
    with pytest.raises(BadConfig, match="the pictures have no classes"):
        finished(evaluate(opened_of(Columns()), face_store(), ("inception_score",), 100))
    with pytest.raises(BadConfig, match="is no metric"):
        finished(evaluate(opened_of(Columns()), face_store(), ("beauty",), 100))


def test_pictures_that_nobody_reads_are_told(judge: ExactJudge) -> None:
    store = replace(face_store(), attributes={}, visible={}, kinds={})
    readers = readers_of(store, 3)
    assert readers.any is None
    assert "none of the attributes" in readers.why_no_face
    assert "grey" in readers_of(face_store(), 1).why_no_face


def test_a_judge_is_measured_where_attributes_are_visible(judge: ExactJudge) -> None:
    store = face_store()
    hidden = torch.arange(COUNT) % 2 == 0
    store.attributes["smile"][hidden] = 9.0
    store.visible["smile"] = ~hidden
    scores = finished(judge_scores(judge, store, 10_000))
    assert scores["r2.smile"].measured.value > 0.99
    assert scores["r2.smile"].n == COUNT // 4
    assert scores["accuracy.beard"].measured.value == 1.0
    assert scores["calibration.beard"].measured.value < 0.01
    with pytest.raises(BadConfig, match="smile"):
        finished(judge_scores(judge, replace(store, attributes={}, visible={}, kinds={}), 100))


def ordered(store: Store, name: str) -> Store:
    """The same pictures in the order of one attribute, within each part: as a folder holds its classes."""
    rows = torch.argsort(store.split.double() * 100.0 + store.attributes[name].double(), stable=True)
    return replace(take_known(store, rows), pictures=store.pictures[rows])


def test_a_part_of_an_ordered_set_is_like_the_whole(judge: ExactJudge) -> None:
    """Without bearded people among the first pictures, nothing would be known of how their beards are read."""
    store = ordered(face_store(), "beard")
    test = store.subset(Split.TEST)
    seen = torch.cat(list(real(test, 100)))
    beards = exact_judge().read(seen)["beard"].argmax(1).double().mean()
    assert float(beards) == pytest.approx(float(test.attributes["beard"].mean()), abs=0.02)
    scores = finished(
        evaluate(opened_of(Columns(lambda z: z * torch.tensor([1.0, 1.0, 1.0, 0.0]))), store, ("attributes",), 100)
    )
    assert scores["accuracy.beard"].measured.value == 0.5
    assert scores["accuracy.beard"].real == 1.0
    assert scores["r2.smile"].measured.value > 0.99
    assert finished(judge_scores(judge, store, 100))["accuracy.beard"].measured.value == 1.0


def test_pictures_are_fitted_to_their_judge() -> None:
    judge = exact_judge()
    assert fitted(judge, torch.zeros(2, 1, 16, 16)).shape == (2, 3, SIZE, SIZE)
    assert fitted(judge, torch.zeros(2, 3, 4, 4)).shape == (2, 3, SIZE, SIZE)


def test_commands_in_cards_work_elsewhere() -> None:
    assert portable("zscape train vae --out /home/me/runs/mine --steps 5") == "zscape train vae --out mine --steps 5"
    with_home = "zscape --json evaluate judge --home '/tmp/a b' --threads 1 --name 'Judge of faces'"
    assert portable(with_home) == "zscape evaluate judge --name 'Judge of faces'"


def test_copies_stand_beside_those_of_as_many_principal_components(judge: ExactJudge) -> None:
    """A codec without loss copies nearer; the components are the singular vectors of training pictures."""
    store = face_store()
    scores = finished(evaluate(opened_of(Columns()), store, ("copies",), 100))
    assert scores["copies"].measured.value < 0.01
    train, test = (torch.cat(list(real(store.subset(part), 100_000))) for part in (Split.TRAIN, Split.TEST))
    x_NP, mean_P = train.flatten(1).double(), train.flatten(1).double().mean(0)
    _, _, rows = torch.linalg.svd(x_NP - mean_P, full_matrices=False)
    away = test.flatten(1).double() - mean_P
    copy = (mean_P + away @ rows[:4].T @ rows[:4]).clamp(-1.0, 1.0)
    expected = float(((copy - test.flatten(1)).square().mean(1).sqrt() / 2.0).mean())
    n = scores["copies_components"].n
    assert scores["copies_components"].measured.value == pytest.approx(expected, rel=0.1, abs=1e-3), n
