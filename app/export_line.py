"""In the status bar while many pictures are drawn for one file: how far it is, and the way to end it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.controls.buttons import link_button
from app.controls.elided_label import ElidedLabel
from app.controls.numbers import count_text
from app.theme import font
from app.tokens import SPACE_4, TEXT_SMALL_PX
from engine.files import shown
from engine.protocol import ExportProgressed


class ExportLine(QWidget):
    """Hidden while nothing is exported."""

    cancel_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("status.export")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.words = ElidedLabel(quiet=True)
        self.words.setFont(font(TEXT_SMALL_PX))
        self.words.set_elide(Qt.TextElideMode.ElideMiddle)
        self.cancel_button = link_button("Cancel")
        self.cancel_button.setAccessibleName("Cancel saving")
        self.cancel_button.setToolTip("Stop drawing; nothing is written")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, 0, 0, 0)
        row.setSpacing(SPACE_4)
        row.addWidget(self.words, 1)
        row.addWidget(self.cancel_button)
        self.cancel_button.clicked.connect(self._on_cancel_button_clicked)
        self.hide()

    def set_progress(self, progress: ExportProgressed | None) -> None:
        """Show how far it is, or nothing."""
        self.setVisible(progress is not None)
        if progress is not None:
            self.words.set_text(
                f"Saving “{shown(progress.path)}”: {count_text(progress.done)} of {count_text(progress.of)}"
            )
            self.cancel_button.setEnabled(True)

    def _on_cancel_button_clicked(self) -> None:
        self.cancel_button.setEnabled(False)
        self.words.set_text("Cancelling…")
        self.cancel_asked.emit()
