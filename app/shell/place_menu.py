"""The menu of a place: of the picture itself, and of any thumbnail."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.flows.shell import Shell
from app.look.theme import Ink, icon
from app.shell.actions import ActionId, Actions
from engine.protocol.values import Recipe

PICTURE_ACTIONS = (
    ActionId.COPY,
    ActionId.EXPORT_PICTURE,
    ActionId.FAVOURITE,
    ActionId.ADD_TO_PATH,
    None,
    ActionId.RANDOMISE,
    ActionId.START_OVER,
    ActionId.RESET,
)


def open_picture_menu(actions: Actions, at: QPoint, parent: QWidget) -> QMenu:
    """What can be done with the picture on the canvas."""
    menu = _menu(parent)
    for action_id in PICTURE_ACTIONS:
        if action_id is None:
            menu.addSeparator()
        else:
            menu.addAction(actions[action_id])
    menu.popup(at)
    return menu


def open_place_menu(shell: Shell, recipe: Recipe, at: QPoint, parent: QWidget) -> QMenu:
    """What can be done with a place that is not where we are."""
    explorer = shell.explorer
    is_here = explorer.models.is_open(recipe)
    is_marked = recipe in explorer.favourites
    menu = _menu(parent)
    menu.addAction(icon("explore", 18, Ink.SECONDARY), "Go there", lambda: explorer.models.go_to(recipe, "Place"))
    export = menu.addAction(
        icon("export", 18, Ink.SECONDARY), "Export picture…", lambda: shell.exporting.export_picture(place=recipe)
    )
    export.setEnabled(is_here)
    export.setToolTip("" if is_here else "Go there first: this place belongs to another model")
    menu.addAction(
        icon("star-filled" if is_marked else "star", 18, Ink.SECONDARY),
        "Remove from favourites" if is_marked else "Add to favourites",
        lambda: explorer.favourites.toggle(recipe),
    )
    to_path = menu.addAction(icon("path", 18, Ink.SECONDARY), "Add to path", lambda: shell.add_to_path(recipe))
    to_path.setEnabled(is_here)
    to_path.setToolTip("" if is_here else "Go there first: this place belongs to another model")
    menu.popup(at)
    return menu


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    return menu
