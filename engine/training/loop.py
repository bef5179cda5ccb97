"""The only training loop: a generator of events that serves the window, the command line and the tests.

`None` between events marks a seam: a moment at which the caller may do something else on this thread.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig, Cancelled, shown
from engine.disk.holding import LEARNS, held
from engine.disk.problems import problem_of
from engine.disk.recipes import known_as
from engine.disk.runs import RunFolder
from engine.families import build, family_class
from engine.families.base import AnyFamily
from engine.machine.memory import kept_between_steps
from engine.machine.work import Work, heeding
from engine.opened.checkpoints import save_model
from engine.opened.judging import reader_of
from engine.opened.survey import survey
from engine.protocol.answers import Event, Finished, Preparing, Sampled, Snapshotted, TrainingStarted
from engine.protocol.values import Problem, Stop
from engine.training import lineage
from engine.training.health import Health
from engine.training.live import Live, Onlooker
from engine.training.material import Data, batches, data_shape, fitting, no_start
from engine.training.meter import Meter, Stopwatch
from engine.training.previews import Previews, Sheets, past_samples
from engine.training.resuming import back_to_checkpoint, begin_with, check_same, restore, save_checkpoint
from engine.training.trainer import Trainer

CHECKPOINT_EVERY_S = 30.0
SNAPSHOTS = 8


@dataclass(slots=True)
class Control:
    """What the person wants of a run that goes on."""

    stop: bool = False
    paused: bool = False
    leave: bool = False
    """The program ends: checkpoint and go, without surveying what was learned."""
    onlooker: Onlooker | None = None
    """Who explores the run while it learns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A run that was asked for."""

    run: Path
    name: str
    family: str
    values: dict[str, Any]
    """Settings that differ from the family's defaults."""
    data: str
    preset: str = ""
    resume: bool = False
    start: str = ""
    """The run or model whose weights a fresh run begins with."""
    half: bool = False
    """Keep the result's weights in 16 bits (bundled models)."""
    command: str = ""
    budget_s: float = 0.0
    """Processor seconds of learning after which the run is done, whatever its steps; 0 where steps alone decide."""
    moments_s: tuple[float, ...] = ()
    """Processor seconds of learning after which what was learned is kept in the run's `moments`."""


def train(job: Job, whole: Data, *, device: torch.device, control: Control | None = None) -> Work[Finished]:
    """Train `job` on the training pictures of `whole`. Ends with Finished, also as the generator's value."""
    with held(job.run, LEARNS) as is_free:
        if not is_free:
            raise BadConfig("run-busy", f"The run “{shown(job.run)}” is learning already, in another window.")
        finished = yield from _trained(job, whole, device, control or Control())
    yield finished
    return finished


def _trained(job: Job, whole: Data, device: torch.device, control: Control) -> Work[Finished]:
    folder = RunFolder(job.run)
    if job.resume and not job.start and folder.config.exists():  # ended before a checkpoint, it begins as it did
        job = replace(job, start=str(folder.read_config().get("start", "")))
    began = time.perf_counter()
    yield Preparing(what="Building the networks", done=0, of=1)
    kind = family_class(job.family)
    data = yield from fitting(kind, kind.Config.build(job.values), whole)
    family = build(job.family, job.values, data_shape(kind, data))
    if family.wants_reader:
        family.lend(_reader(data))
    trainer = _trainer(job, folder, family, data.subset(Split.TRAIN), device)
    began -= folder.seconds()  # a run that goes on counts the time before it was left
    yield TrainingStarted(
        run=str(job.run),
        name=job.name,
        family=job.family,
        images_planned=trainer.images_planned,
        told=folder.told(),
    )
    yield from _past(folder, trainer)
    watch = Stopwatch(*folder.learning_seconds())
    with kept_between_steps():
        reason = yield from _steps(job, folder, trainer, data, control, began, watch)
    over = trainer.over()
    spoilt = (reason is Stop.DIVERGED and not over) or not trainer.sound()
    reason = Stop.DIVERGED if spoilt else reason
    sha256_state = back_to_checkpoint(folder, trainer) if spoilt else save_checkpoint(folder, trainer)
    path, fingerprint, trouble = "", "", None
    if trainer.steps_done and not control.leave:
        trainer.average.calibrate(data.subset(Split.VALIDATION))
        fingerprint, trouble = yield from _kept(job, folder, trainer, data, control, watch)
        path = str(folder.model) if fingerprint else ""
    if not path and reason is Stop.COMPLETED:
        reason = Stop.STOPPED  # resumed, it will be surveyed and kept
    return Finished(
        run=str(job.run),
        reason=reason,
        step=trainer.steps_done,
        images=trainer.images,
        path=path,
        fingerprint=fingerprint,
        sha256_state=sha256_state,
        seconds=folder.seconds(),  # until the last step, as the library tells it; the survey after it is no learning
        sentence=_last_words(reason, trainer.steps_done, "" if spoilt else over),
        trouble=trouble,
    )


