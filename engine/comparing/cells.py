"""The cells of a comparison, one after the other: learn for so long, then score what was learned at equal times.

A cell's clock runs while its networks learn and at no other time: drawing, scoring, surveying and writing are free.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import torch

from engine.comparing.plan import Entry, Plan
from engine.datasets.store import Store
from engine.disk.files import Cancelled, LoadError, atomic_write, read_bounded
from engine.disk.runs import RunFolder
from engine.evaluation import available, evaluate, written
from engine.evaluation.own_classifier import readers_for
from engine.families.latent import Explored
from engine.machine.work import Work
from engine.opened.checkpoints import load_model, save_model
from engine.opened.export import png_bytes, tiled
from engine.opened.model import OpenedModel, open_model_file
from engine.opened.survey import survey
from engine.protocol.answers import Evaluating, Event, Finished, Progressed
from engine.protocol.values import Capability, Image, Recipe, Stop
from engine.training.loop import Control, Job, train

T = TypeVar("T")

METRICS = ("inception_score", "diversity_score", "fid", "class_kl")
"""What is measured, as far as the data allows."""
SURVEYED = 2000
"""Pictures whose points tell where an encoder's pictures are."""
COLUMNS, SAMPLES = 4, 16
MODEL_LIMIT_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One family and seed at one moment."""

    family: str
    seed: int
    moment: float
    """The processor seconds at which it was to be looked at."""
    step: int
    seconds: float
    cpu_seconds: float
    metrics: Mapping[str, Mapping[str, float | int | None]]
    """Of each its value, standard error, and what real pictures score."""
    picture: Path

    def value(self, metric: str) -> float | None:
        found = self.metrics.get(metric, {}).get("value")
        return None if found is None else float(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """Which cell is at work; what its work says of itself."""

    family: str
    seed: int
    cell: int
    cells: int
    learned_s: float = 0.0
    """Processor seconds that it has learned, in calls before this one too."""
    left_s: float = 0.0
    """Those that it and all after it have still to learn."""
    event: Event | None = None
    scored: Scored | None = None
    """A moment of it."""
    is_new: bool = False
    """Whether that moment was scored now, not found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """All moments of all cells."""

    plan: Plan
    scored: tuple[Scored, ...]
    diverged: frozenset[tuple[str, int]] = frozenset()
    """Cells that ended because their loss was no number any more."""


Tell = Callable[[Comparing], object]


def compare(
    plan: Plan,
    data: Store,
    folder: Path,
    *,
    home: Path | None,
    device: torch.device,
    tell: Tell,
    found_so_far: Callable[[Compared], object] = lambda compared: None,
) -> Work[Compared]:
    """Do every cell that is not complete. Closed or cancelled, all that was done stays, and the same call goes on.

    A classifier that has to be trained for these pictures is kept in `home`. After each cell that was done now somebody
    hears what all so far came to.
    """
    found: list[Scored] = []
    diverged: set[tuple[str, int]] = set()
    so_far = Compared(plan=plan, scored=())
    cells = [Cell(plan, entry, seed, folder, home) for entry, seed in plan.cells]
    for number, cell in enumerate(cells):
        was_to_be_done, later_s = not cell.ended(), sum(each.left_s() for each in cells[number + 1 :])
        now = Comparing(
            family=cell.family, seed=cell.seed, cell=number, cells=len(cells), learned_s=cell.learned_s(),
            left_s=cell.left_s() + later_s,
        )  # fmt: skip
        tell(now)
        found += yield from _told(cell.finished(data, device, now, tell), now, plan.seconds + later_s, tell)
        if cell.ended() == Stop.DIVERGED:
            diverged.add((cell.family, cell.seed))
        so_far = Compared(plan=plan, scored=tuple(found), diverged=frozenset(diverged))
        if was_to_be_done:
            found_so_far(so_far)
    return so_far


def _told(work: Work[T], now: Comparing, all_s: float, tell: Tell) -> Work[T]:
    """The same work, every event of which somebody hears of together with whose it is. `all_s` has to be learned from
    the cell's first step on.
    """
    try:
        while True:
            try:
                event = next(work)
            except StopIteration as end:
                result: T = end.value
                return result
            if isinstance(event, Progressed):
                learned_s = event.cpu_seconds
                now = replace(now, learned_s=learned_s, left_s=max(0.0, all_s - learned_s))
            if event is not None:
                tell(replace(now, event=event))
            yield event
    finally:
        work.close()


