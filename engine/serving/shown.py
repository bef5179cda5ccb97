"""What the render lane shows: the open model, or the run that learns, in the copy that was published last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from engine.disk.runs import RunFolder
from engine.latents.explorables import Explorables
from engine.opened.asking import Kept, no_pictures
from engine.opened.model import OpenedModel

if TYPE_CHECKING:  # the first picture does not wait for what trains
    from engine.training.live import Moment

REMEMBERED = 2
"""Copies that can still be kept: what is on the screen may be one older than the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMoment:
    """Where a moment of a run stands on disk."""

    path: Path
    fingerprint: str


class Shown:
    """The engine thread shows, the lane reads, and a new survey waits until nobody drags.

    Weights are exchanged at once, axes and directions only when the window takes them: `axes_taken` tells the number
    of the newest survey that it took. It says so in the mailbox, ahead of the renders that follow, so that a whole
    drag is drawn along the same axes.
    """

    def __init__(self, axes_taken: Callable[[], int], kept: Kept = no_pictures) -> None:
        self._axes_taken = axes_taken
        self._kept_pictures = kept
        self._lock = threading.Lock()
        self._opened: OpenedModel | None = None
        self._offered: tuple[int, Explorables] | None = None
        self._moments: list[tuple[Moment, OpenedModel]] = []
        self._kept: dict[tuple[int, int], tuple[KeptMoment, Explorables | None]] = {}
        """By moment and survey; holding the survey keeps its identity its own."""
        self._numbers = count(1)

    def opened(self) -> OpenedModel | None:
        """What is drawn from now."""
        with self._lock:
            if self._offered is not None and self._axes_taken() >= self._offered[0]:
                self._take_offered()
            return self._opened

    def show(self, opened: OpenedModel) -> None:
        """Another model is open; no run is looked at any more."""
        with self._lock:
            self._opened, self._offered = opened, None
            self._moments.clear()
            self._kept.clear()

    def show_moment(self, moment: Moment, *, first: bool) -> int:
        """A newer copy of the run. Its survey is used at once where it is the first, else offered: its number, or 0."""
        with self._lock:
            if first:
                self._moments.clear()
                self._kept.clear()
            own = first or self._opened is None
            explorables = moment.explorables if own or self._opened is None else self._opened.explorables
            self._opened = moment.opened.surveyed(explorables).at(moment.number, self._kept_pictures)
            self._moments = [*self._moments, (moment, self._opened)][-REMEMBERED:]
            if own:
                self._offered = None
            elif moment.explorables is not None:
                self._offered = next(self._numbers), moment.explorables
            return self._offered[0] if self._offered is not None else 0

    def offered(self) -> OpenedModel | None:
        """What will be drawn once the offered survey is taken."""
        with self._lock:
            if self._opened is None or self._offered is None:
                return self._opened
            return self._opened.surveyed(self._offered[1])

    def _take_offered(self) -> None:
        if self._opened is not None and self._offered is not None:
            self._opened = self._opened.surveyed(self._offered[1])
            self._moments = [(moment, opened.surveyed(self._offered[1])) for moment, opened in self._moments]
        self._offered = None

    # ------------------------------------------------------------ keeping

    def keep(self, number: int) -> tuple[OpenedModel, KeptMoment]:
        """Write the moment that was shown under this number, or the newest, as a snapshot; its opened, as kept."""
        self.opened()  # what was taken counts
        with self._lock:
            if not self._moments:
                raise ValueError("no moment of a run is shown")
            moment, opened = next((pair for pair in self._moments if pair[0].number == number), self._moments[-1])
        key = moment.number, id(opened.explorables)
        if key not in self._kept:
            folder = RunFolder(Path(opened.source))
            self._kept[key] = _written(moment, opened.explorables, folder), opened.explorables
        kept, _ = self._kept[key]
        return opened.kept_as(kept.fingerprint, str(kept.path)), kept


def _written(moment: Moment, explorables: Explorables | None, folder: RunFolder) -> KeptMoment:
    """A file of its own: what was kept before of the same step may have had another survey."""
    for number in count():
        path = folder.kept(moment.step, number)
        if not path.exists():
            return KeptMoment(path=path, fingerprint=moment.keep(path, explorables))
    raise AssertionError("unreachable: there is always another number")
