"""What of the library is shown, in which order: filtered, sorted, named, as a model that views share."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from app.library.words import (
    Order,
    Shelf,
    headline_words,
    kind_words,
    matches,
    rank,
    stands_on,
    state_words,
    when_words,
)
from app.store.library import State
from app.store.state import Explorer
from engine.protocol.library import Entry

SOURCE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


class LibraryRows(QAbstractListModel):
    """One row an entry. What a row says is worked out when it is asked for."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._library = explorer.library
        self._sources: tuple[str, ...] = ()
        self._rows: dict[str, int] = {}
        self.shelf, self.order, self.words, self.family = Shelf.ALL, Order.NEWEST, "", ""
        self._found: set[str] = set()
        """What was found by these words: it stays while they do, also under another name."""
        self.told = 0
        """Changes when families or data are called otherwise: what was painted with their names is old then."""
        self._families: dict[str, str] = {}
        self._data: dict[str, str] = {}
        self._library.changed.connect(self.refill)
        self._library.illustrated.connect(self._on_library_illustrated)
        explorer.runs.families_changed.connect(self.refill)
        explorer.runs.datasets_changed.connect(self.refill)
        explorer.folders.changed.connect(self.refill)
        self.refill()

    @property
    def sources(self) -> tuple[str, ...]:
        """What is shown, in order."""
        return self._sources

    def row_of(self, source: str) -> int:
        """Where an entry stands; −1 if it is not shown."""
        return self._rows.get(source, -1)

    def source(self, index: Index) -> str:
        """Whose row this is."""
        return self._sources[index.row()] if index.isValid() and index.row() < len(self._sources) else ""

    def choose(self, *, shelf: Shelf | None = None, order: Order | None = None, words: str | None = None,
               family: str | None = None) -> None:  # fmt: skip
        """Show something else, or in another order."""
        self.shelf = self.shelf if shelf is None else shelf
        self.order = self.order if order is None else order
        if words is not None and words != self.words:
            self.words, self._found = words, set()
        self.family = self.family if family is None else family
        self.refill()

    def refill(self) -> None:
        """What is shown now; rows that stay in their order are only painted anew."""
        sets = (*self._explorer.runs.datasets, *self._explorer.folders.sets)
        names = {family.name: family.label for family in self._explorer.runs.families}
        data = {data.name: data.label for data in sets}
        if (names, data) != (self._families, self._data):
            self._families, self._data, self.told = names, data, self.told + 1
        shown = [entry for entry in self._library.entries if self._is_shown(entry)]
        shown.sort(key=lambda entry: rank(entry, self._library.title(entry.source), self.order))
        sources = tuple(entry.source for entry in shown)
        if sources == self._sources:
            if sources:
                self.dataChanged.emit(self.index(0), self.index(len(sources) - 1))
            return
        self.beginResetModel()
        self._sources = sources
        self._rows = {source: row for row, source in enumerate(sources)}
        self.endResetModel()

    def families(self) -> dict[str, str]:
        """Kinds of model that the library holds, by name, with their labels."""
        found = {entry.family for entry in self._library.entries if entry.family}
        return {name: self._families.get(name, name) for name in sorted(found)}

    def kind_words(self, entry: Entry) -> str:
        """What an entry is, what it learned from, how large its pictures are."""
        return kind_words(entry, self._families, self._data)

    def cell_words(self, entry: Entry) -> tuple[str, str]:
        """The same on two short lines; one of several of one name says its folder's first."""
        kind, _, rest = self.kind_words(entry).partition(" · ")
        folder = Path(entry.source).name if self._library.title(entry.source) != entry.name else ""
        return kind, " · ".join(part for part in (folder, rest) if part)

    def state_words(self, entry: Entry, *, short: bool = False) -> str:
        """Where it stands, and since when; `short` where there is no room for the date of what counts less by it."""
        state = self._library.state(entry)
        words = state_words(entry, state, self._library.share(entry))
        is_short = short or state in (State.LEARNING, State.PAUSED)
        when = "" if is_short else when_words(entry.changed)
        return " · ".join(part for part in (words, when) if part)

    def _is_shown(self, entry: Entry) -> bool:
        if not stands_on(entry, self._library.state(entry), self.shelf):
            return False
        if self.family and entry.family != self.family:
            return False
        if not self.words.strip() or entry.source in self._found:
            return True
        told = f"{self._library.title(entry.source)} {self.kind_words(entry)} {self.state_words(entry)}"
        if is_found := matches(entry, self.words, told):
            self._found.add(entry.source)
        return is_found

    def _on_library_illustrated(self, source: str) -> None:
        row = self.row_of(source)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))

    # ------------------------------------------------------------ Qt

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._sources)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        source = self.source(index)
        entry = self._library.entry(source)
        if entry is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._library.title(source)
            case Qt.ItemDataRole.UserRole:
                return source
            case Qt.ItemDataRole.ToolTipRole:
                parts = (self._library.title(source), self.kind_words(entry), self.state_words(entry),
                         headline_words(entry.scores), entry.trouble, entry.note[:300])  # fmt: skip
                return "\n".join(part for part in parts if part)
            case Qt.ItemDataRole.AccessibleTextRole:
                told = (self._library.title(source), self.kind_words(entry), self.state_words(entry), entry.trouble)
                return ", ".join(part for part in told if part)
            case _:
                return None
