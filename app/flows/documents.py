"""Files that a person saves and opens again, a path or a session: asked for where she last was, and told of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QStandardPaths

from app.flows.file_dialogs import FileDialogs, free_name
from app.store.kept.settings import OPEN_FOLDER, Settings
from app.store.notices import Level, NoticeBoard
from engine.disk.files import ZscapeError

Read = TypeVar("Read")


def last_opened_folder(settings: Settings) -> str:
    """The folder of what was opened or saved last; at first that of documents."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return str(settings.get(OPEN_FOLDER)) or documents


class Documents:
    """Saves and reads documents of one kind; what cannot be written or read is one sentence on the board."""

    def __init__(
        self, kind: str, suffix: str, filters: str, board: NoticeBoard, settings: Settings, dialogs: FileDialogs
    ) -> None:
        self._kind = kind
        self._suffix = suffix
        self._filters = filters
        self._board = board
        self._settings = settings
        self._dialogs = dialogs

    def save(self, write: Callable[[Path], object]) -> None:
        """Ask where to, then write."""

        def chosen(path: Path) -> None:
            self._settings.put(OPEN_FOLDER, str(path.parent))
            try:
                write(path)
            except ZscapeError as error:
                self._board.post(error.sentence, Level.PROBLEM)
                return
            self._board.post(f"Saved “{path.name}”.")

        folder = Path(last_opened_folder(self._settings))
        self._dialogs.ask_save(f"Save {self._kind}", free_name(folder, self._kind, self._suffix), self._filters, chosen)

    def ask_open(self, then: Callable[[Path], object]) -> None:
        """Let a person choose one."""
        self._dialogs.ask_open(f"Open {self._kind}", last_opened_folder(self._settings), self._filters, then)

    def read(self, path: Path, reader: Callable[[Path], Read]) -> Read | None:
        """What a document holds; None where it cannot be read, which is told."""
        try:
            found = reader(path)
        except ZscapeError as error:
            self._board.post(error.sentence, Level.PROBLEM)
            return None
        self._settings.put(OPEN_FOLDER, str(path.parent))
        return found
