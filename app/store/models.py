"""The open model, where each known model came from, and the way to a place in another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.edits import Edited, Edits, Step
from engine.protocol.answers import Event, Failed, ModelOpened
from engine.protocol.requests import OpenModel
from engine.protocol.values import ModelDescribed, Recipe


@dataclass(frozen=True, slots=True)
class Arrival:
    """What to do once the model that was asked for is open."""

    source: str
    recipe: Recipe | None
    label: str
    step: Step | None = None
    """The step that undo or redo needs the model for; it is taken on the stack already."""
    undone: bool = False
    value: Edited | None = None
    """All that is to be there with the place: a session that was kept."""


class Models(QObject):
    """Which model is open. `Explorer` does the rest of an arrival: place, pictures, gallery."""

    model_changed = Signal(object)
    redescribed = Signal(object)
    """The same model has other axes or directions: it learns."""
    adapted = Signal(str)
    """A recipe was made for another version of the model and was fitted to this one; carries the model's name."""
    missing = Signal(object)
    """A place was asked for whose model nobody knows where to find; carries its recipe."""

    def __init__(self, client: Client, edits: Edits, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._edits = edits
        self._model: ModelDescribed | None = None
        self._sources: dict[str, str] = {}
        self._arrivals: dict[int, Arrival] = {}
        """What is being opened, by ticket."""
        edits.admit = self._admit

    @property
    def model(self) -> ModelDescribed | None:
        """The open model."""
        return self._model

    @property
    def sources(self) -> dict[str, str]:
        """Where each known model was opened from, by fingerprint."""
        return dict(self._sources)

    @property
    def source(self) -> str:
        """Where the open model came from."""
        return self._sources.get(self._model.fingerprint, "") if self._model is not None else ""

    @property
    def is_opening(self) -> bool:
        """True while a model is being opened that somebody asked for."""
        return bool(self._arrivals)

    def is_open(self, recipe: Recipe) -> bool:
        """True if this place is one of the open model's."""
        return self._model is not None and recipe.model == self._model.fingerprint

    def knows(self, recipe: Recipe) -> bool:
        """True if this place's model is open, or could be opened."""
        return self.is_open(recipe) or recipe.model in self._sources

    # ------------------------------------------------------------ going

    def open(self, source: str, recipe: Recipe | None = None, label: str = "Open model", *, ticket: int = 0) -> None:
        """Open a model and go to `recipe` in it, or to its first picture; under a ticket that somebody waits for."""
        self._depart(Arrival(source, recipe, label), ticket)

    def go_to(self, recipe: Recipe, label: str) -> None:
        """Go to a place, opening its model first if another one is open."""
        if self.is_open(recipe):
            self._edits.put(replace(self._edits.value, place=recipe), label)
        elif source := self._sources.get(recipe.model):
            self._depart(Arrival(source, recipe, label))
        else:
            self.missing.emit(recipe)

    def take(self, value: Edited, label: str) -> None:
        """Have everything be as in `value`, opening its place's model first if another one is open: one step."""
        place = value.place
        source = self._sources.get(place.model) if place is not None else None
        if place is None or self.is_open(place):
            self._edits.put(value, label)
        elif source:
            self._depart(Arrival(source, place, label, value=value))
        else:
            self._edits.put(replace(value, place=self._edits.value.place), label)
            self.missing.emit(place)

    def remember_sources(self, sources: Mapping[str, str]) -> None:
        """Take over what the last session knew."""
        self._sources.update(sources)

    def _admit(self, step: Step, undone: bool) -> bool:
        """Whether a step can be undone at once; else its model is opened first, or the step is given back."""
        place = step.retraced(self._edits.value, undone=undone).place
        if place is None or self._model is None or self.is_open(place):
            return True
        if source := self._sources.get(place.model):
            self._depart(Arrival(source, place, step.label, step, undone))
        else:
            self._edits.turn_back(undone=undone)
            self.missing.emit(place)
        return False

    def _depart(self, arrival: Arrival, ticket: int = 0) -> None:
        ticket = ticket or self._client.next_ticket()
        self._arrivals[ticket] = arrival
        fingerprint = arrival.recipe.model if arrival.recipe is not None else ""
        self._client.send(OpenModel(source=arrival.source, fingerprint=fingerprint, ticket=ticket))

    # ------------------------------------------------------------ hearing

    def arrived(self, event: ModelOpened) -> Arrival | None:
        """Take the model as the open one; what was wanted there, None if nobody asked for it."""
        self._sources[event.model.fingerprint] = event.source
        self._model = event.model
        return self._arrivals.pop(event.ticket, None)

    def redescribe(self, model: ModelDescribed) -> None:
        """Take what is now known of the open model; sliders are made anew only if there are other ones."""
        before, self._model = self._model, model
        if before is None or _sliders(before) != _sliders(model):
            self.redescribed.emit(model)

    def receive(self, event: Event) -> None:
        """Hear that a model did not open."""
        match event:
            case Failed():
                arrival = self._arrivals.pop(event.ticket, None)
                if arrival is not None and arrival.step is not None:
                    self._edits.turn_back(undone=arrival.undone)
            case _:
                pass


def _sliders(model: ModelDescribed) -> tuple[object, ...]:
    return (*model.directions, *((axis.index, axis.label) for axis in model.axes))
