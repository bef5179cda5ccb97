"""The running program: state, engine, flows and window put together, and everything taken apart again in order."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication

from app.controls.page import guide_of
from app.controls.plots.library import library
from app.flows.commands import CommandFlow
from app.flows.directing import DirectionFlow
from app.flows.exporting import ExportFlow
from app.flows.file_dialogs import FileDialogs
from app.flows.finding import PlaceFinder
from app.flows.making import SetFlow
from app.flows.opening import OpeningFlow
from app.flows.saving import CurveFlow
from app.flows.sessions import SessionFlow
from app.flows.shell import EXPLORE, PATH, TRAIN
from app.flows.shelving import ShelfFlow
from app.flows.tellings import Teller
from app.flows.walking import WalkFlow
from app.look import theme
from app.pages import PAGES
from app.shell.page import Page
from app.shell.window import LEAST_PX, MainWindow
from app.store.client import Client
from app.store.kept import first_picture
from app.store.kept.home_lock import TAKEN, HomeLock
from app.store.kept.session import SessionState, SessionStore, mended
from app.store.kept.settings import OWN_FOLDERS, RECENT_MODELS, THEME, Settings
from app.store.notices import Level, NoticeAction, NoticeBoard
from app.store.state import Explorer
from engine.protocol.answers import Event, Failed, FamiliesListed
from engine.protocol.requests import ListDatasets, ListFamilies, OpenModel
from engine.protocol.values import Recipe

DEFAULT_MODEL = "faces"
STOP_DEADLINE_S = 4.0
PLOTS_DEADLINE_S = 1.0
PREPARE_MS = 200
"""Pages are made ahead while torch is being imported: nothing can be moved yet anyway."""
PAINT_MS = 50
"""For the first picture to be painted before anything else begins."""
PLOTS_MS = 5_000
"""Plots come after the lists, as two threads that import let the window stutter; but no later than this."""
GO_ON_MS = 15_000
"""Lists and plots wait for the first picture, which their imports would delay by half a second; but no longer."""
UNPAINTED_MS = 1000
"""A window that is not painted (minimised, or on another desk) starts its engine all the same."""


class Engine(Client, Protocol):
    """The client as the program sees it."""

    def start(self) -> None: ...
    def stop(self, deadline_s: float = ...) -> bool: ...


class Program(QObject):
    """The parts of one window. Every event of the engine passes `receive`, in one order."""

    def __init__(
        self, home: Path, client: Engine, dialogs: FileDialogs | None = None, pages: tuple[Page, ...] = PAGES
    ) -> None:
        super().__init__()
        self.home = home
        self.client = client
        self.stopped_cleanly = True
        self._is_started = self._is_closed = self._fell_back = self._went_on = False
        self.board = NoticeBoard(self)
        self.settings = Settings(home, self)
        self.session = SessionStore(home, self)
        self._lock = HomeLock(home)
        if self._lock.is_taken:
            self.session.leave_to_other()
        self.explorer = Explorer(client, self)
        self._restored = self.session.read()
        self.explorer.restore(
            sources=self._restored.sources,
            history=self._restored.history,
            favourites=self._restored.favourites,
            walk=self._restored.walk,
            sliders=self._restored.sliders,
            total=self._restored.total,
        )
        self.explorer.folders.restore(self.settings.get(OWN_FOLDERS))
        self.dialogs = dialogs or FileDialogs()
        self.opening = OpeningFlow(self.explorer, client, self.board, self.settings, self.dialogs, self)
        self.exporting = ExportFlow(self.explorer, client, self.board, self.settings, self.dialogs, home, self)
        self.sets = SetFlow(client, self.board, self.settings, self.opening, self)
        self.finder = PlaceFinder(self.explorer, client, self.board, self)
        self.walks = WalkFlow(self.explorer, self.board, self.settings, self.dialogs, self)
        self.sessions = SessionFlow(
            self.explorer, self.board, self.settings, self.dialogs, lambda: self.capture(), self
        )
        self.directing = DirectionFlow(self.explorer, self.board, self.settings, self.dialogs, self)
        self.curves = CurveFlow(self.board, self.settings, self.dialogs, self)
        self.shelf = ShelfFlow(self.explorer, self.board, self.settings, self.dialogs, self.opening, self)
        self.commands = CommandFlow(self.explorer, self.board, home, self)
        self.teller = Teller(self.explorer, self.board, self.opening, self.exporting, self)
        self.window = MainWindow(self, pages)
        self.dialogs.parent = self.window
        self._unpainted = QTimer(self, singleShot=True, interval=UNPAINTED_MS)
        self._unpainted.timeout.connect(self.start)
        self._connect()
        self._arrange()

    # ------------------------------------------------------------ what actions reach

    def show_page(self, page: str) -> None:
        """Show another page."""
        self.window.show_page(page)

    def open_picture_menu(self, at: QPoint) -> None:
        """The menu of the picture on the canvas."""
        self.window.open_picture_menu(at)

    def open_place_menu(self, recipe: Recipe, at: QPoint) -> None:
        """The menu of a place that is not where we are."""
        self.window.open_place_menu(recipe, at)

    def make_set(self) -> None:
        """Open the dialog that draws a data set."""
        from app.making.dialog import MakeDialog

        MakeDialog(self.sets, self.settings, self.dialogs, self.window).open()

    def add_to_path(self, recipe: Recipe | None = None) -> None:
        """Put a place (the present one) at the end of the path, and say so where the path is not seen."""
        paths = self.explorer.paths
        if not paths.add(recipe):
            if why := paths.why_not():
                self.board.post(f"{why}.", Level.WARNING)
        elif self.window.page_id != PATH:
            count = len(paths.walk.keyframes)
            show = NoticeAction("Show the path", lambda: self.show_page(PATH))
            self.board.post("A path begins here." if count == 1 else f"The path has {count} keyframes.", action=show)

    def open_palette(self) -> None:
        """Find anything by a few letters."""
        from app.shell.palette import Palette

        if not any(palette.isVisible() for palette in self.window.findChildren(Palette)):
            Palette(self, self.window.actions_table, self.window).open()

    def show_directions(self, tab: str = "list") -> None:
        """Open the directions beside the window, or bring them to the front."""
        from app.directions.dialog import DirectionsDialog

        dialog = self.window.findChild(DirectionsDialog)
        if dialog is None:
            dialog = DirectionsDialog(self, self.window)
        dialog.show_tab(tab)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def show_keys(self) -> None:
        """List the keys."""
        from app.shell.help import KeysDialog

        KeysDialog(self.window.actions_table.rows, self.window).open()

    def show_guide(self, about: str = "") -> None:
        """Open the guide beside the window: at a heading, or at what the panel with the keyboard is about."""
        from app.shell.help import GuideDialog

        heading = about or guide_of(QApplication.focusWidget()) or self.window.page(self.window.page_id).guide
        guide = self.window.findChild(GuideDialog) or GuideDialog(self.window)
        guide.show()
        guide.raise_()
        guide.turn_to(heading)

    def open_home(self) -> None:
        """Show the folder where everything is kept."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.home)))

    def quit(self) -> None:
        """Close the window, and with it the program."""
        self.window.close()

    # ------------------------------------------------------------ beginning and end

    def start(self) -> None:
        """Start the engine and open what was open last; once."""
        if self._is_started or self._is_closed:
            return
        self._is_started = True
        self._unpainted.stop()
        self.explorer.illustrate(self.session.pictures())
        self.explorer.models.open(self._restored.source or DEFAULT_MODEL, self._restored.recipe)
        self.explorer.pictures.picture_changed.connect(
            lambda: QTimer.singleShot(PAINT_MS, self, self._go_on), Qt.ConnectionType.SingleShotConnection
        )
        self.window.page_changed.connect(self._go_on, Qt.ConnectionType.SingleShotConnection)
        self.client.start()
        QTimer.singleShot(0 if self.window.page_id != EXPLORE else GO_ON_MS, self, self._go_on)
        QTimer.singleShot(PREPARE_MS, self, self._on_started)

    def receive(self, event: Event) -> None:
        """An event of the engine, in the order in which the parts must hear it."""
        if self._is_closed:
            return
        self.explorer.receive(event)
        if self.finder.receive(event) or self.directing.receive(event):
            return
        self.opening.receive(event)
        self.exporting.receive(event)
        self.sets.receive(event)
        self.shelf.receive(event)
        self.teller.receive(event)
        if isinstance(event, FamiliesListed):
            library().fetch()
        if isinstance(event, Failed) and isinstance(event.command, OpenModel):
            self._fall_back()

    def close(self) -> None:
        """Save, stop the engine, wait for it; once, and in less time than a person notices."""
        if self._is_closed:
            return
        self._is_closed = True
        self._unpainted.stop()
        if self._is_started:
            self.session.close()
            if not self._lock.is_taken:
                first_picture.keep(self.home, self.explorer.pictures.picture, self.settings.scaling)
        else:
            self.session.forget()
        self._lock.release()
        library().leave(PLOTS_DEADLINE_S)
        self.stopped_cleanly = self.client.stop(STOP_DEADLINE_S)

    def capture(self) -> SessionState:
        """The session as it is now."""
        explorer, window = self.explorer, self.window
        model, box = explorer.models.model, window.normalGeometry()
        known = {entry.recipe.model for entry in (*explorer.history.entries, *explorer.favourites.entries)}
        known |= {explorer.paths.walk.model, explorer.sums.total.model}
        recent = self.settings.get(RECENT_MODELS)
        return SessionState(
            source=explorer.models.sources.get(model.fingerprint, "") if model is not None else self._restored.source,
            recipe=explorer.place.recipe if model is not None else self._restored.recipe,
            sources={key: value for key, value in explorer.models.sources.items() if key in known or value in recent},
            history=explorer.history.entries,
            favourites=explorer.favourites.entries,
            walk=explorer.paths.walk,
            sliders=explorer.edits.value.sliders,
            total=explorer.sums.total,
            page=window.page_id,
            geometry=(box.x(), box.y(), box.width(), box.height()),
            maximised=window.isMaximized(),
            pages=window.capture_pages(),
        )

    # ------------------------------------------------------------ within

    def _go_on(self, *_reason: object) -> None:
        """The first picture is there, or somebody wants another page before: ask for all that a start can do without.

        Once. It is the first thing that makes the engine import what trains, lists and measures.
        """
        if not self._went_on and not self._is_closed:
            self._went_on = True
            self.client.send(ListFamilies())
            self.client.send(ListDatasets())
            self.explorer.library.refresh()
            QTimer.singleShot(PLOTS_MS, self, library().fetch)

    def _connect(self) -> None:
        self.settings.changed.connect(self._on_settings_changed)
        self.settings.write_failed.connect(self._tell_trouble)
        self.session.write_failed.connect(self._tell_trouble)
        self.explorer.folders.changed.connect(lambda: self.settings.put(OWN_FOLDERS, self.explorer.folders.paths))
        self.session.watch(self.capture)
        for signal in (
            self.explorer.place.recipe_changed,
            self.explorer.history.changed,
            self.explorer.favourites.changed,
            self.explorer.paths.changed,
            self.explorer.sliders.changed,
            self.explorer.sums.changed,
            self.window.page_changed,
            self.window.kept_changed,
        ):
            signal.connect(self.session.touch)
        self.walks.shown.connect(lambda: self.show_page(PATH))
        self.opening.walk_read.connect(self.walks.take)
        self.opening.walk_brought.connect(self.walks.open)
        self.opening.session_brought.connect(self.sessions.open)
        self.sessions.opened.connect(self._on_session_opened)
        self.opening.folder_asked.connect(lambda: self.show_page(TRAIN))
        self.shelf.explored.connect(lambda: self.show_page(EXPLORE))
        self.shelf.training_asked.connect(lambda: self.show_page(TRAIN))
        self.window.painted_first.connect(lambda: QTimer.singleShot(0, self, self.start))

    def _arrange(self) -> None:
        """The window as it was left, as far as this screen allows, and something to look at at once."""
        if self._restored.geometry is not None:
            screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
            self.window.setGeometry(mended(self._restored.geometry, screens, LEAST_PX))
        else:
            self.window.setGeometry(_centred(self.window.size().width(), self.window.size().height()))
        if self._restored.maximised:
            self.window.showMaximized()
        self.window.restore_pages(self._restored.pages)
        self.window.show_page(self._restored.page)
        still = first_picture.load(self.home, is_default=self._restored.source in ("", DEFAULT_MODEL))
        if still is not None:
            self.explorer.pictures.set_still(still)
        for store in (self.settings, self.session):
            self._tell_trouble(store.trouble)
        if self._lock.is_taken:
            self.board.post(TAKEN, Level.WARNING)

    def _on_session_opened(self, state: SessionState) -> None:
        self.window.restore_pages(state.pages)
        self.window.show_page(state.page)

    def _tell_trouble(self, sentence: str) -> None:
        """Something about the program's own files; who looks at their folder can mend it."""
        if sentence:
            look = NoticeAction("Open data folder", self.open_home)
            self.board.post(sentence, Level.WARNING, details=f"folder: {self.home}", action=look)

    def _fall_back(self) -> None:
        """What was open last is gone: open what is always there, once, so that nobody stands before nothing."""
        if self.explorer.models.model is not None:
            return
        if not self._fell_back and self._restored.source not in ("", DEFAULT_MODEL):
            self._fell_back = True
            self.explorer.models.open(DEFAULT_MODEL)
        else:
            self.explorer.pictures.set_still(None)
            self._go_on()

    def _on_started(self) -> None:
        if not self._is_closed:
            self.window.make_ahead()

    def _on_settings_changed(self, name: str) -> None:
        app = QApplication.instance()
        if name == THEME.name and isinstance(app, QApplication):
            theme.apply(app, self.settings.scheme)


def _centred(width: int, height: int) -> QRect:
    screen = QGuiApplication.primaryScreen()
    room = screen.availableGeometry()
    box = QRect(0, 0, min(width, room.width()), min(height, room.height()))
    box.moveCenter(room.center())
    return box
