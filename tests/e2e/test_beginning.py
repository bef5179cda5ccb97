"""A run that begins, from the window, with what the open model has learned."""

from __future__ import annotations

from pathlib import Path

import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.store.notices import Level
from app.train.page import TrainPage
from engine.disk.runs import RunFolder
from engine.opened.checkpoints import load_model
from engine.training.loop import Job, train
from tests.e2e.opened import opened
from tests.engine.small import SMALL, bars, drained
from tests.patience import PATIENCE_MS


def test_the_open_model_learns_on(qtbot: QtBot, tmp_path: Path) -> None:
    learned = tmp_path / "learned"
    values = {**SMALL["vae"], "steps": 3}
    drained(
        train(
            Job(run=learned, name="learned", family="vae", values=values, data="x"), bars(), device=torch.device("cpu")
        )
    )
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
