"""The real window: an axis nobody has a word for shows the very pictures that its slider leads to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.controls.tiles.thumbnail import Thumbnail
from tests.e2e.opened import opened
from tests.pages import explore
from tests.patience import PATIENCE_MS


def test_pressing_an_end_leads_to_its_picture(qtbot: QtBot, tmp_path: Path) -> None:
    with opened(qtbot, tmp_path / "home", "faces-dcgan", "Faces, DCGAN", timeout_ms=PATIENCE_MS) as window:
        explorer, panel = window.shell.explorer, explore(window).sliders
        panel.focus_slider("slider.1")
        row = panel.axes.rows["1"]
        left, right = sorted(row.findChildren(Thumbnail), key=lambda one: one.x())
        qtbot.waitUntil(lambda: left.image() is not None and right.image() is not None, timeout=PATIENCE_MS)
        low, high = left.image(), right.image()
        assert low is not None
        assert high is not None
        assert abs(low.astype(int) - high.astype(int)).mean() > 5, "an axis changes something"
        QTest.mouseClick(right, Qt.MouseButton.LeftButton)
        here = explorer.place.recipe
        assert here is not None
        assert dict(here.axes) == {1: 2.0}
        qtbot.waitUntil(lambda: explorer.pictures.image_of(here) is not None, timeout=PATIENCE_MS)
        picture = explorer.pictures.image_of(here)
        assert picture is not None
        assert abs(picture.astype(int) - high.astype(int)).max() <= 2
