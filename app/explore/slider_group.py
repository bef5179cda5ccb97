"""A section of sliders of one kind: named directions, or principal axes. One of them may be opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QMenu

from app.controls.buttons import link_button
from app.controls.section import Section
from app.controls.values.bipolar_slider import BipolarSlider, TruthMark
from app.explore.axis_ends import AxisEnds
from app.explore.effect_strip import EffectStrip
from app.look.theme import Ink, icon
from app.look.tokens import SPACE_4
from app.places.words import truth_words
from app.store.recipes import SliderKind
from app.store.state import Explorer
from engine.protocol.truths import EditTruth
from engine.protocol.worths import Moved, Weakness


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One slider to be: where it leads and what it is called."""

    key: str
    label: str
    object_name: str
    low: float
    high: float
    tip: str
    heading: str = ""
    """The group it belongs to; said once, before its first slider."""
    is_flipped: bool = False
    is_locked: bool = False
    is_pinned: bool = False
    truth: EditTruth | None = None
    """How true it is, where that was measured."""
    weakness: Weakness | None = None
    why_weak: str = ""
    moved: Moved | None = None
    """What it moves, where that was measured here."""
    besides: str = ""

    has_ends: bool = False
    """No word says what it does: pictures at its ends do."""

    @property
    def worth(self) -> TruthMark | None:
        """The small ring at its name, where anything was measured that is worth telling."""
        if self.truth is None and self.weakness is None and self.moved is None:
            return None
        told = (self.why_weak, truth_words(self.truth) if self.truth is not None else "", self.besides)
        share = 1.0 - abs(1.0 - self.truth.hit) if self.truth is not None else self._purity()
        return TruthMark(share, "\n".join(words for words in told if words))

    def _purity(self) -> float:
        """How much of what a slider moves is its own, as far as it moves that at all."""
        if self.weakness is None:
            return self.moved.share if self.moved is not None else 0.0
        if self.weakness.own <= 0.0:
            return 0.0
        return min(1.0, self.weakness.own) * self.weakness.own / (self.weakness.own + self.weakness.amount)


