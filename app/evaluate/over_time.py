"""Scores of a run's snapshots over its clock, or of a comparison's families over theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.controls.buttons import link_button, quiet_button
from app.controls.empty_state import EmptyState
from app.controls.plots.library import library
from app.controls.surfaces import on_panel
from app.controls.values.inputs import narrow_combo
from app.evaluate.fitted_picture import FittedPicture
from app.look.theme import theme, tokens
from app.look.tokens import SPACE_8, SPACE_12, SPACE_16, Tokens
from app.store.judged.comparison import CLOCKS, metrics_of, outcomes, spreads
from app.store.judged.comparison_files import Comparison, read_sheet
from app.store.judged.scores import Scores
from app.store.judged.table import Table
from engine.disk.files import on_a_line
from engine.protocol.score_words import is_main, score_kind
from engine.protocol.scoring import ModelListed

if TYPE_CHECKING:
    from app.controls.plots.score_plot import ScorePlot, Series

CLOCK_WORDS = {"step": "Steps", "seconds": "Seconds", "cpu_seconds": "Processor-seconds"}
EQUAL = "cpu_seconds"
"""The clock by which all families of a comparison learned for the same time."""
_CLOCK_OF: dict[str, Callable[[ModelListed], float]] = {
    "step": lambda model: float(model.step),
    "seconds": lambda model: model.seconds,
    "cpu_seconds": lambda model: model.cpu_seconds,
}
RESULT = "The last point is the run's result: it may sample places found after training, its snapshots do not."
NO_RUN = "A run keeps snapshots while it learns; here one sees how its scores change. There is no run yet.\n\
Several families in equal time, as “zscape compare” measures them, are shown here too: Open a comparison…"
EMPTY = "Tick snapshots of a run to see how its scores change while it learns."
_SHEET_OF = "sheet of seed "
"""Begins the data of an entry that shows pictures instead of a score."""
SHEET = "Sixteen equal seeds of each family at equal times: a row for each family, a column for each moment"


def _has_clock(comparison: Comparison, clock: str) -> bool:
    return any(np.isfinite(report.clocks.get(clock, np.nan)) for report in comparison.reports)


class OverTime(QWidget):
    """`comparison_asked` wants the file of a comparison, `train_asked` a first run."""

    comparison_asked = Signal()
    measuring_asked = Signal()
    train_asked = Signal()

    def __init__(self, scores: Scores) -> None:
        super().__init__()
        self._scores = scores
        self._table: Table | None = None
        self._comparison: Comparison | None = None
        self._sheet: Path | None = None
        self.plot: ScorePlot | None = None
        on_panel(self)
        self.score = narrow_combo(name="Which score", least=12)
        self.score.setObjectName("evaluate.time.score")
        self.clock = narrow_combo(CLOCK_WORDS.values(), name="Over which clock", least=15)
        self.clock.setObjectName("evaluate.time.clock")
        self.open_button = quiet_button("Open a comparison…")
        self.open_button.setObjectName("evaluate.time.open")
        self.open_button.setToolTip("A table of scores over time by family and seed, as “zscape compare” writes it")
        self.close_button = link_button("Close it")
        self.legend = QLabel()
        self.legend.setProperty("tone", "small")
        self.legend.setWordWrap(True)
        self.outcome = QLabel()
        self.outcome.setObjectName("evaluate.time.outcome")
        self.outcome.setProperty("tone", "small")
        self.outcome.setTextFormat(Qt.TextFormat.PlainText)
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.outcome.setWordWrap(True)
        self.pictures = FittedPicture()
        self.empty = EmptyState(EMPTY, "Measure")
        self._build()
        self.score.activated.connect(self._draw)
        self.clock.activated.connect(self._draw)
        self.open_button.clicked.connect(self.comparison_asked)
        self.close_button.clicked.connect(lambda: self.show_comparison(None))
        assert self.empty.button is not None
        self.empty.button.clicked.connect(self._on_measure_clicked)
        theme().changed.connect(self._on_theme_changed)
        library().arrived.connect(self._on_library_arrived)
        self._on_library_arrived()

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_8)
        row.addWidget(self.score)
        row.addWidget(self.clock)
        row.addStretch(1)
        row.addWidget(self.close_button)
        row.addWidget(self.open_button)
        self._ground = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_16, SPACE_12, SPACE_8, SPACE_12)
        column.setSpacing(SPACE_8)
        column.addLayout(row)
        column.addWidget(self.legend)
        column.addLayout(self._ground, 1)
        column.addWidget(self.pictures, 1)
        column.addWidget(self.outcome)
        column.addWidget(self.empty, 1)

    # ------------------------------------------------------------ what is shown

    def set_table(self, table: Table) -> None:
        """Scores of what is chosen."""
        self._table = table
        self._refill()

    def show_comparison(self, comparison: Comparison | None) -> None:
        """Scores from a file; none go back to what is chosen."""
        if comparison is not None and self._comparison is None and _has_clock(comparison, EQUAL):
            self.clock.setCurrentIndex(CLOCKS.index(EQUAL))
        self._comparison = comparison
        found = outcomes(comparison.reports, comparison.real.get("inception_score")) if comparison else ()
        lines = [each.words for each in found]
        self.outcome.setText("\n".join(lines))
        self._refill()

    def is_comparing(self) -> bool:
        """True while a file's scores are shown."""
        return self._comparison is not None

    def _refill(self) -> None:
        now, comparison = self.score.currentData(), self._comparison
        names = list(metrics_of(comparison.reports)) if comparison else []
        if comparison is None and self._table is not None:
            names = [column.kind.name for column in self._table.columns]
            names.sort(key=lambda name: not is_main(name))
        self.score.clear()
        for name in names:
            self.score.addItem(score_kind(name).label, name)
        for seed in comparison.sheets if comparison else ():
            self.score.addItem(f"Pictures, seed {seed}", _SHEET_OF + seed)
        self.score.setCurrentIndex(max(0, self.score.findData(now)))
        self._draw()

    def _draw(self) -> None:
        if self.plot is None:
            library().fetch()
            return
        name, clock = self.score.currentData(), CLOCKS[max(0, self.clock.currentIndex())]
        is_sheet = str(name or "").startswith(_SHEET_OF)
        has_sheet = is_sheet and self._show_sheet(str(name).removeprefix(_SHEET_OF))
        series, real = (self._of_file if self._comparison else self._of_runs)(str(name or ""), clock)
        has_lines = bool(series)
        run = self._run()
        self.empty.setVisible(not (has_lines or has_sheet))
        self.pictures.setVisible(has_sheet)
        self.outcome.setVisible(self.is_comparing())
        self.close_button.setVisible(self.is_comparing())
        button = self.empty.button
        assert button is not None
        button.setVisible(not self._scores.is_measuring and not self._comparison)
        title = "" if run is None else on_a_line(self._scores.title(run.source), 48)
        button.setText(f"Measure the snapshots of {title}" if title else "Train a model")
        words = NO_RUN if run is None else EMPTY
        if name and self._comparison:
            words = "These pictures cannot be read." if is_sheet else "These were measured on another clock."
        self.empty.label.setText(words)
        for part in (self.score, self.clock, self.legend):
            part.setVisible((has_lines or self.is_comparing()) and (part is self.score or not is_sheet))
        look = tokens()
        told = [f'<span style="color:{each.colour(look)}">━</span> {each.name}' for each in series]
        told += ["┅ held-out real pictures"] if real is not None else []
        told += ["★ the best"] if any(each.best >= 0 for each in series) else []
        self.legend.setText(" &nbsp; ".join(told))
        self.plot.setVisible(has_lines)
        if has_lines:
            kind = score_kind(str(name))
            title = kind.label
            if self._comparison is not None:
                title += f" · {self._comparison.name}: mean of the seeds, and their spread"
            self.plot.set_series(title, CLOCK_WORDS[clock].lower(), series, real)
            self.plot.setToolTip(kind.help if self._comparison else f"{kind.help}\n{RESULT}")

    def _show_sheet(self, seed: str) -> bool:
        """Pictures of all families at equal times, in the plot's place; False where they cannot be read."""
        path = self._comparison.sheets.get(seed) if self._comparison else None
        if path is not None and path != self._sheet:
            self.pictures.set_picture(read_sheet(path), SHEET)
        self._sheet = path
        return path is not None and self.pictures.picture() is not None

    def _of_file(self, name: str, clock: str) -> tuple[list[Series], tuple[float, float] | None]:
        from app.controls.plots.score_plot import Series

        assert self._comparison is not None
        real = self._comparison.real.get(name)
        return [
            Series(
                f"{each.family}, {each.seeds} seed{'' if each.seeds == 1 else 's'}",
                hue,
                each.x,
                each.mean,
                each.low,
                each.high,
                is_spread=True,
            )
            for hue, each in enumerate(spreads(self._comparison.reports, name, clock))
        ], None if real is None else (real, real)

    def _of_runs(self, name: str, clock: str) -> tuple[list[Series], tuple[float, float] | None]:
        """A line for each run of which two moments at least are measured."""
        from app.controls.plots.score_plot import Series

        table, found = self._table, list[Series]()
        if table is None or not name:
            return found, None
        for run in dict.fromkeys(
            model.run or model.source for model in map(self._scores.model, table.sources) if model
        ):
            points = []
            for source in table.sources:
                model, cell = self._scores.model(source), table.cell(source, name)
                if model is None or cell is None or run not in (model.run, model.source):
                    continue
                moment = _CLOCK_OF[clock](model)
                if moment > 0 and np.isfinite(cell.value):
                    points.append((moment, cell.value, cell.stderr, source))
            points.sort()
            if len(points) < 2:
                continue
            x, y, error = (np.array([point[k] for point in points], dtype=float) for k in range(3))
            best = table.best(name, [point[3] for point in points])
            place = next((k for k, point in enumerate(points) if point[3] == best), -1)
            found.append(Series(self._scores.title(run), len(found), x, y, y - error, y + error, best=place))
        real = next((column.real for column in table.columns if column.kind.name == name), None)
        return found, real

    def _run(self) -> ModelListed | None:
        """A run whose snapshots could be measured: one that is chosen, else the newest."""
        runs = [model for model in self._scores.models if len(self._scores.snapshots(model.source)) > 1]
        chosen = [model for model in runs if model.source in self._scores.chosen]
        return next(iter((*chosen, *runs)), None)

    # ------------------------------------------------------------ a person's hand

    def _on_theme_changed(self, _tokens: Tokens) -> None:
        self._draw()

    def _on_measure_clicked(self) -> None:
        run = self._run()
        if run is not None:
            self.measuring_asked.emit()
            self._scores.measure_run(run)
        else:
            self.train_asked.emit()

    def _on_library_arrived(self) -> None:
        if not library().is_here or self.plot is not None:
            return
        from app.controls.plots.score_plot import ScorePlot

        self.plot = ScorePlot()
        self._ground.addWidget(self.plot)
        self._draw()
