"""Taking curves home: a picture or a drawing for a paper, or the numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices

from app.flows.file_dialogs import FileDialogs, free_name
from app.store.kept.settings import EXPORT_FOLDER, Settings
from app.store.notices import Level, NoticeAction, NoticeBoard
from engine.disk.files import ZscapeError

FILTERS = {
    ".png": "PNG picture (*.png)",
    ".svg": "SVG drawing (*.svg)",
    ".csv": "CSV table (*.csv)",
    ".json": "JSON (*.json)",
    ".md": "Markdown (*.md)",
}


class CurveFlow(QObject):
    """`save` asks where, has the file written, and says so."""

    def __init__(
        self, board: NoticeBoard, settings: Settings, dialogs: FileDialogs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._board = board
        self._settings = settings
        self._dialogs = dialogs

    def save(self, suffix: str, name: str, write: Callable[[Path], object], *, what: str = "curves") -> None:
        """Ask where the curves of a run of this name shall go; `write` puts them there."""
        stem = re.sub(r"[^\w-]+", "-", name).strip("-")[:60] or what
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        folder = Path(str(self._settings.get(EXPORT_FOLDER)) or pictures or str(Path.home()))

        def then(path: Path) -> None:
            self._settings.put(EXPORT_FOLDER, str(path.parent))
            try:
                write(path)
            except ZscapeError as error:
                self._board.post(error.sentence, Level.PROBLEM)
                return
            show = NoticeAction(
                "Show in folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
            )
            self._board.post(f"Saved “{path.name}”.", action=show)

        self._dialogs.ask_save(f"Save {what}", free_name(folder, f"{stem}-{what}", suffix), FILTERS[suffix], then)
