"""The library as the engine serves it: each request as work, what reads many files in a helper thread beside."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import torch

from engine.library import keeping, taking
from engine.library.cards import card_of
from engine.library.entries import gathered, look
from engine.library.pictures import picture_of
from engine.machine.work import Work, beside
from engine.protocol.answers import Exported
from engine.protocol.library import (
    BringBack,
    CurvesRead,
    DescribeEntry,
    DiscardEntry,
    Entry,
    EntryChanged,
    EntryDescribed,
    EntryIllustrated,
    EraseEntry,
    ExportConfig,
    ExportModel,
    ExportTables,
    IllustrateEntries,
    LibraryListed,
    ListLibrary,
    NoteEntry,
    ReadCurves,
    RenameEntry,
    Shelving,
)

PART = 100
"""Entries that are told at once."""


class Librarian:
    """Knows the home, and the device that draws what an entry shows."""

    def __init__(self, home: Path, device: torch.device) -> None:
        self._home = home
        self._device = device

    def work(self, request: Shelving) -> Work[None]:
        """What a request asks for."""
        home = self._home
        match request:
            case ListLibrary():
                yield from self._list(request)
            case IllustrateEntries():
                for source in request.sources:
                    image = yield from picture_of(source, home, self._device)
                    yield EntryIllustrated(source=source, image=image)
            case DescribeEntry():
                card = yield from beside(lambda unwanted: card_of(request.source, home))
                yield EntryDescribed(source=request.source, card=card)
            case ReadCurves():
                runs = yield from beside(lambda unwanted: taking.told_of(request.sources, home))
                yield CurvesRead(runs=runs)
            case RenameEntry():
                yield from self._changed(request.source, lambda: keeping.rename(request.source, request.name, home))
            case NoteEntry():
                yield from self._changed(request.source, lambda: keeping.note(request.source, request.text, home))
            case DiscardEntry():
                yield from self._changed(request.source, lambda: keeping.discard(request.source, home))
            case BringBack():
                yield from self._changed(request.source, lambda: keeping.bring_back(request.source, home))
            case EraseEntry():
                yield from self._changed(request.source, lambda: keeping.erase(request.source, home))
            case ExportModel():
                yield None
                taking.export_model(request.source, request.path, home)
                yield Exported(path=str(request.path))
            case ExportTables():
                figures = yield from beside(lambda unwanted: taking.export_tables(request.sources, request.path, home))
                yield Exported(path=str(request.path), files=2, beside=str(figures))
            case ExportConfig():
                taking.export_config(request.source, request.path, home)
                yield Exported(path=str(request.path))
            case _:
                assert_never(request)

    def _list(self, request: ListLibrary) -> Work[None]:
        home = self._home
        if request.sources:
            found = tuple(entry for source in request.sources if (entry := look(source, home)) is not None)
            yield LibraryListed(entries=found, is_whole=False, is_last=True)
            return
        queue: deque[Entry] = deque()
        scanning = beside(lambda unwanted: gathered(home, queue.append, unwanted))
        for _ in scanning:
            if len(queue) >= PART:
                yield LibraryListed(entries=_taken(queue), is_whole=True, is_last=False)
            else:
                yield None
        yield LibraryListed(entries=_taken(queue), is_whole=True, is_last=True)

    def _changed(self, source: str, change: Callable[[], Entry | None]) -> Work[None]:
        """Moving a folder to another disk takes long; the window hears of it when it is done."""
        entry = yield from beside(lambda unwanted: change())
        yield EntryChanged(was=source, entry=entry)


def _taken(queue: deque[Entry]) -> tuple[Entry, ...]:
    return tuple(queue.popleft() for _ in range(len(queue)))
