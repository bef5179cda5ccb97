"""The top bar: which model, undo and redo, Random and its seed, Before, and Export."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QToolTip, QWidget

from app.controls.buttons import icon_button, plain_button, primary_button, quiet_button, set_available
from app.controls.numbers import count_text
from app.controls.page import Tool
from app.controls.surfaces import on_panel
from app.look.theme import Ink, dress
from app.look.tokens import SPACE_8, SPACE_12
from app.shell.actions import ActionId, Actions
from app.shell.model_chip import ModelChip
from app.store.recipes import is_displaced
from app.store.state import Explorer
from engine.protocol.fitting import SEED_LIMIT
from engine.protocol.values import Recipe

TOPBAR_PX = 44
SEED_PX = 72
NO_SEED = f"A seed is a whole number from 0 to {count_text(SEED_LIMIT)}."
_BEFORE_TIP = "Hold to see the picture without what the sliders change (B)"


class SeedEdit(QLineEdit):
    """The number a picture was drawn from; Enter goes to another, Escape takes the typing back."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self.setObjectName("seed")
        self.setFixedWidth(SEED_PX)
        self.setAccessibleName("Seed")
        self.setToolTip("The number that this picture was drawn from: the same seed gives the same picture")
        self.setMaxLength(60)
        self.returnPressed.connect(self._on_return_pressed)
        self.textEdited.connect(lambda _text: self._judge(is_wrong=False))
        explorer.place.recipe_changed.connect(self.set_recipe)
        self.set_recipe(explorer.place.recipe)

    def set_recipe(self, recipe: Recipe | None) -> None:
        """Show the seed of a place; one that was found in a picture has none."""
        self.setEnabled(recipe is not None)
        found = recipe is not None and recipe.point is not None
        self.setPlaceholderText("found" if found else "")
        text = "" if recipe is None or found else str(recipe.seed)
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)
        self._judge(is_wrong=False)

    def _typed(self) -> int | None:
        """The seed that stands here, grouped or not; None if it is none: nothing of what was typed is left out."""
        digits = "".join(self.text().split())
        is_number = digits.isascii() and digits.isdigit() and len(digits) <= len(str(SEED_LIMIT))
        return int(digits) if is_number and int(digits) <= SEED_LIMIT else None

    def _take(self, seed: int) -> None:
        recipe = self._explorer.place.recipe
        if recipe is not None and (seed != recipe.seed or recipe.point is not None):
            self._explorer.place.set_seed(seed)
        self.set_recipe(self._explorer.place.recipe)

    def _judge(self, *, is_wrong: bool) -> None:
        if bool(self.property("wrong")) != is_wrong:
            self.setProperty("wrong", is_wrong)
            self.style().unpolish(self)
            self.style().polish(self)

    def _on_return_pressed(self) -> None:
        seed = self._typed()
        if seed is not None:
            self._take(seed)
        elif self.text().strip():
            self._judge(is_wrong=True)
            self.selectAll()
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), NO_SEED, self)
            return
        self.set_recipe(self._explorer.place.recipe)
        self.clearFocus()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is Qt.FocusReason.PopupFocusReason:
            return
        seed = self._typed()
        if seed is not None:
            self._take(seed)
        self.set_recipe(self._explorer.place.recipe)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.set_recipe(self._explorer.place.recipe)
            self.clearFocus()
        else:
            super().keyPressEvent(event)


class _ActionFollower(QObject):
    """Keeps a button as its action is: on, or off with the reason. Lives and dies with the button."""

    def __init__(self, button: QPushButton | QToolButton, action: QAction, tip: str = "") -> None:
        super().__init__(button)
        self._button, self._action, self._tip = button, action, tip
        action.changed.connect(self._on_action_changed)
        self._on_action_changed()

    def _on_action_changed(self) -> None:
        tip = self._action.toolTip()
        set_available(self._button, self._action.isEnabled(), tip, self._tip or tip)


def _add_submenu(menu: QMenu, title: str, icon: str, actions: tuple[QAction, ...]) -> None:
    """One kind of file in its three sizes; off, with the reason, when its actions are."""
    submenu = menu.addMenu(title)
    dress(submenu.menuAction(), icon, 18, Ink.SECONDARY)
    submenu.addActions(actions)

    def follow() -> None:
        submenu.menuAction().setEnabled(actions[0].isEnabled())
        submenu.menuAction().setToolTip(actions[0].toolTip() if not actions[0].isEnabled() else "")

    menu.aboutToShow.connect(follow)


