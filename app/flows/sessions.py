"""Sessions as files: all that is open kept under a name, and taken up again in one step that undo takes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.flows.documents import Documents
from app.flows.file_dialogs import FileDialogs
from app.store.kept.session import SessionState, unpacked
from app.store.kept.session_file import SUFFIX, read_session_file, write_session
from app.store.kept.settings import Settings
from app.store.notices import NoticeBoard
from app.store.state import Explorer
from engine.disk.files import shown

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
        self._capture = capture
        self._documents = Documents("session", SUFFIX, FILTER, board, settings, dialogs)

    def save(self) -> None:
        """Ask where to keep what is open."""
        state = self._capture()
        self._documents.save(lambda path: write_session(path, state))

    def ask_open(self) -> None:
        """Let a person choose a session's file."""
        self._documents.ask_open(self.open)

    def open(self, path: Path) -> None:
        """Take up a session. Places that were visited here before stay in the history, behind those of the session."""
        if (read := self._documents.read(path, read_session_file)) is None:
            return
        state, packed = read
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
