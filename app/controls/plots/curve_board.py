"""The curves of a run, or of several over one another: up to three plots that share their moments and one pointer.

Light: plots join when pyqtgraph is here, which a page that is opened sooner does not wait for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from app.controls.plots.curves import Curve, CurveSet, Losses, repeats
from app.controls.plots.library import library
from app.controls.plots.lines import Groups, Line, by_size
from app.controls.plots.parts import is_part, parts_of
from app.controls.plots.scales import curve_words
from app.controls.plots.tables import curves_csv
from app.look.theme import tokens
from app.look.tokens import SPACE_8, SPACE_16
from engine.disk.files import atomic_write
from engine.protocol.values import Monitor

if TYPE_CHECKING:
    from app.controls.plots.curve_plot import CurvePlot

_TICK_MS = 66
"""Points may come ten times a second; the screen is painted at most this often."""
NOTHING_YET = "The curves begin with the first steps."
ONLY = ""
"""The key of a run that is shown alone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the legend names: a curve of one run, or one of several runs."""

    key: str
    words: str
    help: str = ""


class CurveBoard(QWidget):
    """`pointed_at` carries pictures seen while the pointer is over a plot, NaN when it leaves."""

    pointed_at = Signal(float)
    curves_changed = Signal()
    view_changed = Signal()
    """A person chose a range, or all is shown again."""
    log_changed = Signal(bool)
    menu_asked = Signal(QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.runs: dict[str, CurveSet] = {ONLY: CurveSet()}
        self.plots: tuple[CurvePlot, ...] = ()
        self._monitors: dict[str, Monitor] = {}
        self._chosen: dict[str, bool] = {}
        """What a person put away or brought back; the rest follows from what curves say."""
        self._repeats: dict[str, str] = {}
        self._groups: Groups = ((), (), ())
        self._quantity = ""
        self._is_log = self._holds_x = False
        self._pointer = math.nan
        self._grouped_at = 0
        self._waiting: Losses | None = None
        self._tick = QTimer(self, singleShot=True, interval=_TICK_MS)
        self._tick.timeout.connect(self._on_tick_timeout)
        self.setAccessibleName("Learning curves")
        self._note = QLabel(NOTHING_YET, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._note.setProperty("tone", "secondary")
        self._ground = QWidget()
        self._deck = QStackedLayout(self)
        self._deck.addWidget(self._note)
        self._deck.addWidget(self._ground)
        if library().is_here:
            self._build()
        else:
            library().arrived.connect(self._on_library_arrived)

    @property
    def set(self) -> CurveSet:
        """The curves of the run that is shown, or of the first of several."""
        return next(iter(self.runs.values()))

    # ------------------------------------------------------------ what is shown

    def follow(self, losses: Losses) -> None:
        """Show what is new of this run at the next tick."""
        self._waiting = losses
        if not self._tick.isActive():
            self._tick.start()

    def show_now(self, losses: Losses) -> None:
        """Show what is new of this run at once."""
        self._waiting = losses
        self._on_tick_timeout()

    def compare(self, runs: Mapping[str, Losses]) -> None:
        """Show several runs over one another, each under its name: a plot shows one quantity of all of them."""
        self._waiting = None
        self.runs = {name: CurveSet() for name in runs} or {ONLY: CurveSet()}
        for name, losses in runs.items():
            self.runs[name].catch_up(losses)
        self._chosen = {}
        self.reset_view()
        self._arrange()
        self.curves_changed.emit()

    def set_monitors(self, monitors: Iterable[Monitor]) -> None:
        """What curves are called and what they tell; the rest is put away until somebody asks for it."""
        found = {monitor.name: monitor for monitor in monitors}
        if found != self._monitors:
            self._monitors = found
            self._arrange()
            self.curves_changed.emit()

    def parts(self, images: float = math.nan) -> dict[Monitor, list[float]]:
        """Numbers that are told coordinate by coordinate, as they were at a moment; NaN means now."""
        if self.is_comparing():
            return {}
        moment = self.last_images() if math.isnan(images) else images
        return parts_of(self._monitors.values(), self.set.curves, moment)

    def _is_part(self, name: str) -> bool:
        return any(is_part(name, monitor) for monitor in self._monitors.values())

    def _whole(self) -> dict[str, Curve]:
        """The curves of the run that is shown, the most telling first, without parts of them."""
        curves = self.set.curves
        return {name: curves[name] for name in self.in_order(curves) if not self._is_part(name)}

    def is_comparing(self) -> bool:
        """True for several runs over one another."""
        return ONLY not in self.runs

    def quantities(self) -> tuple[str, ...]:
        """What the runs report, the most telling first, without what repeats another."""
        names = dict.fromkeys(name for curves in self.runs.values() for name in curves.curves)
        return tuple(name for name in self.in_order(names) if not self._is_extra(name) and not self._is_part(name))

    def in_order(self, names: Iterable[str]) -> list[str]:
        """As their family names them, the most telling first; what it does not name comes last."""
        told = list(self._monitors)
        return sorted(names, key=lambda name: told.index(name) if name in told else len(told))

    def quantity(self) -> str:
        """What the large plot shows of several runs."""
        names = self.quantities()
        return self._quantity if self._quantity in names else next(iter(names), "")

    def set_quantity(self, name: str) -> None:
        """Show this of several runs in the large plot."""
        self._quantity = name
        self._arrange()
        self.pointed_at.emit(self._pointer)

    def entries(self) -> tuple[Entry, ...]:
        """What the legend names, the most telling first; what is put away by default comes last."""
        if self.is_comparing():
            return tuple(Entry(name, name) for name in self.runs)
        names = sorted(self._whole(), key=self._is_extra)
        return tuple(Entry(name, self.words(name), self._help(name)) for name in names)

    def words(self, name: str) -> str:
        """What a curve is called."""
        return self._monitors[name].label if name in self._monitors else curve_words(name)

    def _help(self, name: str) -> str:
        told = self._monitors[name].help if name in self._monitors else ""
        again = f"Says what {self.words(self._repeats[name])} says, in other units." if name in self._repeats else ""
        return " ".join(part for part in (told, again) if part)

    def is_hidden(self, key: str) -> bool:
        """True if a person put this away, or nobody asked for what another curve says."""
        return not self._chosen.get(key, self.is_comparing() or not self._is_extra(key))

    def _is_extra(self, name: str) -> bool:
        """True for what another curve says, and for what its family does not name where it names others."""
        if name in self._monitors:
            return name in self._repeats and not self._monitors[name].is_companion
        return name in self._repeats or any(each in self._monitors for each in self.set.curves)

    def set_hidden(self, key: str, hidden: bool) -> None:
        """Put a curve or a run away, or show it again."""
        self._chosen[key] = not hidden
        self._arrange()

    def colour(self, key: str) -> str:
        """Each curve keeps its colour, also when others are put away."""
        colours = tokens().curves
        return colours[self._hue(key) % len(colours)]

    def _hue(self, key: str) -> int:
        names = list(self.runs) if self.is_comparing() else list(self._whole())  # what is shown first differs
        return names.index(key) if key in names else 0

    def last_images(self) -> float:
        """Pictures seen by now."""
        return max(curves.last_images for curves in self.runs.values())

    def values_at(self, images: float) -> dict[str, float]:
        """The value beside each name of the legend at a moment; NaN means now."""
        if self.is_comparing():
            shown = {name: curves.curves.get(self.quantity()) for name, curves in self.runs.items()}
        else:
            shown = dict(self.set.curves)
        moment = self.last_images() if math.isnan(images) else images
        return {name: math.nan if curve is None else curve.value_near(moment) for name, curve in shown.items()}

    def lines(self) -> tuple[tuple[Line, ...], ...]:
        """What stands in each plot."""
        return tuple(tuple(self._lines_of(names)) for names in self._groups)

    def _lines_of(self, names: tuple[str, ...]) -> list[Line]:
        if not self.is_comparing():
            return [
                Line(name, self.words(name), self.set.curves[name], self._hue(name))
                for name in names
                if not self.is_hidden(name) and len(self.set.curves[name])
            ]
        return [
            Line(f"{run}\n{name}", f"{self.words(name)} of {run}", curves.curves[name], self._hue(run), dash)
            for dash, name in enumerate(names)
            for run, curves in self.runs.items()
            if not self.is_hidden(run) and name in curves.curves and len(curves.curves[name])
        ]

    def titles(self) -> tuple[str, ...]:
        """What each plot shows of several runs; one run's curves are named by the legend alone."""
        return tuple(", ".join(map(self.words, names)) if self.is_comparing() else "" for names in self._groups)

    def runs_named(self) -> tuple[Line, ...]:
        """The runs that are shown over one another, in their colours; none for one alone."""
        shown = [run for run in self.runs if not self.is_hidden(run)] if self.is_comparing() else []
        return tuple(Line(run, run, Curve(), self._hue(run)) for run in shown)

    # ------------------------------------------------------------ the view

    def is_log(self) -> bool:
        """True for a logarithmic scale."""
        return self._is_log

    def set_log(self, is_log: bool) -> None:
        """Choose the scale."""
        if is_log == self._is_log:
            return
        self._is_log = is_log
        for plot in self.plots:
            plot.set_log(is_log)
            plot.is_held = False
        self._show()
        self.log_changed.emit(is_log)

    def is_moved(self) -> bool:
        """True while a person looks at a part."""
        return self._holds_x or any(plot.is_held for plot in self.plots)

    def reset_view(self) -> None:
        """Show all, and follow it again."""
        self._holds_x = False
        for plot in self.plots:
            plot.is_held = False
        self._show()
        self.view_changed.emit()

    # ------------------------------------------------------------ taking it along

    def csv(self) -> str:
        """All curves' numbers as reported, put away or not, whatever part is visible."""
        return curves_csv({name: curves.curves for name, curves in self.runs.items()})

    def save(self, path: Path, title: str = "") -> None:
        """Write what is visible as PNG or SVG, or all numbers as CSV, by the ending of the name."""
        if path.suffix.lower() == ".csv":
            atomic_write(path, self.csv())
            return
        if not library().wait():
            raise OSError(library().trouble)
        from app.controls.plots.figure import save_figure

        save_figure(path, self.plots, title, self.runs_named())

    # ------------------------------------------------------------ within

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.plots:
            QTimer.singleShot(0, library().fetch)  # after this painting, which must not wait for it

    def _on_library_arrived(self) -> None:
        if library().is_here:
            self._build()
        else:
            self._note.setText(library().trouble)

    def _build(self) -> None:
        from app.controls.plots.curve_plot import CurvePlot

        self.plots = CurvePlot(), CurvePlot(), CurvePlot()
        large, small, least = self.plots
        row = QHBoxLayout(self._ground)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_16)
        beside = QVBoxLayout()
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(SPACE_8)
        beside.addWidget(small, 1)
        beside.addWidget(least, 1)
        row.addWidget(large, 3)
        row.addLayout(beside, 0)
        for plot in self.plots:
            plot.set_log(self._is_log)
            plot.pointed_at.connect(self._on_plot_pointed_at)
            plot.moved.connect(self._on_plot_moved)
            plot.reset_asked.connect(self.reset_view)
            plot.log_asked.connect(lambda: self.set_log(not self._is_log))
            plot.menu_asked.connect(self.menu_asked)
        small.hide()
        least.hide()
        self._arrange()

    def _on_tick_timeout(self) -> None:
        if self._waiting is None:
            return
        if self.is_comparing():
            self.runs, self._chosen, self._grouped_at = {ONLY: CurveSet()}, {}, 0
        names = tuple(self.set.curves)
        if not self.set.catch_up(self._waiting):
            return
        is_other = tuple(self.set.curves) != names
        length = max((len(curve) for curve in self.set.curves.values()), default=0)
        if is_other or length >= 4 * self._grouped_at or length < self._grouped_at:
            if length < self._grouped_at:
                self._holds_x, self._chosen = False, {}  # another run
            known, self._grouped_at = self._repeats, length
            self._arrange()  # not at every point: plots must not change places under the eye
            is_other |= known != self._repeats
        else:
            for plot in self.plots:
                plot.refresh()
            self._show()
        if is_other:
            self.curves_changed.emit()
        self.pointed_at.emit(self._pointer)

    def _arrange(self) -> None:
        """Decide which curve stands in which plot."""
        self._repeats = repeats(self._whole())
        if self.is_comparing():
            names = [self.quantity(), *(name for name in self.quantities() if name != self.quantity())]
            one, two, three = ((name,) if name else () for name in [*names, "", ""][:3])
            self._groups = one, two, three
        else:
            self._groups = by_size({name: curve for name, curve in self._whole().items() if not self.is_hidden(name)})
        self._deck.setCurrentIndex(1 if self.plots and any(self._groups) else 0)
        for plot, names_of, lines, title in zip(self.plots, self._groups, self.lines(), self.titles(), strict=False):
            plot.set_title(title)
            plot.set_lines(lines)
            plot.setVisible(bool(names_of) or plot is self.plots[0])
        if self.plots:
            row = self._ground.layout()
            assert isinstance(row, QHBoxLayout)
            row.setStretch(1, 2 if any(self._groups[1:]) else 0)  # one plot alone has all the room
        self._show()

    def _show(self) -> None:
        """Let what nobody holds follow the curves."""
        for plot in self.plots:
            if not self._holds_x:
                plot.set_x_range(0.0, max(1.0, self.last_images()))
            if not plot.is_held:
                plot.fit()

    def _on_plot_moved(self, along: bool, up: bool) -> None:
        plot = self.sender()
        for other in self.plots:
            if other is plot:
                other.is_held |= up
            elif along:
                other.set_x_range(*plot.x_range())  # type: ignore[attr-defined]
                if not other.is_held:
                    other.fit()
        self._holds_x |= along
        self.view_changed.emit()

    def _on_plot_pointed_at(self, images: float) -> None:
        if images == self._pointer or (math.isnan(images) and math.isnan(self._pointer)):
            return
        self._pointer = images
        for plot in self.plots:
            plot.point_at(images, says=plot is self.plots[0])
        self.pointed_at.emit(images)
