"""Every model and every run, as the window knows them: told by the engine, kept by what opens them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.learning.runs import Runs
from engine.protocol.answers import DatasetsListed, Event, Failed, Finished, ModelOpened, TrainingStarted
from engine.protocol.library import (
    Card,
    CurvesRead,
    DescribeEntry,
    Entry,
    EntryChanged,
    EntryDescribed,
    EntryIllustrated,
    IllustrateEntries,
    LibraryListed,
    ListLibrary,
    Origin,
    ReadCurves,
    Shelving,
    Standing,
)
from engine.protocol.scoring import ModelScored
from engine.protocol.values import Image

PICTURES_KEPT = 600
"""Pictures that are at hand; what scrolled away long ago is asked for again."""
ASKED_AT_ONCE = 12
"""Pictures asked for in one request: what is scrolled to meanwhile need not wait for what has gone by."""


class State(StrEnum):
    """Where an entry stands, with what this window knows of the run that trains."""

    LEARNING = "learning"
    PAUSED = "paused"
    FINISHED = "finished"
    EARLY = "early"
    UNFINISHED = "unfinished"
    DAMAGED = "damaged"
    TRASH = "trash"


class Library(QObject):
    """`changed` fires when entries, names or states are other ones; the rest tells of one entry, by its source."""

    changed = Signal()
    illustrated = Signal(str)
    described = Signal(str)
    moved = Signal(str, object)
    """What stood under a source is this entry now: renamed, noted, discarded, brought back; None for erased."""
    curves_read = Signal(object)
    pointed_at = Signal(str)
    """Somebody wants to see this entry in the library."""

    def __init__(self, client: Client, runs: Runs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._runs = runs
        self._entries: dict[str, Entry] = {}
        self._titles: dict[str, str] = {}
        self._seen: set[str] = set()
        """What the listing under way has named so far."""
        self._listing = 0
        self._asked: dict[int, tuple[str, ...]] = {}
        """Single entries that were asked for, by ticket."""
        self._pictures: OrderedDict[str, Image | None] = OrderedDict()
        self._wanted: list[str] = []
        self._drawing: tuple[str, ...] = ()
        self._cards: dict[str, Card] = {}
        self._curves = 0
        self._is_listed = False
        self._overlay: tuple[str, bool] = ("", False)
        runs.run_changed.connect(self._on_runs_run_changed)

    # ------------------------------------------------------------ what there is

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything, in no order."""
        return tuple(self._entries.values())

    @property
    def is_listed(self) -> bool:
        """True once everything was told."""
        return self._is_listed

    def entry(self, source: str) -> Entry | None:
        """One of them."""
        return self._entries.get(source)

    def title(self, source: str) -> str:
        """What it is called; of two with one name each is told by its folder, too. Empty for what is not known."""
        return self._titles.get(source, "")

    def state(self, entry: Entry) -> State:
        """Where it stands now."""
        run = self._runs.run
        if run is not None and run.run == entry.source and not run.is_over:
            return State.PAUSED if run.paused else State.LEARNING
        return State.TRASH if entry.is_in_trash else State(entry.standing.value)

    def share(self, entry: Entry) -> float:
        """How much of its steps are done, 0 to 1."""
        run = self._runs.run
        if run is not None and run.run == entry.source and not run.is_over:
            return run.share
        return min(1.0, entry.step / entry.steps) if entry.steps else 1.0

    def newest_runs(self, *, unfinished: bool | None = None) -> tuple[Entry, ...]:
        """Runs that stand here, the newest first; with `unfinished` only those that are, or are not."""
        runs = [entry for entry in self.entries if entry.origin is Origin.RUN and not entry.is_in_trash]
        if unfinished is not None:
            runs = [entry for entry in runs if (entry.standing is Standing.UNFINISHED) is unfinished]
        return tuple(sorted(runs, key=lambda entry: -entry.changed))

    def picture(self, source: str) -> Image | None:
        """Its picture, if it is at hand."""
        return self._pictures.get(source)

    def card(self, source: str) -> Card | None:
        """Its card, if it was told."""
        return self._cards.get(source)

    # ------------------------------------------------------------ asking

    def refresh(self) -> None:
        """Look at everything anew."""
        self._seen = set()
        self._listing = self._client.next_ticket()
        self._client.send(ListLibrary(ticket=self._listing))

    def look_at(self, *sources: str) -> None:
        """Look at these anew."""
        ticket = self._client.next_ticket()
        self._asked[ticket] = sources
        self._client.send(ListLibrary(sources=sources, ticket=ticket))

    def want_pictures(self, sources: Iterable[str]) -> None:
        """These can be seen and have no picture yet; what was wanted before and is not seen any more can wait."""
        self._wanted = [source for source in sources if source not in self._pictures]
        self._draw_next()

    def point_at(self, source: str) -> None:
        """Have an entry picked on the page of the library."""
        self.pointed_at.emit(source)

    def want_too(self, sources: Iterable[str]) -> None:
        """Pictures for a few entries that are shown elsewhere, beside those that the library shows."""
        self._wanted = [*dict.fromkeys([s for s in sources if s not in self._pictures] + self._wanted)]
        self._draw_next()

    def describe(self, source: str) -> None:
        """Ask for a card."""
        self._client.send(DescribeEntry(source=source))

    def read_curves(self, sources: tuple[str, ...]) -> None:
        """Ask for what runs reported; `curves_read` carries the answer to the last question."""
        self._curves = self._client.next_ticket()
        self._client.send(ReadCurves(sources=sources, ticket=self._curves))

    def next_ticket(self) -> int:
        """A number for a request whose answer somebody waits for."""
        return self._client.next_ticket()

    def ask(self, request: Shelving) -> None:
        """Ask for a change or an export."""
        self._client.send(request)

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in what the engine says of the library, and what becomes of runs and models meanwhile."""
        match event:
            case LibraryListed():
                self._on_listed(event)
            case EntryIllustrated():
                self._on_illustrated(event)
            case EntryDescribed():
                self._cards[event.source] = event.card
                self.described.emit(event.source)
            case EntryChanged():
                self._on_changed(event)
            case CurvesRead():
                if event.ticket == self._curves:
                    self.curves_read.emit(event.runs)
            case TrainingStarted():
                self.look_at(event.run)
            case Finished():
                self._pictures.pop(event.run, None)
                self._cards.pop(event.run, None)
                self.look_at(event.run)
            case ModelOpened():
                self.look_at(event.source)
            case ModelScored():
                self._cards.pop(event.source, None)
                self.look_at(event.source)
            case DatasetsListed():
                self.changed.emit()  # their labels name what models learned from
            case Failed(command=IllustrateEntries()):
                self._drawing = ()
                self._draw_next()
            case _:
                pass

    def _on_listed(self, event: LibraryListed) -> None:
        if event.is_whole and event.ticket != self._listing:
            return
        for entry in event.entries:
            before = self._entries.get(entry.source)
            if before is not None and before.changed != entry.changed:
                self._pictures.pop(entry.source, None)
                self._cards.pop(entry.source, None)
            self._entries[entry.source] = entry
        told = {entry.source for entry in event.entries}
        if event.is_whole:
            self._seen |= told
            if event.is_last:
                self._entries = {source: entry for source, entry in self._entries.items() if source in self._seen}
                self._is_listed = True
        else:
            for source in set(self._asked.pop(event.ticket, ())) - told:
                self._entries.pop(source, None)
        self._rename()
        self.changed.emit()

    def _on_illustrated(self, event: EntryIllustrated) -> None:
        self._pictures[event.source] = event.image
        self._pictures.move_to_end(event.source)
        while len(self._pictures) > PICTURES_KEPT:
            self._pictures.popitem(last=False)
        self.illustrated.emit(event.source)
        if self._drawing and event.source == self._drawing[-1]:
            self._drawing = ()
            self._draw_next()

    def _on_changed(self, event: EntryChanged) -> None:
        self._entries.pop(event.was, None)
        self._cards.pop(event.was, None)
        picture = self._pictures.pop(event.was, None)
        if event.entry is not None:
            self._entries[event.entry.source] = event.entry
            if picture is not None:
                self._pictures[event.entry.source] = picture
        self._rename()
        self.changed.emit()
        self.moved.emit(event.was, event.entry)

    def _draw_next(self) -> None:
        if self._drawing or not self._wanted:
            return
        self._drawing = tuple(self._wanted[:ASKED_AT_ONCE])
        self._wanted = self._wanted[ASKED_AT_ONCE:]
        self._client.send(IllustrateEntries(sources=self._drawing))

    def _rename(self) -> None:
        count: dict[str, int] = {}
        for entry in self._entries.values():
            count[entry.name] = count.get(entry.name, 0) + 1
        self._titles = {
            source: entry.name if count[entry.name] == 1 else f"{entry.name} ({Path(source).name})"
            for source, entry in self._entries.items()
        }

    def _on_runs_run_changed(self, run: object) -> None:
        now = self._runs.run
        overlay = ("", False) if now is None or now.is_over else (now.run, now.paused)
        if overlay != self._overlay:
            self._overlay = overlay
            self.changed.emit()
