"""A belief network on the canvas: the pen follows the order that it learned in, here a spiral from the middle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.families.autoregressive.orders import Ordering, places
from engine.opened.model import open_model_file
from engine.protocol.answers import Finished, Rendered
from engine.training.loop import Job, train
from tests.e2e.opened import opened
from tests.engine.small import SMALL, bars
from tests.pages import explore
from tests.patience import PATIENCE_MS

SIZE = 16


def test_the_pen_goes_in_a_spiral_and_ends_at_what_the_file_draws(qtbot: QtBot, tmp_path: Path) -> None:
    values = dict(SMALL["fvbn"], size=SIZE, steps=30, rate=0.05, ordering="spiral")
    job = Job(run=tmp_path / "run", name="belief", family="fvbn", values=values, data="bars")
    *_, end = train(job, bars(size=SIZE), device=torch.device("cpu"))
    assert isinstance(end, Finished)
    with opened(qtbot, tmp_path / "home", end.path, "belief", timeout_ms=PATIENCE_MS) as window:
        explorer = window.shell.explorer

        def is_whole() -> bool:
            picture = explorer.pictures.picture
            return picture is not None and picture.final and picture.recipe == explorer.place.recipe

        qtbot.waitUntil(is_whole, timeout=PATIENCE_MS)
        looks: list[Rendered] = []
        explorer.pictures.picture_changed.connect(lambda shown: looks.append(shown) if shown is not None else None)
        QTest.mouseClick(explore(window).sliders.no_places.again_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: bool(looks) and is_whole(), timeout=PATIENCE_MS)
        order = places(Ordering.SPIRAL, SIZE, SIZE, 0).tolist()
        grey = looks[0].image[0, 0]
        for number, look in enumerate(looks[:-1], 1):
            drawn = (look.image != grey).any(2).flatten()
            assert set(np.flatnonzero(drawn)) == set(order[: 8 * number])
        whole = looks[-1]
        assert np.array_equal(whole.image, open_model_file(end.path, torch.device("cpu")).picture(whole.recipe))
        assert window.shell.board.notices == ()
