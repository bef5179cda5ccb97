"""Places of what is dragged or chosen: of our own pictures by what they remember, of others by the encoder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject

from app.flows.opening import FILMS, PICTURES
from app.store.client import Client
from app.store.notices import Level, NoticeBoard
from app.store.state import Explorer
from engine.disk.files import shown
from engine.disk.recipes import read_recipe, recipe_value
from engine.protocol.answers import Encoded, Event, Failed, RecipeRead
from engine.protocol.requests import Encode, ReadRecipe
from engine.protocol.values import Capability, Recipe

MIME = "application/x-zscape-place"
"""A recipe as JSON: what is dragged within the window needs no file."""
Found = Callable[[Recipe], object]


def carries_places(content: QMimeData) -> bool:
    """True if something dragged may lead to places: models, paths and sessions are the window's to take."""
    return content.hasFormat(MIME) or any(path.suffix.lower() in PICTURES | FILMS for path in local_files(content))


def local_files(content: QMimeData) -> list[Path]:
    """The files of this machine among what is dragged."""
    return [Path(url.toLocalFile()) for url in content.urls() if url.isLocalFile() and url.toLocalFile()]


def place_content(recipe: Recipe) -> bytes:
    """A place as it is dragged."""
    return json.dumps(recipe_value(recipe)).encode()


class PlaceFinder(QObject):
    """`find` calls back once for each place; what cannot be found is told, with the reason."""

    def __init__(self, explorer: Explorer, client: Client, board: NoticeBoard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._client = client
        self._board = board
        self._waiting: dict[int, tuple[Path, Found]] = {}

    def find(self, content: QMimeData, found: Found) -> None:
        """The places of what was dropped."""
        recipe = self._carried(content)
        if recipe is not None:
            self._take(recipe, "The place", found)
        else:
            self.find_files([Path(url.toLocalFile()) for url in content.urls() if url.isLocalFile()], found)

    def find_files(self, paths: Iterable[Path], found: Found) -> None:
        """The places of picture files."""
        for path in paths:
            ticket = self._client.next_ticket()
            self._waiting[ticket] = path, found
            self._client.send(ReadRecipe(path=path, ticket=ticket))

    def receive(self, event: Event) -> bool:
        """True if this was an answer to what was asked here, which is nobody else's."""
        ticket = getattr(event, "ticket", 0)
        if ticket not in self._waiting:
            return False
        path, found = self._waiting.pop(ticket)
        match event:
            case RecipeRead():
                for recipe in event.recipes:
                    self._take(replace(recipe, app=""), f"“{shown(path)}”", found)
            case Encoded():
                found(Recipe(model=event.model, point=event.point))
            case Failed(command=ReadRecipe()):
                self._encode(path, found)
            case Failed():
                self._board.post_problem(event.problem, level=Level.WARNING)
            case _:
                return False
        return True

    def _carried(self, content: QMimeData) -> Recipe | None:
        if not content.hasFormat(MIME):
            return None
        try:
            return read_recipe(json.loads(bytes(content.data(MIME).data())))
        except ValueError:
            return None

    def _take(self, recipe: Recipe, what: str, found: Found) -> None:
        if self._explorer.models.is_open(recipe):
            found(replace(recipe, app=""))
        else:
            self._board.post(f"{what} belongs to another model; open that one first.", Level.WARNING)

    def _encode(self, path: Path, found: Found) -> None:
        model = self._explorer.models.model
        if model is None:
            return
        if Capability.ENCODE not in model.capabilities:
            self._board.post(
                f"“{model.name}” has no encoder, so it cannot find the place of “{shown(path)}”;"
                " pictures that it drew itself remember theirs.",
                Level.WARNING,
            )
            return
        ticket = self._client.next_ticket()
        self._waiting[ticket] = path, found
        self._client.send(Encode(path=path, ticket=ticket))
