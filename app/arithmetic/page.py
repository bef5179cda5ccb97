"""Arithmetic: slots in a row with their signs, the equation in words, and the result with its neighbours."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.arithmetic.result import ResultGrid
from app.arithmetic.slot import LOOKING, Slot
from app.controls.buttons import link_button, plain_button, primary_button, quiet_button, set_available
from app.controls.numbers import count_text, plain_text
from app.controls.page import PageWidget, Tool
from app.controls.panel_scroll import PanelScroll
from app.controls.section import Section
from app.controls.small_note import small_note
from app.controls.surfaces import Rule, on_panel
from app.controls.values.bipolar_slider import BipolarSlider
from app.controls.values.switch import Switch
from app.flows.shell import Shell
from app.look.tokens import SPACE_8, SPACE_12, SPACE_16
from app.places.tray import Tray
from app.store.kept.settings import MOST_TIMES, SCALING
from app.store.made.sums import CELLS, Asked, Sums
from engine.protocol.sums import LEAST_STRENGTH, MOST_STRENGTH, TERMS_LIMIT, Sign
from engine.protocol.values import Recipe

PRESETS: tuple[tuple[str, tuple[Asked, ...]], ...] = (
    (
        "A smile",
        (
            (Sign.PLUS, "smiling woman without glasses"),
            (Sign.MINUS, "neutral woman without glasses"),
            (Sign.PLUS, "neutral man without glasses"),
        ),
    ),
    (
        "Glasses",
        (
            (Sign.PLUS, "man with glasses"),
            (Sign.MINUS, "man without glasses"),
            (Sign.PLUS, "woman without glasses"),
        ),
    ),
    ("A turn", ((Sign.PLUS, "right"), (Sign.MINUS, "left"), (Sign.PLUS, "young woman without glasses"))),
)
LEAST_PX, MOST_PX = 340, 640
_SHARE = 0.28
"""So much of the page is the result's, as far as its width allows."""


