"""data on the command line: answers as the contract says, refusals in one sentence."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.commands.console import main
from engine.datasets.cache import verify_store
from engine.datasets.faces.factors import ATTRIBUTE_NAMES, FaceTable
from engine.datasets.faces.render import RenderedFaces
from engine.datasets.synthetic.toy import TOYS

Maker = Callable[[int], Path]
Runner = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def zscape(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Runner:
    """Runs a command: exit code and envelope."""

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        code = main([*words, "--json", "--quiet", "--home", str(tmp_path / "home")])
        out = capfd.readouterr().out
        return code, json.loads(out.strip().splitlines()[-1])

    return run


def test_list_names_every_set(zscape: Runner) -> None:
    code, answer = zscape("data", "list")
    assert (code, answer["ok"]) == (0, True)
    names = {entry["name"] for entry in answer["result"]}
    assert {"faces", "faces-correlated", "glyphs", "digits", "fashion-mnist", "mnist5k"} <= names
    entries = {entry["name"]: entry for entry in answer["result"]}
    assert (entries["faces"]["kind"], entries["faces"]["dimensions"]) == ("pictures", 0)
    assert {name: entries[name]["dimensions"] for name in TOYS} == {name: toy.dimensions for name, toy in TOYS.items()}
    for name in TOYS:
        assert (entries[name]["kind"], entries[name]["images"]) == ("density", 0)


def test_import_answers_what_it_read_and_what_it_left_out(
    zscape: Runner, picture_folder: Maker, tmp_path: Path
) -> None:
    folder = picture_folder(15)
    (folder / "bad.jpg").write_text("x")
    code, answer = zscape("data", "import", str(folder), "--out", str(tmp_path / "d"), "--size", "16")
    result = answer["result"]
    assert code == 0
    assert (result["images"], result["size"], sum(result["splits"].values())) == (15, 16, 15)
    assert [skipped["path"] for skipped in result["skipped"]] == ["bad.jpg"]
    assert verify_store(tmp_path / "d").sha256 == result["sha256"]
    again = zscape("data", "import", str(folder), "--out", str(tmp_path / "d"), "--size", "16")[1]["result"]
    assert again["sha256"] == result["sha256"]


@pytest.mark.parametrize(
    "words",
    [
        ("missing",),
        ("bundled:missing",),
        ("bundled:ring",),
        ("{folder}", "--size", "4"),
        ("{folder}", "--size", "99999"),
    ],
)
def test_import_refuses_in_one_sentence(
    zscape: Runner, picture_folder: Maker, tmp_path: Path, words: tuple[str, ...]
) -> None:
    folder = str(picture_folder(2))
    code, answer = zscape(
        "data", "import", *(word.format(folder=folder) for word in words), "--out", str(tmp_path / "d")
    )
    assert code == 2
    assert "\n" not in answer["error"]["message"]
    assert not (tmp_path / "d").exists()


def test_import_never_replaces_what_is_not_its_own(zscape: Runner, picture_folder: Maker, tmp_path: Path) -> None:
    folder = picture_folder(2)
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("dear")
    for out in (precious, precious / "letter.txt", folder):
        code, answer = zscape("data", "import", str(folder), "--out", str(out))
        assert (code, answer["error"]["code"]) == (2, "exists")
    assert (precious / "letter.txt").read_text() == "dear"


def _draw_quickly(table: FaceTable, size: int) -> Iterator[RenderedFaces | None]:
    yield None
    images = np.full((len(table), size, size, 3), 7, dtype=np.uint8)
    images[:, 0, 0] = (table.columns["age"] * 200).astype(np.uint8)[:, None]
    yield RenderedFaces(images, np.ones((len(table), len(ATTRIBUTE_NAMES)), dtype=np.bool_))


def test_render_writes_pictures_with_their_attributes(
    zscape: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.datasets.making.faces.render_pieces", _draw_quickly)
    words = ("--count", "5", "--size", "16", "--set", "smile=1", "--set", "glasses=sun", "--out", str(tmp_path / "f"))
    code, answer = zscape("data", "render", "faces", *words)
    assert (code, answer["result"]["images"]) == (0, 5)
    with Image.open(tmp_path / "f" / "face-00003.png") as image:
        assert (image.size, image.getpixel((1, 1))) == ((16, 16), (7, 7, 7))
    lines = (tmp_path / "f" / "attributes.csv").read_text().splitlines()
    assert lines[0] == "file," + ",".join(ATTRIBUTE_NAMES)
    row = dict(zip(lines[0].split(","), lines[4].split(","), strict=True))
    assert (row["file"], row["smile"], row["glasses"]) == ("face-00003.png", "1", "3")
    kinds = json.loads((tmp_path / "f" / "attributes.json").read_text())
    assert kinds["glasses"]["names"] == ["none", "round", "square", "sun"]
    code, answer = zscape("data", "import", str(tmp_path / "f"), "--out", str(tmp_path / "d"), "--size", "16")
    assert answer["result"]["attributes"] == list(ATTRIBUTE_NAMES)


def test_rendering_that_is_stopped_keeps_what_was_drawn(
    zscape: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def draw(table: FaceTable, size: int) -> Iterator[RenderedFaces | None]:
        if len(drawn) == 2:
            signal.raise_signal(signal.SIGINT)
        drawn.append(table)
        yield from _draw_quickly(table, size)

    monkeypatch.setattr("engine.datasets.making.faces.render_pieces", draw)
    code, answer = zscape("data", "render", "faces", "--count", "50", "--size", "64", "--out", str(tmp_path / "f"))
    assert (code, answer["result"]["images"], answer["result"]["reason"]) == (130, 16, "stopped")
    assert len((tmp_path / "f" / "attributes.csv").read_text().splitlines()) == 17
    assert len(list((tmp_path / "f").glob("*.png"))) == 16
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["f"]


def test_render_draws_pairs(zscape: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.datasets.making.faces.render_pieces", _draw_quickly)
    words = (
        "--count",
        "3",
        "--size",
        "16",
        "--pair",
        "glasses=none:1",
        "--set",
        "smile=1",
        "--out",
        str(tmp_path / "p"),
    )
    code, answer = zscape("data", "render", "faces", *words)
    result = answer["result"]
    assert (code, result["images"], result["pair"]) == (0, 3, "glasses=none:round")
    assert result["folders"] == {"from": "glasses=none", "to": "glasses=round"}
    assert result["files"] == [f"glasses={side}/face-{k:05d}.png" for side in ("none", "round") for k in range(3)]
    assert result["attributes"] == [name for name in ATTRIBUTE_NAMES if name != "glasses"]
    assert all((tmp_path / "p" / name).is_file() for name in result["files"])


def test_render_draws_glyphs_and_densities(zscape: Runner, tmp_path: Path) -> None:
    code, answer = zscape("data", "render", "glyphs", "--count", "12", "--seed", "3", "--out", str(tmp_path / "g"))
    assert (code, answer["result"]["images"], answer["result"]["size"]) == (0, 12, 28)
    assert len(answer["result"]["files"]) == 12
    words = ("--count", "60", "--size", "64", "--seed", "3", "--out", str(tmp_path / "d"))
    code, answer = zscape("data", "render", "moons", *words)
    result = answer["result"]
    assert (code, result["points"], result["dimensions"], result["images"]) == (0, 60, 2, 0)
    assert result["files"] == ["density.json", "density.png", "points.csv", "points.png"]
    assert sum((tmp_path / "d" / name).stat().st_size for name in result["files"]) == result["bytes"]


@pytest.mark.parametrize("family", ["vae", "dcgan"])
def test_no_family_of_pictures_trains_on_a_density(zscape: Runner, family: str, tmp_path: Path) -> None:
    code, answer = zscape("train", family, "--data", "bundled:ring", "--out", str(tmp_path / "run"), "--steps", "1")
    assert (code, answer["error"]["code"]) == (2, "a-density")
    assert "is a density, not a set of pictures" in answer["error"]["message"]
    assert "zscape density ring --out" in answer["error"]["message"]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--set", "smile=7"), ("--set", "smile=much"), ("--set", "grin=1"), ("--set", "glasses=0.5"),
        ("--set", "smile"), ("--count", "0"), ("--count", "-3"), ("--size", "8"), ("--size", "100000"),
        ("--set", "smile=nan"), ("--pair", "cartoon"), ("--pair", "smile=-1:2"), ("--size", "0"), ("--seed", "-1"),
    ],
)  # fmt: skip
def test_render_refuses_in_one_sentence(zscape: Runner, tmp_path: Path, words: tuple[str, ...]) -> None:
    code, answer = zscape("data", "render", "faces", *words, "--out", str(tmp_path / "f"))
    assert code == 2
    assert answer["error"]["message"].endswith(".")
    assert not (tmp_path / "f").exists()
