"""The menu of a place: of the picture itself, and of any thumbnail."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.flows.shell import Shell
from app.look.theme import Ink, icon
from app.places.tag_edit import edit_tags
from app.shell.actions import ActionId, Actions
from engine.protocol.library import Origin
from engine.protocol.values import Recipe

OTHERS = 16
"""Models that a menu lists; the library has all."""
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


def open_picture_menu(actions: Actions, shell: Shell, at: QPoint, parent: QWidget) -> QMenu:
    """What can be done with the picture on the canvas."""
    menu = _menu(parent)
    for action_id in PICTURE_ACTIONS:
        if action_id is None:
            menu.addSeparator()
        else:
            menu.addAction(actions[action_id])
    menu.addSeparator()
    _add_beside(menu, shell)
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
    favourites = explorer.favourites
    menu.addAction(
        "Tags…",
        lambda: edit_tags(
            parent, favourites.tags_of(recipe), favourites.tags, at, lambda tags: favourites.set_tags(recipe, tags)
        ),
    )
    to_path = menu.addAction(icon("path", 18, Ink.SECONDARY), "Add to path", lambda: shell.add_to_path(recipe))
    to_path.setEnabled(is_here)
    to_path.setToolTip("" if is_here else "Go there first: this place belongs to another model")
    menu.addAction("Put beside the picture", lambda: explorer.beside.hold_place(recipe, explorer.thumbnail_of(recipe)))
    menu.popup(at)
    return menu


def _add_beside(menu: QMenu, shell: Shell) -> None:
    """What can stand beside the picture: itself as it is now, or what another model makes of the same wish."""
    explorer = shell.explorer
    shown, here = explorer.pictures.picture, explorer.place.recipe
    image = shown.image if shown is not None and shown.recipe == here else None
    menu.addAction("Keep this beside the picture", lambda: explorer.beside.hold_place(here, image))
    others = menu.addMenu("The same in another model")
    entries = [entry for entry in explorer.library.entries if entry.can_open and not entry.is_in_trash]
    entries.sort(key=lambda entry: (entry.origin is not Origin.BUNDLED, -entry.changed))
    for entry in entries[:OTHERS]:
        if entry.source != explorer.models.source:
            others.addAction(
                explorer.library.title(entry.source).replace("&", "&&"),
                partial(explorer.beside.hold_model, entry.source),
            )
    others.setEnabled(not others.isEmpty())
    if explorer.beside.held is not None:
        menu.addAction("Take away what stands beside it", explorer.beside.clear)


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    return menu
