"""Explorer: the one mutable store, put together of parts. Panels are handed the parts they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject

from app.store import recipes
from app.store.client import Client
from app.store.drawn.given import Given
from app.store.drawn.pen import Pen
from app.store.drawn.surprise import Surprise
from app.store.edits import Edits, SliderNote, Step
from app.store.engine_status import Engine
from app.store.favourites import Favourites, marked
from app.store.history import History, HistoryEntry
from app.store.judged.closeness import Closeness
from app.store.judged.codes import Codes
from app.store.judged.nearest import Nearest
from app.store.judged.scores import Scores
from app.store.learning.folders import Folders
from app.store.learning.live import Live
from app.store.learning.runs import Runs
from app.store.library import Library
from app.store.made.directions import Directions
from app.store.made.effects import Effects
from app.store.made.grids import Grids
from app.store.made.meter import Meter
from app.store.made.pads import Pads
from app.store.made.paths import Paths
from app.store.made.sums import Sums
from app.store.models import Models
from app.store.place import Place, drawn_seed
from app.store.shown.beside import Beside
from app.store.shown.cells import CellBoards
from app.store.shown.gallery import Gallery, Strips
from app.store.shown.pictures import Drawing, Pictures
from app.store.shown.steps import Steps
from app.store.sliders import Sliders
from engine.protocol import fitting
from engine.protocol.answers import Event, ModelOpened, Rendered
from engine.protocol.sums import Sum
from engine.protocol.values import CANVAS, Capability, Image, Recipe, View
from engine.protocol.walks import Walk

THUMBNAILS = View("thumbnails")
"""Places of history and favourites that were left before they were drawn."""


class Explorer(QObject):
    """Owns the parts and lets each hear of every event. What concerns several parts at once is done here."""

    def __init__(
        self, client: Client, parent: QObject | None = None, *, draw_seed: Callable[[], int] = drawn_seed
    ) -> None:
        super().__init__(parent)
        self._client = client
        self.engine = Engine(self)
        self.edits = Edits(parent=self)
        self.models = Models(client, self.edits, self)
        self.pictures = Pictures(client, self)
        self.place = Place(client, self.edits, draw_seed, self)
        self.pen = Pen(self.models, self.pictures, self)
        self.given = Given(client, self.edits, self.models, self.place, self.pictures, self)
        self.pen.given, self.given.undrawn = self.given.named, self.pen.undrawn
        self.pen.rest_asked.connect(self.place.render)
        self.surprise = Surprise(client, self.models, self.pictures, self)
        self.boards = CellBoards(client, self)
        self.gallery = Gallery(self.edits, self.place, self.models, self.boards, draw_seed, self)
        self.strips = Strips(self.place, self.boards, self)
        self.history = History(self.edits, self.pictures, self)
        self.favourites = Favourites(self.edits, self.place, self.pictures, self)
        self.favourites.at_hand = self.thumbnail_of
        self.paths = Paths(client, self.edits, self.place, self.models, self.boards, draw_seed, self)
        self.sliders = Sliders(self.edits, self.models, self)
        self.sums = Sums(client, self.edits, self.models, self.boards, self)
        self.effects = Effects(client, self.models, self)
        self.pads = Pads(
            client, self.edits, self.place, self.models, self.pictures, self.boards, draw_seed, self.sliders.names, self
        )
        self.grids = Grids(client, self.place, self.models, self.paths, self.boards, self.sliders.names, self)
        self.steps = Steps(client, self.edits, self.models, self.place, self)
        self.directions = Directions(
            client, self.edits, self.models, self.place, self.pictures, self.sliders, self.boards, self
        )
        self.meter = Meter(client, self.models, self.place, self.pictures, self.boards, self)
        self.runs = Runs(client, self)
        self.scores = Scores(client, self.models, self)
        self.closeness = Closeness(client, self)
        self.nearest = Nearest(client, self.models, self.place, self)
        self.codes = Codes(client, self.models, self)
        self.folders = Folders(client, self)
        self.library = Library(client, self.runs, self)
        self.beside = Beside(client, self.place, self.models, self)
        self.live = Live(
            client, self.edits, self.models, self.place, self.pictures, self.gallery, self.strips, self.favourites, self
        )
        self.pictures.drawing_changed.connect(self._on_pictures_drawing_changed)

    def thumbnail_of(self, recipe: Recipe) -> Image | None:
        """A picture of this place among those at hand."""
        for entry in (*self.history.entries, *self.favourites.entries):
            if entry.recipe == recipe and entry.thumbnail is not None:
                return entry.thumbnail
        return self.boards.image_of(recipe)

    def finish_picture(self) -> None:
        """Draw what was stopped to its end: the same recipe, so the same picture."""
        if self.pictures.drawing is Drawing.STOPPED and not self.pen.finish():
            self.place.render()

    # ------------------------------------------------------------ sessions

    def restore(
        self,
        *,
        sources: dict[str, str],
        history: Iterable[HistoryEntry],
        favourites: Iterable[HistoryEntry],
        walk: Walk | None = None,
        sliders: Iterable[SliderNote] = (),
        total: Sum | None = None,
    ) -> None:
        """Take over what the last session remembered."""
        self.models.remember_sources(sources)
        self.history.restore(history)
        self.favourites.restore(favourites)
        if walk is not None:
            self.paths.restore(walk)
        self.sliders.restore(sliders)
        if total is not None:
            self.sums.restore(total)

    def take_up(
        self,
        *,
        sources: Mapping[str, str],
        place: Recipe | None,
        history: Iterable[HistoryEntry],
        favourites: Iterable[HistoryEntry],
        walk: Walk | None,
        sliders: Iterable[SliderNote],
        total: Sum | None,
        pictures: Mapping[Recipe, Image],
    ) -> None:
        """Go on from a session that was kept: one step. What was visited here stays, after what was visited there."""
        known, value, notes = self.models.sources, self.edits.value, tuple(sliders)
        self.models.remember_sources({key: source for key, source in sources.items() if source and key not in known})
        self.history.restore((*history, *self.history.entries))
        others = tuple(one for one in value.sliders if not any(one.is_of(note) for note in notes))
        taken = replace(
            value,
            place=place or value.place,
            favourites=marked(favourites),
            walk=walk or Walk(),
            total=total or Sum(),
            sliders=(*notes, *others),
        )
        self.models.take(taken, "Open session")
        self.illustrate(pictures)

    def illustrate(self, pictures: Mapping[Recipe, Image]) -> None:
        """Give the remembered places their pictures."""
        self.history.illustrate_all(pictures)
        self.favourites.illustrate_all(pictures)

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in what the engine says. Events that other parts answer (exports, read recipes) pass by."""
        if isinstance(event, Rendered):
            self._on_rendered(event)
            return
        shown, made = (
            (self.engine, self.models, self.pictures, self.given, self.surprise),
            (self.paths, self.sums, self.steps, self.grids, self.pads, self.effects, self.directions, self.meter),
        )
        judged, shelved = (self.scores, self.closeness, self.nearest, self.codes), (self.library, self.beside)
        for part in (*shown, *made, *judged, self.runs, self.folders, *shelved, self.live):
            part.receive(event)
        if isinstance(event, ModelOpened):
            self._on_model_opened(event)
        self.engine.settle(is_opening=self.models.is_opening)

    def _on_rendered(self, event: Rendered) -> None:
        if event.view == CANVAS:
            self.pen.receive(event)
        else:
            self.boards.receive(event)
        if event.final and (event.view == CANVAS or event.view == THUMBNAILS):
            self._illustrate(event)

    def _illustrate(self, event: Rendered) -> None:
        self.history.illustrate(event.recipe, event.image)
        self.favourites.illustrate(event.recipe, event.image)
        model = self.models.model
        if model is None or Capability.PROGRESSIVE in model.capabilities or self.edits.is_open:
            return
        here = self.place.recipe
        for places in (self.history, self.favourites):
            if (waiting := places.waiting(model.fingerprint, here)) is not None:
                self._client.render(THUMBNAILS, waiting)
                return

    def _on_pictures_drawing_changed(self, drawing: Drawing) -> None:
        picture = self.pictures.picture
        if drawing is Drawing.STOPPED and picture is not None and not self.pen.has_whole:
            self.history.illustrate(picture.recipe, picture.image)

    def _on_model_opened(self, event: ModelOpened) -> None:
        self.edits.close()
        was_live = self.live.is_live
        model, before, is_same = event.model, self.edits.value, self.models.source == event.source
        arrival = self.models.arrived(event)
        wanted = arrival.recipe if arrival is not None else None
        if arrival is None and before.place is not None and is_same:
            base = self.pictures.base if was_live else None
            wanted = recipes.moved_on(before.place, model.fingerprint, base, event.axes_were)
        elif wanted is None and before.place is not None and is_same:
            wanted = replace(before.place, model=model.fingerprint)
        if wanted is None:
            place = Recipe(model=model.fingerprint, seed=recipes.start_seed(model))
        else:
            place = fitting.fitted(wanted, model)
        step = arrival.step if arrival is not None else None
        value = before if arrival is None or step is None else step.retraced(before, undone=arrival.undone)
        if arrival is not None and arrival.value is not None:
            value = arrival.value
        self.boards.clear()
        self.pictures.forget()
        self.place.arrive()
        self.edits.amend(replace(value, place=place), tell=False)
        self.engine.settle(is_opening=self.models.is_opening)
        self.models.model_changed.emit(model)
        self.edits.tell(before)
        if self.edits.value.place is before.place:  # the same place of the same model, opened again
            self.place.show()
        if arrival is None and is_same:
            self.gallery.refit(model)
            return
        if step is not None:
            self.edits.retraced.emit(step)
        elif arrival is not None and before.place is not None:
            self.edits.push(Step(before=before, after=self.edits.value, label=arrival.label, page=self.edits.page))
        self.history.add(place, arrival.label if arrival is not None else "Open model")
        self.gallery.refresh()
        if wanted is not None and wanted.model not in ("", model.fingerprint):
            self.models.adapted.emit(model.name)
