"""Pictures beside numbers: what models sample from equal seeds, and how near that is to what they learned from."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from engine.protocol.answers import Evaluating, Event, Failed, Preparing
from engine.protocol.requests import Cancel
from engine.protocol.scoring import FindNeighbours, NeighboursFound, SampleSheet, SheetSampled, Space
from engine.protocol.values import Image

SHEET = 24
"""Seeds that a sheet shows at most."""
_KEPT = 40


@dataclass(frozen=True, slots=True)
class Looking:
    """How far the looking for neighbours is."""

    what: str
    done: int
    of: int


class Closeness(QObject):
    """Asked for only what somebody looks at; kept while the program runs."""

    sheet_changed = Signal(str)
    """A model's sheet is there, or cannot be had."""
    neighbours_changed = Signal()

    def __init__(self, client: Client, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._sheets: dict[str, tuple[Image, ...]] = {}
        self._sampling: dict[int, str] = {}
        self._found: dict[FindNeighbours, NeighboursFound] = {}
        self._wanted: FindNeighbours | None = None
        self._ticket = 0
        self.looking: Looking | None = None
        self.trouble = ""

    # ------------------------------------------------------------ sheets

    def sheet(self, source: str) -> tuple[Image, ...]:
        """The first pictures of a model; none before they are there."""
        return self._sheets.get(source, ())

    def ask_sheet(self, source: str) -> None:
        """Have a model's first pictures sampled, once."""
        if source in self._sheets or source in self._sampling.values():
            return
        ticket = self._client.next_ticket()
        self._sampling[ticket] = source
        self._client.send(SampleSheet(source=source, count=SHEET, ticket=ticket))

    # ------------------------------------------------------------ neighbours

    def neighbours(self) -> NeighboursFound | None:
        """What was asked for last, once it is there."""
        return None if self._wanted is None else self._found.get(self._wanted)

    def ask_neighbours(self, source: str, data: str, space: Space, n: int) -> None:
        """Look for a model's neighbours; what was looked for before is left."""
        wanted = FindNeighbours(source=source, data=data, n=n, space=space, shown=12)
        if wanted == self._wanted and (self.looking is not None or wanted in self._found):
            return
        self.leave()
        self._wanted, self.trouble = wanted, ""
        if wanted not in self._found:
            self._ticket = self._client.next_ticket()
            self.looking = Looking("Opening the model", 0, 1)
            self._client.send(FindNeighbours(source=source, data=data, n=n, space=space, shown=12, ticket=self._ticket))
        self.neighbours_changed.emit()

    def leave(self) -> None:
        """Nobody looks any more."""
        if self.looking is not None:
            ticket, self._ticket, self.looking = self._ticket, 0, None
            self._client.send(Cancel(ticket=ticket))
            self.neighbours_changed.emit()

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in what the engine says."""
        match event:
            case SheetSampled() if event.ticket in self._sampling:
                self._sheets[self._sampling.pop(event.ticket)] = event.images
                while len(self._sheets) > _KEPT:
                    self._sheets.pop(next(iter(self._sheets)))
                self.sheet_changed.emit(event.source)
            case NeighboursFound() if event.ticket == self._ticket and self._wanted is not None:
                self._found[self._wanted] = event
                self._ticket, self.looking = 0, None
                while len(self._found) > _KEPT:
                    self._found.pop(next(iter(self._found)))
                self.neighbours_changed.emit()
            case Evaluating() | Preparing() if event.ticket == self._ticket and self.looking is not None:
                self.looking = Looking(event.what, event.done, event.of)
                self.neighbours_changed.emit()
            case Failed() if event.ticket in self._sampling:
                self.sheet_changed.emit(self._sampling.pop(event.ticket))
            case Failed() if event.ticket == self._ticket and self.looking is not None:
                self._ticket, self.looking, self.trouble = 0, None, event.problem.sentence
                self.neighbours_changed.emit()
            case _:
                pass

    def explains(self, event: Failed) -> bool:
        """True where the page itself says what went wrong, so that no notice need."""
        return isinstance(event.command, FindNeighbours)
