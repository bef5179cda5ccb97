"""What a person had open, saved by itself and restored at the next start."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal, Slot

from app.store.edits import SliderNote
from app.store.history import HistoryEntry
from app.store.kept.recipe_json import Drawn, decoded, entry_value, read_entry
from app.store.kept.stored import StoredDocument
from app.store.sliders import NOTES_LIMIT, note_value, read_note
from engine.disk.files import ZscapeError
from engine.disk.recipes import read_recipe, read_walk, recipe_value, walk_value
from engine.disk.sums import read_sum, sum_value
from engine.protocol.sums import Sum
from engine.protocol.values import Image, Recipe
from engine.protocol.walks import Walk

FILE = "session.json"
VERSION = 1
SAVED_HISTORY = 60
MOST_ENTRIES = 2000
Packed = dict[Recipe, str]
"""Pictures of places that were read, not yet unpacked."""
QUIET_MS = 1500
"""How long nothing must change before the session is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """A session as values. Everything has a default, so that half a file restores half a session."""

    source: str = ""
    recipe: Recipe | None = None
    sources: dict[str, str] = field(default_factory=dict)
    history: tuple[HistoryEntry, ...] = ()
    favourites: tuple[HistoryEntry, ...] = ()
    walk: Walk | None = None
    """The path that is being made."""
    sliders: tuple[SliderNote, ...] = ()
    total: Sum | None = None
    page: str = ""
    """The page that was shown."""
    geometry: tuple[int, int, int, int] | None = None
    maximised: bool = False
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each page keeps of itself."""


class SessionStore(QObject):
    """Loads the session once and writes it in a helper thread, so that a slow disk never stops the window."""

    write_failed = Signal(str)
    _written = Signal(str)

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = StoredDocument(home / FILE, VERSION)
        self._document.load()
        self._drawn: Drawn = {}
        self._packed: Packed = {}
        self._thread: threading.Thread | None = None
        self._failed = ""
        self._written.connect(self._on_thread_written, Qt.ConnectionType.QueuedConnection)
        self._capture: Callable[[], SessionState] | None = None
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_MS)
        self._quiet.timeout.connect(self._on_quiet_timeout)

    @property
    def trouble(self) -> str:
        """Why the file could not be used, if so."""
        return self._document.trouble

    def read(self) -> SessionState:
        """What was open last time, as far as it can be understood; its places without their pictures."""
        state, self._packed = read_session(self._document.values)
        return state

    def pictures(self) -> dict[Recipe, Image]:
        """The pictures of the places that `read` gave, for which numpy is loaded: the window is painted before."""
        packed, self._packed = self._packed, {}
        return unpacked(packed)

    def watch(self, capture: Callable[[], SessionState]) -> None:
        """Say how the present state is taken; `touch` then saves it once nothing changes for a moment."""
        self._capture = capture

    def leave_to_other(self) -> None:
        """Another program keeps this session: it is read, and never written."""
        self._document.read_only = True

    def touch(self, *_changes: object) -> None:
        """Something changed."""
        if self._capture is not None and not self._document.read_only:
            self._quiet.start()

    def forget(self) -> None:
        """Write nothing any more: who closes the window before it was seen has changed nothing."""
        self._quiet.stop()
        self._capture = None

    def close(self) -> str:
        """Write what is now and wait for it; the trouble as a sentence, or nothing."""
        self._quiet.stop()
        if self._thread is not None:
            self._thread.join()
        if self._capture is None or self._document.read_only:
            return ""
        state, self._capture = self._capture(), None
        return self._document.save(self._values(state))

    def _on_quiet_timeout(self) -> None:
        if self._capture is None:
            return
        if self._thread is not None and self._thread.is_alive():
            self._quiet.start()  # the disk is slow: look again later
            return
        content = self._document.dumps(self._values(self._capture()))
        self._thread = threading.Thread(target=self._write, args=(content,), name="session", daemon=False)
        self._thread.start()

    def _write(self, content: str) -> None:
        try:
            self._document.write(content)
        except ZscapeError as error:
            self._written.emit(error.sentence)
        else:
            self._written.emit("")

    @Slot(str)
    def _on_thread_written(self, trouble: str) -> None:
        if trouble and trouble != self._failed:  # a full disk is told once, not every two seconds
            self.write_failed.emit(trouble)
        self._failed = trouble

    def _values(self, state: SessionState) -> dict[str, Any]:
        alive = {id(entry.thumbnail) for entry in (*state.history[:SAVED_HISTORY], *state.favourites)}
        self._drawn = {key: pair for key, pair in self._drawn.items() if key in alive}
        return session_values(state, self._drawn)


def session_values(state: SessionState, drawn: Drawn) -> dict[str, Any]:
    """A session as JSON; `drawn` spares encoding a thumbnail twice."""
    return {
        "source": state.source,
        "recipe": None if state.recipe is None else recipe_value(state.recipe),
        "sources": state.sources,
        "history": [entry_value(entry, drawn) for entry in state.history[:SAVED_HISTORY]],
        "favourites": [entry_value(entry, drawn) for entry in state.favourites],
        "walk": None if state.walk is None or not state.walk.keyframes else walk_value(state.walk),
        "sliders": [note_value(note) for note in state.sliders],
        "sum": None if state.total is None or not state.total.model else sum_value(state.total),
        "mode": state.page,
        "geometry": None if state.geometry is None else list(state.geometry),
        "maximised": state.maximised,
        "pages": state.pages,
    }


def read_session(values: Mapping[str, Any]) -> tuple[SessionState, Packed]:
    """A session from JSON, as far as it can be understood, and the pictures of its places, packed."""
    packed: Packed = {}
    source, page, sources = values.get("source"), values.get("mode"), values.get("sources")
    state = SessionState(
        source=source if isinstance(source, str) and "\0" not in source else "",
        recipe=read_recipe(values.get("recipe")),
        sources={key: value for key, value in sources.items() if isinstance(value, str)}
        if isinstance(sources, dict)
        else {},
        history=_entries(values.get("history"), packed),
        favourites=_entries(values.get("favourites"), packed),
        walk=read_walk(values.get("walk")),
        sliders=_notes(values.get("sliders")),
        total=read_sum(values.get("sum")),
        page=page if isinstance(page, str) else "",
        geometry=_rectangle(values.get("geometry")),
        maximised=values.get("maximised") is True,
        pages=_kept_of_pages(values),
    )
    return state, packed


def unpacked(packed: Packed) -> dict[Recipe, Image]:
    """The pictures of places, for which numpy is loaded."""
    drawn = {recipe: decoded(text) for recipe, text in packed.items()}
    return {recipe: image for recipe, image in drawn.items() if image is not None}


def _entries(value: object, packed: Packed) -> tuple[HistoryEntry, ...]:
    entries = []
    for item in value[:MOST_ENTRIES] if isinstance(value, list) else ():
        entry = read_entry(item)
        if entry is not None:
            entries.append(entry)
            if isinstance(item.get("thumbnail"), str):
                packed[entry.recipe] = item["thumbnail"]
    return tuple(entries)


def mended(geometry: tuple[int, int, int, int], screens: list[QRect], least: tuple[int, int]) -> QRect:
    """The rectangle moved and cut so that it can be reached on one of the screens."""
    wanted = QRect(*geometry)
    if not screens:
        return QRect(0, 0, *least)

    def seen(screen: QRect) -> int:
        part = screen.intersected(wanted)
        return part.width() * part.height() if part.isValid() else 0

    screen = max(screens, key=seen)
    width = min(max(wanted.width(), least[0]), screen.width())
    height = min(max(wanted.height(), least[1]), screen.height())
    left = min(max(wanted.left(), screen.left()), screen.left() + screen.width() - width)
    top = min(max(wanted.top(), screen.top()), screen.top() + screen.height() - height)
    return QRect(left, top, width, height)


def _kept_of_pages(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What pages kept; version 0.1 kept the one open list of its one page beside everything else."""
    pages = values.get("pages")
    kept = {key: value for key, value in pages.items() if isinstance(value, dict)} if isinstance(pages, dict) else {}
    if "tab" in values and "explore" not in kept:
        kept["explore"] = {"tab": values["tab"]}
    return kept


def _notes(value: object) -> tuple[SliderNote, ...]:
    read = [read_note(item) for item in (value[:NOTES_LIMIT] if isinstance(value, list) else ())]
    return tuple(note for note in read if note is not None)


def _rectangle(value: object) -> tuple[int, int, int, int] | None:
    if not isinstance(value, list) or len(value) != 4:
        return None
    if not all(type(side) is int and abs(side) < 100_000 for side in value) or value[2] < 1 or value[3] < 1:
        return None
    return value[0], value[1], value[2], value[3]
