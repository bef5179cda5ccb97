"""What stands beside the numbers: sheets of equal seeds, scores over time, neighbours, comparisons from files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.evaluate.closeness_view import percentile_words
from app.evaluate.page import TABS, EvaluatePage
from app.store.judged.comparison import metrics_of, outcomes, read_comparison, spreads
from app.store.judged.table import table_of
from engine.disk.files import LoadError
from engine.protocol.answers import Evaluating, Failed
from engine.protocol.requests import Cancel, OpenModel
from engine.protocol.scoring import FindNeighbours, ListModels, Measure, ModelScored, ModelsListed, SampleSheet, Space
from engine.protocol.values import Problem, Recipe, ScoreDescribed
from tests.app.conftest import Desk
from tests.app.evaluate.test_page import STEPS, page
from tests.app.fake_engine import LISTED, FakeClient, drawn
from tests.patience import PATIENCE_MS

__all__ = ["page"]
LEFT = Qt.MouseButton.LeftButton


def turn(page: EvaluatePage, name: str) -> None:
    QTest.mouseClick(page.tabs, LEFT, pos=page.tabs.tabRect(TABS.index(name)).center())


def measured(page: EvaluatePage, *sources: str) -> None:
    page._scores.choose(sources)
    page._scores.measure()


# ---------------------------------------------------------------- sheets


def test_equal_seeds_stand_under_one_another_and_a_press_goes_there(
    page: EvaluatePage, fake: FakeClient, desk: Desk
) -> None:
    measured(page, "faces", "faces-dcgan")
    assert list(page.sheets.rows) == ["faces", "faces-dcgan"]
    for source, row in page.sheets.rows.items():
        image = row.tiles[3].image()
        assert image is not None
        assert np.array_equal(image, drawn(Recipe(model=source, seed=3)))
    shown = [tile.isVisible() for tile in page.sheets.rows["faces"].tiles]
    assert 4 <= sum(shown) < len(shown)
    wide = page.sheets.rows["faces"].tiles[0].width()
    page._scores.choose([model.source for model in page._scores.models])
    page._scores.measure()
    assert page.sheets.rows["faces"].tiles[0].width() < wide, "many models have smaller pictures"
    measured(page, "faces", "faces-dcgan")
    QTest.mouseClick(page.sheets.rows["faces"].tiles[3], LEFT)
    opened = fake.last(OpenModel)
    assert (opened.source, opened.fingerprint) == ("faces", "faces")
    assert desk.asked == ["explore"]


def test_each_model_is_sampled_once(page: EvaluatePage, fake: FakeClient) -> None:
    measured(page, "faces", "faces-dcgan")
    turn(page, "Bars")
    turn(page, "Table")
    page._scores.set_chosen("faces", False)
    page._scores.set_chosen("faces", True)
    assert [command.source for command in fake.sent_of(SampleSheet)] == ["faces", "faces-dcgan"]  # type: ignore[union-attr]


# ---------------------------------------------------------------- over time


def test_snapshots_of_a_run_are_measured_by_one_press_and_drawn_over_three_clocks(
    page: EvaluatePage, fake: FakeClient
) -> None:
    turn(page, "Over time")
    view = page.over_time
    button = view.empty.button
    assert button is not None
    assert button.text() == "Measure the snapshots of cats"
    QTest.mouseClick(button, LEFT)
    assert fake.last(Measure).sources == ("/runs/cats", *STEPS)
    assert fake.last(Measure).data == "/pictures/cats"
    assert view.plot is not None
    for clock, moments in (
        ("step", [100, 200, 400, 800]),
        ("seconds", [10, 20, 40, 80]),
        ("cpu_seconds", [20, 40, 80, 160]),
    ):
        view.clock.setCurrentIndex(("step", "seconds", "cpu_seconds").index(clock))
        view.clock.activated.emit(view.clock.currentIndex())
        [line] = view.plot.series()
        assert line.x.tolist() == moments
    table = page._scores.table()
    assert line.name == "cats"
    fid = table.cell(STEPS[0], "fid")
    assert fid is not None
    assert line.y[0] == fid.value
    assert (line.high - line.y)[0] == pytest.approx(fid.stderr)
    assert line.best == 3, "the run's own result scores best here"
    assert "held-out real pictures" in view.legend.text()
    assert "★ the best" in view.legend.text()
    low, high = view.plot.y_range()
    assert low <= 0.9 <= high, "what real pictures score is in sight"


def test_without_a_run_it_leads_to_training(page: EvaluatePage, fake: FakeClient, desk: Desk) -> None:
    fake.say(ModelsListed(models=LISTED[:3], ticket=fake.last(ListModels).ticket))
    turn(page, "Over time")
    button = page.over_time.empty.button
    assert button is not None
    assert button.text() == "Train a model"
    QTest.mouseClick(button, LEFT)
    assert desk.asked == ["train"]


CSV = """family,seed,step,seconds,cpu_seconds,metric,value
vae,0,10,1,2,inception_score,2.0
vae,0,20,2,4,inception_score,4.0
vae,1,10,1,2,inception_score,4.0
vae,1,20,2,4,inception_score,6.0
dcgan,0,10,2,4,inception_score,3.0
dcgan,0,30,6,12,inception_score,7.0
dcgan,0,30,6,12,fid,1.5
dcgan,0,40,8,16,fid,nan
"""


def test_a_comparison_is_read_with_mean_and_spread_of_its_seeds(tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.write_text(CSV)
    reports = read_comparison(file)
    assert metrics_of(reports) == ("inception_score", "fid")
    vae, gan = spreads(reports, "inception_score", "seconds")
    assert (vae.family, vae.seeds, vae.x.tolist()) == ("vae", 2, [1.0, 2.0])
    assert vae.mean.tolist() == [3.0, 5.0]
    assert (vae.low.tolist(), vae.high.tolist()) == ([2.0, 4.0], [4.0, 6.0])
    assert gan.x.tolist() == [2.0, 6.0]
    [only] = spreads(reports, "fid", "step")
    assert only.mean.tolist() == [1.5]


@pytest.mark.parametrize(
    ("content", "words"),
    [("a,b\n1,2\n", "lacks “family”"), (CSV.splitlines()[0] + "\n", "holds no scores"), ("", "lacks")],
)
def test_another_table_is_one_sentence(content: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(content)
    with pytest.raises(LoadError, match=words):
        read_comparison(file)


def test_a_comparison_is_opened_drawn_and_closed(page: EvaluatePage, desk: Desk, tmp_path: Path) -> None:
    turn(page, "Over time")
    view = page.over_time
    assert view.plot is not None
    bad = tmp_path / "bad.csv"
    bad.write_text("nothing")
    desk.dialogs.answer = bad
    QTest.mouseClick(view.open_button, LEFT)
    assert desk.told[-1].startswith("“bad.csv” is no comparison")
    folder = tmp_path / "five families"
    folder.mkdir()
    (folder / "scores.csv").write_text(CSV)
    desk.dialogs.answer = folder / "scores.csv"
    QTest.mouseClick(view.open_button, LEFT)
    assert [line.name for line in view.plot.series()] == ["vae, 2 seeds", "dcgan, 1 seed"]
    assert view.plot.title().startswith("Inception · five families")
    assert view.clock.currentText() == "Processor-seconds", "the clock by which all learned for the same time"
    room_px = view.clock.width() - 40  # its edges and its arrow
    assert view.clock.fontMetrics().horizontalAdvance(view.clock.currentText()) <= room_px, "it was cut off"
    view.score.setCurrentIndex(1)
    view.score.activated.emit(1)
    assert [line.name for line in view.plot.series()] == ["dcgan, 1 seed"]
    QTest.mouseClick(view.close_button, LEFT)
    assert not view.is_comparing()
    assert not view.plot.isVisible()
    assert not view.outcome.isVisible()


COURSE = """family,seed,step,seconds,cpu_seconds,metric,value
gan1,0,10,1,1,inception_score,8.0
gan1,0,10,1,1,diversity_score,0.9
gan1,0,20,2,2,inception_score,3.0
gan1,0,20,2,2,diversity_score,0.8
gan1,1,20,2,2,inception_score,7.0
gan1,1,20,2,2,diversity_score,0.9
icfg,0,20,2,2,inception_score,1.2
icfg,0,20,2,2,diversity_score,0.1
"""


def test_a_comparison_says_best_and_worst_seed_and_who_fell(tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.write_text(COURSE)
    game, walk = outcomes(read_comparison(file))
    assert (game.best, game.worst, game.not_begun) == ("1", "0", ())
    assert game.collapsed == {"0": "inception score from 8.0 to 3.0"}
    assert (walk.collapsed, walk.not_begun) == ({}, ("0",))
    assert game.words == (
        "gan1: Inception 5.00 ± 2.83, best 7.00 (seed 1), worst 3.00 (seed 0), "
        "1 of 2 collapsed (seed 0: inception score from 8.0 to 3.0)"
    )  # fmt: skip
    assert walk.words == "icfg: Inception 1.20, 1 of 1 not begun"


def test_two_classes_are_fewer_than_ten(tmp_path: Path) -> None:
    """With two classes even real pictures score less than two."""
    file = tmp_path / "scores.csv"
    file.write_text(COURSE.replace("8.0", "1.8").replace("7.0", "1.7").replace("3.0", "1.6").replace("1.2", "1.05"))
    game, walk = outcomes(read_comparison(file), real=1.95)
    assert (game.not_begun, walk.not_begun) == ((), ("0",))


def test_pictures_of_all_families_and_the_level_of_real_ones_are_shown_beside_scores(
    page: EvaluatePage, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "scores.csv").write_text(COURSE)
    (tmp_path / "scores.json").write_text('{"real": {"inception_score": 9.5, "fid": null}}')
    sheet = QImage(400, 300, QImage.Format.Format_RGB32)
    sheet.fill(0xFF204060)
    assert sheet.save(str(tmp_path / "pictures-seed-0.png"))
    (tmp_path / "pictures-seed-1.png").write_bytes(b"no picture")
    turn(page, "Over time")
    view = page.over_time
    assert view.plot is not None
    desk.dialogs.answer = tmp_path / "scores.csv"
    QTest.mouseClick(view.open_button, LEFT)
    assert "gan1: Inception 5.00 ± 2.83, best 7.00 (seed 1)" in view.outcome.text()
    assert "held-out real pictures" in view.legend.text()
    low, high = view.plot.y_range()
    assert low <= 9.5 <= high
    entries = [view.score.itemText(row) for row in range(view.score.count())]
    assert entries == ["Inception", "Diversity", "Pictures, seed 0", "Pictures, seed 1"]
    view.score.setCurrentIndex(2)
    view.score.activated.emit(2)
    shown = view.pictures.picture()
    assert shown is not None
    assert shown.size() == sheet.size()
    assert view.pictures.isVisible()
    assert not view.plot.isVisible()
    assert not view.clock.isVisible()
    painted = view.pictures.grab().toImage()
    assert painted.pixelColor(painted.width() // 4, 40).name() == "#204060"
    view.score.setCurrentIndex(3)
    view.score.activated.emit(3)
    assert not view.pictures.isVisible()
    assert view.empty.label.text() == "These pictures cannot be read."
    view.score.setCurrentIndex(0)
    view.score.activated.emit(0)
    assert view.plot.isVisible()


# ---------------------------------------------------------------- neighbours


def test_neighbours_are_looked_for_when_seen_and_a_model_that_copies_is_named(
    page: EvaluatePage, fake: FakeClient
) -> None:
    page._scores.choose(("faces", "/runs/cats"))
    assert not fake.sent_of(FindNeighbours)
    page.resize(1200, 760)
    turn(page, "Neighbours")
    view = page.closeness
    view.model.addItem("Glyphs · Wasserstein GAN, gradient penalty")
    wide = view.model.fontMetrics().horizontalAdvance(view.model.itemText(view.model.count() - 1))
    assert view.model.sizeHint().width() > wide, "a usual name is read whole"
    view.model.removeItem(view.model.count() - 1)
    view.model.setCurrentIndex(view.model.findData("faces"))
    view.model.activated.emit(view.model.currentIndex())
    asked = fake.last(FindNeighbours)
    assert (asked.source, asked.space) == ("faces", Space.FEATURES)
    assert view.verdict.text().endswith("it invents.")
    near = view.bands["near"].tiles
    image, neighbour = near[2].picture.image(), near[2].neighbour.image()
    assert image is not None
    assert neighbour is not None
    assert np.array_equal(image, drawn(Recipe(model="m", seed=2)))
    assert np.array_equal(neighbour, drawn(Recipe(model="t", seed=2)))
    assert near[2].label.text() == "2 %"
    assert near[2].picture.accessibleName() == f"Seed 2: {percentile_words(2.0)}"
    assert percentile_words(2.0) == "closer to a training picture than 98 % of new pictures are"
    view.model.setCurrentIndex(view.model.findData("/runs/cats"))
    view.model.activated.emit(view.model.currentIndex())
    assert view.verdict.text().endswith("this model gives back what it learned by heart.")
    view.space.setCurrentIndex(1)
    view.space.activated.emit(1)
    assert fake.last(FindNeighbours).space is Space.PIXELS


def test_who_looks_away_stops_the_looking_and_a_failure_is_said_in_its_place(
    page: EvaluatePage, fake: FakeClient, desk: Desk, qtbot: QtBot
) -> None:
    fake.held = True
    page._scores.choose(("faces",))
    turn(page, "Neighbours")
    asked = fake.last(FindNeighbours)
    fake.say(Evaluating(what="Looking through training pictures", done=50, of=200, ticket=asked.ticket))
    view = page.closeness
    assert view.verdict.text() == "Looking through training pictures, 50 of 200"
    for part in (view.verdict, view.bar):  # below what was chosen, not far from one another
        qtbot.waitUntil(lambda part=part: part.geometry().bottom() < view.height() / 4, timeout=PATIENCE_MS)
    turn(page, "Bars")
    assert fake.last(Cancel).ticket == asked.ticket
    turn(page, "Neighbours")
    asked = fake.last(FindNeighbours)
    problem = Problem(code="no-reader", sentence="Nobody reads features of these pictures.")
    fake.say(Failed(command=asked, problem=problem, ticket=asked.ticket))
    assert page.closeness.verdict.text() == problem.sentence
    assert not desk.told, "what is said in its place is no notice"


def test_who_scores_the_same_is_as_good(page: EvaluatePage) -> None:
    def result(source: str, memorised: float) -> ModelScored:
        score = ScoreDescribed(name="memorised", value=memorised, stderr=0.0, n=500, real=0.05)
        return ModelScored(source=source, data="bundled:glyphs", n=500, scores=(score,))

    results = {source: result(source, value) for source, value in (("a", 0.0), ("b", 0.02), ("c", 0.0))}
    table = table_of(results, str, ("memorised",))
    assert [source for source in "abc" if table.is_best(source, "memorised")] == ["a", "c"]
    turn(page, "Bars")
    page.bars.set_table(table)
    assert [bar.is_best for bar in page.bars.plots[0].bars()] == [True, False, True]
