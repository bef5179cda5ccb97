"""What is measured: models, the pictures they are measured on, and what is asked of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.controls.buttons import link_button, primary_button, set_available
from app.controls.numbers import count_text
from app.controls.panel_scroll import PanelScroll
from app.controls.section import Section
from app.controls.small_note import small_note
from app.controls.surfaces import Rule, on_panel
from app.controls.values.inputs import narrow_combo
from app.evaluate.model_tree import ModelTree
from app.look.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from app.store.judged.comparing import COUNTS, data_key, data_source
from app.store.judged.scores import Scores
from app.store.state import Explorer
from engine.disk.files import shown
from engine.protocol.score_words import GROUPS

WIDTH_PX = 340


class Chooser(QWidget):
    """`file_asked` wants a model from elsewhere."""

    file_asked = Signal()

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._scores: Scores = explorer.scores
        self._is_told = False
        self.setFixedWidth(WIDTH_PX)
        on_panel(self)
        self.tree = ModelTree(self._scores)
        self.add_button = link_button("Add a file…")
        self.clear_button = link_button("Untick all")
        self.data = narrow_combo(name="Pictures to measure on", least=14)
        self.data.setObjectName("evaluate.data")
        self.count = narrow_combo((count_text(n) for n in COUNTS), name="How many pictures", least=5)
        self.count.setObjectName("evaluate.count")
        self.checks: dict[str, QCheckBox] = {}
        self.measure_button = primary_button("Measure")
        self.measure_button.setObjectName("evaluate.measure")
        self.note = small_note()
        self._build()
        self._connect()
        self._refresh_models()

    def _build(self) -> None:
        models = Section("Models", ruled=False)
        models.add_action(self.clear_button)
        models.add_action(self.add_button)
        models.body.addWidget(self.tree, 1)
        on = Section("Measure on")
        row = QHBoxLayout()
        row.setSpacing(SPACE_8)
        row.addWidget(self.data, 1)
        row.addWidget(self.count)
        on.body.addLayout(row)
        self.count.setToolTip("How many pictures of each model, and how many real ones")
        self.told = small_note()
        on.body.addSpacing(SPACE_4)
        on.body.addWidget(self.told)
        what = Section("What")
        for group in GROUPS:
            check = QCheckBox(group.label)
            check.setObjectName(f"evaluate.group.{group.name}")
            check.setToolTip(group.help)
            self.checks[group.name] = check
            what.body.addWidget(check)
        scroll = PanelScroll()
        scroll.column.addWidget(models, 1)
        scroll.column.addWidget(on)
        scroll.column.addWidget(what)
        foot = QVBoxLayout()
        foot.setContentsMargins(SPACE_16, SPACE_12, SPACE_16, SPACE_16)
        foot.setSpacing(SPACE_8)
        foot.addWidget(self.note)
        foot.addWidget(self.measure_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scroll, 1)
        column.addWidget(Rule())
        column.addLayout(foot)

    def _connect(self) -> None:
        scores = self._scores
        scores.models_changed.connect(self._refresh_models)
        scores.chosen_changed.connect(self._refresh)
        scores.results_changed.connect(self._refresh_button)
        scores.progress_changed.connect(self._refresh_button)
        self._explorer.runs.datasets_changed.connect(self._refresh)
        self._explorer.folders.changed.connect(self._refresh)
        self.tree.toggled.connect(scores.set_chosen)
        self.add_button.clicked.connect(self.file_asked)
        self.clear_button.clicked.connect(lambda: scores.choose(()))
        self.data.activated.connect(self._on_data_activated)
        self.count.activated.connect(lambda index: scores.set_n(COUNTS[index]))
        for name, check in self.checks.items():
            check.toggled.connect(lambda on, name=name: None if self._is_told else scores.set_group(name, on))
        self.measure_button.clicked.connect(scores.measure)

    # ------------------------------------------------------------ what is shown

    def _refresh_models(self) -> None:
        self.tree.rebuild()
        self._refresh()

    def _refresh(self) -> None:
        scores = self._scores
        self._is_told = True
        self.tree.show_chosen()
        self.data.clear()
        for source, label in self.sets():
            self.data.addItem(label, source)
        self.data.setPlaceholderText("Choose pictures" if scores.chosen else "The model’s own")
        self.data.setCurrentIndex(self.data.findData(self._known(scores.data)))
        self.count.setCurrentIndex(COUNTS.index(scores.n))
        self.told.setText(
            f"At most {count_text(scores.n)} pictures, held out of learning: knowing some by heart gains nothing."
        )
        for name, check in self.checks.items():
            check.setChecked(name in scores.groups)
        self._is_told = False
        self._refresh_button()

    def sets(self) -> list[tuple[str, str]]:
        """Sets to measure on: those there are, own folders, and what the models learned from."""
        found = {
            data_key(data.name): (data_source(data.name), data.label)
            for data in (*self._explorer.runs.datasets, *self._explorer.folders.sets)
            if data.installed and data.kind == "pictures"
        }
        for source in (*(model.data for model in self._scores.models), self._scores.data):
            if source and (not _is_path(source) or Path(source).exists()):
                found.setdefault(data_key(source), (data_source(source), shown(data_key(source))))
        return list(found.values())

    def _known(self, data: str) -> str:
        """As it stands in the list."""
        return next((source for source, _ in self.sets() if data_key(source) == data_key(data)), "")

    def _refresh_button(self) -> None:
        scores = self._scores
        why = "It is being measured" if scores.is_measuring else scores.why_not()
        known = scores.is_known()
        set_available(self.measure_button, not why and not known, why or "All of this was measured before")
        count = len(scores.chosen)
        words = f"{count} model{'s' if count != 1 else ''} chosen"
        done = scores.count_known()
        if why and not scores.is_measuring:
            words = f"{why}."
        elif known and count:
            words = "All of this is measured; it is shown beside."
        elif done:
            words += f", {done} measured before"
        if not words.endswith("."):
            words += "."
        self.note.setText(" ".join((words, self._of_strangers())).strip())

    def _of_strangers(self) -> str:
        """Which chosen models learned from other pictures than these: their numbers then say little."""
        scores = self._scores
        models = [model for source in scores.chosen if (model := scores.model(source)) and model.data]
        others = [model for model in models if data_key(model.data) != data_key(scores.data)]
        if not others or not scores.data:
            return ""
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        return f"Learned from other pictures: “{shown(scores.title(others[0].source))}”{more}."

    def _on_data_activated(self, index: int) -> None:
        self._scores.set_data(str(self.data.itemData(index)))


def _is_path(name: str) -> bool:
    return Path(name).is_absolute()
