"""How a direction is to be learned: one of four ways, and what each of them must be told."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.controls.option_card import OptionCard
from app.controls.small_note import small_note
from app.controls.values.inputs import narrow_combo
from app.directions.well import Well
from app.look.tokens import SPACE_8, SPACE_12, SPACE_16
from app.store.made.directions import Directions
from engine.protocol.directions import LearnedBy, Lesson


class Way(StrEnum):
    """What a person chooses among."""

    WORDS = "words"
    PICTURES = "pictures"
    AXES = "axes"
    LAYER = "layer"


_CARDS = {
    Way.WORDS: ("From words", "Labelled pictures", "search"),
    Way.PICTURES: ("From pictures", "Two groups of yours", "picture"),
    Way.AXES: ("From all pictures", "How they vary most (PCA)", "grid"),
    Way.LAYER: ("From the network", "Without labels (SeFa)", "settings"),
}
_BY = (
    (LearnedBy.MEANS, "Difference of averages"),
    (LearnedBy.PLANE, "Dividing plane"),
    (LearnedBy.TREND, "Trend of one label"),
)
_BY_NOTES = {
    LearnedBy.MEANS: "The step from the average of some pictures to the average of others.",
    LearnedBy.PLANE: "Square to the plane that best divides both groups (logistic regression).",
    LearnedBy.TREND: "Along which one label grows over all pictures (ridge regression); only the second line is read.",
}
_AXES_NOTE = "The directions in which this model's own pictures vary most, the first one most (principal axes)."
_LAYER_NOTE = (
    "The steps that the first layer of the drawing network answers to most. They have no names: look at each, and name"
    " what you see."
)
CARDS_PX = 216


class LessonForm(QWidget):
    """`changed` fires when another lesson stands here; `submitted` when Return was pressed in a line of it."""

    changed = Signal()
    submitted = Signal()
    dropped = Signal(int, QMimeData)
    here_asked = Signal(int)
    favourites_asked = Signal(int)

    def __init__(self, directions: Directions) -> None:
        super().__init__()
        self._directions = directions
        self.cards = {way: OptionCard(title, note, icon=icon) for way, (title, note, icon) in _CARDS.items()}
        self._group = QButtonGroup(self)
        self.start, self.to = QLineEdit(), QLineEdit()
        self.by = narrow_combo([words for _, words in _BY], name="How it is learned", least=18)
        self.by_note = small_note(_BY_NOTES[LearnedBy.MEANS])
        self.wells = (
            Well("Where it starts", "directions.before"), Well("Where it leads", "directions.after")
        )  # fmt: skip
        self.stack = QStackedWidget()
        self._build()
        self.cards[Way.WORDS].setChecked(True)

    def _build(self) -> None:
        cards = QWidget()
        cards.setFixedWidth(CARDS_PX)
        column = QVBoxLayout(cards)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for way, card in self.cards.items():
            card.setObjectName(f"directions.way.{way}")
            self._group.addButton(card)
            card.toggled.connect(lambda on, way=way: self._choose(way) if on else None)
            column.addWidget(card)
        column.addStretch(1)
        for page in (self._make_words(), self._make_wells(), _explained(_AXES_NOTE), _explained(_LAYER_NOTE)):
            self.stack.addWidget(page)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_16)
        row.addWidget(cards)
        row.addWidget(self.stack, 1)

    def _make_words(self) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, SPACE_8, 0, 0)
        grid.setHorizontalSpacing(SPACE_12)
        grid.setVerticalSpacing(SPACE_8)
        lines = (
            ("From", self.start, "directions.from", "such as: woman without glasses"),
            ("To", self.to, "directions.to", "such as: woman with glasses"),
        )
        for number, (word, edit, name, example) in enumerate(lines):
            edit.setObjectName(name)
            edit.setPlaceholderText(example)
            edit.setAccessibleName(word)
            edit.setMaxLength(120)
            edit.textChanged.connect(lambda _text: self.changed.emit())
            edit.returnPressed.connect(self.submitted)
            grid.addWidget(_word(word), number, 0)
            grid.addWidget(edit, number, 1)
        grid.addWidget(_word("By"), 2, 0)
        grid.addWidget(self.by, 2, 1, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.by_note, 3, 1)
        grid.setRowStretch(4, 1)
        grid.setColumnStretch(1, 1)
        self.by.setObjectName("directions.by")
        self.by.currentIndexChanged.connect(self._on_by_changed)
        return page

    def _make_wells(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, SPACE_8, 0, 0)
        row.setSpacing(SPACE_12)
        for side, well in enumerate(self.wells):
            well.dropped.connect(lambda content, side=side: self.dropped.emit(side, content))
            well.here_asked.connect(lambda side=side: self.here_asked.emit(side))
            well.favourites_asked.connect(lambda side=side: self.favourites_asked.emit(side))
            well.remove_asked.connect(lambda index, side=side: self._directions.remove_place(side, index))
            row.addWidget(well, 1)
        return page

    # ------------------------------------------------------------ what stands here

    @property
    def way(self) -> Way:
        """What is chosen."""
        return next(way for way, card in self.cards.items() if card.isChecked())

    def lesson(self) -> Lesson:
        """As it stands here; groups of pictures come from the store."""
        match self.way:
            case Way.WORDS:
                by = _BY[self.by.currentIndex()][0]
                return Lesson(by=by, start=self.start.text().strip(), to=self.to.text().strip())
            case Way.PICTURES:
                return Lesson(by=LearnedBy.PICTURES)
            case Way.AXES:
                return Lesson(by=LearnedBy.AXES)
            case Way.LAYER:
                return Lesson(by=LearnedBy.LAYER)

    def missing(self) -> str:
        """What must still be told; empty when nothing."""
        lesson = self.lesson()
        match lesson.by:
            case LearnedBy.PICTURES:
                return "" if all(self._directions.groups) else "Put pictures into both groups"
            case LearnedBy.TREND:
                return "" if lesson.to else "Say which label, for instance smiling"
            case LearnedBy.MEANS | LearnedBy.PLANE:
                return "" if lesson.start and lesson.to else "Say where it starts and where it leads"
            case _:
                return ""

    def refresh_groups(self) -> None:
        """Show the pictures of both groups."""
        for side, well in enumerate(self.wells):
            count = len(self._directions.groups[side])
            well.set_images([self._directions.group_image(side, index) for index in range(count)])

    def _choose(self, way: Way) -> None:
        self.stack.setCurrentIndex(list(Way).index(way))
        self.changed.emit()

    def _on_by_changed(self, index: int) -> None:
        by = _BY[index][0]
        self.by_note.setText(_BY_NOTES[by])
        self.start.setEnabled(by is not LearnedBy.TREND)
        self.start.setToolTip("" if self.start.isEnabled() else "A trend is read from one label: fill the line below")
        self.to.setPlaceholderText(f"such as: {'smiling' if by is LearnedBy.TREND else 'woman with glasses'}")
        self.changed.emit()


def _word(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("tone", "secondary")
    return label


def _explained(words: str) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, SPACE_12, 0, 0)
    label = QLabel(words)
    label.setWordWrap(True)
    column.addWidget(label)
    column.addStretch(1)
    return page
