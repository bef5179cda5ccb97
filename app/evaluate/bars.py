"""A small chart of bars for each score: who is how good at what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from app.controls.plots.library import library
from app.controls.surfaces import on_panel
from app.look.tokens import SPACE_8, SPACE_16, SPACE_24
from app.store.judged.table import Table
from engine.protocol.score_words import is_main

if TYPE_CHECKING:
    from app.controls.plots.bar_plot import BarPlot

_WIDE_PX = 380
MOST = 12
PART = " · "
"""Between the parts of a run's suggested name: its pictures, then its kind."""


def told_apart(titles: Sequence[str]) -> tuple[str, ...]:
    """Names without the parts with which all of them begin: beside bars there is room for what differs."""
    parts = [title.split(PART) for title in titles]
    while len(parts) > 1 and all(len(one) > 1 and one[0] == parts[0][0] for one in parts):
        parts = [one[1:] for one in parts]
    return tuple(map(PART.join, parts))


class Bars(QScrollArea):
    """Charts in as many columns as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self._table: Table | None = None
        self._columns = 0
        self.plots: list[BarPlot] = []
        self.setObjectName("evaluate.bars")
        self.setAccessibleName("Scores as bars")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        on_panel(inside)
        on_panel(self.viewport())
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(SPACE_8, SPACE_8, SPACE_16, SPACE_16)
        self._grid.setHorizontalSpacing(SPACE_24)
        self._grid.setVerticalSpacing(SPACE_8)
        self.note = QLabel("Bars: each model's score, with its standard error. Dashed: what real pictures score. "
                           "★: the best.")  # fmt: skip
        self.note.setProperty("tone", "small")
        self.note.setWordWrap(True)
        self.setWidget(inside)
        library().arrived.connect(self._on_library_arrived)

    def set_table(self, table: Table) -> None:
        """Show these scores."""
        self._table = table
        if not library().is_here:
            library().fetch()
            return
        from app.controls.plots.bar_plot import Bar, BarPlot

        shown = [column for column in table.columns if is_main(column.kind.name)][:MOST] or list(table.columns[:MOST])
        while len(self.plots) < len(shown):
            self.plots.append(BarPlot())
        while len(self.plots) > len(shown):
            gone = self.plots.pop()
            self._grid.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for plot, column in zip(self.plots, shown, strict=True):
            name, bars = column.kind.name, []
            for hue, (source, title) in enumerate(zip(table.sources, told_apart(table.titles), strict=True)):
                cell = table.cell(source, name)
                if cell is not None:
                    bars.append(Bar(title, cell.value, cell.stderr, hue, table.is_best(source, name)))
            real = None if column.real is None else (column.real[0] + column.real[1]) / 2
            plot.set_bars(column.kind.label, bars, real)
            plot.setToolTip(column.kind.help)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if max(1, self.viewport().width() // _WIDE_PX) != self._columns:
            self._place()

    def _place(self) -> None:
        self._columns = max(1, self.viewport().width() // _WIDE_PX)
        self._grid.addWidget(self.note, 0, 0, 1, self._columns)
        for place, plot in enumerate(self.plots):
            self._grid.addWidget(plot, 1 + place // self._columns, place % self._columns, Qt.AlignmentFlag.AlignTop)
        for column in range(8):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(2 + len(self.plots) // self._columns, 1)

    def _on_library_arrived(self) -> None:
        if self._table is not None and library().is_here:
            self.set_table(self._table)
