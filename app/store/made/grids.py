"""The grid that is being made: what changes along its sides, and its pictures as they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.made.grid_models import GridModels
from app.store.made.grid_options import MOST, Choice, Option, options, ready_pairs
from app.store.made.grid_plans import GridPlan
from app.store.made.paths import Paths
from app.store.models import Models
from app.store.place import Place
from app.store.shown.cells import CellBoards
from engine.protocol.answers import Event
from engine.protocol.grids import Side, Varied, cell_sources, crossed, labelled_sheet
from engine.protocol.made import WalkPlanned
from engine.protocol.requests import PlanWalk
from engine.protocol.sheets import Layout, Sheet, laid_out
from engine.protocol.values import Image, ModelDescribed, Recipe

_OF_ONE_MODEL = (Varied.PATH, Varied.AXIS, Varied.COORDINATE, Varied.MODEL)
"""What means something in one model only."""


class Grids(QObject):
    """While it is open its cells follow the place and the plan; what is asked for and not drawn can be stopped."""

    opened_changed = Signal(bool)
    changed = Signal()
    """The plan, or what it can be of."""
    cells_changed = Signal()
    """Some cells are of other places."""
    cell_changed = Signal(int)
    """A cell has its picture."""

    def __init__(
        self, client: Client, place: Place, models: Models, paths: Paths, boards: CellBoards,
        names: Callable[[], Mapping[tuple[str, str], str]] = dict, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._client = client
        self._names = names
        self._place = place
        self._models = models
        self._paths = paths
        self._board = boards.board("grid.cell", MOST * MOST)
        self._others = GridModels(client, models, self)
        self._plan = GridPlan()
        self._is_open = False
        self._is_stopped = False
        self._cells: tuple[Recipe, ...] = ()
        self._frames: tuple[Recipe, ...] = ()
        self._frames_of: object = None
        self._asked_for: object = None
        self._ticket = 0
        self._fitted_to = ""
        self._board.changed.connect(self._on_board_changed)
        place.recipe_changed.connect(lambda _recipe: self._follow())
        models.model_changed.connect(self._on_models_model_changed)
        models.redescribed.connect(lambda _model: self._fit())
        paths.changed.connect(self._on_paths_changed)
        self._others.listed.connect(self._fit)
        self._others.known.connect(self._on_others_known)
        self._others.cell_changed.connect(self.cell_changed)

    # ------------------------------------------------------------ what is

    @property
    def is_open(self) -> bool:
        """Whether somebody makes one."""
        return self._is_open

    @property
    def plan(self) -> GridPlan:
        """Sides, words and sizes."""
        return self._plan

    @property
    def cells(self) -> tuple[Recipe, ...]:
        """The places, in reading order."""
        return self._cells

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.sides()
        return len(rows), len(columns)

    def sides(self) -> tuple[Side, Side]:
        """Rows and columns with their values."""
        rows, columns = (self._others.side(one.side(self._frames)) for one in (self._plan.rows, self._plan.columns))
        return rows, columns

    @property
    def sources(self) -> tuple[str, ...]:
        """Whose each cell is, where models stand along a side."""
        return cell_sources(*self.sides())

    @property
    def trouble(self) -> str:
        """Why some cells stay empty."""
        return self._others.trouble if self.sources else ""

    @property
    def drawn(self) -> int:
        """How many cells have their picture."""
        return sum(self.image(number) is not None for number in range(len(self._cells)))

    @property
    def is_stopped(self) -> bool:
        """True after a person stopped the drawing."""
        return self._is_stopped

    def image(self, number: int) -> Image | None:
        """The picture of a cell, once it is this place's."""
        if self.sources:
            return self._others.image(number)
        cell = self._board.cell(number)
        return cell.image if cell is not None and cell.recipe == self._cells[number] else None

    def last_image(self, number: int) -> Image | None:
        """The picture of a cell, or what it showed before."""
        if self.sources:
            return self._others.last_image(number)
        cell = self._board.cell(number)
        return None if cell is None else cell.image

    def options(self) -> tuple[Option, ...]:
        """What can change in the open model."""
        model, recipe = self._models.model, self._place.recipe
        if model is None or recipe is None:
            return ()
        has_path = self._paths.is_here and bool(self._paths.walk.spans)
        found = options(model, recipe, has_path=has_path, own=self._names())
        return (*found[:2], *self._others.options(model), *found[2:])

    def ready(self) -> tuple[tuple[str, Choice, Choice], ...]:
        """Grids that are asked for most."""
        model = self._models.model
        return ready_pairs(model, self.options()) if model is not None and self._place.recipe is not None else ()

    def sheet(self) -> Sheet:
        """What stands around the cells."""
        model, plan = self._models.model, self._plan
        if model is None or not plan.is_labelled:
            return Sheet(title=plan.title, gap=plan.gap)
        rows, columns = self.sides()
        return labelled_sheet(model, rows, columns, title=plan.title, gap=plan.gap, names=self._names())

    def layout(self) -> Layout:
        """Where everything will stand in the file."""
        model = self._models.model
        side = (model.size if model is not None else 1) * self._plan.scale
        rows, columns = self.shape
        return laid_out(self.sheet(), max(1, rows), max(1, columns), side, side)

    # ------------------------------------------------------------ a person's hand

    def open(self, *, is_open: bool = True) -> None:
        """Begin to make one, or leave it."""
        if is_open == self._is_open or (is_open and self._place.recipe is None):
            return
        self._is_open = is_open
        self.opened_changed.emit(is_open)
        if is_open:
            self._others.look()
            self._fit()
        else:
            self._board.cancel()
            self._others.cancel()

    def change(self, plan: GridPlan) -> None:
        """Want something else of it."""
        plan = self._possible(plan)
        if plan != self._plan:
            was, self._plan = self._plan, plan
            self.changed.emit()
            if (was.rows, was.columns) != (plan.rows, plan.columns):
                self._follow()

    def restore(self, plan: GridPlan) -> None:
        """Want what was wanted in an earlier session, as far as the model of now allows."""
        self._plan = plan

    def swap(self) -> None:
        """Rows become columns."""
        self.change(replace(self._plan, rows=self._plan.columns, columns=self._plan.rows))

    def stop(self) -> None:
        """Draw no further; what is drawn stays."""
        if not self._is_stopped:
            self._is_stopped = True
            self._board.cancel()
            self._others.cancel()
            self.cells_changed.emit()

    def go_on(self) -> None:
        """Draw the rest."""
        if self._is_stopped:
            self._is_stopped = False
            self._ask(range(len(self._cells)))
            self.cells_changed.emit()

    # ------------------------------------------------------------ within

    def _follow(self) -> None:
        """Ask for the cells that are of other places now."""
        root = self._place.recipe
        if not self._is_open or root is None or not self._has_frames():
            return
        before, self._cells = self._cells, crossed(replace(root, app=""), *self.sides())
        if before == self._cells:
            return
        self._is_stopped = False
        self._others.cancel()
        if len(before) > len(self._cells):
            self._board.cancel()
        self.cells_changed.emit()
        self._ask(range(len(self._cells)))

    def _ask(self, numbers: range) -> None:
        if sources := self.sources:
            self._others.draw(self._cells, sources)
            return
        for number in numbers:
            if self._board.asked(number) != self._cells[number] or self.image(number) is None:
                self._board.ask((self._cells[number],), first=number)

    def _possible(self, plan: GridPlan) -> GridPlan:
        """Beside models only what means the same in all of them: the side that was there before gives way."""
        sides = [plan.rows, plan.columns]
        if not any(side.what is Varied.MODEL for side in sides):
            return plan
        was = (self._plan.rows, self._plan.columns)
        for k, side in enumerate(sides):
            other = sides[1 - k]
            if other.what is Varied.MODEL and side.what in _OF_ONE_MODEL and (side == was[k] or other != was[1 - k]):
                sides[k] = self._seeds()
            elif other.what is Varied.MODEL and side.what in _OF_ONE_MODEL:
                sides[1 - k] = self._seeds()
        return replace(plan, rows=sides[0], columns=sides[1])

    def _seeds(self) -> Choice:
        return next(option.choice for option in self.options() if option.choice.what is Varied.SEED)

    def _has_frames(self) -> bool:
        """Whether a path's places are known, if it takes any; else they are asked for."""
        count = next((side.count for side in (self._plan.rows, self._plan.columns) if side.what is Varied.PATH), 0)
        wanted = (self._paths.walk, count)
        if not count or self._frames_of == wanted:
            return True
        self._ticket, self._frames = self._client.next_ticket(), ()
        self._asked_for = wanted
        self._client.send(PlanWalk(walk=self._paths.walk, frames=max(2, count), compare=False, ticket=self._ticket))
        return False

    def _fit(self) -> None:
        """A plan that the open model can follow: its own first one, where a side is not among its options."""
        model = self._models.model
        if model is None or self._place.recipe is None:
            return
        offered, plan = {option.key: option for option in self.options()}, self._plan
        sides = ((plan.rows.what, plan.rows.name), (plan.columns.what, plan.columns.name))
        is_new = self._fitted_to != model.fingerprint and plan.rows.what is plan.columns.what is Varied.NOTHING
        chosen = (
            choice.sources and not set(choice.sources) <= {source for source, _ in offered[side].offered}
            for side, choice in zip(sides, (plan.rows, plan.columns), strict=True)
            if side in offered
        )
        waits = not self._others.is_listed and any(what is Varied.MODEL for what, _ in sides)
        if not waits and (is_new or not offered.keys() >= set(sides) or any(chosen)):
            _, rows, columns = self.ready()[0]
            self._plan = replace(plan, rows=rows, columns=columns)
        self._fitted_to = model.fingerprint
        self.changed.emit()
        self._follow()

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in the places of a path, and what other models draw."""
        self._others.receive(event)
        if isinstance(event, WalkPlanned) and event.ticket == self._ticket and event.final:
            self._frames, self._frames_of = event.frames, self._asked_for
            self._follow()

    def _on_others_known(self) -> None:
        """What a model is, or why it is none."""
        self._follow()
        self.cells_changed.emit()

    def _on_board_changed(self, _key: str, index: int, _cell: object) -> None:
        if self._is_open and index < len(self._cells) and not self.sources:
            self.cell_changed.emit(index)

    def _on_models_model_changed(self, _model: ModelDescribed | None) -> None:
        self._cells, self._frames, self._frames_of = (), (), None
        self._others.forget()
        if self._is_open:
            self._fit()

    def _on_paths_changed(self) -> None:
        if self._is_open:
            self._fit()
