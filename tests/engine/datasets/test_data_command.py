"""data on the command line: answers as the contract says, refusals in one sentence."""

from __future__ import annotations

import json
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
    "words", [("missing",), ("bundled:missing",), ("{folder}", "--size", "4"), ("{folder}", "--size", "99999")]
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


def _draw_quickly(table: FaceTable, size: int) -> Iterator[RenderedFaces]:
    for k in range(len(table)):
        level = np.full((1, size, size, 3), 10 * k % 256, dtype=np.uint8)
        yield RenderedFaces(level, np.ones((1, len(ATTRIBUTE_NAMES)), dtype=np.bool_))


def test_render_writes_pictures_with_their_attributes(
    zscape: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.datasets.faces.render.render_faces", _draw_quickly)
    words = ("--count", "5", "--size", "16", "--set", "smile=1", "--set", "glasses=sun", "--out", str(tmp_path / "f"))
    code, answer = zscape("data", "render", "faces", *words)
    assert (code, answer["result"]["images"]) == (0, 5)
    with Image.open(tmp_path / "f" / "face-00003.png") as image:
        assert (image.size, image.getpixel((0, 0))) == ((16, 16), (30, 30, 30))
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
    def draw(table: FaceTable, size: int) -> Iterator[RenderedFaces]:
        for done, rendered in enumerate(_draw_quickly(table, size)):
            if done == 2:
                raise KeyboardInterrupt
            yield rendered

    monkeypatch.setattr("engine.datasets.faces.render.render_faces", draw)
    code, _ = zscape("data", "render", "faces", "--count", "5", "--size", "16", "--out", str(tmp_path / "f"))
    assert code == 130
    assert len((tmp_path / "f" / "attributes.csv").read_text().splitlines()) == 3
    assert len(list((tmp_path / "f").glob("*.png"))) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--set", "smile=7"), ("--set", "smile=much"), ("--set", "grin=1"), ("--set", "glasses=0.5"),
        ("--set", "smile"), ("--count", "0"), ("--count", "-3"), ("--size", "8"), ("--size", "100000"),
        ("--set", "smile=nan"),
    ],
)  # fmt: skip
def test_render_refuses_in_one_sentence(zscape: Runner, tmp_path: Path, words: tuple[str, ...]) -> None:
    code, answer = zscape("data", "render", "faces", *words, "--out", str(tmp_path / "f"))
    assert code == 2
    assert answer["error"]["message"].endswith(".")
    assert not (tmp_path / "f").exists()
