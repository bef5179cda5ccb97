"""One side of a grid: what changes along it, from where to where, and how many there are."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QWidget

from app.controls.buttons import small_button
from app.controls.values.inputs import narrow_combo
from app.controls.values.number_edit import NumberEdit
from app.look.tokens import SPACE_8
from app.store.made.grid_options import MOST, Choice, Option
from engine.protocol.grids import Varied

_WORD_PX, _NUMBER_PX, _COUNT_PX = 60, 60, 44


class GridSide(QWidget):
    """`chosen` carries the choice that a person made."""

    chosen = Signal(object)

    def __init__(self, word: str, name: str) -> None:
        super().__init__()
        self._options: tuple[Option, ...] = ()
        self._choice = Choice()
        self._is_told = False
        label = QLabel(word)
        label.setFixedWidth(_WORD_PX)
        self.what = narrow_combo(name=f"{word}: what changes", least=12)
        self.what.setObjectName(f"grid.{name}.what")
        self.what.setMaxVisibleItems(24)
        label.setBuddy(self.what)
        self.low = self._make_number(f"{word}: from", f"grid.{name}.from", _NUMBER_PX)
        self.high = self._make_number(f"{word}: to", f"grid.{name}.to", _NUMBER_PX)
        self.count = self._make_number(f"{word}: how many", f"grid.{name}.count", _COUNT_PX)
        self.count.set_limits(1, MOST, is_whole=True)
        self.which = small_button("Which…")
        self.which.setObjectName(f"grid.{name}.which")
        self.which.setAccessibleName(f"{word}: which models")
        self.from_word, self.to_word, self.count_word = QLabel("from"), QLabel("to"), QLabel("×")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_8)
        for widget, stretch in (
            (label, 0), (self.what, 1), (self.from_word, 0), (self.low, 0), (self.to_word, 0), (self.high, 0),
            (self.count_word, 0), (self.count, 0), (self.which, 0),
        ):  # fmt: skip
            row.addWidget(widget, stretch)
        for quiet in (self.from_word, self.to_word, self.count_word):
            quiet.setProperty("tone", "secondary")
        self.which.clicked.connect(self._on_which_clicked)
        self.what.activated.connect(self._on_what_activated)
        self.low.value_edited.connect(lambda value: self._choose(replace(self._choice, low=value, is_shared=False)))
        self.high.value_edited.connect(lambda value: self._choose(replace(self._choice, high=value, is_shared=False)))
        self.count.value_edited.connect(lambda value: self._choose(replace(self._choice, count=int(value))))

    def set_options(self, options: tuple[Option, ...]) -> None:
        """What can change now."""
        if [(one.key, one.label) for one in options] != [(one.key, one.label) for one in self._options]:
            self.what.clear()
            self.what.addItems([one.label for one in options])
        self._options = options

    def set_choice(self, choice: Choice, *, runs_on: bool = False) -> None:
        """Show what is chosen. Seeds that run on from the rows' begin at no seed of their own."""
        self._choice = choice
        place = next((k for k, one in enumerate(self._options) if one.key == (choice.what, choice.name)), 0)
        if not self._options:
            return
        option = self._options[place]
        self.what.setCurrentIndex(place)
        whole = choice.what is Varied.SEED
        has_start = option.has_start and not choice.is_shared and not (runs_on and whole)
        self.low.set_limits(option.low, option.high, is_whole=whole)
        self.high.set_limits(option.low, option.high)
        self.count.set_limits(1 if choice.what is not Varied.PATH else 2, option.most, is_whole=True)
        self.low.set_value(choice.low)
        self.high.set_value(choice.high)
        self.count.set_value(choice.count)
        for widget, shown in (
            (self.from_word, has_start),
            (self.low, has_start),
            (self.to_word, option.has_end and not choice.is_shared),
            (self.high, option.has_end and not choice.is_shared),
            (self.count_word, choice.what not in (Varied.NOTHING, Varied.MODEL)),
            (self.count, choice.what not in (Varied.NOTHING, Varied.MODEL)),
            (self.which, choice.what is Varied.MODEL),
        ):
            widget.setVisible(shown)

    def _make_number(self, name: str, object_name: str, width_px: int) -> NumberEdit:
        edit = NumberEdit(name, 0.0, 1.0, step=0.5)
        edit.setObjectName(object_name)
        edit.setFixedWidth(width_px)
        return edit

    def _on_which_clicked(self) -> None:
        """Tick the models that are wanted; they stand in the order in which they are offered."""
        option = next((one for one in self._options if one.key == (self._choice.what, self._choice.name)), None)
        if option is None:
            return
        menu = QMenu(self)
        menu.setObjectName("grid.which")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for source, label in option.offered:
            action = menu.addAction(label.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(source in self._choice.sources)
            action.toggled.connect(lambda on, source=source: self._pick(option, source, on))
        menu.popup(self.which.mapToGlobal(QPoint(0, self.which.height())))

    def _pick(self, option: Option, source: str, on: bool) -> None:
        wanted = {*self._choice.sources, source} if on else set(self._choice.sources) - {source}
        sources = tuple(one for one, _ in option.offered if one in wanted)
        if sources:
            self._choose(replace(self._choice, sources=sources, count=len(sources)))

    def _choose(self, choice: Choice) -> None:
        self.chosen.emit(choice)

    def _on_what_activated(self, index: int) -> None:
        option = self._options[index]
        if option.key != (self._choice.what, self._choice.name):
            self._choose(option.choice)
