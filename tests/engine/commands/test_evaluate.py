"""evaluate: scores with their error, classes by a classifier, judges against labels, cards inside model files."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from engine.datasets.catalogue import open_data
from engine.datasets.formats.attribute_files import write_attributes
from engine.datasets.store import Split, Store, continuous
from engine.evaluation.several import measure_several
from engine.machine.work import finished
from engine.opened.checkpoints import load_model
from engine.protocol.answers import Event, Finished
from engine.protocol.scoring import ModelScored
from engine.training.loop import Job, train
from tests.engine.commands.conftest import Command, trained

READER = {"size": 8, "channels": 1, "width": 8, "depth": 0, "batch": 16, "steps": 60, "rate": 0.01, "ema": 0.5}


def shades(count: int = 200) -> Store:
    """Pictures of one level each and a little noise, dark or light: plain even to a judge of a few seconds."""
    generator = torch.Generator().manual_seed(6)
    level = torch.randint(20, 220, (count,), generator=generator)
    noise = torch.randint(0, 12, (count, 1, 8, 8), generator=generator)
    split = torch.zeros(count, dtype=torch.uint8)
    split[-40:] = int(Split.VALIDATION)
    return Store(
        name="shades",
        label="Shades",
        pictures=(level[:, None, None, None] + noise).to(torch.uint8),
        attributes={"level": level.float()},
        visible={"level": torch.ones(count, dtype=torch.bool)},
        kinds={"level": continuous("Level", 0.0, 255.0, "dark", "light")},
        labels=(level >= 120).long(),
        classes=("dark", "light"),
        split=split,
        sha256="shades",
    )


def trained_judge(family: str, run: Path) -> Path:
    job = Job(run=run, name=family, family=family, values=dict(READER), data="shades")
    *_, end = train(job, shades(), device=torch.device("cpu"))
    assert isinstance(end, Finished)
    return Path(end.path)


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained_judge("classifier", tmp_path_factory.mktemp("classifier") / "run")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that bundles no model."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setattr("engine.disk.bundled.MODELS", folder)
    return folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shades as people have them: two folders, and a table with the level of each."""
    store, folder = shades(), tmp_path_factory.mktemp("shades")
    assert store.labels is not None
    names = [f"{store.classes[label]}/{number:03d}.png" for number, label in enumerate(store.labels.tolist())]
    for name, picture in zip(names, store.pictures.numpy(), strict=True):
        (folder / name).parent.mkdir(exist_ok=True)
        Pillow.fromarray(np.ascontiguousarray(picture[0])).save(folder / name)
    write_attributes(folder, names, {"level": store.attributes["level"].numpy()}, store.kinds)
    return folder


