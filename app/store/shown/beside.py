"""What stands beside the picture: a place that stays, another model under the same wish, or a picture of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.models import Models
from app.store.place import Place
from engine.protocol.answers import Event, Failed, PictureKept
from engine.protocol.beside import SampleBeside, SampledBeside
from engine.protocol.fitting import in_model
from engine.protocol.requests import KeepPicture
from engine.protocol.values import Image, ModelDescribed, Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is held: exactly one of these."""

    place: Recipe | None = None
    source: str = ""
    """Another model, which follows the open one's sliders as far as it can."""
    picture: Path | None = None


class Beside(QObject):
    """One thing at a time. While one drags, the newest wish is drawn as soon as the last one is."""

    changed = Signal()
    """Something else is held, or nothing."""
    image_changed = Signal(object)

    def __init__(self, client: Client, place: Place, models: Models, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._place = place
        self._models = models
        self._held: Held | None = None
        self._image: Image | None = None
        self._model: ModelDescribed | None = None
        self._ticket = 0
        """What is being drawn now; 0 for nothing."""
        self._is_late = False
        self._trouble = ""
        place.recipe_changed.connect(self._on_place_recipe_changed)

    @property
    def held(self) -> Held | None:
        """What is held."""
        return self._held

    @property
    def image(self) -> Image | None:
        """Its picture, as far as it was drawn."""
        return self._image

    @property
    def model(self) -> ModelDescribed | None:
        """Whose picture it is, once its model is open."""
        return self._model

    @property
    def trouble(self) -> str:
        """Why there is no picture, in a sentence."""
        return self._trouble

    @property
    def place(self) -> Recipe | None:
        """The place whose picture is held, where one could go to it."""
        return self._held.place if self._held is not None else None

    # ------------------------------------------------------------ what a person does

    def hold_place(self, recipe: Recipe | None, image: Image | None = None) -> None:
        """Hold a place as it is, with its picture if it is at hand."""
        if recipe is not None:
            self._hold(Held(place=recipe), image)
            if image is None:
                self._ask()

    def hold_model(self, source: str) -> None:
        """Hold another model, which draws the same wish."""
        self._hold(Held(source=source))
        self._ask()

    def hold_picture(self, path: Path) -> None:
        """Hold a picture file beside what the model makes of it."""
        self._hold(Held(picture=path))
        self._ticket = self._client.next_ticket()
        self._client.send(KeepPicture(path=path, ticket=self._ticket))

    def clear(self) -> None:
        """Hold nothing."""
        if self._held is not None:
            self._hold(None)

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in what was drawn, or why it was not."""
        if not isinstance(event, SampledBeside | PictureKept | Failed) or not self._ticket:
            return
        if event.ticket != self._ticket:
            return
        self._ticket = 0
        match event:
            case SampledBeside():
                self._model = event.model
                if event.image is not None:
                    self._show(event.image)
                if event.image is None or self._is_late:
                    self._ask()
            case PictureKept():
                self._show(event.image[..., :3])
            case Failed():
                self._trouble = event.problem.sentence
                self.changed.emit()

    def _hold(self, held: Held | None, image: Image | None = None) -> None:
        self._held, self._image, self._model, self._trouble = held, image, None, ""
        self._ticket, self._is_late = 0, False
        self.changed.emit()

    def _show(self, image: Image) -> None:
        self._image = image
        self.image_changed.emit(image)

    def _ask(self) -> None:
        """Have it drawn; a model that is not known yet is opened first, and then told what it can follow."""
        held = self._held
        if held is None or held.picture is not None:
            return
        if self._ticket:
            self._is_late = True
            return
        self._is_late = False
        source = held.source or (self._models.sources.get(held.place.model, "") if held.place is not None else "")
        if not source:
            self._trouble = "The model of this place is not known here."
            self.changed.emit()
            return
        wanted = held.place or self._place.recipe
        recipe = None if self._model is None or wanted is None else in_model(wanted, self._model)
        self._ticket = self._client.next_ticket()
        self._client.send(SampleBeside(source=source, recipe=recipe, ticket=self._ticket))

    def _on_place_recipe_changed(self, _recipe: object) -> None:
        if self._held is not None and self._held.source:
            self._ask()
