"""Runs that were interrupted: found again, offered, taken up where they were."""

from __future__ import annotations

import json
import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.store.state import Explorer
from app.train.left_runs import LISTED, left_runs
from app.train.page import TrainPage
from engine.disk.runs import TOLD_MOST, RunFolder
from engine.protocol.answers import FamiliesListed, Progressed, TrainingStarted
from engine.protocol.requests import Train
from tests.app.fake_engine import VAE, FakeClient


def left(root: Path, name: str, *, step: int = 340, family: str = "vae", age_s: float = 0.0) -> RunFolder:
    run = RunFolder(root / name)
    run.write_config(
        {"name": name, "family": family, "data": "bundled:faces", "preset": "quick", "config": {"steps": 1200}}
    )
    for k in range(1, step + 1, 100):
        run.append_metrics({"step": k, "losses": {"loss": 1.0}})
    run.append_metrics({"step": step, "losses": {}})
    stamp = 1_700_000_000 - age_s
    os.utime(run.config, (stamp, stamp))
    return run


def test_only_runs_without_a_result_are_left_newest_first(tmp_path: Path) -> None:
    left(tmp_path, "old", age_s=900)
    left(tmp_path, "new")
    left(tmp_path, "done").model.write_bytes(b"a model")
    (tmp_path / "stray.txt").touch()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "run.json").write_text("{nope")
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "run.json").write_text(json.dumps({"config": {}, "name": 3}))
    found = left_runs(tmp_path)
    assert [run.train.name for run in found] == ["new", "old"]
    assert (found[0].step, found[0].steps) == (340, 1200)
    assert found[0].train.resume
    assert found[0].train.out == tmp_path / "new"
    assert left_runs(tmp_path / "missing") == ()
    for k in range(9):
        left(tmp_path, f"more {k}")
    assert len(left_runs(tmp_path)) == LISTED


def test_the_last_report_is_read_from_the_end_of_long_and_torn_metrics(tmp_path: Path) -> None:
    run = left(tmp_path, "long")
    with open(run.metrics, "a") as file:
        file.writelines(json.dumps({"step": k, "losses": {"loss": 0.5}}) + "\n" for k in range(400, 9000))
        file.write('{"step": 90')
    assert run.metrics.stat().st_size > 1 << 16
    assert run.last_report()["step"] == 8999
    assert RunFolder(tmp_path / "none").last_report() == {}


def test_a_left_run_goes_on_with_one_click(qtbot: QtBot, explorer: Explorer, fake: FakeClient, tmp_path: Path) -> None:
    left(tmp_path, "faces at night")
    left(tmp_path, "from the future", family="diffusion", age_s=60)
    page = TrainPage(explorer, explorer.runs.start, runs=tmp_path)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    qtbot.waitExposed(page)
    known, unknown = page.run.left.buttons
    assert page.run.left.isVisible()
    assert not known.isEnabled()
    assert "starting" in known.toolTip()
    fake.say(FamiliesListed(families=(VAE,)))
    assert not unknown.isEnabled()
    assert "diffusion" in unknown.toolTip()
    QTest.mouseClick(known, Qt.MouseButton.LeftButton)
    [train] = fake.sent_of(Train)
    assert isinstance(train, Train)
    assert train.resume
    assert train.out == tmp_path / "faces at night"
    assert dict(train.config) == {"steps": 1200}
    assert page.run.title.text() == "faces at night"
    assert not page.run.left.isVisible()


def test_what_was_interrupted_is_still_offered_once_another_run_is_over(
    qtbot: QtBot, explorer: Explorer, fake: FakeClient, tmp_path: Path
) -> None:
    """The list was read once, and shown only before the first run."""
    left(tmp_path, "before", age_s=60)
    page = TrainPage(explorer, explorer.runs.start, runs=tmp_path)
    qtbot.addWidget(page)
    page.resize(960, 560)
    page.show()
    fake.say(FamiliesListed(families=(VAE,)))
    explorer.runs.start(Train(family="vae", data="bundled:faces", out=tmp_path / "run", name="mine", config=()))
    assert not page.run.left.isVisible(), "nothing else can go on while one does"
    left(tmp_path, "meanwhile")
    explorer.runs.stop()
    assert page.run.title.text() == "mine"
    assert page.run.left.isVisible()
    assert [button.accessibleName() for button in page.run.left.buttons] == [
        "Go on with meanwhile",
        "Go on with before",
    ]
    assert all(button.isEnabled() for button in page.run.left.buttons)
    page.hide()
    left(tmp_path, "before").model.write_bytes(b"finished by another window")
    page.show()
    (button,) = page.run.left.buttons
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    train = fake.sent_of(Train)[-1]
    assert isinstance(train, Train)
    assert (train.name, train.resume) == ("meanwhile", True)
    assert not page.run.left.isVisible()


def test_without_left_runs_nothing_is_offered(qtbot: QtBot, explorer: Explorer, tmp_path: Path) -> None:
    page = TrainPage(explorer, explorer.runs.start, runs=tmp_path)
    qtbot.addWidget(page)
    page.show()
    assert not page.run.left.isVisible()
    assert page.run.empty.isVisible()


def test_the_curves_of_a_resumed_run_are_there_before_its_first_step(
    qtbot: QtBot, explorer: Explorer, fake: FakeClient, tmp_path: Path
) -> None:
    page = TrainPage(explorer, explorer.runs.start, runs=tmp_path)
    qtbot.addWidget(page)
    page.show()
    fake.held = True
    explorer.runs.start(Train(family="vae", data="bundled:faces", out=tmp_path / "run", name="mine", config=()))
    told = tuple((64 * k, (("loss", 1.0 / k), ("kl", 0.1 * k))) for k in range(1, 401))
    fake.say(TrainingStarted(run="run-1", name="mine", family="vae", images_planned=99_999, told=told))
    curves = page.run.plot.set.curves
    assert set(page.run.legend.chips) == {"loss", "kl"}
    assert (len(curves["loss"]), curves["loss"].x[0], curves["loss"].x[-1]) == (400, 64, 25_600)
    losses = (("loss", 0.001), ("kl", 41.0))
    fake.say(Progressed(run="run-1", step=401, steps=900, images=25_664, images_per_s=9.0, losses=losses, eta_s=9.0))
    qtbot.waitUntil(lambda: len(curves["loss"]) == 401)
    assert page.run.plot.last_images() == 25_664


def test_what_a_run_told_is_thinned_to_what_a_screen_shows(tmp_path: Path) -> None:
    run = left(tmp_path, "long", step=1)
    run.rewind_metrics(0)
    for k in range(1, 2001):
        run.append_metrics({"step": k, "images": 32 * k, "losses": {"loss": 1.0 / k}})
    with open(run.metrics, "a") as file:
        file.write('{"step": 2001, "images": "many", "losses": {"loss": 0}}\n')
        file.write('{"step": 2002, "images": 64064, "losses": {"loss": NaN, "kl": "none", "elbo": 2}}\n{"ste')
    told = run.told()
    assert len(told) == TOLD_MOST
    assert told[0] == (32, (("loss", 1.0),))
    assert told[-1] == (64064, (("elbo", 2.0),)), "what is no number is left out"
    assert [images for images, _ in told] == sorted({images for images, _ in told})
    assert RunFolder(tmp_path / "none").told() == ()
