"""Every command, given the wrong file of every kind it takes: exit code 2, one line that names it, nothing made."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from engine.commands.console import main
from engine.disk.recipes import Memory
from engine.opened.export import png_bytes
from engine.protocol.values import Recipe
from tests.engine.commands.conftest import Answer, Command

OUT = "made"

MODEL_COMMANDS: dict[str, list[str]] = {
    "sample": ["--n", "1", "--out", OUT],
    "interpolate": ["--from", "1", "--to", "2", "--frames", "2", "--out", OUT],
    "arithmetic": ["--plus", "a.png", "--out", OUT],
    "encode": ["a.png", "--out", OUT],
    "complete": ["a.png", "--mask", "lower", "--out", OUT],
    "likelihood": ["a.png"],
    "evaluate": ["--data", "somewhere", "--card"],
    "export": ["--grid", "2x2", "--out", OUT],
}
BAD_MODELS: dict[str, Callable[[Path], object]] = {
    "nothing": lambda path: path.write_bytes(b""),
    "seven bytes": lambda path: path.write_bytes(b"1234567"),
    "a page": lambda path: path.write_text("<!DOCTYPE html><html></html>"),
    "a pointer": lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\n"),
    "a pickle": lambda path: path.write_bytes(b"\x80\x04cos\nsystem\n(S'touch escaped'\ntR."),
    "noise": lambda path: path.write_bytes(np.random.default_rng(0).bytes(4096)),
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
    "a loop": lambda path: path.symlink_to(path),
}
PICTURE_COMMANDS: dict[str, list[str]] = {
    "encode": ["encode", "{model}", "{picture}", "--out", OUT],
    "likelihood": ["likelihood", "{model}", "{picture}"],
    "interpolate": ["interpolate", "{model}", "--from", "{picture}", "--to", "2", "--frames", "2", "--out", OUT],
    "arithmetic": ["arithmetic", "{model}", "--plus", "{picture}", "--out", OUT],
    "recipe": ["recipe", "{picture}"],
    "render": ["render", "{picture}", "--model", "{model}", "--out", OUT],
    "export": ["export", "{model}", "--path", "{picture}", "--out", f"{OUT}.gif"],
}
BAD_PICTURES: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "nothing": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("hello"),
    "cut": lambda path: path.write_bytes(png_bytes(np.zeros((64, 64, 3), np.uint8))[:50]),
    "postscript": lambda path: path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage\n"),
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
}
BAD_DATA: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "an empty folder": lambda path: path.mkdir(),
    "nothing": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("hello"),
    "one picture": lambda path: path.write_bytes(png_bytes(np.zeros((16, 16, 3), np.uint8))),
    "a pickle": lambda path: path.write_bytes(b"\x80\x04cos\nsystem\n(S'touch escaped'\ntR."),
    "cut numbers": lambda path: path.write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr': '|u1'"),
    "a pipe": lambda path: os.mkfifo(path),
}


@pytest.fixture(autouse=True)
def somewhere_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(answer: Answer, named: str) -> None:
    """Exit code 2 and one line that names the file, and nothing was made."""
    assert answer.code == 2, answer.frame
    assert answer.err == f"zscape: {answer.error['message']}\n"
    assert named in answer.error["message"]
    assert answer.error["message"].endswith(".")
    assert not [path for path in Path().iterdir() if path.name.startswith((OUT, "escaped"))]


@pytest.mark.parametrize("kind", BAD_MODELS)
@pytest.mark.parametrize("command", MODEL_COMMANDS)
def test_a_bad_model(zscape: Command, command: str, kind: str) -> None:
    path = Path("stranger.safetensors")
    BAD_MODELS[kind](path)
    refused(zscape(command, path, *MODEL_COMMANDS[command]), path.name)


@pytest.mark.parametrize("kind", BAD_PICTURES)
@pytest.mark.parametrize("command", PICTURE_COMMANDS)
def test_a_bad_picture(zscape: Command, model: Path, command: str, kind: str) -> None:
    path = Path("stranger.png")
    BAD_PICTURES[kind](path)
    refused(zscape(*(word.format(model=model, picture=path) for word in PICTURE_COMMANDS[command])), path.name)


@pytest.mark.parametrize("kind", BAD_DATA)
@pytest.mark.parametrize("command", ["train", "evaluate", "import", "arithmetic"])
def test_bad_data(zscape: Command, model: Path, command: str, kind: str) -> None:
    path = Path("stranger")
    BAD_DATA[kind](path)
    words = {
        "train": ["train", "vae", "--data", path, "--out", OUT],
        "evaluate": ["evaluate", model, "--data", path],
        "import": ["data", "import", path, "--out", OUT],
        "arithmetic": ["arithmetic", model, "--plus", "smile=1", "--data", path, "--out", OUT],
    }
    refused(zscape(*words[command]), path.name)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (["rate=0"], "rate"), (["rate=-1"], "rate"), (["rate=1e10"], "rate"), (["rate=inf"], "rate"),
        (["batch=0"], "batch"), (["batch=1"], "batch"), (["batch=4000"], "4000"), (["size=0"], "size"),
        (["size=17"], "size"), (["size=8192"], "size"), (["latent=0"], "latent"), (["latent=1000000"], "latent"),
        (["seed=-1"], "seed"), (["seed=18446744073709551616"], "seed"), (["steps=0"], "steps"),
        (["channels=2"], "channels"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work(zscape: Command, pictures: Path, settings: list[str], says: str) -> None:
    words = [word for setting in settings for word in ("--set", setting)]
    refused(zscape("train", "vae", "--data", pictures, "--out", OUT, *words), says)


@pytest.mark.parametrize(
    ("query", "says"),
    [("place", "place"), ("smile=1", "smile"), ("smile=much", "smile"), ("=1", "“”"), (",", "No picture")],
)
def test_queries_that_mean_nothing(zscape: Command, model: Path, pictures: Path, query: str, says: str) -> None:
    refused(zscape("arithmetic", model, "--plus", query, "--data", pictures, "--out", OUT), says)


@pytest.mark.parametrize("strength", ["nan", "1e9", "much"])
def test_strengths_that_lead_nowhere(zscape: Command, model: Path, strength: str) -> None:
    refused(zscape("arithmetic", model, "--plus", "a.png", "--strength", strength, "--out", OUT), "--strength")


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "{",
        '{"model": 5}',
        '{"model": "x", "seed": 1e400}',
        '{"model": "x", "seed": 99999999999999999999999}',
    ],
)
def test_recipes_that_are_none(zscape: Command, model: Path, text: str) -> None:
    Path("r.json").write_text(text, encoding="utf-8")
    refused(zscape("render", "r.json", "--model", model, "--out", OUT), "r.json")


def test_pictures_of_another_model_are_told(zscape: Command, model: Path) -> None:
    memory = Memory(recipes=(Recipe(model="f" * 16, seed=1),))
    Path("other.png").write_bytes(png_bytes(np.zeros((8, 8, 3), np.uint8), memory))
    refused(zscape("render", "other.png", "--model", model, "--out", OUT), "other.png")
    refused(zscape("render", "other.png", "--out", OUT), "not here")


@pytest.mark.parametrize(
    "content",
    [
        {"stations": [1]}, {"stations": [1, 2], "mode": "zigzag"}, {"stations": [1, 2], "frames": 1},
        {"stations": [1, 2], "frames": 10**9}, {"stations": [1, {"model": "x"}]}, {"stations": [1, [2]]},
        {"stations": "1, 2"}, {"stations": [1, "missing.png"]},
    ],
)  # fmt: skip
def test_paths_that_lead_nowhere(zscape: Command, model: Path, content: dict[str, object]) -> None:
    Path("walk.json").write_text(json.dumps(content), encoding="utf-8")
    answer = zscape("export", model, "--path", "walk.json", "--out", f"{OUT}.gif")
    refused(answer, "missing.png" if "missing" in json.dumps(content) else "walk.json")


LONG_NAME = "n" * 300
LONG_PATH = "/".join(["n" * 100] * 60)


@pytest.mark.parametrize("path", [LONG_NAME, LONG_PATH], ids=["long name", "long path"])
@pytest.mark.parametrize(
    "words",
    [
        ["sample", "PATH", "--n", 1, "--out", OUT], ["sample", "MODEL", "--n", 1, "--out", "PATH"],
        ["interpolate", "MODEL", "--from", "PATH", "--to", 1, "--out", OUT],
        ["interpolate", "MODEL", "--from", 1, "--to", 2, "--frames", 2, "--out", "PATH"],
        ["encode", "MODEL", "PATH", "--out", OUT], ["recipe", "PATH"], ["render", "PATH", "--out", OUT],
        ["export", "MODEL", "--grid", "1x1", "--out", "PATH.png"], ["export", "MODEL", "--path", "PATH", "--out", OUT],
        ["evaluate", "PATH", "--data", "x"], ["data", "import", "PATH", "--out", OUT],
        ["data", "render", "faces", "--count", 1, "--size", 16, "--out", "PATH"],
        ["train", "vae", "--data", "bundled:digits", "--steps", 1, "--out", "PATH"],
    ],
    ids=lambda words: " ".join(map(str, words[:2])),
)  # fmt: skip
def test_paths_longer_than_the_system_allows(zscape: Command, model: Path, path: str, words: list[object]) -> None:
    asked = [str(word).replace("MODEL", str(model)).replace("PATH", path) for word in words]
    answer = zscape(*asked)
    assert answer.code == 2, answer.frame
    assert answer.err == f"zscape: {answer.error['message']}\n"
    assert "nnnn" in answer.error["message"]
    assert len(answer.error["message"]) < 400


@pytest.mark.parametrize("number", ["²", "9" * 5000, "٣", "--5", "1e3"])
def test_numbers_that_are_none(zscape: Command, model: Path, number: str) -> None:
    refused(zscape("export", model, "--grid", f"{number}x1", "--out", f"{OUT}.png"), "--grid")
    png_with_recipe = png_bytes(np.zeros((8, 8, 3), np.uint8), Memory(recipes=(Recipe(model="f" * 16, seed=1),)))
    Path("one.png").write_bytes(png_with_recipe)
    refused(zscape("recipe", "one.png", f"--cell={number},0"), "--cell")
    answer = zscape("interpolate", model, f"--from={number}", "--to", 2, "--frames", 2, "--out", OUT)
    assert (answer.code, answer.err.count("\n")) == (2, 1)  # no seed, so it must be a file, and there is none


def test_a_home_that_is_a_file_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("home-file").write_text("mine")
    assert main(["selftest", "--json", "--quiet", "--threads", "1", "--home", "home-file/below"]) == 1
    checks = json.loads(capsys.readouterr().out)["result"]["checks"]
    detail = next(check["detail"] for check in checks if check["name"] == "home")
    assert detail.endswith(".")
    assert "Errno" not in detail


def test_a_name_with_tricks_stays_one_line(zscape: Command) -> None:
    name = "a%s<b>\n😀.png"
    Path(name).write_text("no picture")
    answer = zscape("recipe", name)
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "😀" in answer.err


def test_a_file_stands_where_a_folder_is_wanted(zscape: Command, model: Path) -> None:
    Path("taken").write_text("mine")
    for words in (["sample", model, "--n", 1], ["interpolate", model, "--from", 1, "--to", 2]):
        answer = zscape(*words, "--out", "taken")
        assert (answer.code, answer.error["code"]) == (2, "not-a-folder")
    assert zscape("data", "render", "faces", "--out", "taken").error["code"] == "exists"
    assert zscape("data", "list", "--thumbnails", "taken").error["code"] == "not-a-folder"
    assert zscape("train", "vae", "--data", "bundled:digits", "--out", "taken").code == 2
    assert Path("taken").read_text() == "mine"


def test_what_cannot_be_written_is_told(zscape: Command, model: Path) -> None:
    Pillow.new("RGB", (8, 8)).save("a.png")
    Path("file").write_text("mine")
    for words in (
        ["export", model, "--grid", "1x1", "--out", "file/g.png"],
        ["arithmetic", model, "--plus", "a.png", "--out", "file/x.png"],
        ["encode", model, "a.png", "--out", "file/e.json"],
        ["sample", model, "--n", 1, "--out", "s", "--grid", "file/g.png"],
    ):
        answer = zscape(*words)
        assert answer.code == 2, words
        assert answer.error["code"] in ("bad-path", "not-a-file", "missing", "exists")
        assert answer.err.count("\n") == 1


@pytest.mark.parametrize("part", ["0/" + "9" * 5000, "2/2", "²/3", "1", "-1/2"])
def test_a_part_that_is_none_is_one_sentence(zscape: Command, part: str) -> None:
    refused(zscape("data", "pack", f"--part={part}", "--work", "work", "--out", OUT), "is not a part")
