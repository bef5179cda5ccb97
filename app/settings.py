"""What a person chose and keeps: every option declared once, with its default and what it may be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.stored import StoredDocument
from app.theme import Scheme

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
DRAW_CHOICES = Option("draw_choices", ())
"""What was chosen in the dialog that draws data sets, as words: count=200."""
DRAW_FOLDER = Option("draw_folder", "")
DRAW_PACE = Option("draw_pace", 1.0)
"""How much longer drawing takes here than on an ordinary computer."""
OPTIONS = (THEME, EXPORT_SCALE, EXPORT_FOLDER, OPEN_FOLDER, RECENT_MODELS, DRAW_CHOICES, DRAW_FOLDER, DRAW_PACE)


class Settings(QObject):
    """The options' values; written at once when one changes."""

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
        chosen = option.checked(value)
        if chosen == self.get(option) and option.name in self._document.values:
            return
        trouble = self._document.save({option.name: list(chosen) if isinstance(chosen, tuple) else chosen})
        self.changed.emit(option.name)
        if trouble:
            self.write_failed.emit(trouble)

    def reset(self) -> None:
        """Back to the defaults, the recent models stay."""
        kept = self.get(RECENT_MODELS)
        for option in OPTIONS:
            self.put(option, kept if option is RECENT_MODELS else option.default)

    @property
    def scheme(self) -> Scheme:
        """The theme that was chosen."""
        return Scheme(self.get(THEME))

    def remember_model(self, source: str) -> None:
        """Put a model first in the recent list."""
        others = tuple(recent for recent in self.get(RECENT_MODELS) if recent != source)
        self.put(RECENT_MODELS, (source, *others)[:RECENT_LIMIT])

    def forget_model(self, source: str) -> None:
        """Take a model that is gone out of the recent list."""
        self.put(RECENT_MODELS, tuple(recent for recent in self.get(RECENT_MODELS) if recent != source))
