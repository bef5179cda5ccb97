"""How large pictures stand on the stage of the real window: one rule for every model."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.e2e.opened import await_whole, opened
from tests.e2e.waiting import PATIENCE_MS
from tests.pages import explore


@pytest.mark.parametrize(
    ("model", "name", "size"),
    [("glyphs", "Glyphs", 28), ("faces-pixels", "Faces, pixel by pixel", 32), ("faces", "Faces", 64)],
)
def test_a_picture_is_enlarged_eight_times_whoever_draws_it(
    qtbot: QtBot, tmp_path: Path, model: str, name: str, size: int
) -> None:
    with opened(qtbot, tmp_path / "home", model, name, timeout_ms=PATIENCE_MS) as window:
        page = explore(window)
        await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
        for width, height in ((1280, 800), (1440, 900), (2560, 1440)):
            window.resize(width, height)
            qtbot.waitUntil(lambda want=(width, height): (window.width(), window.height()) == want)
            qtbot.waitUntil(lambda: page.canvas.frame().width() == 8 * size, timeout=PATIENCE_MS)
            assert page.canvas.frame().height() == 8 * size
            assert page.canvas.width() + page.gallery.width() + 1 == page.canvas.parentWidget().width()
            assert page.gallery.width() > page.canvas.width() or width < 2560
