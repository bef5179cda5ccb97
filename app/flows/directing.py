"""Directions as files, and what the engine says of them: imported, refused, deleted and put back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths

from app.flows.file_dialogs import FileDialogs, free_name
from app.store.kept.settings import EXPORT_FOLDER, Settings
from app.store.made.directions import OWN
from app.store.notices import Level, NoticeAction, NoticeBoard
from app.store.state import Explorer
from engine.protocol.answers import Event, Failed
from engine.protocol.directions import (
    Change,
    DirectionsChanged,
    HoldStill,
    ImportDirection,
    LearnDirections,
    MeasureSliders,
)
from engine.protocol.values import DirectionDescribed

FILTER = "Direction of Zscape (*.json)"


class DirectionFlow(QObject):
    """One file dialog at a time; what is refused offers what can be done instead."""

    def __init__(
        self, explorer: Explorer, board: NoticeBoard, settings: Settings, dialogs: FileDialogs,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._explorer = explorer
        self._board = board
        self._settings = settings
        self._dialogs = dialogs

    def ask_import(self) -> None:
        """Choose a file to take a direction from."""
        self._dialogs.ask_open("Import a direction", self._folder(), FILTER, self._explorer.directions.import_file)

    def ask_export(self, direction: DirectionDescribed) -> None:
        """Choose where to write one."""
        directions = self._explorer.directions
        stem = re.sub(r"[^\w-]+", "-", directions.label(direction)).strip("-") or "direction"

        def write(path: Path) -> None:
            directions.export_file(direction.name, path)

        self._dialogs.ask_save("Export this direction", free_name(Path(self._folder()), stem, ".json"), FILTER, write)

    def receive(self, event: Event) -> bool:
        """True if nobody else need tell of this."""
        match event:
            case DirectionsChanged():
                self._on_changed(event)
                return True
            case Failed(command=LearnDirections() | MeasureSliders() | HoldStill()):
                return not event.problem.details  # the dialog says why
            case Failed(command=ImportDirection() as asked) if event.problem.code == "learn-anew":
                learn = NoticeAction("Learn it here", self._anew(asked.path))
                self._board.post(event.problem.sentence, Level.WARNING, action=learn)
                return True
            case _:
                return False

    def _anew(self, path: Path) -> Callable[[], object]:
        def learn() -> None:
            self._board.post("The direction is being learned here; it comes under Look.")
            self._explorer.directions.import_file(path, anew=True)

        return learn

    def _on_changed(self, event: DirectionsChanged) -> None:
        self._explorer.models.redescribe(event.model)
        match event.change:
            case Change.KEPT:
                self._board.post(f"“{event.label}” is a slider now, under Look.")
            case Change.REMOVED:
                name = f"{OWN}{event.label}"
                back = NoticeAction("Put it back", lambda: self._explorer.directions.put_back(name))
                self._board.post(f"“{event.label}” was deleted; its file lies in the trash.", action=back)
            case Change.RESTORED:
                self._board.post(f"“{event.label}” is back.")

    def _folder(self) -> str:
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return self._settings.get(EXPORT_FOLDER) or pictures
