"""What one does with what stands in the library: open it, learn on, take it out, put it away and bring it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication

from app.flows.file_dialogs import FileDialogs, free_name
from app.flows.opening import OpeningFlow
from app.store.kept.settings import EXPORT_FOLDER, Settings
from app.store.notices import Level, NoticeAction, NoticeBoard
from app.store.state import Explorer
from engine.disk.files import on_a_line, shown
from engine.protocol.answers import Event, Failed
from engine.protocol.library import (
    BringBack,
    DiscardEntry,
    Entry,
    EntryChanged,
    EraseEntry,
    ExportConfig,
    ExportModel,
    ExportTables,
    Origin,
)
from engine.protocol.requests import Train


class ShelfFlow(QObject):
    """Pages connect what they show to this; what it does is told as notices."""

    explored = Signal()
    """A model was opened: the page that explores should be shown."""
    training_asked = Signal()
    """Something is to be learned: the page for runs should be shown."""

    def __init__(
        self,
        explorer: Explorer,
        board: NoticeBoard,
        settings: Settings,
        dialogs: FileDialogs,
        opening: OpeningFlow,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._board = board
        self._settings = settings
        self._dialogs = dialogs
        self._opening = opening
        self._putting_away: dict[int, str] = {}
        self._bringing: set[int] = set()

    # ------------------------------------------------------------ going on with it

    def explore(self, source: str) -> None:
        """Open a model, or a moment of a run."""
        self._opening.open_source(source)
        self.explored.emit()

    def go_on(self, entry: Entry, steps: int = 0) -> None:
        """Learn on from the last checkpoint; with `steps`, until there are so many."""
        config = dict(entry.config) | ({"steps": steps} if steps else {})
        train = command_of(replace(entry, config=tuple(sorted(config.items()))), Path(entry.source), resume=True)
        if self._explorer.runs.start(train):
            self.training_asked.emit()
            return
        run = self._explorer.runs.run
        name = f"“{on_a_line(run.name)}”" if run is not None else "Another run"
        self._board.post(f"{name} is training. Finish it before you go on with another run.", Level.WARNING)

    def duplicate(self, entry: Entry) -> None:
        """Fill the form for a run with what this one was asked for, to be changed and started."""
        self.training_asked.emit()
        self._explorer.runs.drafted.emit(command_of(entry, Path(), resume=False))
        began = f" It began with the weights of “{shown(entry.start)}”; open that to begin so again." * bool(
            entry.start
        )
        self._board.post(f"The form is filled with the settings of “{on_a_line(entry.name)}”.{began}")

    def reveal(self, source: str) -> None:
        """Show its files."""
        card = self._explorer.library.card(source)
        folder = card.folder if card is not None and card.folder else source
        QDesktopServices.openUrl(QUrl.fromLocalFile(folder if Path(folder).is_dir() else str(Path(folder).parent)))

    # ------------------------------------------------------------ taking it out

    def export_model(self, entry: Entry) -> None:
        """Write the model as one file that opens anywhere."""
        ask = self._explorer.library.ask
        self._ask_where(
            "Export the model", entry.name, ".safetensors", "Model (*.safetensors)",
            lambda path: ask(ExportModel(source=entry.source, path=path)),
        )  # fmt: skip

    def export_tables(self, sources: tuple[str, ...], name: str) -> None:
        """Write curves and figures of runs as two tables."""
        ask = self._explorer.library.ask
        self._ask_where(
            "Save curves and figures", f"{name}-curves", ".csv", "CSV table (*.csv)",
            lambda path: ask(ExportTables(sources=sources, path=path)),
        )  # fmt: skip

    def export_config(self, entry: Entry) -> None:
        """Write the settings as a file that the command line reads."""
        ask = self._explorer.library.ask
        self._ask_where(
            "Save the settings", entry.name, ".toml", "Settings (*.toml)",
            lambda path: ask(ExportConfig(source=entry.source, path=path)),
        )  # fmt: skip

    def copy_config(self, source: str) -> None:
        """Put the settings on the clipboard."""
        card = self._explorer.library.card(source)
        if card is not None and card.config_toml:
            QGuiApplication.clipboard().setText(card.config_toml)
            self._board.post("The settings are on the clipboard, as TOML.")

    # ------------------------------------------------------------ putting it away

    def why_not_discard(self, entry: Entry) -> str:
        """Why it cannot be put away now; empty when it can."""
        run = self._explorer.runs.run
        if entry.origin is Origin.BUNDLED:
            return "It comes with the program and stays."
        if run is not None and run.run == entry.source and not run.is_over:
            return "It is learning; finish it first."
        return ""

    def discard(self, entry: Entry, *, is_sure: bool = False) -> None:
        """Into the trash. What is open says so first."""
        if why := self.why_not_discard(entry):
            self._board.post(f"“{on_a_line(entry.name)}” stays: {why[0].lower()}{why[1:]}", Level.WARNING)
            return
        if not is_sure and self._explorer.models.source == entry.source:
            self._board.post(
                f"“{on_a_line(entry.name)}” is open. What you see of it stays until you open another model;"
                " its history and favourites wait for it to be brought back.",
                Level.WARNING,
                action=NoticeAction("Discard it all the same", lambda: self.discard(entry, is_sure=True)),
            )
            return
        ticket = self._explorer.library.next_ticket()
        self._putting_away[ticket] = entry.name
        self._explorer.library.ask(DiscardEntry(source=entry.source, ticket=ticket))

    def bring_back(self, source: str) -> None:
        """Out of the trash."""
        ticket = self._explorer.library.next_ticket()
        self._bringing.add(ticket)
        self._explorer.library.ask(BringBack(source=source, ticket=ticket))

    def erase(self, entry: Entry) -> None:
        """For good, once somebody has said so twice."""
        lost = (
            "Its settings, curves, samples and weights are lost" if entry.origin is Origin.RUN else "It leaves the list"
        )
        erase = EraseEntry(source=entry.source)
        self._board.post(
            f"Delete “{on_a_line(entry.name)}” for good? {lost}.",
            Level.WARNING,
            action=NoticeAction("Delete it for good", lambda: self._explorer.library.ask(erase)),
        )

    def receive(self, event: Event) -> None:
        """Tell what was put away, and what came back."""
        match event:
            case EntryChanged(ticket=ticket) if ticket in self._putting_away:
                name = on_a_line(self._putting_away.pop(ticket))
                if (entry := event.entry) is not None:
                    words = "is in the trash" if entry.origin is Origin.RUN else "has left the list; its file stays"
                    back = NoticeAction("Bring it back", lambda: self.bring_back(entry.source))
                    self._board.post(f"“{name}” {words}.", action=back)
            case EntryChanged(ticket=ticket) if ticket in self._bringing:
                self._bringing.discard(ticket)
                if event.entry is not None:
                    self._board.post(f"“{on_a_line(event.entry.name)}” is back.")
            case Failed(ticket=ticket):
                self._putting_away.pop(ticket, None)
                self._bringing.discard(ticket)
            case _:
                pass

    def _ask_where(self, title: str, name: str, suffix: str, filters: str, then: Callable[[Path], object]) -> None:
        stem = re.sub(r"[^\w-]+", "-", name).strip("-")[:60] or "model"
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        folder = Path(str(self._settings.get(EXPORT_FOLDER)) or documents or str(Path.home()))

        def chosen(path: Path) -> None:
            self._settings.put(EXPORT_FOLDER, str(path.parent))
            then(path)

        self._dialogs.ask_save(title, free_name(folder, stem, suffix), filters, chosen)


def command_of(entry: Entry, out: Path, *, resume: bool) -> Train:
    """What was asked for, to be asked for again: to go on in its folder, or anew in another."""
    return Train(
        family=entry.family, data=entry.data, out=out, name=entry.name, config=entry.config, preset=entry.preset,
        resume=resume,
    )  # fmt: skip
