"""The Evaluate page on a fake engine: what is ticked is measured, what is known is shown, numbers are taken along."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QStyleOptionViewItem, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from app.controls.panel_scroll import PanelScroll
from app.evaluate.bars import told_apart
from app.evaluate.model_rows import NOTES, ModelRows
from app.evaluate.page import EMPTY, EvaluatePage
from app.store.judged.table import score_text
from engine.protocol.answers import Failed
from engine.protocol.requests import Cancel, ListDatasets
from engine.protocol.scoring import ListModels, MarkBest, Measure, Measuring, ModelScored
from engine.protocol.values import Problem
from tests.app.conftest import Desk
from tests.app.fake_engine import FakeClient, scored

LEFT = Qt.MouseButton.LeftButton
STEPS = [f"/runs/cats/snapshots/{step}.safetensors" for step in (100, 200, 400)]


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, fake: FakeClient) -> EvaluatePage:
    fake.send(ListDatasets())
    page = EvaluatePage(desk)
    page.resize(1200, 740)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    return page


def press(page: EvaluatePage, item: QTreeWidgetItem) -> None:
    """A press on the box of a row."""
    tree = page.chooser.tree
    tree.scrollToItem(item)
    box = tree.visualItemRect(item)
    QTest.mouseClick(tree.viewport(), LEFT, pos=QPoint(box.left() + 10, box.center().y()))


def column(page: EvaluatePage, label: str) -> int:
    model = page.table.scores
    heads = [str(model.headerData(k, Qt.Orientation.Horizontal)) for k in range(model.columnCount())]
    return [head.rstrip(" ↑↓") for head in heads].index(label)


def rows(page: EvaluatePage) -> list[str]:
    return [page.table.scores.title(row) for row in range(page.table.scores.rowCount())]


def press_head(page: EvaluatePage, label: str) -> None:
    head = page.table.horizontalHeader()
    at = head.sectionViewportPosition(column(page, label)) + 20
    QTest.mouseClick(head.viewport(), LEFT, pos=QPoint(at, head.height() // 2))


def test_who_comes_first_reads_one_sentence_and_compares_with_one_press(page: EvaluatePage, fake: FakeClient) -> None:
    button = page.empty.button
    assert button is not None
    assert page.deck.currentWidget() is page.empty
    assert page.empty.label.text() == EMPTY
    assert button.text() == "Compare Faces with Faces, DCGAN"
    button.setFocus()
    QTest.mouseClick(button, LEFT)
    assert page.focusWidget() is page.chooser.tree, "not whatever comes after the button that is gone"
    asked = fake.last(Measure)
    assert (asked.sources, asked.data, asked.n) == (("faces", "faces-dcgan"), "bundled:faces", 500)
    assert "fid" in asked.metrics
    assert "likelihood" not in asked.metrics
    assert page.table.isVisible()
    assert rows(page) == ["Held-out real pictures", "Faces", "Faces, DCGAN"]


def test_models_are_ticked_and_measured_on_what_the_first_one_learned_from(
    page: EvaluatePage, fake: FakeClient
) -> None:
    chooser = page.chooser
    assert not chooser.measure_button.isEnabled()
    assert chooser.note.text() == "Choose at least one model."
    press(page, chooser.tree.items["glyphs"])
    assert chooser.data.currentText() == "Glyphs"
    press(page, chooser.tree.items["faces"])
    chooser.data.setCurrentIndex(chooser.data.findText("Rendered faces"))
    chooser.data.activated.emit(chooser.data.currentIndex())
    QTest.mouseClick(chooser.checks["detail"], LEFT, pos=QPoint(8, 12))
    assert "sharpness" not in page._scores.metrics
    QTest.mouseClick(chooser.measure_button, LEFT)
    asked = fake.last(Measure)
    assert (asked.sources, asked.data) == (("faces", "glyphs"), "bundled:faces")
    assert not chooser.measure_button.isEnabled(), "all of it is known now"
    press(page, chooser.tree.items["faces"])
    assert rows(page) == ["Held-out real pictures", "Glyphs"]


def test_the_pictures_follow_the_models_until_somebody_picks_them(page: EvaluatePage) -> None:
    chooser = page.chooser
    assert chooser.data.currentIndex() < 0
    assert chooser.data.placeholderText() == "The model’s own"
    (scroll,) = chooser.findChildren(PanelScroll)
    assert scroll.column.sizeHint().width() <= scroll.viewport().width(), "nothing is cut off at the edge"
    for name, pictures in (("glyphs", "Glyphs"), ("faces", "Rendered faces")):
        press(page, chooser.tree.items[name])
        assert chooser.data.currentText() == pictures
        press(page, chooser.tree.items[name])
    press(page, chooser.tree.items["glyphs"])
    press(page, chooser.tree.items["faces"])
    assert chooser.data.currentText() == "Glyphs", "they are one of the models' own already"
    assert chooser.note.text() == "2 models chosen. Learned from other pictures: “Faces”."
    chooser.data.activated.emit(chooser.data.findText("Rendered faces"))
    press(page, chooser.tree.items["faces"])
    assert chooser.data.currentText() == "Rendered faces", "somebody picked them"


def test_what_was_measured_before_is_shown_as_soon_as_it_is_ticked(page: EvaluatePage, fake: FakeClient) -> None:
    fake.measured.add(("faces", "bundled:faces", 500))
    press(page, page.chooser.tree.items["faces"])
    assert fake.last(Measure).kept_only
    assert rows(page) == ["Held-out real pictures", "Faces"]
    page.chooser.count.setCurrentIndex(0)
    page.chooser.count.activated.emit(0)
    assert page.deck.currentWidget() is page.empty, "on another number of pictures nothing is known"


def test_a_press_on_a_heading_sorts_and_the_best_is_marked(page: EvaluatePage) -> None:
    page._scores.choose(("faces", "faces-dcgan", "glyphs"))
    page._scores.measure()
    model = page.table.scores
    press_head(page, "FID")
    assert rows(page)[1:] == ["Faces", "Glyphs", "Faces, DCGAN"]
    head = page.table.horizontalHeader()
    assert model.headerData(column(page, "FID"), Qt.Orientation.Horizontal) == "FID ↑"
    assert not head.isSortIndicatorShown(), "which stood at the foot of the column's neighbour"
    press_head(page, "FID")
    assert model.headerData(column(page, "FID"), Qt.Orientation.Horizontal) == "FID ↓"
    assert rows(page)[1:] == ["Faces, DCGAN", "Glyphs", "Faces"]
    press_head(page, "Precision")
    assert rows(page)[1] == "Faces", "what is better when higher begins with the highest"
    press_head(page, "Model")
    assert rows(page) == ["Held-out real pictures", "Faces", "Faces, DCGAN", "Glyphs"]
    best = [rows(page)[row] for row in range(model.rowCount()) if model.is_best(row, column(page, "FID"))]
    assert best == ["Faces"]
    assert not any(model.is_best(row, column(page, "Sharpness")) for row in range(model.rowCount()))
    assert model.texts(1, column(page, "FID")) == ("0.500", "± 0.050")
    assert model.texts(0, column(page, "FID")) == ("0.900", "")
    tip = model.data(model.index(1, column(page, "FID")), Qt.ItemDataRole.ToolTipRole)
    assert tip == "FID: 0.500 ± 0.050, on 500 pictures\nReal pictures: 0.900"
    heading = model.headerData(column(page, "FID"), Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "Lower is better" in heading


def test_it_says_how_far_it_is_and_stops_when_asked(page: EvaluatePage, fake: FakeClient) -> None:
    fake.held = True
    page._scores.choose(("faces", "faces-dcgan"))
    page._scores.measure()
    ticket = fake.last(Measure).ticket
    assert page.progress.isVisible()
    now = [0.0]
    page._scores._clock = lambda: now[0]
    for seconds, done in ((0.0, 0), (10.0, 50)):
        now[0] = seconds
        fake.say(
            Measuring(source="faces", place=0, models=2, what="Sampling pictures", done=done, of=500, ticket=ticket)
        )
    assert page.progress.words.text() == "1 of 2: Faces · Sampling pictures, 50 of 500"
    assert page.progress.left.text() == "2 min left in this step"
    fake.say(ModelScored(source="faces", data="bundled:faces", n=500, scores=scored("faces"), ticket=ticket))
    assert rows(page) == ["Held-out real pictures", "Faces"], "shown as soon as it is known"
    QTest.mouseClick(page.progress.cancel_button, LEFT)
    assert fake.last(Cancel).ticket == ticket
    assert not page.progress.isVisible()
    assert rows(page) == ["Held-out real pictures", "Faces"], "what is measured stays"
    fake.say(ModelScored(source="faces-dcgan", data="bundled:faces", n=500, scores=scored("x"), ticket=ticket))
    assert rows(page) == ["Held-out real pictures", "Faces"]


def test_a_failure_ends_it_and_a_model_that_fails_says_why_in_its_row(page: EvaluatePage, fake: FakeClient) -> None:
    fake.held = True
    page._scores.choose(("faces", "glyphs"))
    page._scores.measure()
    asked = fake.last(Measure)
    problem = Problem(code="damaged", sentence="“glyphs” is damaged.")
    fake.say(ModelScored(source="glyphs", data=asked.data, n=500, problem=problem, ticket=asked.ticket))
    fake.say(ModelScored(source="faces", data=asked.data, n=500, scores=scored("faces"), ticket=asked.ticket))
    model = page.table.scores
    row = rows(page).index("Glyphs")
    assert model.texts(row, 1) == ("–", "")
    assert model.data(model.index(row, 0), Qt.ItemDataRole.ToolTipRole) == "“glyphs” is damaged."
    fake.say(Failed(command=asked, problem=Problem(code="x", sentence="No."), ticket=asked.ticket))
    assert not page._scores.is_measuring
    assert page.chooser.measure_button.isEnabled(), "it can be tried again"


def test_who_went_elsewhere_is_told_when_all_is_measured(page: EvaluatePage, desk: Desk, fake: FakeClient) -> None:
    fake.held = True
    page._scores.choose(("faces", "faces-dcgan"))
    page._scores.measure()
    page.hide()
    fake.answer()
    assert desk.told == ["Measured 2 models."]
    action = desk.board.notices[-1].action
    assert action is not None
    action.run()
    assert desk.asked == ["evaluate"]


def test_numbers_are_taken_along_as_table_json_and_report(page: EvaluatePage, desk: Desk, tmp_path: Path) -> None:
    page._scores.choose(("faces", "faces-dcgan"))
    page._scores.measure()

    def act(words: str) -> None:
        QTest.mouseClick(page.save_button, LEFT)
        menu = page.findChildren(QMenu)[-1]
        next(action for action in menu.actions() if action.text() == words).trigger()
        menu.close()

    for suffix, words in ((".csv", "Table (CSV)…"), (".json", "Numbers (JSON)…"), (".md", "Report (Markdown)…")):
        desk.dialogs.answer = tmp_path / f"scores{suffix}"
        act(words)
    head, one, two, real = csv.reader(io.StringIO((tmp_path / "scores.csv").read_text()))
    assert head[:4] == ["model", "source", "fid", "fid_stderr"]
    assert one[:4] == ["Faces", "faces", "0.5", "0.05"]
    assert two[0] == "Faces, DCGAN"
    assert (real[0], float(real[2])) == ("Held-out real pictures", pytest.approx(0.9))
    content = json.loads((tmp_path / "scores.json").read_text())
    assert content["models"][0]["metrics"]["fid"] == {"value": 0.5, "stderr": 0.05, "n": 500, "real": 0.9}
    assert content["models"][0]["metrics"]["sharpness"]["stderr"] is None
    report = (tmp_path / "scores.md").read_text()
    assert "| Faces | **0.500 ± 0.050** |" in report
    act("Copy as Markdown")
    assert QGuiApplication.clipboard().text() == report
    assert desk.told[-1] == "Saved “scores.md”."


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (("Glyphs · GAN, minimax", "Glyphs · VAE · 2"), ("GAN, minimax", "VAE · 2")),
        (("Glyphs · VAE, step 100", "Glyphs · VAE, step 200"), ("VAE, step 100", "VAE, step 200")),
        (("Glyphs · VAE", "Faces · VAE"), ("Glyphs · VAE", "Faces · VAE")),
        (("Glyphs · VAE",), ("Glyphs · VAE",)),
        (("a", "a"), ("a", "a")),
        ((), ()),
    ],
)
def test_beside_bars_stands_what_tells_models_apart(titles: tuple[str, ...], names: tuple[str, ...]) -> None:
    """There is room for twenty letters, and all runs on one set begin with its name."""
    assert told_apart(titles) == names


def test_scores_on_a_folder_are_saved_under_its_name_alone(page: EvaluatePage, desk: Desk, tmp_path: Path) -> None:
    """“home-me-pictures-cats-scores.csv” was offered."""
    page._scores.choose(("/runs/cats",))
    page._scores.measure()
    assert page._scores.data == "/pictures/cats"
    desk.dialogs.answer = tmp_path / "scores.csv"
    QTest.mouseClick(page.save_button, LEFT)
    menu = page.findChildren(QMenu)[-1]
    menu.actions()[0].trigger()
    menu.close()
    assert desk.dialogs.asked[-1][1].name == "cats-scores.csv"


@pytest.mark.parametrize(
    ("value", "text"), [(-1.1e-12, "0"), (0.0, "0"), (-0.25, "\u22120.250"), (0.0123, "0.012"), (42.13, "42.13")]
)
def test_scores_have_the_digits_worth_reading(value: float, text: str) -> None:
    """What is nearly nothing was “−0.0000”."""
    assert score_text(value) == text


def test_columns_grow_with_what_is_measured_later(page: EvaluatePage, fake: FakeClient) -> None:
    """They were as wide as the first model's row wanted: later names were cut, and stars stood by the next number."""
    fake.held = True
    page._scores.choose(("faces", "faces-dcgan"))
    page._scores.measure()
    ticket, table = fake.last(Measure).ticket, page.table
    one = scored("faces")
    fake.say(ModelScored(source="faces", data="bundled:faces", n=500, scores=one, ticket=ticket))
    wide = (replace(score, value=score.value * 123456.7, stderr=12345.6) for score in one)
    fake.say(ModelScored(source="faces-dcgan", data="bundled:faces", n=500, scores=tuple(wide), ticket=ticket))
    assert table.scores.rowCount() == 3
    for section in range(1, table.scores.columnCount()):
        assert table.columnWidth(section) >= table.sizeHintForColumn(section)


