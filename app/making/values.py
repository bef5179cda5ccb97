"""One value of an attribute: a slider between its two ends, or a list of its categories."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.controls.elided_label import ElidedLabel
from app.controls.numbers import exact_text
from app.controls.values.bipolar_slider import LABEL_PX, BipolarSlider
from app.controls.values.inputs import Combo
from app.look.tokens import ROW_PX, SPACE_4
from engine.protocol.values import Field

_SLIDER_STEPS = 40
GUTTER_PX = 34
"""What is left free at the right of every row, for the small button that undoes it."""


class ValueRow(QWidget):
    """`changed` fires for what a person did; a category's value is its place in the list."""

    changed = Signal()

    def __init__(self, field: Field, label: str = "") -> None:
        super().__init__()
        self.field = field
        self.setMinimumHeight(ROW_PX + SPACE_4 if field.kind == "choice" else ROW_PX)
        name = label or field.label
        self.slider: BipolarSlider | None = None
        self.combo: QComboBox | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        if field.kind == "choice":
            words = ElidedLabel(name)
            words.setFixedWidth(LABEL_PX)
            words.set_tip(field.help)
            self.combo = Combo()
            self.combo.addItems([choice.capitalize() for choice in field.choices])
            self.combo.setAccessibleName(f"{field.label}, {name}" if label else name)
            self.combo.setToolTip(field.help)
            self.combo.currentIndexChanged.connect(lambda _index: self.changed.emit())
            row.addWidget(words)
            row.addWidget(self.combo, 1)
        else:
            low, high = field.low or 0.0, field.high or 1.0
            self.slider = BipolarSlider(
                name, low, high, origin=float(field.default), step=(high - low) / _SLIDER_STEPS, shown=_shown
            )
            self.slider.set_tip(f"{field.help}\n{_shown(low)} {field.choices[0]}, {_shown(high)} {field.choices[1]}")
            self.slider.value_edited.connect(lambda _value: self.changed.emit())
            row.addWidget(self.slider, 1)

    @property
    def editor(self) -> QWidget:
        """What takes the keyboard."""
        return self.combo or (self.slider.track if self.slider else self)

    def value(self) -> float:
        """The value shown."""
        return float(self.combo.currentIndex()) if self.combo else self.slider.value() if self.slider else 0.0

    def word(self) -> str:
        """The value as the engine reads it in a pair: a category by its name."""
        return self.field.choices[int(self.value())] if self.combo else f"{self.value():g}"

    def set_value(self, value: float) -> None:
        """Show a value, as near as it can be; emits nothing."""
        if not math.isfinite(value):
            return
        self.blockSignals(True)
        if self.combo is not None:
            self.combo.setCurrentIndex(min(max(int(value), 0), self.combo.count() - 1))
        elif self.slider is not None:
            self.slider.set_value(min(max(value, self.field.low or 0.0), self.field.high or 1.0))
        self.blockSignals(False)


def _shown(value: float) -> str:
    return exact_text(value, 0, 2).removesuffix(".")
