"""train --chain: a preset with all that it comes after, in one command that can be interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.disk.tensor_files import read_tensors
from engine.families import presets
from engine.protocol.values import Preset
from tests.engine.commands.conftest import Command
from tests.engine.small import SMALL


@pytest.fixture
def chained(monkeypatch: pytest.MonkeyPatch, pictures: Path) -> Path:
    """A VAE/GAN after a VAE after a VAE, each of a few steps."""

    def preset(family: str, name: str, steps: int, after: str = "", **changes: object) -> Preset:
        config = {**SMALL[family], "steps": steps, **changes}
        return Preset(name=name, label=name, data=str(pictures), config=tuple(config.items()), after=after)

    known = {
        "vae": (preset("vae", "one", 2), preset("vae", "two", 3, "vae/one", beta=2.0)),
        "vaegan": (preset("vaegan", "three", 4, "vae/two", width=4, d_width=4, keep_encoder=True),),
    }
    monkeypatch.setattr(presets, "all_presets", lambda: known)
    return pictures


def test_parts_are_trained_in_order_and_each_begins_with_the_one_before(
    zscape: Command, chained: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    answer = zscape("train", "vaegan", "--preset", "three", "--chain", "--out", run)
    assert answer.code == 0, answer.err
    parts = [(line["number"], line["family"], line["preset"]) for line in answer.lines if line.get("event") == "part"]
    assert parts == [(1, "vae", "one"), (2, "vae", "two"), (3, "vaegan", "three")]
    assert (answer.frame["reason"], answer.frame["steps"]) == ("completed", 4)
    before = read_tensors(run / "parts" / "2-vae-two" / "checkpoint.safetensors", kind="state").tensors
    after = read_tensors(run / "checkpoint.safetensors", kind="state").tensors
    key = "average.encoder.head.weight"
    torch.testing.assert_close(after[key], before[key], rtol=0, atol=0, msg="the kept encoder is that of part two")


def test_parts_that_are_done_are_left_and_the_others_go_on(zscape: Command, chained: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    words = ["train", "vaegan", "--preset", "three", "--chain", "--out", run]
    assert zscape("train", "vae", "--preset", "one", "--out", run / "parts" / "1-vae-one").code == 0
    first = (run / "parts" / "1-vae-one" / "model.safetensors").stat().st_mtime_ns
    assert zscape(*words).error["code"] == "run-exists"
    answer = zscape(*words, "--resume")
    assert answer.code == 0, answer.err
    assert (run / "parts" / "1-vae-one" / "model.safetensors").stat().st_mtime_ns == first
    assert (run / "parts" / "2-vae-two" / "model.safetensors").is_file()


@pytest.mark.parametrize("words", [["--chain"], ["--preset", "three", "--chain", "--from", "faces"]])
def test_a_chain_needs_a_preset_and_no_other_beginning(
    zscape: Command, chained: Path, tmp_path: Path, words: list[str]
) -> None:
    answer = zscape("train", "vaegan", "--data", chained, "--out", tmp_path / "run", *words)
    assert (answer.code, answer.error["code"]) == (2, "usage")