class SliderGroup(Section):
    """Rows made from the model; values told by the panel; a person's moves go to the store."""

    def __init__(self, explorer: Explorer, kind: SliderKind, title: str, *, ruled: bool = True) -> None:
        super().__init__(title, ruled=ruled)
        self._explorer = explorer
        self._kind = kind
        self._open_key = ""
        self._turned: set[str] = set()
        """Sliders whose left is the model's right."""
        self._values: dict[str, float] | None = None
        self.rows: dict[str, BipolarSlider] = {}
        self._headings: list[QLabel] = []
        self.reset_button = link_button("Reset")
        self.reset_button.setAccessibleName(f"Reset {title}")
        self.reset_button.clicked.connect(self._on_reset_clicked)
        self.reset_button.hide()
        self.add_action(self.reset_button)

    def set_rows(self, rows: tuple[Row, ...]) -> None:
        """Other sliders, for another model."""
        for slider in self.rows.values():
            self.body.removeWidget(slider)
            slider.hide()
            slider.setObjectName("")  # it lives until the event loop turns; its name belongs to the next one
            slider.deleteLater()
        for label in self._headings:
            self.body.removeWidget(label)
            label.hide()
            label.deleteLater()
        self.rows, self._headings = {}, []
        self._open_key, self._values = "", None
        said = ""
        self._turned = {row.key for row in rows if row.is_flipped}
        for row in rows:
            if row.heading != said:
                said = row.heading
                self._add_heading(said)
            low, high = (-row.high, -row.low) if row.is_flipped else (row.low, row.high)
            slider = BipolarSlider(row.label, low, high, can_open=True)
            slider.set_locked(row.is_locked)
            if (mark := row.worth) is not None:
                slider.set_mark(mark)
            slider.menu_asked.connect(lambda at, row=row: self._on_row_menu_asked(row, at))
            slider.unlock_asked.connect(lambda key=row.key: self._explorer.sliders.lock(self._kind, key))
            slider.renamed.connect(lambda label, row=row: self._on_slider_renamed(row, label))
            slider.setObjectName(row.object_name)
            if row.has_ends:
                ends = AxisEnds(self._explorer, row.key, row.label, slider, is_flipped=row.is_flipped)
                ends.chosen.connect(lambda sigmas, key=row.key: self._on_strip_chosen(key, sigmas))
            slider.set_tip(f"{row.why_weak}\n{row.tip}" if row.why_weak else row.tip)
            slider.edit_began.connect(self._explorer.place.begin_edit)
            slider.value_edited.connect(lambda value, key=row.key: self._on_row_value_edited(key, value))
            slider.edit_ended.connect(lambda label=row.label: self._explorer.place.end_edit(label))
            slider.opened_changed.connect(lambda opened, key=row.key: self._on_row_opened_changed(key, opened))
            self.body.addWidget(slider)
            slider.show()
            self.rows[row.key] = slider
        self.setVisible(bool(rows))

    def replace_rows(self, rows: tuple[Row, ...]) -> None:
        """The same sliders, named or ordered otherwise: what is open stays open, and the keyboard where it is."""
        opened = self._open_key
        focused = next((key for key, slider in self.rows.items() if slider.track.hasFocus()), "")
        self.set_rows(rows)
        self.open(opened)
        if focused in self.rows:
            self.rows[focused].track.setFocus(Qt.FocusReason.MouseFocusReason)  # without a ring that was not there

    def _add_heading(self, words: str) -> None:
        label = QLabel(words)
        label.setProperty("tone", "small")
        label.setContentsMargins(0, SPACE_4 if self.rows else 0, 0, 0)
        self.body.addWidget(label)
        label.show()
        self._headings.append(label)

    def set_values(self, values: Mapping[str, float]) -> None:
        """Show the displacements of a recipe; rows it does not name are at zero."""
        if values == self._values:  # the other group is being dragged
            return
        self._values = dict(values)
        for key, slider in self.rows.items():
            slider.set_value(self._sign(key) * values.get(key, 0.0))
        strip = self.strip()
        if strip is not None:
            strip.set_value(self._sign(self._open_key) * values.get(self._open_key, 0.0))
        self.reset_button.setVisible(any(values.get(key) for key in self.rows))

    def strip(self) -> EffectStrip | None:
        """The strip under the opened slider."""
        row = self.rows.get(self._open_key)
        strip = row.strip() if row is not None else None
        return strip if isinstance(strip, EffectStrip) else None

    def open(self, key: str) -> None:
        """Open one slider (an empty key closes all)."""
        if previous := self.rows.get(self._open_key):
            previous.set_strip(None)
        self._open_key = key if key in self.rows else ""
        if self._open_key:
            row = self.rows[key]
            strip = EffectStrip(self._explorer, self._kind, key, row.label.text(), is_flipped=key in self._turned)
            strip.chosen.connect(lambda sigmas: self._on_strip_chosen(key, sigmas))
            strip.set_value(row.value())
            row.set_strip(strip)

    def _sign(self, key: str) -> float:
        return -1.0 if key in self._turned else 1.0

    def _move(self, key: str, shown: float) -> None:
        sigmas = self._sign(key) * shown if shown else 0.0
        if self._kind is SliderKind.DIRECTION:
            self._explorer.place.set_direction(key, sigmas)
        else:
            self._explorer.place.set_axis(int(key), sigmas)

    def _go(self, key: str, shown: float) -> None:
        """One step, called by the slider's name."""
        self._explorer.place.begin_edit()
        self._move(key, shown)
        self._explorer.place.end_edit(self.rows[key].label.text())

    def _on_slider_renamed(self, row: Row, label: str) -> None:
        if label.strip() != row.label:
            self._explorer.sliders.rename(self._kind, row.key, label)

    def _on_row_value_edited(self, key: str, value: float) -> None:
        self._move(key, value)

    def _on_row_opened_changed(self, key: str, opened: bool) -> None:
        self.open(key if opened else "")

    def _on_strip_chosen(self, key: str, sigmas: float) -> None:
        low, high = self.rows[key].track.bounds()
        self._go(key, min(max(sigmas, low), high))

    def _on_row_menu_asked(self, row: Row, at: QPoint) -> None:
        sliders, slider = self._explorer.sliders, self.rows[row.key]
        menu = QMenu(self)
        menu.setObjectName("slider.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        lock = menu.addAction(
            icon("lock", 18, Ink.SECONDARY),
            "Unlock" if row.is_locked else "Lock",
            lambda: sliders.lock(self._kind, row.key),
        )
        lock.setToolTip("Random and Reset leave a locked slider alone")
        menu.addAction("Unpin" if row.is_pinned else "Pin to the top", lambda: sliders.pin(self._kind, row.key))
        menu.addAction("Flip left and right", lambda: sliders.flip(self._kind, row.key))
        menu.addAction("Rename…", slider.start_renaming)
        menu.addSeparator()
        menu.addAction("Five steps", lambda: self.open("" if self._open_key == row.key else row.key))
        menu.addAction(icon("reset", 18, Ink.SECONDARY), "Reset", lambda: self._go(row.key, 0.0))
        menu.popup(at)

    def _on_reset_clicked(self) -> None:
        if self._kind is SliderKind.DIRECTION:
            self._explorer.place.reset_directions()
        else:
            self._explorer.place.reset_axes()
