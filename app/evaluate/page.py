"""Evaluate: which model is how good, on the same pictures and by the same measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.controls.buttons import plain_button, set_available
from app.controls.empty_state import EmptyState
from app.controls.page import PageWidget
from app.controls.surfaces import Rule, on_panel
from app.controls.tab_strip import INSET_PX, TabStrip
from app.evaluate.bars import Bars
from app.evaluate.chooser import Chooser
from app.evaluate.closeness_view import ClosenessView
from app.evaluate.over_time import OverTime
from app.evaluate.progress_line import ProgressLine
from app.evaluate.saving import export_menu
from app.evaluate.score_table import HEAD_PX, ROW_PX, ScoreTable
from app.evaluate.sheets import Sheets
from app.flows.shell import EVALUATE, EXPLORE, TRAIN, Shell
from app.look.tokens import SPACE_4, SPACE_8, SPACE_16, SPACE_24
from app.store.judged.comparing import data_key
from app.store.judged.comparison_files import open_comparison
from app.store.notices import Level, NoticeAction
from engine.disk.files import ZscapeError, on_a_line, shown
from engine.protocol.values import Recipe

TABS = ("Table", "Bars", "Over time", "Neighbours")
EMPTY = "Choose two or more models on the left, and see which one draws better pictures of the same data, by numbers."


class EvaluatePage(PageWidget):
    """Hands to the store, the store to the widgets."""

    guide = "Which one is better?"

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._scores = shell.explorer.scores
        self.setAccessibleName("Evaluate")
        self.chooser = Chooser(shell.explorer)
        self.tabs = TabStrip(*TABS)
        self.tabs.setAccessibleName("How the scores are shown")
        self.save_button = plain_button("Export", "export")
        self.save_button.setObjectName("evaluate.export")
        self.empty = EmptyState(EMPTY, "Compare")
        self.table = ScoreTable()
        self.sheets = Sheets(self._scores, shell.explorer.closeness)
        self.bars = Bars()
        self.over_time = OverTime(self._scores)
        self.closeness = ClosenessView(self._scores, shell.explorer.closeness)
        self.front = QWidget()
        self.views: tuple[QWidget, ...] = (self.front, self.bars, self.over_time, self.closeness)
        self.progress = ProgressLine(self._scores)
        self._build()
        self._connect()
        self._refresh()

    def _build(self) -> None:
        on_panel(self)
        assert self.empty.button is not None
        self.empty.button.setObjectName("evaluate.compare")
        self.empty.button.setProperty("kind", "primary")
        self.empty.set_margins(4 * SPACE_24, 0, 4 * SPACE_24, 0)
        bar = QHBoxLayout()
        bar.setContentsMargins(SPACE_16 - INSET_PX, SPACE_4, SPACE_8, 0)
        bar.setSpacing(SPACE_8)
        bar.addWidget(self.tabs)
        bar.addStretch(1)
        bar.addWidget(self.save_button)
        front = QVBoxLayout(self.front)
        front.setContentsMargins(0, 0, 0, 0)
        front.setSpacing(0)
        front.addWidget(self.table)
        front.addWidget(self.sheets, 1)
        self.deck = QStackedWidget()
        self.deck.addWidget(self.empty)
        for view in self.views:
            self.deck.addWidget(view)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(bar)
        right.addWidget(Rule())
        right.addWidget(self.deck, 1)
        right.addWidget(self.progress)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.chooser)
        row.addWidget(Rule(Qt.Orientation.Vertical))
        row.addLayout(right, 1)

    def _connect(self) -> None:
        scores = self._scores
        scores.results_changed.connect(self._refresh)
        scores.chosen_changed.connect(self._on_scores_chosen_changed)
        scores.models_changed.connect(self._refresh)
        scores.progress_changed.connect(self._refresh)
        self._shell.explorer.models.model_changed.connect(lambda _model: self._refresh())
        scores.finished.connect(self._on_scores_finished)
        self.tabs.currentChanged.connect(self._on_tabs_changed)
        self.table.explored.connect(self._on_table_explored)
        self.sheets.explored.connect(self._on_sheets_explored)
        self.over_time.comparison_asked.connect(self._on_comparison_asked)
        self.over_time.measuring_asked.connect(self._keep_keyboard)
        self.over_time.train_asked.connect(lambda: self._shell.show_page(TRAIN))
        self.save_button.clicked.connect(self._on_save_button_clicked)
        self.chooser.file_asked.connect(self._on_chooser_file_asked)
        assert self.empty.button is not None
        self.empty.button.clicked.connect(self._on_compare_clicked)

    # ------------------------------------------------------------ page

    def first_focus(self) -> QWidget:
        return self.chooser.tree

    def notice_area(self) -> QWidget:
        return self.deck

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._scores.look()
        self._refresh()

    def capture(self) -> dict[str, Any]:
        scores = self._scores
        return {
            "tab": self.tabs.currentIndex(), "files": list(scores.files), "chosen": list(scores.chosen),
            "data": scores.data, "data_picked": scores.is_data_picked, "n": scores.n, "groups": sorted(scores.groups),
        }  # fmt: skip

    def restore(self, kept: Mapping[str, Any]) -> None:
        def texts(name: str) -> list[str]:
            found = kept.get(name)
            return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []

        data, n, tab = kept.get("data"), kept.get("n"), kept.get("tab")
        self._scores.restore(
            files=texts("files"), chosen=texts("chosen"), data=data if isinstance(data, str) else "",
            is_data_picked=kept.get("data_picked") is True, n=n if type(n) is int else 0, groups=texts("groups"),
        )  # fmt: skip
        if type(tab) is int and 0 <= tab < self.tabs.count():
            self.tabs.setCurrentIndex(tab)

    # ------------------------------------------------------------ what is shown

    def _refresh(self) -> None:
        scores, table = self._scores, self._scores.table()
        has_scores = bool(table.sources)
        self.table.set_table(table)
        rows = HEAD_PX + ROW_PX * self.table.scores.rowCount() + self.table.horizontalScrollBar().sizeHint().height()
        self.table.setFixedHeight(min(rows + 2, max(200, self.height() // 2)))
        match self.tabs.currentIndex():
            case 0:
                self.sheets.show_models(table.sources if self.isVisible() else ())
            case 1:
                self.bars.set_table(table)
            case 2:
                self.over_time.set_table(table)
            case _:
                self.closeness.show_models(scores.chosen)
        set_available(self.save_button, has_scores, "There are no scores yet", "Save or copy the numbers")
        suggestion = scores.suggestion()
        button = self.empty.button
        assert button is not None
        button.setVisible(suggestion is not None and not scores.is_measuring)
        if suggestion is not None:
            names = [on_a_line(scores.title(each.source), 32) for each in (suggestion.first, suggestion.second)]
            button.setText(f"Compare {names[0]} with {names[1]}")
            button.setToolTip("Both learned from the same pictures: measure them on those that were held out")
        self.empty.label.setText("Measuring…" if scores.is_measuring else EMPTY)
        stands_alone = self.tabs.currentIndex() in (2, 3)  # they say themselves what is missing
        self.deck.setCurrentWidget(self.views[self.tabs.currentIndex()] if has_scores or stands_alone else self.empty)

    def _on_scores_chosen_changed(self) -> None:
        self._refresh()
        self.kept_changed.emit()

    def _on_scores_finished(self, fresh: int) -> None:
        """Who went elsewhere meanwhile is told."""
        if fresh and not self.isVisible():
            show = NoticeAction("Show the scores", lambda: self._shell.show_page(EVALUATE))
            count = len(self._scores.results)
            self._shell.board.post(f"Measured {count} model{'s' if count != 1 else ''}.", Level.DONE, action=show)

    def _on_tabs_changed(self, _index: int) -> None:
        self._refresh()
        self.kept_changed.emit()

    # ------------------------------------------------------------ a person's hand

    def _on_compare_clicked(self) -> None:
        if (suggestion := self._scores.suggestion()) is not None:
            self._keep_keyboard()
            self._scores.compare(suggestion)

    def _keep_keyboard(self) -> None:
        """Before a button that has it goes away: Qt would hand it to whatever comes next, in the status bar perhaps."""
        self.first_focus().setFocus(Qt.FocusReason.MouseFocusReason)

    def _on_table_explored(self, source: str) -> None:
        self._shell.explorer.models.open(source)
        self._shell.show_page(EXPLORE)

    def _on_sheets_explored(self, source: str, seed: int) -> None:
        result = self._scores.results.get(source)
        recipe = Recipe(model=result.fingerprint, seed=seed) if result is not None and result.fingerprint else None
        self._shell.explorer.models.open(source, recipe)
        self._shell.show_page(EXPLORE)

    def _on_comparison_asked(self) -> None:
        def then(path: Path) -> None:
            try:
                self.over_time.show_comparison(open_comparison(path))
            except ZscapeError as error:
                self._shell.board.post(error.sentence, Level.PROBLEM)

        self._shell.dialogs.ask_open("Open a comparison", "", "Scores over time (*.csv)", then)

    def _on_chooser_file_asked(self) -> None:
        self._shell.dialogs.ask_open(
            "Add a model", "", "Models (*.safetensors)", lambda path: self._scores.add_file(str(path))
        )

    def _on_save_button_clicked(self) -> None:
        menu = export_menu(self._scores, self._save, self)
        button = self.save_button
        corner = button.mapToGlobal(QPoint(button.width(), button.height() + SPACE_4))
        menu.popup(corner - QPoint(menu.sizeHint().width(), 0))

    def _save(self, suffix: str, write: Callable[[Path], object]) -> None:
        self._shell.curves.save(suffix, shown(data_key(self._scores.data)), write, what="scores")
