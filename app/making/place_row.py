"""Where a set goes: a name of its own in a folder that a person chose once."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from app.controls.buttons import plain_button
from app.controls.elided_label import ElidedLabel
from app.flows.file_dialogs import FileDialogs, free_name
from app.look.tokens import SPACE_8
from app.store.kept.settings import MAKE_FOLDER, Settings
from engine.disk.files import shown

_LONGEST = 80
_LEAST_NAME_PX, _MOST_NAME_PX = 200, 400


class PlaceRow(QWidget):
    """`changed` fires for what a person did. Until somebody types a name, it follows what is drawn."""

    changed = Signal()

    def __init__(self, settings: Settings, dialogs: FileDialogs) -> None:
        super().__init__()
        self._settings = settings
        self._dialogs = dialogs
        self._is_name_own = False
        self.name_edit = QLineEdit()
        self.name_edit.setObjectName("draw.name")
        self.name_edit.setAccessibleName("Name of the new folder")
        self.name_edit.setPlaceholderText("Name of the new folder")
        self.name_edit.setMaxLength(_LONGEST)
        self.folder_words = ElidedLabel(quiet=True)
        self.folder_words.set_elide(Qt.TextElideMode.ElideMiddle)
        self.folder_button = plain_button("Choose…")
        self.folder_button.setObjectName("draw.folder")
        self.folder_button.setAccessibleName("Choose the folder it is made in")
        self.folder_button.setToolTip("Choose the folder that the new one is made in")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_8)
        label = QLabel("New folder")
        label.setBuddy(self.name_edit)
        self.name_edit.setMinimumWidth(_LEAST_NAME_PX)
        self.name_edit.setMaximumWidth(_MOST_NAME_PX)
        within = QLabel("in")
        within.setProperty("tone", "secondary")
        row.addWidget(label)
        row.addWidget(self.name_edit, 3)
        row.addWidget(within)
        row.addWidget(self.folder_words, 2)
        row.addWidget(self.folder_button)
        self.name_edit.textEdited.connect(self._on_name_edit_text_edited)
        self.folder_button.clicked.connect(self._on_folder_button_clicked)
        self._show_folder()

    def folder(self) -> Path:
        """The folder that the new one is made in."""
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        return Path(str(self._settings.get(MAKE_FOLDER)) or pictures or str(Path.home()))

    def out(self) -> Path:
        """The folder that would be made."""
        return self.folder() / self.name_edit.text().strip()

    def suggest(self, stem: str) -> None:
        """Name what is drawn, unless a person has named it."""
        if not self._is_name_own:
            self.name_edit.setText(free_name(self.folder(), stem, "").name)

    def problem(self) -> str:
        """Why nothing can be made there, in a sentence."""
        name = self.name_edit.text().strip()
        if not name:
            return "Name the new folder."
        if name in (".", "..") or any(sign in name for sign in ("/", "\\", "\0")):
            return "A folder's name holds no / and no \\."
        try:
            if os.path.lexists(self.out()):
                return f"“{shown(name)}” is already there; choose another name."
        except (OSError, ValueError):
            return f"No folder can be called “{shown(name)}”."
        return ""

    def _show_folder(self) -> None:
        folder = str(self.folder())
        home = str(Path.home())
        short = "~" + folder[len(home) :] if folder.startswith(home + os.sep) else folder
        self.folder_words.set_text(short)
        self.folder_words.set_tip(folder)

    def _on_name_edit_text_edited(self, text: str) -> None:
        self._is_name_own = bool(text.strip())
        self.changed.emit()

    def _on_folder_button_clicked(self) -> None:
        self._dialogs.ask_folder("Make the new folder in", str(self.folder()), self._on_dialog_folder_chosen)

    def _on_dialog_folder_chosen(self, folder: Path) -> None:
        self._settings.put(MAKE_FOLDER, str(folder))
        self._show_folder()
        self.changed.emit()
