"""Whose weights a run begins with: new ones, or those of the open model."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.controls.small_note import small_note
from app.controls.values.inputs import narrow_combo
from app.look.tokens import SPACE_8
from engine.protocol.values import FamilyDescribed, ModelDescribed

_NEW = "New weights"
_TAKEN = "Its settings are taken over. Change any that do not shape the network: steps, rates, pictures."
_TAKEN_IN_PART = "A model of another kind: the parts and settings that both have are taken over, the rest begins anew."


class StartPicker(QWidget):
    """`chosen` fires for what a person picked."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._model: ModelDescribed | None = None
        self._source = ""
        self._reason = ""
        self._is_same_kind = True
        self.combo = narrow_combo(name="Begin with")
        self.combo.setObjectName("train.begin")
        self.note = small_note()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_8)
        column.addWidget(self.combo)
        column.addWidget(self.note)
        self.combo.activated.connect(self._on_combo_activated)
        self.offer(None, "", None)

    def model(self) -> ModelDescribed | None:
        """The model whose weights are picked; None for new ones."""
        return self._model if self.combo.currentIndex() > 0 else None

    def source(self) -> str:
        """Where those weights are; empty for new ones."""
        return self._source if self.model() is not None else ""

    def pick_new(self) -> None:
        """Begin with new weights."""
        self.combo.setCurrentIndex(0)
        self._tell()

    def offer(self, model: ModelDescribed | None, source: str, family: FamilyDescribed | None) -> None:
        """Offer the open model's weights to a run of this family. The pick stays while they are the same."""
        self._reason = reason = _refusal(model, family)
        self._is_same_kind = bool(model and family and model.family == family.name)
        was = self.source()
        self._model, self._source = (None, "") if reason else (model, source)
        self.combo.clear()
        self.combo.addItem(_NEW)
        if self._model is not None:
            self.combo.addItem(f"“{self._model.name}”, the open model")
            self.combo.setCurrentIndex(1 if was and was == source else 0)
        self.combo.setEnabled(self._model is not None)
        self.combo.setToolTip(reason)
        self.combo.setAccessibleDescription(reason)
        self._tell()

    def _tell(self) -> None:
        words = self._reason if self.model() is None else _TAKEN if self._is_same_kind else _TAKEN_IN_PART
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def _on_combo_activated(self, _index: int) -> None:
        self._tell()
        self.chosen.emit()


def _refusal(model: ModelDescribed | None, family: FamilyDescribed | None) -> str:
    """Why a run cannot begin with the open model; empty when it can."""
    if model is None or family is None:
        return "Open a model to begin with what it has learned."
    if model.family in family.takes:  # parts of it, which its file has whatever it learned against
        return ""
    if model.family != family.name:
        return f"“{model.name}” is another kind of model: {model.family_label}."
    if not model.can_begin:
        return f"The file of “{model.name}” holds what draws, not what it learned against; open its run's folder."
    return ""
