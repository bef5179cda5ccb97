"""Explore: the picture, others beside it, the sliders that move it, and the strip of places below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.controls.page import PageWidget, Tool
from app.explore.beside_slot import BesideSlot
from app.explore.canvas import Canvas
from app.explore.grid_maker import GridMaker
from app.explore.grid_overlay import GridOverlay
from app.explore.latent_panel import LatentPanel
from app.explore.pixels.stage import PixelStage
from app.explore.stage import Stage
from app.flows.opening import PICTURE_FILTER
from app.flows.shell import EXPLORE, Shell
from app.places.gallery_panel import GalleryPanel
from app.places.tray import Tray
from app.store.kept.settings import MOST_TIMES, OPEN_FOLDER, PEN_PACE, SCALING
from app.store.made.grid_plans import plan_value, read_plan
from engine.protocol.answers import RecipeRead
from engine.protocol.values import Recipe


class ExplorePage(PageWidget):
    """Places the panels and connects their wishes with who grants them."""

    tools = frozenset(Tool)
    guide = "Exploring"

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.setAccessibleName("Explore")
        self.canvas = Canvas(shell.explorer)
        self.sliders = LatentPanel(shell.explorer)
        self.gallery = GalleryPanel(shell.explorer)
        self.tray = Tray(shell.explorer)
        self.pixels = PixelStage(shell.explorer, self.canvas, self._ask_for_given_picture)
        self.grid: GridMaker | None = None
        """Made when it is first opened; while it is, it stands where picture, gallery and tray are."""
        self.slot = BesideSlot(shell.explorer)
        self._stage = Stage(self.canvas, self.gallery, self.slot, shell.explorer.beside)
        self._left = QVBoxLayout()
        self._left.setSpacing(0)
        self._left.addWidget(self._stage, 1)
        self._left.addWidget(self.tray)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(self._left, 1)
        row.addWidget(self.sliders)
        self.sliders.directions_asked.connect(shell.show_directions)
        self.canvas.open_asked.connect(shell.opening.ask_for_model)
        self.canvas.drag_asked.connect(shell.exporting.drag_out_picture)
        self.canvas.menu_asked.connect(self._on_canvas_menu_asked)
        self.tray.drag_asked.connect(shell.exporting.drag_out_place)
        self.tray.menu_asked.connect(self._on_tile_menu_asked)
        self.gallery.drag_asked.connect(shell.exporting.drag_out_place)
        self.gallery.menu_asked.connect(self._on_tile_menu_asked)
        self.tray.tab_changed.connect(self.kept_changed)
        self.sliders.pad_section.opened_changed.connect(self.kept_changed)
        shell.explorer.grids.changed.connect(self.kept_changed)
        self.sliders.pad_dropped.connect(self._on_sliders_pad_dropped)
        shell.explorer.grids.opened_changed.connect(self._on_grids_opened_changed)
        shell.opening.grid_read.connect(self._on_opening_grid_read)
        shell.settings.changed.connect(self._on_settings_changed)
        self._on_settings_changed(SCALING.name)
        pen = shell.explorer.pen
        pen.set_pace(shell.settings.get(PEN_PACE))
        pen.paced.connect(lambda pace: shell.settings.put(PEN_PACE, pace))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.sliders.fit(self.width())
        super().resizeEvent(event)

    def first_focus(self) -> QWidget:
        return self.grid.preview if self.grid is not None and self.grid.isVisible() else self.canvas

    def notice_area(self) -> QWidget:
        return self.canvas

    def capture(self) -> dict[str, Any]:
        shown = {"tab": int(self.tray.tab()), "pad": self.sliders.pad_section.is_open()}
        return {**shown, "grid": plan_value(self._shell.explorer.grids.plan)}

    def restore(self, kept: Mapping[str, Any]) -> None:
        tab = kept.get("tab")
        if type(tab) is int:
            self.tray.set_tab(tab)
        self.sliders.pad_section.set_open(kept.get("pad") is True)
        if (plan := read_plan(kept.get("grid"))) is not None:
            self._shell.explorer.grids.restore(plan)

    def _ask_for_given_picture(self) -> None:
        folder = str(self._shell.settings.get(OPEN_FOLDER))
        given = self._shell.explorer.given
        self._shell.dialogs.ask_open("Open a picture to complete", folder, PICTURE_FILTER, given.bring)

    def _on_settings_changed(self, name: str) -> None:
        if name in (SCALING.name, MOST_TIMES.name):
            settings = self._shell.settings
            for shown in (self.canvas, self.slot):
                shown.set_enlarging(settings.scaling, settings.most_times)

    def _on_canvas_menu_asked(self, at: QPoint) -> None:
        self._shell.open_picture_menu(at)

    def _on_tile_menu_asked(self, recipe: Recipe, at: QPoint) -> None:
        self._shell.open_place_menu(recipe, at)

    def _on_sliders_pad_dropped(self, corner: int, content: QMimeData) -> None:
        self._shell.finder.find(content, lambda recipe: self._shell.explorer.pads.set_corner(corner, recipe))

    def _on_grids_opened_changed(self, is_open: bool) -> None:
        if is_open and self.grid is None:
            self.grid = GridMaker(self._shell)
            self.grid.left.connect(lambda: self._shell.explorer.grids.open(is_open=False))
            self._left.insertWidget(0, self.grid, 1)
        if self.grid is not None:
            self._stage.setVisible(not is_open)
            self.tray.setVisible(not is_open)
            self.grid.setVisible(is_open)
            (self.grid.preview if is_open else self.canvas).setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_opening_grid_read(self, read: RecipeRead) -> None:
        self._shell.show_page(EXPLORE)
        self._shell.explorer.grids.open(is_open=False)
        overlay = GridOverlay(read, self.canvas)
        overlay.cell_chosen.connect(self._shell.opening.restore)