def test_what_stands_beside_a_name_gives_way_to_it(page: EvaluatePage) -> None:
    """Name and kind were one text, cut in its middle: “Glyphs · Boundary…y equilibrium GAN”."""
    tree = page.chooser.tree
    item = tree.items["/runs/cats"]
    rows = tree.itemDelegate()
    assert isinstance(rows, ModelRows)

    def beside(name: str, *notes: str) -> str:
        item.setText(0, name)
        item.setData(0, NOTES, notes)
        option = QStyleOptionViewItem()
        tree.initViewItemOption(option)
        option.rect = tree.visualItemRect(item)
        return rows.note(option, tree.indexFromItem(item))

    assert beside("cats", "3 of 3 snapshots", "3 of 3") == "3 of 3 snapshots"
    assert beside("Glyphs · Autoencoder in grey", "3 of 3 snapshots", "3 of 3") == "3 of 3"
    assert beside("Glyphs · Boundary equilibrium GAN of Monday", "3 of 3 snapshots", "3 of 3") == ""
    assert tree.items["faces"].data(0, NOTES) == ("VAE",)


def test_bars_stand_for_the_scores(page: EvaluatePage, qtbot: QtBot) -> None:
    page._scores.choose(("faces", "faces-dcgan"))
    page._scores.measure()
    QTest.mouseClick(page.tabs, LEFT, pos=page.tabs.tabRect(1).center())
    assert page.deck.currentWidget() is page.bars
    titles = {plot.title(): plot for plot in page.bars.plots}
    assert list(titles) == ["FID", "Precision", "Sharpness"]
    one, two = titles["FID"].bars()
    assert (one.name, one.value, one.error, one.is_best) == ("Faces", 0.5, 0.05, True)
    assert (two.name, two.is_best) == ("Faces, DCGAN", False)
    low, high = titles["FID"].x_range()
    assert low <= 0.0
    assert high > 1.15
    page._scores.set_chosen("faces-dcgan", False)
    assert len(titles["FID"].bars()) == 1


