"""A run as it is explored while it learns: copies of the moving average, published at seams.

Each copy is a model of its own that nothing changes, so the render lane reads it while the next one is made. The run
keeps one fingerprint, so that recipes stay valid from copy to copy, and its axes and directions keep their places:
a light survey tells anew where they are, and each is matched to the one that it was.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.datasets.store import Store
from engine.families.base import AnyFamily
from engine.families.phases import Stage
from engine.latents.explorables import Explorables
from engine.machine.work import Work
from engine.opened.checkpoints import Model, copy_of, save_model
from engine.opened.model import OpenedModel
from engine.opened.survey import survey
from engine.training.trainer import Trainer

EVERY_S = 3.0
SHARE, RETRY_S = 0.1, 30.0
"""Publishing takes at most this share of a run's time, the survey included."""
RESURVEY = 1.25
"""Points move fast at first: they are looked at anew when the run is so much longer."""
PICTURES = 400
"""That a light survey encodes, or draws."""
LIVE = "live-"


def live_fingerprint(run: Path) -> str:
    """What a run is called while it learns."""
    return LIVE + hashlib.sha256(str(run.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """What a run had learned at one step: a copy that nothing changes, and the model that draws from it."""

    number: int
    """Counted from 1 in each run that is looked at."""
    family: AnyFamily
    """As it is kept on disk: the opened folds and packs a copy of its own."""
    stage: Stage
    name: str
    card: Mapping[str, Any]
    step: int
    images: int
    opened: OpenedModel
    explorables: Explorables | None
    """From a survey of this moment; None when there was none."""

    def keep(self, path: Path, explorables: Explorables | None) -> str:
        """Write it as a model file; returns its fingerprint."""
        return save_model(path, self.family, name=self.name, explorables=explorables, card=self.card, stage=self.stage)


Onlooker = Callable[[Moment | Exception], None]
"""Takes a newer copy, or hears why there is none."""


class Live:
    """Publishes a run to whoever looks on. It draws with generators of its own and changes no number of the run."""

    def __init__(self, run: Path, name: str, trainer: Trainer, data: Store, card: Callable[[], dict[str, Any]]) -> None:
        self._run, self._name, self._card = run, name, card
        self._trainer, self._data = trainer, data
        self._shown_to: Onlooker | None = None
        self._published_at = self._surveyed_at = -1
        self._last: Explorables | None = None
        self._next = 0.0
        self._number = 0

    def publish(self, onlooker: Onlooker) -> Work[None]:
        """Hand over a copy of this moment, when it is time for one; yields None at seams."""
        trainer, began = self._trainer, time.perf_counter()
        is_new = onlooker is not self._shown_to
        if not is_new and (began < self._next or trainer.steps_done == self._published_at):
            return
        if not trainer.sound():
            return
        step, images, stage, card = trainer.steps_done, trainer.images, trainer.stage, self._card()
        try:
            family, opened = copy_of(trainer.average, stage), self._opened()
        except Exception as error:  # too little memory for a second copy must not end the run
            self._next, self._shown_to = time.perf_counter() + RETRY_S, onlooker
            onlooker(error)
            return
        yield None
        explorables = None
        if is_new or step >= RESURVEY * self._surveyed_at:
            explorables = yield from self._survey(family)
            self._surveyed_at = step
        self._number += 1
        self._shown_to, self._published_at = onlooker, step
        onlooker(
            Moment(
                number=self._number,
                family=family,
                stage=stage,
                name=f"{self._name} · step {step}",
                card=card,
                step=step,
                images=images,
                opened=opened,
                explorables=explorables,
            )
        )
        spent = time.perf_counter() - began
        self._next = time.perf_counter() + max(EVERY_S, spent / SHARE)

    def _opened(self) -> OpenedModel:
        model = Model(
            family=copy_of(self._trainer.average, self._trainer.stage),
            fingerprint=live_fingerprint(self._run),
            name=self._name,
            path=str(self._run),
            explorables=None,
            card=self._card(),
        )
        return OpenedModel(model, self._trainer.device)

    def _survey(self, family: AnyFamily) -> Work[Explorables | None]:
        """Where things are now; a survey that fails, as one may early in a run, must not end the run."""
        try:
            found = yield from survey(family, self._data, pictures=PICTURES)
        except Exception:
            return None
        if found is not None:
            found = self._last = found if self._last is None else settled(self._last, found)
        return found


def matches(before_AD: Tensor, now_AD: Tensor) -> list[tuple[int, float] | None]:
    """For each axis that was, the one that it became and which way round, the likest pairs first; None if lost."""
    found: list[tuple[int, float] | None] = [None] * len(before_AD)
    alike = before_AD @ now_AD.T
    for place in alike.abs().flatten().argsort(descending=True).tolist():
        was, now = divmod(place, len(now_AD))
        if found[was] is None and all(pair is None or pair[0] != now for pair in found):
            found[was] = now, 1.0 if float(alike[was, now]) >= 0 else -1.0
    return found


def settled(before: Explorables, now: Explorables) -> Explorables:
    """A new survey with every axis and direction in its old place: nothing is exchanged, nothing vanishes."""
    pairs = matches(before.axes_AD, now.axes_AD)
    taken = {pair[0] for pair in pairs if pair is not None}
    fresh = [index for index in range(len(now.axes_AD)) if index not in taken]
    axes, sigmas, shares, labels = [], [], [], []
    for was, pair in enumerate([*pairs, *((index, 1.0) for index in fresh)]):
        if pair is None:
            axes.append(before.axes_AD[was])
            sigmas.append(before.sigmas_A[was])
            shares.append(before.shares_A[was])
            labels.append(before.axis_labels[was])
        else:
            index, way = pair
            axes.append(way * now.axes_AD[index])
            sigmas.append(now.sigmas_A[index])
            shares.append(now.shares_A[index])
            had = before.axis_labels[was] if was < len(pairs) else ""
            labels.append(had or now.axis_labels[index])
    moves = dict(zip((direction.name for direction in now.directions), now.directions_MD, strict=True))
    kept = dict(zip((direction.name for direction in before.directions), before.directions_MD, strict=True))
    added = tuple(direction for direction in now.directions if direction.name not in kept)
    directions = (*before.directions, *added)
    named = [moves.get(direction.name, kept.get(direction.name)) for direction in directions]
    return replace(
        now,
        axes_AD=torch.stack(axes) if axes else now.axes_AD,
        sigmas_A=torch.stack(sigmas) if sigmas else now.sigmas_A,
        shares_A=torch.stack(shares) if shares else now.shares_A,
        axis_labels=_told_apart(labels),
        directions=directions,
        directions_MD=torch.stack([move for move in named if move is not None]) if named else now.directions_MD,
    )


def _told_apart(labels: list[str]) -> tuple[str, ...]:
    """A name stands once, at the axis that had it first."""
    return tuple("" if label in labels[:place] else label for place, label in enumerate(labels))
