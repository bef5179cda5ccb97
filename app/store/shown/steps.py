"""What happens to the shown picture on its way, for models that walk: asked for when the hand rests."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.edits import Edits
from app.store.models import Models
from app.store.place import Place
from engine.protocol.answers import Event, Failed, Republished
from engine.protocol.made import StepsFollowed
from engine.protocol.requests import FollowSteps
from engine.protocol.values import ModelDescribed, Recipe, Setting


def walking(model: ModelDescribed | None) -> Setting | None:
    """The setting whose values are the steps of this model's walk."""
    return next((setting for setting in model.sampling if setting.walks), None) if model is not None else None


class Steps(QObject):
    """One question is under way at a time; when its answer comes too late, the newest place is asked for."""

    changed = Signal()

    def __init__(
        self, client: Client, edits: Edits, models: Models, place: Place, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._edits = edits
        self._models = models
        self._place = place
        self._is_wanted = False
        self._ticket = 0
        self._followed: StepsFollowed | None = None
        self.trouble = ""
        """Why the way of this place is not known."""
        self._refused: Recipe | None = None
        models.model_changed.connect(self._on_models_model_changed)
        place.recipe_changed.connect(self._ask)
        edits.rested.connect(self._ask)

    @property
    def setting(self) -> Setting | None:
        """The steps of the open model's walk; None for one that draws at once."""
        return walking(self._models.model)

    @property
    def followed(self) -> StepsFollowed | None:
        """The way of the shown picture, whichever step it is at; None until it is known."""
        followed = self._followed
        return followed if followed is not None and followed.recipe == self._wanted() else None

    @property
    def step(self) -> int:
        """The step that is shown."""
        setting, recipe = self.setting, self._place.recipe
        if setting is None or recipe is None:
            return 0
        return round(dict(recipe.settings).get(setting.name, setting.default))

    def set_wanted(self, wanted: bool) -> None:
        """Somebody looks on, or nobody does."""
        self._is_wanted = wanted
        self._ask()

    def go_to(self, step: int) -> None:
        """Show another step."""
        if (setting := self.setting) is not None:
            self._place.set_setting(setting, float(min(max(step, setting.low), setting.high)))

    def receive(self, event: Event) -> None:
        """Take in ways; other weights walk other ways."""
        match event:
            case StepsFollowed() if event.ticket == self._ticket:
                self._ticket, self._followed = 0, event
                self.changed.emit()
                self._ask()
            case Failed(command=FollowSteps(recipe=recipe)) if event.ticket == self._ticket:
                self._ticket, self._refused, self.trouble = 0, recipe, event.problem.sentence
                self.changed.emit()
                self._ask()
            case Republished():
                self._followed = None
                self._ask()
            case _:
                pass

    def _wanted(self) -> Recipe | None:
        """The shown place, without the step it is at."""
        setting, recipe = self.setting, self._place.recipe
        if setting is None or recipe is None:
            return None
        return replace(recipe, settings=tuple(pair for pair in recipe.settings if pair[0] != setting.name))

    def _ask(self, *_told: object) -> None:
        wanted = self._wanted()
        is_idle = self._is_wanted and not self._ticket and not self._edits.is_open
        if not is_idle or wanted is None or self.followed is not None or wanted == self._refused:
            return
        self._refused, self.trouble = None, ""
        self._ticket = self._client.next_ticket()
        self._client.send(FollowSteps(recipe=wanted, ticket=self._ticket))

    def _on_models_model_changed(self, _model: object) -> None:
        self._ticket, self._followed, self._refused, self.trouble = 0, None, None, ""
        self.changed.emit()
        self._ask()