class TopBar(QWidget):
    """44 pixels over everything but the rail."""

    def __init__(self, explorer: Explorer, actions: Actions, chip: ModelChip) -> None:
        super().__init__()
        self._explorer = explorer
        self.setObjectName("topbar")
        self.setFixedHeight(TOPBAR_PX)
        on_panel(self)
        undo = self._tool(actions[ActionId.UNDO], "undo", "undo")
        redo = self._tool(actions[ActionId.REDO], "redo", "redo")
        random = plain_button("Random")
        random.setObjectName("randomise")
        self._follow(random, actions[ActionId.RANDOMISE], "dice")
        seed_label = QLabel("Seed")
        seed_label.setProperty("tone", "secondary")
        self.seed = SeedEdit(explorer)
        seed_label.setBuddy(self.seed)
        self.before = quiet_button("Before")
        self.before.setObjectName("before")
        self.before.pressed.connect(lambda: explorer.place.set_before(True))
        self.before.released.connect(lambda: explorer.place.set_before(False))
        self.export = self._make_export(actions)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_12, 0, SPACE_12, 0)
        row.setSpacing(SPACE_8)
        row.addWidget(chip)
        self._tools: dict[Tool, tuple[QWidget, ...]] = {
            Tool.STEPS: (undo, redo),
            Tool.PLACE: (random, seed_label, self.seed),
            Tool.BEFORE: (self.before,),
            Tool.EXPORT: (self.export,),
        }
        for tool in (Tool.STEPS, Tool.PLACE, Tool.BEFORE):
            for widget in self._tools[tool]:
                row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.export)
        explorer.place.recipe_changed.connect(self._on_place_recipe_changed)
        explorer.place.before_changed.connect(self._on_place_before_changed)
        self._on_place_recipe_changed(explorer.place.recipe)

    def set_tools(self, wanted: frozenset[Tool]) -> None:
        """Only what the page wants is there; one primary button a view."""
        for tool, widgets in self._tools.items():
            for widget in widgets:
                widget.setVisible(tool in wanted)

    def _tool(self, action: QAction, icon: str, name: str) -> QToolButton:
        button = icon_button(icon, action.text(), ink=Ink.TEXT)
        button.setObjectName(name)
        button.setFixedSize(32, 32)
        self._follow(button, action)
        return button

    def _follow(self, button: QPushButton | QToolButton, action: QAction, icon: str = "") -> None:
        if icon:
            dress(button, icon, 18)
            button.setIconSize(QSize(18, 18))
        button.clicked.connect(action.trigger)
        _ActionFollower(button, action)

    def _make_export(self, actions: Actions) -> QPushButton:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.addActions(actions.of(ActionId.EXPORT_PICTURE))
        menu.addSeparator()
        menu.addAction(actions[ActionId.MAKE_GRID])
        _add_submenu(menu, "Gallery as a grid", "grid", actions.of(ActionId.EXPORT_GRID))
        _add_submenu(menu, "Slider strip", "path", actions.of(ActionId.EXPORT_STRIP))
        menu.addSeparator()
        menu.addActions((actions[ActionId.COPY], actions[ActionId.COPY_COMMAND]))
        button = primary_button("Export")
        button.setObjectName("export")
        _ActionFollower(button, actions[ActionId.EXPORT_PICTURE], "Take pictures home (Ctrl+E: this picture)")

        def open_menu() -> None:
            corner = button.mapToGlobal(QPoint(button.width(), button.height() + 4))
            menu.popup(corner - QPoint(menu.sizeHint().width(), 0))

        button.clicked.connect(open_menu)
        return button

    def _on_place_recipe_changed(self, recipe: Recipe | None) -> None:
        moved = recipe is not None and is_displaced(recipe)
        held = self._explorer.place.is_before
        model = self._explorer.models.model
        has_sliders = model is None or model.latent > 0
        reason = "Nothing is changed yet: move a slider first" if has_sliders else "This model has no sliders"
        set_available(self.before, moved or held, reason, _BEFORE_TIP)

    def _on_place_before_changed(self, before: bool) -> None:
        self.before.setDown(before)
