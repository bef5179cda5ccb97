"""All directions of the open model: five pictures each, their names, how they came about; those that were made can be
ranged, exported and deleted.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from app.controls.buttons import icon_button, plain_button, set_available
from app.controls.elided_label import ElidedLabel
from app.controls.empty_state import EmptyState
from app.controls.panel_scroll import PanelScroll
from app.controls.surfaces import Rule
from app.controls.values.inputs import LineEdit
from app.directions.picture_row import PictureRow
from app.directions.range_edit import RangeEdit
from app.flows.directing import DirectionFlow
from app.look.theme import Ink, icon
from app.look.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from app.store.made.directions import STEPS, Directions, is_own
from app.store.recipes import SliderKind
from app.store.sliders import LABEL_LIMIT
from app.store.state import Explorer
from engine.protocol.values import DirectionDescribed, Recipe

_SETTLE_MS = 250
_WORDS_PX = 236
_NAME_INSET_PX = 3
"""A name that is typed where it stands has a frame and a margin; its caption begins where it begins."""


class DirectionRow(QWidget):
    """One direction. Its name is typed where it stands."""

    def __init__(self, explorer: Explorer, flow: DirectionFlow, direction: DirectionDescribed) -> None:
        super().__init__()
        self._explorer = explorer
        self._flow = flow
        self.direction = direction
        self._directions = explorer.directions
        name, label = direction.name, self._directions.label(direction)
        self.setObjectName(f"direction.{name}")
        self.name = LineEdit()
        self.name.setText(label)
        self.name.setCursorPosition(0)  # a long one shows how it begins
        self.name.setProperty("flat", True)
        self.name.setMaxLength(LABEL_LIMIT)
        self.name.setAccessibleName(f"Name of {label}")
        self.name.setToolTip("Type another name; Enter takes it")
        self.name.editingFinished.connect(self._on_name_editing_finished)
        note = explorer.sliders.note(SliderKind.DIRECTION, name)
        ends = " – ".join(word for word in (direction.low_word, direction.high_word) if word)
        self.words = ElidedLabel(direction.help or ends or "The model came with it", quiet=True)
        self.pictures = PictureRow()
        self.pictures.set_range(label, direction.low, direction.high, tip="Click to go there")
        self.pictures.chosen.connect(lambda value: explorer.place.set_direction(name, value))
        self.range = RangeEdit()
        self.range.set_ends(direction.low, direction.high)
        self.range.edited.connect(lambda low, high: self._directions.set_range(name, low, high))
        self.pin_button = icon_button("star-filled" if note.is_pinned else "star", self._pin_words(note.is_pinned))
        self.pin_button.clicked.connect(lambda: self._directions.pin(name))
        self.more_button = icon_button("more", f"More for {label}")
        self.more_button.clicked.connect(self._on_more_button_clicked)
        self.words.setContentsMargins(_NAME_INSET_PX, 0, 0, 0)
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(SPACE_4)
        words.addStretch(1)
        words.addWidget(self.name)
        words.addWidget(self.words)
        words.addStretch(1)
        box = QWidget()
        box.setLayout(words)
        box.setFixedWidth(_WORDS_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE_4, 0, SPACE_4)
        row.setSpacing(SPACE_8)
        row.addWidget(box)
        row.addWidget(self.pictures)
        row.addStretch(1)
        row.addWidget(self.range)
        row.addWidget(self.pin_button)
        row.addWidget(self.more_button)
        self.range.setVisible(is_own(name))
        for step in range(STEPS):
            self.pictures.set_image(step, self._directions.strip_image(name, step))

    def _pin_words(self, is_pinned: bool) -> str:
        return "Take it from the top of the sliders" if is_pinned else "Pin to the top of the sliders"

    def _on_name_editing_finished(self) -> None:
        text = self.name.text().strip()
        if not text:
            self.name.setText(self._directions.label(self.direction))
        elif text != self._directions.label(self.direction):
            self._directions.rename(self.direction.name, text)

    def _on_more_button_clicked(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("direction.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        menu.addAction(icon("export", 18, Ink.SECONDARY), "Export…", lambda: self._flow.ask_export(self.direction))
        delete = menu.addAction(
            icon("close", 18, Ink.SECONDARY), "Delete", lambda: self._directions.remove(self.direction.name)
        )
        if not is_own(self.direction.name):
            delete.setEnabled(False)
            delete.setToolTip("The model came with it; only sliders that were made here can be deleted")
        menu.popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))


class ListPanel(QWidget):
    """Rows made from the model, anew whenever there are others."""

    def __init__(self, explorer: Explorer, flow: DirectionFlow) -> None:
        super().__init__()
        self._explorer = explorer
        self._flow = flow
        self._directions: Directions = explorer.directions
        self.rows: dict[str, DirectionRow] = {}
        self.empty = EmptyState(
            "The open model has no named directions yet: learn one from labels, pictures, or the model itself."
        )
        self.panel = PanelScroll()
        self.panel.column.addStretch(1)
        self.import_button = plain_button("Import…", "open")
        self.import_button.setObjectName("directions.import")
        self.import_button.clicked.connect(flow.ask_import)
        self.count = QLabel()
        self.count.setProperty("tone", "secondary")
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACE_16, SPACE_12, SPACE_16, SPACE_12)
        foot.addWidget(self.count, 1)
        foot.addWidget(self.import_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.empty, 1)
        column.addWidget(self.panel, 1)
        column.addWidget(Rule())
        column.addLayout(foot)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        self._directions.changed.connect(self.refresh)
        self._directions.strip_changed.connect(self._on_strip_changed)
        explorer.place.recipe_changed.connect(self._on_place_recipe_changed)
        self.refresh()

    def refresh(self) -> None:
        """Show what there is now."""
        bar = self.panel.verticalScrollBar()
        stood_at = bar.value()
        for row in self.rows.values():
            self.panel.column.removeWidget(row)
            row.hide()
            row.setObjectName("")
            row.deleteLater()
        listed = self._directions.listed()
        self.rows = {one.name: DirectionRow(self._explorer, self._flow, one) for one in listed}
        for place, row in enumerate(self.rows.values()):
            self.panel.column.insertWidget(place, row)
            row.show()
        self.empty.setVisible(not listed)
        self.panel.setVisible(bool(listed))
        own = sum(is_own(one.name) for one in listed)
        made = f", {own} of them made here" if own else ""
        self.count.setText(f"{len(listed)} directions{made}" if listed else "")
        why = self._directions.why_not()
        set_available(self.import_button, not why, why, "Take a direction of this model from a file")
        self.panel.settle()
        bar.setValue(stood_at)
        self._settle.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._settle.start()

    def _draw(self) -> None:
        if self.isVisible():
            self._directions.show_strips()

    def _on_place_recipe_changed(self, _recipe: Recipe | None) -> None:
        if self.isVisible():
            self._settle.start()

    def _on_strip_changed(self, name: str, step: int) -> None:
        if name in self.rows:
            self.rows[name].pictures.set_image(step, self._directions.strip_image(name, step))
