"""The training pictures nearest to the picture one looks at: asked for at rest, and only while somebody looks."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.store.client import Client
from app.store.judged.closeness import Looking
from app.store.models import Models
from app.store.place import Place
from engine.protocol.answers import Evaluating, Event, Failed, Preparing
from engine.protocol.requests import Cancel
from engine.protocol.scoring import FindNearest, NearestFound, Space
from engine.protocol.values import Recipe

COUNT = 4
REST_MS = 350
"""A place that stays so long is one that somebody looks at."""


class Nearest(QObject):
    """`changed` fires when neighbours come, grow old, or cannot be had."""

    changed = Signal()

    def __init__(self, client: Client, models: Models, place: Place, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._models = models
        self._place = place
        self._is_wanted = False
        self._space = Space.FEATURES
        self._ticket = 0
        self._asked: tuple[Recipe, Space] | None = None
        self.found: NearestFound | None = None
        self.looking: Looking | None = None
        self.trouble = ""
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._ask)
        place.recipe_changed.connect(self._on_place_changed)
        models.model_changed.connect(self._on_model_changed)

    @property
    def space(self) -> Space:
        """What counts as near."""
        return self._space

    @property
    def is_current(self) -> bool:
        """True if the neighbours are those of the place where one is."""
        return self.found is not None and (self.found.recipe, self.found.space) == (self._place.recipe, self._space)

    def want(self, wanted: bool) -> None:
        """Somebody looks, or no longer."""
        if wanted != self._is_wanted:
            self._is_wanted = wanted
            if wanted:
                self._on_place_changed()
            else:
                self._leave()

    def set_space(self, space: Space) -> None:
        """Ask what is near in another sense."""
        if space is not self._space:
            self._space = space
            self._on_place_changed()

    # ------------------------------------------------------------ asking

    def _on_model_changed(self, _model: object) -> None:
        self.found, self.trouble = None, ""
        self._on_place_changed()

    def _on_place_changed(self, _recipe: object = None) -> None:
        """Nobody waits for neighbours of a place that was left; the next ones are asked for at rest."""
        if not self._is_wanted:
            return
        waits = self._rest.isActive()
        self._leave()
        self._rest.start()
        if not waits:  # else it was told at the first of these moves
            self.changed.emit()

    def _leave(self) -> None:
        self._rest.stop()
        ticket, self._ticket, self.looking, self._asked = self._ticket, 0, None, None
        if ticket:
            self._client.send(Cancel(ticket=ticket))

    def _ask(self) -> None:
        recipe = self._place.recipe
        if not self._is_wanted or recipe is None or self._models.model is None or self.is_current:
            return
        self._ticket = self._client.next_ticket()
        self._asked, self.trouble = (recipe, self._space), ""
        self._client.send(FindNearest(recipe=recipe, space=self._space, count=COUNT, ticket=self._ticket))
        self.changed.emit()

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in what the engine says."""
        if not self._ticket or getattr(event, "ticket", 0) != self._ticket:
            return
        match event:
            case NearestFound():
                self.found, self.looking, self._ticket = event, None, 0
            case Evaluating() | Preparing():
                self.looking = Looking(event.what, event.done, event.of)
            case Failed():
                self.found, self.looking, self._ticket, self.trouble = None, None, 0, event.problem.sentence
            case _:
                return
        self.changed.emit()
