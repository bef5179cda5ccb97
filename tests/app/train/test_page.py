"""The Train mode: choosing, starting, watching, ending; every state of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.look.images import from_qimage
from app.store.state import Explorer
from app.train.choices import data_source, fitting_side, preset_note, preset_word
from app.train.family_list import WHEN
from app.train.naming import folder_name, free_folder
from app.train.page import TrainPage
from app.train.run_view import RunView
from app.train.words import Phase, phase_of, progress_words, span_words
from engine.protocol.answers import (
    DatasetsListed,
    FamiliesListed,
    Finished,
    Preparing,
    Progressed,
    Snapshotted,
    TrainingStarted,
)
from engine.protocol.requests import PauseTraining, StopTraining, Train
from engine.protocol.values import (
    Capability,
    DatasetDescribed,
    FamilyDescribed,
    Field,
    Image,
    Monitor,
    Preset,
    Problem,
    Recipe,
    Stop,
    Tier,
)
from tests.app.fake_engine import FACES, LIVE, FakeClient, drawn

LEFT = Qt.MouseButton.LeftButton
LONG = "Haarfarbenveränderungswahrscheinlichkeit"
FIELDS = (
    Field(name="latent", kind="int", default=64, low=1, high=4096, label="Latent size"),
    Field(name="size", kind="int", default=32, low=8, high=256, step=4, unit="px", label="Picture size"),
    Field(name="channels", kind="int", default=3, low=1, high=3, label="Colours", tier=Tier.EXPERT),
    Field(name="rate", kind="float", default=2e-4, low=0.0, high=1.0, label="Learning rate", tier=Tier.EXPERT),
)
VAE = FamilyDescribed(
    name="vae",
    label="Variational autoencoder",
    summary="Smooth, and finds a picture's point.",
    capabilities=(Capability.DECODE, Capability.ENCODE),
    presets=(
        Preset(name="quick", label="Quick: small faces", data="bundled:faces", config=(("latent", 48),), note="Soon."),
        Preset(name="good", label="Good: large faces", data="bundled:faces", config=(("size", 64),), note="Later."),
        Preset(name="own", label="The bundled one", data="bundled:faces", config=(("rate", 1e-3),)),
    ),
    fields=FIELDS,
)
PIXELS = replace(
    VAE,
    name="pixelcnn",
    label="PixelCNN",
    capabilities=(Capability.PROGRESSIVE,),
    presets=(Preset(name="quick", label="Quick: glyphs", data="bundled:glyphs", config=(("channels", 1),)),),
)
SETS = (
    DatasetDescribed(name="faces", label="Faces", images=4000, size=64, channels=3),
    DatasetDescribed(name="glyphs", label="Glyphs", images=2000, size=28, channels=1),
    DatasetDescribed(name="away", label="Away", images=9, size=28, channels=1, installed=False, note="garments"),
)


def shown(qtbot: QtBot, explorer: Explorer, runs: Path, size: tuple[int, int] = (1208, 732)) -> TrainPage:
    page = TrainPage(explorer, explorer.runs.start, runs=runs)
    qtbot.addWidget(page)
    page.resize(*size)
    with qtbot.waitExposed(page):
        page.show()
    return page


@pytest.fixture
def page(qtbot: QtBot, explorer: Explorer, fake: FakeClient, tmp_path: Path) -> TrainPage:
    made = shown(qtbot, explorer, tmp_path)
    fake.say(FamiliesListed(families=(VAE, PIXELS)))
    fake.say(DatasetsListed(datasets=SETS))
    return made


def begin(page: TrainPage) -> None:
    QTest.mouseClick(page.setup.start_button, LEFT)


# ---------------------------------------------------------------- choosing


def test_before_the_engine_is_up_the_button_says_why(qtbot: QtBot, bare_explorer: Explorer, tmp_path: Path) -> None:
    page = shown(qtbot, bare_explorer, tmp_path)
    assert not page.setup.start_button.isEnabled()
    assert "starting" in page.setup.start_button.toolTip()
    assert page.setup.data.waiting.isVisible()
    assert "Nothing is being trained" in page.run.empty.label.text()
    assert page.setup.command() is None


def test_the_quick_preset_is_ready_to_go(page: TrainPage, fake: FakeClient, tmp_path: Path) -> None:
    assert page.setup.start_button.isEnabled()
    assert page.setup.data.cards["faces"].isChecked()
    begin(page)
    (train,) = fake.sent_of(Train)
    assert train == Train(
        family="vae",
        data="bundled:faces",
        out=tmp_path / "faces-variational-autoencoder",
        name="Faces · Variational autoencoder",
        config=(("latent", 48),),
        preset="quick",
    )


def turned(widget: QWidget, clicks: int = -1) -> None:
    """One notch of the wheel over the middle of a widget, as the window system sends it."""
    window = widget.window()
    middle = QPointF(widget.mapTo(window, widget.rect().center()))
    QTest.wheelEvent(window.windowHandle(), middle, QPoint(0, 120 * clicks))
    QApplication.processEvents()


@pytest.mark.parametrize("focused", [False, True])
def test_the_wheel_scrolls_the_page_and_chooses_nothing(page: TrainPage, focused: bool) -> None:
    """A notch over “Kind of model” changed the family, and with it the pictures."""
    combos = [combo for combo in page.setup.findChildren(QComboBox) if combo.isVisible()]
    assert page.setup.kind.combo in combos
    before = page.setup.command()
    for combo in combos:
        if focused:
            combo.setFocus()
        turned(combo)
        turned(combo, 1)
        assert focused or page.focusWidget() is not combo, "the keyboard stays where it was"
    page.resize(page.width(), 300)
    bar = page.setup.area.verticalScrollBar()
    QApplication.processEvents()
    assert bar.maximum() > 0
    bar.setValue(0)
    turned(page.setup.kind.combo)
    assert page.setup.command() == before
    assert bar.value() > 0


def test_a_kind_of_model_says_when_to_choose_it(page: TrainPage, fake: FakeClient) -> None:
    fake.say(FamiliesListed(families=(replace(VAE, when="Choose it first."), PIXELS)))
    assert page.setup.kind.summary.text() == "Choose it first."
    assert page.setup.kind.summary.toolTip() == VAE.summary
    QTest.keyClick(page.setup.kind.combo, Qt.Key.Key_Down)
    assert page.setup.kind.summary.text() == PIXELS.summary  # says at least what it is


def test_the_list_of_kinds_says_of_each_when_to_choose_it(qtbot: QtBot, page: TrainPage, fake: FakeClient) -> None:
    when = "Choose it where a sentence is longer than the panel in which its family is named, as most of them are."
    fake.say(FamiliesListed(families=(replace(VAE, when=when), PIXELS)))
    combo = page.setup.kind.combo
    view = combo.view()
    QTest.mouseClick(combo, LEFT)
    qtbot.waitUntil(view.isVisible)
    rows = {str(combo.itemText(row)): view.model().index(row, 0) for row in range(combo.count())}
    said = {name: index.data(WHEN) for name, index in rows.items() if index.data(Qt.ItemDataRole.UserRole)}
    assert said == {VAE.label: when, PIXELS.label: PIXELS.summary}
    row = view.visualRect(rows[VAE.label])
    assert row.width() >= view.fontMetrics().horizontalAdvance(when) * 0.8
    shown = from_qimage(view.viewport().grab(row).toImage()).astype(int)
    ratio = len(shown) / row.height()
    for half in (shown[round(4 * ratio) : round(20 * ratio)], shown[round(22 * ratio) : round(39 * ratio)]):
        assert np.ptp(half) > 90, "words stand in both lines"
    assert np.ptp(shown[round(10 * ratio) : round(32 * ratio), -round(8 * ratio) :]) < 40, "and none is cut"
    QTest.keyClick(view, Qt.Key.Key_Escape)


def test_curves_are_called_what_their_family_calls_them(page: TrainPage, fake: FakeClient) -> None:
    kl = Monitor(name="kl", label="Room used", help="How much a picture's point tells.")
    fake.say(FamiliesListed(families=(replace(VAE, monitors=(kl,)), PIXELS)))
    begin(page)
    run = page.setup._explorer.runs
    fake.say(TrainingStarted(run="r", name="Faces", family="vae", images_planned=640))
    fake.say(
        Progressed(
            run="r", step=1, steps=10, images=64, images_per_s=1.0, losses=(("loss", 3.0), ("kl", 2.0)), eta_s=1.0
        )
    )  # fmt: skip
    page.run.plot.show_now(run.losses)
    assert [entry.words for entry in page.run.plot.entries()] == ["Room used", "Loss"]
    assert [line.words for line in page.run.plot.plots[0].lines()] == ["Room used"]
    assert "point tells" in page.run.legend.chips["kl"].toolTip()


def test_a_second_run_of_one_name_has_a_title_of_its_own(page: TrainPage, fake: FakeClient, tmp_path: Path) -> None:
    begin(page)
    (first,) = fake.sent_of(Train)
    first.out.mkdir(parents=True)
    fake.refuse(Train, Problem(code="x", sentence="Over."))
    begin(page)
    second = fake.sent_of(Train)[-1]
    assert (second.name, second.out.name) == (f"{first.name} 2", f"{first.out.name}-2")
    second.out.mkdir()
    fake.refuse(Train, Problem(code="x", sentence="Over."))
    begin(page)
    assert fake.sent_of(Train)[-1].name == f"{first.name} 3"


def test_what_is_wrong_moves_no_setting(page: TrainPage) -> None:
    """A sentence under the row pushed all rows below away from the pointer."""
    form = page.setup.form
    form.more.set_open(True)
    page.setup.area.settle()
    places = {name: row.mapTo(page, QPoint()) for name, row in form.rows.items()}
    editor = form.rows["latent"].editor
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "0")
    page.setup.area.settle()
    assert form.problems()
    assert {name: row.mapTo(page, QPoint()) for name, row in form.rows.items()} == places
    assert page.setup.problem.isVisible()
    assert page.setup.problem.text() == form.problems()[0]
    assert editor.accessibleDescription() == form.problems()[0]
    editor.selectAll()
    QTest.keyClicks(editor, "64")
    assert not page.setup.problem.isVisible()


def test_return_ends_typing_and_keys_are_keys_again(page: TrainPage) -> None:
    for editor in (page.setup.form.rows["latent"].editor, page.setup.name_edit):
        assert isinstance(editor, QLineEdit)
        editor.setFocus()
        before = editor.text()
        QTest.keyClick(editor, Qt.Key.Key_Return)
        assert not editor.hasFocus()
        assert editor.text() == before


def test_settings_that_do_not_go_together_are_said_at_the_setting(page: TrainPage, fake: FakeClient) -> None:
    fake.objections = lambda config: "Picture size (size) cannot be 36." if config.get("size") == 36 else ""
    row = page.setup.form.rows["size"]
    assert isinstance(row.editor, QLineEdit)
    row.editor.selectAll()
    QTest.keyClicks(row.editor, "36")
    assert row.problem_now() == "Picture size (size) cannot be 36."
    assert (page.setup.problem.isVisible(), page.setup.problem.text()) == (True, row.problem_now())
    assert not page.setup.start_button.isEnabled()
    assert "cannot be 36" in page.setup.start_button.toolTip()
    row.editor.selectAll()
    QTest.keyClicks(row.editor, "40")
    assert not page.setup.problem.isVisible()
    assert page.setup.start_button.isEnabled()


def test_a_start_that_overtakes_the_check_waits_for_it(page: TrainPage, fake: FakeClient) -> None:
    fake.objections = lambda config: "Picture size (size) cannot be 36." if config.get("size") == 36 else ""
    fake.held = True
    editor = page.setup.form.rows["size"].editor
    assert isinstance(editor, QLineEdit)
    for typed, runs in (("36", 0), ("40", 1)):
        editor.selectAll()
        QTest.keyClicks(editor, typed)
        begin(page)
        assert len(fake.sent_of(Train)) == 0
        fake.answer()
        assert len(fake.sent_of(Train)) == runs


def test_presets_change_the_settings(page: TrainPage) -> None:
    QTest.mouseClick(page.setup.kind.presets["good"], LEFT)
    command = page.setup.command()
    assert command is not None
    assert command.config == (("size", 64),)
    assert page.setup.kind.note.text() == "Large faces. Later."
    others = page.setup.kind.others
    assert others.isVisible()
    QTest.keyClick(others, Qt.Key.Key_Down)
    command = page.setup.command()
    assert command is not None
    assert (command.preset, command.config) == ("own", (("rate", 1e-3),))


def test_another_kind_of_model_brings_its_pictures(page: TrainPage) -> None:
    combo = page.setup.kind.combo
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert combo.currentText() == "PixelCNN"
    assert page.setup.data.cards["glyphs"].isChecked()
    assert not page.setup.kind.others.isVisible()
    command = page.setup.command()
    assert command is not None
    assert (command.family, command.data, command.config) == ("pixelcnn", "bundled:glyphs", (("channels", 1),))


def test_grey_and_small_pictures_change_what_depends_on_them(page: TrainPage) -> None:
    QTest.mouseClick(page.setup.data.cards["glyphs"], LEFT)
    command = page.setup.command()
    assert command is not None
    assert dict(command.config) == {"latent": 48, "channels": 1, "size": 28}
    assert command.name == "Glyphs · Variational autoencoder"
    assert "follow the ones you chose" in page.setup.kind.note.text()
    QTest.mouseClick(page.setup.kind.presets["good"], LEFT)
    assert page.setup.data.cards["glyphs"].isChecked()


def test_back_at_a_presets_own_pictures_its_settings_are_back(page: TrainPage) -> None:
    """Grey digits were learned in colour after one look at colour pictures, and faces at the size of digits."""
    cards, form = page.setup.data.cards, page.setup.form
    QTest.mouseClick(cards["glyphs"], LEFT)
    assert (form.value("size"), form.value("channels")) == (28, 1)
    QTest.mouseClick(cards["faces"], LEFT)
    assert (form.value("size"), form.value("channels")) == (32, 3)
    QTest.mouseClick(cards["glyphs"], LEFT)
    form.rows["size"].set_value(24)  # by hand
    QTest.mouseClick(cards["faces"], LEFT)
    assert (form.value("size"), form.value("channels")) == (24, 3)


def test_what_is_not_installed_says_so(page: TrainPage) -> None:
    card = page.setup.data.cards["away"]
    assert not card.isEnabled()
    assert card.toolTip() == "Not on this computer: garments."
    QTest.mouseClick(card, LEFT)
    assert page.setup.data.cards["faces"].isChecked()


def test_a_folder_of_ones_own(qtbot: QtBot, page: TrainPage, tmp_path: Path, fake: FakeClient) -> None:
    cats = tmp_path / "my cats"
    QTest.mouseClick(page.setup.data.folder_button, LEFT)
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(cats))
    dialog.close()
    command = page.setup.command()
    assert command is not None
    assert (command.data, command.name) == (str(cats), "my cats · Variational autoencoder")
    fake.say(DatasetsListed(datasets=SETS))
    assert page.setup.data.chosen_set() is not None
    page.add_folder(cats)
    assert len(page.setup.data.cards) == 4


CATS = DatasetDescribed(
    name="", label="my cats", images=540, size=53, channels=3, attributes=("age",), classes=("black", "tabby"),
    warnings=("Most pictures are long: the square in their middle is learned.",),
    samples=tuple(drawn(Recipe(model="cats", seed=k), 48) for k in range(8)),
)  # fmt: skip


def test_a_folder_is_looked_into_before_it_can_be_started_on(page: TrainPage, fake: FakeClient, tmp_path: Path) -> None:
    cats = tmp_path / "my cats"
    fake.folders[str(cats)] = replace(CATS, name=str(cats))
    fake.held = True
    page.add_folder(cats)
    data = page.setup.data
    assert not page.setup.start_button.isEnabled()
    assert page.setup.start_button.toolTip() == "Looking at the pictures of “my cats”."
    assert [line.text() for line in data.note.lines] == ["Looking at the pictures…"]
    fake.held = False
    fake.answer()
    assert page.setup.start_button.isEnabled()
    card = data.cards[str(cats)]
    assert card.isChecked()
    assert card.accessibleDescription() == "540 pictures · 53 px · colour · 2 classes · 1 attribute"
    assert [line.text() for line in data.note.lines] == ["Labels found: black, tabby, age.", *CATS.warnings]
    assert data.note.isVisible()
    assert len(data.note.samples.images) == 8
    QTest.mouseClick(data.cards["faces"], LEFT)
    assert not data.note.isVisible()


@pytest.mark.parametrize("first", ["folder", "preset"])
def test_colour_pictures_are_learned_in_colour_under_a_preset_for_grey_ones(
    page: TrainPage, fake: FakeClient, tmp_path: Path, first: str
) -> None:
    """They trained grey: nobody knew what was in the folder when the preset was applied."""
    cats = tmp_path / "my cats"
    fake.folders[str(cats)] = replace(CATS, name=str(cats))
    if first == "folder":
        page.add_folder(cats)
    QTest.keyClick(page.setup.kind.combo, Qt.Key.Key_Down)
    if first == "preset":
        page.add_folder(cats)
    assert page.setup.kind.family() == PIXELS
    assert page.setup.form.value("channels") == 3
    command = page.setup.command()
    assert command is not None
    assert dict(command.config).get("channels", 3) == 3


def test_small_pictures_are_learned_at_a_size_that_can_be_halved(
    page: TrainPage, fake: FakeClient, tmp_path: Path
) -> None:
    cats = tmp_path / "my cats"
    fake.folders[str(cats)] = replace(CATS, name=str(cats), size=53)
    QTest.mouseClick(page.setup.kind.presets["good"], LEFT)
    page.add_folder(cats)
    assert page.setup.form.value("size") == 48
    assert [fitting_side(size) for size in (8, 9, 31, 36, 53, 64, 500)] == [8, 8, 28, 32, 48, 64, 448]


def test_a_step_looks_at_no_more_pictures_than_there_are(page: TrainPage, fake: FakeClient, tmp_path: Path) -> None:
    cats = tmp_path / "my cats"
    fake.folders[str(cats)] = replace(CATS, name=str(cats), images=60)
    batch = Field(name="batch", kind="int", default=64, low=2, high=4096, label="Batch")
    fake.say(FamiliesListed(families=(replace(VAE, name="other", fields=(*FIELDS, batch)),)))
    page.add_folder(cats)
    assert page.setup.form.value("batch") == 30


def test_a_folder_that_nothing_can_be_learned_from_says_why(page: TrainPage, fake: FakeClient, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    fake.folders[str(empty)] = replace(CATS, name=str(empty), installed=False, note="“empty” holds no picture.")
    page.add_folder(empty)
    data = page.setup.data
    assert [(line.text(), line.property("tone")) for line in data.note.lines] == [
        ("“empty” holds no picture.", "problem")
    ]
    assert not page.setup.start_button.isEnabled()
    assert page.setup.start_button.toolTip() == "“empty” holds no picture."
    forget = page.findChild(QToolButton, f"forget.{empty}")
    assert forget is not None
    QTest.mouseClick(forget, LEFT)
    assert str(empty) not in data.cards
    assert page.setup.start_button.isEnabled()
    assert not data.note.isVisible()


def test_a_set_that_is_made_first_says_how_long(page: TrainPage, fake: FakeClient) -> None:
    """Somebody who chose it waited minutes before “Reading pictures 200 of 20 000”."""
    more = replace(SETS[0], name="more", label="More", warnings=("Rendered first, for a quarter of an hour.",))
    fake.say(DatasetsListed(datasets=(*SETS, more)))
    note = page.setup.data.note
    assert not note.isVisible()
    QTest.mouseClick(page.setup.data.cards["more"], LEFT)
    assert [line.text() for line in note.lines] == list(more.warnings)
    assert note.isVisible()
    assert page.setup.start_button.isEnabled()


def test_what_is_not_here_says_the_line_that_installs_it(page: TrainPage, fake: FakeClient) -> None:
    away = replace(SETS[2], remedy="sudo apt install away")
    fake.say(DatasetsListed(datasets=(*SETS[:2], away)))
    card = page.setup.data.cards["away"]
    assert card.accessibleDescription() == "sudo apt install away"
    assert card.toolTip() == "Away is not on this computer. To get it: sudo apt install away"
    assert not card.isEnabled()


def test_a_wrong_setting_stops_the_start_with_its_sentence(page: TrainPage) -> None:
    editor = page.setup.form.rows["size"].editor
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "17")
    assert not page.setup.start_button.isEnabled()
    assert "multiple of 4" in page.setup.start_button.toolTip()
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    QTest.keyClicks(editor, "6")
    assert page.setup.start_button.isEnabled()


def test_a_name_of_ones_own_is_kept(page: TrainPage, tmp_path: Path) -> None:
    page.setup.name_edit.selectAll()
    QTest.keyClicks(page.setup.name_edit, "../../Night shift: 1")
    QTest.mouseClick(page.setup.kind.presets["good"], LEFT)
    command = page.setup.command()
    assert command is not None
    assert command.name == "../../Night shift: 1"
    assert command.out.parent == tmp_path
    begin(page)
    assert page.setup.name_edit.text() == "../../Night shift: 1"
    QTest.mouseClick(page.setup.data.cards["glyphs"], LEFT)
    assert page.setup.name_edit.text() == "Glyphs · Variational autoencoder", "a name is of one run"


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Faces · VAE", "faces-vae"),
        ("../../etc", "etc"),
        ("CON", "run-con"),
        ("Größe 2", "groe-2"),
        ("…", "run"),
        ("", "run"),
        ("x" * 200, "x" * 60),
    ],
)
def test_names_become_folders(name: str, folder: str) -> None:
    assert folder_name(name) == folder


def test_runs_never_share_a_folder(tmp_path: Path) -> None:
    (tmp_path / "faces").mkdir()
    assert free_folder(tmp_path, "Faces") == tmp_path / "faces-2"


def test_words_for_choices() -> None:
    assert preset_word(VAE.presets[0]) == "Quick"
    assert preset_note(VAE.presets[0]) == "Small faces. Soon."
    assert preset_note(VAE.presets[2]) == ""
    assert data_source("faces") == data_source("bundled:faces") == "bundled:faces"
    assert [span_words(seconds) for seconds in (0, 61, 600, 7200)] == [
        "1 second",
        "61 seconds",
        "10 minutes",
        "2.0 hours",
    ]


# ---------------------------------------------------------------- watching


def test_one_run_at_a_time(page: TrainPage, fake: FakeClient) -> None:
    begin(page)
    assert not page.setup.start_button.isEnabled()
    assert "is training" in page.setup.start_button.toolTip()
    begin(page)
    assert len(fake.sent_of(Train)) == 1


def test_a_run_from_first_to_last_word(qtbot: QtBot, page: TrainPage, explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    begin(page)
    view = page.run
    assert view.title.text() == "Faces · Variational autoencoder"
    fake.say_to(Train, Preparing(what="Reading pictures", done=30, of=120))
    assert view.state.text() == "Reading pictures 30 of 120…"
    assert view.bar.value() == 250
    assert view.stop_button.isVisible()
    fake.held = False
    fake.answer()
    fake.take_steps(20)
    assert phase_of(explorer.runs.run) is Phase.RUNNING
    assert view.health.text() == "Learning well"
    assert "50 %" in view.progress.text()
    assert "640 pictures/s" in view.progress.text()
    assert len(view.samples.grid.grid()) == 16
    qtbot.waitUntil(lambda: list(view.plot.set.curves) == ["loss", "kl"])
    assert view.pause_button.isVisible()
    QTest.mouseClick(view.stop_button, LEFT)
    assert fake.sent_of(StopTraining)
    assert view.explore_button.isVisible()
    assert not view.stop_button.isVisible()
    assert not view.bar.isVisible()
    assert view.health.text() == "Stopped after 7 steps."
    assert page.setup.start_button.isEnabled()
    with qtbot.waitSignal(page.explored):
        QTest.mouseClick(view.explore_button, LEFT)
    assert explorer.models.model is not None
    assert explorer.models.model.path == FACES.path


def test_pause_and_go_on(page: TrainPage, fake: FakeClient) -> None:
    begin(page)
    fake.take_steps(5)
    view = page.run
    QTest.mouseClick(view.pause_button, LEFT)
    assert view.pause_button.text() == "Go on"
    assert "Paused" in view.state.text()
    QTest.mouseClick(view.pause_button, LEFT)
    assert view.pause_button.text() == "Pause"
    assert [command.paused for command in fake.sent_of(PauseTraining) if isinstance(command, PauseTraining)] == [
        True,
        False,
    ]


def test_exploring_while_it_learns(qtbot: QtBot, page: TrainPage, fake: FakeClient) -> None:
    fake.models["run-1"] = LIVE
    begin(page)
    assert not page.run.peek_button.isVisible(), "nothing is learned yet"
    fake.take_steps(3)
    assert page.run.peek_button.isVisible()
    with qtbot.waitSignal(page.explored):
        QTest.mouseClick(page.run.peek_button, LEFT)
    assert fake.open == LIVE
    assert page.setup.start.combo.isEnabled(), page.setup.start.combo.toolTip()


def test_divergence_is_said_in_words(page: TrainPage, explorer: Explorer, fake: FakeClient) -> None:
    begin(page)
    fake.take_steps(3)
    fake.say(
        Finished(
            run="run-1",
            reason=Stop.DIVERGED,
            step=3,
            images=192,
            path="",
            fingerprint="",
            sha256_state="",
            seconds=4.0,
            sentence="The losses stopped being numbers; try a smaller learning rate.",
        )
    )
    view = page.run
    assert "smaller learning rate" in view.health.text()
    assert view.health.property("tone") == "bad"
    assert not view.explore_button.isVisible()
    assert page.setup.start_button.isEnabled()


def test_what_a_run_does_is_whole_in_the_smallest_window(
    qtbot: QtBot, explorer: Explorer, fake: FakeClient, tmp_path: Path
) -> None:
    view = RunView(explorer)
    qtbot.addWidget(view)
    view.resize(546, 570)  # what is left of 960 pixels
    view.show()
    name = "Faces at sixty-four pixels for the course on generative models"
    explorer.runs.start(Train(family="vae", data="bundled:faces", out=tmp_path / "run", name=name, config=()))
    fake.say(Snapshotted(run="run-1", step=1, path="model"))
    losses = (("loss", 1.0),)
    for paused in (False, True):
        fake.say(Progressed(run="run-1", step=1, steps=9, images=64, images_per_s=9.0, losses=losses, eta_s=9.0))
        explorer.runs.pause(paused)
        assert view.peek_button.isVisible()
        assert view.pause_button.isVisible()
        qtbot.waitUntil(lambda: view.state.width() > 400 and not view.state.is_elided())


def test_a_run_that_cannot_begin_says_why(page: TrainPage, fake: FakeClient) -> None:
    fake.held = True
    begin(page)
    fake.refuse(Train, Problem(code="no-pictures", sentence="“my cats” holds no pictures."))
    assert page.run.health.text() == "“my cats” holds no pictures."
    assert page.run.state.text() == "It could not begin."
    assert page.setup.start_button.isEnabled()


def test_stopping_before_the_first_step_is_no_failure(page: TrainPage, fake: FakeClient) -> None:
    fake.held = True
    begin(page)
    fake.say_to(Train, Preparing(what="Reading pictures", done=1, of=120))
    QTest.mouseClick(page.run.stop_button, LEFT)
    fake.refuse(Train, Problem(code="stopped", sentence="Stopped, as asked."))
    assert page.run.state.text() == "Stopped before it had learned anything."
    assert page.run.health.property("tone") != "bad"
    assert not page.run.plot.isVisible()
    assert not page.run.samples.isVisible()


def test_a_second_run_starts_with_a_clean_sheet(qtbot: QtBot, page: TrainPage, fake: FakeClient) -> None:
    begin(page)
    fake.take_steps(10)
    QTest.mouseClick(page.run.stop_button, LEFT)
    begin(page)
    assert page.run.samples.grid.grid() == ()
    assert page.run.plot.set.curves == {}


def test_leaving_the_page_ends_nothing(page: TrainPage, explorer: Explorer, fake: FakeClient) -> None:
    begin(page)
    page.hide()
    fake.take_steps(5)
    page.show()
    assert not fake.sent_of(StopTraining)
    assert explorer.runs.run is not None
    assert not explorer.runs.run.is_over
    assert "pictures" in progress_words(explorer.runs.run)


# ---------------------------------------------------------------- room and reach


def test_it_fits_the_least_window_with_long_names(
    qtbot: QtBot, explorer: Explorer, fake: FakeClient, tmp_path: Path, picture: Image
) -> None:
    page = shown(qtbot, explorer, tmp_path, (888, 572))
    fields = tuple(replace(field, label=f"{LONG} {field.name}") for field in FIELDS)
    presets = tuple(replace(preset, label=f"{LONG}: {LONG}", note=LONG) for preset in VAE.presets)
    fake.say(FamiliesListed(families=(replace(VAE, label=LONG * 2, fields=fields, presets=presets),)))
    fake.say(DatasetsListed(datasets=(replace(SETS[0], label=LONG * 2, thumbnail=picture),)))
    begin(page)
    fake.take_steps(3)
    assert page.minimumSizeHint().width() <= 888
    assert page.minimumSizeHint().height() <= 572
    inner = page.setup.area.widget()
    assert inner is not None
    assert inner.width() <= page.setup.area.viewport().width()
    assert not page.grab().isNull()


def test_everything_named_for_screen_readers(page: TrainPage, fake: FakeClient) -> None:
    begin(page)
    fake.take_steps(3)
    page.setup.form.more.set_open(True)
    unnamed = [
        child
        for child in page.findChildren(QWidget)
        if child.focusPolicy() is not Qt.FocusPolicy.NoFocus and child.isVisible() and not child.accessibleName()
        if not getattr(child, "text", str)()
    ]
    assert unnamed == []
    assert page.setup.start_button.objectName() == "train.start"
    assert page.run.stop_button.objectName() == "train.stop"


def test_a_run_that_ended_without_samples_promises_none(
    qtbot: QtBot, explorer: Explorer, fake: FakeClient, tmp_path: Path
) -> None:
    view = RunView(explorer)
    qtbot.addWidget(view)
    view.show()
    explorer.runs.start(Train(family="vae", data="bundled:faces", out=tmp_path / "run", name="wild", config=()))
    losses = (("loss", 1.0),)
    fake.say(Progressed(run="run-1", step=1, steps=9, images=64, images_per_s=9.0, losses=losses, eta_s=9.0))
    assert view.samples.isVisible()
    fake.say(
        Finished(
            run="run-1", reason=Stop.DIVERGED, step=1, images=64, path="", fingerprint="", sha256_state="", seconds=5.0,
            sentence="The loss stopped being a number.",
        )
    )  # fmt: skip
    assert view.plot.isVisible()
    assert not view.samples.isVisible()
    assert view.state.text() == "Stopped by itself after 5 seconds."


def test_one_button_is_primary_also_when_a_result_waits(
    qtbot: QtBot, explorer: Explorer, fake: FakeClient, tmp_path: Path
) -> None:
    page = TrainPage(explorer, explorer.runs.start, runs=tmp_path)
    qtbot.addWidget(page)
    page.show()

    def primaries() -> list[str]:
        buttons = page.findChildren(QPushButton)
        return [b.text() for b in buttons if b.isVisible() and b.property("kind") == "primary"]

    assert primaries() == ["Start training"]
    explorer.runs.start(Train(family="vae", data="bundled:faces", out=tmp_path / "run", name="mine", config=()))
    fake.take_steps(2)
    explorer.runs.stop()
    assert primaries() == ["Explore the result"]


def test_a_run_that_could_not_begin_tells_it_at_the_top(
    qtbot: QtBot, explorer: Explorer, fake: FakeClient, tmp_path: Path
) -> None:
    view = RunView(explorer)
    qtbot.addWidget(view)
    view.resize(860, 720)
    view.show()
    explorer.runs.start(Train(family="vae", data="bundled:faces", out=tmp_path / "run", name="none", config=()))
    problem = Problem(code="empty", sentence="The folder holds no picture; choose a folder of pictures.")
    fake.refuse(Train, problem)
    qtbot.waitUntil(lambda: view.health.isVisible() and not view.plot.isVisible())
    view.layout().activate()
    tops = [part.mapTo(view, part.rect().topLeft()).y() for part in (view.title, view.state, view.health)]
    assert tops == sorted(tops)
    assert tops[-1] < 100, "sentences stand together, not spread over the page"
