"""Above the raw coordinates: in which order they stand, what is folded away, and why."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.controls.buttons import link_button
from app.controls.numbers import count_text
from app.controls.small_note import small_note
from app.look.tokens import SPACE_4
from app.store.made.effects import Effects

_WHY = (
    "The decoder no longer listens to them: moved by as much as the others, they change a picture by less than half a"
    " grey level. A model may give up coordinates that it does not need: they collapse."
)


class RawOrder(QWidget):
    """Strongest first as soon as that is measured, unless a person wants them by number."""

    changed = Signal()

    def __init__(self, effects: Effects) -> None:
        super().__init__()
        self._effects = effects
        self._by_number = False
        self._shows_all = False
        self.note = small_note()
        self.note.setObjectName("z.order")
        self.order_button = link_button("By number")
        self.folded_note = small_note()
        self.folded_note.setToolTip(_WHY)
        self.folded_button = link_button("Show")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_4)
        for note, button in ((self.note, self.order_button), (self.folded_note, self.folded_button)):
            row = QHBoxLayout()
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(note, 1)
            row.addWidget(button)
            column.addLayout(row)
        self.order_button.clicked.connect(self._on_order_button_clicked)
        self.folded_button.clicked.connect(self._on_folded_button_clicked)
        effects.changed.connect(self.refresh)
        self.refresh()

    def order(self) -> tuple[int, ...]:
        """The coordinates to be shown; empty for all of them by number."""
        effects = self._effects
        if self._by_number or not effects.effects:
            return ()
        return (*effects.order, *(effects.collapsed if self._shows_all else ()))

    def refresh(self) -> None:
        """Say what is known."""
        effects = self._effects
        is_known, collapsed = bool(effects.effects), len(effects.collapsed)
        if effects.progress is not None:
            self.note.setText(f"Measuring what each of them does… {effects.progress:.0%}")
        elif is_known:
            self.note.setText("By number." if self._by_number else "What changes the picture most stands first.")
        else:
            self.note.setText("")
        self.note.setVisible(bool(self.note.text()))
        self.order_button.setVisible(is_known)
        self.order_button.setText("Strongest first" if self._by_number else "By number")
        is_folding = is_known and not self._by_number and collapsed > 0
        self.folded_note.setVisible(is_folding)
        self.folded_button.setVisible(is_folding)
        verb = "changes" if collapsed == 1 else "change"
        self.folded_note.setText(f"{count_text(collapsed)} {verb} nothing one could see: collapsed.")
        self.folded_button.setText("Fold away" if self._shows_all else "Show")
        self.changed.emit()

    def _on_order_button_clicked(self) -> None:
        self._by_number = not self._by_number
        self.refresh()

    def _on_folded_button_clicked(self) -> None:
        self._shows_all = not self._shows_all
        self.refresh()
