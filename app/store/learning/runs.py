"""What can be trained, and the run that trains."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.learning.run_state import LossHistory, RunState, advanced, began
from engine.protocol.answers import (
    ConfigChecked,
    DatasetsListed,
    Event,
    Failed,
    FamiliesListed,
    Progressed,
    TrainingStarted,
)
from engine.protocol.requests import CheckConfig, PauseTraining, StopTraining, Train
from engine.protocol.values import DatasetDescribed, FamilyDescribed


class Runs(QObject):
    """Families, data sets, one run at a time and its curves."""

    families_changed = Signal(object)
    datasets_changed = Signal(object)
    run_changed = Signal(object)
    config_checked = Signal(object)
    """The engine's answer about the settings that were asked about last."""
    drafted = Signal(object)
    """Another run like one that was: its command, for the form to be filled with."""

    def __init__(self, client: Client, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._families: tuple[FamilyDescribed, ...] = ()
        self._datasets: tuple[DatasetDescribed, ...] = ()
        self._run: RunState | None = None
        self._losses = LossHistory()
        self._check = 0

    @property
    def families(self) -> tuple[FamilyDescribed, ...]:
        """What can be trained."""
        return self._families

    @property
    def datasets(self) -> tuple[DatasetDescribed, ...]:
        """What can be trained on."""
        return self._datasets

    @property
    def run(self) -> RunState | None:
        """The last run of this session."""
        return self._run

    @property
    def losses(self) -> LossHistory:
        """The curves of that run, append-only; another object for another run."""
        return self._losses

    def check_config(self, asked: CheckConfig) -> None:
        """Ask the engine whether a run could begin so: only it knows what goes together."""
        self._check = self._client.next_ticket()
        self._client.send(replace(asked, ticket=self._check))

    def start(self, train: Train) -> bool:
        """Begin a run; False while another one goes on."""
        if self._run is not None and not self._run.is_over:
            return False
        self._losses = LossHistory()
        train = replace(train, ticket=self._client.next_ticket())
        self._set_run(began(train))
        self._client.send(train)
        return True

    def stop(self) -> None:
        """Finish now and keep what has been learned."""
        if self._run is not None and not self._run.is_over and not self._run.stopping:
            self._set_run(replace(self._run, stopping=True))
            self._client.send(StopTraining())

    def pause(self, paused: bool) -> None:
        """Pause, or go on."""
        if self._run is not None and not self._run.is_over and self._run.paused != paused:
            self._set_run(replace(self._run, paused=paused))
            self._client.send(PauseTraining(paused=paused))

    def receive(self, event: Event) -> None:
        """Take in what the engine says of families, data and the run."""
        match event:
            case FamiliesListed():
                self._families = event.families
                self.families_changed.emit(event.families)
            case DatasetsListed():
                self._datasets = event.datasets
                self.datasets_changed.emit(event.datasets)
            case ConfigChecked():
                if event.ticket == self._check:
                    self.config_checked.emit(event)
            case Failed():
                if self._run is not None and not self._run.is_over and event.ticket == self._run.ticket:
                    self._set_run(replace(self._run, failure=event.problem.sentence))
            case _:
                self._on_run_event(event)

    def _on_run_event(self, event: Event) -> None:
        if isinstance(event, TrainingStarted):
            self._losses = LossHistory()
            for images, losses in event.told:
                self._losses.append(images, losses)
        run = advanced(self._run, event)
        if isinstance(event, Progressed) and run is not None and run.run == event.run:
            self._losses.append(event.images, event.losses)
        if run is not self._run:
            self._set_run(run)

    def _set_run(self, run: RunState | None) -> None:
        self._run = run
        self.run_changed.emit(run)
