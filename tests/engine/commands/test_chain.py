"""train --chain: a preset with all that it comes after, in one command that can be interrupted."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from engine.commands.chain import Course, Part
from engine.disk.runs import RunFolder
from engine.disk.tensor_files import read_tensors
from engine.families import presets
from engine.opened.checkpoints import load_model
from engine.protocol.answers import Progressed
from engine.protocol.values import Preset
from engine.training import lineage
from engine.training.loop import Job
from engine.training.trainer import Trainer
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


def test_one_who_interrupts_the_second_part_goes_on_with_it(
    zscape: Command, chained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle of the chain, and the same command with --resume: as if nobody had interrupted."""
    words = ["train", "vaegan", "--preset", "three", "--chain", "--out"]
    whole = zscape(*words, tmp_path / "whole")
    seen = Trainer.step

    def step(self: Trainer) -> Iterator[None]:
        yield from seen(self)
        if self.family.name == "vae" and self.family.config.steps == 3 and self.steps_done == 1:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "step", step)
        left = zscape(*words, tmp_path / "run")
    assert left.code == 130, left.err
    assert left.frame["result"]["reason"] == "stopped"
    assert (left.frame["result"]["part"], left.frame["result"]["parts"]) == (2, 3)
    assert not (tmp_path / "run" / "checkpoint.safetensors").exists()
    answer = zscape(*words, tmp_path / "run", "--resume")
    assert answer.code == 0, answer.err
    begun = [line["run"] for line in answer.lines if line.get("event") == "started"]
    assert [Path(run).name for run in begun] == ["2-vae-two", "run"], "the first part is left as it is"
    assert answer.frame["sha256_state"] == whole.frame["sha256_state"]


def test_progress_says_which_part_and_how_long_all_of_them_take(zscape: Command, chained: Path, tmp_path: Path) -> None:
    answer = zscape("train", "vaegan", "--preset", "three", "--chain", "--out", tmp_path / "run")
    told = [line for line in answer.lines if line.get("event") == "progressed"]
    assert {(line["part"], line["parts"]) for line in told} == {(1, 3), (2, 3), (3, 3)}
    last = [line for line in told if line["part"] == 3]
    assert all(line["eta_all_s"] == line["eta_s"] for line in last), "after the last part nothing is left"


def test_other_parts_are_reckoned_by_what_their_presets_say(tmp_path: Path) -> None:
    """A part of half the speed that is said to be of full speed: everybody else takes twice as long, too."""
    parts = [
        Part(Job(run=tmp_path, name="", family="vae", values={}, data=""), steps, step_s)
        for steps, step_s in ((100, 1.0), (50, 1.0), (20, 3.0))
    ]
    course = Course(parts)
    course.enter(1)

    def at(step: int, eta_s: float) -> Progressed:
        return Progressed(run="", step=step, steps=100, images=0, images_per_s=1.0, losses=(), eta_s=eta_s, health="")

    assert course.left_s(at(50, 100.0)) == pytest.approx(100.0 + 2 * 50.0 + 2 * 20 * 3.0)
    assert course.left_s(at(100, 0.0)) == pytest.approx(2 * 50.0 + 2 * 20 * 3.0), "also when its last step is taken"
    assert course.left(at(50, 100.0)) == "2 min left, 5 min for all"
    assert course.words == "part 1 of 3, step"
    unsaid = Course([parts[0], Part(parts[1].job, 50, 0.0)])
    unsaid.enter(1)
    assert unsaid.left_s(at(50, 100.0)) == pytest.approx(100.0 + 50 * 2.0), "steps are reckoned to take what these do"
    plain = Course(parts[:1])
    assert (plain.words, plain.left(at(50, 90.0)), plain.told()) == ("step", "90 s left", {})


def test_the_card_tells_the_parts_and_their_hours(
    zscape: Command, chained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class TwoHours(RunFolder):
        def learning_seconds(self) -> tuple[float, float]:
            return 7200.0, 7200.0

    monkeypatch.setattr(lineage, "RunFolder", TwoHours)  # of the parts before; its own seconds come to no tenth
    run = tmp_path / "run"
    assert zscape("train", "vaegan", "--preset", "three", "--chain", "--out", run).code == 0
    card = load_model(run / "model.safetensors").card
    assert card["parts"] == "vae/one, vae/two, vaegan/three"
    assert card["hours"] == 4.0
    assert "learned_from" not in card, "all of one set"


@pytest.mark.parametrize("words", [["--chain"], ["--preset", "three", "--chain", "--from", "faces"]])
def test_a_chain_needs_a_preset_and_no_other_beginning(
    zscape: Command, chained: Path, tmp_path: Path, words: list[str]
) -> None:
    answer = zscape("train", "vaegan", "--data", chained, "--out", tmp_path / "run", *words)
    assert (answer.code, answer.error["code"]) == (2, "usage")
