"""The sliders: what the open model can do decides which there are. They are never switched off while it draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from app.controls.buttons import link_button
from app.controls.empty_state import EmptyState
from app.controls.focus import reading_order
from app.controls.numbers import count_text, plain_text
from app.controls.panel_scroll import PanelScroll
from app.controls.section import Section
from app.controls.small_note import small_note
from app.controls.values.bipolar_slider import BipolarSlider
from app.explore.drawing_box import DrawingBox
from app.explore.pad_panel import PadPanel
from app.explore.pixels.panel import PixelPanel
from app.explore.raw_list import RawList
from app.explore.raw_order import RawOrder
from app.explore.slider_group import Row, SliderGroup
from app.explore.slider_rows import axis_rows, left_out, look_rows
from app.explore.wishes import Wishes
from app.look.tokens import SPACE_8
from app.places.words import has_places, spoken
from app.store.judged.codes import has_codes
from app.store.recipes import SliderKind
from app.store.state import Explorer
from engine.protocol.directions import Matrix
from engine.protocol.values import Capability, ModelDescribed, Point, Recipe
from engine.protocol.worths import Weakness, weaknesses

if TYPE_CHECKING:
    from app.explore.learned.codes_panel import CodesPanel
    from app.explore.learned.nearest_panel import NearestPanel

LEAST_PX, ENOUGH_PX, MOST_PX = 340, 388, 460
"""Of the panel: where five pictures of 64 pixels stand side by side it is wide enough; more only lengthens tracks."""
_MOST_DIVERSE = 1.5
_DIVERSITY_TIP = (
    "Left: closer to the average picture, safer. Right: further out, more varied, sooner wrong.\n"
    "Pulls points toward the centre of the latent space (truncation ψ)."
)


class LatentPanel(PanelScroll):
    """Look, axes, all z, diversity and conditions of the open model."""

    pad_dropped = Signal(int, object)
    """A corner of the pad, and what was dropped there."""
    directions_asked = Signal(str)
    """Carries the part of their window that is wanted."""

    def __init__(self, explorer: Explorer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._weak: dict[str, Weakness] = {}
        self._told: tuple[Matrix | None, str] = (None, "")
        """What the meter said when the rows were made."""
        self._left_out: frozenset[str] = frozenset()
        self._is_late = False
        """Sliders are to be made anew once the hand is off."""
        self.setObjectName("sliders")
        self.setAccessibleName("Sliders")
        self.setFixedWidth(ENOUGH_PX)
        self.look = SliderGroup(explorer, SliderKind.DIRECTION, "Look")
        self.axes = SliderGroup(explorer, SliderKind.AXIS, "Axes")
        self.axes_note = small_note()
        self.directions_button = link_button("Directions…")
        self.learn_button = link_button("Learn…")
        self.all_z = Section("All z", folds=True)
        self.filter_edit = QLineEdit()
        self.filter_edit.setPlaceholderText("Filter: 12, 40–60, changed")
        self.filter_edit.setAccessibleName("Filter coordinates")
        self.filter_edit.setClearButtonEnabled(True)
        self.raw_reset_button = link_button("Reset")
        self.raw: RawList | None = None
        self.raw_order: RawOrder | None = None
        self.no_match = QLabel("No coordinate matches. Try 12, 40–60 or changed.")
        self.no_match.setProperty("tone", "small")
        self.no_match.hide()
        self.pad_section = Section("Pad", folds=True)
        self.pad: PadPanel | None = None
        self.codes_section = Section("Where pictures lie", folds=True)
        self.codes: CodesPanel | None = None
        self.nearest_section = Section("Nearest training pictures", folds=True)
        self.nearest: NearestPanel | None = None
        self.settings = Section("", ruled=False)
        self.diversity = BipolarSlider("Diversity", 0.0, _MOST_DIVERSE, origin=1.0, shown=plain_text)
        self.diversity.setObjectName("diversity")
        self.diversity.set_tip(_DIVERSITY_TIP)
        self.wishes = Wishes(explorer)
        self.no_places = DrawingBox(explorer)
        self.pixels = PixelPanel(explorer)
        explorer.surprise.shown_changed.connect(lambda shows: self.no_places.label.setVisible(not shows))
        self.no_model = EmptyState("The sliders of a model appear here.", centred=False)
        self.no_model.set_margins(0, SPACE_8, 0, 0)
        self._build()

        explorer.models.model_changed.connect(self.set_model)
        explorer.models.redescribed.connect(self.set_model)
        explorer.place.recipe_changed.connect(self.set_recipe)
        explorer.sliders.changed.connect(self._on_sliders_changed)
        explorer.meter.changed.connect(self._on_meter_changed)
        explorer.edits.rested.connect(self._on_edits_rested)
        explorer.sliders.focus_asked.connect(self.focus_slider)
        explorer.pictures.base_changed.connect(self.set_base)
        self.filter_edit.textChanged.connect(self._on_filter_edit_text_changed)
        self.pad_section.opened_changed.connect(self._on_pad_section_opened_changed)
        self.all_z.opened_changed.connect(self._on_all_z_opened_changed)
        self.codes_section.opened_changed.connect(self._on_codes_section_opened_changed)
        self.nearest_section.opened_changed.connect(self._on_nearest_section_opened_changed)
        self.diversity.edit_began.connect(explorer.place.begin_edit)
        self.diversity.value_edited.connect(explorer.place.set_truncation)
        self.diversity.edit_ended.connect(lambda: explorer.place.end_edit("Diversity"))
        self.set_model(explorer.models.model)

    def _build(self) -> None:
        self.all_z.body.setSpacing(SPACE_8)
        self.all_z.add_action(self.raw_reset_button)
        self.raw_reset_button.setAccessibleName("Reset all z")
        self.raw_reset_button.clicked.connect(self._explorer.place.reset_all_raw)
        self.raw_reset_button.hide()
        self.all_z.body.addWidget(self.filter_edit)
        self.all_z.body.addWidget(self.no_match)
        self.settings.body.setSpacing(SPACE_8)
        self.settings.body.addWidget(self.diversity)
        self.settings.body.addWidget(self.wishes)
        self.axes.body.addWidget(self.axes_note)
        for group, button, tab, tip in (
            (self.look, self.directions_button, "list", "Learn, name, import and export sliders (Ctrl+Shift+L)"),
            (self.axes, self.learn_button, "learn", "Learn a slider with a name, from pictures or from the model"),
        ):
            button.setObjectName(f"directions.{tab}.open")
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, tab=tab: self.directions_asked.emit(tab))
            group.add_action(button)
        above = (self.no_model, self.no_places, self.settings, self.pixels)
        below = (self.codes_section, self.nearest_section)
        for part in (*above, self.pad_section, self.look, self.axes, self.all_z, *below):
            self.column.addWidget(part)
        self.column.addStretch(1)

    def fit(self, page_px: int) -> None:
        """Be as wide as a page of this width allows."""
        if page_px < 1208:
            width = min(max(LEAST_PX, round(0.32 * page_px)), ENOUGH_PX)
        else:
            width = min(ENOUGH_PX + (page_px - 1208) // 16, MOST_PX)
        if width != self.width():
            self.setFixedWidth(width)

    # ------------------------------------------------------------ the store speaks

    def set_model(self, model: ModelDescribed | None) -> None:
        """Show the sliders that this model has."""
        moves = model is not None and has_places(model)
        self.no_model.setVisible(model is None)
        self.no_places.setVisible(model is not None and (not moves or Capability.PROGRESSIVE in model.capabilities))
        self.nearest_section.set_note("Memorised or invented?", "Whether this picture was learned by heart.")
        self.codes_section.set_note("Codes over the prior", "Whether codes of pictures fill what one draws from.")
        self.pad_section.set_note("Two at once", "Move two sliders under one hand, or go between four pictures.")
        self._told = (self._explorer.meter.matrix, self._explorer.meter.trouble)
        self._weak = weaknesses(model, self._explorer.meter.matrix) if model and moves else {}
        self.look.set_rows(self._look_rows(model) if model and moves else ())
        self.axes.set_rows(axis_rows(model, self._explorer.sliders) if model and moves else ())
        self.all_z.setVisible(moves)
        self.pad_section.setVisible(moves)
        self.codes_section.setVisible(model is not None and has_codes(model))
        self.nearest_section.setVisible(model is not None)
        self.diversity.setVisible(moves)
        self.wishes.set_model(model)
        self.settings.setVisible(model is not None and (moves or bool(model.conditions or model.sampling)))
        if model is None:
            return
        self.axes.set_note(f"σ units · {len(model.axes)} of {model.latent}", "Ordered by how much they change.")
        self.axes_note.setVisible(not model.directions)
        self.learn_button.setVisible(not model.directions)
        self.axes_note.setText(
            "This model was trained without labels, so its sliders have no names: they are the directions in which"
            " its own pictures vary most."
        )
        self.all_z.set_note(count_text(model.latent), "Every coordinate of the latent space, one by one.")
        self.no_places.set_model(model)
        if self.raw is not None:
            self.raw.set_count(model.latent)
            self._tell_no_match()
        self.set_base(self._explorer.pictures.base)
        self.set_recipe(self._explorer.place.recipe)
        self.settle()

    def set_recipe(self, recipe: Recipe | None) -> None:
        """Show where we are."""
        if recipe is None:
            return
        if any(name in self._left_out for name, _ in recipe.directions):
            self._on_sliders_changed()  # what moves a picture can be taken back
            return
        self.look.set_values(dict(recipe.directions))
        self.axes.set_values({str(index): value for index, value in recipe.axes})
        self.diversity.set_value(recipe.truncation)
        self.raw_reset_button.setVisible(bool(recipe.raw))
        if self.raw is not None:
            self.raw.set_raw(dict(recipe.raw))
            self._tell_no_match()
        self.wishes.set_recipe(recipe)

    def _on_sliders_changed(self) -> None:
        """Other names, another order: the same sliders, made anew; not under a hand, which would lose its slider."""
        self._is_late = self._explorer.edits.is_open
        model = None if self._is_late else self._explorer.models.model
        if model is None or not has_places(model):
            return
        bar = self.verticalScrollBar()
        stood_at = bar.value()
        for group, rows in (
            (self.look, self._look_rows(model)),
            (self.axes, axis_rows(model, self._explorer.sliders)),
        ):
            group.replace_rows(rows)
        self.set_recipe(self._explorer.place.recipe)
        self.settle()
        bar.setValue(stood_at)  # what is under the hand stays there

    def _on_edits_rested(self) -> None:
        if self._is_late:
            self._on_sliders_changed()

    def _on_meter_changed(self) -> None:
        """What was measured of the sliders is known: weak ones go below."""
        model = self._explorer.models.model
        weak = weaknesses(model, self._explorer.meter.matrix) if model is not None and has_places(model) else {}
        told = (self._explorer.meter.matrix, self._explorer.meter.trouble)
        if (weak, told) != (self._weak, self._told):
            self._weak, self._told = weak, told
            self._on_sliders_changed()

    def _look_rows(self, model: ModelDescribed) -> tuple[Row, ...]:
        recipe, sliders = self._explorer.place.recipe, self._explorer.sliders
        self._left_out = left_out(model, self._weak, sliders, recipe)
        labels = [one.label or spoken(one.name) for one in model.directions if one.name in self._left_out]
        note, tip = (
            (f"{len(labels)} left out", f"Measured to move nothing: {', '.join(labels)}") if labels else ("", "")
        )
        self.look.set_note(note, tip)
        matrix, trouble = self._told
        return look_rows(model, sliders, self._weak, self._left_out, matrix, trouble)

    def focus_slider(self, name: str) -> None:
        """Give a slider the keyboard, wherever it is folded away."""
        if name.startswith("z."):
            self.all_z.set_open(True)
            self.filter_edit.setText(name.removeprefix("z."))
            self.settle()
        found = self.findChild(QWidget, name)
        if found is not None:
            self.ensureWidgetVisible(found)
            (reading_order(found) or [found])[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_base(self, base: Point | None) -> None:
        """The drawn place, where each raw slider has its zero."""
        if self.raw is not None:
            self.raw.set_base(base)

    def _tell_no_match(self) -> None:
        self.no_match.setVisible(self.raw is not None and not self.raw.shown_indices())

    # ------------------------------------------------------------ a person's hand

    def _on_pad_section_opened_changed(self, opened: bool) -> None:
        if opened and self.pad is None:
            self.pad = PadPanel(self._explorer.pads)
            self.pad.dropped.connect(self.pad_dropped)
            self.pad_section.body.addWidget(self.pad)
            self.pad.show()

    def _on_codes_section_opened_changed(self, opened: bool) -> None:
        if opened and self.codes is None:
            from app.explore.learned.codes_panel import CodesPanel  # with numpy, which no first picture waits for

            self.codes = CodesPanel(self._explorer.codes)
            self.codes_section.body.addWidget(self.codes)
            self.codes.show()

    def _on_nearest_section_opened_changed(self, opened: bool) -> None:
        if opened and self.nearest is None:
            from app.explore.learned.nearest_panel import NearestPanel

            self.nearest = NearestPanel(self._explorer.nearest)
            self.nearest_section.body.addWidget(self.nearest)
            self.nearest.show()

    def _on_all_z_opened_changed(self, opened: bool) -> None:
        self._explorer.effects.want(opened)
        if not opened or self.raw is not None:
            return
        self.raw = RawList(self._explorer)  # built when first wanted
        self.raw_order = order = RawOrder(self._explorer.effects)
        order.changed.connect(self._on_raw_order_changed)
        for part in (order, self.raw):
            self.all_z.body.addWidget(part)
            part.show()
        model, recipe = self._explorer.models.model, self._explorer.place.recipe
        self.raw.set_count(model.latent if model else 0)
        self.raw.set_base(self._explorer.pictures.base)
        self.raw.set_raw(dict(recipe.raw) if recipe else {})
        self._on_raw_order_changed()

    def _on_raw_order_changed(self) -> None:
        if self.raw is not None and self.raw_order is not None:
            self.raw.set_order(self.raw_order.order(), self._explorer.effects.effects)

    def _on_filter_edit_text_changed(self, text: str) -> None:
        if self.raw is not None:
            self.raw.set_filter(text)
            self._tell_no_match()
