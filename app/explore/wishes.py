"""What a model is asked for beside a place: classes, numbers and sentences, and how it samples."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from app.controls.numbers import plain_text
from app.controls.small_note import small_note
from app.controls.values.bipolar_slider import BipolarSlider
from app.controls.values.bipolar_track import resolution
from app.controls.values.choice import Choice
from app.explore.steps_box import StepsBox
from app.look.tokens import SPACE_4, SPACE_8
from app.places.words import spoken
from app.store.state import Explorer
from engine.protocol.values import Condition, ConditionKind, ModelDescribed, Recipe, Setting

ANY = "any"
_STEPS = 50
"""Presses of a key from one end of a slider to the other."""
_LETTERS = 300
_TOLD = 12


class NumberWish(BipolarSlider):
    """How much of something; at rest, in the middle, nothing is asked for."""

    def __init__(self, condition: Condition) -> None:
        low, high = condition.low, condition.high
        step = (high - low) / _STEPS
        fine, decimals = resolution(step), len(str(resolution(step))) - 1
        # Beside the middle, and nearer to the next value than to it: who types or drags to the middle asks for it.
        rest = (round((low + high) / 2 * fine) + 0.6) / fine
        super().__init__(
            condition.label or spoken(condition.name), low, high, origin=rest, step=step,
            shown=lambda value: ANY if value == rest else plain_text(value, decimals),
        )  # fmt: skip
        self._rest = rest
        ends = f"Left: {condition.low_word} · right: {condition.high_word}\n" if condition.low_word else ""
        self.set_tip(f"{ends}From {plain_text(low)} to {plain_text(high)}. Reset it to ask for nothing.")

    def wish(self, value: float) -> float | None:
        """What a position asks for."""
        return None if value == self._rest else value

    def set_wish(self, wish: float | None) -> None:
        """Show what is asked for; emits nothing."""
        self.set_value(self._rest if wish is None else wish)


class TextWish(QWidget):
    """A sentence, and which of its words the model never saw."""

    chosen = Signal(str)

    def __init__(self, condition: Condition) -> None:
        super().__init__()
        self._words = frozenset(condition.words)
        self.edit = QLineEdit()
        self.edit.setMaxLength(_LETTERS)
        self.edit.setClearButtonEnabled(True)
        self.edit.setAccessibleName(condition.label or spoken(condition.name))
        self.edit.setPlaceholderText(ANY.capitalize())
        told = ", ".join(condition.words[:_TOLD])
        self.edit.setToolTip(f"A sentence of up to {condition.length} words; it knows {told} …")
        self.unknown = small_note()
        self.unknown.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_4)
        column.addWidget(self.edit)
        column.addWidget(self.unknown)
        self.edit.editingFinished.connect(self._on_edit_editing_finished)

    def set_wish(self, sentence: str) -> None:
        """Show the sentence that is asked for; what is being typed stays."""
        if not (self.edit.hasFocus() and self.edit.isModified()):
            self.edit.setText(sentence)
            self.edit.setModified(False)
        strange = [word for word in re.findall(r"[^\W_]+", sentence.lower()) if word not in self._words]
        self.unknown.setVisible(bool(strange))
        self.unknown.setText(f"It never saw: {', '.join(dict.fromkeys(strange))}.")

    def _on_edit_editing_finished(self) -> None:
        if self.edit.isModified():
            self.edit.setModified(False)
            self.chosen.emit(self.edit.text().strip())


class Wishes(QWidget):
    """Rows made from the model; values told by the panel; a person's wishes go to the store."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self.choices: dict[str, Choice] = {}
        self.numbers: dict[str, NumberWish] = {}
        self.texts: dict[str, TextWish] = {}
        self.settings: dict[str, BipolarSlider] = {}
        self.steps: StepsBox | None = None
        self._declared: dict[str, Setting] = {}
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_8)

    def set_model(self, model: ModelDescribed | None) -> None:
        """Other wishes, for another model."""
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.setObjectName("")  # it lives until the event loop turns; its name belongs to the next one
            row.deleteLater()
        self.choices, self.numbers, self.texts, self.settings, self._rows, self.steps = {}, {}, {}, {}, [], None
        self._declared = {setting.name: setting for setting in model.sampling} if model is not None else {}
        for condition in model.conditions if model is not None else ():
            self._add_condition(condition)
        for setting in self._declared.values():
            self._add_setting(setting)
        self.setVisible(bool(self._rows))

    def set_recipe(self, recipe: Recipe) -> None:
        """Show what a recipe asks for."""
        wanted, sampling = dict(recipe.conditions), dict(recipe.settings)
        for name, choice in self.choices.items():
            wish = wanted.get(name, -1)
            choice.set_index(int(wish) if isinstance(wish, float | int) else -1)
        for name, number in self.numbers.items():
            amount = wanted.get(name)
            number.set_wish(amount if isinstance(amount, float | int) else None)
        for name, text in self.texts.items():
            sentence = wanted.get(name, "")
            text.set_wish(sentence if isinstance(sentence, str) else "")
        for name, slider in self.settings.items():
            slider.set_value(sampling.get(name, self._declared[name].default))

    def _add_condition(self, condition: Condition) -> None:
        label = condition.label or spoken(condition.name)
        place = self._explorer.place
        if condition.kind is ConditionKind.NUMBER:
            number = self.numbers[condition.name] = NumberWish(condition)
            number.value_edited.connect(
                lambda value, name=condition.name, number=number: place.set_condition(name, number.wish(value))
            )
            self._add_slider(number, f"condition.{condition.name}", label)
            return
        heading = QLabel(label)
        heading.setProperty("tone", "heading")
        wish: QWidget
        if condition.kind is ConditionKind.CLASS:
            choice = wish = self.choices[condition.name] = Choice(label, condition.choices)
            choice.chosen.connect(
                lambda index, name=condition.name: place.set_condition(name, None if index < 0 else float(index))
            )
        else:
            text = wish = self.texts[condition.name] = TextWish(condition)
            text.chosen.connect(lambda sentence, name=condition.name: place.set_condition(name, sentence or None))
        wish.setObjectName(f"condition.{condition.name}")
        self._add(heading)
        self._add(wish)

    def _add_setting(self, setting: Setting) -> None:
        low, high = setting.low, setting.high
        step = setting.step or (high - low) / _STEPS
        decimals = 0 if step % 1 == 0 else len(str(resolution(step))) - 1
        slider = self.settings[setting.name] = BipolarSlider(
            setting.label or spoken(setting.name), low, high, origin=setting.default,
            step=step, shown=lambda value: plain_text(value, decimals),
        )  # fmt: skip
        slider.set_tip(setting.help)
        slider.value_edited.connect(lambda value: self._explorer.place.set_setting(setting, value))
        self._add_slider(slider, f"setting.{setting.name}", setting.label or spoken(setting.name))
        if setting.walks:
            self.steps = StepsBox(self._explorer)
            self._add(self.steps)

    def _add_slider(self, slider: BipolarSlider, object_name: str, label: str) -> None:
        slider.setObjectName(object_name)
        slider.edit_began.connect(self._explorer.place.begin_edit)
        slider.edit_ended.connect(lambda: self._explorer.place.end_edit(label))
        self._add(slider)

    def _add(self, row: QWidget) -> None:
        self._column.addWidget(row)
        row.show()
        self._rows.append(row)
