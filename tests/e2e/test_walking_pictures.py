"""The steps of the bundled xICFG through the real window: dragged by hand, each picture is what the networks say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.explore.page import ExplorePage
from app.shell.window import MainWindow
from engine.disk.bundled import bundled_model
from engine.families.functional.composite import STEPS, Composite
from engine.families.functional.settings import CompositeConfig
from engine.machine.seeds import generator
from engine.opened.checkpoints import load_model
from engine.protocol.values import Image
from tests.e2e.opened import opened
from tests.patience import PATIENCE_MS

SEED = 16
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "home", "glyphs-xicfg", "Glyphs, xICFG", timeout_ms=PATIENCE_MS) as window:
        yield window


def directly(model: Composite[CompositeConfig], steps: int) -> tuple[Image, float]:
    """G_t(z) of the seed by the definition, and D_{t+1} of it."""
    latent = model.latent
    z_BD = latent.draw(generator(SEED))[None]
    with torch.no_grad():
        x_BCHW = model.origin(z_BD)
    for t in range(steps):
        x_BCHW = x_BCHW.detach().requires_grad_()
        model.kept[t](x_BCHW).sum().backward()
        assert x_BCHW.grad is not None
        x_BCHW = x_BCHW.detach() + model.config.eta * x_BCHW.grad
    with torch.no_grad():
        score = float(model.kept[min(steps, len(model.kept) - 1)](x_BCHW))
    picture = ((x_BCHW[0, 0].detach().clamp(-1, 1) + 1) * 127.5).round().numpy().astype(np.uint8)
    return picture, score


def test_a_hand_on_t_shows_each_step_as_the_networks_compute_it(qtbot: QtBot, window: MainWindow) -> None:
    explorer, page = window.shell.explorer, window.page("explore")
    assert isinstance(page, ExplorePage)
    explorer.place.set_seed(SEED)
    wishes = page.sliders.wishes
    slider, box = wishes.settings[STEPS], wishes.steps
    assert box is not None
    model = cast("Composite[CompositeConfig]", load_model(bundled_model("glyphs-xicfg")).family.eval())
    last = len(model.kept)

    def shown(step: int) -> Image:
        def is_there() -> bool:
            recipe = explorer.place.recipe
            return explorer.steps.step == step and explorer.pictures.image_of(recipe) is not None

        qtbot.waitUntil(is_there, timeout=PATIENCE_MS)
        image = explorer.pictures.image_of(explorer.place.recipe)
        assert image is not None
        return image

    track, seen = slider.track, []
    middle = track.height() // 2
    QTest.mousePress(track, LEFT, pos=QPoint(track.width() // 2, middle))
    for share in (0.05, 0.35, 0.65, 0.98):
        QTest.mouseMove(track, QPoint(round(share * track.width()), middle))
        step = explorer.steps.step
        seen.append(step)
        expected, _ = directly(model, step)
        # both sum in their own order of memory: a level of grey at most
        assert np.abs(shown(step)[..., 0].astype(int) - expected.astype(int)).max() <= 2, step
    QTest.mouseRelease(track, LEFT, pos=QPoint(round(0.98 * track.width()), middle))
    assert seen == sorted(set(seen))
    assert seen[-1] == last
    qtbot.waitUntil(lambda: explorer.steps.followed is not None and len(box.plots) == 2, timeout=PATIENCE_MS)
    way = explorer.steps.followed
    assert way is not None
    for step in (0, seen[1], last):
        assert way.scores[step] == pytest.approx(directly(model, step)[1], abs=0.05)
    assert box.plots[0].values() == way.scores
    change = way.changes[last][..., 0].astype(float)
    first, end = directly(model, 0)[0].astype(float), directly(model, last)[0].astype(float)
    moved = np.abs(end - first) > 15
    assert moved.any()
    assert (np.sign(change - 127.5)[moved] == np.sign(end - first)[moved]).mean() > 0.99  # brighter where it gained
