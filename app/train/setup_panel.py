"""Everything to decide before a run: pictures, kind of model, preset, settings, name; and the button that starts it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.controls.buttons import primary_button, set_available, set_primary
from app.controls.page import tell_guide
from app.controls.panel_scroll import PanelScroll
from app.controls.section import Section
from app.controls.surfaces import Rule, on_panel
from app.controls.values.inputs import LineEdit
from app.form.form import Form
from app.look.tokens import SPACE_8, SPACE_12, SPACE_16
from app.store.learning.run_state import RunState
from app.store.state import Explorer
from app.train.choices import data_key, data_source, fitting_side, preset_note
from app.train.data_picker import DataPicker
from app.train.family_picker import FamilyPicker
from app.train.naming import free_folder, numbered_name, suggested_name
from app.train.start_picker import StartPicker
from engine.disk.files import shown
from engine.protocol.answers import ConfigChecked
from engine.protocol.requests import CheckConfig, Train
from engine.protocol.values import DatasetDescribed, FamilyDescribed, ModelDescribed, Preset

WIDTH_PX = 340
LEARNED_FROM = 80
"""Percent of a set's pictures that are learned from; the others are held out."""
_OTHER_DATA = "A good start for other pictures too; size and colours follow the ones you chose."


class SetupPanel(QWidget):
    """`start_asked` carries the command."""

    start_asked = Signal(object)
    folder_asked = Signal()
    make_asked = Signal()

    def __init__(self, explorer: Explorer, runs: Path) -> None:
        super().__init__()
        self._explorer = explorer
        self._runs = runs
        self._is_data_own = False
        """True once a person chose pictures: presets no longer change them."""
        self._is_name_own = False
        self._asked: CheckConfig | None = None
        """What the engine was asked about last."""
        self._checked: ConfigChecked | None = None
        self._is_answered = True
        self._starts_once_checked = False
        self._fitted: dict[str, tuple[Any, Any]] = {}
        """Settings that follow the chosen pictures: as they stood before, and as the pictures asked."""
        self._has_taken = False
        """Whether settings of another kind's model stand over those of the preset."""
        self.setFixedWidth(WIDTH_PX)
        on_panel(self)
        self.data = DataPicker()
        self.kind = FamilyPicker()
        self.start = StartPicker()
        self.form = Form(())
        self.name_edit = LineEdit()
        self.name_edit.setObjectName("train.name")
        self.name_edit.setAccessibleName("Name of the run")
        self.name_edit.setPlaceholderText("Name of the run")
        self.name_edit.setMaxLength(80)
        self.problem = QLabel(wordWrap=True)
        self.problem.setProperty("tone", "problem")
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.hide()
        self.start_button = primary_button("Start training")
        self.start_button.setObjectName("train.start")
        self._settings = Section("Settings")
        self._settings.hide()
        self._build()
        self.data.chosen.connect(self._on_data_chosen)
        self.data.forgotten.connect(explorer.folders.remove)
        self.data.folder_asked.connect(self.folder_asked)
        self.data.make_asked.connect(self.make_asked)
        self.kind.family_chosen.connect(self._on_kind_family_chosen)
        self.kind.preset_chosen.connect(self._on_kind_preset_chosen)
        self.start.chosen.connect(self._on_start_chosen)
        self.name_edit.textEdited.connect(self._on_name_edit_text_edited)
        self.start_button.clicked.connect(self._on_start_button_clicked)
        explorer.runs.families_changed.connect(self.set_families)
        explorer.runs.datasets_changed.connect(self.set_datasets)
        explorer.runs.config_checked.connect(self._on_config_checked)
        explorer.runs.run_changed.connect(self.set_run)
        explorer.runs.drafted.connect(self.fill)
        explorer.models.model_changed.connect(self._offer_model)
        explorer.folders.changed.connect(self.set_folders)
        self.set_folders()
        self.set_families(explorer.runs.families)
        self.set_datasets(explorer.runs.datasets)

    def _build(self) -> None:
        self.area = PanelScroll()
        column = self.area.column
        for title, part in (("Pictures", self.data), ("Kind of model", self.kind), ("Begin with", self.start)):
            section = Section(title, ruled=title != "Pictures")
            section.body.addWidget(part)
            column.addWidget(section)
        column.addWidget(self._settings)
        self._settings.body.addWidget(self.form)
        name = Section("Name")
        name.body.addWidget(self.name_edit)
        column.addWidget(name)
        column.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(SPACE_16, SPACE_12, SPACE_16, SPACE_12)
        foot.setSpacing(SPACE_8)
        foot.addWidget(self.problem)  # grows into the list's lower end: no setting moves away from the pointer
        foot.addWidget(self.start_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.area, 1)
        whole.addWidget(Rule())
        whole.addLayout(foot)

    # ------------------------------------------------------------ the store speaks

    def set_families(self, families: tuple[FamilyDescribed, ...]) -> None:
        """What can be trained."""
        before = self.kind.family()
        self.kind.set_families(families)
        if self.kind.family() != before:
            self._show_family()
        self._judge()

    def set_datasets(self, sets: tuple[DatasetDescribed, ...]) -> None:
        """What can be trained on."""
        self.data.set_datasets(sets)
        if self.data.chosen_set() is None:
            self._wish_data()
        self._fit_to_data()
        self.area.settle()

    def set_run(self, run: RunState | None) -> None:
        """While one run goes on, another cannot begin; once it is over, exploring its result comes first."""
        set_primary(self.start_button, run is None or not run.is_over or not run.model_path)
        self._judge()

    def set_folders(self) -> None:
        """What is known of a person's own folders."""
        folders, before = self._explorer.folders, self.data.chosen_set()
        self.data.set_folders(folders.sets, frozenset(path for path in folders.paths if not folders.is_seen(path)))
        if self.data.chosen_set() is None:
            self._is_data_own = False  # what was chosen is forgotten
            self._wish_data()
        if self.data.chosen_set() != before:
            self._fit_to_data()
        self._judge()
        self.area.settle()

    def add_folder(self, path: Path) -> None:
        """Train on a person's own pictures."""
        self.data.choose(self._explorer.folders.add(path))

    def fill(self, train: Train) -> None:
        """Choose what another run was asked for; what is not here any more is left to be chosen."""
        self.kind.choose(train.family, train.preset)
        self._show_family()
        if Path(train.data).is_absolute():
            self.add_folder(Path(train.data))
        else:
            self._is_data_own = self.data.set_chosen(train.data)
        self.start.pick_new()
        self.kind.set_preset(None)
        self._set_values(dict(train.config))
        self._is_name_own = True
        self.name_edit.setText(train.name)
        self._judge()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody is about to choose: what was remembered is looked into, since it may have changed or gone."""
        super().showEvent(event)
        self._explorer.folders.look()

    def command(self) -> Train | None:
        """What Start would ask for; None while something is missing."""
        family, data = self.kind.family(), self.data.chosen_set()
        if family is None or data is None or self.missing():
            return None
        preset = self.kind.preset()
        name = self.name_edit.text().strip() or suggested_name(data.label, family.label)
        out = free_folder(self._runs, name)
        return Train(
            family=family.name,
            data=data_source(data.name),
            out=out,
            name=numbered_name(name, out),
            config=tuple(sorted(self.form.values().items())),
            preset=preset.name if preset else "",
            start=self.start.source(),
        )

    def missing(self) -> str:
        """Why training cannot start, in a sentence; empty when it can."""
        run = self._explorer.runs.run
        if run is not None and not run.is_over:
            return f"“{run.name}” is training. Finish it before you start another run."
        if not self._explorer.runs.families:
            return "The engine is starting; a few seconds more."
        data = self.data.chosen_set()
        if data is None:
            return "Choose the pictures to learn from."
        if self.data.is_unseen():
            return f"Looking at the pictures of “{shown(data.label)}”."
        return self._wrong() if data.installed else data.note

    def _wrong(self) -> str:
        """What is wrong with the settings, each by itself or together."""
        problems = self.form.problems()
        if problems:
            return problems[0]
        return self._checked.sentence if self._checked is not None else ""

    # ------------------------------------------------------------ within

    def _offer_model(self) -> None:
        model = self._explorer.models.model
        source = self._explorer.models.sources.get(model.fingerprint, "") if model is not None else ""
        was_picked = self.start.model() is not None
        self.start.offer(model, source, self.kind.family())
        if was_picked and self.start.model() is None:
            self._on_start_chosen()

    def _show_family(self) -> None:
        family = self.kind.family()
        tell_guide(self, f"{family.name}.md" if family is not None else "")
        self._settings.body.removeWidget(self.form)
        self.form.hide()
        self.form.deleteLater()
        self.form = Form(family.fields if family else ())
        self.form.changed.connect(self._judge)
        self._settings.body.addWidget(self.form)
        self.form.show()
        self._settings.setVisible(bool(family and family.fields))
        self._offer_model()
        self._apply_preset()
        self.area.settle()

    def _apply_preset(self) -> None:
        preset = self.kind.preset()
        self._set_values(dict(preset.config) if preset else {})
        self._has_taken = False
        self._wish_data()
        self._fit_to_data()

    def _wish_data(self) -> None:
        """A preset knows which pictures it was made for; a person's choice counts more."""
        preset = self.kind.preset()
        if preset is not None and not self._is_data_own:
            self.data.set_chosen(preset.data)

    def _wish_data_of(self, model: ModelDescribed) -> None:
        """What a model has learned is gone on with on the pictures that it learned from, unless a person chose some."""
        if not self._is_data_own:
            self.data.set_chosen(dict(model.card).get("data", ""))
        self._fit_to_data()

    def _fit_to_data(self) -> None:
        """Other pictures than the preset's may be grey, or smaller."""
        data, preset = self.data.chosen_set(), self.kind.preset()
        is_other = data is not None and (preset is None or data_key(preset.data) != data_key(data.name))
        self.kind.set_note(_OTHER_DATA if is_other and preset else preset_note(preset) if preset else "")
        self._unfit()
        if data is not None and data.size and is_other and self.start.model() is None:
            self._fit("channels", data.channels)
            size = self.form.value("size")
            if isinstance(size, int) and data.size < size:
                self._fit("size", fitting_side(data.size) if Path(data.name).is_absolute() else data.size)
        batch = self.form.value("batch")
        if data is not None and data.images and is_other and isinstance(batch, int) and batch > data.images // 2:
            self._fit("batch", max(2, data.images // 2))  # a step cannot look at more than there are
        self.form.set_pictures(0 if data is None else data.images * LEARNED_FROM // 100)
        self._suggest_name()
        self._judge()

    def _set_values(self, values: dict[str, Any]) -> None:
        self.form.set_values(values)
        self._fitted = {}

    def _fit(self, name: str, value: Any) -> None:
        before = self.form.value(name)
        self.form.set_value(name, value)
        if before is not None and before != value == self.form.value(name):
            self._fitted[name] = before, value

    def _unfit(self) -> None:
        """Take back what other pictures asked for, unless a person has changed it since."""
        for name, (before, value) in self._fitted.items():
            if self.form.value(name) == value:
                self.form.set_value(name, before)
        self._fitted = {}

    def _suggest_name(self) -> None:
        family, data = self.kind.family(), self.data.chosen_set()
        if not self._is_name_own:
            self.name_edit.setText(suggested_name(data.label, family.label) if family and data else "")

    def _judge(self) -> None:
        self._ask_engine()
        reason = self.missing()
        wrong = self._wrong()
        if self.problem.text() != wrong:
            self.problem.setText(wrong)
            self.problem.setVisible(bool(wrong))
        set_available(self.start_button, not reason, reason, "Your window stays free while it learns")

    def _ask_engine(self) -> None:
        """Settings may each be within their range and still not go together. Until the answer the last one holds."""
        family = self.kind.family()
        if family is None or self.form.problems():
            self._asked = self._checked = None
            self.form.set_objection("", "")
            return
        asked = CheckConfig(
            family=family.name,
            config=tuple(sorted(self.form.values().items())),
            data=self.data.chosen_set(),
            start=self.start.source(),
        )
        if asked != self._asked:
            if self._asked is None or self._asked.family != family.name:
                self._checked = None
            self._asked, self._is_answered = asked, False
            self._explorer.runs.check_config(asked)

    def _on_config_checked(self, answer: ConfigChecked) -> None:
        if self._asked is None:
            return
        self._checked, self._is_answered = answer, True
        self.form.set_objection(answer.field, answer.sentence)
        self._judge()
        starts, self._starts_once_checked = self._starts_once_checked, False
        if starts:
            self._on_start_button_clicked()

    # ------------------------------------------------------------ a person's hand

    def _on_data_chosen(self, _data: DatasetDescribed) -> None:
        self._is_data_own = True
        self._fit_to_data()

    def _on_kind_family_chosen(self, _family: FamilyDescribed) -> None:
        self._show_family()

    def _on_kind_preset_chosen(self, _preset: Preset) -> None:
        self._apply_preset()

    def _on_start_chosen(self) -> None:
        """Settings come from the model then, and no preset is picked until somebody picks one. Of another kind's model
        come those that both kinds have, but how long and how hard to learn stays the preset's."""
        model, family = self.start.model(), self.kind.family()
        if model is not None and family is not None and model.family != family.name:
            shared = {field.name for field in family.fields if not field.is_common}
            taken = {name: value for name, value in model.settings if name in shared}
            self._set_values({**self.form.values(), **taken, **dict(family.takes_with)})
            self._has_taken = True
            self._wish_data_of(model)
        elif model is not None:
            self.kind.set_preset(None)
            self._set_values(dict(model.settings))
            self._wish_data_of(model)
        elif family is not None and (self._has_taken or self.kind.preset() is None):
            if self.kind.preset() is None:
                self.kind.set_preset(family.presets[0] if family.presets else None)
            self._apply_preset()

    def _on_name_edit_text_edited(self, text: str) -> None:
        self._is_name_own = bool(text.strip())

    def _on_start_button_clicked(self) -> None:
        if not self._is_answered:
            self._starts_once_checked = True
            return
        command = self.command()
        if command is not None:
            self._is_name_own = False  # it was this run's: other pictures or another kind suggest their own again
            self.start_asked.emit(command)
