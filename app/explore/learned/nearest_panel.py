"""Memorised or invented? The training pictures nearest to the one on the canvas, and how near new pictures come."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from app.controls.numbers import count_text
from app.controls.small_note import small_note
from app.controls.tiles.thumbnail import Thumbnail
from app.controls.values.inputs import narrow_combo
from app.look.tokens import SPACE_4, SPACE_8
from app.store.judged.nearest import COUNT, Nearest
from engine.protocol.scoring import Space

_SIDE_PX = 64
SPACES = ((Space.FEATURES, "As a judge sees them"), (Space.PIXELS, "Pixel by pixel"))
MEMORISED, RESEMBLES = 1.0, 40.0
"""Percentiles up to which a picture is called so."""


class NearestPanel(QWidget):
    """Looks only while it is seen."""

    def __init__(self, nearest: Nearest) -> None:
        super().__init__()
        self._nearest = nearest
        self.setObjectName("nearest")
        self.setAccessibleName("Nearest training pictures")
        self.space = narrow_combo((words for _, words in SPACES), name="What counts as near", least=12)
        self.space.setObjectName("nearest.space")
        self.verdict = QLabel()
        self.verdict.setProperty("tone", "heading")
        self.words = small_note()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.tiles = [Thumbnail(_SIDE_PX, f"Training picture {place}") for place in range(1, COUNT + 1)]
        row = QHBoxLayout()
        row.setSpacing(SPACE_4)
        for tile in self.tiles:
            tile.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.addWidget(tile)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_8)
        column.addWidget(self.space)
        column.addLayout(row)
        column.addWidget(self.verdict)
        column.addWidget(self.words)
        column.addWidget(self.bar)
        self.space.activated.connect(lambda index: nearest.set_space(SPACES[index][0]))
        nearest.changed.connect(self._refresh)
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._nearest.want(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._nearest.want(False)

    def _refresh(self) -> None:
        nearest, found, looking = self._nearest, self._nearest.found, self._nearest.looking
        self.bar.setVisible(looking is not None)
        if looking is not None:
            self.bar.setRange(0, max(1, looking.of))
            self.bar.setValue(looking.done)
        for place, tile in enumerate(self.tiles):
            tile.set_image(found.neighbours[place] if found is not None and place < len(found.neighbours) else None)
        self.verdict.setVisible(found is not None and nearest.is_current)
        if nearest.trouble:
            self.words.setText(nearest.trouble)
        elif found is not None and nearest.is_current:
            self.verdict.setText(verdict(found.percentile))
            self.words.setText(nearness_words(found.percentile))
        elif looking is not None:
            count = f", {count_text(looking.done)} of {count_text(looking.of)}" if looking.of > 1 else ""
            self.words.setText(f"{looking.what}{count}. This is done once.")
        else:
            self.words.setText("Told as soon as the picture rests.")


def verdict(percentile: float) -> str:
    """Whether a picture was learned by heart, in a word."""
    if percentile <= MEMORISED:
        return "Memorised?"
    return "Resembles what was learned" if percentile <= RESEMBLES else "Invented"


def nearness_words(percentile: float) -> str:
    """Where a picture stands among held-out ones."""
    return (
        f"Closer to a training picture than {100 - percentile:.0f} % of new pictures are. "
        "New ones are those that were held out of learning."
    )
