"""Everything about a set but its place: a preview on top, and under it what can be chosen of this kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.controls.elided_label import ElidedLabel
from app.controls.panel_scroll import PanelScroll
from app.controls.values.bipolar_slider import LABEL_PX
from app.controls.values.switch import Switch
from app.form.form import Form
from app.look.tokens import ROW_PX, SPACE_8
from app.making.choices import Choices, What, caption
from app.making.density_picker import DensityPicker
from app.making.held import HeldAttributes
from app.making.pair_picker import PairPicker
from app.making.preview_box import PreviewBox
from engine.protocol.requests import MakeSet
from engine.protocol.values import MakeableDescribed

_LINKED = "Glasses go with age, beards with men"
_STEMS = {What.FACES: "faces", What.PAIRS: "pairs", What.GLYPHS: "glyphs"}


class Options(PanelScroll):
    """`changed` fires for what a person did."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._kinds: Mapping[What, tuple[MakeableDescribed, ...]] = {}
        self.preview = PreviewBox()
        self.caption = QLabel()
        self.caption.setProperty("tone", "small")
        self.densities = DensityPicker()
        self.pairs = PairPicker()
        self.forms: dict[What, Form] = {}
        self._forms_box = QVBoxLayout()
        self.linked = Switch("Correlated")
        self.linked.setObjectName("draw.linked")
        self._linked_line = self._make_linked_line()
        self.held = HeldAttributes()
        self.column.setSpacing(SPACE_8)
        above: tuple[QWidget, ...] = (self.preview, self.caption, self.densities, self.pairs)
        below: tuple[QWidget, ...] = (self._linked_line, self.held)
        for part in above:
            self.column.addWidget(part)
        self.column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(self._forms_box)
        for part in below:
            self.column.addWidget(part)
        self.densities.changed.connect(self.changed)
        self.pairs.changed.connect(self._on_pairs_changed)
        self.linked.toggled.connect(lambda _on: self.changed.emit())
        self.held.changed.connect(self.changed)
        self.show_what(What.FACES)

    def _make_linked_line(self) -> QWidget:
        line = QWidget()
        line.setMinimumHeight(ROW_PX)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_8)
        words = ElidedLabel("Correlated")
        words.setFixedWidth(LABEL_PX - SPACE_8)
        note = QLabel(_LINKED)
        note.setProperty("tone", "small")
        self.linked.setToolTip("Off, every attribute is independent of the others; on, some come together, as in life")
        row.addWidget(words)
        row.addWidget(self.linked)
        row.addWidget(note, 1)
        return line

    # ------------------------------------------------------------ what there is

    def set_drawables(self, kinds: Mapping[What, tuple[MakeableDescribed, ...]], choices: Choices) -> None:
        """What can be chosen, with what was chosen the last time."""
        self._kinds = kinds
        for what, entries in kinds.items():
            form = Form(entries[0].fields)
            form.setObjectName(f"draw.form.{what}")
            for row in form.rows.values():
                row.label.setFixedWidth(LABEL_PX - 4)
                if f"{what}.{row.field.name}" in choices.numbers:
                    form.set_value(row.field.name, choices.numbers[f"{what}.{row.field.name}"])
            form.changed.connect(self.changed)
            self._forms_box.addWidget(form)
            self.forms[what] = form
        self.densities.set_densities(kinds.get(What.DENSITY, ()))
        if choices.density in self.densities.tiles:
            self.densities.set_name(choices.density)
        for faces in kinds.get(What.FACES, ()):
            self.pairs.set_choices(faces.pairs, faces.attributes)
            self.pairs.set_word(choices.pair)
            self.held.set_fields(faces.attributes)
            for name, value in choices.held:
                self.held.add(name, value)
        self.linked.blockSignals(True)
        self.linked.setChecked(choices.is_linked)
        self.linked.blockSignals(False)

    def show_what(self, what: What) -> None:
        """Show what belongs to one kind."""
        is_faces = what in (What.FACES, What.PAIRS)
        self.densities.setVisible(what is What.DENSITY)
        self.pairs.setVisible(what is What.PAIRS)
        self._linked_line.setVisible(is_faces)
        self.held.setVisible(is_faces)
        self.held.set_taken(self.pairs.changing() if what is What.PAIRS else "")
        for kind, form in self.forms.items():
            form.setVisible(kind is what)
        self.settle()

    def expect(self, what: What, order: MakeSet) -> None:
        """Say what the preview is going to show; what it shows of another kind goes at once."""
        stacked, columns, cells = (2 if order.pair else 1), 4, 8
        if what is What.GLYPHS:
            columns, cells = 8, 32
        elif what is What.DENSITY:
            columns, cells = 2, 2
        people = min(order.count, cells // stacked) if what is not What.DENSITY else 2
        self.preview.set_shape(people * stacked, columns, stacked)
        makeable = self._drawable(what)
        note = self.pairs.note() if what is What.PAIRS else makeable.label
        self.caption.setText(caption(what, note, order.count, people, makeable.dimensions))

    # ------------------------------------------------------------ what is chosen

    def _drawable(self, what: What) -> MakeableDescribed:
        entries = self._kinds[what]
        return next((entry for entry in entries if entry.name == self.densities.name()), entries[0])

    def stem(self, what: What) -> str:
        """A name for what is drawn."""
        return _STEMS.get(what) or self._drawable(what).name

    def problem(self, what: What) -> str:
        """Why this cannot be drawn, in a sentence."""
        problems = self.forms[what].problems()
        if problems:
            return problems[0]
        if what is What.PAIRS:
            size = self.forms[what].value("size")
            if self.pairs.word() == "low-resolution" and isinstance(size, int) and size % 4:
                return "For low resolution the size must divide by 4."
            return self.pairs.problem()
        return ""

    def order(self, what: What, out: Path) -> MakeSet:
        """What is chosen, as the engine is asked for it."""
        form = self.forms[what]
        is_faces = what in (What.FACES, What.PAIRS)
        return MakeSet(
            what=self._drawable(what).name, out=out, count=int(form.value("count")), size=int(form.value("size") or 0),
            seed=int(form.value("seed")), held=self.held.held() if is_faces else (),
            correlated=is_faces and self.linked.isChecked(), pair=self.pairs.word() if what is What.PAIRS else "",
        )  # fmt: skip

    def choices(self, what: What) -> Choices:
        """Everything that is chosen, also of kinds that are not shown."""
        numbers = {
            f"{kind}.{name}": int(form.value(name))
            for kind, form in self.forms.items()
            for name in form.rows
            if form.value(name) is not None
        }
        return Choices(
            what=what, density=self.densities.name(), pair=self.pairs.word(), is_linked=self.linked.isChecked(),
            held=list(self.held.all_held()), numbers=numbers,
        )  # fmt: skip

    def _on_pairs_changed(self) -> None:
        self.held.set_taken(self.pairs.changing())
        self.settle()
        self.changed.emit()
