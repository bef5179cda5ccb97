"""The run: its health in words, its curves, its samples, and what one can do with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from app.controls.buttons import primary_button, quiet_button
from app.controls.elided_label import ElidedLabel
from app.controls.empty_state import EmptyState
from app.controls.plots.curve_board import CurveBoard
from app.controls.plots.curve_legend import CurveLegend
from app.controls.plots.parts import PartsStrip
from app.controls.surfaces import Rule, on_panel
from app.look.theme import dress, font
from app.look.tokens import SPACE_4, SPACE_8, SPACE_16, SPACE_24, TEXT_LARGE_PX
from app.store.learning.run_state import RunState
from app.store.state import Explorer
from app.train.recent_runs import STRIP, EarlierRuns, RecentRuns
from app.train.samples import Samples
from app.train.words import Phase, health_words, phase_of, progress_words, state_words
from engine.protocol.library import Standing

_EMPTY = (
    "Nothing is being trained.\n\nChoose pictures and a kind of model, then press Start training."
    " You can go on exploring while it learns."
)
LISTED, LISTED_BELOW = 6, 2
"""Recent runs, and runs that were interrupted where another one needs the room."""
_TONES = {Phase.DIVERGED: "bad", Phase.FAILED: "bad", Phase.FINISHED: "good"}


class RunView(QWidget):
    """Shows `Explorer.run`; pause and finish go to the store, exploring is asked of the page."""

    explore_asked = Signal(str)
    resume_asked = Signal(object)
    library_asked = Signal(str)
    """An earlier run is to be seen in the library; empty for all of them."""
    save_asked = Signal(str, str, object)
    """The ending of a file for the curves, the run's name, and what writes them to a path."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._run_key: object = None
        self._phase: Phase | None = None
        on_panel(self)
        self.empty = EmptyState(_EMPTY)
        self.recent = RecentRuns(explorer, "Recent runs")
        self.left = RecentRuns(explorer, "Not finished")
        self.earlier = EarlierRuns(explorer)
        self.title = ElidedLabel()
        self.title.set_elide(Qt.TextElideMode.ElideMiddle)
        self.title.setFont(font(TEXT_LARGE_PX, QFont.Weight.DemiBold))
        self.state = ElidedLabel(quiet=True)
        self.pause_button = QPushButton("Pause")
        dress(self.pause_button, "pause", 16)
        self.stop_button = QPushButton("Finish now")
        self.stop_button.setObjectName("train.stop")
        self.stop_button.setToolTip("Stop here and keep what has been learned")
        self.explore_button = primary_button("Explore the result")
        self.explore_button.setObjectName("train.explore")
        self.peek_button = quiet_button("Explore so far")
        self.peek_button.setToolTip("Explore it while it learns: its pictures change as you look")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.progress = QLabel()
        self.progress.setProperty("tone", "small")
        self.progress.setContentsMargins(0, 2, 0, 0)  # small letters on the line of the larger ones
        self.health = QLabel()
        self.health.setWordWrap(True)
        self.health.setTextFormat(Qt.TextFormat.PlainText)
        self.plot = CurveBoard()
        self.legend = CurveLegend(self.plot)
        self.parts = PartsStrip()
        self.samples = Samples()
        self.rule = Rule()
        self._build()
        self.pause_button.clicked.connect(self._on_pause_button_clicked)
        self.stop_button.clicked.connect(explorer.runs.stop)
        self.explore_button.clicked.connect(self._on_explore_button_clicked)
        self.peek_button.clicked.connect(self._on_explore_button_clicked)
        for part in (self.recent, self.left):
            part.resume_asked.connect(self.resume_asked)
            part.explore_asked.connect(self.explore_asked)
            part.shown_asked.connect(self.library_asked)
        self.left.all_button.hide()
        self.earlier.shown_asked.connect(self.library_asked)
        explorer.library.changed.connect(self._show_earlier)
        self.legend.save_asked.connect(self._on_legend_save_asked)
        self.plot.pointed_at.connect(lambda images: self.parts.set_parts(self.plot.parts(images)))
        self.plot.curves_changed.connect(lambda: self.parts.set_parts(self.plot.parts()))
        explorer.runs.run_changed.connect(self.set_run)
        explorer.runs.families_changed.connect(lambda _families: self._show_earlier())
        explorer.runs.families_changed.connect(lambda _families: self._name_curves(explorer.runs.run))
        for button in (self.pause_button, self.stop_button, self.explore_button, self.peek_button):
            button.hide()
        self.set_run(explorer.runs.run)

    def _build(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_8)
        buttons.addWidget(self.title, 1)
        for button in (self.peek_button, self.pause_button, self.stop_button, self.explore_button):
            buttons.addWidget(button)
        heading = QVBoxLayout()
        heading.setSpacing(0)
        heading.addLayout(buttons)
        heading.addWidget(self.state)  # under the buttons, where it is whole in the smallest window
        page = QWidget()
        whole = QVBoxLayout(page)
        whole.setContentsMargins(0, SPACE_16, 0, SPACE_16)
        whole.setSpacing(SPACE_8)
        column = QVBoxLayout()
        column.setContentsMargins(SPACE_24, 0, SPACE_24, 0)
        column.setSpacing(SPACE_8)
        whole.addLayout(column, 5)
        column.addLayout(heading)
        column.addWidget(self.bar)
        facts = QHBoxLayout()
        facts.addWidget(self.health, 1)
        facts.addWidget(self.progress, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(facts)
        column.addSpacing(SPACE_4)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 5)
        column.addWidget(self.parts)
        column.addSpacing(SPACE_4)
        column.addWidget(self.rule)
        column.addStretch(0)
        whole.addSpacing(SPACE_4)
        whole.addWidget(self.samples, 4)  # has the margins inside
        centred = QWidget()
        around = QVBoxLayout(centred)
        around.setContentsMargins(SPACE_24, SPACE_24, SPACE_24, SPACE_24)
        middle = QVBoxLayout()
        middle.setSpacing(SPACE_24)
        middle.addStretch(1)
        for part in (self.empty, self.recent):
            part.setMaximumWidth(440)
            middle.addWidget(part)
        middle.addStretch(1)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addLayout(middle, 4)
        line.addStretch(1)
        around.addLayout(line)
        below = QVBoxLayout()
        below.setContentsMargins(SPACE_24, SPACE_8, SPACE_24, 0)
        below.setSpacing(SPACE_8)
        below.addWidget(self.left)
        below.addWidget(self.earlier)
        whole.addLayout(below)
        self._deck = QStackedLayout(self)
        self._deck.addWidget(centred)
        self._deck.addWidget(page)

    # ------------------------------------------------------------ the store speaks

    def set_run(self, run: RunState | None) -> None:
        """Show a run as it stands."""
        phase = phase_of(run)
        self._deck.setCurrentIndex(0 if run is None else 1)
        if phase is not self._phase:
            self._phase = phase
            self._show_earlier()
        if run is None:
            return
        if self._explorer.runs.losses is not self._run_key:
            self._run_key = self._explorer.runs.losses
            self.samples.clear()
            self.plot.show_now(self._explorer.runs.losses)
        self._name_curves(run)
        self.title.set_text(run.name)
        self.state.set_text(state_words(run))
        self._show_health(health_words(run), phase)
        _tell(self.progress, progress_words(run))
        self._show_bar(run)
        self._show_buttons(run, phase)
        self.plot.follow(self._explorer.runs.losses)
        self.samples.add(run.grid_images, run.grid)
        self._show_pictures(run)

    def _show_earlier(self) -> None:
        """What was trained before stays in view: a list while nothing is shown, a line of pictures under a run.

        What was interrupted can go on whenever nothing goes on.
        """
        run, library = self._explorer.runs.run, self._explorer.library
        runs = tuple(entry for entry in library.newest_runs() if entry.standing is not Standing.DAMAGED)
        runs = tuple(entry for entry in runs if run is None or entry.source != run.run)
        is_left = [entry for entry in runs if entry.standing is Standing.UNFINISHED]
        first = sorted(runs, key=lambda entry: entry.standing is not Standing.UNFINISHED)
        self.recent.set_entries(tuple(first[:LISTED]) if run is None else ())
        self.recent.setVisible(run is None and bool(runs))
        offered = tuple(is_left[:LISTED_BELOW]) if run is not None and run.is_over else ()
        self.left.set_entries(offered)
        self.left.setVisible(bool(offered))
        self.earlier.set_entries(runs[:STRIP] if run is not None else ())

    def _name_curves(self, run: RunState | None) -> None:
        """A family says what its numbers are called, and which of them are worth a curve."""
        families = self._explorer.runs.families if run is not None else ()
        family = next((family for family in families if run is not None and family.name == run.family), None)
        if family is not None:
            self.plot.set_monitors(family.monitors)

    def _show_pictures(self, run: RunState) -> None:
        """A run that ended before it began has nothing to show, and promises nothing."""
        has_any = not run.is_over or len(self._explorer.runs.losses) > 0
        has_samples = has_any and (not run.is_over or bool(self.samples.film().moments))
        self.legend.setVisible(has_any)
        self.plot.setVisible(has_any)
        self.rule.setVisible(has_samples)
        self.samples.setVisible(has_samples)

    def _show_health(self, words: str, phase: Phase) -> None:
        _tell(self.health, words)
        tone = _TONES.get(phase, "plain")
        if self.health.property("tone") != tone:
            self.health.setProperty("tone", tone)
            self.health.style().unpolish(self.health)
            self.health.style().polish(self.health)

    def _show_bar(self, run: RunState) -> None:
        self.bar.setVisible(not run.is_over)
        self.bar.setValue(round(1000 * run.progress))

    def _show_buttons(self, run: RunState, phase: Phase) -> None:
        goes_on = phase in (Phase.RUNNING, Phase.PAUSED, Phase.PREPARING)
        self.pause_button.setVisible(phase in (Phase.RUNNING, Phase.PAUSED))
        words = "Go on" if run.paused else "Pause"
        if self.pause_button.text() != words:
            self.pause_button.setText(words)
            dress(self.pause_button, "play" if run.paused else "pause", 16)
        self.stop_button.setVisible(goes_on)
        self.explore_button.setVisible(run.is_over and bool(run.model_path))
        self.peek_button.setVisible(phase in (Phase.RUNNING, Phase.PAUSED) and bool(run.run and run.step))

    def showEvent(self, event: QShowEvent) -> None:
        """Another window may have left a run meanwhile, or taken one up."""
        super().showEvent(event)
        self._explorer.library.refresh()

    # ------------------------------------------------------------ a person's hand

    def _on_pause_button_clicked(self) -> None:
        run = self._explorer.runs.run
        if run is not None:
            self._explorer.runs.pause(not run.paused)

    def _on_legend_save_asked(self, suffix: str) -> None:
        run = self._explorer.runs.run
        name = run.name if run is not None else ""
        self.save_asked.emit(suffix, name, lambda path: self.plot.save(path, name))

    def _on_explore_button_clicked(self) -> None:
        run = self._explorer.runs.run
        if run is not None and run.run:
            self.explore_asked.emit(run.run)  # its folder: what it learned against is there, to begin with


def _tell(label: QLabel, words: str) -> None:
    if label.text() != words:
        label.setText(words)
        label.setVisible(bool(words))
