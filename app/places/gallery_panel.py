"""Beside the picture: other places of the model to pick from, as many as there is room for."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from app.controls.buttons import quiet_button, set_available
from app.controls.empty_state import EmptyState
from app.controls.surfaces import on_panel
from app.controls.tiles.area import Tile
from app.controls.tiles.sheet import TileSheet
from app.look.images import MOST_TIMES
from app.look.tokens import SPACE_8, SPACE_12
from app.places.words import recipe_words
from app.store.state import Explorer
from engine.protocol.answers import Rendered
from engine.protocol.values import Recipe

LEAST_PX = 120
"""One column."""
_HEADING_PX = 36


class GalleryPanel(QWidget):
    """`menu_asked` and `drag_asked` carry the recipe of a tile; the page answers them."""

    menu_asked = Signal(object, QPoint)
    drag_asked = Signal(object)

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._place, self._gallery, self._models = explorer.place, explorer.gallery, explorer.models
        self._sliders = explorer.sliders
        self._positions: dict[Recipe, int] = {}
        """Where each place stands: asked at every move of a slider."""
        on_panel(self)
        self.title = QLabel("Gallery")
        self.title.setProperty("tone", "heading")
        self.refresh_button = quiet_button("New")
        self.refresh_button.setAccessibleName("New gallery")
        self.sheet = TileSheet("gallery")
        self.sheet.setAccessibleName("Gallery")
        self.empty = EmptyState("Other pictures of a model appear here.")
        self._heading = heading = QHBoxLayout()
        heading.setContentsMargins(SPACE_12, 0, 0, 0)
        heading.addWidget(self.title)
        heading.addStretch(1)
        heading.addWidget(self.refresh_button)
        top = QWidget()
        top.setFixedHeight(_HEADING_PX)
        top.setLayout(heading)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        full = QWidget()
        inside = QVBoxLayout(full)
        inside.setContentsMargins(SPACE_8, 0, SPACE_8, SPACE_8)
        inside.addWidget(self.sheet)
        self._deck = QStackedLayout()
        column.addLayout(self._deck, 1)
        self._deck.addWidget(self.empty)
        self._deck.addWidget(full)
        self.refresh_button.clicked.connect(self._gallery.refresh)
        self.sheet.chosen.connect(self._on_sheet_chosen)
        self.sheet.menu_asked.connect(lambda index, at: self.menu_asked.emit(self._gallery.recipes[index], at))
        self.sheet.drag_asked.connect(lambda index: self.drag_asked.emit(self._gallery.recipes[index]))
        self.sheet.room_changed.connect(self._gallery.grow)
        self._gallery.changed.connect(self._on_gallery_changed)
        self._sliders.changed.connect(self._on_gallery_changed)
        self._gallery.cell_changed.connect(self._on_gallery_cell_changed)
        self._place.recipe_changed.connect(self._on_place_recipe_changed)
        self._on_gallery_changed()

    def _on_gallery_changed(self) -> None:
        # First: the sheet finds its room, and with it perhaps more places.
        self._deck.setCurrentIndex(1 if self._gallery.recipes else 0)
        tiles, recipes = [], self._gallery.recipes
        completes, own = any(recipe.known for recipe in recipes), self._sliders.names()
        self.title.setText("Completions" if completes else "Gallery")
        self._fit_heading()
        for index, recipe in enumerate(recipes):
            words = f"{'Completion' if completes else 'Gallery'} {index + 1}"
            tip = f"{words}\n{recipe_words(recipe, self._models.model, own=own)}"
            tiles.append(Tile(words=words, tip=tip, image=self._gallery.image(index)))
        self._positions = {recipe: index for index, recipe in enumerate(recipes)}
        model = self._models.model
        self.sheet.set_largest(MOST_TIMES * model.size if model is not None else 0)
        self.sheet.set_tiles(tuple(tiles))
        self._on_place_recipe_changed(self._place.recipe)
        set_available(self.refresh_button, self._models.model is not None, "Open a model first", "Draw others (G)")

    def _on_gallery_cell_changed(self, index: int, cell: Rendered) -> None:
        self.sheet.set_image(index, cell.image)

    def _on_place_recipe_changed(self, recipe: Recipe | None) -> None:
        self._offer(recipe)
        self.sheet.set_selected(self._positions.get(recipe, -1) if recipe is not None else -1)

    def _offer(self, recipe: Recipe | None) -> None:
        """Others of the same kind; or, once another part of a picture is given, ends to that."""
        there = self._gallery.recipes[0].known if self._gallery.recipes else ""
        completes = recipe is not None and bool(recipe.known) and recipe.known != there
        words = "Complete" if completes else "New"
        if words != self.refresh_button.text():
            self.refresh_button.setText(words)
            self._heading.setContentsMargins(SPACE_12, 0, SPACE_8 if completes else 0, 0)
            self.refresh_button.setProperty("kind", "small" if completes else "quiet")
            self.refresh_button.style().unpolish(self.refresh_button)
            self.refresh_button.style().polish(self.refresh_button)
            self.refresh_button.setToolTip("Draw several ends to what is given (G)" if completes else "Draw others (G)")
            self._fit_heading()

    def _fit_heading(self) -> None:
        """Where there is no room for both, what one can do is told, and not what one sees."""
        around = self._heading.contentsMargins()
        needs = self.title.sizeHint().width() + self.refresh_button.sizeHint().width() + around.left() + around.right()
        self.title.setVisible(needs <= self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_heading()

    def _on_sheet_chosen(self, index: int) -> None:
        self._models.go_to(self._gallery.recipes[index], "Gallery")
