"""Which two pictures of a head: a kind that has a name, or an attribute that goes from one value to another."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.controls.elided_label import ElidedLabel
from app.controls.values.bipolar_slider import LABEL_PX
from app.controls.values.inputs import Combo
from app.look.tokens import ROW_PX, SPACE_8
from app.making.values import GUTTER_PX, ValueRow
from engine.protocol.values import Field, PairDescribed

ATTRIBUTE = "An attribute changes"
_FIRST = "glasses"


class PairPicker(QWidget):
    """`changed` fires for what a person did."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._pairs: tuple[PairDescribed, ...] = ()
        self._fields: tuple[Field, ...] = ()
        self._is_told = False
        self.kind = Combo()
        self.kind.setObjectName("draw.pair")
        self.kind.setAccessibleName("Pair")
        self.attribute = Combo()
        self.attribute.setObjectName("draw.pair.attribute")
        self.attribute.setAccessibleName("Attribute that changes")
        self._ends: tuple[ValueRow, ...] = ()
        self._ends_box = QVBoxLayout()
        self._ends_box.setSpacing(SPACE_8)
        self._attribute_line = _line("Attribute", self.attribute)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, GUTTER_PX, 0)
        column.setSpacing(SPACE_8)
        column.addWidget(_line("Pair", self.kind))
        column.addWidget(self._attribute_line)
        column.addLayout(self._ends_box)
        self.kind.currentIndexChanged.connect(self._on_kind_changed)
        self.attribute.currentIndexChanged.connect(self._on_attribute_changed)

    def set_choices(self, pairs: tuple[PairDescribed, ...], fields: tuple[Field, ...]) -> None:
        """What there is to choose from."""
        self._is_told = True
        self._pairs, self._fields = pairs, fields
        self.kind.clear()
        self.kind.addItems([*(pair.label for pair in pairs), ATTRIBUTE])
        self.attribute.clear()
        self.attribute.addItems([field.label for field in fields])
        names = [field.name for field in fields]
        self.attribute.setCurrentIndex(names.index(_FIRST) if _FIRST in names else 0)
        self._is_told = False
        self._show_ends()

    def word(self) -> str:
        """The pair as the engine reads it."""
        place = self.kind.currentIndex()
        if 0 <= place < len(self._pairs):
            return self._pairs[place].name
        name = self.changing()
        return f"{name}={':'.join(row.word() for row in self._ends)}" if name else ""

    def set_word(self, word: str) -> None:
        """Show a pair, if it is one; emits nothing."""
        self._is_told = True
        names = [pair.name for pair in self._pairs]
        name, _, span = word.partition("=")
        fields = [field.name for field in self._fields]
        if word in names:
            self.kind.setCurrentIndex(names.index(word))
        elif name in fields and span.count(":") == 1:
            self.kind.setCurrentIndex(len(names))
            self.attribute.setCurrentIndex(fields.index(name))
        self._show_ends()
        if name and self.changing() == name:
            for row, value in zip(self._ends, span.split(":"), strict=True):
                row.set_value(_number(row.field, value))
        self._is_told = False

    def changing(self) -> str:
        """The attribute that differs between the two pictures; '' when none does."""
        is_attribute = self.kind.currentIndex() == len(self._pairs) and bool(self._fields)
        return self._fields[self.attribute.currentIndex()].name if is_attribute else ""

    def problem(self) -> str:
        """Why there is no pair, in a sentence."""
        if self._ends and self._ends[0].word() == self._ends[1].word():
            return "Both pictures would be the same; choose another value for one of them."
        return ""

    def note(self) -> str:
        """What the two pictures are."""
        place = self.kind.currentIndex()
        return self._pairs[place].note if 0 <= place < len(self._pairs) else "The same heads; nothing else differs"

    @property
    def ends(self) -> tuple[ValueRow, ...]:
        """The rows of the two values."""
        return self._ends

    def _show_ends(self) -> None:
        for row in self._ends:
            self._ends_box.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._ends = ()
        name = self.changing()
        self._attribute_line.setVisible(bool(name))
        if name:
            field = next(field for field in self._fields if field.name == name)
            self._ends = (ValueRow(field, "From"), ValueRow(field, "To"))
            values = (0.0, 1.0) if field.choices and field.kind == "choice" else (field.low or 0.0, field.high or 1.0)
            for row, value in zip(self._ends, values, strict=True):
                row.set_value(value)
                row.setMinimumHeight(ROW_PX)  # lines keep their distance here: as far apart as those above and below
                row.changed.connect(self.changed)
                self._ends_box.addWidget(row)
                row.show()

    def _on_kind_changed(self, _index: int) -> None:
        if not self._is_told:
            self._show_ends()
            self.changed.emit()

    def _on_attribute_changed(self, _index: int) -> None:
        self._on_kind_changed(0)


def _number(field: Field, word: str) -> float:
    if word in field.choices and field.kind == "choice":
        return float(field.choices.index(word))
    try:
        return float(word)
    except ValueError:
        return float(field.default) if field.kind != "choice" else 0.0


def _line(label: str, editor: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    words = ElidedLabel(label)
    words.setFixedWidth(LABEL_PX)
    row.addWidget(words)
    row.addWidget(editor, 1)
    return line
