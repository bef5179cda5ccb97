"""Other places of the model, drawn to choose from; and the steps along one slider."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.store import recipes
from app.store.edits import Edits
from app.store.models import Models
from app.store.place import Place
from app.store.recipes import SliderKind
from app.store.shown.cells import CellBoards
from app.store.shown.steps import walking
from engine.protocol import fitting
from engine.protocol.answers import Rendered
from engine.protocol.values import Capability, Image, ModelDescribed, Recipe

SIZE = 24
MOST = 96
"""However large the window is."""
SLOW_SIZE, SLOW_MOST = 8, 16
"""Families that draw pixel by pixel take up to seconds a picture."""
ENDS_KEPT = 128
"""Pictures at the ends of axes without a word."""
STRIPS_KEPT = 8
"""Sliders whose steps are remembered: one is open at a time in each group."""


class Gallery(QObject):
    """Places of other seeds under the present sliders, diversity and condition: other people, the same glasses.

    Sliders that were moved since wait for other places to be asked for; the step of a walk is followed when the hand
    rests, since all pictures walk by the same steps.
    """

    changed = Signal()
    cell_changed = Signal(int, object)

    def __init__(
        self, edits: Edits, place: Place, models: Models, boards: CellBoards, draw_seed: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._edits = edits
        self._place = place
        self._models = models
        self._draw_seed = draw_seed
        self._board = boards.board("gallery", MOST)
        self._recipes: tuple[Recipe, ...] = ()
        self._root: Recipe | None = None
        """What all of them share but the seed."""
        self._room = SIZE
        self._begun: set[str] = set()
        """Models whose first sheet was shown: what comes after it is drawn by lot."""
        self._board.changed.connect(self._on_board_changed)
        place.recipe_changed.connect(self._follow_step)
        edits.rested.connect(self._follow_step)

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """The places, in the order they stand."""
        return self._recipes

    def image(self, index: int) -> Image | None:
        """The picture of a place, once it is drawn."""
        cell = self._board.cell(index)
        return cell.image if cell is not None else None

    def refresh(self) -> None:
        """Draw others."""
        self._root = self._place.recipe
        self._board.clear()
        first = self._first_sheet()[: self._wanted()]
        self._set(first + self._others(self._wanted() - len(first)))

    def grow(self, room: int) -> None:
        """So many can be seen at once: draw more of the same kind where fewer are there; nothing is taken away."""
        self._room = room
        there, missing = len(self._recipes), self._wanted() - len(self._recipes)
        if there and missing > 0:
            more = self._others(missing)
            self._recipes += more
            self.changed.emit()
            self._board.ask(more, first=there)

    def refit(self, model: ModelDescribed) -> None:
        """Draw the same places in the same model, some steps wiser."""
        if self._root is not None:
            self._root = fitting.fitted(self._root, model)
        self._set(tuple(fitting.fitted(recipe, model) for recipe in self._recipes))

    def look_again(self) -> None:
        """The same places, drawn by what the model has learned meanwhile."""
        self._board.ask(self._recipes)

    def _follow_step(self, *_told: object) -> None:
        """The same places at the step of the walk that is shown."""
        model, here, root = self._models.model, self._place.recipe, self._root
        setting = walking(model)
        if setting is None or here is None or root is None or here.model != root.model or self._edits.is_open:
            return
        step = dict(here.settings).get(setting.name, setting.default)
        if step != dict(root.settings).get(setting.name, setting.default):
            self._root = recipes.with_setting(root, setting, step)
            self._set(tuple(recipes.with_setting(recipe, setting, step) for recipe in self._recipes))

    def _wanted(self) -> int:
        model = self._models.model
        if model is None:
            return 0
        is_slow = Capability.PROGRESSIVE in model.capabilities
        least, most = (SLOW_SIZE, SLOW_MOST) if is_slow else (SIZE, MOST)
        return min(max(self._room, least), most)

    def _first_sheet(self) -> tuple[Recipe, ...]:
        """What the model's card says that it does well, once, where it is first shown."""
        model, root = self._models.model, self._root
        if model is None or root is None or model.fingerprint in self._begun:
            return ()
        self._begun.add(model.fingerprint)
        if root != Recipe(model=model.fingerprint, seed=recipes.start_seed(model)):
            return ()
        return tuple(recipes.with_seed(root, seed) for seed in recipes.start_sheet(model) if seed != root.seed)

    def _others(self, count: int) -> tuple[Recipe, ...]:
        root = self._root
        return () if root is None else tuple(recipes.with_seed(root, self._draw_seed()) for _ in range(count))

    def _set(self, places: tuple[Recipe, ...]) -> None:
        self._recipes = places
        self._board.ask(places)  # first: who hears of the change may find room for more, which are drawn after these
        self.changed.emit()

    def _on_board_changed(self, _key: str, index: int, cell: Rendered) -> None:
        self.cell_changed.emit(index, cell)


class Strips(QObject):
    """Five pictures along a slider, from −2σ to 2σ, and the outer two alone for axes without a word."""

    cell_changed = Signal(object, str, int, object)
    """Carries the slider's kind and key, the step and its picture."""
    end_changed = Signal(str, int, object)
    """Carries the axis, which end, and its picture."""

    def __init__(self, place: Place, boards: CellBoards, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = place
        bound = STRIPS_KEPT * len(recipes.STRIP_SIGMAS)
        self._boards = {kind: boards.board(f"strip.{kind}", bound) for kind in SliderKind}
        for kind, board in self._boards.items():
            board.changed.connect(lambda key, index, cell, kind=kind: self.cell_changed.emit(kind, key, index, cell))

        self._ends = boards.board("strip.ends", ENDS_KEPT)
        self._ends.changed.connect(self.end_changed)

    def request_ends(self, key: str) -> None:
        """Have both ends of an axis drawn."""
        if (recipe := self._place.recipe) is not None:
            ends = tuple(recipes.with_axis(recipe, int(key), sigmas) for sigmas in recipes.END_SIGMAS)
            self._ends.ask(ends, key)

    def end(self, key: str, index: int) -> Rendered | None:
        """The picture of one end of an axis, once it is drawn."""
        return self._ends.cell(index, key)

    def request(self, kind: SliderKind, key: str) -> None:
        """Have the steps of one slider drawn."""
        if (recipe := self._place.recipe) is not None:
            self._boards[kind].ask(recipes.strip(recipe, kind, key), key)

    def look_again(self) -> None:
        """The same steps, drawn by what the model has learned meanwhile."""
        for board in (*self._boards.values(), self._ends):
            board.ask_again()

    def cell(self, kind: SliderKind, key: str, index: int) -> Rendered | None:
        """One step's picture, once it is drawn."""
        return self._boards[kind].cell(index, key)
