"""Copy as command: the line that draws, without a window, what is to be seen in it."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from app.store.made.grids import Grids
from app.store.notices import Level, NoticeBoard
from app.store.state import Explorer
from engine.disk.files import ZscapeError, atomic_write
from engine.disk.home import default_home
from engine.disk.recipes import recipe_value, stamped
from engine.protocol.grids import Side, Varied, seed_of
from engine.protocol.values import ModelDescribed, Recipe

PROGRAM = "zscape"
_LONGEST = 6000 if os.name == "nt" else 60_000
"""Letters of one argument: shells refuse longer ones, and a point of many dimensions has as many numbers."""
FOLDER = "commands"


class CommandFlow(QObject):
    """The picture on the canvas, or the grid while one is made, as one line on the clipboard."""

    def __init__(self, explorer: Explorer, board: NoticeBoard, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._board = board
        self._home = home

    def copy(self) -> None:
        """Put the line on the clipboard, or say why there is none."""
        explorer = self._explorer
        recipe, model = explorer.place.recipe, explorer.models.model
        if recipe is None or model is None:
            return
        if model.live:
            self._board.post(
                "What a run draws while it learns has no command yet: export the picture, which keeps this moment.",
                Level.WARNING,
            )
            return
        try:
            words = self.grid_words(model, recipe) if explorer.grids.is_open else self.picture_words(recipe)
        except ZscapeError as error:
            self._board.post(error.sentence, Level.WARNING)
            return
        QGuiApplication.clipboard().setText(line(words))
        what = "grid" if explorer.grids.is_open else "picture"
        self._board.post(f"Copied the command that draws this {what}.", details=line(words))

    def picture_words(self, recipe: Recipe) -> list[str]:
        """`zscape render …`, word by word."""
        return [*self._begin("render"), self._recipe_word(recipe), "--model", self._source(), "--out", "picture.png"]

    def grid_words(self, model: ModelDescribed, recipe: Recipe) -> list[str]:
        """`zscape export …` of the grid that is being made."""
        grids: Grids = self._explorer.grids
        words = [*self._begin("export"), self._source(), "--recipe", self._recipe_word(recipe)]
        for option, side in zip(("--rows", "--cols"), grids.sides(), strict=True):
            if (text := _side_word(side, model)) is not None:
                words += [option, text]
        plan = grids.plan
        words += ["--labels"] * plan.is_labelled
        words += ["--title", plan.title] * bool(plan.title)
        return [*words, "--gap", str(plan.gap), "--scale", str(plan.scale), "--out", "grid.png"]

    def _begin(self, command: str) -> list[str]:
        home = [] if self._home == default_home() else ["--home", str(self._home)]
        return [PROGRAM, *home, command]

    def _source(self) -> str:
        """A bundled name, or where the model is."""
        return _whole(self._explorer.models.source)

    def _recipe_word(self, recipe: Recipe) -> str:
        """The recipe itself, or a file of it where it is too long for a line."""
        text = json.dumps(recipe_value(stamped(recipe)), separators=(",", ":"))
        if len(text) <= _LONGEST:
            return text
        path = self._home / FOLDER / f"place-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
        atomic_write(path, text.encode())
        return str(path)


def _whole(source: str) -> str:
    """A bundled name, or a path that is right in every folder."""
    path = Path(source).expanduser()
    return str(path.absolute()) if path.exists() else source


def line(words: list[str]) -> str:
    """As one pastes it into this system's shell."""
    if os.name != "nt":
        return shlex.join(words)
    import subprocess  # not with the program, whose start it delays

    return subprocess.list2cmdline(words)


def _side_word(side: Side, model: ModelDescribed) -> str | None:
    """One side of a grid as the command line takes it; None where nothing changes."""
    match side.what:
        case Varied.NOTHING:
            return None
        case Varied.MODEL:
            return f"models={','.join(_whole(str(source)) for source in side.values)}"
        case Varied.PATH:
            raise ZscapeError("no-command", "A grid of a path's steps has no command; save the path and name its file.")
        case Varied.SEED:
            return "seed=" + ",".join(str(seed_of(side, number)) for number in range(len(side)))
        case Varied.CONDITION:
            choices = {one.name: one.choices for one in model.conditions}[side.name]
            values = [choices[int(value)] if choices else repr(value) for value in side.values]
            return f"{side.name}={','.join(values)}"
        case Varied.AXIS:
            name = f"axis{int(side.name) + 1}"
        case Varied.COORDINATE:
            name = f"z{side.name}"
        case Varied.DIVERSITY:
            name = "diversity"
        case Varied.DIRECTION | Varied.SETTING:
            name = side.name
    return f"{name}={','.join(repr(value) for value in side.values)}"
