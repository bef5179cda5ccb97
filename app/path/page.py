"""Path: a large picture, the timeline under it with how fast it changes, the places to draw from, the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from app.controls.buttons import set_available
from app.controls.empty_state import EmptyState
from app.controls.page import PageWidget, Tool
from app.controls.picture.stage import PictureStage
from app.controls.plots.library import library
from app.controls.surfaces import Rule, on_panel
from app.flows.finding import MIME, carries_places, local_files
from app.flows.shell import Shell
from app.look.tokens import SPACE_8, SPACE_24
from app.path.player import SPEEDS, Player
from app.path.side_panel import SidePanel
from app.path.timeline import RIGHT_PX, Timeline
from app.path.timeline_painting import time_text
from app.path.transport import TransportBar
from app.places.beside import Beside
from app.places.gallery_panel import GalleryPanel
from app.places.tray import Tab, Tray
from app.places.words import recipe_words
from app.store.kept.settings import FILM_RATE, FILM_SCALE, MOST_TIMES, SCALING
from app.store.made.paths import FILM_CELLS, Paths
from engine.protocol.answers import Rendered
from engine.protocol.values import ModelDescribed, Recipe
from engine.protocol.walks import Walk

if TYPE_CHECKING:
    from app.controls.plots.way_plot import WayPlot

PLOT_PX = 104
EMPTY = "The pictures of the path appear here."


class PathPage(PageWidget):
    """Places the parts; the timeline's wishes go to the store, and time passes in the player."""

    tools = frozenset((Tool.STEPS,))
    guide = "Paths"

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._paths: Paths = shell.explorer.paths
        self._frame = -1
        self._at_key = -1
        self._is_met = False  # or an earlier session says what it showed
        self.setAccessibleName("Path")
        self.player = Player(self)
        self.stage = PictureStage("Picture of the path")
        self.stage.setObjectName("path.canvas")
        self.timeline = Timeline()
        self.side = SidePanel(self._paths, shell.settings)
        self.tray = Tray(shell.explorer)
        self.gallery = GalleryPanel(shell.explorer)
        self.plot: WayPlot | None = None
        self._picture = shell.explorer.boards.stage("path")
        self.empty = EmptyState(
            "A path leads through places that you choose. Add the current place (K), drag pictures here"
            " from the gallery, from below or from a folder, or begin with a random walk.",
            "Add the current place",
        )
        self.strange = EmptyState("", "Open its model")
        self._build()
        self._connect()
        self._on_settings_changed(SCALING.name)
        self._refresh()

    # ------------------------------------------------------------ parts

    def _build(self) -> None:
        on_panel(self)
        self.bar = TransportBar()
        lower = QWidget()
        on_panel(lower)
        self._deck = QStackedLayout()
        full = QWidget()
        whole = QVBoxLayout(full)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.timeline)
        self._plot_place = QVBoxLayout()
        whole.addLayout(self._plot_place)
        for empty in (self.empty, self.strange):
            empty.set_margins(SPACE_24, SPACE_8, SPACE_24, SPACE_8)
        for page in (self.empty, self.strange, full):
            self._deck.addWidget(page)
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Rule())
        column.addWidget(self.bar)
        column.addLayout(self._deck)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(Beside(self.stage, self.gallery), 1)
        left.addWidget(lower)
        left.addWidget(self.tray)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.side)
        if library().is_here:
            self._make_plot()
        else:
            library().arrived.connect(self._make_plot)

    def _make_plot(self) -> None:
        if self.plot is None and library().is_here:
            from app.controls.plots.way_plot import WayPlot

            self.plot = WayPlot(RIGHT_PX)
            self.plot.setFixedHeight(PLOT_PX)
            self._plot_place.addWidget(self.plot)
            self._show_looks()

    def _connect(self) -> None:
        explorer, paths = self._shell.explorer, self._paths
        paths.changed.connect(self._refresh)
        explorer.sliders.changed.connect(self._refresh)
        paths.planned.connect(self._on_paths_planned)
        paths.measured.connect(self._show_looks)
        paths.key_changed.connect(self._show_key)
        paths.film_changed.connect(lambda _index: self._show_film())
        explorer.models.model_changed.connect(self._on_models_model_changed)
        explorer.place.recipe_changed.connect(lambda _recipe: self._tell_add())
        self._picture.picture_changed.connect(self._on_picture_changed)
        self.player.moved.connect(self._on_player_moved)
        self.player.playing_changed.connect(self.bar.show_playing)
        self.bar.play.clicked.connect(self.player.toggle)
        self.bar.speed.activated.connect(lambda row: setattr(self.player, "speed", SPEEDS[row]))
        self.bar.add.clicked.connect(lambda: self._shell.add_to_path())
        self.bar.wander.clicked.connect(paths.wander)
        self.bar.clear.clicked.connect(paths.clear)
        self.bar.norm.toggled.connect(self._on_norm_toggled)
        self.bar.places.toggled.connect(self._on_places_toggled)
        assert self.empty.button is not None
        assert self.strange.button is not None
        self.empty.button.clicked.connect(lambda: self._shell.add_to_path())
        self.strange.button.clicked.connect(self._on_strange_clicked)
        timeline = self.timeline
        timeline.scrubbed.connect(self._on_timeline_scrubbed)
        timeline.selected.connect(self._on_timeline_selected)
        timeline.entered.connect(self._on_timeline_entered)
        timeline.moved.connect(self._on_timeline_moved)
        timeline.duration_edited.connect(paths.set_seconds)
        timeline.edit_began.connect(paths.begin_edit)
        timeline.edit_ended.connect(lambda: paths.end_edit("Duration"))
        timeline.remove_asked.connect(paths.remove)
        timeline.duplicate_asked.connect(paths.duplicate)
        timeline.menu_asked.connect(self._on_timeline_menu_asked)
        timeline.dropped.connect(self._on_timeline_dropped)
        self.tray.drag_asked.connect(self._shell.exporting.drag_out_place)
        self.tray.menu_asked.connect(self._shell.open_place_menu)
        self.gallery.drag_asked.connect(self._shell.exporting.drag_out_place)
        self.gallery.menu_asked.connect(self._shell.open_place_menu)
        self.side.export_asked.connect(self._on_side_export_asked)
        self.side.save_asked.connect(self._shell.walks.save)
        self.side.open_asked.connect(self._shell.walks.ask_open)
        self._shell.settings.changed.connect(self._on_settings_changed)
        self.setAcceptDrops(True)

    # ------------------------------------------------------------ page

    def first_focus(self) -> QWidget:
        return self.bar.play

    def notice_area(self) -> QWidget:
        return self.stage

    def capture(self) -> dict[str, Any]:
        return {"places": self.bar.places.isChecked(), "tab": int(self.tray.tab()), "norm": self.bar.norm.isChecked()}

    def restore(self, kept: Mapping[str, Any]) -> None:
        self.bar.places.setChecked(kept.get("places") is not False)
        self.bar.norm.setChecked(kept.get("norm") is True)
        if type(tab := kept.get("tab")) is int:
            self.tray.set_tab(tab)
            self._is_met = tab != Tab.HISTORY

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._paths.want(True)
        if not self._is_met and self._shell.explorer.favourites.entries:
            self.tray.set_tab(Tab.FAVOURITES)  # what one marked is what one wants to walk between
        self._is_met = True
        if self.plot is None:
            QTimer.singleShot(0, library().fetch)  # after the page is painted, which must not wait for it

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.player.pause()
        self._paths.want(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Space if not event.isAutoRepeat():
                self.player.toggle()
            case Qt.Key.Key_Home:
                self._on_timeline_scrubbed(0.0)
            case Qt.Key.Key_End:
                self._on_timeline_scrubbed(self._paths.walk.seconds)
            case Qt.Key.Key_Comma | Qt.Key.Key_Period:
                self._step(-1 if event.key() == Qt.Key.Key_Comma else 1)
            case _:
                super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Places of the window are dropped anywhere, files below the picture: also while there is no timeline yet."""
        if self._takes_at(event):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def _takes_at(self, event: QDropEvent) -> bool:
        is_low = event.position().y() >= self.bar.mapTo(self, QPoint()).y()
        return (event.mimeData().hasFormat(MIME) or is_low) and carries_places(event.mimeData())

    def dropEvent(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if not self._takes_at(event):  # it came in over the timeline, and went on to the picture
            self._shell.opening.open_dropped(local_files(event.mimeData()))
            return
        self._on_timeline_dropped(event.mimeData(), len(self._paths.walk.keyframes) if self._paths.is_here else 0)

    def _step(self, by: int) -> None:
        """One frame on or back."""
        count, walk = len(self._paths.frames), self._paths.walk
        if count > 1:
            length = walk.seconds / (count if walk.closed else count - 1)
            self._on_timeline_scrubbed((max(0, self._frame) + by) * length + 1e-6)

    # ------------------------------------------------------------ what is shown

    def _refresh(self) -> None:
        walk, is_here = self._paths.walk, self._paths.is_here
        shown = self._show_walk()
        for index in range(len(shown.keyframes)):
            self._show_key(index)
        self.player.set_length(shown.seconds, closed=shown.closed)
        has_keys = bool(walk.keyframes)
        self._deck.setCurrentIndex(2 if has_keys and is_here else 1 if has_keys else 0)
        self.strange.label.setText("This path goes through places of another model.")
        why = self._paths.why_not()
        set_available(self.bar.wander, not why, why, "A path through five places that nobody chose")
        set_available(self.bar.clear, bool(shown.keyframes), "There is no keyframe yet", "Take all keyframes out")
        set_available(self.bar.play, bool(shown.spans), why or "A path needs two keyframes or more", "Play (Space)")
        self._tell_add()
        self.side.set_index(self.timeline.selected_index())
        self._tell_clock()
        if not shown.spans:
            self._show_alone()

    def _show_walk(self) -> Walk:
        """The path on the timeline; one of another model is not shown."""
        model, is_here = self._shell.explorer.models.model, self._paths.is_here
        shown = self._paths.walk if is_here else Walk()
        own = self._shell.explorer.sliders.names()
        words = [recipe_words(keyframe.recipe, model, own=own) for keyframe in shown.keyframes]
        self.timeline.set_walk(shown, words, self._paths.starts if is_here else ())
        return shown

    def _show_alone(self) -> None:
        """Without a way, the only keyframe, or the place that would be the first one."""
        self._frame = -1
        place = self._shell.explorer.place.recipe
        keyframes = self._paths.walk.keyframes if self._paths.is_here else ()
        recipe = keyframes[0].recipe if keyframes else place
        if recipe is not None and self.isVisible():
            self._picture.ask(recipe)

    def _tell_add(self) -> None:
        has_place = self._shell.explorer.place.recipe is not None
        why = self._paths.why_not() or ("" if has_place else "Open a model first")
        for button in (self.bar.add, self.empty.button):
            if button is not None:
                set_available(button, not why, why, "Add the place that Explore shows (K)")

    def _tell_clock(self) -> None:
        whole = self._paths.walk.seconds if self._paths.is_here else 0.0
        self.bar.clock.setText(f"{self.player.seconds:.1f} of {time_text(round(whole, 2))}")

    def _show_key(self, index: int) -> None:
        self.timeline.set_image(index, self._paths.key_image(index))

    def _show_film(self) -> None:
        self.timeline.set_film([self._paths.film_image(index) for index in range(FILM_CELLS)])

    def _show_looks(self) -> None:
        self.side.show_looks()
        if self.plot is not None:
            self.plot.set_looks(self._paths.looks, self._paths.walk.way, self._paths.walk.seconds)

    def _show_frame(self) -> None:
        """Have the picture of this moment drawn, if it is another one."""
        frames = self._paths.frames
        frame = self._paths.frame_at(self.player.seconds)
        if frames and self.isVisible() and frame != self._frame and frame < len(frames):
            self._frame = frame
            self._picture.ask(frames[frame])

    # ------------------------------------------------------------ hearing

    def _on_paths_planned(self) -> None:
        self._frame = -1
        self._show_walk()
        self.stage.set_words(badge="" if self._paths.is_final else "Measuring the even way…", sentence=EMPTY)
        self._show_frame()

    def _on_models_model_changed(self, model: ModelDescribed | None) -> None:
        self.player.pause()
        self.side.set_model(model)
        self.timeline.set_film([])

    def _on_picture_changed(self, picture: Rendered | None) -> None:
        self.stage.set_image(None if picture is None else picture.image)

    def _on_settings_changed(self, name: str) -> None:
        if name in (SCALING.name, MOST_TIMES.name):
            self.stage.set_enlarging(self._shell.settings.scaling, self._shell.settings.most_times)

    def _on_player_moved(self, seconds: float) -> None:
        self.timeline.set_seconds(seconds)
        if self.plot is not None:
            self.plot.set_pointer(seconds)
        self._tell_clock()
        self._show_frame()

    def _on_norm_toggled(self, shows: bool) -> None:
        self.bar.show_norm(is_distance=shows)
        if self.plot is not None:
            self.plot.set_norm(shows)
        self.kept_changed.emit()

    def _on_places_toggled(self, shows: bool) -> None:
        self.tray.setVisible(shows)
        self.kept_changed.emit()

    # ------------------------------------------------------------ a person's hand

    def _on_timeline_scrubbed(self, seconds: float) -> None:
        self.player.pause()
        self.player.go_to(seconds)

    def _on_timeline_selected(self, index: int) -> None:
        self.side.set_index(index)
        if self._paths.walk.spans:
            self._on_timeline_scrubbed(self._paths.starts[index])

    def _on_timeline_entered(self, index: int) -> None:
        self._shell.explorer.models.go_to(self._paths.walk.keyframes[index].recipe, "Keyframe")
        self._shell.show_page("explore")

    def _on_timeline_moved(self, index: int, to: int) -> None:
        self._paths.move(index, to)
        self.timeline.set_selected(to)
        self.side.set_index(to)

    def _on_timeline_menu_asked(self, index: int, at: QPoint) -> None:
        self.timeline.set_selected(index)
        self.side.set_index(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Explore this place", lambda: self._on_timeline_entered(index))
        menu.addAction("Put the current place here", lambda: self._paths.set_place(index))
        menu.addAction("Duplicate\tD", lambda: self._paths.duplicate(index))
        menu.addSeparator()
        menu.addAction("Delete\tDel", lambda: self._paths.remove(index))
        menu.popup(at)

    def _on_timeline_dropped(self, content: QMimeData, index: int) -> None:
        where = {"at": index}

        def found(recipe: Recipe) -> None:
            if self._paths.add(recipe, where["at"]):
                where["at"] += 1

        self._shell.finder.find(content, found)

    def _on_strange_clicked(self) -> None:
        keyframes = self._paths.walk.keyframes
        if keyframes:
            self._shell.explorer.models.go_to(keyframes[0].recipe, "Keyframe")

    def _on_side_export_asked(self) -> None:
        settings = self._shell.settings
        self._shell.exporting.export_walk(
            self._paths.walk, self.side.film_kind(), int(settings.get(FILM_RATE)), int(settings.get(FILM_SCALE))
        )
