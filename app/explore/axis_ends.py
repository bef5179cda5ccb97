"""Two small pictures at the ends of an axis that has no word: what it does. Pressing one goes there."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent

from app.controls.numbers import signed_text
from app.controls.tiles.thumbnail import Thumbnail
from app.controls.values.bipolar_slider import BipolarSlider
from app.store.recipes import END_SIGMAS
from app.store.state import Explorer
from engine.protocol.answers import Rendered
from engine.protocol.values import Recipe

_SIDE_PX = 34
_SETTLE_MS = 400
"""After the strips and long after the canvas: a hand on a slider never waits for them."""


class _End(Thumbnail):
    painted = Signal()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted.emit()


class AxisEnds(QObject):
    """Belongs to its slider. Draws only what is seen: axes that are scrolled away, or on another page, wait."""

    chosen = Signal(float)

    def __init__(
        self, explorer: Explorer, key: str, label: str, slider: BipolarSlider, *, is_flipped: bool = False
    ) -> None:
        super().__init__(slider)
        self._explorer = explorer
        self._key = key
        self._drawn_for: Recipe | None = None
        """What they depend on: everything but their own axis."""
        self._order = (1, 0) if is_flipped else (0, 1)
        self.thumbnails = (_End(_SIDE_PX), _End(_SIDE_PX))
        """Left and right."""
        for thumbnail, sigmas, end in zip(self.thumbnails, END_SIGMAS, self._order, strict=True):
            words = f"Axis {label} {signed_text(sigmas)} σ"
            thumbnail.set_words(words, f"{words}\nClick to go there. A right click on the row names this axis.")
            thumbnail.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard has the slider
            thumbnail.setObjectName(f"{slider.objectName()}.end")
            thumbnail.clicked.connect(lambda _checked=False, s=sigmas: self.chosen.emit(s))
            thumbnail.menu_asked.connect(slider.menu_asked.emit)
            cell = explorer.strips.end(key, end)
            thumbnail.set_image(cell.image if cell is not None else None)
        slider.set_ends(*self.thumbnails)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._request)
        self.thumbnails[0].painted.connect(self._on_thumbnail_painted)
        explorer.strips.end_changed.connect(self._on_strips_end_changed)
        explorer.place.recipe_changed.connect(self._on_place_recipe_changed)

    def _wanted(self) -> Recipe | None:
        recipe = self._explorer.place.recipe
        if recipe is None:
            return None
        return replace(recipe, axes=tuple(pair for pair in recipe.axes if str(pair[0]) != self._key))

    def _request(self) -> None:
        wanted = self._wanted()
        if wanted is not None and wanted != self._drawn_for and not self.thumbnails[0].visibleRegion().isEmpty():
            self._drawn_for = wanted
            self._explorer.strips.request_ends(self._key)

    def _on_thumbnail_painted(self) -> None:
        if not self._settle.isActive() and self._wanted() != self._drawn_for:
            self._settle.start()

    def _on_place_recipe_changed(self, _recipe: Recipe | None) -> None:
        if not self.thumbnails[0].visibleRegion().isEmpty() and self._wanted() != self._drawn_for:
            self._settle.start()

    def _on_strips_end_changed(self, key: str, end: int, cell: Rendered) -> None:
        if key == self._key:
            self.thumbnails[self._order[end]].set_image(cell.image)
