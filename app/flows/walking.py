"""Paths as files: saved, opened, and found in films."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal

from app.flows.file_dialogs import FileDialogs, free_name
from app.store.kept.settings import OPEN_FOLDER, Settings
from app.store.notices import Level, NoticeBoard
from app.store.state import Explorer
from engine.disk.files import ZscapeError
from engine.disk.walk_files import read_walk_file, write_walk
from engine.protocol.walks import Keyframe, Walk

FILTER = "Paths (*.json)"


class WalkFlow(QObject):
    """`shown` asks for the page of paths: somebody opened one."""

    shown = Signal()

    def __init__(
        self, explorer: Explorer, board: NoticeBoard, settings: Settings, dialogs: FileDialogs,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._explorer = explorer
        self._board = board
        self._settings = settings
        self._dialogs = dialogs

    def save(self) -> None:
        """Ask where to keep the path."""
        walk = self._explorer.paths.walk

        def write(path: Path) -> None:
            self._settings.put(OPEN_FOLDER, str(path.parent))
            try:
                write_walk(path, walk, self._explorer.models.sources.get(walk.model, ""))
            except ZscapeError as error:
                self._board.post(error.sentence, Level.PROBLEM)
                return
            self._board.post(f"Saved “{path.name}”.")

        self._dialogs.ask_save("Save path", free_name(Path(self._folder()), "path", ".json"), FILTER, write)

    def ask_open(self) -> None:
        """Let a person choose a path's file."""
        self._dialogs.ask_open("Open path", self._folder(), FILTER, self.open)

    def open(self, path: Path) -> None:
        """Take a path from its file."""
        try:
            walk, source = read_walk_file(path)
        except ZscapeError as error:
            self._board.post(error.sentence, Level.PROBLEM)
            return
        self._settings.put(OPEN_FOLDER, str(path.parent))
        self.take(walk, source)

    def take(self, walk: Walk, source: str) -> None:
        """Show a path; its model is opened if it is another one and somebody knows where."""
        keyframes = tuple(replace(key, recipe=replace(key.recipe, app="")) for key in walk.keyframes)
        self._explorer.paths.set_walk(replace(walk, keyframes=keyframes))
        self.shown.emit()
        first: Keyframe | None = next(iter(keyframes), None)
        models = self._explorer.models
        if first is None or models.is_open(first.recipe):
            return
        if models.knows(first.recipe):
            models.go_to(first.recipe, "Open path")
        elif source:
            models.open(source, first.recipe, "Open path")

    def _folder(self) -> str:
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return str(self._settings.get(OPEN_FOLDER)) or documents