def _kept(
    job: Job, folder: RunFolder, trainer: Trainer, data: Data, control: Control, watch: Stopwatch
) -> Work[tuple[str, Problem | None]]:
    """Save what was learned, then survey it and save it with what exploring needs.

    The first copy is a snapshot: who leaves or is cut off during the survey has lost nothing, and resumed, the run is
    surveyed again. A survey that fails (finite weights may still encode to infinity) costs the sliders, not the model.
    Returns the fingerprint, empty when somebody left, and what went wrong.
    """
    step, config = trainer.steps_done, trainer.family.config
    first, card = folder.snapshot(step), _card(job, trainer, watch)
    stays = step < config.steps and step % snapshot_every(config.steps) == 0
    save_model(first, trainer.average, name=job.name, card=card, half=job.half, stage=trainer.stage)
    yield Preparing(what="Surveying what was learned", done=0, of=1)
    explorables, trouble = None, None
    try:
        if isinstance(data, Store):
            explorables = yield from heeding(lambda: control.leave, survey(trainer.average, data))
    except Cancelled:
        return "", None
    except Exception as error:
        trouble = unsurveyed(error)
    fingerprint = save_model(
        folder.model,
        trainer.average,
        name=job.name,
        explorables=explorables,
        card=card,
        half=job.half,
        stage=trainer.stage,
    )
    if not stays:
        first.unlink(missing_ok=True)
    return fingerprint, trouble