def test_snapshots_stand_under_their_run_and_the_best_is_kept(page: EvaluatePage, fake: FakeClient) -> None:
    tree = page.chooser.tree
    run = tree.items["/runs/cats"]
    assert run.childCount() == 3
    run.setExpanded(True)
    for source in STEPS:
        press(page, tree.items[source])
    assert run.data(0, Qt.ItemDataRole.AccessibleTextRole) == "cats, 3 of 3 snapshots"
    page._scores.measure()
    assert rows(page)[1:] == ["cats · step 100", "cats · step 200", "cats · step 400"]
    marked = fake.last(MarkBest)
    assert (marked.run, marked.source, marked.score) == ("/runs/cats", STEPS[0], "fid")


def test_the_choice_is_kept_for_the_next_session(page: EvaluatePage, desk: Desk, qtbot: QtBot) -> None:
    page._scores.choose(("faces", "glyphs"))
    page._scores.set_n(200)
    page.chooser.checks["classes"].setChecked(False)
    page.tabs.setCurrentIndex(1)
    kept = json.loads(json.dumps(page.capture()))
    other = EvaluatePage(desk)
    qtbot.addWidget(other)
    page._scores.restore(files=(), chosen=(), data="", is_data_picked=False, n=500, groups=("copies",))
    other.restore(kept)
    assert other.capture() == kept
    other.restore({"chosen": 3, "n": "many", "tab": 99, "groups": ["?"], "data": None, "files": [4]})
    assert other.tabs.currentIndex() == 1


def test_a_file_from_elsewhere_is_listed_and_ticked(page: EvaluatePage, desk: Desk, fake: FakeClient) -> None:
    desk.dialogs.answer = Path("/elsewhere/mine.safetensors")
    QTest.mouseClick(page.chooser.add_button, LEFT)
    assert fake.last(ListModels).files == ("/elsewhere/mine.safetensors",)
    assert page._scores.chosen == ("/elsewhere/mine.safetensors",)
    item = page.chooser.tree.items["/elsewhere/mine.safetensors"]
    assert item.checkState(0) is Qt.CheckState.Checked
