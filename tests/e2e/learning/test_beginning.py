"""A run that begins, from the window, with what the open model has learned."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.store.notices import Level
from app.train.page import TrainPage
from engine.disk.runs import RunFolder
from engine.latents.fit import as_one
from engine.opened.checkpoints import load_model
from engine.training.loop import Job, train
from tests.e2e.opened import opened
from tests.engine.small import SMALL, bars, drained
from tests.patience import PATIENCE_MS


@pytest.fixture
def learned(tmp_path: Path) -> Path:
    """A VAE's run."""
    run, values = tmp_path / "learned", {**SMALL["vae"], "steps": 3}
    job = Job(run=run, name="learned", family="vae", values=values, data="x")
    drained(train(job, bars(), device=torch.device("cpu")))
    return run


@pytest.mark.parametrize("kind", ["vaegan", "r3gan"])
def test_another_kind_begins_with_the_parts_that_both_have(
    kind: str, qtbot: QtBot, tmp_path: Path, learned: Path
) -> None:
    with opened(qtbot, tmp_path / "home", str(learned), "learned", timeout_ms=PATIENCE_MS) as window:
        explorer = window.shell.explorer
        window.show_page("train")
        page = window.findChild(TrainPage)
        assert page is not None
        setup = page.setup
        qtbot.waitUntil(lambda: setup.start_button.isEnabled() and "glyphs" in setup.data.cards, timeout=PATIENCE_MS)
        setup.data.cards["glyphs"].click()
        setup.kind.combo.setCurrentIndex(setup.kind.combo.findData(kind))
        setup.kind.combo.activated.emit(setup.kind.combo.currentIndex())
        setup.start.combo.setCurrentIndex(1)
        setup.start.combo.activated.emit(1)
        for name, value in (("steps", 1), ("batch", 8)):
            setup.form.set_value(name, value)
        setup.form.changed.emit()
        qtbot.waitUntil(setup.start_button.isEnabled, timeout=PATIENCE_MS)
        QTest.mouseClick(setup.start_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: explorer.runs.run is not None and explorer.runs.run.is_over, timeout=PATIENCE_MS)
        assert not [notice.sentence for notice in window.shell.board.notices if notice.level is Level.PROBLEM]
        assert explorer.runs.run is not None
        made = load_model(RunFolder(Path(explorer.runs.run.run)).model)
    assert made.card["began_with"] == "learned"
    given = load_model(RunFolder(learned).model)
    learned_weights = dict(given.family.named_parameters())
    trunk = {name: weight for name, weight in made.family.named_parameters() if name.startswith("decoder.trunk.")}
    assert trunk
    for name, weight in trunk.items():
        assert (weight - learned_weights[name]).abs().max() < 0.05, "one step away from what was learned"
    assert given.explorables is not None
    assert given.explorables.mixture is not None
    gaussian = as_one(given.explorables.mixture)
    z_BD = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
    its_BD = z_BD if kind == "vaegan" else gaussian.mean_D + z_BD @ gaussian.factors_KDD[0].T
    with torch.no_grad():
        off = made.family.eval().decode(z_BD) - given.family.eval().decode(its_BD)
    assert off.abs().mean() < 0.05, "of the same points the same pictures, a step later"


def test_the_open_model_learns_on(qtbot: QtBot, tmp_path: Path, learned: Path) -> None:
    home = tmp_path / "home"
    with opened(qtbot, home, str(learned), "learned", timeout_ms=PATIENCE_MS) as window:
        explorer = window.shell.explorer
        window.show_page("train")
        page = window.findChild(TrainPage)
        assert page is not None
        setup = page.setup
        qtbot.waitUntil(lambda: setup.start_button.isEnabled() and "glyphs" in setup.data.cards, timeout=PATIENCE_MS)
        setup.data.cards["glyphs"].click()
        assert setup.start.combo.isEnabled(), setup.start.combo.toolTip()
        setup.start.combo.setCurrentIndex(1)
        setup.start.combo.activated.emit(1)
        QTest.mouseClick(setup.start_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: explorer.runs.run is not None and explorer.runs.run.is_over, timeout=PATIENCE_MS)
        assert not [notice.sentence for notice in window.shell.board.notices if notice.level is Level.PROBLEM]
        assert explorer.runs.run is not None
        made = load_model(RunFolder(Path(explorer.runs.run.run)).model)
    assert made.card["began_with"] == "learned"
    assert made.family.config.as_dict() == load_model(RunFolder(learned).model).family.config.as_dict()