def snapshot_every(steps: int) -> int:
    """Steps between two snapshots of a run."""
    return max(1, steps // SNAPSHOTS)


def unsurveyed(error: Exception) -> Problem:
    """Why a model has no sliders."""
    problem = problem_of(error)
    sentence = (
        "The model is kept and draws, but its points could not be surveyed: it has no sliders for looks and axes."
    )
    return Problem(code="not-surveyed", sentence=sentence, details=problem.details or problem.sentence)


def _trainer(job: Job, folder: RunFolder, family: AnyFamily, train: Data, device: torch.device) -> Trainer:
    """A fresh trainer, or the one a checkpoint describes."""
    asked = {
        "name": job.name,
        "family": job.family,
        "config": family.config.as_dict(),
        "data": job.data,
        "data_sha256": train.sha256,
        "preset": job.preset,
        "start": job.start,
        "command": job.command,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }
    folder.clear_orphans()
    if job.resume and folder.checkpoint.exists():
        check_same(folder, asked)
        trainer = Trainer(family, batches(family, train), device)
        restore(folder, trainer)
        folder.rewind_metrics(trainer.steps_done)
        folder.change_steps(family.config.steps)
        return trainer
    if folder.checkpoint.exists():
        raise BadConfig(
            "run-exists", f"The run “{shown(job.run)}” already exists; resume it, or choose another folder."
        )
    if family.needs_start and not job.start:
        raise no_start(type(family))
    if job.start:
        begin_with(job.start, family)
    family.prepare(train)
    trainer = Trainer(family, batches(family, train), device)
    folder.rewind_metrics(0)
    folder.write_config(asked)
    return trainer


def _reader(data: Data) -> AnyFamily:
    """A judge that families may learn from; the one that scores them is another, which no loss ever sees."""
    reader = reader_of(data) if isinstance(data, Store) else None
    if reader is None:
        raise BadConfig("no-reader", "The bundled reader of faces is missing; set Likeness (likeness) to 0.")
    return reader


def _past(folder: RunFolder, trainer: Trainer) -> Generator[Event, None, None]:
    """What a run that goes on drew and kept before it was left."""
    run, step = str(folder.root), trainer.steps_done
    if not step:
        return
    yield from past_samples(folder, step)
    kept = [path for path in folder.snapshots() if path.stem.isdigit() and int(path.stem) <= step]
    if kept:
        yield Snapshotted(run=run, step=int(kept[-1].stem), path=str(kept[-1]))


def _steps(
    job: Job, folder: RunFolder, trainer: Trainer, data: Data, control: Control, began: float, watch: Stopwatch
) -> Work[Stop]:
    config, run = trainer.family.config, str(job.run)
    health = Health(trainer.family.monitors)
    meter = Meter(trainer)
    sheets, previews, live = Sheets(folder, job.name), None, None
    if isinstance(data, Store) and trainer.family.capabilities:  # judges only read, and points are no pictures
        previews = Previews(trainer, data.subset(Split.TRAIN))
        live = Live(folder.root, job.name, trainer, data, lambda: _card(job, trainer, watch))
    kept = {moment for moment in job.moments_s if trainer.steps_done and folder.moment(moment).exists()}
    moments = [moment for moment in sorted(job.moments_s) if moment > watch.cpu_seconds and moment not in kept]
    next_preview, last_checkpoint = 0.0, time.perf_counter()
    while trainer.steps_done < config.steps:
        while control.paused and not (control.stop or control.leave):
            yield from _looked_at(live, control)
            meter.rest()
            yield None
        yield from _looked_at(live, control)
        if control.stop or control.leave:
            sheets.end()
            return Stop.STOPPED
        if trainer.over():
            return Stop.DIVERGED
        yield from watch.timing(trainer.step())
        now = time.perf_counter()
        spent_all = 0.0 < job.budget_s <= watch.cpu_seconds
        last = spent_all or trainer.steps_done >= config.steps
        if meter.due(now) or last:
            if not trainer.finite():
                return Stop.DIVERGED
            losses = tuple((name, float(value)) for name, value in trainer.losses.items())
            sentence = health.sentence(losses, trainer.steps_done)
            report = meter.report(run, trainer, losses, sentence, now, watch.cpu_seconds)
            folder.append_metrics(
                {
                    "step": report.step,
                    "images": report.images,
                    "images_per_s": round(report.images_per_s, 2),
                    "seconds": round(now - began, 2),
                    "learning_seconds": round(watch.seconds, 2),
                    "cpu_seconds": round(watch.cpu_seconds, 2),
                    "losses": dict(losses),
                }
            )
            yield report
        if previews is not None and (now >= next_preview or last):
            sampled_from = time.perf_counter()
            with suppress(Cancelled):
                grid = yield from heeding(lambda: control.stop or control.leave, previews.sample())
                sheets.keep(trainer, grid)
                yield Sampled(run=run, step=trainer.steps_done, images=trainer.images, grid=grid)
            spent = time.perf_counter() - sampled_from
            next_preview = time.perf_counter() + max(2.0, 60 * spent)
        while moments and moments[0] <= watch.cpu_seconds and trainer.sound():
            path = folder.moment(moments.pop(0))
            save_model(path, trainer.average, name=job.name, card=_card(job, trainer, watch), stage=trainer.stage)
            yield Snapshotted(run=run, step=trainer.steps_done, path=str(path))
        if spent_all:
            return Stop.COMPLETED
        if trainer.steps_done % snapshot_every(config.steps) == 0 and not last and trainer.sound():
            path = folder.snapshot(trainer.steps_done)
            name = f"{job.name} · step {trainer.steps_done}"
            save_model(path, trainer.average, name=name, card=_card(job, trainer, watch), stage=trainer.stage)
            yield Snapshotted(run=run, step=trainer.steps_done, path=str(path))
        if now - last_checkpoint > CHECKPOINT_EVERY_S:
            if not trainer.sound():
                return Stop.DIVERGED
            save_checkpoint(folder, trainer)
            last_checkpoint = time.perf_counter()
    return Stop.COMPLETED


def _looked_at(live: Live | None, control: Control) -> Work[None]:
    """Let whoever explores the run see it as it is now; who looks away meanwhile is handed nothing any more."""
    onlooker = control.onlooker
    if live is not None and onlooker is not None:
        with suppress(Cancelled):
            yield from heeding(
                lambda: control.stop or control.leave or control.onlooker is not onlooker, live.publish(onlooker)
            )


def _card(job: Job, trainer: Trainer, watch: Stopwatch) -> dict[str, Any]:
    return {
        "data": known_as(job.data),
        "preset": job.preset,
        "command": job.command,
        "steps": trainer.steps_done,
        "images": trainer.images,
        "learning_seconds": round(watch.seconds, 1),
        "cpu_seconds": round(watch.cpu_seconds, 1),
        "losses": {
            name: float(np.float32(float(value)))
            for name, value in trainer.losses.items()
            if bool(torch.isfinite(value).all())
        },
        "torch": torch.__version__,
        **({"began_with": Path(job.start).name} if job.start else {}),
        **lineage.told(job.start, (job.family, job.preset, job.data), watch.seconds),
    }


def _last_words(reason: Stop, steps: int, over: str = "") -> str:
    """Why it ended and what is left. Numbers cross as numbers: window and command line write them their own way."""
    match reason:
        case Stop.COMPLETED:
            return "Done: every step was taken, and the model is kept."
        case Stop.STOPPED:
            kept = "what it had learned by then is kept" if steps else "there was nothing to keep yet"
            return f"Stopped early; {kept}."
        case Stop.DIVERGED if over:
            return f"{over} What it had learned by then is kept."
        case Stop.DIVERGED:
            kept = " The last weights that were numbers are kept." if steps else ""
            return f"The loss stopped being a number.{kept} Try a smaller learning rate."
