"""The one training loop: it ends, resumes bit for bit, stops, diverges and keeps what it had."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.datasets.store import Split
from engine.disk.files import BadConfig, LoadError
from engine.disk.runs import RunFolder
from engine.library.entries import of_run
from engine.opened.checkpoints import load_model
from engine.opened.model import open_model_file
from engine.protocol.answers import Event, Finished, Preparing, Progressed, Sampled, Snapshotted, TrainingStarted
from engine.protocol.values import Stop
from engine.training.loop import Control, Job, _last_words, train
from engine.training.trainer import Trainer
from tests.engine.small import SMALL, bars

CPU = torch.device("cpu")


def job(run: Path, family: str, **changes: object) -> Job:
    resume, start = bool(changes.pop("resume", False)), str(changes.pop("start", ""))
    values = {**SMALL[family], **changes}
    return Job(run=run, name="a run", family=family, values=values, data="bars", resume=resume, start=start)


def finished(run: Path, family: str, *, control: Control | None = None, **changes: object) -> Finished:
    events = [e for e in train(job(run, family, **changes), bars(), device=CPU, control=control) if e is not None]
    assert isinstance(events[-1], Finished)
    return events[-1]


@pytest.mark.parametrize("family", SMALL)
def test_a_run_tells_its_story_in_order_and_leaves_a_model(family: str, tmp_path: Path) -> None:
    events: list[Event] = [e for e in train(job(tmp_path / "run", family), bars(), device=CPU) if e is not None]
    kinds = [type(event) for event in events]
    assert kinds.index(TrainingStarted) < kinds.index(Progressed)
    assert Sampled in kinds
    assert Snapshotted in kinds
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.reason is Stop.COMPLETED
    assert end.step == 8
    opened = open_model_file(end.path, CPU)
    assert opened.fingerprint == end.fingerprint
    assert opened.describe().family == family
    assert RunFolder(tmp_path / "run").read_metrics()[-1]["step"] == 8


@pytest.mark.parametrize("family", SMALL)
def test_resumed_equals_uninterrupted(family: str, tmp_path: Path) -> None:
    whole = finished(tmp_path / "whole", family)
    control = Control()
    events = train(job(tmp_path / "parts", family), bars(), device=CPU, control=control)
    for event in events:
        if isinstance(event, Snapshotted) and event.step == 3:
            control.leave = True
    again = finished(tmp_path / "parts", family, resume=True)
    assert again.step == whole.step
    assert again.sha256_state == whole.sha256_state


def test_a_game_that_begins_with_a_decoder_resumes_where_its_discriminator_has_looked(tmp_path: Path) -> None:
    start = finished(tmp_path / "vae", "vae").path
    values = {"net": "halving", "depth": 0, "steps": 20}
    whole = finished(tmp_path / "whole", "r3gan", **values, start=start)
    control = Control()
    left = 0
    for event in train(job(tmp_path / "parts", "r3gan", **values, start=start), bars(), device=CPU, control=control):
        if isinstance(event, Snapshotted):
            control.leave, left = True, event.step
    family = load_model(Path(whole.path)).family
    assert family.stage(left - 1) != family.stage(left), "it has looked, and the game is to begin"
    again = finished(tmp_path / "parts", "r3gan", **values, resume=True)
    assert again.step == whole.step == 20
    assert again.sha256_state == whole.sha256_state


def test_a_run_that_learns_from_the_reader_resumes_too(tmp_path: Path) -> None:
    colour = {"channels": 3, "likeness": 0.05, "mirror": True}
    whole = finished(tmp_path / "whole", "vae", **colour)
    finished(tmp_path / "parts", "vae", **colour, steps=4)
    again = finished(tmp_path / "parts", "vae", **colour, resume=True)
    assert "unlikeness" in RunFolder(tmp_path / "parts").read_metrics()[-1]["losses"]
    assert again.step == whole.step
    assert open_model_file(again.path, CPU).describe().family == "vae"


def test_a_missing_reader_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.loop.reader_of", lambda data: None)
    with pytest.raises(BadConfig, match="reader of faces is missing"):
        finished(tmp_path / "run", "vae", channels=3, likeness=0.05)


def test_seams_interleaved_with_drawing_change_no_weight(tmp_path: Path) -> None:
    """Promise 7 of the boundary: looking never changes training."""
    quiet = finished(tmp_path / "quiet", "vae")
    from engine.families import build
    from engine.families.base import DataShape

    other = build("vae", SMALL["vae"], DataShape()).eval()
    watched = None
    for event in train(job(tmp_path / "watched", "vae"), bars(), device=CPU):
        with torch.no_grad():
            other.decode(torch.randn(1, 3))
        watched = event
    assert isinstance(watched, Finished)
    assert watched.sha256_state == quiet.sha256_state


def test_stopping_keeps_what_was_learned(tmp_path: Path) -> None:
    control = Control()
    last: Event | None = None
    for event in train(job(tmp_path / "run", "vae", steps=1_000_000), bars(), device=CPU, control=control):
        control.stop = control.stop or isinstance(event, Progressed)
        last = event or last
    assert isinstance(last, Finished)
    assert last.reason is Stop.STOPPED
    assert 0 < last.step < 1_000_000
    assert open_model_file(last.path, CPU).describe().latent == 3


def test_stopping_before_the_first_step_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    end = finished(tmp_path / "run", "vae", control=Control(stop=True))
    assert end.reason is Stop.STOPPED
    assert end.step == 0
    assert end.path == ""


def test_a_pause_yields_seams_and_no_steps(tmp_path: Path) -> None:
    control = Control(paused=True)
    events = train(job(tmp_path / "run", "vae"), bars(), device=CPU, control=control)
    seen = [next(events) for _ in range(20)]
    assert not any(isinstance(event, Progressed) for event in seen)
    control.paused = False
    assert any(isinstance(event, Progressed) for event in events)


def test_a_run_that_its_family_calls_over_ends_there_and_keeps_what_it_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.training import trainer

    monkeypatch.setattr(trainer.Trainer, "over", lambda self: "It leads nowhere." if self.steps_done >= 5 else "")
    end = finished(tmp_path / "run", "vae", steps=12)
    assert (end.reason, end.step) == (Stop.DIVERGED, 5)
    assert end.sentence == "It leads nowhere. What it had learned by then is kept."
    assert open_model_file(end.path, CPU).fingerprint == end.fingerprint
    again = finished(tmp_path / "run", "vae", steps=12, resume=True)
    assert (again.reason, again.step, again.sha256_state) == (Stop.DIVERGED, 5, end.sha256_state)


@pytest.mark.parametrize("spoilt_at", [0, 3, 7], ids=["first step", "on the way", "last step"])
def test_weights_that_stop_being_numbers_are_never_kept(
    spoilt_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step can spoil weights after a loss that was still a number; after the last step no loss will tell."""
    from engine.training import trainer

    real = trainer.Trainer._move_average

    def spoiling(self: trainer.Trainer) -> None:
        if self.steps_done == spoilt_at + 1:
            with torch.no_grad():
                next(self.family.parameters()).fill_(float("nan"))
        real(self)

    monkeypatch.setattr(trainer.Trainer, "_move_average", spoiling)
    end = finished(tmp_path / "run", "vae")
    assert end.reason is Stop.DIVERGED
    assert "smaller learning rate" in end.sentence
    assert (end.step, end.path) == (0, "")
    run = RunFolder(tmp_path / "run")
    assert not run.checkpoint.exists()
    for kept in run.snapshots():
        open_model_file(str(kept), CPU)
    assert finished_after(monkeypatch, tmp_path / "run").reason is Stop.COMPLETED


