"""What a run tells while it learns, in the real window: curves that belong together, and a bar for each coordinate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.controls.plots.curves import repeats
from app.flows.shell import TRAIN
from app.shell.window import MainWindow
from app.train.page import TrainPage
from engine.protocol.requests import Train
from tests.e2e.hand import hover
from tests.e2e.opened import opened
from tests.engine.evaluation.several_models import picture_folder
from tests.engine.small import SMALL
from tests.patience import PATIENCE_MS

REPORTS = 30
"""After so many two curves that say the same are known to."""


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path, "glyphs-xicfg", "Glyphs, xICFG", timeout_ms=PATIENCE_MS) as window:
        yield window


def learning(qtbot: QtBot, window: MainWindow, tmp_path: Path, family: str, **changes: object) -> TrainPage:
    """The Train page once a run has told enough, and has ended."""
    runs = window.shell.explorer.runs
    window.show_page(TRAIN)
    page = window.page(TRAIN)
    assert isinstance(page, TrainPage)
    config = tuple({**SMALL[family], "steps": 100_000, **changes}.items())
    data = str(picture_folder(tmp_path / "pictures"))
    assert runs.start(Train(family=family, data=data, out=tmp_path / "runs" / "one", name="one", config=config))
    qtbot.waitUntil(lambda: max(map(len, runs.losses.values.values()), default=0) >= REPORTS, timeout=PATIENCE_MS)
    runs.stop()
    qtbot.waitUntil(lambda: runs.run is not None and runs.run.is_over, timeout=PATIENCE_MS)
    page.run.plot.show_now(runs.losses)
    return page


@pytest.mark.parametrize("family", ["gan0", "gan1"])
def test_both_scales_of_the_generators_gradient_are_drawn(
    qtbot: QtBot, tmp_path: Path, window: MainWindow, family: str
) -> None:
    """They add up to one, so that either tells the other: put away as a repetition it could not be compared."""
    board = learning(qtbot, window, tmp_path, family).run.plot
    drawn = {line.key: board.colour(line.key) for lines in board.lines() for line in lines}
    assert {"minimax_scale", "logd_scale"} <= set(drawn)
    assert "logd_scale" in repeats(board.set.curves)
    assert len(set(drawn.values())) == len(drawn), "no two curves in one colour"


def test_what_each_number_tells_is_a_bar_and_not_a_curve(qtbot: QtBot, tmp_path: Path, window: MainWindow) -> None:
    page = learning(qtbot, window, tmp_path, "vae", latent=20)
    board, legend, strip = page.run.plot, page.run.legend, page.run.parts
    assert not [name for name in legend.chips if name.startswith("kl_")]
    qtbot.waitUntil(strip.isVisible, timeout=PATIENCE_MS)
    assert strip.values == tuple(board.set.curves[f"kl_{place}"].value_near(1e12) for place in range(20))
    hover(qtbot, strip, strip.bar(7).center().toPoint(), lambda: strip.pointed == 7)
    assert strip.caption().startswith("Number 7: ")
    first = board.set.curves["elbo"].x[0]
    board._on_plot_pointed_at(float(first))
    assert strip.values == tuple(board.set.curves[f"kl_{place}"].value_near(first) for place in range(20))
    colours = [board.colour(line.key) for lines in board.lines() for line in lines]
    assert len(set(colours)) == len(colours)
