"""Buttons of each kind, and the reason why one is off."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton

from app.look.theme import Ink, dress

_TOOL_PX = 32


def primary_button(text: str) -> QPushButton:
    """The one thing to do in a view."""
    return _button(text, "primary")


def plain_button(text: str, icon: str = "") -> QPushButton:
    """A resting button."""
    button = QPushButton(text)
    if icon:
        dress(button, icon, 18)
        button.setIconSize(QSize(18, 18))
    return button


def quiet_button(text: str) -> QPushButton:
    """A button that only shows itself under the pointer."""
    return _button(text, "quiet")


def link_button(text: str) -> QPushButton:
    """A small quiet word at the end of a heading."""
    return _button(text, "link")


def small_button(text: str) -> QPushButton:
    """A resting button as high as a line of small text."""
    return _button(text, "small")


def icon_button(icon: str, name: str, *, size: int = 20, ink: Ink = Ink.SECONDARY) -> QToolButton:
    """A picture to press; its name is its tooltip and what a screen reader says."""
    button = QToolButton()
    button.setProperty("kind", "quiet")
    button.setIconSize(QSize(size, size))
    button.setAccessibleName(name)
    button.setToolTip(name)
    dress(button, icon, size, ink)
    return button


def tool_button(icon: str, name: str, *, ink: Ink = Ink.SECONDARY) -> QToolButton:
    """One of a bar of tools: square, its icon as large as it is drawn."""
    button = icon_button(icon, name, ink=ink)
    button.setProperty("kind", "tool")
    button.setFixedSize(_TOOL_PX, _TOOL_PX)
    return button


def set_primary(button: QPushButton, primary: bool) -> None:
    """A view has one thing to do; a button whose turn it is not rests."""
    kind = "primary" if primary else ""
    if button.property("kind") != kind:
        button.setProperty("kind", kind)
        button.style().unpolish(button)
        button.style().polish(button)


def set_available(button: QAbstractButton, available: bool, reason: str = "", tip: str = "") -> None:
    """Switch a button on with its tip, or off with the reason."""
    words = tip if available else reason
    if (button.isEnabled(), button.toolTip(), button.accessibleDescription()) != (available, words, words):
        button.setEnabled(available)
        button.setToolTip(words)
        button.setAccessibleDescription(words)


def _button(text: str, kind: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", kind)
    return button
