"""Every action of the window in one table: id, text, shortcut, icon, handler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from app.controls.numbers import count_text
from app.flows.exporting import ExportFlow
from app.flows.opening import OpeningFlow
from app.look.theme import Ink, Scheme, dress
from app.store.settings import THEME, Settings
from app.store.state import Explorer
from engine.protocol.answers import Rendered
from engine.protocol.values import ModelDescribed


class ActionId(StrEnum):
    """Everything that can be done from a menu, a button or the keyboard."""

    OPEN_MODEL = "open_model"
    OPEN_PICTURE = "open_picture"
    DRAW_SET = "draw_set"
    UNDO = "undo"
    REDO = "redo"
    RANDOMISE = "randomise"
    RESET = "reset"
    FAVOURITE = "favourite"
    REFRESH_GALLERY = "refresh_gallery"
    EXPORT = "export_picture"
    EXPORT_1 = "export_1"
    EXPORT_4 = "export_4"
    EXPORT_8 = "export_8"
    GRID_1 = "export_grid_1"
    GRID_4 = "export_grid_4"
    GRID_8 = "export_grid_8"
    STRIP_1 = "export_strip_1"
    STRIP_4 = "export_strip_4"
    STRIP_8 = "export_strip_8"
    COPY = "copy"
    EXPLORE = "explore"
    TRAIN = "train"
    SYSTEM = "theme_system"
    LIGHT = "theme_light"
    DARK = "theme_dark"
    KEYS = "keys"
    GUIDE = "guide"
    OPEN_HOME = "open_home"
    RESET_SETTINGS = "reset_settings"
    QUIT = "quit"


class Shell(Protocol):
    """What handlers may reach."""

    explorer: Explorer
    opening: OpeningFlow
    exporting: ExportFlow
    settings: Settings

    def show_mode(self, mode: str) -> None: ...
    def draw_set(self) -> None: ...
    def show_keys(self) -> None: ...
    def show_guide(self) -> None: ...
    def open_home(self) -> None: ...
    def quit(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One action. `needs_model` actions are off, and say why, until there is a picture."""

    id: ActionId
    text: str
    shortcut: str
    icon: str
    handler: Callable[[Shell], object]
    needs_model: bool = False
    group: str = ""


TABLE = (
    Row(ActionId.OPEN_MODEL, "Open model…", "Ctrl+O", "open", lambda s: s.opening.ask_for_model()),
    Row(ActionId.OPEN_PICTURE, "Open picture…", "Ctrl+Shift+O", "picture", lambda s: s.opening.ask_for_picture()),
    Row(ActionId.DRAW_SET, "Draw a data set…", "Ctrl+D", "data", lambda s: s.draw_set()),
    Row(ActionId.UNDO, "Undo", "Ctrl+Z", "undo", lambda s: s.explorer.edits.undo()),
    Row(ActionId.REDO, "Redo", "Ctrl+Shift+Z", "redo", lambda s: s.explorer.edits.redo()),
    Row(ActionId.RANDOMISE, "Random", "R", "dice", lambda s: s.explorer.place.randomise(), True),
    Row(ActionId.RESET, "Reset sliders", "Ctrl+R", "reset", lambda s: s.explorer.place.reset(), True),
    Row(ActionId.FAVOURITE, "Add to favourites", "F", "star", lambda s: s.explorer.favourites.toggle(), True),
    Row(ActionId.REFRESH_GALLERY, "New gallery", "G", "grid", lambda s: s.explorer.gallery.refresh(), True),
    Row(ActionId.EXPORT, "Export picture…", "Ctrl+E", "export", lambda s: s.exporting.export_picture(), True),
    Row(ActionId.EXPORT_1, "Picture ×1…", "", "picture", lambda s: s.exporting.export_picture(1), True),
    Row(ActionId.EXPORT_4, "Picture ×4…", "", "picture", lambda s: s.exporting.export_picture(4), True),
    Row(ActionId.EXPORT_8, "Picture ×8…", "", "picture", lambda s: s.exporting.export_picture(8), True),
    Row(ActionId.GRID_1, "Grid ×1…", "", "grid", lambda s: s.exporting.export_grid(1), True),
    Row(ActionId.GRID_4, "Grid ×4…", "", "grid", lambda s: s.exporting.export_grid(4), True),
    Row(ActionId.GRID_8, "Grid ×8…", "", "grid", lambda s: s.exporting.export_grid(8), True),
    Row(ActionId.STRIP_1, "Strip ×1…", "", "path", lambda s: s.exporting.export_strip(1), True),
    Row(ActionId.STRIP_4, "Strip ×4…", "", "path", lambda s: s.exporting.export_strip(4), True),
    Row(ActionId.STRIP_8, "Strip ×8…", "", "path", lambda s: s.exporting.export_strip(8), True),
    Row(ActionId.COPY, "Copy picture", "Ctrl+C", "copy", lambda s: s.exporting.copy_picture(), True),
    Row(ActionId.EXPLORE, "Explore", "Ctrl+1", "explore", lambda s: s.show_mode("explore"), False, "mode"),
    Row(ActionId.TRAIN, "Train", "Ctrl+2;Ctrl+T", "train", lambda s: s.show_mode("train"), False, "mode"),
    Row(ActionId.SYSTEM, "Like the system", "", "", lambda s: _choose(s, Scheme.SYSTEM), False, "theme"),
    Row(ActionId.LIGHT, "Light", "", "", lambda s: _choose(s, Scheme.LIGHT), False, "theme"),
    Row(ActionId.DARK, "Dark", "", "", lambda s: _choose(s, Scheme.DARK), False, "theme"),
    Row(ActionId.KEYS, "Keys", "F1;?", "info", lambda s: s.show_keys()),
    Row(ActionId.GUIDE, "Guide", "", "guide", lambda s: s.show_guide()),
    Row(ActionId.OPEN_HOME, "Open data folder", "", "open", lambda s: s.open_home()),
    Row(ActionId.RESET_SETTINGS, "Reset settings", "", "reset", lambda s: s.settings.reset()),
    Row(ActionId.QUIT, "Quit", "Ctrl+Q", "close", lambda s: s.quit()),
)
NO_PICTURE = "Open a model first"
GRIDS = (ActionId.GRID_1, ActionId.GRID_4, ActionId.GRID_8)
SIZED = {ActionId.EXPORT_1: 1, ActionId.EXPORT_4: 4, ActionId.EXPORT_8: 8}
"""Their menu tells how large the picture will be."""
STRIPS = (ActionId.STRIP_1, ActionId.STRIP_4, ActionId.STRIP_8)


