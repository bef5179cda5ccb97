"""Explorer: the one mutable store. Panels call its methods and listen to its signals; nothing else is shared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.store import recipes
from app.store.engine_status import Drawing, EngineState, EngineStatus
from app.store.history import HistoryEntry
from app.store.learning import Learning
from app.store.place import CANVAS, Arrival, Client, drawn_seed
from app.store.recipes import SliderKind
from app.store.undo import Step
from engine.protocol.answers import Event, Failed, ModelOpened, Ready, Rendered, Snapshotted, Stopped
from engine.protocol.requests import OpenModel, Render
from engine.protocol.values import Capability, Image, Point, Recipe

GALLERY_SIZE = 24
SLOW_GALLERY_SIZE = 8
"""Families that draw pixel by pixel take seconds a picture."""
HISTORY_VIEW = "history"


class Explorer(Learning):
    """The place and the run, plus what the engine draws: model, pictures, gallery."""

    model_changed = Signal(object)
    base_changed = Signal(object)
    picture_changed = Signal(object)
    cell_changed = Signal(str, object)
    gallery_changed = Signal()
    engine_changed = Signal(object)
    render_ms_changed = Signal(float)
    drawing_changed = Signal(object)
    recipe_adapted = Signal(str)
    """A recipe was made for another version of the model and was fitted to this one; carries the model's name."""

    def __init__(
        self, client: Client, parent: QObject | None = None, *, draw_seed: Callable[[], int] = drawn_seed
    ) -> None:
        super().__init__(client, parent, draw_seed)
        self._base: Point | None = None
        self._cells: dict[str, Rendered] = {}
        self._gallery: tuple[Recipe, ...] = ()
        self._engine = EngineStatus(state=EngineState.STARTING)
        self._drawing = Drawing.RESTING

    # ------------------------------------------------------------ what is

    @property
    def base(self) -> Point | None:
        """The drawn place before displacement, for the raw sliders."""
        return self._base

    @property
    def picture(self) -> Rendered | None:
        """What the canvas shows."""
        return self._picture

    def cell(self, view: str) -> Rendered | None:
        """The last picture of a small view, for panels that come late."""
        return self._cells.get(view)

    def thumbnail_of(self, recipe: Recipe) -> Image | None:
        """A picture of this place among those at hand."""
        for entry in (*self.history, *self.favourites):
            if entry.recipe == recipe and entry.thumbnail is not None:
                return entry.thumbnail
        return next((cell.image for cell in self._cells.values() if cell.recipe == recipe), None)

    @property
    def gallery(self) -> tuple[Recipe, ...]:
        """Places drawn to choose from; cell k arrives as view `gallery.k`."""
        return self._gallery

    @property
    def engine(self) -> EngineStatus:
        """How far it is."""
        return self._engine

    @property
    def drawing(self) -> Drawing:
        """Whether the canvas's picture is whole, growing, or was stopped on its way."""
        return self._drawing

    # ------------------------------------------------------------ asking

    def refresh_gallery(self) -> None:
        """Draw other places to choose from, under the present diversity and condition."""
        if self._recipe is None or self._model is None:
            return
        size = SLOW_GALLERY_SIZE if Capability.PROGRESSIVE in self._model.capabilities else GALLERY_SIZE
        root = recipes.plain(self._recipe)
        self._gallery = tuple(recipes.with_seed(root, self._draw_seed()) for _ in range(size))
        self._cells = {view: cell for view, cell in self._cells.items() if not view.startswith("gallery.")}
        self.gallery_changed.emit()
        self._render_gallery()

    def cancel_picture(self) -> None:
        """Stop drawing the canvas's picture; what is drawn so far stays."""
        if self._drawing is not Drawing.GROWING or self._picture is None:
            return
        self._client.cancel(CANVAS)
        if self._history.illustrate(self._picture.recipe, self._picture.image):
            self.history_changed.emit()
        self._set_drawing(Drawing.STOPPED)

    def finish_picture(self) -> None:
        """Draw what was stopped to its end: the same recipe, so the same picture."""
        if self._drawing is Drawing.STOPPED:
            self._render()

    def request_strip(self, kind: SliderKind | str, key: str) -> None:
        """Five thumbnails along one slider, as views `strip.<kind>.<key>.<k>`."""
        if self._recipe is not None:
            kind = SliderKind(kind)
            for k, recipe in enumerate(recipes.strip(self._recipe, kind, str(key))):
                self._client.render(f"strip.{kind}.{key}.{k}", recipe)

    def restore(
        self, *, sources: dict[str, str], history: Iterable[HistoryEntry], favourites: Iterable[HistoryEntry]
    ) -> None:
        """Take over what the last session remembered."""
        self._sources.update(sources)
        self._history.restore(history)
        self._favourites.restore(favourites)
        self.history_changed.emit()
        self.favourites_changed.emit()

    def illustrate(self, pictures: Mapping[Recipe, Image]) -> None:
        """Give the remembered places their pictures."""
        if self._history.illustrate_all(pictures):
            self.history_changed.emit()
        if self._favourites.illustrate_all(pictures):
            self.favourites_changed.emit()

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in what the engine says. Events that other parts answer (exports, read recipes) pass by."""
        match event:
            case Ready():
                self._engine = EngineStatus(state=EngineState.STARTING, device_label=event.device_label)
                self._tell_ready()
            case Stopped():
                self._set_engine(replace(self._engine, state=EngineState.STOPPED))
            case ModelOpened():
                self._on_model_opened(event)
            case Rendered():
                self._on_rendered(event)
            case Failed():
                self._on_failed(event)
            case Snapshotted():
                self._on_run_learned(event)
            case _:
                pass
        self.hear_run(event)

    def _on_model_opened(self, event: ModelOpened) -> None:
        model, before, was = event.model, self._recipe, self._model
        self._abandon_edit()
        arrival = self._arrivals.popleft() if self._arrivals and self._arrivals[0].source == event.source else None
        wanted = arrival.recipe if arrival else None
        is_same = was is not None and self._sources.get(was.fingerprint) == event.source
        if wanted is None and before is not None and is_same:
            wanted = replace(before, model=model.fingerprint)  # the same model again, perhaps some steps wiser
        self._sources[model.fingerprint] = event.source
        self._model, self._picture, self._base, self._last_slider = model, None, None, None
        self._cells.clear()
        self._set_drawing(Drawing.RESTING)
        if wanted is None:
            self._recipe = Recipe(model=model.fingerprint, seed=recipes.start_seed(model))
        else:
            self._recipe = recipes.fitted(wanted, model)
        self._before = False
        self._tell_ready()
        self.model_changed.emit(model)
        self.base_changed.emit(None)
        self.recipe_changed.emit(self._recipe)
        self._render()
        if arrival is None and is_same:
            self._gallery = tuple(recipes.fitted(recipe, model) for recipe in self._gallery)
            self.gallery_changed.emit()
            self._render_gallery()
            return
        if arrival is not None and arrival.undone is None and before is not None:
            self._undo.push(Step(before=before, after=self._recipe, label=arrival.label))
        if self._history.add(self._recipe, arrival.label if arrival else "Open model"):
            self.history_changed.emit()
        self._tell_undo()
        self.refresh_gallery()
        if wanted is not None and wanted.model not in ("", model.fingerprint):
            self.recipe_adapted.emit(model.name)

    def _on_rendered(self, event: Rendered) -> None:
        if event.view != CANVAS:
            if event.view == HISTORY_VIEW:
                self._illustrate(event)
            else:
                self._cells[event.view] = event
            self.cell_changed.emit(event.view, event)
            return
        self._picture = event
        self._set_drawing(Drawing.RESTING if event.final else Drawing.GROWING)
        if event.point is not None and (self._base is None or self._base.tobytes() != event.point.tobytes()):
            self._base = event.point
            self.base_changed.emit(event.point)
        self.picture_changed.emit(event)
        self.render_ms_changed.emit(event.render_ms)
        self._illustrate(event)

    def _illustrate(self, event: Rendered) -> None:
        if not event.final:
            return
        if self._history.illustrate(event.recipe, event.image):
            self.history_changed.emit()
        if self._favourites.illustrate(event.recipe, event.image):
            self.favourites_changed.emit()
        if self._model is not None and Capability.PROGRESSIVE not in self._model.capabilities and not self._edit_depth:
            for places in (self._history, self._favourites):
                if waiting := places.without_thumbnail(self._model.fingerprint, self._recipe):
                    self._client.render(HISTORY_VIEW, waiting)
                    return

    def _on_failed(self, event: Failed) -> None:
        if event.command == OpenModel.__name__ and self._arrivals:
            self._turn_back(self._arrivals.popleft())
            self._tell_ready()
        elif event.command == Render.__name__ and event.view == CANVAS and self._drawing is Drawing.GROWING:
            self._set_drawing(Drawing.STOPPED)

    def _on_run_learned(self, event: Snapshotted) -> None:
        """A run whose model is explored has learned something: look again."""
        if self._model is not None and self._sources.get(self._model.fingerprint) == event.run:
            self._client.send(OpenModel(source=event.run))

    def _render_gallery(self) -> None:
        for k, recipe in enumerate(self._gallery):
            self._client.render(f"gallery.{k}", recipe)

    def _tell_ready(self) -> None:
        """The engine is up, and what was to be opened is open: before that nothing can be done with it."""
        if self._engine.state is EngineState.STARTING and self._engine.device_label and not self._arrivals:
            self._set_engine(replace(self._engine, state=EngineState.READY))

    def _set_drawing(self, drawing: Drawing) -> None:
        if drawing is not self._drawing:
            self._drawing = drawing
            self.drawing_changed.emit(drawing)

    def _set_engine(self, status: EngineStatus) -> None:
        self._engine = status
        self.engine_changed.emit(status)


__all__ = ["CANVAS", "Arrival", "Client", "EngineState", "EngineStatus", "Explorer"]
