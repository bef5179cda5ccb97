"""Gated, ++ and multi-scale nets in the real window: seen to draw, and in the end what the model draws alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot

from engine.datasets.store import Store
from engine.opened.model import open_model_file
from engine.protocol.answers import Finished, Rendered
from engine.training.loop import Job, train
from tests.e2e.opened import opened
from tests.engine.small import SMALL, bars
from tests.pages import explore
from tests.patience import PATIENCE_MS

CPU = torch.device("cpu")


def trained(run: Path, family: str) -> str:
    data: Store = bars(size=16)
    values = dict(SMALL[family], size=16, steps=2)
    *_, end = train(Job(run=run, name="pixels", family=family, values=values, data="bars"), data, device=CPU)
    assert isinstance(end, Finished)
    return end.path


@pytest.mark.parametrize("family", ["gated-pixelcnn", "pixelcnn++", "multiscale-pixelcnn"])
def test_it_is_seen_to_draw_what_the_model_draws_alone(qtbot: QtBot, tmp_path: Path, family: str) -> None:
    path = trained(tmp_path / "pixels", family)
    with opened(qtbot, tmp_path / "home", path, "pixels", timeout_ms=PATIENCE_MS) as window:
        explorer = window.shell.explorer
        looks: list[Rendered] = []
        explorer.pictures.picture_changed.connect(lambda shown: looks.append(shown) if shown is not None else None)
        explorer.place.set_condition("class", 1.0)

        def is_whole() -> bool:
            picture = explorer.pictures.picture
            return picture is not None and picture.final and picture.recipe.conditions == (("class", 1.0),)

        qtbot.waitUntil(is_whole, timeout=PATIENCE_MS)
        whole = explorer.pictures.picture
        assert whole is not None
        assert len(looks) > 8
        shares = [look.progress for look in looks if look.recipe == whole.recipe]
        assert shares == sorted(shares)
        assert np.array_equal(whole.image, open_model_file(path, CPU).picture(whole.recipe))
        assert len(np.unique(whole.image)) > 1


def test_the_small_picture_is_seen_enlarged_until_the_pen_goes_over_it(qtbot: QtBot, tmp_path: Path) -> None:
    """A drawn pixel of the small picture stands for its neighbours, and the screen shows no grid of dots."""
    path = trained(tmp_path / "pixels", "multiscale-pixelcnn")
    with opened(qtbot, tmp_path / "home", path, "pixels", timeout_ms=PATIENCE_MS) as window:
        explorer = window.shell.explorer
        qtbot.waitUntil(lambda: explorer.pen.has_whole, timeout=PATIENCE_MS)
        whole = explorer.pictures.picture
        assert whole is not None
        for _ in range(20):
            explorer.pen.step()
        assert explorer.pen.at == 20
        part = explorer.pictures.picture
        assert part is not None
        small = [(2 * (place // 8), 2 * (place % 8)) for place in range(64)]
        for place, (row, column) in enumerate(small):
            block = part.image[row : row + 2, column : column + 2]
            assert (block == (whole.image[row, column] if place < 20 else 128)).all(), (row, column)
        frame = explore(window).canvas.frame()
        shot = explore(window).canvas.grab().toImage()
        scale = frame.width() / 16
        seen = {
            shot.pixelColor(round(frame.left() + (2 + down) * scale), round(frame.top() + (0.5 + across) * scale)).rgb()
            for down in (0.5, 1.5)
            for across in (0, 1)
        }
        assert len(seen) == 1, "the four pixels of a block look the same"
        for _ in range(70 - 20):
            explorer.pen.step()
        order = [row * 16 + column for row, column in small]
        fine = [place for place in range(256) if place not in order][:6]
        part = explorer.pictures.picture
        assert part is not None
        for place in range(256):
            row, column = divmod(place, 16)
            source = (row, column) if place in order or place in fine else (row // 2 * 2, column // 2 * 2)
            assert (part.image[row, column] == whole.image[source]).all()
