"""Several models on the same pictures: told as each is done, and never measured twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import engine.datasets.catalogue as catalogue
from engine.disk.runs import RunFolder
from engine.evaluation import several
from engine.evaluation.kept import KeptScores, kept_key
from engine.evaluation.likelihoods import SLOW
from engine.evaluation.samples import Samples, sampled_images
from engine.evaluation.scores import METRICS as METRICS_THERE_ARE
from engine.evaluation.scores import available, evaluate
from engine.evaluation.several import measure_several
from engine.library.keeping import rename
from engine.machine.work import Work, finished
from engine.opened.listing import best_of, listed, mark_best
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.answers import Event
from engine.protocol.score_words import GROUPS, is_main, score_kind
from engine.protocol.scoring import AllMeasured, Measuring, ModelScored
from tests.engine.evaluation.several_models import CPU, picture_folder, small_run

METRICS = ("sharpness", "spectrum", "copies", "likelihood")
N = 12


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(picture_folder(tmp_path_factory.mktemp("pictures")))


@pytest.fixture(scope="module")
def vae(home: Path, data: str) -> Path:
    return small_run(home / "runs" / "one", "vae", data)


@pytest.fixture(scope="module")
def gan(home: Path, data: str) -> Path:
    return small_run(home / "runs" / "two", "dcgan", data)


def told(work: Work[None]) -> list[Event]:
    events: list[Event] = []
    finished(work, events.append)
    return events


def measured(sources: list[str], data: str, home: Path, **more: bool) -> list[Event]:
    return told(measure_several(sources, data, N, METRICS, home=home, device=CPU, **more))


def test_each_model_is_told_with_what_it_cannot_and_equals_a_direct_measurement(
    home: Path, data: str, vae: Path, gan: Path, tmp_path: Path
) -> None:
    *events, end = measured([str(vae), str(gan)], data, tmp_path)
    one, two = (event for event in events if isinstance(event, ModelScored))
    assert (one.source, two.source) == (str(vae), str(gan))
    assert end == AllMeasured(fresh=2)
    places = {(event.place, event.models) for event in events if isinstance(event, Measuring)}
    assert places == {(0, 2), (1, 2)}
    assert dict(two.unavailable) == {
        "copies": "“two” has no encoder",
        "likelihood": "“two” has no likelihood",
    }
    opened = open_model_file(str(RunFolder(vae).model), CPU)
    store = finished(catalogue.open_data(data, home=home, size=8))
    names = tuple(name for name in METRICS if not available(opened, store)[name])
    direct = finished(evaluate(opened, store, names, N))
    shown = {score.name: (score.value, score.stderr, score.real) for score in one.scores}
    assert shown == {
        name: (score.measured.value, pytest.approx(score.measured.stderr, nan_ok=True), score.real)
        for name, score in direct.items()
    }


def test_what_was_measured_is_told_again_without_opening_a_model(
    home: Path, data: str, vae: Path, gan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [event for event in measured([str(vae), str(gan)], data, home) if isinstance(event, ModelScored)]

    def never(*_anything: object) -> OpenedModel:
        raise AssertionError("a model was opened")

    monkeypatch.setattr(several, "open_model_file", never)
    *again, end = measured([str(vae), str(gan)], data, home)
    assert [repr(event) for event in again if isinstance(event, ModelScored)] == [repr(event) for event in first]
    assert end == AllMeasured(fresh=0)
    *asked, _ = measured([str(vae)], data, home, kept_only=True)
    assert [event.source for event in asked if isinstance(event, ModelScored)] == [str(vae)]


def test_who_stops_a_slow_metric_has_what_was_measured_before_it(data: str, vae: Path, tmp_path: Path) -> None:
    """Stop said that what is measured stays; after a minute of annealing the likelihood was lost too."""
    names = ("likelihood", "iwae", "log_likelihood")
    work = measure_several([str(vae)], data, N, names, home=tmp_path, device=CPU)
    early = []
    for event in work:
        if isinstance(event, ModelScored):
            early.append([score.name for score in event.scores])
        if isinstance(event, Measuring) and event.what.startswith("Annealing"):
            break
    work.close()
    quick = ["bits_per_dim", "nats", "likelihood_gap"]
    assert early == [quick, [*quick, "iwae"]]
    again = told(measure_several([str(vae)], data, N, names[:2], home=tmp_path, device=CPU, kept_only=True))
    assert [score.name for event in again if isinstance(event, ModelScored) for score in event.scores] == early[-1]


def test_with_other_pictures_or_another_count_nothing_is_known(home: Path, data: str, vae: Path) -> None:
    told_of = KeptScores(home)
    opened = open_model_file(str(RunFolder(vae).model), CPU)
    store = finished(catalogue.open_data(data, home=home, size=8))
    told_of.put(opened.fingerprint, kept_key(store.sha256, 7), {"likelihood": "none"})
    assert told_of.get(opened.fingerprint, kept_key(store.sha256, 7)) == {"likelihood": "none"}
    assert told_of.get(opened.fingerprint, kept_key(store.sha256, 8)) == {}
    assert told_of.get(opened.fingerprint, kept_key("another", 7)) == {}
    assert kept_key("", 7) == "", "pictures without a name of their own are measured each time"


@pytest.mark.parametrize("content", ["", "[]", '{"key": 3}', '{"key": {"fid": [{"name": "fid"}]}}', "{" * 9000])
def test_a_spoiled_file_of_scores_is_measured_again(content: str, tmp_path: Path) -> None:
    kept = KeptScores(tmp_path)
    (tmp_path / "scores").mkdir()
    (tmp_path / "scores" / f"{'0' * 16}.json").write_text(content)
    assert kept.get("0" * 16, "key") == {}
    kept.put("0" * 16, "key", {"fid": "no"})
    assert kept.get("0" * 16, "key") == {"fid": "no"}
    assert kept.get("../../etc", "key") == {}


def test_a_model_that_is_gone_says_so_and_the_next_one_is_measured(
    home: Path, data: str, vae: Path, tmp_path: Path
) -> None:
    *events, _ = measured([str(tmp_path / "gone.safetensors"), str(vae)], data, home)
    gone, here = (event for event in events if isinstance(event, ModelScored))
    assert gone.problem is not None
    assert "gone.safetensors" in gone.problem.sentence
    assert here.problem is None
    assert here.scores


def test_samples_are_drawn_once_also_when_nobody_wanted_the_rest(home: Path, vae: Path, tmp_path: Path) -> None:
    opened = open_model_file(str(RunFolder(vae).model), CPU)
    kept = Samples(tmp_path)
    work = sampled_images(opened, 80, kept)
    while next(work) is None:
        pass
    work.close()
    first = len(kept.read(opened))
    assert 0 < first < 80
    whole = finished(sampled_images(opened, 80, kept))
    assert len(whole) == len(kept.read(opened)) == 80
    assert all((image == other).all() for image, other in zip(whole, kept.read(opened), strict=True))


def test_models_are_listed_with_snapshots_clocks_and_the_best(home: Path, data: str, vae: Path, gan: Path) -> None:
    spoiled = home / "runs" / "spoiled"
    spoiled.mkdir(exist_ok=True)
    (spoiled / "run.json").write_text("{}")
    (spoiled / "model.safetensors").write_bytes(b"<html>")
    run = RunFolder(vae)
    snapshot = run.snapshots()[2]
    kept = mark_best(run, snapshot, {"score": "fid", "value": 3.5})
    models = finished(listed(home, ("/nowhere", str(kept))))
    by_source = {model.source: model for model in models}
    assert {"faces", "glyphs", str(vae), str(gan), str(snapshot), str(kept)} <= set(by_source)
    assert "judge" not in by_source
    assert not any("spoiled" in source for source in by_source)
    assert by_source[str(vae)].data == data
    assert by_source[str(snapshot)].run == str(vae)
    assert by_source[str(snapshot)].step == int(snapshot.stem)
    assert by_source[str(snapshot)].seconds > 0
    assert by_source[str(snapshot)].is_best
    assert not by_source[str(vae)].is_best
    assert best_of(run) == snapshot.name
    assert json.loads((vae / "best.json").read_text())["score"] == "fid"
    assert kept.read_bytes() == snapshot.read_bytes()
    steps = [model.step for model in models if model.run == str(vae)]
    assert steps == sorted(steps)


def test_what_was_renamed_is_listed_by_its_new_name(home: Path, data: str) -> None:
    run = small_run(home / "runs" / "named", "vae", data, name="first name")
    file = home / "elsewhere.safetensors"
    file.write_bytes((run / "model.safetensors").read_bytes())
    rename(str(run), "Hills in June", home)
    rename(str(file), "Hills, a copy", home)
    models = {model.source: model.name for model in finished(listed(home, (str(file),)))}
    assert (models[str(run)], models[str(file)]) == ("Hills in June", "Hills, a copy")


def test_a_run_that_still_learns_is_listed_by_its_newest_snapshot(home: Path, data: str) -> None:
    run = small_run(home / "runs" / "early", "vae", data, name="early one")
    (run / "model.safetensors").unlink()
    models = {model.source: model for model in finished(listed(home))}
    newest = RunFolder(run).snapshots()[-1]
    assert models[str(run)].name == "early one"
    assert models[str(run)].step == int(newest.stem)
    assert models[str(newest)].run == str(run)


def test_every_metric_stands_in_one_group_and_every_score_has_words() -> None:
    named = [metric for group in GROUPS for metric in group.metrics]
    assert sorted(named) == sorted(METRICS_THERE_ARE)
    for name in (*METRICS_THERE_ARE, "spectrum.2px", "share.seven", "accuracy.glasses", "r2.smile", "bits_per_dim"):
        kind = score_kind(name)
        assert kind.label
        assert kind.metric in METRICS_THERE_ARE
    for metric in SLOW:  # each is told in words, and beside annealing how far it can be trusted
        assert is_main(metric)
        assert score_kind(metric).help
    assert score_kind("annealing_gap").metric == "log_likelihood"
