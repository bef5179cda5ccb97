"""Models along a side of a grid: which there are, what they turn out to be, and the pictures they draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.made.grid_options import MOST, Choice, Option
from app.store.models import Models
from engine.protocol.answers import Event, Failed
from engine.protocol.beside import SampleBeside, SampledBeside
from engine.protocol.grids import Side, Varied, spread
from engine.protocol.requests import Cancel
from engine.protocol.scoring import ListModels, ModelListed, ModelsListed
from engine.protocol.values import Image, ModelDescribed, Recipe

_SOME = 4


class GridModels(QObject):
    """One picture at a time is asked for, one model after the other; what is not drawn yet can be given up."""

    listed = Signal()
    """Which models there are is known."""
    known = Signal()
    """A model was opened: what its cells are is known."""
    cell_changed = Signal(int)

    def __init__(self, client: Client, models: Models, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._models = models
        self._listed: tuple[ModelListed, ...] = ()
        self._known: dict[str, ModelDescribed] = {}
        self._troubles: dict[str, str] = {}
        self._cells: tuple[Recipe, ...] = ()
        self._sources: tuple[str, ...] = ()
        self._images: dict[Recipe, Image] = {}
        self._last: dict[int, Image] = {}
        self._listing = self._ticket = 0
        self._is_going = False
        self.is_listed = False
        self._asked: tuple[str, Recipe | None] = ("", None)

    # ------------------------------------------------------------ what there is

    def look(self) -> None:
        """Ask which models there are."""
        self._listing = self._client.next_ticket()
        self._client.send(ListModels(ticket=self._listing))

    def options(self, model: ModelDescribed) -> tuple[Option, ...]:
        """Models whose pictures are as large as the open one's, and runs of which several moments are kept."""
        here, fitting = self._models.source, [one for one in self._listed if one.size == model.size]
        whole = sorted((one for one in fitting if not one.run), key=lambda one: one.source != here)
        found = [_option("", "Models", whole, whole[:_SOME])] if len(whole) > 1 else []
        for run in whole:
            moments = [one for one in fitting if one.run == run.source]
            if len(moments) > 1:
                places = spread(0, len(moments) - 1, min(_SOME, len(moments)))
                few = [moments[round(place)] for place in places]
                found.append(_option(run.source, f"{run.name} as it learned", moments, few))
        return tuple(found)

    def side(self, side: Side) -> Side:
        """A side of models with what is known of them."""
        if side.what is not Varied.MODEL:
            return side
        names = {one.source: one.name for one in self._listed}
        sources = [str(value) for value in side.values]
        return replace(
            side,
            models=tuple(self._known.get(source) for source in sources),
            labels=tuple(names.get(source, source) for source in sources),
        )

    @property
    def trouble(self) -> str:
        """Why a model draws nothing, in a sentence."""
        return next((self._troubles[source] for source in self._sources if source in self._troubles), "")

    def image(self, number: int) -> Image | None:
        """The picture of a cell, once it is this place's."""
        return self._images.get(self._cells[number]) if number < len(self._cells) else None

    def last_image(self, number: int) -> Image | None:
        """The picture of a cell, or what it showed before."""
        return self.image(number) if self.image(number) is not None else self._last.get(number)

    # ------------------------------------------------------------ drawing

    def draw(self, cells: Sequence[Recipe], sources: Sequence[str]) -> None:
        """Have these cells drawn, whose each is told beside it."""
        if tuple(sources) != self._sources:
            self._troubles = {}
        self._cells, self._sources, self._is_going = tuple(cells), tuple(sources), True
        wanted = set(self._cells)
        self._images = {recipe: image for recipe, image in self._images.items() if recipe in wanted}
        self._go_on()

    def cancel(self) -> None:
        """Draw no further; what is drawn stays."""
        self._is_going = False
        if self._ticket:
            self._client.send(Cancel(ticket=self._ticket))
            self._ticket = 0

    def forget(self) -> None:
        """Another model is open."""
        self.cancel()
        self._cells, self._sources = (), ()
        self._images, self._last, self._known, self._troubles = {}, {}, {}, {}

    def _go_on(self) -> None:
        """Ask for the next one: first what a model is, then its pictures."""
        if self._ticket or not self._is_going:
            return
        for source in dict.fromkeys(self._sources):
            if source in self._troubles:
                continue
            if source not in self._known:
                self._ask(source, None)
                return
            for recipe, own in zip(self._cells, self._sources, strict=True):
                if own == source and recipe.model == self._known[source].fingerprint and recipe not in self._images:
                    self._ask(source, recipe)
                    return

    def _ask(self, source: str, recipe: Recipe | None) -> None:
        self._asked = source, recipe
        self._ticket = self._client.next_ticket()
        self._client.send(SampleBeside(source=source, recipe=recipe, ticket=self._ticket))

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in models and pictures, or why there are none."""
        match event:
            case ModelsListed() if event.ticket == self._listing:
                self._listed, self.is_listed = event.models, True
                self.listed.emit()
            case SampledBeside() if event.ticket == self._ticket:
                self._ticket = 0
                self._on_sampled(event)
            case Failed() if event.ticket == self._ticket and self._ticket:
                self._ticket = 0
                self._troubles[self._asked[0]] = event.problem.sentence
                self.known.emit()
                self._go_on()
            case _:
                pass

    def _on_sampled(self, event: SampledBeside) -> None:
        source, recipe = self._asked
        if recipe is None or event.image is None:
            self._known[source] = event.model
            self._models.remember_sources({event.model.fingerprint: source})
            self.known.emit()
        else:
            self._images[recipe] = event.image
            for number, cell in enumerate(self._cells):
                if cell == recipe:
                    self._last[number] = event.image
                    self.cell_changed.emit(number)
        self._go_on()


def _option(name: str, label: str, offered: Sequence[ModelListed], chosen: Sequence[ModelListed]) -> Option:
    sources = tuple(one.source for one in chosen)
    return Option(
        choice=Choice(what=Varied.MODEL, name=name, count=len(sources), sources=sources), label=label, most=MOST,
        has_start=False, has_end=False, offered=tuple((one.source, one.name) for one in offered[:MOST]),
    )  # fmt: skip
