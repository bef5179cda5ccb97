"""What each slider moves: a heat map of what the judge reads, and a slider with some of it held still."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.controls.buttons import plain_button, primary_button, set_available, set_primary
from app.controls.numbers import count_text, signed_text
from app.controls.plots.library import library
from app.controls.small_note import small_note
from app.controls.surfaces import Rule, on_panel
from app.directions.job_head import job_head
from app.directions.picture_row import PictureRow
from app.look.tokens import SPACE_8, SPACE_12, SPACE_16
from app.places.words import spoken
from app.store.made.directions import STEPS
from app.store.made.meter import Meter
from app.store.state import Explorer

if TYPE_CHECKING:
    from app.controls.plots.matrix_plot import MatrixPlot

_TELLING = 0.25
"""An attribute that moves so far, in its own deviations for one unit of the slider, is offered to be held still."""
_OFFERED = 5
_INTRO = (
    "Each slider is moved by one unit from many places, the pictures are decoded, and the judge of these pictures reads"
    " what else moved, in standard deviations. Press a row to hold the rest of it still."
)


class MeterPanel(QWidget):
    """Hands to the store, the store to the widgets."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._meter: Meter = explorer.meter
        self._row = -1
        self.plot: MatrixPlot | None = None
        self.intro = small_note(_INTRO)
        self.measure_button = primary_button("Measure")
        self.measure_button.setObjectName("meter.measure")
        self.cancel_button = plain_button("Cancel")
        self.told = QLabel()
        self.told.setProperty("tone", "secondary")
        self.told.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        on_panel(self.area.viewport())
        self.rest = QWidget()
        """Takes the room while there is no matrix, so that what is said stands on top."""
        self.hold = QWidget()
        self.hold_title = QLabel()
        self.hold_title.setProperty("tone", "heading")
        self.choices: dict[str, QPushButton] = {}
        self.hold_button = plain_button("Hold still")
        self.hold_button.setObjectName("meter.hold")
        self.keep_button = plain_button("Keep as slider")
        self.keep_button.setObjectName("meter.keep")
        self.rows = (PictureRow(), PictureRow())
        self._build()
        self._connect()
        self._refresh()

    def _build(self) -> None:
        top = job_head(self.intro, self.told, self.cancel_button, self.measure_button, self.bar)
        self._chosen = QHBoxLayout()
        self._chosen.setSpacing(SPACE_8)
        head = QHBoxLayout()
        head.setSpacing(SPACE_8)
        head.addWidget(self.hold_title)
        head.addLayout(self._chosen)
        head.addStretch(1)
        head.addWidget(self.hold_button)
        pairs = QHBoxLayout()
        pairs.setSpacing(SPACE_12)
        for words, row in zip(("Before", "After"), self.rows, strict=True):
            label = QLabel(words)
            label.setProperty("tone", "small")
            pairs.addWidget(label)
            pairs.addWidget(row)
        pairs.addStretch(1)
        self.pairs = QWidget()
        whole = QVBoxLayout(self.pairs)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE_8)
        whole.addLayout(pairs)
        whole.addWidget(self.keep_button, 0, Qt.AlignmentFlag.AlignRight)
        foot = QVBoxLayout(self.hold)
        foot.setContentsMargins(SPACE_16, SPACE_8, SPACE_16, SPACE_12)
        foot.setSpacing(SPACE_8)
        foot.addLayout(head)
        foot.addWidget(self.pairs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(Rule())
        column.addWidget(self.area, 1)
        column.addWidget(self.rest, 1)
        column.addWidget(self.hold)

    def _connect(self) -> None:
        meter = self._meter
        meter.changed.connect(self._refresh)
        meter.progress_changed.connect(self._tell)
        meter.held_changed.connect(self._show_held)
        meter.picture_changed.connect(lambda which, step: self.rows[which].set_image(step, meter.image(which, step)))
        self.measure_button.clicked.connect(meter.measure)
        self.cancel_button.clicked.connect(meter.cancel)
        self.hold_button.clicked.connect(self._on_hold_button_clicked)
        self.keep_button.clicked.connect(self._on_keep_button_clicked)
        library().arrived.connect(self._refresh)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._meter.look()
        self._refresh()

    # ------------------------------------------------------------ what is shown

    def _refresh(self) -> None:
        matrix = self._meter.matrix
        if matrix is not None and library().is_here:
            if self.plot is None:
                self._make_plot()
            assert self.plot is not None
            labels, columns = map(self._label, matrix.sliders), map(self._label, matrix.attributes)
            self.plot.set_matrix(tuple(labels), tuple(columns), matrix.rows)
        self.area.setVisible(matrix is not None)
        self.rest.setVisible(matrix is None)
        if matrix is None or not 0 <= self._row < len(matrix.sliders):
            self._choose(-1)
        self._tell()

    def _make_plot(self) -> None:
        from app.controls.plots.matrix_plot import MatrixPlot

        self.plot = MatrixPlot()
        self.plot.setObjectName("meter.matrix")
        self.plot.chosen.connect(self._choose)
        self.plot.pointed_at.connect(self._on_plot_pointed_at)
        self.area.setWidget(self.plot)

    def _label(self, name: str) -> str:
        model = self._explorer.models.model
        for one in model.directions if model is not None else ():
            if one.name == name:
                return self._explorer.directions.label(one)
        return spoken(name)

    def _tell(self) -> None:
        meter, progress = self._meter, self._meter.progress
        why = meter.why_not()
        going = meter.is_busy
        set_available(self.measure_button, not why and not going, why or "It is being measured")
        self.measure_button.setText("Measure again" if meter.matrix is not None else "Measure")
        set_primary(self.measure_button, meter.matrix is None)
        self.cancel_button.setVisible(going)
        self.bar.setVisible(going)
        self.bar.setRange(0, progress.of if progress is not None else 0)
        if progress is not None:
            self.bar.setValue(progress.done)
            self.told.setText(f"{progress.what}: {count_text(progress.done)} of {count_text(progress.of)}")
        elif meter.matrix is not None and not meter.trouble:
            self.told.setText(f"Read from {meter.matrix.places} places, each moved to both sides.")
        else:
            self.told.setText(meter.trouble or why)

    def _choose(self, row: int) -> None:
        matrix = self._meter.matrix
        self._row = row
        self.hold.setVisible(row >= 0 and matrix is not None)
        if self.plot is not None:
            self.plot.set_row(row)
        for button in self.choices.values():
            self._chosen.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.choices = {}
        self.pairs.hide()
        if row < 0 or matrix is None:
            return
        name = matrix.sliders[row]
        self.hold_title.setText(f"{self._label(name)}: hold still")
        pairs = sorted(zip(matrix.attributes, matrix.rows[row], strict=True), key=lambda pair: -abs(pair[1]))
        for attribute, value in [pair for pair in pairs if pair[0] != name][:_OFFERED]:
            button = QPushButton(self._label(attribute))
            button.setCheckable(True)
            button.setChecked(abs(value) >= _TELLING)
            button.setProperty("kind", "choice")
            button.setToolTip(f"Moves by {signed_text(value, 2)} for one unit")
            button.toggled.connect(lambda _on: self._tell_hold())
            self._chosen.addWidget(button)
            self.choices[attribute] = button
        self._tell_hold()

    def _tell_hold(self) -> None:
        any_chosen = any(button.isChecked() for button in self.choices.values())
        set_available(self.hold_button, any_chosen, "Choose what is to stay as it is")

    def _show_held(self) -> None:
        held = self._meter.held
        self.pairs.setVisible(len(held) == 2)
        set_available(self.keep_button, True)
        for which, (row, one) in enumerate(zip(self.rows, held, strict=False)):
            row.set_range(one.label, one.low, one.high)
            for step in range(STEPS):
                row.set_image(step, self._meter.image(which, step))

    # ------------------------------------------------------------ a person's hand

    def _on_plot_pointed_at(self, row: int, column: int) -> None:
        matrix = self._meter.matrix
        if matrix is None or row < 0 or self.plot is None:
            return
        words = f"{self._label(matrix.sliders[row])} by one unit moves {self._label(matrix.attributes[column]).lower()}"
        self.plot.setToolTip(f"{words} by {signed_text(matrix.rows[row][column], 2)} of its standard deviation")

    def _on_hold_button_clicked(self) -> None:
        matrix = self._meter.matrix
        if matrix is not None and self._row >= 0:
            still = [name for name, button in self.choices.items() if button.isChecked()]
            self._meter.hold(matrix.sliders[self._row], still)

    def _on_keep_button_clicked(self) -> None:
        if len(self._meter.held) == 2:
            self._meter.keep(self._explorer.directions.free_label(self._meter.held[1].label))
            set_available(self.keep_button, False, "It is a slider now, under Look")
