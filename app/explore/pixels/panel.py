"""Beside the picture: how surprising it is in all, beside held-out pictures, and what was expected of one pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.controls.buttons import link_button, plain_button, set_available, small_button
from app.controls.durations import time_left
from app.controls.numbers import count_text, plain_text
from app.controls.plots.library import library
from app.controls.section import Section
from app.controls.small_note import small_note
from app.explore.pixels.heat import top_of
from app.explore.pixels.legends import HeatLegend, SightLegend
from app.look.theme import font, theme, tokens
from app.look.tokens import SPACE_4, SPACE_8
from app.store.drawn.surprise import Surprise
from app.store.state import Explorer
from engine.protocol.pixels import PixelTold
from engine.protocol.values import Capability, ModelDescribed

if TYPE_CHECKING:
    from app.controls.plots.histogram_plot import HistogramPlot

_BINS = 24
_COLOURS = ("#d55e00", "#009e73", "#0072b2")
"""Red, green and blue, told apart by everybody."""
_NAMES = ("red", "green", "blue")
_VALUE_PX = 56
"""Room for three digits."""
_DRAW_ON_TIP = "Give the pixel this value and have all that comes after it drawn anew"


class PixelPanel(QWidget):
    """Two sections; without a model that tells of single pixels neither is there."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._surprise: Surprise = explorer.surprise
        self.surprise = Section("Surprise")
        self.pixel = Section("Pixel")
        self.show_button = small_button("Show")
        self.show_button.setCheckable(True)
        self.show_button.setObjectName("surprise.show")
        self.show_button.setAccessibleName("Show how surprising each pixel is")
        self.total = QLabel()
        self.total.setFont(font(weight=QFont.Weight.DemiBold))
        self.total.setObjectName("surprise.total")
        self.note = small_note()
        self.legend = HeatLegend()
        self.verdict = small_note()
        self.compare_button = plain_button("Compare with held-out pictures")
        self.compare_button.setObjectName("surprise.compare")
        self.compare_button.setToolTip("Measures up to 500 pictures it never learned from; once for each model")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.cancel_button = link_button("Cancel")
        self.pixel_title = QLabel()
        self.pixel_title.setProperty("tone", "heading")
        self.pixel_facts = small_note()
        self.pixel_facts.setObjectName("pixel.facts")
        self.release_button = link_button("Let go")
        self.release_button.setToolTip("Follow the pointer again (Esc)")
        self.histogram: HistogramPlot | None = None
        self.chances: HistogramPlot | None = None
        self.value = QSpinBox()
        self.value.setObjectName("pixel.value")
        self.value.setAccessibleName("Value of the pixel")
        self.value.setMinimumWidth(_VALUE_PX)
        self.value.lineEdit().setTextMargins(SPACE_4, 0, 0, 0)
        self.draw_on_button = small_button("Draw on from here")
        self.draw_on_button.setObjectName("pixel.draw_on")
        self.setting = QWidget()
        self.over = QWidget()
        self.sight_button = small_button("What it sees")
        self.sight_button.setObjectName("pixel.sight")
        self.sight_button.setToolTip("How much each earlier pixel counts for this one (by gradient), over the picture")
        self.map_button = small_button("The map")
        self.map_button.setObjectName("pixel.map")
        self.map_button.setToolTip("Go on showing how surprising each pixel is; what this one sees is outlined")
        self.sight_legend = SightLegend()
        self.colours = QWidget()
        self.colour_buttons: list[QPushButton] = []
        self._build()
        surprise = self._surprise
        self.show_button.clicked.connect(lambda: surprise.show(self.show_button.isChecked()))
        self.compare_button.clicked.connect(surprise.measure_held_out)
        self.cancel_button.clicked.connect(surprise.cancel_held_out)
        self.release_button.clicked.connect(lambda: surprise.hold(None))
        self.draw_on_button.clicked.connect(lambda: self.set_level(self.value.value()))
        self.sight_button.clicked.connect(lambda: surprise.show_sight(True))
        self.map_button.clicked.connect(lambda: surprise.show_sight(False))
        surprise.shown_changed.connect(self._tell)
        surprise.bits_changed.connect(self._tell)
        surprise.held_out_changed.connect(self._tell)
        surprise.pixel_changed.connect(self._tell_pixel)
        if not library().is_here:
            library().arrived.connect(self._tell_all)
        theme().changed.connect(self._tell_all)
        explorer.models.model_changed.connect(self.set_model)
        self.set_model(explorer.models.model)

    def _build(self) -> None:
        self.surprise.add_action(self.show_button)
        self.pixel.add_action(self.release_button)
        for section in (self.surprise, self.pixel):
            section.body.setSpacing(SPACE_8)
        waiting = QHBoxLayout()
        waiting.setSpacing(SPACE_8)
        waiting.addWidget(self.progress, 1)
        waiting.addWidget(self.cancel_button)
        for part in (self.total, self.legend, self.note, self.compare_button):
            self.surprise.body.addWidget(part)
        self.surprise.body.addLayout(waiting)
        self.surprise.body.addWidget(self.verdict)
        self.pixel.body.addWidget(self.pixel_title)
        self.pixel.body.addWidget(self.pixel_facts)
        over = QHBoxLayout(self.over)
        over.setContentsMargins(0, 0, 0, 0)
        over.setSpacing(SPACE_4)
        for button in (self.sight_button, self.map_button):
            button.setCheckable(True)
            button.setAutoExclusive(True)
            over.addWidget(button)
        over.addStretch(1)
        self.pixel.body.addWidget(self.over)
        self.pixel.body.addWidget(self.sight_legend)
        choice = QHBoxLayout(self.colours)
        choice.setContentsMargins(0, 0, 0, 0)
        choice.setSpacing(SPACE_4)
        for name in _NAMES:
            button = small_button(name.capitalize())
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setToolTip(f"A click on the bars gives the pixel another {name}")
            choice.addWidget(button)
            self.colour_buttons.append(button)
        choice.addStretch(1)
        for button in self.colour_buttons:
            button.clicked.connect(self._tell_pixel)
        self.colour_buttons[0].setChecked(True)
        self.pixel.body.addWidget(self.colours)
        setting = QHBoxLayout(self.setting)
        setting.setContentsMargins(0, 0, 0, 0)
        setting.setSpacing(SPACE_8)
        setting.addWidget(QLabel("Value"))
        setting.addWidget(self.value)
        setting.addWidget(self.draw_on_button)
        setting.addStretch(1)
        self.pixel.body.addWidget(self.setting)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_4)
        column.addWidget(self.surprise)
        column.addWidget(self.pixel)

    def set_model(self, model: ModelDescribed | None) -> None:
        """Be there for models that tell of single pixels."""
        tells = model is not None and Capability.PIXELWISE in model.capabilities
        self.setVisible(tells)
        self._tell_all()

    def _tell_all(self, *_what: object) -> None:
        self._tell()
        self._tell_pixel()

    # ------------------------------------------------------------ the whole picture

    def _tell(self, *_what: object) -> None:
        surprise = self._surprise
        bits, shows = surprise.bits, surprise.is_shown
        self.show_button.setChecked(shows)
        self.show_button.setText("Hide" if shows else "Show")
        self.total.setVisible(shows)
        self.legend.setVisible(shows and bits is not None)
        self.note.setVisible(not shows or bits is None)
        if not shows:
            self.note.setText("How hard each pixel was to guess, as a map over the picture. Point at one to ask more.")
        elif bits is None:
            picture = self._explorer.pictures.picture
            waits = picture is None or not picture.final
            self.note.setText("Told once the picture is whole." if waits else "Measuring…")
            self.total.setText("…")
        else:
            self.legend.set_top(top_of(bits.bits))
            total = float(bits.bits.sum())
            self.total.setText(
                f"{plain_text(bits.bits_per_dim, 3)} bits/dim  ·  {count_text(round(total))} bits in all"
            )
            self.total.setToolTip("The mean over pixels and colours of −log₂ p; a file could be that small")
        self._tell_held_out()
        self.pixel.setVisible(shows)

    def _tell_held_out(self) -> None:
        surprise = self._surprise
        shows, found = surprise.is_shown, surprise.held_out
        self.compare_button.setVisible(shows and found is None and not surprise.is_measuring)
        self.progress.setVisible(shows and surprise.is_measuring)
        self.cancel_button.setVisible(shows and surprise.is_measuring)
        if surprise.progress is not None:
            what, done, of = surprise.progress
            self.progress.setRange(0, of)
            self.progress.setValue(done)
            self.progress.setAccessibleName(what)
            self.progress.setToolTip(f"{what}: {count_text(done)} of {count_text(of)}" if of else what)
        words = surprise.held_out_problem or _waiting_words(surprise)
        if shows and found is not None and self._histogram() is not None:
            words = self._draw_histogram()
        if self.histogram is not None:
            self.histogram.setVisible(shows and found is not None)
        self.verdict.setText(words)
        self.verdict.setVisible(shows and bool(words))

    def _draw_histogram(self) -> str:
        """The held-out pictures' bits as bars, this picture's as a line; the sentence about it."""
        import numpy as np

        surprise, plot = self._surprise, self.histogram
        found, bits = surprise.held_out, surprise.bits
        if found is None or plot is None:
            return ""
        counts, edges = np.histogram(found.bits_per_dim, _BINS)
        here = None if bits is None else bits.bits_per_dim
        marks = () if here is None else ((here, tokens().warn),)
        plot.set_bars(edges.tolist(), (counts.tolist(),), marks=marks)
        of = f"{count_text(len(found.bits_per_dim))} held-out pictures of {found.data}"
        if here is None:
            return f"Bits per dimension of {of}."
        share = 100.0 * found.share_below(here)
        if here > found.bits_per_dim[-1]:
            words = f"More surprising than every one of {of}: hardly from what it learned."
        elif here < found.bits_per_dim[0]:
            words = f"Less surprising than every one of {of}: plainer than what it learned."
        else:
            words = f"More surprising than {share:.0f} % of {of}."
        plot.setAccessibleName(words)
        return words

    def _histogram(self) -> HistogramPlot | None:
        if self.histogram is None and library().is_here:
            from app.controls.plots.histogram_plot import HistogramPlot

            self.histogram = HistogramPlot(unit="bits/dim", height_px=88, is_fine=True)
            self.surprise.body.insertWidget(self.surprise.body.indexOf(self.verdict), self.histogram)
        return self.histogram

    # ------------------------------------------------------------ one pixel

    def _tell_pixel(self) -> None:
        surprise = self._surprise
        cell, told = surprise.cell, surprise.told
        is_told = told is not None and cell == (told.row, told.column)
        self.release_button.setVisible(surprise.held is not None)
        self.colours.setVisible(cell is not None and is_told and told is not None and len(told.levels) == len(_NAMES))
        self.setting.setVisible(surprise.held is not None and is_told)
        (self.sight_button if surprise.shows_sight else self.map_button).setChecked(True)
        sight = surprise.sight
        self.sight_legend.setVisible(sight is not None)
        if sight is not None:
            self.sight_legend.set_blind(sight.overlooked)
        if cell is None:
            self.pixel_title.setText("")
            self.pixel_title.hide()
            self.pixel_facts.setText(
                "Point at a pixel to see what was expected there. Click to stay with it; then give it another value and"
                " have the rest drawn on from there."
            )
            if self.chances is not None:
                self.chances.hide()
            return
        self.pixel_title.show()
        self.pixel_title.setText(f"Row {cell[0] + 1}, column {cell[1] + 1}")
        if not is_told or told is None:
            self.pixel_facts.setText("Asking…")
            return
        self.pixel_facts.setText(pixel_words(told))
        self.pixel_facts.setToolTip("Expected: the entropy of its distribution, the bits it would cost on average")
        if not self.value.hasFocus():
            self.value.setRange(0, len(told.chances[0]) - 1)
            self.value.setValue(told.levels[self._chosen(told)])
        why = self._explorer.given.why_not()
        set_available(self.draw_on_button, not why, why, _DRAW_ON_TIP)
        if self._chances() is not None:
            self._draw_chances(told)

    def _draw_chances(self, told: PixelTold) -> None:
        plot = self.chances
        if plot is None:
            return
        count = len(told.chances[0])
        colours = _COLOURS if len(told.chances) == 3 else (tokens().curves[0],)
        edges = [value - 0.5 for value in range(count + 1)]
        marks = tuple((float(level), colours[k] if len(colours) > 1 else tokens().warn)
                      for k, level in enumerate(told.levels))  # fmt: skip
        plot.set_bars(edges, told.chances, colours, marks)
        plot.show()
        plot.setToolTip(
            "How likely each value was, from dark to bright; the line is the one it has. Click to give it another."
        )
        plot.setAccessibleName(f"Probabilities of the {count} values of this pixel")

    def _chances(self) -> HistogramPlot | None:
        if self.chances is None and library().is_here:
            from app.controls.plots.histogram_plot import HistogramPlot

            self.chances = HistogramPlot(unit="value", height_px=112)
            self.chances.setObjectName("pixel.chances")
            self.chances.clicked.connect(self._on_chances_clicked)
            self.pixel.body.addWidget(self.chances)
        return self.chances

    def _on_chances_clicked(self, place: float) -> None:
        told = self._surprise.told
        if told is not None:
            self.set_level(round(place))

    def _chosen(self, told: PixelTold) -> int:
        """Which of the pixel's colours is to be set."""
        if len(told.levels) != len(_NAMES):
            return 0
        return next(k for k, button in enumerate(self.colour_buttons) if button.isChecked())

    def set_level(self, level: int) -> None:
        """Give the pixel another value, and have what comes after it drawn anew."""
        told, picture = self._surprise.told, self._explorer.pictures.picture
        if told is None or picture is None or self._explorer.given.why_not():
            return
        count = len(told.chances[0])
        level = min(max(level, 0), count - 1)
        byte = round(level * 255 / (count - 1))
        cell = (told.row, told.column)
        red, green, blue = (byte,) * 3 if len(told.levels) == 1 else (int(old) for old in picture.image[cell])
        if len(told.levels) == len(_NAMES):
            chosen = self._chosen(told)
            red, green, blue = (byte if k == chosen else old for k, old in enumerate((red, green, blue)))
        after = self._explorer.pen.after(cell, picture.image.shape[1])
        self._explorer.given.set_pixel(cell, (red, green, blue), after)


