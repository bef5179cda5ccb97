"""A slot: exemplars dropped into it or asked for in words, and their average."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout

from app.controls.buttons import icon_button, link_button, quiet_button
from app.controls.picture.stage import PictureStage
from app.look.theme import font
from app.look.tokens import SPACE_8, SPACE_12, TEXT_TITLE_PX
from app.places.drop_box import DropBox, SmallPictures
from engine.protocol.sums import Sign, Term

MOST_SHOWN = 24
LOOKING = "Looking… The first time takes longest."
_LEAST_PX, _MOST_PX, _ROWS = 26, 64, 3
"""Exemplars, in so many rows: as large as lets all of them be seen."""


class Slot(DropBox):
    """Says what a person does with it; the page tells it what to show."""

    asked = Signal(str)
    flip_asked = Signal()
    empty_asked = Signal()
    remove_asked = Signal()
    place_removed = Signal(int)

    def __init__(self, index: int) -> None:
        super().__init__()
        self.setObjectName(f"arithmetic.slot.{index}")
        self.setMinimumWidth(190)
        self.sign = quiet_button("+")
        self.sign.setFixedWidth(34)
        self.sign.setFont(font(TEXT_TITLE_PX))
        self.sign.setAccessibleName("Sign")
        self.title = QLabel()
        self.title.setProperty("tone", "heading")
        self.close_button = icon_button("close", "Remove this term", size=14)
        self.ask = QLineEdit()
        self.ask.setAccessibleName(f"Ask for exemplars of term {index + 1}")
        self.ask.setObjectName(f"arithmetic.ask.{index}")
        self.picture = PictureStage(f"Average of term {index + 1}")
        self.picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.picture.setMinimumHeight(120)
        self.grid = SmallPictures(_LEAST_PX, 3, _ROWS)
        self.told = QLabel()
        self.told.setProperty("tone", "small")
        self.told.setWordWrap(True)
        self.empty_button = link_button("Take out all")
        top = QHBoxLayout()
        top.addWidget(self.sign)
        top.addWidget(self.title, 1)
        top.addWidget(self.close_button)
        foot = QHBoxLayout()
        foot.addWidget(self.told, 1)
        foot.addWidget(self.empty_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_12, SPACE_8, SPACE_12, SPACE_8)
        column.setSpacing(SPACE_8)
        column.addLayout(top)
        column.addWidget(self.ask)
        column.addWidget(self.picture, 1)
        column.addWidget(self.grid)
        column.addLayout(foot)
        column.addStretch()
        self.ask.returnPressed.connect(self._on_ask_return_pressed)
        self.sign.clicked.connect(self.flip_asked)
        self.close_button.clicked.connect(self.remove_asked)
        self.empty_button.clicked.connect(self.empty_asked)
        self.grid.remove_asked.connect(self.place_removed)

    def set_term(self, term: Term, *, is_base: bool, is_only: bool, looks: str, words: str, has_labels: bool) -> None:
        """Show a term, under `words` what was asked for, and how far the looking for it is while one `looks`."""
        is_plus = term.sign is Sign.PLUS
        self.sign.setText("+" if is_plus else "−")
        self.sign.setToolTip("Added; click to take it away instead" if is_plus else "Taken away; click to add it")
        self.title.setText("Start here" if is_base else "Add" if is_plus else "Take away")
        if self.ask.text() != words and not (self.ask.hasFocus() and self.ask.isModified()):  # nobody is typing
            self.ask.setText(words)
        self.close_button.setVisible(not is_only)
        count = len(term.places)
        self.grid.set_images([None] * min(count, MOST_SHOWN))
        self.grid.setAccessibleName(f"{count} exemplars")
        understood = f": {term.understood}" if term.understood else ""
        averaged = f"{count} averaged{understood}"
        empty = "Ask in words (Enter), or drop pictures" if has_labels else "Drop pictures"
        self.told.setText(looks or (averaged if count else empty))
        self.ask.setPlaceholderText("such as: smiling women" if has_labels else "No labels to ask for")
        self.empty_button.setVisible(bool(count))
        self.picture.set_words(sentence="" if looks or count else "Drop pictures here")
        if not count:
            self.picture.set_image(None)
        self.is_marked = is_base
        self.update()

    def _on_ask_return_pressed(self) -> None:
        self.ask.setModified(False)
        self.asked.emit(self.ask.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A square for the average, and larger exemplars under it, rather than a high grey column."""
        super().resizeEvent(event)
        width = self.width() - 2 * SPACE_12
        self.picture.setMaximumHeight(max(self.picture.minimumHeight(), width))
        self.grid.set_side(min(max(_LEAST_PX, width // (MOST_SHOWN // _ROWS) - 3), _MOST_PX))

    def sizeHint(self) -> QSize:
        return QSize(240, 400)
