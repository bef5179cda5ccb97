"""Attributes that are the same for everybody: a row for each, added from a menu, taken away by its cross."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.controls.buttons import icon_button, link_button
from app.controls.section import Section
from app.controls.small_note import small_note
from app.look.tokens import ROW_PX, SPACE_4
from app.making.values import GUTTER_PX, ValueRow
from engine.protocol.values import Field

_NOTHING = "Nobody alike: every attribute varies from person to person."


class HeldAttributes(Section):
    """`changed` fires for what a person did."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__("Hold still", ruled=False)
        self._fields: dict[str, Field] = {}
        self._taken = ""
        self.rows: dict[str, ValueRow] = {}
        self._lines: dict[str, QWidget] = {}
        self.crosses: dict[str, QWidget] = {}
        self.add_button = link_button("Add")
        self.add_button.setObjectName("draw.hold")
        self.add_button.setAccessibleName("Hold an attribute still")
        self.add_button.setToolTip("Give everybody the same smile, glasses, turn of the head…")
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.add_button.setMenu(self.menu)
        self.add_action(self.add_button)
        self.nothing = small_note(_NOTHING)
        self._column = QVBoxLayout()
        self._column.setSpacing(2)
        self.body.addWidget(self.nothing)
        self.body.addLayout(self._column)

    def set_fields(self, fields: tuple[Field, ...]) -> None:
        """What can be held still."""
        self._fields = {field.name: field for field in fields}

    def set_taken(self, name: str) -> None:
        """An attribute that changes in every pair cannot be held still: its row waits unseen until it can again."""
        self._taken = name
        for key, line in self._lines.items():
            line.setVisible(key != name)
        self._tell()

    def held(self) -> tuple[tuple[str, float], ...]:
        """Names and values, in the order they were added."""
        return tuple((name, value) for name, value in self.all_held() if name != self._taken)

    def all_held(self) -> tuple[tuple[str, float], ...]:
        """The same with what waits unseen, to be remembered."""
        return tuple((name, row.value()) for name, row in self.rows.items())

    def add(self, name: str, value: float | None = None) -> None:
        """Hold an attribute still; at its middle when no value is given."""
        field = self._fields.get(name)
        if field is None or name in self.rows:
            return
        row = ValueRow(field)
        row.setObjectName(f"draw.held.{name}")
        if value is not None:
            row.set_value(value)
        row.changed.connect(self.changed)
        cross = icon_button("close", f"Let {field.label.lower()} vary again", size=14)
        cross.setProperty("kind", "bare")
        cross.setFixedSize(GUTTER_PX - SPACE_4, ROW_PX)
        cross.clicked.connect(lambda: self._on_cross_clicked(name))
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_4)
        layout.addWidget(row, 1)
        layout.addWidget(cross)
        self._column.addWidget(line)
        line.setVisible(name != self._taken)
        self.rows[name], self.crosses[name], self._lines[name] = row, cross, line
        self._tell()

    def remove(self, name: str) -> None:
        """Let an attribute vary again."""
        line = self._lines.pop(name)
        del self.rows[name], self.crosses[name]
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()
        self._tell()

    def _tell(self) -> None:
        count = len(self.held())
        self.nothing.setVisible(not count)
        self.set_note(str(count) if count else "")

    def _fill_menu(self) -> None:
        self.menu.clear()
        for name, field in self._fields.items():
            if name not in self.rows:
                action = self.menu.addAction(field.label)
                action.setToolTip(field.help)
                action.setEnabled(name != self._taken)
                action.triggered.connect(lambda _checked=False, n=name: self._on_menu_chosen(n))

    def _on_menu_chosen(self, name: str) -> None:
        self.add(name)
        self.rows[name].editor.setFocus()
        self.changed.emit()

    def _on_cross_clicked(self, name: str) -> None:
        self.remove(name)
        self.add_button.setFocus()
        self.changed.emit()
