"""A heading inside a menu: Qt's own sections lose their words under a stylesheet."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QMenu, QWidgetAction

from app.look.tokens import SPACE_4, SPACE_12


def add_heading(menu: QMenu, words: str) -> None:
    """Small words over the entries that follow."""
    label = QLabel(words)
    label.setProperty("tone", "small")
    label.setContentsMargins(SPACE_12, SPACE_4, SPACE_12, SPACE_4)
    heading = QWidgetAction(menu)
    heading.setDefaultWidget(label)
    heading.setEnabled(False)
    menu.addAction(heading)
