"""The commands that draw: what they write, that it can be had again, and what bad input is told."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from engine.disk.directions import KeptDirection, read_direction, write_direction
from engine.disk.walk_files import write_walk
from engine.evaluation import learning
from engine.families import build
from engine.families.base import DataShape
from engine.opened.checkpoints import save_model
from engine.opened.export import read_png_memory
from engine.opened.model import open_model_file
from engine.protocol.directions import LearnedBy, Lesson
from engine.protocol.values import Recipe
from engine.protocol.walks import Keyframe, Walk, Way
from tests.engine.commands.conftest import Command, trained
from tests.engine.small import SMALL


def pixels(path: str | Path) -> np.ndarray:
    with Pillow.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def test_train_ends_with_its_last_event(zscape: Command, pictures: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    words = ["train", "vae", "--data", pictures, "--out", run, "--steps", 6, "--seed", 3]
    for setting in ("size=8", "channels=1", "width=4", "latent=3", "batch=8"):
        words += ["--set", setting]
    answer = zscape(*words)
    assert answer.code == 0
    assert answer.lines[0]["event"] == "started"
    progressed = [line for line in answer.lines if line["event"] == "progressed"]
    assert progressed
    assert {"step", "images", "images_per_s", "losses"} <= set(progressed[-1])
    last = answer.frame
    assert (last["event"], last["reason"], last["steps"], last["command"]) == ("finished", "completed", 6, "train")
    assert Path(last["model"]) == run / "model.safetensors"
    assert len(last["sha256_state"]) == 64
    assert json.loads((run / "run.json").read_text(encoding="utf-8"))["config"]["seed"] == 3
    again = zscape(*words)
    assert (again.code, again.error["code"]) == (2, "run-exists")


def test_sampling_is_repeatable_and_remembers(zscape: Command, model: Path, tmp_path: Path) -> None:
    one = zscape("sample", model, "--n", 5, "--out", tmp_path / "a", "--grid", tmp_path / "grid.png", "--seed", 9)
    two = zscape("sample", model, "--n", 5, "--out", tmp_path / "b", "--seed", 9)
    assert one.result["sha256_pixels"] == two.result["sha256_pixels"]
    assert len(one.result["files"]) == 5
    assert one.result["ms_per_image"] > 0
    third = zscape("recipe", one.result["files"][2])
    assert third.result["recipe"]["seed"] == 11
    cell = zscape("recipe", tmp_path / "grid.png", "--cell", "1,0")
    assert cell.result["recipe"]["seed"] == 9 + cell.result["columns"]
    assert zscape("recipe", tmp_path / "grid.png", "--cell", "9,9").code == 2
    assert zscape("recipe", tmp_path / "grid.png", "--cell", "x").code == 2


@pytest.mark.parametrize("cell", [None, "1,1"])
def test_a_grid_is_drawn_again_byte_for_byte(zscape: Command, model: Path, tmp_path: Path, cell: str | None) -> None:
    zscape("sample", model, "--n", 4, "--out", tmp_path / "a", "--grid", tmp_path / "grid.png")
    words = ["--cell", cell] if cell else []
    answer = zscape("render", tmp_path / "grid.png", "--out", tmp_path / "again.png", *words)
    assert answer.code == 0
    assert answer.result["equal"] is True
    if cell:
        assert (pixels(tmp_path / "again.png") == pixels(tmp_path / "a" / "sample-00003.png")).all()


def test_a_changed_picture_is_not_equal(zscape: Command, model: Path, tmp_path: Path) -> None:
    from engine.opened.export import png_bytes

    zscape("sample", model, "--n", 1, "--out", tmp_path)
    path = tmp_path / "sample-00000.png"
    memory, image = read_png_memory(path)
    changed = np.array(image)
    changed[0, 0, 0] ^= 1
    path.write_bytes(png_bytes(changed, memory))
    assert zscape("render", path, "--out", tmp_path / "x.png").result["equal"] is False


def test_a_recipe_is_drawn_by_text_and_by_file(zscape: Command, model: Path, tmp_path: Path) -> None:
    zscape("sample", model, "--n", 1, "--out", tmp_path)
    recipe = zscape("recipe", tmp_path / "sample-00000.png").result["recipe"]
    (tmp_path / "r.json").write_text(json.dumps({"recipe": recipe}), encoding="utf-8")
    by_file = zscape("render", tmp_path / "r.json", "--model", model, "--out", tmp_path / "f.png")
    by_text = zscape("render", json.dumps(recipe), "--model", model, "--out", tmp_path / "t.png")
    assert by_file.result["sha256_pixels"] == by_text.result["sha256_pixels"]
    assert by_file.result["equal"] is None
    assert (pixels(tmp_path / "f.png") == pixels(tmp_path / "sample-00000.png")).all()
    other = zscape("render", json.dumps({**recipe, "model": "0" * 16}), "--model", model, "--out", tmp_path / "o.png")
    assert (other.code, other.error["code"]) == (2, "wrong-model")


@pytest.mark.parametrize("mode", ["linear", "slerp", "spline", "even"])
def test_a_walk_begins_and_ends_where_it_was_told(zscape: Command, model: Path, tmp_path: Path, mode: str) -> None:
    zscape("sample", model, "--n", 3, "--out", tmp_path)
    answer = zscape(
        "interpolate", model, "--from", 0, "--to", 1, tmp_path / "sample-00002.png", "--frames", 7, "--mode", mode,
        "--out", tmp_path / mode,
    )  # fmt: skip
    files = answer.result["files"]
    assert len(files) == 7
    middle = () if mode == "even" else ((files[3], 1),)  # one speed is not at the second place at half time
    for file, original in ((files[0], 0), *middle, (files[6], 2)):
        difference = pixels(file).astype(int) - pixels(tmp_path / f"sample-{original:05d}.png")
        assert np.abs(difference).max() <= 1


def test_a_path_of_the_window_becomes_a_film_without_one(zscape: Command, model: Path, tmp_path: Path) -> None:
    sampled = zscape("sample", model, "--n", 1, "--out", tmp_path)
    fingerprint = zscape("recipe", sampled.result["files"][0]).result["recipe"]["model"]
    keyframes = tuple(Keyframe(recipe=Recipe(model=fingerprint, seed=seed), seconds=1.0) for seed in (1, 2, 3))
    write_walk(tmp_path / "w.json", Walk(keyframes=keyframes, way=Way.EVEN, closed=True), str(model))
    answer = zscape("path", tmp_path / "w.json", "--export", tmp_path / "loop.gif", "--fps", 10)
    assert (answer.result["pictures"], answer.result["seconds"], answer.result["way"]) == (30, 3.0, "even")
    remembered = zscape("recipe", tmp_path / "loop.gif").result
    assert remembered["path"]["closed"] is True
    assert remembered["cells"] == 3
    frames = zscape("path", tmp_path / "w.json", "--export", tmp_path / "frames", "--fps", 10)
    assert frames.result["files"] == len(list((tmp_path / "frames").glob("*.png"))) == 30
    again = zscape("path", tmp_path / "w.json", "--export", tmp_path / "frames", "--fps", 10)
    assert (again.code, again.error["code"]) == (2, "not-empty")
    assert zscape("export", model, "--path", tmp_path / "w.json", "--out", tmp_path / "x.webp").result["pictures"] == 90
    (tmp_path / "bad.json").write_text("[]")
    bad = zscape("path", tmp_path / "bad.json")
    assert (bad.code, bad.error["code"]) == (2, "bad-path-file")


def test_encoding_finds_a_point_that_draws(zscape: Command, model: Path, pictures: Path, tmp_path: Path) -> None:
    picture = next(iter(sorted(pictures.rglob("*.png"))))
    answer = zscape("encode", model, picture, "--out", tmp_path / "e.json")
    assert len(answer.result["point"]) == 3
    assert answer.result["distance"] >= 0
    assert 0 <= answer.result["percentile"] <= 100
    drawn = zscape("render", tmp_path / "e.json", "--model", model, "--out", tmp_path / "e.png")
    assert drawn.code == 0


def test_arithmetic_of_a_picture_with_itself_is_its_own_point(
    zscape: Command, model: Path, pictures: Path, tmp_path: Path
) -> None:
    a, b = sorted(pictures.rglob("*.png"))[:2]
    answer = zscape("arithmetic", model, "--plus", a, "--minus", a, "--plus", b, "--out", tmp_path / "x.png")
    assert answer.code == 0
    point = zscape("encode", model, b).result["point"]
    assert answer.result["recipe"]["point"] == pytest.approx(point, abs=1e-4)


def test_evaluation_says_how_sure_it_is(zscape: Command, model: Path, pictures: Path) -> None:
    answer = zscape("evaluate", model, "--data", pictures, "--n", 32)
    assert answer.code == 0
    assert answer.result["metrics"]
    for measured in answer.result["metrics"].values():
        assert {"value", "stderr", "n", "real"} <= set(measured)


@pytest.mark.parametrize("kind", ["gif", "webp", "apng", "mp4"])
def test_a_walk_becomes_an_animation(zscape: Command, model: Path, tmp_path: Path, kind: str) -> None:
    if kind == "mp4":
        pytest.importorskip("av")
    (tmp_path / "walk.json").write_text(json.dumps({"stations": [1, 2], "frames": 6}), encoding="utf-8")
    out = tmp_path / f"walk.{kind}"
    answer = zscape("export", model, "--path", tmp_path / "walk.json", "--out", out, "--scale", 4)
    assert answer.code == 0
    assert answer.result["pictures"] == 6
    if kind == "mp4":
        import av

        with av.open(str(out)) as container:
            assert sum(1 for _ in container.decode(video=0)) == 6
        return
    with Pillow.open(out) as picture:
        assert picture.size == (32, 32)
        assert getattr(picture, "n_frames", 1) >= 2


def test_a_grid_can_be_walked(zscape: Command, model: Path, tmp_path: Path) -> None:
    assert zscape("export", model, "--grid", "2x3", "--out", tmp_path / "g.png", "--scale", 2).code == 0
    assert pixels(tmp_path / "g.png").shape == (32, 48, 3)
    strip = zscape("export", model, "--path", tmp_path / "g.png", "--format", "png", "--out", tmp_path / "s.png")
    assert strip.result["pictures"] == 6
    assert pixels(tmp_path / "s.png").shape == (8, 48, 3)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--grid", "0x3", "--out", "g.png"], "usage"),
        (["--grid", "3", "--out", "g.png"], "usage"),
        (["--grid", "2x2", "--out", "g.gif"], "bad-format"),
        (["--grid", "2x2", "--out", "g.tiff"], "bad-format"),
        (["--path", "bad.json", "--out", "g.gif"], "bad-path-file"),
    ],
)
def test_bad_exports_are_told(
    zscape: Command, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.json").write_text('{"stations": [1]}', encoding="utf-8")
    answer = zscape("export", model, *words)
    assert (answer.code, answer.error["code"]) == (2, code)
    assert not Path(words[-1]).exists()


def test_families_without_points_say_so(zscape: Command, tmp_path: Path) -> None:
    model = trained("pixelcnn", tmp_path / "run")
    walk = zscape("interpolate", model, "--from", 1, "--to", 2, "--out", tmp_path / "w")
    assert (walk.code, walk.error["code"]) == (2, "no-points")
    drawn = zscape("sample", model, "--n", 2, "--out", tmp_path / "s", "--condition", "class=left")
    assert drawn.code == 0
    wrong = zscape("sample", model, "--n", 2, "--out", tmp_path / "s", "--condition", "class=up")
    assert (wrong.code, wrong.error["code"]) == (2, "unknown-condition")


def test_selftest_checks_the_installation(zscape: Command) -> None:
    answer = zscape("selftest")
    assert answer.code == 0, answer.err
    assert {"name", "ok", "detail"} <= set(answer.result["checks"][0])


def test_directions_are_learned_exported_and_refused_elsewhere(
    zscape: Command, model: Path, pictures: Path, tmp_path: Path
) -> None:
    listed = zscape("directions", model, "list").result["directions"]
    assert all(not one["own"] for one in listed)
    known = KeptDirection(model="0" * 64, model_name="other", label="Strange", move=(1.0, 0.0, 0.0))
    write_direction(tmp_path / "strange.json", known)
    refused = zscape("directions", model, "import", tmp_path / "strange.json")
    assert (refused.code, refused.error["code"]) == (2, "wrong-model")
    assert refused.error["message"] == "The direction “Strange” belongs to “other”, not to “vae”."
    taught = replace(known, lesson=Lesson(by=LearnedBy.AXES, start="", to="x"))
    write_direction(tmp_path / "taught.json", taught)
    assert read_direction(tmp_path / "taught.json").lesson is None, "an axis of another model says nothing here"
    taught = replace(known, lesson=Lesson(by=LearnedBy.TREND, to="level"))
    write_direction(tmp_path / "taught.json", taught)
    assert read_direction(tmp_path / "taught.json") == taught
    refused = zscape("directions", model, "import", tmp_path / "taught.json")
    assert refused.error["message"].endswith("not to “vae”; learn it here anew.")
    fingerprint = zscape("sample", model, "--n", 1, "--out", tmp_path / "s")
    recipe = zscape("recipe", fingerprint.result["files"][0]).result["recipe"]
    write_direction(tmp_path / "mine.json", replace(known, model=recipe["model"], label="Mine"))
    assert zscape("directions", model, "import", tmp_path / "mine.json").result["name"] == "own:Mine"
    assert zscape("directions", model, "list").result["directions"][-1]["own"]
    out = zscape("directions", model, "export", "Mine", "--out", tmp_path / "again.json")
    assert read_direction(out.result["file"]).move == known.move
    assert zscape("directions", model, "remove", "Mine").result == {"removed": "Mine"}
    assert (zscape("directions", model, "export", "Mine")).error["code"] == "unknown-direction"
    assert zscape("directions", model, "learn").code == 2


def test_directions_are_learned_in_every_way(zscape: Command, model: Path, pictures: Path, tmp_path: Path) -> None:
    """From the classes of a folder, from two pictures, from the points, and from the network."""
    first, last = (folder.name for folder in sorted(pictures.iterdir()))
    data = ["--data", pictures]
    for by in ("means", "plane", "trend"):
        found = zscape("directions", model, "learn", by, "--by", by, "--from", first, "--to", last, *data)
        assert found.code == 0, found.err
        assert -1.0 <= found.result["score"] <= 1.0
        kept = read_direction(found.result["file"])
        assert kept.lesson == Lesson(by=LearnedBy(by), start=first, to=last)
    one, other = (next((pictures / name).iterdir()) for name in (first, last))
    found = zscape("directions", model, "learn", "Pair", "--from", one, "--to", other, "--low", -1)
    kept = read_direction(found.result["file"])
    assert (kept.lesson, kept.low, kept.high) == (None, -1.0, 2.0)
    for by in ("axes", "layer"):
        assert zscape("directions", model, "learn", by, "--by", by, "--number", 2).code == 0
    listed = zscape("directions", model, "list").result["directions"]
    assert {one["label"] for one in listed if one["own"]} == {"means", "plane", "trend", "Pair", "axes", "layer"}
    assert zscape("directions", model, "learn", "x", "--by", "axes", "--number", 99).error["code"] == "usage"
    assert zscape("directions", model, "learn", "x", "--from", "blue", "--to", last, *data).error["code"] == (
        "unknown-words"
    )
    with pytest.MonkeyPatch.context() as patch:  # said before thousands of pictures are encoded, not afterwards
        patch.setattr(learning, "encoded_pool", None)
        same = zscape("directions", model, "learn", "x", "--from", last, "--to", last, *data)
    assert same.error["code"] == "no-difference"
    lesson = Lesson(by=LearnedBy.MEANS, start=first, to=last)
    write_direction(tmp_path / "far.json", replace(kept, model="0" * 64, label="Far", lesson=lesson))
    again = zscape("directions", model, "import", tmp_path / "far.json", "--anew", *data)
    assert again.result["label"] == "Far"
    assert read_direction(again.result["file"]).model != "0" * 64


def test_a_grid_crosses_what_changes_down_with_what_changes_across(
    zscape: Command, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "grid.png"
    answer = zscape("export", model, "--seed", 5, "--rows", "z0=-2:2:3", "--cols", "seed=5,6", "--out", out)
    assert answer.result["pictures"] == 6
    found = zscape("recipe", out, "--cell", "2,1").result
    assert (found["rows"], found["columns"]) == (3, 2)
    assert found["recipe"]["seed"] == 6
    assert found["recipe"]["raw"] == [[0, 2.0]]
    one = zscape("export", model, "--cols", "diversity=0:1:4", "--out", tmp_path / "row.png")
    assert one.result["pictures"] == 4
    for words, code in (
        (["--rows", "nothing=1:2:3"], "unknown-slider"),
        (["--rows", "z0=1:2"], "usage"),
        (["--rows", "z0"], "usage"),
        (["--rows", "z0=1:2:3", "--grid", "2x2"], "usage"),
        ([], "usage"),
        (["--cols", "z0=nan,1"], "usage"),
    ):
        assert zscape("export", model, *words, "--out", tmp_path / "x.png").error["code"] == code


def test_a_grid_of_models_and_of_a_run_as_it_learned(zscape: Command, model: Path, tmp_path: Path) -> None:
    """Each cell is byte for byte what its own model draws, and is found again by its fingerprint."""
    other, out = trained("dcgan", tmp_path / "other"), tmp_path / "models.png"
    words = ("--rows", f"models={model},{other}", "--cols", "seed=5,6", "--labels")
    assert zscape("export", model, *words, "--out", out).result["pictures"] == 4
    memory, pixels = read_png_memory(out)
    assert memory.layout is not None
    opened = [open_model_file(str(path), torch.device("cpu")) for path in (model, other)]
    assert [recipe.model for recipe in memory.recipes] == [o.fingerprint for o in opened for _ in range(2)]
    for number, recipe in enumerate(memory.recipes):
        box = memory.layout.cell(number)
        cell = pixels[box.y : box.y + box.height, box.x : box.x + box.width]
        assert np.array_equal(cell, opened[number // 2].picture(recipe))
    snapshots = other.parent / "snapshots"
    shutil.rmtree(snapshots, ignore_errors=True)
    snapshots.mkdir()
    for step, path in enumerate((model, other, model)):
        shutil.copy(path, snapshots / f"{step:08d}.safetensors")
    out = tmp_path / "run.png"
    words = ("--cols", f"snapshots={other.parent}:2", "--rows", "seed=1,2", "--out", out)
    assert zscape("export", model, *words).result["pictures"] == 4
    assert [recipe.model for recipe in read_png_memory(out)[0].recipes] == [opened[0].fingerprint] * 4, "first and last"
    for bad, code in (
        (("--rows", f"models={model},{other}", "--cols", "z0=0,1"), "usage"),
        (("--rows", f"models={model},glyphs"), "other-size"),
        (("--rows", "models="), "usage"),
        (("--rows", f"snapshots={tmp_path}"), "no-snapshots"),
    ):
        assert zscape("export", model, *bad, "--out", tmp_path / "x.png").error["code"] == code


def test_a_labelled_grid_keeps_each_cell_and_is_drawn_again_equal(zscape: Command, model: Path, tmp_path: Path) -> None:
    out, one, again = tmp_path / "grid.png", tmp_path / "one.png", tmp_path / "again.png"
    words = ("--labels", "--title", "Two things", "--gap", 3)
    answer = zscape("export", model, "--rows", "z0=-2:2:3", "--cols", "z1=0,1", *words, "--scale", 2, "--out", out)
    assert answer.result["pictures"] == 6
    assert zscape("render", out, "--model", model, "--out", again).result["equal"] is True
    assert again.read_bytes() == out.read_bytes()
    cell = zscape("render", out, "--cell", "2,1", "--model", model, "--out", one).result
    assert cell["equal"] is True
    assert zscape("recipe", one).result["recipe"]["raw"] == [[0, 2.0], [1, 1.0]]
    from_there = zscape("export", model, "--recipe", one, "--cols", "seed=4", "--out", tmp_path / "row.png")
    assert from_there.result["pictures"] == 1
    side = zscape("recipe", out).result
    assert (side["rows"], side["columns"], side["scale"]) == (3, 2, 2)
    for bad in (["--manifold", "5"], ["--rows", "path=none.json:4"], ["--rows", "z0=0,1", "--cell", "13"]):
        assert zscape("export", model, *bad, "--out", tmp_path / "x.png").code == 2


def test_two_latent_dimensions_are_a_sheet(zscape: Command, tmp_path: Path) -> None:
    path, out = tmp_path / "flat.safetensors", tmp_path / "sheet.png"
    save_model(path, build("vae", {**SMALL["vae"], "latent": 2}, DataShape()).eval(), name="flat")
    assert zscape("export", path, "--manifold", 3, "--labels", "--out", out).result["pictures"] == 9
    corner = dict(zscape("recipe", out, "--cell", "0,2").result["recipe"]["raw"])
    middle = dict(zscape("recipe", out, "--cell", "1,1").result["recipe"]["raw"])
    edge = NormalDist().inv_cdf(5 / 6)
    assert corner == pytest.approx({0: edge, 1: edge}, abs=1e-6), "to the right and upwards"
    assert middle == {0: 0.0, 1: 0.0}
