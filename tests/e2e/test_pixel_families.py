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

PATIENCE_MS = 60_000
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
