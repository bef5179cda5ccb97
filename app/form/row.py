"""One setting of a form: its name and its editor, marked when the value does not fit."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QToolButton, QWidget

from app.controls.elided_label import ElidedLabel
from app.controls.values.inputs import LineEdit, narrow_combo
from app.controls.values.switch import Switch
from app.form.values import Read, range_words, read_value, value_text
from app.look.theme import Ink, dress
from app.look.tokens import ROW_PX, SPACE_4, SPACE_8
from engine.protocol.values import Field

_LABEL_PX = 128
_RESET_PX = 18


class NumberEdit(LineEdit):
    """Typed text; the up and down keys step by the field's step."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Up else -1)
            return
        super().keyPressEvent(event)


class FormRow(QWidget):
    """`changed` fires for what a person did. `read` gives the value or the problem."""

    changed = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self._is_told = False
        self._objection = ""
        name = field.label or field.name
        self.setObjectName(f"field.{field.name}")
        self.label = ElidedLabel(name)
        self.label.setFixedWidth(_LABEL_PX)
        self.editor: QWidget = self._make_editor()
        self.editor.setAccessibleName(name)
        self.reset_button = QToolButton()
        self.reset_button.setProperty("kind", "bare")
        self.reset_button.setFixedSize(_RESET_PX, _RESET_PX)
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # else the editors of changed settings end elsewhere than the others
        self.reset_button.setSizePolicy(policy)
        self.reset_button.setIconSize(QSize(13, 13))
        self.reset_button.setAccessibleName(f"Reset {name}")
        self.reset_button.setToolTip(f"Back to {self._words(field.default)}")
        dress(self.reset_button, "reset", 13, Ink.SECONDARY)
        self.unit = QLabel(field.unit)
        self.unit.setProperty("tone", "small")
        self._told: str | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_4)
        grid.addWidget(self.label, 0, 0)
        align = Qt.AlignmentFlag.AlignLeft if isinstance(self.editor, Switch) else Qt.AlignmentFlag(0)
        grid.addWidget(self.editor, 0, 1, align)
        grid.addWidget(self.unit, 0, 2)
        grid.addWidget(self.reset_button, 0, 3)
        grid.setColumnMinimumWidth(3, _RESET_PX + SPACE_8)
        grid.setColumnStretch(1, 1)
        grid.setRowMinimumHeight(0, ROW_PX)
        self.unit.setVisible(bool(field.unit))
        self.remark = QLabel(self)
        self.remark.setProperty("tone", "small")
        self.remark.setVisible(bool(field.few))
        if field.few:
            grid.addWidget(self.remark, 1, 1, 1, 2)
        self._pictures = 0
        self.reset_button.clicked.connect(self._on_reset_clicked)
        self.set_value(field.default)

    def set_objection(self, sentence: str) -> None:
        """What the engine says against the value: it knows which settings go together."""
        if sentence != self._objection:
            self._objection = sentence
            self._judge()

    def set_pictures(self, count: int) -> None:
        """How many pictures will be learned from, 0 while nobody knows: it decides what the first choice does."""
        self._pictures = count
        self._remark()

    def _remark(self) -> None:
        field = self.field
        if not field.few:
            return
        words = ""
        if self._pictures and self.read().value == field.choices[0]:
            words = "on: few pictures" if self._pictures < field.few else "off: pictures enough"
        self.remark.setText(words)

    def problem_now(self) -> str:
        """What is wrong here, read or heard; empty when nothing is."""
        return self.read().problem or self._objection

    def read(self) -> Read:
        """The value that stands here, or why it is none."""
        match self.editor:
            case Switch():
                return Read(self.editor.isChecked())
            case QComboBox():
                return Read(self.editor.currentData())
            case QLineEdit():
                return read_value(self.field, self.editor.text())
        return Read(self.field.default)

    def set_value(self, value: Any) -> None:
        """Show a value; emits nothing."""
        self._is_told = True
        match self.editor:
            case Switch():
                self.editor.setChecked(bool(value))
            case QComboBox():
                self.editor.setCurrentIndex(max(0, self.editor.findData(str(value))))
            case QLineEdit():
                self.editor.setText(value_text(self.field, value))
        self._is_told = False
        self._judge()

    def matches(self, words: str) -> bool:
        """True if a search for these words should find it."""
        field = self.field
        parts = (field.label, field.name, field.help, field.symbol, *field.choices, *field.names)
        text = " ".join(parts).casefold()
        return all(word in text for word in words.casefold().split())

    def _make_editor(self) -> QWidget:
        field = self.field
        if field.kind == "bool":
            switch = Switch()
            switch.toggled.connect(self._on_editor_changed)
            return switch
        if field.kind == "choice":
            combo = narrow_combo(least=6)
            for choice, words in zip(field.choices, field.names or field.choices, strict=True):
                combo.addItem(words, choice)
            combo.currentIndexChanged.connect(self._on_editor_changed)
            return combo
        edit = NumberEdit() if field.kind in ("int", "float") else LineEdit()
        edit.setMaxLength(200)
        edit.textChanged.connect(self._on_editor_changed)
        if isinstance(edit, NumberEdit):
            edit.stepped.connect(self._on_editor_stepped)
        return edit

    def _range_tip(self) -> str:
        words = range_words(self.field)
        return f"Allowed: {words}." if words else ""

    def _paper_tip(self) -> str:
        """What a paper calls it, for who has read one."""
        symbol, choices = self.field.symbol, self.field.choices
        named = f" ({', '.join(choices)})" if self.field.names and self.field.names != choices else ""
        return f"In papers: {symbol}{named}." if symbol else ""

    def _words(self, value: Any) -> str:
        if self.field.kind == "bool":
            return "on" if value else "off"
        if self.field.names and value in self.field.choices:
            return self.field.names[self.field.choices.index(value)]
        return value_text(self.field, value)

    def _judge(self) -> None:
        """Say what is wrong, and offer the way back when it is not the default."""
        result, problem = self.read(), self.problem_now()
        self._tell(problem)
        self._remark()
        self.reset_button.setVisible(bool(result.problem) or result.value != self.field.default)

    def _tell(self, problem: str) -> None:
        """Mark the row, and leave it as high as it is: what stands below must not move away from the pointer."""
        if problem == self._told:
            return
        self._told = problem
        tip = "\n".join(part for part in (problem, self.field.help, self._paper_tip(), self._range_tip()) if part)
        self.editor.setToolTip(tip)
        self.editor.setAccessibleDescription(problem or self.field.help)
        self.label.set_tip(tip)
        self.label.set_wrong(bool(problem))
        self.editor.setProperty("wrong", bool(problem))
        self.editor.style().unpolish(self.editor)
        self.editor.style().polish(self.editor)

    def _on_editor_changed(self) -> None:
        if not self._is_told:
            self._judge()
            self.changed.emit()

    def _on_editor_stepped(self, direction: int) -> None:
        field, result = self.field, self.read()
        if result.problem or not isinstance(self.editor, QLineEdit):
            return
        if field.kind == "int":
            target = result.value + direction * int(field.step or 1)
        else:
            target = result.value * (2.0 if direction > 0 else 0.5)  # rates and weights are thought of in factors
        low = field.low if field.low is not None else target
        high = field.high if field.high is not None else target
        self.editor.setText(value_text(field, min(max(target, low), high)))

    def _on_reset_clicked(self) -> None:
        self.set_value(self.field.default)
        self.changed.emit()
