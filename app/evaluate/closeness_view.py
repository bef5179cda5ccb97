"""Memorised or invented? A model's pictures beside the training pictures nearest to them, from one end to the other."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from app.controls.empty_state import EmptyState
from app.controls.numbers import count_text
from app.controls.surfaces import on_panel
from app.controls.tiles.thumbnail import Thumbnail
from app.controls.values.inputs import narrow_combo
from app.look.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from app.store.judged.closeness import Closeness
from app.store.judged.scores import Scores
from engine.protocol.scoring import NeighboursFound, Pair, Space

_SIDE_PX = 72
BANDS = (
    (
        "near",
        "What resembles",
        "Above a picture of the model, below its nearest training picture; the share of new pictures at least as near.",
    ),
    ("middle", "What modifies", "In the middle: something learned, and something new."),
    ("far", "What is neither", "Farthest from everything learned: invented, or failed."),
)
SPACES = ((Space.FEATURES, "As a judge sees them"), (Space.PIXELS, "Pixel by pixel"))


class PairTile(QWidget):
    """A picture above, its nearest training picture below, and where it stands among held-out ones."""

    def __init__(self, pair: Pair) -> None:
        super().__init__()
        words = percentile_words(pair.percentile)
        self.picture, self.neighbour = Thumbnail(_SIDE_PX), Thumbnail(_SIDE_PX)
        for tile, image, name in (
            (self.picture, pair.image, f"Seed {pair.seed}: {words}"),
            (self.neighbour, pair.neighbour, f"The training picture nearest to seed {pair.seed}"),
        ):
            tile.set_image(image)
            tile.set_words(name)
            tile.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.label = QLabel(f"{pair.percentile:.0f} %")
        self.label.setProperty("tone", "small")
        self.label.setToolTip(words)
        self.label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_4 // 2)
        column.addWidget(self.picture)
        column.addWidget(self.neighbour)
        column.addWidget(self.label)


class Band(QWidget):
    """Pairs side by side under a heading."""

    def __init__(self, title: str, note: str) -> None:
        super().__init__()
        heading, small = QLabel(title), QLabel(note)
        heading.setProperty("tone", "heading")
        small.setProperty("tone", "small")
        self.tiles: list[PairTile] = []
        self._row = QHBoxLayout()
        self._row.setSpacing(SPACE_4)
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE_12)
        column.setSpacing(SPACE_4)
        column.addWidget(heading)
        column.addWidget(small)
        column.addLayout(self._row)

    def show_pairs(self, pairs: tuple[Pair, ...], room_px: int) -> None:
        """As many as there is room for."""
        for tile in self.tiles:
            self._row.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        most = max(1, room_px // (_SIDE_PX + 10))
        self.tiles = [PairTile(pair) for pair in pairs[:most]]
        for place, tile in enumerate(self.tiles):
            self._row.insertWidget(place, tile)


_MODEL_PX = 420
"""A longer name of a model is cut: beside it stands what counts as near."""


class ClosenessView(QWidget):
    """Looks for neighbours only while somebody sees it."""

    def __init__(self, scores: Scores, closeness: Closeness) -> None:
        super().__init__()
        self._scores, self._closeness = scores, closeness
        self._sources: tuple[str, ...] = ()
        on_panel(self)
        self.model = narrow_combo(name="Whose pictures", least=18)
        self.model.setObjectName("evaluate.neighbours.model")
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.model.setMaximumWidth(_MODEL_PX)
        self.space = narrow_combo((words for _, words in SPACES), name="What counts as near", least=14)
        self.space.setObjectName("evaluate.neighbours.space")
        self.space.setToolTip("By what a judge sees, two faces with the same smile are near; pixel by pixel, two faces "
                              "of the same light")  # fmt: skip
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bands = {name: Band(title, note) for name, title, note in BANDS}
        self._room = QWidget()
        self.empty = EmptyState("Tick a model on the left to see which of its pictures it has from where.")
        self._build()
        self.model.activated.connect(self._ask)
        self.space.activated.connect(self._ask)
        closeness.neighbours_changed.connect(self._refresh)
        self._refresh()

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_8)
        row.addWidget(self.model)
        row.addWidget(self.space)
        row.addStretch(1)
        inside = QWidget()
        on_panel(inside)
        bands = QVBoxLayout(inside)
        bands.setContentsMargins(0, SPACE_8, 0, 0)
        bands.setSpacing(SPACE_4)
        for band in self.bands.values():
            bands.addWidget(band)
        bands.addStretch(1)
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        on_panel(self.area.viewport())
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_16, SPACE_12, SPACE_8, 0)
        column.setSpacing(SPACE_8)
        column.addLayout(row)
        column.addWidget(self.verdict)
        column.addWidget(self.bar)
        column.addWidget(self.area, 1)
        column.addWidget(self._room, 1)
        column.addWidget(self.empty, 1)

    def show_models(self, sources: tuple[str, ...]) -> None:
        """Whose pictures one can look at."""
        titles = [self._scores.title(source) for source in sources]
        now = self.model.currentData()
        if sources != self._sources or titles != [self.model.itemText(k) for k in range(self.model.count())]:
            self._sources = sources
            self.model.clear()
            for source, title in zip(sources, titles, strict=True):
                self.model.addItem(title, source)
            self.model.setCurrentIndex(max(0, self.model.findData(now)))
        self._refresh()
        if self.isVisible():
            self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._closeness.leave()

    def _ask(self) -> None:
        source = self.model.currentData()
        if source and self._scores.data:
            space, _ = SPACES[max(0, self.space.currentIndex())]
            self._closeness.ask_neighbours(str(source), self._scores.data, space, min(200, self._scores.n))

    def _refresh(self) -> None:
        looking, found, trouble = self._closeness.looking, self._closeness.neighbours(), self._closeness.trouble
        has_model = bool(self._sources and self._scores.data)
        for part in (self.model, self.space, self.verdict):
            part.setVisible(has_model)
        self.empty.setVisible(not has_model)
        self.bar.setVisible(has_model and looking is not None)
        self.area.setVisible(has_model and found is not None)
        self._room.setVisible(has_model and found is None)
        if not has_model:
            return
        if looking is not None:
            count = f", {count_text(looking.done)} of {count_text(looking.of)}" if looking.of > 1 else ""
            self.verdict.setText(f"{looking.what}{count}")
            self.bar.setRange(0, max(1, looking.of))
            self.bar.setValue(looking.done)
        elif found is not None:
            self.verdict.setText(verdict(found))
            for name, pairs in (("near", found.near), ("middle", found.middle), ("far", found.far)):
                self.bands[name].show_pairs(pairs, self.width() - 2 * SPACE_16)
        else:
            self.verdict.setText(trouble)


def percentile_words(percentile: float) -> str:
    """Where a picture stands, in words."""
    return f"closer to a training picture than {100 - percentile:.0f} % of new pictures are"


def verdict(found: NeighboursFound) -> str:
    """Whether a model memorises, in a sentence."""
    share, usual = 100 * found.copies, 100 * found.copies_real
    head = f"{share:.0f} % of {found.n} pictures come closer to a training picture than 95 % of new ones do"
    if share >= 50:
        return f"{head}: this model gives back what it learned by heart."
    if share > 2 * usual + 2:
        return f"{head}, where inventing gives {usual:.0f} %: it keeps near to what it learned. Is any pair the same?"
    return f"{head}, and inventing gives {usual:.0f} %: it invents."
