"""Runs that were: in view while others are trained, taken up where they were."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.store.state import Explorer
from app.train.page import TrainPage
from engine.disk.runs import TOLD_MOST, RunFolder
from engine.protocol.answers import FamiliesListed, Progressed, TrainingStarted
from engine.protocol.library import Standing
from engine.protocol.requests import Train
from tests.app.fake_engine import VAE, FakeClient
from tests.app.fake_shelf import a_run


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


def test_the_last_report_is_read_from_the_end_of_long_and_torn_metrics(tmp_path: Path) -> None:
    run = left(tmp_path, "long")
    with open(run.metrics, "a") as file:
        file.writelines(json.dumps({"step": k, "losses": {"loss": 0.5}}) + "\n" for k in range(400, 9000))
        file.write('{"step": 90')
    assert run.metrics.stat().st_size > 1 << 16
    assert run.last_report()["step"] == 8999
    assert RunFolder(tmp_path / "none").last_report() == {}


@pytest.fixture
def page(qtbot: QtBot, explorer: Explorer, fake: FakeClient, tmp_path: Path) -> TrainPage:
    fake.shelf.put(
        a_run("night", title="faces at night", standing=Standing.UNFINISHED, step=340, steps=1200, changed=3.0),
        a_run("future", standing=Standing.UNFINISHED, family="diffusion", changed=2.0),
        a_run("done", title="cats", changed=4.0),
        a_run("broken", standing=Standing.DAMAGED, changed=9.0),
        a_run("thrown", changed=9.0, is_in_trash=True),
    )
    page = TrainPage(explorer, explorer.runs.start, runs=tmp_path)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    qtbot.waitExposed(page)
    return page


def test_recent_runs_stand_where_nothing_is_trained(page: TrainPage, explorer: Explorer, fake: FakeClient) -> None:
    night, future, done = page.run.recent.buttons
    assert [button.text() for button in (night, future, done)] == ["Go on", "Go on", "Explore"]
    assert not night.isEnabled()
    assert "starting" in night.toolTip()
    fake.say(FamiliesListed(families=(VAE,)))
    assert not future.isEnabled()
    assert "diffusion" in future.toolTip()
    asked: list[str] = []
    page.run.explore_asked.connect(asked.append)
    page.run.library_asked.connect(asked.append)
    QTest.mouseClick(done, Qt.MouseButton.LeftButton)
    QTest.mouseClick(page.run.recent.all_button, Qt.MouseButton.LeftButton)
    assert asked == ["/home/runs/done", ""]
    QTest.mouseClick(night, Qt.MouseButton.LeftButton)
    [train] = fake.sent_of(Train)
    assert isinstance(train, Train)
    assert train.resume
    assert train.out == Path("/home/runs/night")
    assert dict(train.config)["steps"] == 1200
    assert page.run.title.text() == "faces at night"


def test_recent_runs_of_one_name_are_told_apart(page: TrainPage, explorer: Explorer, fake: FakeClient) -> None:
    for place in ("first", "again"):
        fake.shelf.put(a_run(place, title="hills", changed=9.0))
    page.hide()
    page.show()
    said = {button.accessibleName() for button in page.run.recent.buttons}
    assert {"Explore hills (first)", "Explore hills (again)"} <= said


def test_a_run_that_begins_hides_no_earlier_one(page: TrainPage, explorer: Explorer, fake: FakeClient) -> None:
    fake.say(FamiliesListed(families=(VAE,)))
    explorer.runs.start(Train(family="vae", data="bundled:faces", out=Path("/x"), name="mine", config=()))
    assert page.run.earlier.isVisible()
    assert [tile.toolTip() for tile in page.run.earlier.tiles] == ["cats", "faces at night", "future"]
    assert not page.run.left.isVisible(), "nothing else can go on while one does"
    asked: list[str] = []
    page.run.library_asked.connect(asked.append)
    QTest.mouseClick(page.run.earlier.tiles[0], Qt.MouseButton.LeftButton)
    assert asked == ["/home/runs/done"]
    explorer.runs.stop()
    assert page.run.left.isVisible()
    first, _ = page.run.left.buttons
    assert first.accessibleName() == "Go on with faces at night"
    fake.shelf.put(a_run("night", title="faces at night", changed=3.0))
    page.hide()
    page.show()  # another window finished it meanwhile
    assert [button.accessibleName() for button in page.run.left.buttons] == ["Go on with future"]


def test_without_runs_nothing_is_offered(qtbot: QtBot, explorer: Explorer, tmp_path: Path) -> None:
    page = TrainPage(explorer, explorer.runs.start, runs=tmp_path)
    qtbot.addWidget(page)
    page.show()
    assert not page.run.recent.isVisible()
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
