"""The open model while it is a run that learns: newer pictures of the same places, axes at rest, moments to keep."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from app.store.client import Client
from app.store.edits import Edits
from app.store.favourites import Favourites
from app.store.models import Models
from app.store.place import Place
from app.store.shown.gallery import Gallery, Strips
from app.store.shown.pictures import Drawing, Pictures
from engine.protocol.answers import Event, Failed, Finished, MomentKept, Republished
from engine.protocol.requests import KeepMoment, OpenModel, TakeAxes
from engine.protocol.values import Capability, Image, Recipe


class Live(QObject):
    """Looks again whenever the run has learned something, and moves on to its result when it ends."""

    def __init__(
        self,
        client: Client,
        edits: Edits,
        models: Models,
        place: Place,
        pictures: Pictures,
        gallery: Gallery,
        strips: Strips,
        favourites: Favourites,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._edits = edits
        self._models = models
        self._place = place
        self._pictures = pictures
        self._gallery = gallery
        self._strips = strips
        self._favourites = favourites
        self._offered: Republished | None = None
        """A newer survey, waiting until no hand is on a slider."""
        self._marking: dict[int, tuple[Recipe, Image | None]] = {}
        """Places that become favourites once their moment is kept, with their pictures, by ticket."""
        edits.rested.connect(self._take_offered)
        models.model_changed.connect(self._on_models_model_changed)
        favourites.keep_first = self._keep_moment

    @property
    def is_live(self) -> bool:
        """True while what is open learns."""
        return self._models.model is not None and self._models.model.live

    def moment_of(self, recipe: Recipe) -> int:
        """Which copy of the run drew the picture of a place that is shown; 0 where nobody knows."""
        picture = self._pictures.picture
        return picture.moment if picture is not None and picture.recipe == recipe else 0

    def receive(self, event: Event) -> None:
        """Hear of newer copies, of moments that were kept, and of the end."""
        match event:
            case Republished() if self._models.model is not None:
                if event.model.fingerprint == self._models.model.fingerprint:
                    self._on_republished(event)
            case MomentKept():
                self._models.remember_sources({event.fingerprint: event.path})
                if marked := self._marking.pop(event.ticket, None):
                    place, image = marked
                    self._favourites.mark_as(place, replace(place, model=event.fingerprint), image)
            case Failed():
                self._marking.pop(event.ticket, None)
            case Finished(path=path) if path and self.is_live and self._models.source == event.run:
                self._client.send(OpenModel(source=event.run))
            case _:
                pass

    def _on_republished(self, event: Republished) -> None:
        self._favourites.forget_moment()
        if event.axes:
            self._offered = event
            self._take_offered()  # before the pictures are asked for: they follow the axes that were taken
        if self._pictures.drawing is not Drawing.GROWING:  # else it would never be whole
            self._place.render()
        if Capability.PROGRESSIVE not in event.model.capabilities:
            self._gallery.look_again()
            self._strips.look_again()

    def _take_offered(self) -> None:
        event = self._offered
        if event is None or self._edits.is_open:
            return
        self._offered = None
        self._client.send(TakeAxes(number=event.axes))
        self._models.redescribe(event.model)

    def _keep_moment(self, place: Recipe) -> bool:
        """A place of a run that learns is gone in a moment: its copy is kept first, and that is marked."""
        if not self.is_live or not self._models.is_open(place):
            return False
        ticket = self._client.next_ticket()
        self._marking[ticket] = place, self._pictures.image_of(place)
        self._client.send(KeepMoment(moment=self.moment_of(place), ticket=ticket))
        return True

    def _on_models_model_changed(self, _model: object) -> None:
        self._offered = None
        self._marking.clear()