def finished_after(monkeypatch: pytest.MonkeyPatch, run: Path) -> Finished:
    """The run begun again, unspoilt: nothing of what was thrown away stands in its way."""
    monkeypatch.undo()
    return finished(run, "vae")


def test_leaving_while_a_run_is_surveyed_waits_for_nothing_and_loses_nothing(tmp_path: Path) -> None:
    control, kinds = Control(), []
    for event in train(job(tmp_path / "run", "vae"), bars(), device=CPU, control=control):
        kinds.append(type(event))
        if isinstance(event, Preparing) and event.what.startswith("Surveying"):
            control.leave = True
            asked = len(kinds)
    assert len(kinds) == asked + 1, "the next thing is the end"
    assert isinstance(event, Finished)
    assert (event.reason, event.step, event.path) == (Stop.STOPPED, 8, "")
    again = finished(tmp_path / "run", "vae", resume=True)
    assert (again.reason, again.step) == (Stop.COMPLETED, 8)
    assert again.fingerprint == finished(tmp_path / "whole", "vae").fingerprint


def test_stopping_does_not_wait_for_a_picture_that_is_being_drawn(tmp_path: Path) -> None:
    """Sixteen large pictures, pixel by pixel, take minutes."""
    control, drawn = Control(), 0
    for event in train(job(tmp_path / "run", "pixelcnn"), bars(), device=CPU, control=control):
        drawn += isinstance(event, Sampled)
        control.stop = True
    assert isinstance(event, Finished)
    assert (event.reason, drawn) == (Stop.STOPPED, 0)


