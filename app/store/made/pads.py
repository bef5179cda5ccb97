"""The pad: a plane of places under one hand, both ways. Its pictures are drawn while somebody looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from app.store import recipes
from app.store.client import Client
from app.store.edits import Edits
from app.store.made.grid_options import Option, options
from app.store.made.planes import At, CornerPlane, Plane, SheetPlane, SliderPlane, positions
from app.store.models import Models
from app.store.place import Place
from app.store.shown.cells import CellBoards
from app.store.shown.pictures import Pictures
from engine.protocol.answers import Event
from engine.protocol.grids import Varied
from engine.protocol.made import AddedUp
from engine.protocol.requests import AddUp
from engine.protocol.sums import Sum, Term
from engine.protocol.values import Capability, Image, ModelDescribed, Recipe

SIDE = 7
"""Pictures along each side of the pad."""
SHEET_SIDE = 11
CORNERS = 4


class PadKind(StrEnum):
    """What a pad is of."""

    SLIDERS = "sliders"
    CORNERS = "corners"
    SHEET = "sheet"
    """Only of a two-dimensional latent."""


class Pads(QObject):
    """One pad. While it is open its dot follows the place; what a hand does to the dot moves the place."""

    changed = Signal()
    """Another kind of plane, or of other things."""
    dot_changed = Signal()
    cell_changed = Signal(int)
    corner_changed = Signal(int)

    def __init__(
        self, client: Client, edits: Edits, place: Place, models: Models, pictures: Pictures, boards: CellBoards,
        draw_seed: Callable[[], int], names: Callable[[], Mapping[tuple[str, str], str]] = dict,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._client = client
        self._edits = edits
        self._place = place
        self._models = models
        self._pictures = pictures
        self._draw_seed = draw_seed
        self._names = names
        self._cells = boards.board("pad.cell", SHEET_SIDE * SHEET_SIDE)
        self._corner_cells = boards.board("pad.corner", CORNERS)
        self._is_open = False
        self._kind = PadKind.SLIDERS
        self._model = ""
        self._plane: Plane | None = None
        self._axes: tuple[tuple[Varied, str], tuple[Varied, str]] | None = None
        self._corners: tuple[Recipe, ...] = ()
        self._ticket = 0
        self._root: Recipe | None = None
        """What the pictures were asked with."""
        place.recipe_changed.connect(lambda _recipe: self._follow())
        pictures.base_changed.connect(lambda _base: self._follow())
        edits.rested.connect(self._follow)
        models.model_changed.connect(self._on_models_model_changed)
        models.redescribed.connect(lambda _model: self._fit())
        self._cells.changed.connect(lambda _key, index, _cell: self.cell_changed.emit(index))
        self._corner_cells.changed.connect(lambda _key, index, _cell: self.corner_changed.emit(index))

    # ------------------------------------------------------------ what is

    @property
    def kind(self) -> PadKind:
        """What it is of."""
        return self._kind

    @property
    def kinds(self) -> tuple[PadKind, ...]:
        """What it can be of in the open model."""
        model = self._models.model
        if model is None or Capability.DECODE not in model.capabilities or not model.latent:
            return ()
        return (*([PadKind.SHEET] if model.latent == 2 else []), PadKind.SLIDERS, PadKind.CORNERS)

    @property
    def plane(self) -> Plane | None:
        """The plane; None while its corners are not known."""
        return self._plane

    @property
    def side(self) -> int:
        """Pictures along each side."""
        return SHEET_SIDE if self._kind is PadKind.SHEET else SIDE

    def options(self) -> tuple[Option, ...]:
        """Sliders that can be an axis of it."""
        model, recipe = self._models.model, self._place.recipe
        if model is None or recipe is None:
            return ()
        offered = options(model, recipe, has_path=False, own=self._names())
        return tuple(one for one in offered if one.has_start and one.has_end)

    def dot(self) -> At | None:
        """Where the place is on the plane; None where it is not on it."""
        recipe = self._place.recipe
        if recipe is None or self._plane is None:
            return None
        return self._plane.at(recipe, self._pictures.base)

    def image(self, number: int) -> Image | None:
        """A picture of the plane, in reading order."""
        cell = self._cells.cell(number)
        return None if cell is None else cell.image

    def corner_image(self, number: int) -> Image | None:
        """The picture of a corner: lower left, lower right, upper left, upper right."""
        cell = self._corner_cells.cell(number)
        return None if cell is None else cell.image

    # ------------------------------------------------------------ a person's hand

    def open(self, *, is_open: bool = True) -> None:
        """Begin or end to look at it."""
        self._is_open = is_open
        if is_open:
            self._fit()
        else:
            self._cells.cancel()

    def choose(self, kind: PadKind) -> None:
        """Have another plane."""
        if kind is not self._kind and kind in self.kinds:
            self._kind = kind
            self._build()

    def set_axes(self, x: Option, y: Option) -> None:
        """Have other sliders."""
        self._axes = x.key, y.key
        self._build()

    def set_corner(self, number: int, recipe: Recipe | None = None) -> None:
        """Put a place (the present one) into a corner."""
        place = recipe or self._place.recipe
        if place is not None and self._models.is_open(place) and len(self._corners) == CORNERS:
            corners = list(self._corners)
            corners[number] = replace(place, app="")
            self._corners = tuple(corners)
            self._ask_corners()

    def draw_corners(self) -> None:
        """Other strangers in the corners."""
        root = self._place.recipe
        if root is not None:
            plain = replace(recipes.plain(root), app="")
            self._corners = tuple(recipes.with_seed(plain, self._draw_seed()) for _ in range(CORNERS))
            self._ask_corners()

    def begin_edit(self) -> None:
        """The hand is on the dot."""
        self._place.begin_edit()

    def move(self, u: float, v: float) -> None:
        """Go to a position."""
        recipe = self._place.recipe
        if recipe is not None and self._plane is not None:
            at = min(max(u, 0.0), 1.0), min(max(v, 0.0), 1.0)
            self._place.set_recipe(self._plane.place(recipe, at), self.words())

    def end_edit(self) -> None:
        """The hand is off: all since it was put on is one step."""
        self._place.end_edit(self.words())

    def words(self) -> str:
        """What the pad is called in the history."""
        if isinstance(self._plane, SliderPlane):
            return f"{self._plane.x.label} × {self._plane.y.label}"
        return "Between four" if self._kind is PadKind.CORNERS else "Sheet"

    # ------------------------------------------------------------ within

    def _fit(self) -> None:
        """A plane of the open model."""
        model = self._models.model
        if not self._is_open or model is None or self._place.recipe is None or not self.kinds:
            return
        if model.fingerprint != self._model:
            self._model, self._corners, self._plane, self._root = model.fingerprint, (), None, None
            self._kind = self.kinds[0]
        self._build()

    def _build(self) -> None:
        self._root = None
        offered = {option.key: option for option in self.options()}
        match self._kind:
            case PadKind.SHEET:
                self._plane = SheetPlane()
            case PadKind.SLIDERS:
                if self._axes is None or not offered.keys() >= set(self._axes):
                    self._axes = _first_axes(offered)
                self._plane = (
                    None if self._axes is None else SliderPlane(x=offered[self._axes[0]], y=offered[self._axes[1]])
                )
            case PadKind.CORNERS:
                self._plane = None
                if self._corners:
                    self._ask_corners()
                else:
                    self.draw_corners()
        self.changed.emit()
        self._follow()

    def _ask_corners(self) -> None:
        """Where the corners are is known to the engine alone."""
        self._corner_cells.ask(self._corners)
        self._ticket = self._client.next_ticket()
        terms = tuple(Term(places=(corner,)) for corner in self._corners)
        self._client.send(AddUp(total=Sum(terms=terms), ticket=self._ticket))

    def _follow(self) -> None:
        """The place is another one: so is the dot, and once the hand is off, so may the pictures be."""
        recipe = self._place.recipe
        if not self._is_open or recipe is None or self._plane is None:
            return
        self.dot_changed.emit()
        root = replace(self._plane.root(recipe), app="")
        if root != self._root and not self._edits.is_open:
            self._root = root
            self._cells.ask(tuple(self._plane.place(root, at) for at in positions(self.side)))

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in where the corners are."""
        if isinstance(event, AddedUp) and event.ticket == self._ticket and self._kind is PadKind.CORNERS:
            points = tuple(mean.point for mean in event.means if mean is not None and mean.point is not None)
            if len(points) == CORNERS:
                self._plane, self._root = CornerPlane(points=points), None
                self.changed.emit()
                self._follow()

    def _on_models_model_changed(self, _model: ModelDescribed | None) -> None:
        self._plane, self._root = None, None
        if self._is_open:
            self._fit()
            self.changed.emit()


def _first_axes(offered: dict[tuple[Varied, str], Option]) -> tuple[tuple[Varied, str], tuple[Varied, str]] | None:
    """Turn across and smile up, where a model has them; else what stands first."""
    turn, smile = (Varied.DIRECTION, "yaw"), (Varied.DIRECTION, "smile")
    if turn in offered and smile in offered:
        return turn, smile
    for kind in (Varied.DIRECTION, Varied.AXIS, Varied.COORDINATE):
        keys = [key for key in offered if key[0] is kind]
        if len(keys) > 1:
            return keys[0], keys[1]
    return None
