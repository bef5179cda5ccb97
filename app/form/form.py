"""An editor made from a config's fields: simple ones first, the rest behind a disclosure, search when they are many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from app.controls.section import Section
from app.form.row import FormRow
from app.form.values import check_value
from app.look.tokens import SPACE_8
from engine.protocol.values import Field, Tier

_MANY = 8
"""More settings than this behind the disclosure get a search."""


class Form(QWidget):
    """`values` holds what differs from the defaults; `problems` what must be mended first."""

    changed = Signal()

    def __init__(self, fields: tuple[Field, ...]) -> None:
        super().__init__()
        self.rows = {field.name: FormRow(field) for field in fields}
        self.more = Section("More settings", folds=True)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search settings")
        self.search.setAccessibleName("Search settings")
        self.search.setClearButtonEnabled(True)
        self.no_match = QLabel("No setting matches.")
        self.no_match.setProperty("tone", "small")
        self.no_match.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_8)
        self.more.body.setSpacing(SPACE_8)
        self.more.body.addWidget(self.search)
        self.more.body.addWidget(self.no_match)
        self._experts = [row for row in self.rows.values() if row.field.tier is Tier.EXPERT]
        for row in self.rows.values():
            row.changed.connect(self._on_row_changed)
            if row.field.tier is Tier.EXPERT:
                self.more.body.addWidget(row)
            else:
                column.addWidget(row)
        column.addWidget(self.more)
        self.more.setVisible(bool(self._experts))
        self.search.setVisible(len(self._experts) > _MANY)
        self.search.textChanged.connect(self._on_search_text_changed)
        self._tell_more()

    def values(self) -> dict[str, Any]:
        """What differs from the defaults; settings that do not fit are left out (see `problems`)."""
        found = {}
        for name, row in self.rows.items():
            result = row.read()
            if not result.problem and result.value != row.field.default:
                found[name] = result.value
        return found

    def problems(self) -> tuple[str, ...]:
        """One sentence for each setting that does not fit in itself."""
        return tuple(problem for row in self.rows.values() if (problem := row.read().problem))

    def set_objection(self, name: str, sentence: str) -> None:
        """What the engine says against the settings as they stand, at the one it names; empty when it agrees."""
        for row in self.rows.values():
            row.set_objection(sentence if row.field.name == name else "")
        self._tell_more()

    def set_pictures(self, count: int) -> None:
        """How many pictures will be learned from, 0 while nobody knows."""
        for row in self.rows.values():
            row.set_pictures(count)

    def value(self, name: str) -> Any:
        """One setting as it stands; None if there is no such setting or it does not fit."""
        row = self.rows.get(name)
        return row.read().value if row is not None else None

    def set_values(self, values: Mapping[str, Any]) -> None:
        """A preset: named settings take its values, all others their defaults. Emits nothing."""
        for name, row in self.rows.items():
            wanted = values.get(name, row.field.default)
            row.set_value(wanted if check_value(row.field, wanted) else row.field.default)
        self._tell_more()

    def set_value(self, name: str, value: Any) -> None:
        """Change one setting, if it exists and the value can stand there. Emits nothing."""
        row = self.rows.get(name)
        if row is not None and check_value(row.field, value):
            row.set_value(value)
            self._tell_more()

    def _tell_more(self) -> None:
        """The disclosure says how many settings in it are not as usual, so that nothing acts unseen."""
        changed = sum(1 for row in self._experts if row.problem_now() or row.read().value != row.field.default)
        self.more.set_note(f"{changed} changed" if changed else str(len(self._experts)))

    def _on_row_changed(self) -> None:
        self._tell_more()
        self.changed.emit()

    def _on_search_text_changed(self, text: str) -> None:
        hits = 0
        for row in self._experts:
            row.setVisible(row.matches(text))
            hits += row.matches(text)
        self.no_match.setVisible(hits == 0)
