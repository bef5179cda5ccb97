"""Several entries that are picked together, and what one does with all of them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.controls.buttons import primary_button, set_available
from app.controls.small_note import small_note
from app.flows.shelving import ShelfFlow
from app.library.compare_view import MOST
from app.library.rows import LibraryRows
from app.look.tokens import SPACE_8
from engine.protocol.library import Entry, Origin

_NAMED = 12


class PicksPanel(QWidget):
    """`compare_asked` carries the sources of the runs."""

    compare_asked = Signal(tuple)

    def __init__(self, rows: LibraryRows, flow: ShelfFlow) -> None:
        super().__init__()
        self._rows = rows
        self._flow = flow
        self._entries: tuple[Entry, ...] = ()
        self.heading = QLabel()
        self.heading.setProperty("tone", "large")
        self.names = small_note()
        self.compare_button = primary_button("Compare their curves")
        self.compare_button.setObjectName("library.compare")
        self.tables_button = QPushButton("Save curves and figures…")
        self.tables_button.setObjectName("library.save_picks")
        self.discard_button = QPushButton("Move to the trash")
        self.discard_button.setObjectName("library.discard_picks")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_8, 0, 0)
        column.setSpacing(SPACE_8)
        for part in (self.heading, self.names, self.compare_button, self.tables_button, self.discard_button):
            column.addWidget(part)
        column.addStretch(1)
        self.compare_button.clicked.connect(lambda: self.compare_asked.emit(self._runs()))
        self.tables_button.clicked.connect(lambda: flow.export_tables(self._runs(), f"{len(self._runs())}-runs"))
        self.discard_button.clicked.connect(self._on_discard_button_clicked)

    def set_entries(self, entries: tuple[Entry, ...]) -> None:
        """These are picked."""
        self._entries = entries
        self.heading.setText(f"{len(entries)} picked")
        names = [entry.name for entry in entries[:_NAMED]]
        more = [f"and {len(entries) - _NAMED} more"] if len(entries) > _NAMED else []
        self.names.setText("\n".join(names + more))
        runs = len(self._runs())
        why = "" if runs else "None of them is a run: models that came as files have no curves."
        many = f"The first {MOST} are shown." if runs > MOST else ""
        set_available(self.compare_button, not why, why, many or "Their curves over one another, what differs below")
        set_available(self.tables_button, not why, why, "Everything they reported, as tables for other programs")
        held = [entry for entry in entries if self._flow.why_not_discard(entry)]
        why = self._flow.why_not_discard(held[0]) if len(held) == len(entries) and held else ""
        set_available(self.discard_button, not why, why)

    def _runs(self) -> tuple[str, ...]:
        return tuple(entry.source for entry in self._entries if entry.origin is Origin.RUN and entry.step)

    def _on_discard_button_clicked(self) -> None:
        for entry in self._entries:
            if not self._flow.why_not_discard(entry) and not entry.is_in_trash:
                self._flow.discard(entry)