class ArithmeticPage(PageWidget):
    """Hands to the store, the store to the widgets."""

    tools = frozenset((Tool.STEPS,))
    guide = "Arithmetic"

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._sums: Sums = shell.explorer.sums
        self.setAccessibleName("Arithmetic")
        self.slots: list[Slot] = []
        self.tray = Tray(shell.explorer)
        self._build()
        self._connect()
        self._refresh()

    def _build(self) -> None:
        on_panel(self)
        self.equation = QLabel()
        self.equation.setProperty("tone", "large")
        self.equation.setWordWrap(True)
        self.equation.setObjectName("arithmetic.equation")
        self.presets = {name: quiet_button(name) for name, _ in PRESETS}
        self.add_button = plain_button("Add term", "plus")
        self.clear_button = quiet_button("Clear")
        bar = QHBoxLayout()
        bar.setContentsMargins(SPACE_16, SPACE_8, SPACE_8, 0)
        bar.setSpacing(SPACE_8)
        label = QLabel("Try")
        label.setProperty("tone", "secondary")
        bar.addWidget(label)
        for button in self.presets.values():
            bar.addWidget(button)
        bar.addStretch(1)
        bar.addWidget(self.add_button)
        bar.addWidget(self.clear_button)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(SPACE_16, SPACE_8, SPACE_16, SPACE_12)
        self._row.setSpacing(SPACE_8)
        inside = QWidget()
        on_panel(inside)
        inside.setLayout(self._row)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inside)
        holder = QVBoxLayout()
        holder.setContentsMargins(SPACE_16, SPACE_8, SPACE_16, 0)
        holder.addWidget(self.equation)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addLayout(bar)
        left.addLayout(holder)
        left.addWidget(scroll, 1)
        left.addWidget(self.tray)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(Rule())
        row.addWidget(self._make_side())

    def _make_side(self) -> QWidget:
        self.side = side = PanelScroll()
        side.setObjectName("sliders")
        side.setAccessibleName("Result")
        side.setFixedWidth(LEAST_PX)
        section = Section("Result", ruled=False)
        self.result = ResultGrid()
        self.strength = BipolarSlider("Strength", LEAST_STRENGTH, MOST_STRENGTH, origin=0.0, shown=plain_text)
        self.strength.setObjectName("arithmetic.strength")
        self.strength.set_tip("How often the step is taken: 0 is where one starts, 1 the sum, −1 the other way")
        self.holds = Switch("Hold the rest still")
        self.holds.setObjectName("arithmetic.holds")
        self.holds.setToolTip(
            "Whatever else the averages differ in is taken out of the step: the picture is read, and what moved besides"
            " is put back"
        )
        self.note = small_note()
        self.shake_button = link_button("Other neighbours")
        section.body.setSpacing(SPACE_8)
        section.body.addWidget(self.result)
        section.body.addWidget(self.strength)
        section.body.addLayout(self._make_holds_row())
        section.body.addWidget(self.note)
        section.body.addWidget(self.shake_button)
        keep = Section("Keep")
        self.directions_button = link_button("Directions…")
        self.directions_button.setToolTip("Learn, name, import and export sliders (Ctrl+Shift+L)")
        keep.add_action(self.directions_button)
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name of the direction")
        self.name.setAccessibleName("Name of the direction")
        self.name.setMaxLength(40)
        self.save_button = primary_button("Save as direction")
        self.save_button.setObjectName("arithmetic.save")
        self.explore_button = plain_button("Explore this", "explore")
        self.path_button = plain_button("Add to path", "path")
        pair = QHBoxLayout()
        pair.setSpacing(SPACE_8)
        pair.addWidget(self.explore_button)
        pair.addWidget(self.path_button)
        keep.body.setSpacing(SPACE_8)
        keep.body.addWidget(self.name)
        keep.body.addWidget(self.save_button)
        keep.body.addLayout(pair)
        side.column.addWidget(section)
        side.column.addWidget(keep)
        side.column.addStretch(1)
        return side

    def _make_holds_row(self) -> QHBoxLayout:
        label = QLabel("Hold the rest still")
        label.setBuddy(self.holds)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addStretch(1)
        row.addWidget(self.holds)
        return row

    def _connect(self) -> None:
        sums = self._sums
        sums.changed.connect(self._refresh)
        sums.added.connect(self._on_sums_added)
        sums.finding_changed.connect(self._refresh)
        sums.mean_changed.connect(self._show_mean)
        sums.cell_changed.connect(lambda index: self.result.set_image(index, sums.cell_image(index)))
        sums.place_changed.connect(self._on_sums_place_changed)
        for name, asked in PRESETS:
            self.presets[name].clicked.connect(lambda _checked=False, asked=asked: sums.ask_all(asked))
        self.add_button.clicked.connect(sums.add_term)
        self.clear_button.clicked.connect(sums.clear)
        self.shake_button.clicked.connect(sums.shake)
        self.holds.clicked.connect(lambda on: sums.hold(holds=on))
        self.strength.edit_began.connect(sums.begin_edit)
        self.strength.value_edited.connect(sums.set_strength)
        self.strength.edit_ended.connect(lambda: sums.end_edit("Strength"))
        self.result.menu_asked.connect(self._on_result_menu_asked)
        self.directions_button.clicked.connect(lambda: self._shell.show_directions())
        self.save_button.clicked.connect(self._on_save_button_clicked)
        self.name.returnPressed.connect(self._on_save_button_clicked)
        self.explore_button.clicked.connect(self._on_explore_button_clicked)
        self.path_button.clicked.connect(lambda: self._shell.add_to_path(sums.place()))
        self.tray.drag_asked.connect(self._shell.exporting.drag_out_place)
        self.tray.menu_asked.connect(self._shell.open_place_menu)
        self._shell.settings.changed.connect(self._on_settings_changed)

    # ------------------------------------------------------------ page

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The result grows with the window, as the averages do."""
        width = min(max(LEAST_PX, round(_SHARE * self.width())), MOST_PX)
        self.side.setFixedWidth(width)
        self.result.set_room(width - 2 * SPACE_16)
        super().resizeEvent(event)

    def first_focus(self) -> QWidget:
        return self.slots[0].ask

    def notice_area(self) -> QWidget:
        return self.tray

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._sums.want(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._sums.want(False)

    # ------------------------------------------------------------ what is shown

    def _refresh(self) -> None:
        sums = self._sums
        total = sums.total if sums.is_here else type(sums.total)()
        far = sums.searching
        looking = f"{far.what}, {count_text(far.done)} of {count_text(far.of)}. This is done once." if far else LOOKING
        while len(self.slots) < len(total.terms):
            self._add_slot()
        for index, slot in enumerate(self.slots):
            slot.setVisible(index < len(total.terms))
            if index < len(total.terms):
                base = total.base if total.base >= 0 else len(total.terms) - 1
                slot.set_term(
                    total.terms[index],
                    is_base=index == base,
                    is_only=len(total.terms) == 1,
                    looks=looking if sums.finds(index) else "",
                    words=sums.asked_words(index),
                    has_labels=not sums.why_no_words(),
                )
                self._show_mean(index)
                for number in range(len(total.terms[index].places)):
                    slot.grid.set_image(number, sums.place_image(index, number))
        self.equation.setText(sums.words() if sums.is_here else "…")
        self.strength.set_value(total.strength)
        why = sums.why_not() or sums.why_no_words()
        for button in self.presets.values():
            set_available(button, not why, why, "Exemplars are taken from the labelled pictures it learned from")
        set_available(self.add_button, len(total.terms) < TERMS_LIMIT, "There is no room for more")
        self._tell_result()

    def _tell_result(self) -> None:
        sums = self._sums
        has_place, why = sums.place() is not None, "Fill the slot that says Start here"
        for button in (self.explore_button, self.path_button, self.shake_button):
            set_available(button, has_place, why)
        set_available(self.save_button, sums.has_step, "A direction is what is added or taken away: fill two slots")
        self.holds.setChecked(sums.total.holds)
        self.note.setText(self._words())
        self.note.setVisible(bool(self.note.text()))
        if not has_place:
            for index in range(CELLS):
                self.result.set_image(index, None)

    def _words(self) -> str:
        """What to do first, or what is held still."""
        sums, result = self._sums, self._sums.result
        if sums.place() is None:
            return "Ask for exemplars in words, drop pictures, or try one of the examples."
        if sums.is_holding:
            return "Reading what moves besides…"
        if result is None or not sums.total.holds:
            return ""
        if result.why_free:
            return f"Nothing is held still: {result.why_free}"
        return f"All but {' and '.join(result.about).lower()} is held still." if result.about else ""

    def _show_mean(self, index: int) -> None:
        if index < len(self.slots):
            image = self._sums.mean_image(index)
            if image is not None:
                self.slots[index].picture.set_image(image)

    def _add_slot(self) -> None:
        index, sums = len(self.slots), self._sums
        slot = Slot(index)
        slot.picture.set_enlarging(self._shell.settings.scaling, self._shell.settings.most_times)
        slot.asked.connect(lambda text: sums.ask(index, text))
        slot.flip_asked.connect(lambda: sums.flip(index))
        slot.empty_asked.connect(lambda: sums.empty(index))
        slot.remove_asked.connect(lambda: sums.remove_term(index))
        slot.place_removed.connect(lambda number: sums.remove_place(index, number))
        slot.dropped.connect(lambda content: self._on_slot_dropped(index, content))
        self._row.addWidget(slot, 1)
        self.slots.append(slot)

    # ------------------------------------------------------------ hearing, and a person's hand

    def _on_settings_changed(self, name: str) -> None:
        if name in (SCALING.name, MOST_TIMES.name):
            for slot in self.slots:
                slot.picture.set_enlarging(self._shell.settings.scaling, self._shell.settings.most_times)

    def _on_sums_added(self) -> None:
        for index in range(len(self.slots)):
            self._show_mean(index)
        self._tell_result()

    def _on_sums_place_changed(self, slot: int, index: int) -> None:
        if slot < len(self.slots):
            self.slots[slot].grid.set_image(index, self._sums.place_image(slot, index))

    def _on_slot_dropped(self, index: int, content: QMimeData) -> None:
        def found(recipe: Recipe) -> None:
            self._sums.add_places(index, (recipe,))

        self._shell.finder.find(content, found)

    def _on_result_menu_asked(self, index: int, at: QPoint) -> None:
        cells = self._sums.cells()
        if index < len(cells):
            self._shell.open_place_menu(cells[index], at)

    def _on_explore_button_clicked(self) -> None:
        place = self._sums.place()
        if place is not None:
            self._shell.explorer.models.go_to(place, "Sum")
            self._shell.show_page("explore")

    def _on_save_button_clicked(self) -> None:
        self._sums.save_direction(self.name.text().strip() or "My direction")