class Cell:
    """One family with one seed."""

    def __init__(self, plan: Plan, entry: Entry, seed: int, comparison: Path, home: Path | None = None) -> None:
        self._plan, self._entry, self.family, self.seed = plan, entry, entry.family, seed
        self.folder, self._home = comparison / "cells" / f"{entry.family}-{seed}", home
        self._run = RunFolder(self.folder)

    def learned_s(self) -> float:
        """Processor seconds that it has learned so far."""
        return self._run.learning_seconds()[1]

    def left_s(self) -> float:
        """Those that it has still to learn; none once it came to an end, however early."""
        return 0.0 if self.ended() else max(0.0, self._plan.seconds - self.learned_s())

    def finished(self, data: Store, device: torch.device, now: Comparing, tell: Tell) -> Work[list[Scored]]:
        """Every moment scored: what is there already is read, what is missing is done."""
        if not self.ended():
            yield from self._learned(data, device)
        self._complete()
        found = []
        for moment in self._plan.moments:
            path = self._run.moment(moment)
            scored = self._read(moment)
            is_new = scored is None and path.exists()
            if is_new:
                scored = yield from self._score(moment, path, data, device)
            if scored is not None:
                tell(replace(now, scored=scored, is_new=is_new))
                found.append(scored)
        return found

    def scored(self) -> list[Scored]:
        """The moments that are scored."""
        return [scored for moment in self._plan.moments if (scored := self._read(moment)) is not None]

    def is_whole(self) -> bool:
        """Whether nothing of it is left to be done."""
        kept = [moment for moment in self._plan.moments if self._run.moment(moment).exists()]
        return bool(self.ended()) and len(self.scored()) == len(kept)

    def ended(self) -> str:
        """Why its run came to its end; empty while it has not, or has more time now than it had then."""
        reason = str(_read(self.folder / "ended.json").get("reason", ""))
        if reason != Stop.COMPLETED or self.learned_s() >= self._plan.seconds:
            return reason
        steps = self._run.last_report().get("step", 0)
        return reason if steps >= self._entry.values["steps"] else ""

    def _learned(self, data: Store, device: torch.device) -> Work[None]:
        plan, entry = self._plan, self._entry
        control = Control()
        job = Job(
            run=self.folder,
            name=f"{self.family} · seed {self.seed}",
            family=self.family,
            values={**entry.values, "seed": self.seed},
            data=plan.data,
            resume=True,
            budget_s=plan.seconds,
            moments_s=plan.moments,
        )
        events = train(job, data, device=device, control=control)
        finished = yield from _closed_kindly(events, control)
        if finished.reason is Stop.STOPPED:
            raise Cancelled
        atomic_write(self.folder / "ended.json", json.dumps({"reason": finished.reason.value}))

    def _complete(self) -> None:
        """A family that is done before the time (a walk has an end) stays as it is from then on."""
        for moment in self._plan.moments:
            path = self._run.moment(moment)
            if not path.exists() and self._run.model.exists():
                atomic_write(path, read_bounded(self._run.model, limit_bytes=MODEL_LIMIT_BYTES))

    # ------------------------------------------------------------ scores

    def _score(self, moment: float, path: Path, data: Store, device: torch.device) -> Work[Scored]:
        opened = yield from _explorable(path, data, device)
        config = opened.family.picture
        readers = yield from readers_for((yield from data.resizing(config.size, config.channels)), self._home)
        can = available(opened, data, readers)
        wanted = tuple(name for name in METRICS if not can[name])
        scores = (yield from evaluate(opened, data, wanted, self._plan.pictures, readers=readers)) if wanted else {}
        metrics = written(scores)
        pictures = yield from _drawn(opened, SAMPLES)
        picture = self._picture(moment)
        atomic_write(picture, png_bytes(tiled(pictures, COLUMNS)))
        card = opened.model.card
        told = {
            "moment": moment, "step": card["steps"], "seconds": card["learning_seconds"],
            "cpu_seconds": card["cpu_seconds"], "metrics": metrics, "unavailable": {k: v for k, v in can.items() if v},
        }  # fmt: skip
        atomic_write(self._scores(moment), json.dumps(told, indent=1))
        scored = self._read(moment)
        assert scored is not None
        return scored

    def _read(self, moment: float) -> Scored | None:
        told = _read(self._scores(moment))
        try:
            return Scored(
                family=self.family, seed=self.seed, moment=moment, step=int(told["step"]),
                seconds=float(told["seconds"]), cpu_seconds=float(told["cpu_seconds"]),
                metrics=dict(told["metrics"]), picture=self._picture(moment),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError):
            return None

    def _scores(self, moment: float) -> Path:
        return self._run.moment(moment).with_suffix(".json")

    def _picture(self, moment: float) -> Path:
        return self._run.moment(moment).with_suffix(".png")


def _closed_kindly(events: Work[Finished], control: Control) -> Work[Finished]:
    """A run's events; who ends them early leaves a checkpoint behind."""
    while True:
        try:
            event = next(events)
        except StopIteration as end:
            finished: Finished = end.value
            return finished
        try:
            yield event
        except GeneratorExit:
            control.leave = True
            for _ in events:
                pass
            raise


def _explorable(path: Path, data: Store, device: torch.device) -> Work[OpenedModel]:
    """A family whose pictures lie somewhere in its space draws from where they lie, as when one explores it."""
    model = load_model(path)
    latent = model.family.latent
    fitted = latent is not None and latent.explored is Explored.FITTED
    if fitted and Capability.ENCODE in model.family.capabilities and model.explorables is None:
        sized = yield from data.resizing(model.family.picture.size, model.family.picture.channels)
        explorables = yield from survey(model.family, sized, pictures=SURVEYED)
        save_model(path, model.family, name=model.name, explorables=explorables, card=model.card)
    return open_model_file(str(path), device)


def _drawn(opened: OpenedModel, count: int) -> Work[list[Image]]:
    """The first seeds, as they come."""
    recipes = [Recipe(model=opened.fingerprint, seed=seed) for seed in range(count)]
    pictures: list[Image] = []
    for first in range(0, count, COLUMNS):
        work = opened.pictures(recipes[first : first + COLUMNS])
        while True:
            try:
                next(work)
            except StopIteration as end:
                pictures += end.value
                break
            yield None
        yield Evaluating(what="Drawing pictures", done=len(pictures), of=count)
    return pictures


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(read_bounded(path, limit_bytes=1 << 20))
    except (LoadError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
