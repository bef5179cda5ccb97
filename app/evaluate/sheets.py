"""The same seeds, model by model, one under the other: pictures say what numbers leave out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.controls.elided_label import ElidedLabel
from app.controls.surfaces import on_panel
from app.controls.tiles.thumbnail import Thumbnail
from app.look.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from app.store.judged.closeness import SHEET, Closeness
from app.store.judged.scores import Scores

_SIDES_PX = (144, 112, 72)
"""Of a picture: as large as lets all models be seen at once."""
_AROUND_PX, _HEAD_PX = 8, 44
"""Beside each picture, and around a row of them."""


class SheetRow(QWidget):
    """One model's pictures. `chosen` carries the seed of one that was pressed."""

    chosen = Signal(int)

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = ElidedLabel(title)
        self.tiles: list[Thumbnail] = []
        row = QHBoxLayout()
        row.setSpacing(SPACE_4 // 2)
        for seed in range(SHEET):
            tile = Thumbnail(_SIDES_PX[-1], f"Seed {seed} of {title}")
            tile.clicked.connect(lambda _checked=False, seed=seed: self.chosen.emit(seed))
            tile.setFocusPolicy(Qt.FocusPolicy.StrongFocus if seed == 0 else Qt.FocusPolicy.ClickFocus)
            self.tiles.append(tile)
            row.addWidget(tile)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE_8)
        column.setSpacing(SPACE_4)
        column.addWidget(self.title)
        column.addLayout(row)

    def show_many(self, count: int, side_px: int) -> None:
        """So many fit beside each other, so large."""
        for seed, tile in enumerate(self.tiles):
            tile.set_side(side_px)
            tile.setVisible(seed < count)


class Sheets(QScrollArea):
    """`explored` carries the model and the seed of a picture that was pressed."""

    explored = Signal(str, int)

    def __init__(self, scores: Scores, closeness: Closeness) -> None:
        super().__init__()
        self._scores, self._closeness = scores, closeness
        self.rows: dict[str, SheetRow] = {}
        self.setObjectName("evaluate.sheets")
        self.setAccessibleName("Pictures of equal seeds")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        on_panel(inside)
        on_panel(self.viewport())
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(SPACE_12, SPACE_12, SPACE_16, SPACE_12)
        self._column.setSpacing(SPACE_4)
        self.note = QLabel("Equal seeds stand under one another. Press a picture to go there.")
        self.note.setProperty("tone", "small")
        self._column.addWidget(self.note)
        self._column.addStretch(1)
        self.setWidget(inside)
        closeness.sheet_changed.connect(self._on_sheet_changed)

    def show_models(self, sources: tuple[str, ...]) -> None:
        """A row for each; what is not there yet is asked for."""
        for source in [source for source in self.rows if source not in sources]:
            row = self.rows.pop(source)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, source in enumerate(sources):
            if source not in self.rows:
                row = SheetRow(self._scores.title(source))
                row.chosen.connect(lambda seed, source=source: self.explored.emit(source, seed))
                self.rows[source] = row
                self._closeness.ask_sheet(source)
                self._on_sheet_changed(source)
            if self._column.indexOf(self.rows[source]) != 1 + place:
                self._column.insertWidget(1 + place, self.rows[source])
        self.note.setVisible(bool(sources))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.viewport().width() - SPACE_12 - SPACE_16
        high = self.viewport().height() - _HEAD_PX
        fits = (side for side in _SIDES_PX if len(self.rows) * (side + _HEAD_PX) <= high)
        side = next(fits, _SIDES_PX[-1])
        for row in self.rows.values():
            row.show_many(max(1, room // (side + _AROUND_PX)), side)

    def _on_sheet_changed(self, source: str) -> None:
        if source in self.rows:
            for tile, image in zip(self.rows[source].tiles, self._closeness.sheet(source), strict=False):
                tile.set_image(image)
