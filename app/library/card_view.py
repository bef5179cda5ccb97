"""A model's card, readable: scores, settings, sliders, moments and how it was made."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from app.controls.buttons import small_button
from app.controls.numbers import count_text, plain_text
from app.controls.section import Section
from app.controls.small_note import small_note
from app.library.words import score_label, score_text
from app.look.tokens import SPACE_4, SPACE_8
from app.places.words import spoken, weak_words
from engine.protocol.library import Card, Fact, Slider
from engine.protocol.score_words import is_main
from engine.protocol.values import ScoreDescribed

_MOMENTS_A_ROW = 4
MEASURED = "σ: how far it moves what it is named after from −2 to 2, in standard deviations, as the judge reads it."
NOT_MEASURED = "Nobody has measured what they move. Open the model, then Directions…, What each slider moves."


class CardView(QWidget):
    """`explore_asked` carries the file of a moment."""

    explore_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._sections: list[Section] = []
        self._open: dict[str, bool] = {}
        """Which parts a person opened: they stay open for the next entry."""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def set_card(self, card: Card | None) -> None:
        """Show another card; None while it is being read."""
        for section in self._sections:
            self._column.removeWidget(section)
            section.hide()
            section.deleteLater()
        self._sections = []
        if card is None:
            return
        if card.snapshots:
            self._add("Moments", self._moments(card), folds=False)
        if card.scores:
            self._add("Scores", facts_grid(_score_facts(card.scores)), note=str(len(card.scores)))
        if card.sliders:
            weak = sum(one.weakness is not None for one in card.sliders)
            count = f"{len(card.sliders)}, {weak} weak" if weak else str(len(card.sliders))
            self._add("Sliders", _sliders(card.sliders), note=count)
        if card.settings:
            own = sum(fact.is_own for fact in card.settings)
            self._add("Settings", facts_grid(card.settings), note=f"{own} changed" if own else "")
        if card.facts:
            self._add("How it was made", facts_grid(card.facts))

    def _add(self, title: str, body: QWidget, *, folds: bool = True, note: str = "") -> None:
        section = Section(title, folds=folds)
        section.body.addWidget(body)
        section.set_note(note)
        section.set_open(self._open.get(title, False))
        section.opened_changed.connect(lambda is_open: self._open.__setitem__(title, is_open))
        self._column.addWidget(section)
        section.show()
        self._sections.append(section)

    def _moments(self, card: Card) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACE_4)
        for number, moment in enumerate(card.snapshots):
            button = small_button(f"{count_text(moment.step)}{'*' if moment.is_kept else ''}")
            kept = ", kept by hand" if moment.is_kept else ""
            button.setToolTip(f"Explore the run as it was at step {count_text(moment.step)}{kept}")
            button.setAccessibleName(f"Explore step {moment.step}")
            button.setObjectName(f"library.moment.{moment.step}")
            button.clicked.connect(lambda _checked=False, path=moment.path: self.explore_asked.emit(path))
            grid.addWidget(button, number // _MOMENTS_A_ROW, number % _MOMENTS_A_ROW)
        grid.addWidget(small_note("Steps at which it was kept: press one to explore it as it was."),
                       len(card.snapshots) // _MOMENTS_A_ROW + 1, 0, 1, _MOMENTS_A_ROW)  # fmt: skip
        return box


def _sliders(sliders: tuple[Slider, ...]) -> QWidget:
    """What each means and is worth, and how that was found."""
    labels = {one.name: one.label for one in sliders}
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE_4)
    column.addWidget(facts_grid(Fact(label=one.label, text=slider_text(one, labels)) for one in sliders))
    is_measured = any(one.moves is not None for one in sliders)
    column.addWidget(small_note(MEASURED if is_measured else NOT_MEASURED))
    return box


def slider_text(one: Slider, labels: dict[str, str]) -> str:
    """Stern – merry · 2.5 σ; why, if it is weak."""
    ends = " – ".join(filter(None, (one.low_word, one.high_word)))
    if one.weakness is not None:
        other = one.weakness.other
        return " · ".join(filter(None, (ends, weak_words(one.weakness, (labels.get(other) or spoken(other)).lower()))))
    return " · ".join(filter(None, (ends, "" if one.moves is None else f"{plain_text(one.moves, 1)} σ")))


def facts_grid(facts: Iterable[Fact]) -> QWidget:
    """Labels on the left, values on the right; what is a person's own choice is written in full strength."""
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE_8)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    for row, fact in enumerate(facts):
        label, value = QLabel(fact.label), QLabel(fact.text)
        label.setProperty("tone", "small")
        value.setProperty("tone", "small")
        value.setWordWrap(True)
        value.setTextFormat(Qt.TextFormat.PlainText)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if fact.is_own:
            value.setProperty("tone", "")
            label.setToolTip("Not what this kind of model begins with")
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, row, 1)
    return box


def _score_facts(scores: tuple[ScoreDescribed, ...]) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            label=score_label(score.name),
            text=score_text(score) + (f"   real pictures {score.real:.3g}" if score.real is not None else ""),
        )
        for score in sorted(scores, key=lambda score: not is_main(score.name))
    )
