"""Where one is in a model's latent space and every way to move: edits, undo, history, favourites.

The lower half of `app.store.state.Explorer`, split off so that each half can be read at one sitting.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.store import recipes
from app.store.history import History, HistoryEntry
from app.store.recipes import SliderKind
from app.store.threads import assert_gui_thread
from app.store.undo import Step, UndoStack
from engine.protocol.answers import Rendered
from engine.protocol.requests import Command, OpenModel
from engine.protocol.values import Image, ModelDescribed, Recipe

CANVAS = "canvas"
DRAWN_SEED_LIMIT = 999_999
"""Seeds that Random draws have six digits, so that a person can read one out."""


class Client(Protocol):
    """What the store asks of the engine; `app.client.EngineClient` and the tests' fake both are one."""

    def render(self, view: str, recipe: Recipe, progressive: bool = False) -> int: ...
    def cancel(self, view: str) -> None: ...
    def send(self, command: Command) -> None: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """What to do once the model that was asked for is open."""

    source: str
    recipe: Recipe | None
    label: str
    undone: bool | None = None
    """True or False when undo or redo needs another model: its step is already taken on the stack."""


def drawn_seed() -> int:
    """A seed nobody chose."""
    return random.randint(0, DRAWN_SEED_LIMIT)


class Place(QObject):
    """The recipe of the open model. One edit is one undo step and one place in the history."""

    recipe_changed = Signal(object)
    history_changed = Signal()
    favourites_changed = Signal()
    undo_changed = Signal(bool, str, bool, str)
    before_changed = Signal(bool)
    model_missing = Signal(object)
    """A place was asked for whose model nobody knows where to find; carries its recipe."""

    def __init__(self, client: Client, parent: QObject | None, draw_seed: Callable[[], int]) -> None:
        super().__init__(parent)
        self._client = client
        self._draw_seed = draw_seed
        self._model: ModelDescribed | None = None
        self._recipe: Recipe | None = None
        self._picture: Rendered | None = None
        self._before = False
        self._edit_start: Recipe | None = None
        self._edit_depth = 0
        self._undo = UndoStack()
        self._history = History()
        self._favourites = History(limit=1000)
        self._sources: dict[str, str] = {}
        self._last_slider: tuple[SliderKind, str] | None = None
        self._arrivals: deque[Arrival] = deque()

    # ------------------------------------------------------------ what is

    @property
    def model(self) -> ModelDescribed | None:
        """The open model."""
        return self._model

    @property
    def recipe(self) -> Recipe | None:
        """Where we are; None until a model is open."""
        return self._recipe

    @property
    def history(self) -> tuple[HistoryEntry, ...]:
        """Places that were visited, newest first."""
        return self._history.entries

    @property
    def favourites(self) -> tuple[HistoryEntry, ...]:
        """Places that were marked, newest first."""
        return self._favourites.entries

    @property
    def is_favourite(self) -> bool:
        """True if this very place is marked."""
        return self._recipe is not None and self._recipe in self._favourites

    @property
    def is_before(self) -> bool:
        """True while the base place is shown instead of the recipe."""
        return self._before

    @property
    def sources(self) -> dict[str, str]:
        """Where each known model was opened from, by fingerprint."""
        return dict(self._sources)

    @property
    def last_slider(self) -> tuple[SliderKind, str] | None:
        """The slider that was moved last: its strip is what a person wants to export."""
        return self._last_slider

    # ------------------------------------------------------------ moving

    def set_direction(self, name: str, sigmas: float) -> None:
        """Displace along a named direction."""
        self._last_slider = (SliderKind.DIRECTION, name)
        self._change(lambda recipe: recipes.with_direction(recipe, name, sigmas), name.replace("_", " ").capitalize())

    def set_axis(self, index: int, sigmas: float) -> None:
        """Displace along a principal axis."""
        self._last_slider = (SliderKind.AXIS, str(index))
        self._change(lambda recipe: recipes.with_axis(recipe, index, sigmas), f"Axis {index + 1}")

    def set_raw(self, index: int, value: float) -> None:
        """Set one coordinate to an absolute value."""
        self._change(lambda recipe: recipes.with_raw(recipe, index, value), f"z {index}")

    def reset_raw(self, index: int) -> None:
        """Give one coordinate back its drawn value."""
        self._change(lambda recipe: recipes.with_raw(recipe, index, None), f"Reset z {index}")

    def set_truncation(self, value: float) -> None:
        """Pull toward the centre (0) or go all the way out (1)."""
        psi = recipes.bounded(value, recipes.TRUNCATION_LIMIT, low=0.0, otherwise=1.0)
        self._change(lambda recipe: replace(recipe, truncation=psi), "Diversity")

    def set_condition(self, name: str, value: float | None) -> None:
        """Ask for a class, or (None) for any."""
        self._change(lambda recipe: recipes.with_condition(recipe, name, value), name.capitalize())

    def set_seed(self, seed: int) -> None:
        """Go to another base place with the same displacement."""
        self._change(lambda recipe: recipes.with_seed(recipe, seed), f"Seed {seed}")

    def randomise(self) -> None:
        """Go somewhere new: another seed, nothing displaced."""
        seed = self._draw_seed()
        self._change(lambda recipe: recipes.with_seed(recipes.plain(recipe), seed), "Random")

    def reset(self) -> None:
        """Take back every displacement and the diversity, stay at the seed."""
        self._change(lambda recipe: replace(recipes.plain(recipe), truncation=1.0), "Reset")

    def reset_directions(self) -> None:
        """Take back the named displacements."""
        self._change(lambda recipe: replace(recipe, directions=()), "Reset look")

    def reset_axes(self) -> None:
        """Take back the displacements along principal axes."""
        self._change(lambda recipe: replace(recipe, axes=()), "Reset axes")

    def reset_all_raw(self) -> None:
        """Give every coordinate back its drawn value."""
        self._change(lambda recipe: replace(recipe, raw=()), "Reset all z")

    def go_to(self, recipe: Recipe, label: str) -> None:
        """Go to a place, opening its model first if another one is open."""
        if self._model is not None and recipe.model == self._model.fingerprint:
            self._change(lambda _: recipe, label)
        elif source := self._sources.get(recipe.model):
            self._depart(Arrival(source, recipe, label))
        else:
            self.model_missing.emit(recipe)

    def open_model(self, source: str, recipe: Recipe | None = None, label: str = "Open model") -> None:
        """Open a model and go to `recipe` in it, or to its first picture."""
        self._depart(Arrival(source, recipe, label))

    # ------------------------------------------------------------ edits and undo

    def begin_edit(self) -> None:
        """From here to `end_edit` everything is one step: a drag, a held key."""
        if self._edit_depth == 0:
            self._edit_start = self._recipe
        self._edit_depth += 1

    def end_edit(self, label: str) -> None:
        """Close the edit; it is remembered if it led anywhere."""
        self._edit_depth = max(0, self._edit_depth - 1)
        if self._edit_depth == 0:
            start, self._edit_start = self._edit_start, None
            self._remember(start, label)

    def undo(self) -> None:
        """Take back the last step."""
        self._abandon_edit()
        if step := self._undo.undo():
            self._retrace(step.before, step.label, undone=True)

    def redo(self) -> None:
        """Do again what was taken back."""
        self._abandon_edit()
        if step := self._undo.redo():
            self._retrace(step.after, step.label, undone=False)

    def set_before(self, before: bool) -> None:
        """Show the base place while `before` holds."""
        if before == self._before or self._recipe is None:
            return
        self._before = before
        self.before_changed.emit(before)
        if recipes.is_displaced(self._recipe):
            self._render()

    def toggle_favourite(self, recipe: Recipe | None = None) -> None:
        """Mark a place (this one), or take the mark away."""
        place = recipe or self._recipe
        if place is not None and not self._favourites.remove(place):
            self._favourites.add(place, "Favourite", self._own_image() if place == self._recipe else None)
        self.favourites_changed.emit()

    # ------------------------------------------------------------ within

    def _change(self, change: Callable[[Recipe], Recipe], label: str) -> None:
        assert_gui_thread()
        if self._recipe is None:
            return
        start = self._recipe
        self._show(change(start))
        if self._edit_depth == 0:
            self._remember(start, label)

    def _show(self, recipe: Recipe) -> None:
        if recipe != self._recipe:
            self._recipe = recipe
            self._render()  # before the window follows: the engine draws meanwhile
            self.recipe_changed.emit(recipe)

    def _render(self) -> None:
        if self._recipe is not None:
            shown = recipes.plain(self._recipe) if self._before else self._recipe
            self._client.render(CANVAS, shown, progressive=True)

    def _remember(self, start: Recipe | None, label: str) -> None:
        if start is None or self._recipe is None or start == self._recipe:
            return
        self._undo.push(Step(before=start, after=self._recipe, label=label))
        self._tell_undo()
        if self._history.add(self._recipe, label, self._own_image()):
            self.history_changed.emit()

    def _own_image(self) -> Image | None:
        picture = self._picture
        return picture.image if picture is not None and picture.final and picture.recipe == self._recipe else None

    def _abandon_edit(self) -> None:
        if self._edit_depth:
            self._edit_depth = 1
            self.end_edit("Edit")

    def _retrace(self, recipe: Recipe, label: str, *, undone: bool) -> None:
        if self._model is None or recipe.model == self._model.fingerprint:
            self._show(recipe)
        elif source := self._sources.get(recipe.model):
            self._depart(Arrival(source, recipe, label, undone))
        else:
            self._turn_back(Arrival("", recipe, label, undone))
            self.model_missing.emit(recipe)
        self._tell_undo()

    def _depart(self, arrival: Arrival) -> None:
        self._arrivals.append(arrival)
        self._client.send(OpenModel(source=arrival.source))

    def _turn_back(self, arrival: Arrival) -> None:
        """The model did not open: the undo stack goes back to where we still are."""
        if arrival.undone is not None:
            if arrival.undone:
                self._undo.redo()
            else:
                self._undo.undo()
            self._tell_undo()

    def _tell_undo(self) -> None:
        behind, ahead = self._undo.undoable, self._undo.redoable
        self.undo_changed.emit(
            behind is not None, behind.label if behind else "", ahead is not None, ahead.label if ahead else ""
        )
