"""Paths as files: saved, opened, and found in films."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.flows.documents import Documents
from app.flows.file_dialogs import FileDialogs
from app.store.kept.settings import Settings
from app.store.notices import NoticeBoard
from app.store.state import Explorer
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
        self._documents = Documents("path", ".json", FILTER, board, settings, dialogs)

    def save(self) -> None:
        """Ask where to keep the path."""
        walk = self._explorer.paths.walk
        source = self._explorer.models.sources.get(walk.model, "")
        self._documents.save(lambda path: write_walk(path, walk, source))

    def ask_open(self) -> None:
        """Let a person choose a path's file."""
        self._documents.ask_open(self.open)

    def open(self, path: Path) -> None:
        """Take a path from its file."""
        if (read := self._documents.read(path, read_walk_file)) is not None:
            self.take(*read)

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
