"""One of several: small buttons side by side when they are few and short, a list to unfold when not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QGridLayout, QPushButton, QVBoxLayout, QWidget

from app.controls.values.inputs import narrow_combo

_FEW = 12
_SHORT = 4
_COLUMNS = 6
ANY = "Any"


class Choice(QWidget):
    """`chosen` carries the index a person picked, −1 for any."""

    chosen = Signal(int)

    def __init__(self, label: str, choices: tuple[str, ...]) -> None:
        super().__init__()
        self._is_told = False
        self.buttons: list[QPushButton] = []
        self.combo: QComboBox | None = None
        if len(choices) <= _FEW and all(len(choice) <= _SHORT for choice in choices):
            self._build_buttons(label, choices)
        else:
            self._build_combo(label, choices)
        self.set_index(-1)

    def index(self) -> int:
        """What is chosen; −1 for any."""
        if self.combo is not None:
            return self.combo.currentIndex() - 1
        return next((k for k, button in enumerate(self.buttons) if button.isChecked()), 0) - 1

    def set_index(self, index: int) -> None:
        """Show what the state says; emits nothing."""
        self._is_told = True
        if self.combo is not None:
            self.combo.setCurrentIndex(index + 1 if index + 1 < self.combo.count() else 0)
        else:
            self.buttons[index + 1 if 0 <= index + 1 < len(self.buttons) else 0].setChecked(True)
        self._is_told = False

    def _build_buttons(self, label: str, choices: tuple[str, ...]) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        group = QButtonGroup(self)
        for k, choice in enumerate((ANY, *choices)):
            button = QPushButton(choice)
            button.setCheckable(True)
            button.setProperty("kind", "choice")
            button.setAccessibleName(f"{label} {choice}")
            group.addButton(button, k - 1)
            grid.addWidget(button, k // _COLUMNS, k % _COLUMNS)
            self.buttons.append(button)
        group.idClicked.connect(self.chosen)

    def _build_combo(self, label: str, choices: tuple[str, ...]) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.combo = narrow_combo((ANY, *choices), name=label, least=8)
        self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.combo.currentIndexChanged.connect(self._on_combo_index_changed)
        column.addWidget(self.combo)

    def _on_combo_index_changed(self, index: int) -> None:
        if not self._is_told:
            self.chosen.emit(index - 1)
