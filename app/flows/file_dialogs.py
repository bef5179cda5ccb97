"""Asking for files without stopping the window: each dialog is opened, and what was chosen comes by a call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

Chosen = Callable[[Path], object]


class FileDialogs:
    """The file dialogs of one window; tests put a fake in its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.parent = parent

    def ask_open(self, title: str, folder: str, filters: str, then: Chosen) -> None:
        """Ask for one file that exists."""
        dialog = QFileDialog(self.parent, title, folder, filters)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._show(dialog, then)

    def ask_save(self, title: str, suggestion: Path, filters: str, then: Chosen) -> None:
        """Ask where to write; the dialog itself asks before a file is replaced."""
        dialog = QFileDialog(self.parent, title, str(suggestion.parent), filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suggestion.suffix.removeprefix("."))
        dialog.selectFile(suggestion.name)
        self._show(dialog, then)

    def ask_folder(self, title: str, folder: str, then: Chosen) -> None:
        """Ask for one folder that exists."""
        dialog = QFileDialog(self.parent, title, folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        self._show(dialog, then)

    def _show(self, dialog: QFileDialog, then: Chosen) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: then(Path(path)))
        dialog.open()


def free_name(folder: Path, stem: str, suffix: str) -> Path:
    """A path in `folder` that nothing has yet: stem.png, stem-2.png, …"""
    for k in range(1, 10_000):
        path = folder / (f"{stem}{suffix}" if k == 1 else f"{stem}-{k}{suffix}")
        try:
            if not path.exists():
                return path
        except OSError:
            break
    return folder / f"{stem}{suffix}"
