"""Small pictures: a board for each panel that shows some, with a bound on how many it keeps."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from engine.protocol.answers import Rendered
from engine.protocol.values import CANVAS, Image, Recipe, View


class CellBoard(QObject):
    """The pictures of one panel's cells, each known by its row (`key`) and its number in it."""

    changed = Signal(str, int, object)
    """Carries the row, the number and the picture of a cell."""

    def __init__(self, client: Client, panel: str, bound: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._panel = panel
        self._bound = bound
        self._asked: OrderedDict[View, Recipe] = OrderedDict()
        """The newest `bound` that were asked for."""
        self._cells: dict[View, Rendered] = {}

    def ask(self, recipes: Sequence[Recipe], key: str = "", first: int = 0) -> None:
        """Have the cells of a row drawn, from number `first` on; what they show meanwhile stays."""
        for index, recipe in enumerate(recipes, first):
            view = View(self._panel, key, index)
            self._asked[view] = recipe
            self._asked.move_to_end(view)
        while len(self._asked) > self._bound:
            old, _ = self._asked.popitem(last=False)
            self._cells.pop(old, None)
        for index, recipe in enumerate(recipes, first):
            self._client.render(View(self._panel, key, index), recipe)

    def ask_again(self) -> None:
        """Have every cell drawn anew; what they show meanwhile stays."""
        for view, recipe in self._asked.items():
            self._client.render(view, recipe)

    def cancel(self) -> None:
        """Forget what is not drawn yet."""
        for view, recipe in self._asked.items():
            cell = self._cells.get(view)
            if cell is None or cell.recipe != recipe:
                self._client.cancel(view)

    def asked(self, index: int = 0, key: str = "") -> Recipe | None:
        """What a cell is to show."""
        return self._asked.get(View(self._panel, key, index))

    def cell(self, index: int = 0, key: str = "") -> Rendered | None:
        """The last picture of a cell, for panels that come late."""
        return self._cells.get(View(self._panel, key, index))

    def image_of(self, recipe: Recipe) -> Image | None:
        """A cell that shows this place."""
        return next((cell.image for cell in self._cells.values() if cell.recipe == recipe), None)

    def clear(self) -> None:
        """Forget every cell."""
        self._asked.clear()
        self._cells.clear()

    def __len__(self) -> int:
        return len(self._cells)

    def receive(self, event: Rendered) -> None:
        """Take in a picture. One that was overtaken by a newer wish for its cell is dropped."""
        if self._asked.get(event.view) == event.recipe:
            self._cells[event.view] = event
            self.changed.emit(event.view.key, event.view.index, event)


class Stage(QObject):
    """The large picture of a page that shows another one than the canvas: what was asked last, and before it whatever
    comes on the way there, so that something moves during a drag.
    """

    picture_changed = Signal(object)

    def __init__(self, client: Client, view: View, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self.view = view
        self.picture: Rendered | None = None

    def ask(self, recipe: Recipe) -> None:
        """Have a place drawn."""
        self._client.render(self.view, recipe)

    def clear(self) -> None:
        """Show nothing; what is still being drawn is forgotten."""
        if self.picture is not None:
            self.picture = None
            self.picture_changed.emit(None)

    def receive(self, event: Rendered) -> None:
        """Take in a picture."""
        self.picture = event
        self.picture_changed.emit(event)


class CellBoards(QObject):
    """All boards by the name of their panel: what a page asks to be drawn for itself comes back to it alone."""

    def __init__(self, client: Client, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._boards: dict[str, CellBoard] = {}
        self._stages: dict[View, Stage] = {}

    def board(self, panel: str, bound: int) -> CellBoard:
        """The board of a panel, made when it is first asked for."""
        if panel not in self._boards:
            self._boards[panel] = CellBoard(self._client, panel, bound, self)
        return self._boards[panel]

    def stage(self, page: str) -> Stage:
        """The large picture of a page, drawn before all small ones."""
        view = View(CANVAS.panel, page)
        if view not in self._stages:
            self._stages[view] = Stage(self._client, view, self)
        return self._stages[view]

    def image_of(self, recipe: Recipe) -> Image | None:
        """A cell of any panel that shows this place."""
        return next((image for board in self._boards.values() if (image := board.image_of(recipe)) is not None), None)

    def clear(self) -> None:
        """Another model is open: its pictures are other ones."""
        for board in self._boards.values():
            board.clear()
        for stage in self._stages.values():
            stage.clear()

    def receive(self, event: Rendered) -> None:
        """Pass a picture on to its panel."""
        if (stage := self._stages.get(event.view)) is not None:
            stage.receive(event)
        elif (board := self._boards.get(event.view.panel)) is not None:
            board.receive(event)
