"""In the status bar while many pictures are drawn, for one file or as a set: how far it is, and the way to end it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.controls.buttons import small_button
from app.controls.durations import time_left
from app.controls.elided_label import ElidedLabel
from app.controls.numbers import count_text
from app.look.theme import font
from app.look.tokens import SPACE_4, SPACE_8, TEXT_SMALL_PX
from engine.disk.files import shown
from engine.protocol.answers import ExportProgressed, SetProgressed


class ExportLine(QWidget):
    """Hidden while nothing is drawn. `stop` is the word that ends it, and `tip` says what becomes of what is there."""

    cancel_asked = Signal()

    def __init__(
        self, name: str = "status.export", *, stop: str = "Cancel", tip: str = "Stop drawing; nothing is written"
    ) -> None:
        super().__init__()
        self._is_ending = False
        self._ending = f"{'Stopping' if stop == 'Stop' else 'Cancelling'}…"
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.words = ElidedLabel(quiet=True)
        self.words.setFont(font(TEXT_SMALL_PX))
        self.words.set_elide(Qt.TextElideMode.ElideMiddle)
        self.cancel_button = small_button(stop)
        self.cancel_button.setAccessibleName(f"{stop} {'drawing' if stop == 'Stop' else 'saving'}")
        self.cancel_button.setToolTip(tip)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, 0, 0, 0)
        row.setSpacing(SPACE_8)
        row.addWidget(self.words, 1)
        row.addWidget(self.cancel_button)
        self.cancel_button.clicked.connect(self._on_cancel_button_clicked)
        self.hide()

    def set_progress(self, progress: ExportProgressed | SetProgressed | None) -> None:
        """Show how far it is, or nothing. What is to end says so until it has ended."""
        self.setVisible(progress is not None)
        if progress is None or progress.done == 0:
            self._is_ending = False
        if progress is not None and not self._is_ending:
            self.words.set_text(progress_words(progress))
            self.cancel_button.setEnabled(True)

    def _on_cancel_button_clicked(self) -> None:
        self._is_ending = True
        self.cancel_button.setEnabled(False)
        self.words.set_text(self._ending)
        self.cancel_asked.emit()


def progress_words(progress: ExportProgressed | SetProgressed) -> str:
    """One line on how far it is."""
    far = f"{count_text(progress.done)} of {count_text(progress.of)}"
    if isinstance(progress, ExportProgressed):
        return f"Saving “{shown(progress.path)}”: {far}"
    left = time_left(progress.eta_s)
    return f"Making “{shown(progress.out)}”: {far}{f' · {left}' if left else ''}"
