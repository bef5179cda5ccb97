"""A run that the end of the program interrupted goes on from the window, its curves with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.train.page import TrainPage
from engine.disk.runs import RunFolder
from engine.machine.work import Work
from engine.protocol.requests import Train
from engine.training import loop
from engine.training.live import Live
from engine.training.previews import past_samples
from tests.e2e.opened import opened
from tests.engine.small import SMALL, bars
from tests.patience import PATIENCE_MS

STEPS, LEFT_AT = 40, 12


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, picture in enumerate(bars().pictures):
        Pillow.fromarray(picture[0].numpy()).save(folder / f"{number:03d}.png")
    return folder


@pytest.fixture
def told_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a quick run tells of nothing but its end."""
    monkeypatch.setattr(loop.Meter, "due", lambda _meter, _now: True)


@contextmanager
def no_further(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No step is taken where the run is to be left: whoever closes the window late finds it there."""
    real = loop._looked_at

    def resting(live: Live | None, control: loop.Control) -> Work[None]:
        assert live is not None
        while live._trainer.steps_done == LEFT_AT and not (control.stop or control.leave):
            yield None
        yield from real(live, control)

    with monkeypatch.context() as hand:
        hand.setattr(loop, "_looked_at", resting)
        yield


@pytest.mark.usefixtures("told_each_step")
def test_a_run_goes_on_with_its_curves_where_it_was(
    qtbot: QtBot, tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    run = home / "runs" / "mine"
    with no_further(monkeypatch), opened(qtbot, home, "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        explorer = window.shell.explorer
        config = tuple({**SMALL["vae"], "steps": STEPS}.items())
        assert explorer.runs.start(Train(family="vae", data=str(pictures), out=run, name="mine", config=config))
        qtbot.waitUntil(lambda: len(explorer.runs.losses) >= 3, timeout=PATIENCE_MS)
    kept = RunFolder(run).read_metrics()
    assert 0 < kept[-1]["step"] <= LEFT_AT, "the window was closed on the way"
    drawn = [sampled.images for sampled in past_samples(RunFolder(run), kept[-1]["step"])]
    with opened(qtbot, home, "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        explorer = window.shell.explorer
        window.show_page("train")
        page = window.findChild(TrainPage)
        assert page is not None
        qtbot.waitUntil(lambda: len(page.run.recent.buttons) == 1, timeout=PATIENCE_MS)
        [button] = page.run.recent.buttons
        qtbot.waitUntil(button.isEnabled, timeout=PATIENCE_MS)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: explorer.runs.run is not None and explorer.runs.run.is_over, timeout=PATIENCE_MS)
        assert explorer.runs.run is not None
        assert explorer.runs.run.step == STEPS
        images = explorer.runs.losses.images["loss"]
        assert images[0] == kept[0]["images"], "the curves begin where the run began"
        assert images == sorted(set(images)), "and no moment is told twice"
        assert images[-1] == explorer.runs.run.images
        curve = page.run.plot.set.curves["loss"]
        qtbot.waitUntil(lambda: len(curve) == len(images), timeout=PATIENCE_MS)
        assert list(curve.x) == images
        film = [moment.images for moment in page.run.samples.film().moments]
        assert drawn, "it had drawn something before it was left"
        assert film[: len(drawn)] == drawn, "the film begins where the run began"
