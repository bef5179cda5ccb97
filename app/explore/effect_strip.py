"""Five pictures under an opened slider: what it does from −2σ to 2σ. Pressing one goes there."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.controls.numbers import signed_text
from app.controls.tiles.thumbnail import Thumbnail
from app.look.tokens import SPACE_4
from app.store.recipes import STRIP_SIGMAS, SliderKind
from app.store.state import Explorer
from engine.protocol.answers import Rendered
from engine.protocol.values import Recipe

_LEAST_PX, _MOST_PX = 44, 80
"""As large as five of them fit: from 64 on one can judge a face."""
_RING_PX = 6
"""What a thumbnail needs beyond its picture."""
_SETTLE_MS = 150
"""The strip is drawn again when everything else has stood still so long: the canvas comes first."""
_NEAR = 0.05


class EffectStrip(QWidget):
    """Listens to the store while it lives; `chosen` carries sigmas."""

    chosen = Signal(float)

    def __init__(self, explorer: Explorer, kind: SliderKind, key: str, label: str, *, is_flipped: bool = False) -> None:
        super().__init__()
        self._is_flipped = is_flipped
        self._explorer = explorer
        self._kind = kind
        self._key = key
        self._drawn_for: Recipe | None = None
        self.thumbnails = tuple(Thumbnail(_LEAST_PX) for _ in STRIP_SIGMAS)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, SPACE_4)
        grid.setSpacing(0)
        for k, (thumbnail, sigmas) in enumerate(zip(self.thumbnails, STRIP_SIGMAS, strict=True)):
            words = f"{label} {signed_text(sigmas)} σ"
            thumbnail.set_words(words, f"{words}\nClick to go there.")
            thumbnail.clicked.connect(lambda _checked=False, s=sigmas: self.chosen.emit(s))
            cell = explorer.strips.cell(kind, key, self._turned(k))
            thumbnail.set_image(cell.image if cell is not None else None)
            value = QLabel(signed_text(sigmas))
            value.setProperty("tone", "small")
            value.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(thumbnail, 0, k)
            grid.addWidget(value, 1, k)
        grid.setColumnStretch(len(STRIP_SIGMAS), 1)
        self.setAccessibleName(f"Effect of {label}")
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._request)
        explorer.strips.cell_changed.connect(self._on_strips_cell_changed)
        explorer.place.recipe_changed.connect(self._on_place_recipe_changed)
        self._request()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = min(max(_LEAST_PX, self.width() // len(self.thumbnails) - _RING_PX), _MOST_PX)
        for thumbnail in self.thumbnails:
            thumbnail.set_side(side)

    def set_value(self, sigmas: float) -> None:
        """Ring the picture that stands for this value, if one does."""
        for thumbnail, own in zip(self.thumbnails, STRIP_SIGMAS, strict=True):
            thumbnail.set_selected(abs(own - sigmas) < _NEAR)

    def _turned(self, step: int) -> int:
        """The place of a step, and the step of a place: the other way round for a flipped slider."""
        return len(self.thumbnails) - 1 - step if self._is_flipped else step

    def _without_own(self, recipe: Recipe) -> Recipe:
        """What the strip depends on: everything but its own slider."""
        if self._kind is SliderKind.DIRECTION:
            return replace(recipe, directions=tuple(pair for pair in recipe.directions if pair[0] != self._key))
        return replace(recipe, axes=tuple(pair for pair in recipe.axes if str(pair[0]) != self._key))

    def _request(self) -> None:
        recipe = self._explorer.place.recipe
        if recipe is not None:
            self._drawn_for = self._without_own(recipe)
            self._explorer.strips.request(self._kind, self._key)

    def _on_place_recipe_changed(self, recipe: Recipe | None) -> None:
        if recipe is not None and self._without_own(recipe) != self._drawn_for:
            self._settle.start()

    def _on_strips_cell_changed(self, kind: SliderKind, key: str, step: int, cell: Rendered) -> None:
        if (kind, key) == (self._kind, self._key):
            self.thumbnails[self._turned(step)].set_image(cell.image)
