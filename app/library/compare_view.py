"""Curves of runs over one another, and below them what the runs are, side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.controls.buttons import primary_button, quiet_button
from app.controls.elided_label import ElidedLabel
from app.controls.numbers import count_text
from app.controls.panel_scroll import PanelScroll
from app.controls.plots.curve_board import CurveBoard
from app.controls.plots.curve_legend import CurveLegend
from app.controls.plots.scales import curve_words, loss_text
from app.controls.surfaces import Rule, on_panel
from app.library.rows import LibraryRows
from app.library.words import score_label, score_text
from app.look.theme import dress, font
from app.look.tokens import SPACE_4, SPACE_8, SPACE_16, SPACE_24, TEXT_LARGE_PX
from app.store.learning.run_state import LossHistory
from app.store.state import Explorer
from engine.protocol.library import Entry, Fact, Told

_COLUMN_PX = 150
_STEPS = "Steps"
"""Those taken; the setting of this name says how many were asked for, and is not told beside them."""
MOST = 8
"""More runs over one another cannot be told apart."""


class CompareView(QWidget):
    """`closed` leads back to the sheet; `tables_asked` and `save_asked` take home what is shown."""

    closed = Signal()
    tables_asked = Signal(tuple, str)
    save_asked = Signal(str, str, object)

    def __init__(self, explorer: Explorer, rows: LibraryRows) -> None:
        super().__init__()
        self._explorer = explorer
        self._library = explorer.library
        self._rows = rows
        self.sources: tuple[str, ...] = ()
        self._told: tuple[Told, ...] = ()
        on_panel(self)
        self.back_button = quiet_button("Library")
        dress(self.back_button, "undo", 16)
        self.back_button.setObjectName("library.back")
        self.back_button.setToolTip("Back to all models and runs (Escape)")
        self.title = ElidedLabel()
        self.title.setFont(font(TEXT_LARGE_PX, QFont.Weight.DemiBold))
        self.tables_button = primary_button("Save as CSV…")
        self.tables_button.setObjectName("library.tables")
        self.tables_button.setToolTip("All reports of these runs as one table, their figures and settings as another")
        self.plot = CurveBoard()
        self.legend = CurveLegend(self.plot)
        self.area = PanelScroll()
        self.table = QWidget()
        self.area.column.addWidget(self.table)
        self.area.column.addStretch(1)
        self._build()
        self.back_button.clicked.connect(self.closed)
        self.tables_button.clicked.connect(lambda: self.tables_asked.emit(self.sources, self._name()))
        self.legend.save_asked.connect(self._on_legend_save_asked)
        self._library.curves_read.connect(self._on_library_curves_read)
        self._library.described.connect(self._on_library_described)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_8)
        head.addWidget(self.back_button)
        head.addWidget(self.title, 1)
        head.addWidget(self.tables_button)
        column = QVBoxLayout()
        column.setContentsMargins(SPACE_24, 0, SPACE_24, 0)
        column.setSpacing(SPACE_8)
        column.addLayout(head)
        column.addSpacing(SPACE_4)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, SPACE_16, 0, 0)
        whole.setSpacing(SPACE_8)
        whole.addLayout(column, 3)
        whole.addWidget(Rule())
        whole.addWidget(self.area, 2)

    def show_runs(self, sources: tuple[str, ...]) -> None:
        """Show these over one another; their curves are asked for."""
        self.sources = sources[:MOST]
        self.title.set_text(self._name())
        self._library.read_curves(self.sources)
        for source in self.sources:
            if self._library.card(source) is None:
                self._library.describe(source)
        self._told = ()
        self._show_table(())

    def _name(self) -> str:
        titles = [self._library.title(source) for source in self.sources]
        return titles[0] if len(titles) == 1 else f"{len(titles)} runs"

    def _on_library_curves_read(self, runs: tuple[Told, ...]) -> None:
        found = {told.name: _history(told) for told in runs}
        self._name_curves()
        if len(found) == 1:
            self.plot.show_now(next(iter(found.values())))
        else:
            self.plot.compare(found)
        self._told = runs
        self._show_table(runs)

    def _name_curves(self) -> None:
        """What the families of these runs call their numbers."""
        names = {entry.family for source in self.sources if (entry := self._library.entry(source))}
        families = [family for family in self._explorer.runs.families if family.name in names]
        self.plot.set_monitors(monitor for family in families for monitor in family.monitors)

    def _on_legend_save_asked(self, suffix: str) -> None:
        name = self._name()
        self.save_asked.emit(suffix, name, lambda path: self.plot.save(path, name))

    def _on_library_described(self, source: str) -> None:
        if source in self.sources:
            self._show_table(self._told)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------ side by side

    def _show_table(self, runs: tuple[Told, ...]) -> None:
        entries = [entry for source in self.sources if (entry := self._library.entry(source))]
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(SPACE_8, SPACE_8, SPACE_8, SPACE_8)
        grid.setHorizontalSpacing(SPACE_24)
        grid.setVerticalSpacing(SPACE_4)
        for place, entry in enumerate(entries, start=1):
            title = ElidedLabel(self._library.title(entry.source))
            title.setFont(font(weight=QFont.Weight.DemiBold))
            title.setMinimumWidth(_COLUMN_PX)
            title.set_elide(Qt.TextElideMode.ElideMiddle)
            grid.addWidget(title, 0, place)
        row = 1
        for label, cells in self._lines(entries, runs):
            if not any(cells):
                continue
            name = QLabel(label)
            name.setProperty("tone", "secondary")
            grid.addWidget(name, row, 0)
            for place, text in enumerate(cells, start=1):
                value = QLabel(text or "–")
                value.setTextFormat(Qt.TextFormat.PlainText)
                value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                grid.addWidget(value, row, place)
            row += 1
        grid.setColumnStretch(len(entries) + 1, 1)
        self.area.column.replaceWidget(self.table, table)
        self.table.hide()
        self.table.deleteLater()
        self.table = table
        table.show()

    def _lines(self, entries: list[Entry], runs: tuple[Told, ...]) -> list[tuple[str, list[str]]]:
        """First what they are, then how they ended, then scores, then the settings in which they differ."""
        lines = [("Kind", [self._rows.kind_words(entry) for entry in entries])]
        lines.append(("State", [self._rows.state_words(entry) for entry in entries]))
        lines.append((_STEPS, [count_text(entry.step) for entry in entries]))
        last = {told.source: dict(told.reports[-1][1]) if told.reports else {} for told in runs}
        told = self.plot.words if self.plot.set.curves else curve_words
        for name in self.plot.in_order(dict.fromkeys(name for found in last.values() for name in found)):
            ends = [last.get(entry.source, {}).get(name) for entry in entries]
            lines.append((f"{told(name)}, last", ["" if end is None else loss_text(end) for end in ends]))
        scores = [{score.name: score for score in entry.scores} for entry in entries]
        for name in dict.fromkeys(name for found in scores for name in found):
            lines.append((score_label(name), [score_text(found[name]) if name in found else "" for found in scores]))
        settings = [self._settings(entry) for entry in entries]
        for label in dict.fromkeys(label for found in settings for label in found):
            cells = [found.get(label, "") for found in settings]
            if len(set(cells)) > 1 and label != _STEPS:
                lines.append((label, cells))
        return lines

    def _settings(self, entry: Entry) -> dict[str, str]:
        card = self._library.card(entry.source)
        facts = card.settings if card is not None else tuple(Fact(label=k, text=str(v)) for k, v in entry.config)
        return {fact.label: fact.text for fact in facts}


def _history(told: Told) -> LossHistory:
    history = LossHistory()
    for images, losses in told.reports:
        history.append(images, losses)
    return history
