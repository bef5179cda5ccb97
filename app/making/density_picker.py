"""The densities side by side, each as its own map."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.controls.tiles.thumbnail import Thumbnail
from app.look.tokens import SPACE_4
from engine.protocol.values import MakeableDescribed

_TILE_PX = 62


class DensityPicker(QWidget):
    """`changed` fires for what a person did."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tiles: dict[str, Thumbnail] = {}
        self._name = ""
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE_4)

    def set_densities(self, densities: tuple[MakeableDescribed, ...]) -> None:
        """What there is to choose from."""
        for density in densities:
            tile = Thumbnail(_TILE_PX, density.label)
            tile.setObjectName(f"draw.density.{density.name}")
            tile.set_words(density.label, f"{density.label}\n{density.note}")
            tile.set_image(density.thumbnail)
            tile.clicked.connect(lambda _checked=False, name=density.name: self._on_tile_clicked(name))
            self._row.addWidget(tile)
            self.tiles[density.name] = tile
        self._row.addStretch(1)
        if densities:
            self.set_name(self._name if self._name in self.tiles else densities[0].name)

    def name(self) -> str:
        """The density that is chosen."""
        return self._name

    def set_name(self, name: str) -> None:
        """Choose one; emits nothing."""
        self._name = name
        for key, tile in self.tiles.items():
            tile.set_selected(key == name)

    def _on_tile_clicked(self, name: str) -> None:
        if name != self._name:
            self.set_name(name)
            self.changed.emit()
