"""Which kind of model, and how much of it: a list under headings with a sentence each, and presets."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.controls.small_note import small_note
from app.controls.values.inputs import narrow_combo
from app.look.tokens import SPACE_4, SPACE_8, SPACE_24
from app.train.choices import grouped, preset_note, preset_word
from app.train.family_list import WHEN, FamilyRows
from engine.protocol.values import FamilyDescribed, Preset

_SEEN = 16
"""Kinds that the opened list shows at once, where the screen is high enough."""
_FEW = 3
_SHORT = 10
"""Presets with a longer first word stand in the list of the others: three must fit side by side."""


class FamilyPicker(QWidget):
    """`family_chosen` and `preset_chosen` fire for what a person picked."""

    family_chosen = Signal(object)
    preset_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._families: tuple[FamilyDescribed, ...] = ()
        self._preset: Preset | None = None
        self.combo = narrow_combo(name="Kind of model")
        self.combo.setObjectName("train.family")
        self.combo.setMaxVisibleItems(_SEEN)
        self.combo.view().setItemDelegate(FamilyRows(self.combo))
        self.summary = small_note()
        self.presets: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._segments = QHBoxLayout()
        self._segments.setSpacing(SPACE_4)
        self.others = narrow_combo(name="Other presets")
        self.note = small_note()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_8)
        column.addWidget(self.combo)
        column.addWidget(self.summary)
        column.addLayout(self._segments)
        column.addWidget(self.others)
        column.addWidget(self.note)
        self.combo.activated.connect(self._on_combo_activated)
        self.others.activated.connect(self._on_others_activated)
        self._show_family(None)

    def family(self) -> FamilyDescribed | None:
        """What is picked."""
        name = self.combo.currentData()
        return next((family for family in self._families if family.name == name), None)

    def preset(self) -> Preset | None:
        """What is picked; None after a setting was changed by hand would still name its origin."""
        return self._preset

    def set_families(self, families: tuple[FamilyDescribed, ...]) -> None:
        """What the engine knows. The pick stays if it still exists; else the first is picked. Emits nothing."""
        before = self.combo.currentData()
        self._families = families
        model = QStandardItemModel(self.combo)
        for heading, members in grouped(families):
            title = QStandardItem(heading)
            title.setFlags(Qt.ItemFlag.NoItemFlags)
            model.appendRow(title)
            for family in members:
                item = QStandardItem(family.label)
                item.setData(family.name, Qt.ItemDataRole.UserRole)
                item.setData(family.when or family.summary, WHEN)
                item.setToolTip(family.summary)
                model.appendRow(item)
        self.combo.setModel(model)
        self.combo.view().setMinimumWidth(self.combo.view().sizeHintForColumn(0) + SPACE_24)
        self.combo.setEnabled(bool(families))
        index = self.combo.findData(before) if before else -1
        self.combo.setCurrentIndex(index if index >= 0 else min(1, model.rowCount() - 1))
        self._show_family(self.family())

    def _show_family(self, family: FamilyDescribed | None) -> None:
        self.summary.setText((family.when or family.summary) if family else "")
        self.summary.setToolTip(family.summary if family else "")
        self.summary.setVisible(bool(self.summary.text()))
        for button in self.presets.values():
            self._group.removeButton(button)
            self._segments.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.presets = {}
        self.others.clear()
        self.others.addItem("Other presets…")
        for preset in family.presets if family else ():
            if len(self.presets) < _FEW and ":" in preset.label and len(preset_word(preset)) <= _SHORT:
                button = QPushButton(preset_word(preset))
                button.setCheckable(True)
                button.setProperty("kind", "choice")
                button.setToolTip(preset_note(preset))
                button.setObjectName(f"preset.{preset.name}")
                button.clicked.connect(lambda _checked=False, p=preset: self._pick(p))
                self._group.addButton(button)
                self._segments.addWidget(button, 1)
                button.show()
                self.presets[preset.name] = button
            else:
                self.others.addItem(preset.label, preset.name)
        self.others.setVisible(self.others.count() > 1)
        self._show_preset(family.presets[0] if family and family.presets else None)

    def choose(self, family: str, preset: str) -> None:
        """Pick a kind of model by name, and one of its presets. Emits nothing."""
        index = self.combo.findData(family)
        if index >= 0:
            self.combo.setCurrentIndex(index)
            self._show_family(self.family())
        chosen = self.family()
        self._show_preset(next((one for one in chosen.presets if one.name == preset), None) if chosen else None)

    def set_preset(self, preset: Preset | None) -> None:
        """Pick a preset, or none where the settings come from elsewhere. Emits nothing."""
        self._show_preset(preset)

    def set_note(self, note: str) -> None:
        """What the preset means for the pictures that were chosen."""
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def _show_preset(self, preset: Preset | None) -> None:
        self._preset = preset
        name = preset.name if preset else ""
        self._group.setExclusive(False)
        for key, button in self.presets.items():
            button.setChecked(key == name)
        self._group.setExclusive(name in self.presets)
        index = self.others.findData(name) if name else -1
        self.others.setCurrentIndex(max(0, index))
        self.set_note(preset_note(preset) if preset else "")

    def _pick(self, preset: Preset) -> None:
        self._show_preset(preset)
        self.preset_chosen.emit(preset)

    def _on_combo_activated(self, _index: int) -> None:
        family = self.family()
        if family is not None:
            self._show_family(family)
            self.family_chosen.emit(family)

    def _on_others_activated(self, _index: int) -> None:
        family, name = self.family(), self.others.currentData()
        preset = next((p for p in family.presets if p.name == name), None) if family else None
        if preset is not None:
            self._pick(preset)
        else:
            self._show_preset(self._preset)
