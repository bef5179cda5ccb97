"""Which models are measured on what, how far that is, and what came out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.judged.comparing import (
    COUNTS,
    DEFAULT_GROUPS,
    Progress,
    Suggestion,
    answered,
    data_source,
    partner,
)
from app.store.judged.table import Table, table_of
from app.store.models import Models
from engine.protocol.answers import Event, Failed, Finished, MomentKept
from engine.protocol.requests import Cancel
from engine.protocol.score_words import GROUPS
from engine.protocol.scoring import (
    AllMeasured,
    BestMarked,
    ListModels,
    MarkBest,
    Measure,
    Measuring,
    ModelListed,
    ModelScored,
    ModelsListed,
)
from engine.protocol.values import Better

_SETTLED = 0.03
"""After this share of a step its speed is known well enough to say how long it will take."""


class Scores(QObject):
    """What is chosen is changed by setters; what is known of it is asked for at once, the rest by `measure`."""

    models_changed = Signal()
    chosen_changed = Signal()
    results_changed = Signal()
    progress_changed = Signal()
    finished = Signal(int)
    """Everything is measured; carries how many models were not known before."""

    def __init__(
        self,
        client: Client,
        models: Models,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._open = models
        self._clock = clock
        self._models: tuple[ModelListed, ...] = ()
        self._files: tuple[str, ...] = ()
        self._chosen: tuple[str, ...] = ()
        self._data = ""
        self._is_data_picked = False
        self._n = 500
        self._groups = frozenset(DEFAULT_GROUPS)
        self._results: dict[str, ModelScored] = {}
        self._progress: Progress | None = None
        self._listing = self._asking = self._measuring = 0
        self._began = 0.0
        self._is_looked = False

    # ------------------------------------------------------------ what is

    @property
    def models(self) -> tuple[ModelListed, ...]:
        """All that could be measured; the snapshots of a run follow it."""
        return self._models

    @property
    def files(self) -> tuple[str, ...]:
        """Model files from elsewhere."""
        return self._files

    @property
    def chosen(self) -> tuple[str, ...]:
        """Sources of what is to be measured, in the order of the list."""
        return self._chosen

    @property
    def data(self) -> str:
        """What is measured on."""
        return self._data

    @property
    def is_data_picked(self) -> bool:
        """True if somebody picked these pictures; else they follow the models."""
        return self._is_data_picked

    @property
    def n(self) -> int:
        """How many pictures."""
        return self._n

    @property
    def groups(self) -> frozenset[str]:
        """Names of the groups of metrics that are wanted."""
        return self._groups

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is asked for."""
        return tuple(metric for group in GROUPS if group.name in self._groups for metric in group.metrics)

    @property
    def results(self) -> dict[str, ModelScored]:
        """What is known of the chosen models, on this data and this many pictures."""
        return {source: self._results[source] for source in self._chosen if source in self._results}

    @property
    def progress(self) -> Progress | None:
        """How far the measuring is; None while nothing is measured."""
        return self._progress

    @property
    def is_measuring(self) -> bool:
        """True until everything that was asked for is told."""
        return bool(self._measuring)

    def model(self, source: str) -> ModelListed | None:
        """One of the list."""
        return next((model for model in self._models if model.source == source), None)

    def snapshots(self, run: str) -> tuple[ModelListed, ...]:
        """The snapshots of a run."""
        return tuple(model for model in self._models if model.run == run)

    def title(self, source: str) -> str:
        """What a model is called where it stands alone: a snapshot after its run."""
        model = self.model(source)
        if model is None:
            return source.rsplit("/", 1)[-1]
        run = self.model(model.run) if model.run else None
        if run is not None:
            return f"{run.name} · {model.name}"
        same = [other for other in self._models if other.name == model.name and not other.run]
        return f"{model.name} · {model.family_label}" if len(same) > 1 else model.name

    def table(self) -> Table:
        """The results as rows and columns."""
        return table_of(self.results, self.title, self.metrics)

    def why_not(self) -> str:
        """Why nothing can be measured; empty when it can."""
        if not self._chosen:
            return "Choose at least one model"
        if not self._data:
            return "Choose the pictures to measure on"
        if not self._groups:
            return "Choose what to measure"
        return ""

    def is_known(self) -> bool:
        """True if everything that is wanted was measured before."""
        return bool(self._chosen) and self.count_known() == len(self._chosen)

    def count_known(self) -> int:
        """Of how many chosen models everything that is wanted was measured before."""
        return sum(map(self._is_answered, self._chosen))

    def suggestion(self) -> Suggestion | None:
        """A first comparison: the two newest runs of the same data, or the open model and another one of its data."""
        whole = [model for model in self._models if not model.run]
        runs = [model for model in whole if "/" in model.source or "\\" in model.source]
        here = [model for model in whole if model.source == self._open.source]
        for some, others in ((runs, runs), (here, whole), (whole, whole)):
            for first in some:
                if (pair := partner(first, others)) is not None:
                    return pair
        return None

    # ------------------------------------------------------------ choosing

    def look(self) -> None:
        """Ask which models there are."""
        self._is_looked = True
        self._listing = self._client.next_ticket()
        self._client.send(ListModels(files=self._files, ticket=self._listing))

    def add_file(self, file: str) -> None:
        """Take a model from elsewhere into the list, and choose it."""
        if file not in self._files:
            self._files = (*self._files, file)[-20:]
        self._chosen = tuple(dict.fromkeys((*self._chosen, file)))
        self.look()
        self._ask_known()

    def choose(self, sources: Iterable[str]) -> None:
        """Measure these and no others."""
        order = {model.source: place for place, model in enumerate(self._models)}
        chosen = tuple(sorted(dict.fromkeys(sources), key=lambda source: order.get(source, len(order))))
        if chosen == self._chosen:
            return
        self._chosen = chosen
        self._follow_models()
        self._ask_known()

    def _follow_models(self) -> None:
        """Until somebody picks the pictures, they are what one of the chosen models learned from."""
        own = [data_source(found.data) for source in self._chosen if (found := self.model(source)) and found.data]
        if own and self._data not in own and not self._is_data_picked:
            self._data, self._results = own[0], {}

    def set_chosen(self, source: str, chosen: bool) -> None:
        """Take one model in, or out."""
        self.choose((*self._chosen, source) if chosen else (each for each in self._chosen if each != source))

    def set_data(self, data: str) -> None:
        """Measure on these pictures, whatever models are chosen."""
        self._is_data_picked = True
        if data != self._data:
            self._data = data
            self._forget()

    def set_n(self, n: int) -> None:
        """Measure on another number of pictures."""
        if n != self._n:
            self._n = n
            self._forget()

    def set_group(self, name: str, wanted: bool) -> None:
        """Measure more, or less."""
        groups = self._groups | {name} if wanted else self._groups - {name}
        if groups != self._groups:
            self._groups = groups
            self._ask_known()

    def restore(
        self, *, files: Iterable[str], chosen: Iterable[str], data: str, is_data_picked: bool, n: int,
        groups: Iterable[str],
    ) -> None:  # fmt: skip
        """Take over what an earlier session kept."""
        self._is_data_picked = is_data_picked
        self._files, self._chosen = tuple(files)[-20:], tuple(dict.fromkeys(chosen))
        self._data, self._n = data, n if n in COUNTS else self._n
        known = {group.name for group in GROUPS}
        self._groups = frozenset(groups) & known or self._groups
        self.chosen_changed.emit()

    # ------------------------------------------------------------ measuring

    def measure(self) -> None:
        """Measure all that is chosen, and not known yet."""
        if self.why_not() or self._measuring:
            return
        self._measuring = self._client.next_ticket()
        self._began = self._clock()
        self._progress = Progress(
            source=self._chosen[0], place=0, models=len(self._chosen), what="Beginning", done=0, of=1
        )
        self.progress_changed.emit()
        self._client.send(
            Measure(sources=self._chosen, data=self._data, n=self._n, metrics=self.metrics, ticket=self._measuring)
        )

    def compare(self, suggestion: Suggestion) -> None:
        """Choose two models and measure them at once."""
        self._data, self._is_data_picked = data_source(suggestion.first.data), False
        self._results = {}
        self.choose((suggestion.first.source, suggestion.second.source))
        self.chosen_changed.emit()
        self.measure()

    def measure_run(self, run: ModelListed) -> None:
        """Choose a run with all its snapshots, and measure them."""
        self._data, self._is_data_picked = data_source(run.data) or self._data, False
        self._results = {}
        self.choose((run.source, *(model.source for model in self.snapshots(run.source))))
        self.chosen_changed.emit()
        self.measure()

    def cancel(self) -> None:
        """Measure no further; what is measured stays."""
        if self._measuring:
            self._client.send(Cancel(ticket=self._measuring))
            self._end()

    def _end(self) -> None:
        self._measuring, self._progress = 0, None
        self.progress_changed.emit()

    def _forget(self) -> None:
        self._results = {}
        self.results_changed.emit()
        self._ask_known()

    def _ask_known(self) -> None:
        """Have what was measured before told at once."""
        self.chosen_changed.emit()
        self.results_changed.emit()
        missing = tuple(source for source in self._chosen if not self._is_answered(source))
        if missing and self._data and self._groups:
            self._asking = self._client.next_ticket()
            self._client.send(
                Measure(
                    sources=missing, data=self._data, n=self._n, metrics=self.metrics, kept_only=True,
                    ticket=self._asking,
                )
            )  # fmt: skip

    def _is_answered(self, source: str) -> bool:
        told = self._results.get(source)
        return told is not None and set(self.metrics) <= answered(told)

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in what the engine says."""
        match event:
            case ModelsListed() if event.ticket == self._listing:
                self._models = event.models
                there = {model.source for model in event.models}
                gone = [source for source in self._chosen if source not in there]
                self.models_changed.emit()
                self.choose([source for source in self._chosen if source in there])
                if not gone:
                    self._ask_known()
            case Measuring() if event.ticket == self._measuring:
                self._on_measuring(event)
            case ModelScored() if event.ticket in (self._measuring, self._asking) and self._is_asked(event):
                self._on_measured(event)
            case AllMeasured() if event.ticket == self._measuring:
                self._end()
                self._mark_best()
                self.finished.emit(event.fresh)
            case Failed() if event.ticket == self._measuring and self._measuring:
                self._end()
            case Finished() | MomentKept() | BestMarked():
                if self._is_looked:
                    self.look()
            case _:
                pass

    def _is_asked(self, event: ModelScored) -> bool:
        return event.data == self._data and event.n == self._n

    def _on_measuring(self, event: Measuring) -> None:
        before, now = self._progress, self._clock()
        is_same = before is not None and (before.place, before.what) == (event.place, event.what)
        if not is_same or event.done < (before.done if before is not None else 0):
            self._began = now
        share = event.done / max(1, event.of)
        eta = (now - self._began) * (1.0 - share) / share if share > _SETTLED and is_same else math.nan
        steps = before.steps if before is not None and before.place == event.place else ()
        if before is not None and before.place == event.place and before.what not in (event.what, *steps):
            steps = (*steps, before.what)
        self._progress = Progress(
            source=event.source, place=event.place, models=event.models, what=event.what, done=event.done,
            of=event.of, eta_s=eta, steps=steps, steps_expected=5 + 2 * ("copies" in self._groups),
        )  # fmt: skip
        self.progress_changed.emit()

    def _on_measured(self, event: ModelScored) -> None:
        before = self._results.get(event.source)
        if before is not None and before.fingerprint == event.fingerprint and event.problem is None:
            named = {score.name: score for score in (*before.scores, *event.scores)}
            why = dict((*before.unavailable, *event.unavailable))
            event = replace(event, scores=tuple(named.values()), unavailable=tuple(why.items()))
        self._results[event.source] = event
        self.results_changed.emit()

    # ------------------------------------------------------------ the best of a run

    def _mark_best(self) -> None:
        """The snapshot that scored best of those of one run is kept: the last is not always the best."""
        table = self.table()
        for run in dict.fromkeys(model.run for source in self._chosen if (model := self.model(source)) and model.run):
            own = [source for source in self._chosen if source == run or self._run_of(source) == run]
            column = next((each for each in table.columns if each.kind.better is not Better.NEITHER), None)
            best = None if column is None else table.best(column.kind.name, own)
            if column is None or best is None or len(own) < 2 or self._run_of(best) != run:
                continue
            value = table.cell(best, column.kind.name)
            if value is not None:
                self._client.send(
                    MarkBest(source=best, run=run, score=column.kind.name, value=value.value, data=self._data)
                )

    def _run_of(self, source: str) -> str:
        model = self.model(source)
        return model.run if model is not None else ""
