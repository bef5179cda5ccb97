"""Runs that were: those that the program's end interrupted can go on, the others can be explored."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.controls.buttons import link_button, set_available
from app.controls.elided_label import ElidedLabel
from app.controls.numbers import count_text
from app.controls.tiles.thumbnail import Thumbnail
from app.flows.shelving import command_of
from app.look.tokens import SPACE_8, SPACE_12
from app.store.state import Explorer
from engine.protocol.library import Entry, Standing

PICTURE_PX = 44
STRIP = 9
"""Earlier runs beside the one that is shown."""
_STARTING = "The engine is starting; a few seconds more."


class RecentRuns(QWidget):
    """A short list: picture, name, how far; and the one thing to do with each."""

    resume_asked = Signal(object)
    explore_asked = Signal(str)
    shown_asked = Signal(str)
    """A picture was pressed: the library shows it."""

    def __init__(self, explorer: Explorer, title: str) -> None:
        super().__init__()
        self._explorer = explorer
        self._entries: tuple[Entry, ...] = ()
        self.buttons: list[QPushButton] = []
        self._rows: list[tuple[Entry, ElidedLabel, Thumbnail]] = []
        heading = QLabel(title)
        heading.setProperty("tone", "heading")
        self.all_button = link_button("All in the library")
        self.all_button.clicked.connect(lambda: self.shown_asked.emit(""))
        head = QHBoxLayout()
        head.addWidget(heading, 1)
        head.addWidget(self.all_button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_12)
        self._column.addLayout(head)
        self._lines = QWidget()
        self._column.addWidget(self._lines)
        explorer.library.illustrated.connect(self._on_library_illustrated)

    def set_entries(self, entries: tuple[Entry, ...]) -> None:
        """List these and no others."""
        if entries != self._entries:
            self._entries = entries
            self._rebuild()
        self.retell()

    def retell(self) -> None:
        """Say each family by its name for people; nothing can go on before the engine knows them."""
        labels = {family.name: family.label for family in self._explorer.runs.families}
        for (entry, note, _), button in zip(self._rows, self.buttons, strict=True):
            kind = labels.get(entry.family, entry.family)
            of = f" of {count_text(entry.steps)}" if entry.standing is not Standing.FINISHED else " steps"
            far = f"step {count_text(entry.step)}{of}" if of != " steps" else f"{count_text(entry.step)}{of}"
            note.set_text(f"{kind} · {far}")
            reason = "" if labels else _STARTING
            if labels and entry.family not in labels:
                reason = f"This Zscape does not know the family “{entry.family}”."
            tip = "From its last checkpoint, exactly as if it had not been stopped" * (not entry.can_open)
            set_available(button, not reason, reason, tip)

    def _rebuild(self) -> None:
        self.buttons, self._rows = [], []
        before, self._lines = self._lines, QWidget()
        lines = QVBoxLayout(self._lines)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(SPACE_8)
        for entry in self._entries:
            lines.addLayout(self._line(entry))
        self._column.replaceWidget(before, self._lines)
        before.hide()
        before.deleteLater()
        self._explorer.library.want_too(entry.source for entry in self._entries)

    def _line(self, entry: Entry) -> QHBoxLayout:
        title = self._explorer.library.title(entry.source) or entry.name
        picture = Thumbnail(PICTURE_PX, f"Show {title} in the library")
        picture.set_image(self._explorer.library.picture(entry.source))
        picture.clicked.connect(lambda: self.shown_asked.emit(entry.source))
        name, note = ElidedLabel(title), ElidedLabel(quiet=True)
        name.set_elide(Qt.TextElideMode.ElideMiddle)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(name)
        words.addWidget(note)
        words.addStretch(1)
        button = QPushButton("Explore" if entry.standing is not Standing.UNFINISHED else "Go on")
        button.setAccessibleName(f"{button.text()} {'with ' * (button.text() == 'Go on')}{title}")
        button.clicked.connect(lambda: self._on_button_clicked(entry))
        self.buttons.append(button)
        self._rows.append((entry, note, picture))
        row = QHBoxLayout()
        row.setSpacing(SPACE_8)
        row.addWidget(picture)
        row.addLayout(words, 1)
        row.addWidget(button)
        return row

    def _on_button_clicked(self, entry: Entry) -> None:
        if entry.standing is Standing.UNFINISHED:
            self.resume_asked.emit(command_of(entry, Path(entry.source), resume=True))
        else:
            self.explore_asked.emit(entry.source)

    def _on_library_illustrated(self, source: str) -> None:
        for entry, _, picture in self._rows:
            if entry.source == source:
                picture.set_image(self._explorer.library.picture(source))


class EarlierRuns(QWidget):
    """One line of pictures: what was trained before the run that is shown. `shown_asked` carries what was pressed."""

    shown_asked = Signal(str)

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._sources: tuple[str, ...] = ()
        self.tiles: list[Thumbnail] = []
        heading = QLabel("Earlier runs")
        heading.setProperty("tone", "small")
        self.all_button = link_button("All in the library")
        self.all_button.clicked.connect(lambda: self.shown_asked.emit(""))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._row.addWidget(heading)
        self._row.addSpacing(SPACE_8)
        self._row.addStretch(1)
        self._row.addWidget(self.all_button)
        explorer.library.illustrated.connect(self._on_library_illustrated)

    def set_entries(self, entries: tuple[Entry, ...]) -> None:
        """Show these and no others."""
        sources = tuple(entry.source for entry in entries)
        if sources != self._sources:
            self._sources = sources
            for tile in self.tiles:
                self._row.removeWidget(tile)
                tile.hide()
                tile.deleteLater()
            self.tiles = [self._tile(entry) for entry in entries]
            for place, tile in enumerate(self.tiles):
                self._row.insertWidget(2 + place, tile)
            self._explorer.library.want_too(sources)
        self.setVisible(bool(entries))

    def _tile(self, entry: Entry) -> Thumbnail:
        tile = Thumbnail(PICTURE_PX)
        title = self._explorer.library.title(entry.source) or entry.name
        tile.set_words(f"Show {title} in the library", title)
        tile.set_image(self._explorer.library.picture(entry.source))
        tile.clicked.connect(lambda: self.shown_asked.emit(entry.source))
        return tile

    def _on_library_illustrated(self, source: str) -> None:
        if source in self._sources:
            self.tiles[self._sources.index(source)].set_image(self._explorer.library.picture(source))
