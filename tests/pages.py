"""The pages of a window, as what they are."""

from __future__ import annotations

from app.explore.page import ExplorePage
from app.flows.shell import EXPLORE
from app.shell.window import MainWindow


def explore(window: MainWindow) -> ExplorePage:
    """The page with canvas, sliders and tray."""
    page = window.page(EXPLORE)
    assert isinstance(page, ExplorePage)
    return page
