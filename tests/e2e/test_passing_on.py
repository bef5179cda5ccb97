"""What leaves a person's computer says nothing of where things lie on it, and still finds its model elsewhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from engine.commands.console import main
from engine.disk.walk_files import write_walk
from engine.protocol.values import Recipe
from engine.protocol.walks import Keyframe, Walk
from tests.engine.small import SMALL, bars

STAYS = ("run.json", "metrics.jsonl")
"""What a run needs to go on at home; it is not passed on."""


@pytest.fixture
def person(own_home: Path) -> Path:
    """A home folder with a telling name, and pictures in it."""
    person = own_home / "Ada Lovelace"
    pictures = person / "Private" / "bars"
    pictures.mkdir(parents=True)
    for number, picture in enumerate(bars(40).pictures):
        Pillow.fromarray(np.ascontiguousarray(picture[0].numpy())).save(pictures / f"{number:03d}.png")
    return person


def zscape(capsys: pytest.CaptureFixture[str], person: Path, *words: object) -> Any:
    capsys.readouterr()
    home = person / ".local" / "share" / "zscape"
    code = main([*map(str, words), "--json", "--quiet", "--threads", "1", "--home", str(home)])
    frame = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert code == 0, frame.get("error")
    return frame["result"]


def test_nothing_that_is_passed_on_names_the_home_folder(
    person: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An exported picture carried the whole path of its model, and a model's card that of its pictures."""
    data, run = person / "Private" / "bars", person / "Private" / "runs" / "mine"
    settings = [word for name, value in SMALL["vae"].items() for word in ("--set", f"{name}={value}")]
    zscape(capsys, person, "train", "vae", "--data", data, "--out", run, *settings)
    zscape(capsys, person, "evaluate", run, "--card", "--n", "8")
    out = person / "out"
    model = run / "model.safetensors"
    zscape(capsys, person, "sample", run, "--n", "2", "--out", out / "samples", "--grid", out / "grid.png")
    zscape(capsys, person, "interpolate", model, "--from", "1", "--to", "2", "--frames", "3", "--out", out / "walk")
    zscape(
        capsys, person, "arithmetic", model, "--plus", out / "samples" / "sample-00000.png", "--out", out / "sum.png"
    )
    zscape(capsys, person, "export", model, "--seed", "3", "--grid", "2x2", "--out", out / "grid2.png")
    way = person / "Private" / "way.json"
    way.write_text('{"stations": [1, 2], "frames": 3}')
    for kind in ("gif", "webp", "apng"):
        zscape(capsys, person, "export", run, "--path", way, "--out", out / f"film.{kind}")
    fingerprint = zscape(capsys, person, "sample", model, "--n", "1", "--out", out / "one")["fingerprint"]
    keyframes = tuple(Keyframe(recipe=Recipe(model=fingerprint, seed=seed)) for seed in (1, 2))
    write_walk(out / "path.json", Walk(keyframes=keyframes), str(model))
    zscape(capsys, person, "path", out / "path.json", "--export", out / "path.gif", "--fps", "4")
    zscape(capsys, person, "data", "render", "glyphs", "--count", "4", "--out", out / "glyphs")
    zscape(capsys, person, "render", out / "samples" / "sample-00000.png", "--out", out / "again.png", "--model", run)
    made = [path for folder in (out, run) for path in folder.rglob("*") if path.is_file() and path.name not in STAYS]
    assert len(made) > 15
    for path in made:
        content = path.read_bytes()
        for word in (str(person), "Lovelace", "Private"):
            assert word.encode() not in content, (path.name, word)

    # elsewhere, under another name, the pictures still find their model
    other = tmp_path / "other" / ".local" / "share" / "zscape" / "runs" / "from a friend"
    other.mkdir(parents=True)
    shutil.copy(model, other)
    assert zscape(capsys, tmp_path / "other", "path", out / "path.json")["fingerprint"] == fingerprint
    result = zscape(capsys, tmp_path / "other", "render", out / "grid.png", "--out", tmp_path / "grid.png")
    assert result["equal"] is not False
    single = out / "samples" / "sample-00001.png"
    assert zscape(capsys, tmp_path / "other", "render", single, "--out", tmp_path / "one.png")["equal"] is True
    assert zscape(capsys, tmp_path / "other", "recipe", single)["source"] == "mine"
