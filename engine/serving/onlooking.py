"""A run that is explored while it learns: who asked to look at it, what they see, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.disk.files import Cancelled, ZscapeError
from engine.opened.model import OpenedModel
from engine.protocol.answers import ModelOpened, MomentKept, Republished
from engine.protocol.requests import ExportWalk, KeepMoment, OpenModel
from engine.serving.agenda import Agenda, Emit
from engine.serving.shown import Shown
from engine.serving.works import Export, renamed
from engine.training.live import Moment, matches
from engine.training.loop import Control

AxesWere = tuple[tuple[int, int, float], ...]
"""Axis before, axis now, and the sign between them."""


class Onlooking:
    """Between the run that trains and what the render lane shows of it."""

    def __init__(self, shown: Shown, agenda: Agenda, emit: Emit) -> None:
        self._shown, self._agenda, self._emit = shown, agenda, emit
        self._waiting: list[OpenModel] = []
        """Who asked to look at the run, and waits for its first copy."""

    def look_at(self, control: Control, request: OpenModel) -> None:
        self._waiting.append(request)
        control.onlooker = self._see

    def look_away(self, control: Control) -> None:
        control.onlooker = None
        for request in self._no_longer():
            self._agenda.fail(request, Cancelled("Another model was opened meanwhile."))

    def run_over(self, control: Control, instead: Callable[[OpenModel], None]) -> None:
        """Who still waits to look at a run that has ended is shown its result."""
        control.onlooker = None
        for request in self._no_longer():
            instead(request)

    def _no_longer(self) -> list[OpenModel]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def _see(self, moment: Moment | Exception) -> None:
        """A newer copy of the run is there: the first one opens it."""
        waiting = self._no_longer()
        if isinstance(moment, Exception):
            for request in waiting:
                self._agenda.fail(request, moment)
            return
        axes = self._shown.show_moment(moment, first=bool(waiting))
        opened = self._shown.offered()
        assert opened is not None
        for request in waiting:
            self._agenda.answer(request, ModelOpened(source=request.source, model=opened.describe()))
        if not waiting:
            self._emit(Republished(model=opened.describe(), step=moment.step, images=moment.images, axes=axes))

    def keep(self, live: OpenedModel, request: KeepMoment) -> None:
        if not live.moment:
            raise ZscapeError("not-live", "Only a run that learns has moments to keep.")
        _, kept = self._shown.keep(request.moment)
        told = MomentKept(model=live.fingerprint, path=str(kept.path), fingerprint=kept.fingerprint)
        self._agenda.answer(request, told)

    def kept_for(self, opened: OpenedModel, request: Export) -> tuple[OpenedModel, Export]:
        """What a run draws while it learns is kept as a snapshot, which the exported file then remembers."""
        if not opened.moment:
            return opened, request
        live = opened.fingerprint
        opened, kept = self._shown.keep(0 if isinstance(request, ExportWalk) else request.moment)
        self._agenda.answer(request, MomentKept(model=live, path=str(kept.path), fingerprint=kept.fingerprint))
        return opened, renamed(request, live, kept.fingerprint)


def is_run(request: OpenModel, run: Path) -> bool:
    """Whether a run's folder is asked for."""
    return "\0" not in request.source and Path(request.source).absolute() == run.absolute()


def axes_were(before: OpenedModel | None, now: OpenedModel) -> AxesWere:
    """Where the axes of a run that learned are in its result."""
    if before is None or not before.moment or before.explorables is None or now.explorables is None:
        return ()
    pairs = matches(before.explorables.axes_AD, now.explorables.axes_AD)
    return tuple((was, *pair) for was, pair in enumerate(pairs) if pair is not None)
