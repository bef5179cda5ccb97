"""Which pictures: a card for each set, and a folder of one's own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QVBoxLayout, QWidget

from app.controls.buttons import plain_button
from app.controls.option_card import OptionCard
from app.train.choices import data_key, data_note, folder_set
from engine.protocol.values import DatasetDescribed


class DataPicker(QWidget):
    """`chosen` fires for what a person picked."""

    chosen = Signal(object)
    folder_asked = Signal()
    make_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._sets: tuple[DatasetDescribed, ...] = ()
        self._folders: tuple[DatasetDescribed, ...] = ()
        self._key = ""
        self.cards: dict[str, OptionCard] = {}
        self._group = QButtonGroup(self)
        self.waiting = QLabel("The engine is starting…")
        self.waiting.setProperty("tone", "secondary")
        self.folder_button = plain_button("Open a folder of pictures…", "open")
        self.folder_button.clicked.connect(self.folder_asked)
        self.make_button = plain_button("Make a data set…", "data")
        self.make_button.setObjectName("train.draw")
        self.make_button.clicked.connect(self.make_asked)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self.waiting)
        self._column.addSpacing(6)
        self._column.addWidget(self.folder_button)
        self._column.addSpacing(2)
        self._column.addWidget(self.make_button)

    def chosen_set(self) -> DatasetDescribed | None:
        """What is picked."""
        return next((data for data in (*self._sets, *self._folders) if data_key(data.name) == self._key), None)

    def set_datasets(self, sets: tuple[DatasetDescribed, ...]) -> None:
        """What the engine knows; the pick stays if it still exists."""
        self._sets = sets
        self._rebuild()

    def set_chosen(self, name: str) -> bool:
        """Pick one by name, if it can be used; emits nothing."""
        card = self.cards.get(data_key(name))
        if card is None or not card.isEnabled():
            return False
        self._key = data_key(name)
        card.setChecked(True)
        return True

    def add_folder(self, path: Path) -> None:
        """A folder of one's own, picked at once."""
        data = folder_set(path)
        self._folders = (*(known for known in self._folders if known.name != data.name), data)
        self._key = data_key(data.name)
        self._rebuild()
        self.chosen.emit(data)

    def _rebuild(self) -> None:
        for card in self.cards.values():
            self._group.removeButton(card)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = {}
        everything = sorted(self._sets, key=lambda data: not data.installed)
        for place, data in enumerate((*everything, *self._folders)):
            is_folder = data in self._folders
            card = OptionCard(
                data.label, data_note(data), image=data.thumbnail, icon="open" if is_folder else "picture"
            )
            card.setObjectName(f"data.{data_key(data.name)}")
            if not data.installed:
                card.set_unavailable(f"Not on this computer: {data.note}." if data.note else "Not on this computer.")
            card.clicked.connect(lambda _checked=False, d=data: self._on_card_clicked(d))
            self._group.addButton(card)
            self._column.insertWidget(1 + place, card)
            card.show()
            self.cards[data_key(data.name)] = card
        self.waiting.setVisible(not self._sets)
        picked = self.cards.get(self._key)
        if picked is not None and picked.isEnabled():
            picked.setChecked(True)
        else:
            self._key = ""

    def _on_card_clicked(self, data: DatasetDescribed) -> None:
        if data_key(data.name) != self._key:
            self._key = data_key(data.name)
            self.chosen.emit(data)
