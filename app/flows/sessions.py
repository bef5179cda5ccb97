"""Sessions as files: all that is open kept under a name, and taken up again in one step that undo takes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal

from app.flows.file_dialogs import FileDialogs, free_name
from app.store.kept.session import SessionState, unpacked
from app.store.kept.session_file import SUFFIX, read_session_file, write_session
from app.store.kept.settings import OPEN_FOLDER, Settings
from app.store.notices import Level, NoticeBoard
from app.store.state import Explorer
from engine.disk.files import ZscapeError, shown

FILTER = f"Sessions (*{SUFFIX})"


class SessionFlow(QObject):
    """`opened` carries the session: the window turns to its page."""

    opened = Signal(object)

    def __init__(
        self, explorer: Explorer, board: NoticeBoard, settings: Settings, dialogs: FileDialogs,
        capture: Callable[[], SessionState], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._explorer = explorer
        self._board = board
        self._settings = settings
        self._dialogs = dialogs
        self._capture = capture

    def save(self) -> None:
        """Ask where to keep what is open."""
        state = self._capture()

        def write(path: Path) -> None:
            self._settings.put(OPEN_FOLDER, str(path.parent))
            try:
                write_session(path, state)
            except ZscapeError as error:
                self._board.post(error.sentence, Level.PROBLEM)
                return
            self._board.post(f"Saved “{path.name}”.")

        self._dialogs.ask_save("Save session", free_name(Path(self._folder()), "session", SUFFIX), FILTER, write)

    def ask_open(self) -> None:
        """Let a person choose a session's file."""
        self._dialogs.ask_open("Open session", self._folder(), FILTER, self.open)

    def open(self, path: Path) -> None:
        """Take up a session. Places that were visited here before stay in the history, behind those of the session."""
        try:
            state, packed = read_session_file(path)
        except ZscapeError as error:
            self._board.post(error.sentence, Level.PROBLEM)
            return
        self._settings.put(OPEN_FOLDER, str(path.parent))
        self._explorer.take_up(
            sources={state.recipe.model: state.source, **state.sources} if state.recipe is not None else state.sources,
            place=state.recipe,
            history=state.history,
            favourites=state.favourites,
            walk=state.walk,
            sliders=state.sliders,
            total=state.total,
            pictures=unpacked(packed),
        )
        self.opened.emit(state)
        self._board.post(f"Opened “{shown(path)}”. Undo brings back what was here.")

    def _folder(self) -> str:
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return str(self._settings.get(OPEN_FOLDER)) or documents