def test_losses_that_stop_being_numbers_end_the_run_with_the_last_good_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.training import trainer

    finished(tmp_path / "run", "vae", steps=4)
    real = trainer.Trainer._batch

    def poisoned(self: trainer.Trainer, *which: Any) -> object:
        batch = real(self, *which)
        if self.steps_done >= 6:
            batch.x.fill_(float("nan"))
        return batch

    monkeypatch.setattr(trainer.Trainer, "_batch", poisoned)
    end = finished(tmp_path / "run", "vae", steps=12, resume=True)
    assert end.reason is Stop.DIVERGED
    assert end.step == 4
    assert open_model_file(end.path, CPU).fingerprint == end.fingerprint


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"rate": 0.0}, "rate"),
        ({"rate": float("nan")}, "rate"),
        ({"rate": -1.0}, "rate"),
        ({"rate": 1e10}, "rate"),
        ({"batch": 0}, "batch"),
        ({"batch": 1000}, "1000"),
        ({"size": 0}, "size"),
        ({"size": 17}, "size"),
        ({"size": 8192}, "size"),
        ({"latent": 0}, "latent"),
        ({"latent": 10**6}, "latent"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**64}, "seed"),
        ({"wings": 2}, "wings"),
    ],
)
def test_bad_settings_are_one_sentence(changes: dict[str, object], word: str, tmp_path: Path) -> None:
    with pytest.raises(BadConfig) as caught:
        finished(tmp_path / "run", "vae", **changes)
    assert word in caught.value.sentence
    assert not (tmp_path / "run" / "model.safetensors").exists()


@pytest.mark.parametrize(("count", "words"), [(1, "one training picture"), (0, "no training picture")])
def test_fewer_pictures_than_can_be_learned_from_are_said_to_be_too_few(count: int, words: str, tmp_path: Path) -> None:
    """“Choose at most 1” was the advice, where a batch must be two."""
    few = bars()
    few.split[:] = int(Split.TEST)
    few.split[:count] = int(Split.TRAIN)
    with pytest.raises(BadConfig, match=f"“bars” has {words}; add pictures"):
        list(train(job(tmp_path / "run", "vae"), few, device=CPU))


def test_a_run_is_not_resumed_with_another_config(tmp_path: Path) -> None:
    finished(tmp_path / "run", "vae")
    with pytest.raises(BadConfig, match="latent"):
        finished(tmp_path / "run", "vae", latent=5, resume=True)


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    finished(tmp_path / "run", "vae")
    with pytest.raises(BadConfig, match="already exists"):
        finished(tmp_path / "run", "vae")


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    finished(tmp_path / "run", "vae")
    checkpoint = RunFolder(tmp_path / "run").checkpoint
    checkpoint.write_bytes(checkpoint.read_bytes()[:-5])
    with pytest.raises(LoadError, match="checkpoint"):
        finished(tmp_path / "run", "vae", resume=True)


def test_a_run_from_before_a_setting_existed_is_resumed(tmp_path: Path) -> None:
    """Each setting that a version added made all older runs “changed”."""
    whole = finished(tmp_path / "whole", "vae")
    finished(tmp_path / "run", "vae", steps=4)
    folder = RunFolder(tmp_path / "run")
    before = folder.read_config()
    folder.write_config(
        {**before, "config": {k: v for k, v in before["config"].items() if k not in ("mirror", "sigma")}}
    )
    assert finished(tmp_path / "run", "vae", resume=True).sha256_state == whole.sha256_state
    folder.write_config({**before, "config": {**before["config"], "gone": 3}})
    with pytest.raises(LoadError, match=r"begun with settings that this Zscape cannot use: .*no setting “gone”"):
        finished(tmp_path / "run", "vae", resume=True, steps=12)


