"""Where one is in the open model, and every way to move there."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.store import recipes
from app.store.client import Client
from app.store.edits import Edits
from app.store.recipes import SliderKind
from engine.protocol import fitting
from engine.protocol.values import CANVAS, Point, Recipe, Setting

DRAWN_SEED_LIMIT = 999_999
"""Seeds that Random draws have six digits, so that a person can read one out."""


def drawn_seed() -> int:
    """A seed nobody chose."""
    return random.randint(0, DRAWN_SEED_LIMIT)


class Place(QObject):
    """The recipe that is shown. Setters change the edited value; its change comes back through `_show`."""

    recipe_changed = Signal(object)
    before_changed = Signal(bool)

    def __init__(
        self, client: Client, edits: Edits, draw_seed: Callable[[], int], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._edits = edits
        self._draw_seed = draw_seed
        self._is_before = False
        self._last_slider: tuple[SliderKind, str] | None = None
        edits.watch("place", self.show)

    # ------------------------------------------------------------ what is

    @property
    def recipe(self) -> Recipe | None:
        """Where we are; None until a model is open."""
        return self._edits.value.place

    @property
    def is_before(self) -> bool:
        """True while the base place is shown instead of the recipe."""
        return self._is_before

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
        psi = fitting.bounded(value, fitting.TRUNCATION_LIMIT, low=0.0, otherwise=1.0)
        self._change(lambda recipe: replace(recipe, truncation=psi), "Diversity")

    def set_condition(self, name: str, value: float | str | None) -> None:
        """Ask for a class, a number or a sentence, or (None) for any."""
        self._change(lambda recipe: recipes.with_condition(recipe, name, value), name.capitalize())

    def set_setting(self, setting: Setting, value: float) -> None:
        """Sample in another way."""
        self._change(lambda recipe: recipes.with_setting(recipe, setting, value), setting.label)

    def set_source(self, name: str) -> None:
        """Translate another picture: one that is kept, by its name."""
        self._change(lambda recipe: replace(recipe, source=name), "Source")

    def set_known(self, name: str, label: str = "Given pixels") -> None:
        """Complete another picture: one that is kept, whose alpha says what is given; none for an empty name."""
        self._change(lambda recipe: replace(recipe, known=name), label)

    def set_recipe(self, recipe: Recipe, label: str) -> None:
        """Go to a place of the same model that was found by reckoning: on a plane, between others."""
        self._change(lambda _here: recipe, label)

    def set_seed(self, seed: int) -> None:
        """Go to another base place with the same displacement."""
        self._change(lambda recipe: recipes.with_seed(recipe, seed), f"Seed {seed}")

    def randomise(self) -> None:
        """Go somewhere new with the same sliders: other people, the same glasses."""
        seed = self._draw_seed()
        self._change(lambda recipe: recipes.with_seed(recipe, seed), "Random")

    def redraw(self, base: Point) -> None:
        """Stay at this place, and let what is left to chance fall otherwise."""
        point = tuple(float(number) for number in base)
        self._change(
            lambda recipe: replace(recipe, point=recipe.point or point, seed=self._draw_seed()), "Draw it again"
        )

    def start_over(self) -> None:
        """Go somewhere new with nothing displaced but what is locked."""
        seed = self._draw_seed()
        self._change(lambda recipe: recipes.with_seed(self._rested(recipe), seed), "Random, sliders reset")

    def reset(self) -> None:
        """Take back every displacement that is not locked and the diversity, stay at the seed."""
        self._change(lambda recipe: replace(self._rested(recipe), truncation=1.0), "Reset")

    def reset_directions(self) -> None:
        """Take back the named displacements that are not locked."""
        self._change(lambda recipe: replace(recipe, directions=self._rested(recipe).directions), "Reset look")

    def reset_axes(self) -> None:
        """Take back the displacements along principal axes that are not locked."""
        self._change(lambda recipe: replace(recipe, axes=self._rested(recipe).axes), "Reset axes")

    def reset_all_raw(self) -> None:
        """Give every coordinate back its drawn value."""
        self._change(lambda recipe: replace(recipe, raw=()), "Reset all z")

    def begin_edit(self) -> None:
        """From here to `end_edit` everything is one step: a drag, a held key."""
        self._edits.begin()

    def end_edit(self, label: str) -> None:
        """Close the edit; it is remembered if it led anywhere."""
        self._edits.end(label)

    def set_before(self, before: bool) -> None:
        """Show the base place while `before` holds."""
        recipe = self.recipe
        if before == self._is_before or recipe is None:
            return
        self._is_before = before
        self.before_changed.emit(before)
        if recipes.is_displaced(recipe):
            self.render()

    # ------------------------------------------------------------ showing

    def show(self) -> None:
        """Draw the recipe, and tell that it is another one."""
        self.render()  # before the window follows: the engine draws meanwhile
        self.recipe_changed.emit(self.recipe)

    def render(self) -> None:
        """Ask for the canvas's picture."""
        if (recipe := self.recipe) is not None:
            shown = recipes.plain(recipe) if self._is_before else recipe
            self._client.render(CANVAS, shown, progressive=True)

    def arrive(self) -> None:
        """Another model is open: nothing of the last one's is held on to."""
        self._last_slider = None
        if self._is_before:
            self._is_before = False
            self.before_changed.emit(False)

    def _rested(self, recipe: Recipe) -> Recipe:
        value = self._edits.value
        return recipes.rested(
            recipe,
            value.locked(recipe.model, SliderKind.DIRECTION),
            value.locked(recipe.model, SliderKind.AXIS),
        )

    def _change(self, change: Callable[[Recipe], Recipe], label: str) -> None:
        value = self._edits.value
        if value.place is not None:
            self._edits.put(replace(value, place=change(value.place)), label)
