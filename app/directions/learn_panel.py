"""Learn a direction: say how, watch, look at what was found, name it, keep it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from app.controls.buttons import plain_button, primary_button, set_available, set_primary
from app.controls.numbers import count_text
from app.controls.panel_scroll import PanelScroll
from app.controls.small_note import small_note
from app.controls.surfaces import Rule
from app.directions.candidate_row import CandidateRow
from app.directions.job_head import job_head
from app.directions.lesson_form import LessonForm
from app.flows.finding import PlaceFinder
from app.store.made.directions import Directions
from app.store.state import Explorer
from engine.protocol.values import Recipe

_SETTLE_MS = 250
FORM_PX = 216


class LearnPanel(QWidget):
    """Hands to the store, the store to the widgets."""

    def __init__(self, explorer: Explorer, finder: PlaceFinder) -> None:
        super().__init__()
        self._explorer = explorer
        self._finder = finder
        self._directions: Directions = explorer.directions
        self.form = LessonForm(self._directions)
        self.form.setFixedHeight(FORM_PX)
        self.learn_button = primary_button("Learn")
        self.learn_button.setObjectName("directions.learn")
        self.cancel_button = plain_button("Cancel")
        self.cancel_button.setObjectName("directions.cancel")
        self.told = QLabel()
        self.told.setProperty("tone", "secondary")
        self.told.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.note = small_note()
        self.found = PanelScroll()
        self.rows: list[CandidateRow] = []
        self._build()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._directions.show_candidates)
        self._connect()
        self._refresh()

    def _build(self) -> None:
        top = job_head(self.form, self.told, self.cancel_button, self.learn_button, self.bar)
        self.found.column.addWidget(self.note)
        self.found.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(Rule())
        column.addWidget(self.found, 1)

    def _connect(self) -> None:
        directions = self._directions
        self.form.changed.connect(self._tell)
        self.form.submitted.connect(self._on_learn_button_clicked)
        self.form.dropped.connect(self._on_form_dropped)
        self.form.here_asked.connect(self._on_form_here_asked)
        self.form.favourites_asked.connect(self._on_form_favourites_asked)
        self.learn_button.clicked.connect(self._on_learn_button_clicked)
        self.cancel_button.clicked.connect(directions.cancel)
        directions.learned.connect(self._refresh)
        directions.progress_changed.connect(self._tell)
        directions.groups_changed.connect(self._on_groups_changed)
        directions.group_picture_changed.connect(lambda _side, _index: self.form.refresh_groups())
        directions.candidate_changed.connect(self._on_candidate_changed)
        self._explorer.place.recipe_changed.connect(self._on_place_recipe_changed)

    # ------------------------------------------------------------ what is shown

    def _refresh(self) -> None:
        """Other candidates."""
        for row in self.rows:
            self.found.column.removeWidget(row)
            row.hide()
            row.setObjectName("")
            row.deleteLater()
        candidates = self._directions.candidates
        self.rows = [CandidateRow(k, one, is_only=len(candidates) == 1) for k, one in enumerate(candidates)]
        for index, row in enumerate(self.rows):
            row.keep_asked.connect(lambda label, low, high, index=index: self._directions.keep(index, label, low, high))
            self.found.column.insertWidget(index + 1, row)
            row.show()
        self._tell()
        self.found.settle()

    def _tell(self) -> None:
        directions, why = self._directions, self._directions.why_not() or self.form.missing()
        going, progress = directions.is_learning, directions.progress
        set_available(self.learn_button, not why and not going, why or "It is being learned")
        set_primary(self.learn_button, not (directions.candidates and len(directions.candidates) == 1))
        self.cancel_button.setVisible(going)
        self.bar.setVisible(going)
        self.bar.setRange(0, progress.of if progress is not None else 0)
        if progress is not None:
            self.bar.setValue(progress.done)
            self.told.setText(f"{progress.what}: {count_text(progress.done)} of {count_text(progress.of)}")
        else:
            self.told.setText("Reading the labelled pictures…" if going else why)
        trouble = directions.trouble
        self.note.setProperty("tone", "problem" if trouble else "small")
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        waits = not (directions.candidates or going)
        empty = "What is found is shown here, around the picture on the canvas." if waits else ""
        self.note.setText(trouble or directions.note or empty)
        self.note.setVisible(bool(self.note.text()))

    # ------------------------------------------------------------ a person's hand, and hearing

    def _on_learn_button_clicked(self) -> None:
        if self.learn_button.isEnabled():
            self._directions.learn(self.form.lesson())

    def _on_form_dropped(self, side: int, content: QMimeData) -> None:
        def found(recipe: Recipe) -> None:
            self._directions.add_places(side, (recipe,))

        self._finder.find(content, found)

    def _on_form_here_asked(self, side: int) -> None:
        if (recipe := self._explorer.place.recipe) is not None:
            self._directions.add_places(side, (recipe,))

    def _on_form_favourites_asked(self, side: int) -> None:
        self._directions.add_places(side, tuple(entry.recipe for entry in self._explorer.favourites.entries))

    def _on_groups_changed(self) -> None:
        self.form.refresh_groups()
        self._tell()

    def _on_candidate_changed(self, index: int, step: int) -> None:
        if index < len(self.rows):
            self.rows[index].pictures.set_image(step, self._directions.candidate_image(index, step))

    def _on_place_recipe_changed(self, _recipe: Recipe | None) -> None:
        if self._directions.candidates and self.isVisible():
            self._settle.start()
