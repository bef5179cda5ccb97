"""Every action of the window in one table: id, text, shortcut, icon, handler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from app.controls.numbers import count_text
from app.controls.page import Tool
from app.flows.shell import EXPLORE, Shell
from app.look.images import Scaling
from app.look.theme import Ink, Scheme, dress
from app.shell.page import Page
from app.store.kept.settings import MOST_TIMES, SCALES, SCALING, THEME
from engine.protocol.answers import Rendered
from engine.protocol.values import ModelDescribed


class ActionId(StrEnum):
    """Everything that can be done from a menu, a button or the keyboard; some of it with an argument."""

    OPEN_MODEL = "open_model"
    OPEN_PICTURE = "open_picture"
    OPEN_SESSION = "open_session"
    SAVE_SESSION = "save_session"
    MAKE_SET = "make_set"
    UNDO = "undo"
    REDO = "redo"
    RANDOMISE = "randomise"
    START_OVER = "start_over"
    RESET = "reset"
    FAVOURITE = "favourite"
    ADD_TO_PATH = "add_to_path"
    REFRESH_GALLERY = "refresh_gallery"
    DIRECTIONS = "directions"
    EXPORT_PICTURE = "export_picture"
    """As large as the last time, or (with an argument) each pixel so many times."""
    EXPORT_GRID = "export_grid"
    EXPORT_STRIP = "export_strip"
    MAKE_GRID = "make_grid"
    COPY = "copy"
    COPY_COMMAND = "copy_command"
    SHOW_PAGE = "show_page"
    """With the id of a page."""
    THEME = "theme"
    """With the scheme."""
    SCALING = "scaling"
    """With the way pictures are enlarged."""
    MOST_TIMES = "most_times"
    """With how many times at most."""
    PALETTE = "palette"
    KEYS = "keys"
    GUIDE = "guide"
    OPEN_HOME = "open_home"
    RESET_SETTINGS = "reset_settings"
    QUIT = "quit"


Argument = int | str | None
"""What an action is done with: a size, a page, a scheme."""


@dataclass(frozen=True, slots=True)
class Row:
    """One action. `needs_model` actions are off, and say why, until there is a picture."""

    id: ActionId
    text: str
    shortcut: str
    icon: str
    handler: Callable[[Shell], object]
    argument: Argument = None
    tool: Tool | None = None
    """The page must have this tool: a key does nothing to what one does not see."""
    needs_model: bool = False
    needs_sliders: bool = False
    is_choice: bool = False
    """One of several with the same id, of which one is chosen."""


def _export_row(action_id: ActionId, text: str, icon: str, times: int) -> Row:
    exports: dict[ActionId, Callable[[Shell], object]] = {
        ActionId.EXPORT_PICTURE: lambda s: s.exporting.export_picture(times),
        ActionId.EXPORT_GRID: lambda s: s.exporting.export_grid(times),
        ActionId.EXPORT_STRIP: lambda s: s.exporting.export_strip(times),
    }
    return Row(
        action_id, f"{text} ×{times}…", "", icon, exports[action_id], times,
        tool=Tool.EXPORT, needs_model=True, needs_sliders=action_id is ActionId.EXPORT_STRIP,
    )  # fmt: skip


def _theme_row(text: str, scheme: Scheme) -> Row:
    return Row(ActionId.THEME, text, "", "", lambda s: s.settings.put(THEME, scheme.value), scheme, is_choice=True)


def _scaling_row(text: str, scaling: Scaling) -> Row:
    return Row(
        ActionId.SCALING, text, "", "", lambda s: s.settings.put(SCALING, scaling.value), scaling, is_choice=True
    )


def _times_row(times: int) -> Row:
    return Row(
        ActionId.MOST_TIMES, f"At most ×{times}", "", "", lambda s: s.settings.put(MOST_TIMES, times), times,
        is_choice=True,
    )  # fmt: skip


def _page_row(page: Page) -> Row:
    return Row(
        ActionId.SHOW_PAGE, page.label, page.keys, page.icon, lambda s: s.show_page(page.id), page.id, is_choice=True
    )


def _make_grid(shell: Shell) -> None:
    shell.show_page(EXPLORE)
    shell.explorer.grids.open()


BEFORE_PAGES = (
    Row(ActionId.OPEN_MODEL, "Open model…", "Ctrl+O", "open", lambda s: s.opening.ask_for_model()),
    Row(ActionId.OPEN_PICTURE, "Open picture…", "Ctrl+Shift+O", "picture", lambda s: s.opening.ask_for_picture()),
    Row(ActionId.OPEN_SESSION, "Open session…", "", "open", lambda s: s.sessions.ask_open()),
    Row(ActionId.SAVE_SESSION, "Save session…", "Ctrl+S", "export", lambda s: s.sessions.save()),
    Row(ActionId.MAKE_SET, "Make a data set…", "Ctrl+D", "data", lambda s: s.make_set()),
    Row(ActionId.UNDO, "Undo", "Ctrl+Z", "undo", lambda s: s.explorer.edits.undo()),
    Row(ActionId.REDO, "Redo", "Ctrl+Shift+Z", "redo", lambda s: s.explorer.edits.redo()),
    Row(
        ActionId.RANDOMISE, "Random", "R", "dice", lambda s: s.explorer.place.randomise(), tool=Tool.PLACE,
        needs_model=True,
    ),
    Row(
        ActionId.START_OVER, "Random, sliders reset", "Shift+R", "dice", lambda s: s.explorer.place.start_over(),
        tool=Tool.PLACE, needs_model=True,
    ),
    Row(
        ActionId.RESET, "Reset sliders", "Ctrl+R", "reset", lambda s: s.explorer.place.reset(), tool=Tool.PLACE,
        needs_model=True,
    ),
    Row(
        ActionId.FAVOURITE, "Add to favourites", "F", "star", lambda s: s.explorer.favourites.toggle(),
        tool=Tool.PLACE, needs_model=True,
    ),
    Row(ActionId.ADD_TO_PATH, "Add to path", "K", "path", lambda s: s.add_to_path(), needs_model=True),
    Row(
        ActionId.REFRESH_GALLERY, "New gallery", "G", "grid", lambda s: s.explorer.gallery.refresh(), tool=Tool.PLACE,
        needs_model=True,
    ),
    Row(
        ActionId.DIRECTIONS, "Directions…", "Ctrl+Shift+L", "arithmetic", lambda s: s.show_directions(),
        needs_model=True,
    ),
    Row(
        ActionId.EXPORT_PICTURE, "Export picture…", "Ctrl+E", "export", lambda s: s.exporting.export_picture(),
        tool=Tool.EXPORT, needs_model=True,
    ),
    *(_export_row(ActionId.EXPORT_PICTURE, "Picture", "picture", times) for times in SCALES),
    *(_export_row(ActionId.EXPORT_GRID, "Grid", "grid", times) for times in SCALES),
    *(_export_row(ActionId.EXPORT_STRIP, "Strip", "path", times) for times in SCALES),
    Row(ActionId.MAKE_GRID, "Make a grid…", "Ctrl+G", "grid", _make_grid, needs_model=True),
    Row(
        ActionId.COPY, "Copy picture", "Ctrl+C", "copy", lambda s: s.exporting.copy_picture(), tool=Tool.EXPORT,
        needs_model=True,
    ),
    Row(
        ActionId.COPY_COMMAND, "Copy as command", "Ctrl+Shift+C", "copy", lambda s: s.commands.copy(),
        tool=Tool.EXPORT, needs_model=True,
    ),
)  # fmt: skip
AFTER_PAGES = (
    _theme_row("Like the system", Scheme.SYSTEM),
    _theme_row("Light", Scheme.LIGHT),
    _theme_row("Dark", Scheme.DARK),
    _scaling_row("Small pictures by pixels", Scaling.AUTO),
    _scaling_row("Smooth", Scaling.SMOOTH),
    _scaling_row("Pixel by pixel", Scaling.PIXELS),
    *(_times_row(times) for times in MOST_TIMES.choices),
    Row(ActionId.PALETTE, "Find anything…", "Ctrl+K", "search", lambda s: s.open_palette()),
    Row(ActionId.KEYS, "Keys", "?", "info", lambda s: s.show_keys()),
    Row(ActionId.GUIDE, "Guide", "F1", "guide", lambda s: s.show_guide()),
    Row(ActionId.OPEN_HOME, "Open data folder", "", "open", lambda s: s.open_home()),
    Row(ActionId.RESET_SETTINGS, "Reset settings", "", "reset", lambda s: s.settings.reset()),
    Row(ActionId.QUIT, "Quit", "Ctrl+Q", "close", lambda s: s.quit()),
)


def table(pages: tuple[Page, ...]) -> tuple[Row, ...]:
    """All actions of a window with these pages, in the order in which help lists them."""
    return (*BEFORE_PAGES, *(_page_row(page) for page in pages), *AFTER_PAGES)


Key = ActionId | tuple[ActionId, Argument]
"""An action, or one of its arguments."""
NO_PICTURE = "Open a model first"


class Actions(QObject):
    """The table as QActions, kept in step with the state."""

    def __init__(self, shell: Shell, pages: tuple[Page, ...], parent: QObject) -> None:
        super().__init__(parent)
        self.rows = table(pages)
        self._pages = {page.id: page.label for page in pages}
        self._tools = frozenset(Tool)
        self._explorer = shell.explorer
        self._settings = shell.settings
        self._actions: dict[tuple[ActionId, Argument], QAction] = {}
        groups: dict[ActionId, QActionGroup] = {}
        for row in self.rows:
            action = self._make_action(row, shell)
            if row.is_choice:
                action.setCheckable(True)
                groups.setdefault(row.id, QActionGroup(self)).addAction(action)
        shell.explorer.edits.steps_changed.connect(self._on_edits_steps_changed)
        shell.explorer.models.model_changed.connect(self._on_models_model_changed)
        shell.explorer.pictures.picture_changed.connect(self._on_pictures_picture_changed)
        shell.explorer.place.recipe_changed.connect(self._on_place_or_favourites_changed)
        shell.explorer.favourites.changed.connect(self._on_place_or_favourites_changed)
        shell.settings.changed.connect(self._on_settings_changed)
        self._on_edits_steps_changed()
        self._on_models_model_changed(shell.explorer.models.model)
        for option in (THEME, SCALING, MOST_TIMES):
            self._on_settings_changed(option.name)

    def __getitem__(self, key: Key) -> QAction:
        return self._actions[key if isinstance(key, tuple) else (key, None)]

    def set_tools(self, tools: frozenset[Tool]) -> None:
        """A page with these tools is shown."""
        if tools != self._tools:
            self._tools = tools
            self._switch_all()

    def of(self, action_id: ActionId) -> tuple[QAction, ...]:
        """One action with each of its arguments, in the order of the table."""
        return tuple(
            action for (known, argument), action in self._actions.items()
            if known is action_id and argument is not None
        )  # fmt: skip

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def _make_action(self, row: Row, shell: Shell) -> QAction:
        action = QAction(row.text, self)
        action.setObjectName(f"action.{row.id}" if row.argument is None else f"action.{row.id}.{row.argument}")
        if row.shortcut:
            action.setShortcuts([QKeySequence(keys) for keys in row.shortcut.split(";")])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _checked=False: row.handler(shell))
        self._actions[row.id, row.argument] = action
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
        for action_id, word, step in (
            (ActionId.UNDO, "Undo", edits.undoable),
            (ActionId.REDO, "Redo", edits.redoable),
        ):
            action = self[action_id]
            action.setEnabled(step is not None)
            if step is None:
                action.setText(word)
                self._tip(action, f"nothing to {action_id}")
            else:
                elsewhere = self._pages.get(step.page, "") if step.page != edits.page else ""
                action.setText(f"{word} {step.label}")
                self._tip(action, f"on the page {elsewhere}" if elsewhere else "")

    def _on_models_model_changed(self, model: ModelDescribed | None) -> None:
        for row in self.rows:
            if row.id is ActionId.EXPORT_PICTURE and isinstance(row.argument, int):
                # its menu tells how large the picture will be
                side = f"\t{count_text(model.size * row.argument)} px" if model is not None else ""
                self[row.id, row.argument].setText(row.text + side)
        self._switch_all()

    def _on_pictures_picture_changed(self, _picture: Rendered | None) -> None:
        if not self[ActionId.COPY].isEnabled():
            self._switch_all()

    def _on_place_or_favourites_changed(self, *_what: object) -> None:
        marked = self._explorer.favourites.has_place
        action = self[ActionId.FAVOURITE]
        text = "Remove from favourites" if marked else "Add to favourites"
        if action.text() != text:
            action.setText(text)
            dress(action, "star-filled" if marked else "star", 18, Ink.ACCENT if marked else Ink.SECONDARY)
            self._tip(action, "")

    def _on_settings_changed(self, name: str) -> None:
        if name == THEME.name:
            self[ActionId.THEME, self._settings.scheme].setChecked(True)
        elif name == SCALING.name:
            self[ActionId.SCALING, self._settings.scaling].setChecked(True)
        elif name == MOST_TIMES.name:
            self[ActionId.MOST_TIMES, self._settings.most_times].setChecked(True)

    def _switch_all(self) -> None:
        """Put each action on, or off with its reason."""
        for row in self.rows:
            if not (row.tool or row.needs_model):
                continue
            action, reason = self[row.id, row.argument], self._reason(row)
            is_on = not reason
            if action.isEnabled() != is_on or not is_on:
                action.setEnabled(is_on)
                self._tip(action, reason)

    def _reason(self, row: Row) -> str:
        """Why an action can do nothing now; empty when it can."""
        model = self._explorer.models.model
        if row.tool is not None and row.tool not in self._tools:
            return "not on this page"
        if row.needs_model and (model is None or (row.id is ActionId.COPY and self._explorer.pictures.picture is None)):
            return NO_PICTURE
        if row.needs_sliders and model is not None and not (model.directions or model.axes):
            return "This model has no sliders"
        return ""
