"""What pages and actions may reach of the program around them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QPoint

from app.flows.commands import CommandFlow
from app.flows.directing import DirectionFlow
from app.flows.exporting import ExportFlow
from app.flows.file_dialogs import FileDialogs
from app.flows.finding import PlaceFinder
from app.flows.making import SetFlow
from app.flows.opening import OpeningFlow
from app.flows.saving import CurveFlow
from app.flows.sessions import SessionFlow
from app.flows.shelving import ShelfFlow
from app.flows.walking import WalkFlow
from app.store.client import Client
from app.store.kept.settings import Settings
from app.store.notices import NoticeBoard
from app.store.state import Explorer
from engine.protocol.values import Recipe

EXPLORE, PATH, TRAIN, LIBRARY, EVALUATE = "explore", "path", "train", "library", "evaluate"
"""Pages that something elsewhere leads to: a dropped folder, a finished run."""


class Shell(Protocol):
    """`app.program.Program` is one, and the tests' desk."""

    explorer: Explorer
    board: NoticeBoard
    settings: Settings
    dialogs: FileDialogs
    opening: OpeningFlow
    exporting: ExportFlow
    sets: SetFlow
    curves: CurveFlow
    commands: CommandFlow
    finder: PlaceFinder
    walks: WalkFlow
    sessions: SessionFlow
    shelf: ShelfFlow
    directing: DirectionFlow
    home: Path
    stopped_cleanly: bool

    @property
    def client(self) -> Client: ...
    def show_page(self, page: str) -> None: ...
    def open_picture_menu(self, at: QPoint) -> None: ...
    def open_place_menu(self, recipe: Recipe, at: QPoint) -> None: ...
    def make_set(self) -> None: ...
    def add_to_path(self, recipe: Recipe | None = None) -> None: ...
    def open_palette(self) -> None: ...
    def show_directions(self, tab: str = ...) -> None: ...
    def show_keys(self) -> None: ...
    def show_guide(self, about: str = "") -> None: ...
    def open_home(self) -> None: ...
    def quit(self) -> None: ...
    def close(self) -> None: ...
