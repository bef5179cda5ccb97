"""Models to tick: runs with their snapshots folded under them, bundled models, files."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTreeWidget, QTreeWidgetItem

from app.controls.numbers import count_text
from app.evaluate.model_rows import NOTES, ModelRows
from app.store.judged.scores import Scores
from engine.disk.files import shown
from engine.protocol.scoring import ModelListed

_SOURCE = Qt.ItemDataRole.UserRole
_ROW_PX = 26
RUNS, BUNDLED, FILES = "Your runs", "Bundled", "Files"


class ModelTree(QTreeWidget):
    """`toggled` carries a source, and whether it is ticked now."""

    toggled = Signal(str, bool)

    def __init__(self, scores: Scores) -> None:
        super().__init__()
        self._scores = scores
        self._is_told = False
        self.items: dict[str, QTreeWidgetItem] = {}
        self.setObjectName("evaluate.models")
        self.setAccessibleName("Models to measure")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(True)
        self.setIndentation(16)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegate(ModelRows(self))
        self.itemChanged.connect(self._on_item_changed)

    def rebuild(self) -> None:
        """The models there are; what was unfolded stays so."""
        unfolded = {source for source, item in self.items.items() if item.isExpanded()}
        self._is_told = True
        self.clear()
        self.items = {}
        heads = {name: self._heading(name) for name in (RUNS, BUNDLED, FILES)}
        for model in self._scores.models:
            above = self.items.get(model.run) or heads[_group(model)]
            item = QTreeWidgetItem(above, [_words(model)])
            item.setData(0, _SOURCE, model.source)
            _tell(item, _kind(model))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setToolTip(0, _tip(model))
            item.setSizeHint(0, QSize(0, _ROW_PX))
            self.items[model.source] = item
        for head in heads.values():
            head.setHidden(not head.childCount())
            head.setExpanded(True)
        for source, item in self.items.items():
            item.setExpanded(source in unfolded)
        self._is_told = False
        self.show_chosen()

    def show_chosen(self) -> None:
        """Tick what is chosen; a run says how many of its snapshots are."""
        self._is_told = True
        chosen = set(self._scores.chosen)
        for source, item in self.items.items():
            item.setCheckState(0, Qt.CheckState.Checked if source in chosen else Qt.CheckState.Unchecked)
        for source, item in self.items.items():
            if item.childCount():
                own = [other.source for other in self._scores.models if other.run == source]
                ticked = sum(each in chosen for each in own)
                more = f"{ticked} of {len(own)}" if ticked else f"{len(own)}"
                _tell(item, f"{more} snapshot{'s' * (len(own) != 1)}", more)
        self._is_told = False

    def sizeHint(self) -> QSize:
        return QSize(280, 8 * _ROW_PX)

    def _heading(self, words: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self, [words])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setSizeHint(0, QSize(0, _ROW_PX))
        letters = item.font(0)
        letters.setWeight(letters.Weight.DemiBold)
        item.setFont(0, letters)
        return item

    def _on_item_changed(self, item: QTreeWidgetItem) -> None:
        source = item.data(0, _SOURCE)
        if not self._is_told and source:
            self.toggled.emit(source, item.checkState(0) is Qt.CheckState.Checked)


def _group(model: ModelListed) -> str:
    if "/" not in model.source and "\\" not in model.source:
        return BUNDLED
    return FILES if model.source.endswith(".safetensors") and not model.run else RUNS


def _words(model: ModelListed) -> str:
    return f"★ {model.name}" if model.is_best else model.name


def _kind(model: ModelListed) -> str:
    """What is told of a model beside its name, where the name does not tell it."""
    is_told = model.run or model.family_label.casefold() in model.name.casefold()
    return "" if is_told else model.family_label


def _tell(item: QTreeWidgetItem, *notes: str) -> None:
    """What stands beside a name, the fullest first; the ear hears all of it."""
    item.setData(0, NOTES, tuple(filter(None, notes)))
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, (item.text(0), notes[0]))))


def _tip(model: ModelListed) -> str:
    parts: Mapping[str, str] = {
        "Name": model.name,
        "Kind": model.family_label,
        "Learned from": shown(model.data) if model.data else "nobody knows",
        "Pictures": f"{model.size} px, {'grey' if model.channels == 1 else 'colour'}",
        "Step": count_text(model.step) if model.step else "",
        "Best": "marked as the best snapshot of its run" if model.is_best else "",
        "File": model.source if _group(model) != BUNDLED else "",
    }
    return "\n".join(f"{label}: {text}" for label, text in parts.items() if text)
