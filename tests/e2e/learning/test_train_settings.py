"""The Train page's form for every family there is: presets fit, and what does not fit is said in words."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from app.flows.shell import TRAIN
from app.form.form import Form
from app.form.values import check_value, read_value, value_text
from app.run import create_window
from app.store.engine_status import EngineState
from app.train.page import TrainPage
from engine import families
from engine.protocol.values import FamilyDescribed
from tests.e2e.opened import opened
from tests.patience import PATIENCE_MS

EVERY = {family.name: family for family in families.describe()}
NONSENSE = ("", "abc", "nan", "inf", "-1e400", "1e10000")


@pytest.fixture(params=EVERY)
def family(request: pytest.FixtureRequest) -> FamilyDescribed:
    return EVERY[request.param]


def test_defaults_and_presets_can_be_started_as_they_are(qtbot: QtBot, family: FamilyDescribed) -> None:
    form = Form(family.fields)
    qtbot.addWidget(form)
    assert form.problems() == ()
    fields = {field.name: field for field in family.fields}
    for preset in family.presets:
        for name, value in preset.config:
            assert check_value(fields[name], value), (preset.name, name, value)
        form.set_values(dict(preset.config))
        assert form.problems() == (), preset.name


def test_what_cannot_be_is_said_with_the_settings_name(family: FamilyDescribed) -> None:
    for field in family.fields:
        if field.kind not in ("int", "float"):
            continue
        wrong = list(NONSENSE)
        if field.low is not None:
            wrong.append(str(int(field.low) - 1))
        if field.high is not None:
            wrong.append(str(int(field.high) + 1))
        for text in wrong:
            problem = read_value(field, text).problem
            assert problem.startswith(field.label), (field.name, text)
            assert problem.endswith("."), problem
            assert "Error" not in problem


def test_the_form_lets_pass_what_the_engines_ranges_let_pass(family: FamilyDescribed) -> None:
    """Bounds that are themselves not allowed were let pass: a learning rate of 0 failed after Start."""
    kind = families.family_class(family.name).Config
    for field in family.fields:
        if field.kind not in ("int", "float"):
            continue
        for limit in (field.low, field.high, field.above, field.below):
            if limit is None:
                continue
            step = (field.step or 1) if field.kind == "int" else 1e-6
            for value in (limit - step, limit, limit + step):
                number = int(value) if field.kind == "int" else float(value)
                fits = not read_value(field, value_text(field, number)).problem
                try:
                    msgspec.convert({field.name: number}, kind)
                except msgspec.ValidationError:
                    assert not fits, (field.name, number)
                else:
                    assert fits, (field.name, number)


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("rate", "0", "Learning rate must be above 0 and at most 1."),
        ("size", "36", "Picture size (size) cannot be 36: this family halves it again and again; try 32 or 40."),
    ],
)
@pytest.mark.threads
def test_what_cannot_be_learned_with_is_said_at_the_setting_before_start(
    qtbot: QtBot, tmp_path: Path, name: str, typed: str, words: str
) -> None:
    window = create_window(tmp_path / "home", device="cpu")
    qtbot.addWidget(window)
    window.show()
    explorer = window.shell.explorer
    engine, runs = explorer.engine, explorer.runs
    qtbot.waitUntil(lambda: engine.status.state is EngineState.READY and bool(runs.families), timeout=PATIENCE_MS)
    window.show_page(TRAIN)
    page = window.findChild(TrainPage)
    assert isinstance(page, TrainPage)
    setup = page.setup
    qtbot.waitUntil(setup.start_button.isEnabled, timeout=PATIENCE_MS)
    row = setup.form.rows[name]
    setup.form.more.set_open(True)
    assert isinstance(row.editor, QLineEdit)
    row.editor.selectAll()
    QTest.keyClicks(row.editor, typed)
    qtbot.waitUntil(lambda: setup.problem.text() == words, timeout=PATIENCE_MS)
    assert setup.problem.isVisible()
    assert row.editor.property("wrong")
    assert not setup.start_button.isEnabled()
    assert words in setup.start_button.toolTip()
    qtbot.waitUntil(lambda: row.reset_button.height() > 0, timeout=PATIENCE_MS)  # the disclosure is open
    QTest.mouseClick(row.reset_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(setup.start_button.isEnabled, timeout=PATIENCE_MS)
    assert not setup.problem.isVisible()
    assert not row.editor.property("wrong")
    window.close()
    assert window.shell.stopped_cleanly


def cut(combo: QComboBox) -> list[str]:
    """The choices that do not fit into a closed list."""
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    field = combo.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, combo
    )
    words = map(combo.itemText, range(combo.count()))
    return [each for each in words if combo.fontMetrics().horizontalAdvance(each) > field.width()]


@pytest.mark.threads
def test_no_name_of_a_setting_and_no_choice_is_cut_whatever_kind_is_chosen(qtbot: QtBot, tmp_path: Path) -> None:
    seen: set[str] = set()
    wrong: list[str] = []
    with opened(qtbot, tmp_path / "home", "glyphs-xicfg", "Glyphs, xICFG", timeout_ms=PATIENCE_MS) as window:
        runs = window.shell.explorer.runs
        qtbot.waitUntil(lambda: bool(runs.families), timeout=PATIENCE_MS)
        window.show_page(TRAIN)
        page = window.findChild(TrainPage)
        assert isinstance(page, TrainPage)
        setup = page.setup
        while (family := setup.kind.family()) is not None and family.name not in seen:
            seen.add(family.name)
            setup.form.more.set_open(True)
            rows = setup.form.rows
            qtbot.waitUntil(lambda rows=rows: all(row.width() > 0 for row in rows.values()), timeout=PATIENCE_MS)
            wrong += [f"{family.name}: {row.label.text()}" for row in rows.values() if row.label.is_elided()]
            for row in rows.values():
                if isinstance(row.editor, QComboBox):
                    wrong += [f"{family.name}, {row.label.text()}: {choice}" for choice in cut(row.editor)]
            QTest.keyClick(setup.kind.combo, Qt.Key.Key_Down)
    assert seen == {family.name for family in runs.families}
    assert not wrong


@pytest.mark.threads
def test_the_manifold_of_faces_brings_the_face_that_only_turns_and_smiles(qtbot: QtBot, tmp_path: Path) -> None:
    """Of faces that differ in everything no plane can show smile against turn."""
    with opened(qtbot, tmp_path / "home", "glyphs-xicfg", "Glyphs, xICFG", timeout_ms=PATIENCE_MS) as window:
        runs = window.shell.explorer.runs
        qtbot.waitUntil(lambda: bool(runs.families) and bool(runs.datasets), timeout=PATIENCE_MS)
        window.show_page(TRAIN)
        page = window.findChild(TrainPage)
        assert isinstance(page, TrainPage)
        setup = page.setup
        for _ in range(setup.kind.others.count()):
            if setup.kind.others.currentData() != "manifold-faces":
                QTest.keyClick(setup.kind.others, Qt.Key.Key_Down)
        data = setup.data.chosen_set()
        assert data is not None
        assert (data.name, data.attributes) == ("faces-one", ("yaw", "smile"))
        assert setup.form.value("latent") == 2
        assert setup.form.value("size") == data.size
