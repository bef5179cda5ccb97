"""A sentence under a control: small, and as many lines as it needs."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel


def small_note(words: str = "") -> QLabel:
    """Says what a control means, or why it is off."""
    note = QLabel(words)
    note.setProperty("tone", "small")
    note.setWordWrap(True)
    return note
