"""A classifier for anybody's labelled pictures: trained once, kept by the data, refused where it learns nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import engine.datasets.catalogue as catalogue
from engine.commands.console import main
from engine.datasets.store import Split, Store
from engine.disk.runs import RunFolder
from engine.evaluation import own_classifier as own
from engine.evaluation.own_classifier import own_classifier, readers_for
from engine.evaluation.reading import classes_of, real
from engine.evaluation.samples import sampled
from engine.evaluation.scores import available, evaluate
from engine.families.judges.judge import GlyphJudge
from engine.machine.work import Work, finished
from engine.metrics.scores import inception_score
from engine.opened.model import open_model_file
from engine.protocol.answers import Evaluating, Event
from tests.engine.evaluation.several_models import CPU, picture_folder, small_run
from tests.engine.small import bars


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "STEPS", (150, 150))
    monkeypatch.setattr(own, "_at_hand", {})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return picture_folder(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def data(home: Path, folder: Path) -> Store:
    return finished(catalogue.open_data(str(folder), home=home, size=8))


@pytest.fixture(scope="module")
def run(home: Path, folder: Path) -> Path:
    return small_run(home / "runs" / "one", "vae", str(folder))


def test_it_is_trained_with_progress_and_tells_the_classes_apart(data: Store, tmp_path: Path) -> None:
    told: list[Event] = []
    judge, why = finished(own_classifier(data, tmp_path), told.append)
    assert why == ""
    assert judge is not None
    steps = [event for event in told if isinstance(event, Evaluating)]
    assert [(event.done, event.of) for event in steps] == [(k, 150) for k in range(1, 151)]
    test = data.subset(Split.TEST)
    assert test.labels is not None
    right = classes_of(judge, real(test, len(test))).argmax(1) == test.labels
    assert float(right.float().mean()) > 0.9


def test_it_is_trained_once_and_a_spoiled_file_is_trained_anew(
    data: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = finished(own_classifier(data, tmp_path))
    assert first is not None
    [file] = (tmp_path / "cache" / "judges").iterdir()

    def never(*_what: object) -> Work[GlyphJudge]:
        raise AssertionError("trained again")
        yield None

    with monkeypatch.context() as patch:
        patch.setattr(own, "_trained", never)
        assert finished(own_classifier(data, tmp_path))[0] is first
        own._at_hand.clear()
        again, _ = finished(own_classifier(data, tmp_path))
    assert again is not None
    x_BCHW = next(real(data, 10))
    with torch.no_grad():
        assert torch.equal(first.classify(x_BCHW), again.classify(x_BCHW))
    own._at_hand.clear()
    file.write_bytes(b"spoiled")
    healed, _ = finished(own_classifier(data, tmp_path))
    assert healed is not None


def test_scores_of_a_strangers_folder_are_those_of_its_own_classifier(data: Store, home: Path, run: Path) -> None:
    opened = open_model_file(str(RunFolder(run).model), CPU)
    assert available(opened, data)["inception_score"], "no bundled classifier knows left from right"
    readers = finished(readers_for(data, home))
    assert not available(opened, data, readers)["inception_score"]
    assert not available(opened, data, readers)["fid"]
    scores = finished(evaluate(opened, data, ("inception_score", "class_kl", "fid"), 20, readers=readers))
    assert readers.glyph is not None
    pictures = [x for x in sampled(opened, 20) if x is not None]
    direct = inception_score(classes_of(readers.glyph, iter(pictures)))
    assert scores["inception_score"].measured.value == pytest.approx(direct.value)
    assert scores["inception_score"].real is not None
    assert 1.4 < scores["inception_score"].real <= 2.01, "real pictures: two classes, surely told"


def test_none_is_trained_for_what_needs_none(data: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "own_classifier", lambda *_what: pytest.fail("trained"))
    assert finished(readers_for(data, tmp_path, ("sharpness", "likelihood"))).glyph is None
    assert finished(readers_for(data, None)).glyph is None, "nowhere to keep it: the callers of old"


def test_where_none_can_be_trained_the_reason_is_said(data: Store, tmp_path: Path) -> None:
    assert own.why_none(replace(data, labels=None, classes=())) == "the pictures have no classes"
    assert data.labels is not None
    lonely = torch.where(torch.arange(len(data)) < 3, 1, 0)
    words = own.why_none(replace(data, labels=lonely))
    assert words == "there are only 3 pictures of “right” to learn from, and 10 are needed"
    noise = replace(
        bars(300),
        labels=torch.randint(0, 2, (300,), generator=torch.Generator().manual_seed(1)),
        split=torch.tensor([0] * 200 + [1] * 20 + [2] * 80, dtype=torch.uint8),
        sha256="noise",
    )
    judge, why = finished(own_classifier(noise, tmp_path))
    assert judge is None
    assert why.startswith("a classifier trained on these pictures recognises only ")


def test_the_command_line_measures_a_strangers_folder_too(
    folder: Path, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", run, "--data", folder, "--n", 20, "--metrics", "inception_score,fid", "--json", "--quiet"]
    assert main([*map(str, words), "--home", str(tmp_path)]) == 0
    content = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(content["result"]["metrics"]) == {"inception_score", "fid"}