def test_classes_are_scored_by_a_bundled_classifier_and_without_one_by_one_of_their_own(
    zscape: Command, model: Path, folder: Path, shelf: Path, classifier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.evaluation.own_classifier.STEPS", (150, 150))
    before = zscape("evaluate", model, "--data", folder, "--n", 16).result["metrics"]
    assert before["inception_score"]["real"] > 1.3, "one was trained on the folder"
    shutil.copy(classifier, shelf / "classifier.safetensors")
    metrics = zscape("evaluate", model, "--data", folder, "--n", 16).result["metrics"]
    assert 1.0 <= metrics["inception_score"]["value"] <= 2.0
    assert metrics["inception_score"]["real"] > 1.3, "dark and light are plain to the classifier"
    assert 0.0 <= metrics["diversity_score"]["value"] <= 1.0
    assert metrics["share.dark"]["value"] + metrics["share.light"]["value"] == pytest.approx(1.0)
    assert metrics["fid"]["value"] >= 0.0


def test_a_classifier_of_other_things_is_no_judge(
    zscape: Command,
    model: Path,
    folder: Path,
    shelf: Path,
    classifier: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.evaluation.own_classifier.STEPS", (150, 150))
    shutil.copy(classifier, shelf / "classifier.safetensors")
    other = tmp_path / "other"
    for name in ("night", "day"):
        shutil.copytree(folder / "dark", other / name)
    why = zscape("evaluate", model, "--data", other, "--n", 8).result["unavailable"]["inception_score"]
    assert "a classifier trained on these pictures recognises only" in why, "both folders hold the same"
    swapped = tmp_path / "swapped"
    shutil.copytree(folder / "dark", swapped / "light")
    shutil.copytree(folder / "light", swapped / "dark")
    metrics = zscape("evaluate", model, "--data", swapped, "--n", 8).result["metrics"]
    assert metrics["inception_score"]["real"] > 1.3, "the bundled one takes dark for light; their own does not"


def test_a_judge_is_measured_against_labels(
    zscape: Command, tmp_path: Path, classifier: Path, pictures: Path, folder: Path
) -> None:
    judge = trained_judge("judge", tmp_path / "judge")
    answer = zscape("evaluate", judge, "--data", folder)
    assert answer.code == 0
    assert answer.result["metrics"]["r2.level"]["value"] > 0.5
    assert zscape("evaluate", judge, "--data", pictures).error["code"] == "no-attributes"
    assert zscape("evaluate", judge, "--data", pictures, "--arithmetic").error["code"] == "usage"
    metrics = zscape("evaluate", classifier, "--data", folder).result["metrics"]
    assert metrics["accuracy.class"]["value"] > 0.9
    assert metrics["calibration.class"]["value"] < 0.2


def test_a_card_keeps_the_fingerprint_and_the_old_file_until_the_end(
    zscape: Command, model: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine.safetensors"
    shutil.copy(model, mine)
    before = load_model(mine)
    monkeypatch.setattr("sys.argv", ["main.py", "evaluate", str(mine), "--card"])
    words = ["evaluate", mine, "--data", pictures, "--n", 16, "--metrics", "none"]
    assert zscape(*words, "--name", "Bars").error["code"] == "usage"
    assert zscape(*words, "--first-sheet", 4).error["code"] == "usage"
    answer = zscape(*words, "--card", "--name", "Bars", "--first-seed", 7)
    assert answer.code == 0
    assert answer.result["card"] == str(mine)
    after = load_model(mine)
    assert after.fingerprint == before.fingerprint == answer.result["fingerprint"]
    assert after.name == "Bars"
    assert after.card["measured_by"] == "zscape evaluate mine.safetensors --card"
    assert after.card["metrics"] == {}
    assert after.card["first_seed"] == 7
    assert after.card["steps"] == before.card["steps"]
    assert len(after.card["date"]) == len("2026-01-31")

    content = mine.read_bytes()

    def full(moment: str, path: str) -> None:
        if moment == "write":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.disk.files.write_moment", full)
    failed = zscape(*words, "--card")
    assert (failed.code, failed.error["code"]) == (2, "disk-full")
    assert mine.read_bytes() == content


def test_measured_scores_reach_the_card(
    zscape: Command, model: Path, folder: Path, tmp_path: Path, shelf: Path, classifier: Path
) -> None:
    shutil.copy(classifier, shelf / "classifier.safetensors")
    mine = tmp_path / "mine.safetensors"
    shutil.copy(model, mine)
    answer = zscape("evaluate", mine, "--data", folder, "--n", 16, "--metrics", "inception_score", "--card")
    card = load_model(mine).card
    assert card["metrics"] == answer.result["metrics"]
    assert card["metrics"]["inception_score"]["n"] > 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--metrics", "beauty"], "unknown-metric", "beauty"),
        (["--metrics", "fid,"], "unknown-metric", "“”"),
        (["--metrics", "attributes"], "no-metric", "attributes"),
        (["--metrics", "none", "--arithmetic"], "no-judge", "cannot be judged"),
        (["--n", "1"], "usage", "--n"),
    ],
)
def test_what_cannot_be_measured_says_why(
    zscape: Command, model: Path, pictures: Path, words: list[str], code: str, says: str
) -> None:
    answer = zscape("evaluate", model, "--data", pictures, *words)
    assert (answer.code, answer.error["code"]) == (2, code)
    assert says in answer.error["message"]


def test_pixels_cannot_be_added(zscape: Command, pictures: Path, tmp_path: Path) -> None:
    model = trained("pixelcnn", tmp_path / "run")
    answer = zscape("evaluate", model, "--data", pictures, "--metrics", "none", "--arithmetic")
    assert (answer.code, answer.error["code"]) == (2, "no-points")


def test_data_is_that_of_the_model_unless_asked(zscape: Command, model: Path, tmp_path: Path) -> None:
    answer = zscape("evaluate", model)
    assert answer.code == 2
    assert "bars" in answer.error["message"], "the model learned from bars, which are no set with a name"


def test_exemplars_are_found_by_their_attributes(zscape: Command, model: Path, folder: Path, tmp_path: Path) -> None:
    def point(*words: str) -> list[float]:
        answer = zscape("arithmetic", model, *words, "--data", folder, "--out", tmp_path / "x.png")
        assert answer.code == 0, answer.err
        found: list[float] = answer.result["recipe"]["point"]
        return found

    dark, light = point("--plus", "level=40"), point("--plus", "level=200")
    assert dark != pytest.approx(light, abs=1e-3)
    assert point("--plus", "level=40", "--minus", "level=40", "--plus", "level=200") == pytest.approx(light, abs=1e-4)
    no_step = point("--plus", "level=40", "--minus", "level=40", "--plus", "level=200", "--strength", "0")
    assert no_step == pytest.approx(dark, abs=1e-4)


def test_samples_stand_beside_the_training_pictures_nearest_to_them(
    zscape: Command, model: Path, folder: Path, tmp_path: Path
) -> None:
    words = ("evaluate", model, "--data", folder, "--neighbours", tmp_path / "beside", "--near", "pixels", "--n", 30)
    answer = zscape(*words)
    assert answer.code == 0, answer.err
    told = answer.result["neighbours"]
    assert answer.result["metrics"] == {}, "nothing else was asked for"
    with Path(told["files"]["csv"]).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sorted(int(row["seed"]) for row in rows) == list(range(30))
    zscape("sample", model, "--n", 30, "--seed", 0, "--out", tmp_path / "drawn")
    drawn = [np.asarray(Pillow.open(path).convert("L"), float) for path in sorted((tmp_path / "drawn").glob("*0*.png"))]
    train = finished(open_data(str(folder), home=tmp_path / "home", size=8)).subset(Split.TRAIN)
    learned = train.pictures[:, 0].double().numpy()
    distances = [float(row["distance"]) for row in rows]
    assert distances == sorted(distances)
    for row, distance in zip(rows, distances, strict=True):
        errors = np.sqrt(((learned - drawn[int(row["seed"])]) ** 2).mean((1, 2))) / 255.0
        assert distance == pytest.approx(errors.min(), abs=2e-3)
        assert errors[int(row["training_picture"])] == pytest.approx(errors.min(), abs=2e-3)
    with Pillow.open(told["files"]["pictures"]) as sheet:
        levels = np.unique(np.asarray(sheet.convert("L")))
    assert len(levels) > 30, "pictures, and not an empty sheet"


def never(*_anything: object, **_more: object) -> NoReturn:
    raise AssertionError("it was measured")


def test_what_was_measured_is_told_again_to_the_command_line_and_to_the_window(
    zscape: Command, model: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["evaluate", model, "--data", pictures, "--n", 16, "--metrics", "sharpness,copies"]
    first = zscape(*words).result
    assert first["before"] == []
    monkeypatch.setattr("engine.evaluation.several.evaluate", never)
    again = zscape(*words).result
    assert again["before"] == ["sharpness", "copies"]
    assert again["metrics"] == first["metrics"]
    assert zscape(*words, "--anew").code == 1, "it was to be measured again"
    assert zscape(*words[:-1], "sharpness,spectrum").code == 1, "one of them is not known yet"
    assert zscape(*words[:-1], "sharpness,fid").error["code"] == "no-metric"
    home = tmp_path / "home"
    work = measure_several(
        (str(model),), str(pictures), 16, ("sharpness", "copies"), home=home, device=torch.device("cpu")
    )
    events: list[Event] = []
    finished(work, events.append)
    (scored,) = (event for event in events if isinstance(event, ModelScored))
    assert {score.name: float(f"{score.value:.6g}") for score in scored.scores} == {
        name: each["value"] for name, each in first["metrics"].items()
    }


def test_what_the_window_measured_the_command_line_tells(
    zscape: Command, model: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    finished(measure_several((str(model),), str(pictures), 12, ("sharpness",), home=home, device=torch.device("cpu")))
    monkeypatch.setattr("engine.evaluation.several.evaluate", never)
    answer = zscape("evaluate", model, "--data", pictures, "--n", 12, "--metrics", "sharpness")
    assert answer.result["before"] == ["sharpness"]


def test_a_bound_of_other_points_than_usual_is_neither_kept_nor_told_from_before(
    zscape: Command, model: Path, pictures: Path
) -> None:
    words = ["evaluate", model, "--data", pictures, "--n", 4, "--metrics", "iwae"]
    few = zscape(*words, "--points", 1).result["metrics"]["iwae"]["value"]
    assert zscape(*words, "--points", 1).result["before"] == []
    usual = zscape(*words).result
    assert usual["before"] == []
    assert usual["metrics"]["iwae"]["value"] != few
    assert zscape(*words).result["before"] == ["iwae"]
    assert zscape(*words, "--points", 1).result["metrics"]["iwae"]["value"] == few