def _choose(shell: Shell, scheme: Scheme) -> None:
    shell.settings.put(THEME, scheme.value)


class Actions(QObject):
    """The table as QActions, kept in step with the state."""

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._explorer = shell.explorer
        self._settings = shell.settings
        self._actions: dict[ActionId, QAction] = {}
        groups: dict[str, QActionGroup] = {}
        for row in TABLE:
            action = self._made(row, shell)
            if row.group:
                action.setCheckable(True)
                groups.setdefault(row.group, QActionGroup(self)).addAction(action)
        shell.explorer.edits.steps_changed.connect(self._on_edits_steps_changed)
        shell.explorer.models.model_changed.connect(self._on_models_model_changed)
        shell.explorer.pictures.picture_changed.connect(self._on_pictures_picture_changed)
        shell.explorer.place.recipe_changed.connect(self._on_explorer_place_changed)
        shell.explorer.favourites.changed.connect(self._on_explorer_place_changed)
        shell.settings.changed.connect(self._on_settings_changed)
        self._on_edits_steps_changed()
        self._on_models_model_changed(shell.explorer.models.model)
        self._on_settings_changed(THEME.name)

    def __getitem__(self, action: ActionId) -> QAction:
        return self._actions[action]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def _made(self, row: Row, shell: Shell) -> QAction:
        action = QAction(row.text, self)
        action.setObjectName(f"action.{row.id}")
        if row.shortcut:
            action.setShortcuts([QKeySequence(keys) for keys in row.shortcut.split(";")])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _checked=False: row.handler(shell))
        self._actions[row.id] = action
        if row.icon:  # what is chosen of several carries a tick where an icon would stand
            dress(action, row.icon, 18, Ink.SECONDARY)
        self._tip(action, "")
        return action

    def _tip(self, action: QAction, more: str) -> None:
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        words = action.text().split("\t")[0].removesuffix("…") + (f": {more}" if more else "")
        action.setToolTip(f"{words} ({keys})" if keys else words)

    def _on_edits_steps_changed(self) -> None:
        edits = self._explorer.edits
        for action_id, step in ((ActionId.UNDO, edits.undoable), (ActionId.REDO, edits.redoable)):
            action = self._actions[action_id]
            action.setEnabled(step is not None)
            self._tip(action, step.label if step is not None else f"nothing to {action_id}")

    def _on_models_model_changed(self, model: ModelDescribed | None) -> None:
        for row in TABLE:
            if row.needs_model:
                self._switch(row.id, model is not None, NO_PICTURE)
        for action_id, times in SIZED.items():
            words = self._actions[action_id].text().split("\t")[0]
            side = f"\t{count_text(model.size * times)} px" if model is not None else ""
            self._actions[action_id].setText(words + side)
        self._on_pictures_picture_changed(None)
        if model is not None and not (model.directions or model.axes):
            for action_id in STRIPS:
                self._switch(action_id, False, "This model has no sliders")

    def _on_pictures_picture_changed(self, picture: Rendered | None) -> None:
        self._switch(ActionId.COPY, picture is not None, NO_PICTURE)

    def _on_explorer_place_changed(self, *_what: object) -> None:
        marked = self._explorer.favourites.has_place
        action = self._actions[ActionId.FAVOURITE]
        text = "Remove from favourites" if marked else "Add to favourites"
        if action.text() != text:
            action.setText(text)
            dress(action, "star-filled" if marked else "star", 18, Ink.ACCENT if marked else Ink.SECONDARY)
            self._tip(action, "")

    def _on_settings_changed(self, name: str) -> None:
        if name == THEME.name:
            chosen = {Scheme.SYSTEM: ActionId.SYSTEM, Scheme.LIGHT: ActionId.LIGHT, Scheme.DARK: ActionId.DARK}
            self._actions[chosen[self._settings.scheme]].setChecked(True)

    def _switch(self, action_id: ActionId, on: bool, reason: str) -> None:
        action = self._actions[action_id]
        if action.isEnabled() != on or not on:
            action.setEnabled(on)
            self._tip(action, "" if on else reason)
