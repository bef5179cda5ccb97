"""Lists to pick from that take the room there is, however long their words are."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QComboBox


def narrow_combo(items: Iterable[str] = (), *, name: str = "", least: int = 10) -> QComboBox:
    """A list with this name for screen readers, `least` characters wide or wider."""
    combo = QComboBox()
    combo.addItems(list(items))
    combo.setAccessibleName(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(least)
    return combo
