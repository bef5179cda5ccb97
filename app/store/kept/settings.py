"""What a person chose and keeps: every option declared once, with its default and what it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.look import images
from app.look.images import Scaling
from app.look.theme import Scheme
from app.store.drawn.pen import AT_ONCE
from app.store.kept.stored import StoredDocument
from engine.protocol.walks import Film

FILE = "settings.json"
VERSION = 1
SCALES = (1, 4, 8)
RECENT_LIMIT = 12


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: its value when nobody chose, and the choices if they are few."""

    name: str
    default: Any
    choices: tuple[Any, ...] = ()

    def checked(self, value: object) -> Any:
        """The value if it can be one of this option, else the default."""
        if self.choices:
            return value if value in self.choices and type(value) is type(self.default) else self.default
        if isinstance(self.default, tuple):
            if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
                return tuple(value)
            return self.default
        return value if type(value) is type(self.default) else self.default


THEME = Option("theme", Scheme.SYSTEM.value, tuple(scheme.value for scheme in Scheme))
EXPORT_SCALE = Option("export_scale", 4, SCALES)
EXPORT_FOLDER = Option("export_folder", "")
OPEN_FOLDER = Option("open_folder", "")
RECENT_MODELS = Option("recent_models", ())
MAKE_CHOICES = Option("draw_choices", ())
"""What was chosen in the dialog that draws data sets, as words: count=200."""
MAKE_FOLDER = Option("draw_folder", "")
OWN_FOLDERS = Option("own_folders", ())
"""Folders of pictures that were opened to be learned from."""
MAKE_PACE = Option("draw_pace", 1.0)
"""How much longer drawing takes here than on an ordinary computer."""
SCALING = Option("scaling", Scaling.AUTO.value, tuple(scaling.value for scaling in Scaling))
"""How the picture on the canvas is enlarged."""
MOST_TIMES = Option("most_times", images.MOST_TIMES, (images.MOST_TIMES, 12, 16))
"""How many times it is enlarged at most: who paints pixels by hand may want them larger."""
PEN_PACE = Option("pen_pace", AT_ONCE, tuple(range(AT_ONCE + 1)))
"""How fast one watches pictures being drawn."""
FILM_KIND = Option("film_kind", Film.GIF.value, tuple(film.value for film in Film))
FILM_RATE = Option("film_rate", 25, (10, 12, 15, 20, 24, 25, 30, 50, 60))
"""A GIF's clock ticks in hundredths of a second: 25 pictures a second are exact there."""
FILM_SCALE = Option("film_scale", 4, SCALES)
TOLD_KEPT = Option("told_kept", False)
"""True once somebody closed the window on a run and was told that it is kept."""
DEVICE = Option("device", "auto", ("auto", "cpu", "cuda", "mps"))
"""Where torch works from the next start on."""
OPTIONS = (
    THEME,
    DEVICE,
    SCALING,
    MOST_TIMES,
    PEN_PACE,
    EXPORT_SCALE,
    EXPORT_FOLDER,
    OPEN_FOLDER,
    RECENT_MODELS,
    MAKE_CHOICES,
    MAKE_FOLDER,
    MAKE_PACE,
    FILM_KIND,
    FILM_RATE,
    FILM_SCALE,
    TOLD_KEPT,
    OWN_FOLDERS,
)


class Settings(QObject):
    """The options' values; written at once when one changes, that one alone.

    Several windows may share the file: each keeps the look that it has, and the recent models of all are one list.
    """

    changed = Signal(str)
    write_failed = Signal(str)

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = StoredDocument(home / FILE, VERSION)
        self._document.load()

    @property
    def trouble(self) -> str:
        """Why the file could not be used, if so."""
        return self._document.trouble

    def get(self, option: Option) -> Any:
        """The value in force."""
        return option.checked(self._document.values.get(option.name))

    def put(self, option: Option, value: object) -> None:
        """Choose a value."""
        self._change(option, lambda _now: value)

    def _change(self, option: Option, choose: Callable[[Any], object]) -> None:
        """Put what `choose` makes of the value that stands in the file: another window may have changed it."""
        with self._document.turn() as standing:
            chosen = option.checked(choose(option.checked(standing.get(option.name))))
            value = list(chosen) if isinstance(chosen, tuple) else chosen
            if chosen == self.get(option) and standing.get(option.name) == value:
                return
            trouble = self._document.merge(standing, {option.name: value})
        self.changed.emit(option.name)
        if trouble:
            self.write_failed.emit(trouble)

    def reset(self) -> None:
        """Back to the defaults, the recent models stay."""
        for option in OPTIONS:
            if option is not RECENT_MODELS:
                self.put(option, option.default)

    @property
    def scheme(self) -> Scheme:
        """The theme that was chosen."""
        return Scheme(self.get(THEME))

    @property
    def scaling(self) -> Scaling:
        """How pictures are enlarged."""
        return Scaling(self.get(SCALING))

    @property
    def most_times(self) -> int:
        """How many times pictures are enlarged at most."""
        return int(self.get(MOST_TIMES))

    def remember_model(self, source: str) -> None:
        """Put a model first in the recent list."""
        self._change(
            RECENT_MODELS, lambda now: (source, *(recent for recent in now if recent != source))[:RECENT_LIMIT]
        )

    def forget_model(self, source: str) -> None:
        """Take a model that is gone out of the recent list."""
        self._change(RECENT_MODELS, lambda now: tuple(recent for recent in now if recent != source))
