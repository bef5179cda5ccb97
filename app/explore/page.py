"""Explore: the picture, others beside it, the sliders that move it, and the strip of places below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.controls.page import PageWidget, Tool
from app.explore.canvas import Canvas
from app.explore.grid_overlay import GridOverlay
from app.explore.latent_panel import LatentPanel
from app.explore.stage import Stage
from app.flows.shell import EXPLORE, Shell
from app.places.gallery_panel import GalleryPanel
from app.places.tray import Tray
from app.store.settings import SCALING
from engine.protocol.answers import RecipeRead
from engine.protocol.values import Recipe


class ExplorePage(PageWidget):
    """Places the panels and connects their wishes with who grants them."""

    tools = frozenset(Tool)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.setAccessibleName("Explore")
        self.canvas = Canvas(shell.explorer)
        self.sliders = LatentPanel(shell.explorer)
        self.gallery = GalleryPanel(shell.explorer)
        self.tray = Tray(shell.explorer)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(Stage(self.canvas, self.gallery), 1)
        left.addWidget(self.tray)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.sliders)
        self.canvas.open_asked.connect(shell.opening.ask_for_model)
        self.canvas.drag_asked.connect(shell.exporting.drag_out_picture)
        self.canvas.menu_asked.connect(self._on_canvas_menu_asked)
        self.tray.drag_asked.connect(shell.exporting.drag_out_place)
        self.tray.menu_asked.connect(self._on_tile_menu_asked)
        self.gallery.drag_asked.connect(shell.exporting.drag_out_place)
        self.gallery.menu_asked.connect(self._on_tile_menu_asked)
        self.tray.tab_changed.connect(self.kept_changed)
        shell.opening.grid_read.connect(self._on_opening_grid_read)
        shell.settings.changed.connect(self._on_settings_changed)
        self._on_settings_changed(SCALING.name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.sliders.fit(self.width())
        super().resizeEvent(event)

    def first_focus(self) -> QWidget:
        return self.canvas

    def notice_area(self) -> QWidget:
        return self.canvas

    def capture(self) -> dict[str, Any]:
        return {"tab": int(self.tray.tab())}

    def restore(self, kept: Mapping[str, Any]) -> None:
        tab = kept.get("tab")
        if type(tab) is int:
            self.tray.set_tab(tab)

    def _on_settings_changed(self, name: str) -> None:
        if name == SCALING.name:
            self.canvas.set_scaling(self._shell.settings.scaling)

    def _on_canvas_menu_asked(self, at: QPoint) -> None:
        self._shell.open_picture_menu(at)

    def _on_tile_menu_asked(self, recipe: Recipe, at: QPoint) -> None:
        self._shell.open_place_menu(recipe, at)

    def _on_opening_grid_read(self, read: RecipeRead) -> None:
        self._shell.show_page(EXPLORE)
        overlay = GridOverlay(read, self.canvas)
        overlay.cell_chosen.connect(self._shell.opening.restore)