def _waiting_words(surprise: Surprise) -> str:
    """How far the measurement of held-out pictures is, and how long it takes yet."""
    if surprise.progress is None:
        return ""
    what, done, of = surprise.progress
    far = f"{what}: {count_text(done)} of {count_text(of)}" if of > 1 else f"{what}…"
    return " · ".join(part for part in (far, time_left(surprise.left_s)) if part)


def pixel_words(told: PixelTold) -> str:
    """What it cost, how sure the model was, and how far it could see."""
    parts: Sequence[str] = [
        f"{plain_text(told.bits)} bits for {_values(told)}, of {plain_text(told.entropy)} expected.",
        _sight_words(told),
    ]
    return " ".join(parts)


def _sight_words(told: PixelTold) -> str:
    if not told.before:
        return "It is drawn first: there is nothing to see yet."
    if not told.overlooked:
        return f"It sees all {count_text(told.before)} pixels drawn before it."
    return f"It sees {count_text(told.reached)} of the {count_text(told.before)} pixels drawn before it."


def _values(told: PixelTold) -> str:
    if len(told.levels) == 1:
        return f"value {told.levels[0]} of {len(told.chances[0]) - 1}"
    return ", ".join(f"{name} {level}" for name, level in zip(_NAMES, told.levels, strict=False))
