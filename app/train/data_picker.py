"""Which pictures: a card for each set, and folders of one's own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.controls.buttons import icon_button, plain_button
from app.controls.option_card import OptionCard
from app.look.tokens import SPACE_4
from app.train.choices import data_key, data_note
from app.train.folder_note import FolderNote
from engine.disk.files import shown
from engine.protocol.values import DatasetDescribed


class DataPicker(QWidget):
    """`chosen` fires for what a person picked, `forgotten` with the name of a folder that should be offered no more."""

    chosen = Signal(object)
    forgotten = Signal(str)
    folder_asked = Signal()
    make_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._sets: tuple[DatasetDescribed, ...] = ()
        self._folders: tuple[DatasetDescribed, ...] = ()
        self._unseen: frozenset[str] = frozenset()
        self._key = ""
        self.cards: dict[str, OptionCard] = {}
        self._rows: dict[str, QWidget] = {}
        self._group = QButtonGroup(self)
        self.waiting = QLabel("The engine is starting…")
        self.waiting.setProperty("tone", "secondary")
        self.note = FolderNote()
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

    def is_unseen(self) -> bool:
        """True while nobody has looked into the folder that is picked."""
        return self._key in self._unseen

    def set_datasets(self, sets: tuple[DatasetDescribed, ...]) -> None:
        """What the engine knows; the pick stays if it still exists."""
        self._sets = sets
        self._rebuild()

    def set_folders(self, folders: tuple[DatasetDescribed, ...], unseen: frozenset[str]) -> None:
        """A person's own folders, and which of them nobody has looked into yet."""
        self._folders, self._unseen = folders, unseen
        self._rebuild()

    def set_chosen(self, name: str) -> bool:
        """Pick one by name, if it can be used; emits nothing."""
        card = self.cards.get(data_key(name))
        if card is None or not card.isEnabled():
            return False
        self._key = data_key(name)
        card.setChecked(True)
        self._show_note()
        return True

    def choose(self, name: str) -> None:
        """Pick one for a person who asked for it elsewhere."""
        if self.set_chosen(name):
            self.chosen.emit(self.chosen_set())

    def _rebuild(self) -> None:
        for card in self.cards.values():
            self._group.removeButton(card)
        for row in self._rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._column.removeWidget(self.note)
        self.cards, self._rows = {}, {}
        here = [data for data in self._sets if data.installed]
        away = [data for data in self._sets if not data.installed]
        for place, data in enumerate((*here, *self._folders, *away), start=1):
            row = self._row(data)
            self._column.insertWidget(place, row)
            row.show()
            self._rows[data_key(data.name)] = row
        self.waiting.setVisible(not self._sets)
        picked = self.cards.get(self._key)
        if picked is not None and picked.isEnabled():
            picked.setChecked(True)
        else:
            self._key = ""
        self._show_note()

    def _row(self, data: DatasetDescribed) -> QWidget:
        """The card of a set; beside that of a folder, a button that forgets it."""
        is_own = data in self._folders
        card = OptionCard(data.label, data_note(data), image=data.thumbnail, icon="open" if is_own else "picture")
        card.setObjectName(f"data.{data_key(data.name)}")
        if not data.installed and not is_own:
            reason = f"Not on this computer: {data.note}." if data.note else "Not on this computer."
            if data.remedy:
                reason = f"{data.label} is not on this computer. To get it: {data.remedy}"
            card.set_unavailable(reason)
        card.clicked.connect(lambda _checked=False, d=data: self._on_card_clicked(d))
        self._group.addButton(card)
        self.cards[data_key(data.name)] = card
        if not is_own:
            return card
        card.setToolTip(data.name)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE_4)
        forget = icon_button("close", f"Forget “{shown(data.label)}”: its pictures stay where they are", size=14)
        forget.setObjectName(f"forget.{data.name}")
        forget.clicked.connect(lambda: self.forgotten.emit(data.name))
        line.addWidget(card, 1)
        line.addWidget(forget)
        return row

    def _show_note(self) -> None:
        """Under the card that is picked, if there is anything to say of it."""
        data = self.chosen_set()
        if data is not None and not (data in self._folders or data.warnings):
            data = None
        self._column.removeWidget(self.note)
        if data is not None:
            self._column.insertWidget(self._column.indexOf(self._rows[self._key]) + 1, self.note)
        self.note.show_set(data, is_seen=not self.is_unseen())

    def _on_card_clicked(self, data: DatasetDescribed) -> None:
        if data_key(data.name) != self._key:
            self._key = data_key(data.name)
            self._show_note()
            self.chosen.emit(data)