def test_a_resumed_run_tells_each_step_once_and_mends_a_torn_line(tmp_path: Path) -> None:
    finished(tmp_path / "run", "vae", steps=4)
    folder = RunFolder(tmp_path / "run")
    told = folder.read_metrics()
    with folder.metrics.open("a", encoding="utf-8") as file:
        file.write('{"step":6,"images":48}\n{"step":7,"ima')
    finished(tmp_path / "run", "vae", steps=8, resume=True)
    steps = [line["step"] for line in folder.read_metrics()]
    assert steps[: len(told)] == [line["step"] for line in told]
    assert steps == sorted(set(steps))
    assert steps[-1] == 8
    assert len(folder.metrics.read_text().splitlines()) == len(steps)


@pytest.mark.parametrize(("reason", "steps"), [(reason, steps) for reason in Stop for steps in (0, 1200)])
def test_last_words_say_what_is_left_and_leave_the_numbers_to_who_shows_them(reason: Stop, steps: int) -> None:
    words = _last_words(reason, steps)
    assert not any(sign.isdigit() for sign in words), "the window groups digits its own way"
    assert ("kept" in words) == (steps > 0 or reason is Stop.COMPLETED)
    assert ("nothing to keep" in words) == (steps == 0 and reason is Stop.STOPPED)


def test_a_resumed_run_tells_what_it_told_before(tmp_path: Path) -> None:
    """The window shows the whole curve, also of the time when it was closed."""
    finished(tmp_path / "run", "vae", steps=4)
    before = RunFolder(tmp_path / "run").read_metrics()
    events = train(job(tmp_path / "run", "vae", resume=True), bars(), device=CPU)
    started = next(event for event in events if isinstance(event, TrainingStarted))
    assert started.told == tuple((line["images"], tuple(line["losses"].items())) for line in before)
    fresh = train(job(tmp_path / "fresh", "vae"), bars(), device=CPU)
    assert next(event for event in fresh if isinstance(event, TrainingStarted)).told == ()
    for events_left in (events, fresh):
        events_left.close()


@pytest.mark.parametrize("old", [False, True])
def test_a_resumed_run_counts_the_time_before_it_was_left(tmp_path: Path, old: bool) -> None:
    """It was finished “after 16 seconds”: those since it was resumed."""
    first = finished(tmp_path / "run", "vae", steps=4)
    folder = RunFolder(tmp_path / "run")
    lines = folder.read_metrics()
    assert first.seconds == lines[-1]["seconds"] == of_run(folder.root).seconds > 0, "one clock for page and library"
    lines[-1] |= {"seconds": 3600.0, "images": 7200, "images_per_s": 2.0}
    if old:  # written before the time was
        lines = [{key: value for key, value in line.items() if key != "seconds"} for line in lines]
    folder.metrics.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    end = finished(tmp_path / "run", "vae", steps=8, resume=True)
    assert 3500 < end.seconds < 4000
    assert folder.last_report()["seconds"] == end.seconds == of_run(folder.root).seconds


def overflowing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that are numbers, of an encoder whose points are none."""
    real = Trainer._move_average

    def scaled(self: Trainer) -> None:
        real(self)
        if self.steps_done >= self.family.config.steps:
            with torch.no_grad():
                for name, value in self.average.named_parameters():
                    if name.startswith("encoder.head"):
                        value.fill_(3e38)

    monkeypatch.setattr(Trainer, "_move_average", scaled)


def test_a_survey_that_overflows_costs_the_sliders_and_not_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overflowing(monkeypatch)
    end = finished(tmp_path / "run", "vae")
    assert (end.reason, end.step) == (Stop.COMPLETED, 8)
    assert end.trouble is not None
    assert "could not be surveyed" in end.trouble.sentence
    opened = open_model_file(end.path, CPU)
    assert opened.fingerprint == end.fingerprint
    assert opened.describe().axes == opened.describe().directions == ()
    assert not RunFolder(tmp_path / "run").snapshot(8).exists(), "the copy that was saved first is the model now"
    again = finished(tmp_path / "run", "vae", resume=True)
    assert (again.fingerprint, again.reason) == (end.fingerprint, Stop.COMPLETED)


def test_the_model_is_on_disk_before_it_is_surveyed(tmp_path: Path) -> None:
    for event in train(job(tmp_path / "run", "vae"), bars(), device=CPU):
        if isinstance(event, Preparing) and event.what.startswith("Surveying"):
            assert open_model_file(str(RunFolder(tmp_path / "run").best_model()), CPU).describe().family == "vae"
            assert RunFolder(tmp_path / "run").best_model().stem == "0000008"
            return
    raise AssertionError("nothing was surveyed")
