"""What a pixel could see, as it is painted over the picture in the real window: its shade, its blind spot, its veil."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.explore.pixels.sight import BLIND, SEEN
from app.look import theme
from app.look.images import from_qimage
from app.look.theme import Scheme, tokens
from app.shell.window import MainWindow
from engine.protocol.answers import Finished
from engine.protocol.pixels import PixelTold
from engine.protocol.values import Image
from engine.training.loop import Job, train
from tests.e2e.hand import hover
from tests.e2e.opened import await_whole, opened
from tests.engine.small import SMALL, bars
from tests.pages import explore
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton
SIZE = 16
ROW, COLUMN = 9, 3
ORDER = np.arange(SIZE * SIZE).reshape(SIZE, SIZE)
HERE = ROW * SIZE + COLUMN


def trained(run: Path, family: str, **changes: object) -> str:
    values = {**SMALL[family], "size": SIZE, "steps": 20, **changes}
    job = Job(run=run, name="pixels", family=family, values=values, data="bars")
    *_, end = train(job, bars(size=SIZE), device=torch.device("cpu"))
    assert isinstance(end, Finished)
    return end.path


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    return trained(tmp_path_factory.mktemp("runs") / "plain", "pixelcnn", depth=3, levels=256)


def told_in(qtbot: QtBot, window: MainWindow) -> PixelTold:
    """Surprise is shown, and the pointer rests on a pixel until it is told of."""
    explorer, page = window.shell.explorer, explore(window)
    await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
    QTest.mouseClick(page.pixels.tools.heat, LEFT)
    qtbot.waitUntil(lambda: explorer.surprise.bits is not None, timeout=PATIENCE_MS)
    told: list[PixelTold] = []

    def is_told() -> bool:
        found = explorer.surprise.told
        if found is not None and (found.row, found.column) == (ROW, COLUMN):
            told.append(found)
        return bool(told)

    hover(qtbot, page.pixels.overlay, page.pixels.overlay.box((ROW, COLUMN)).center().toPoint(), is_told)
    return told[0]


def painted(window: MainWindow, row: int, column: int, edge_px: int) -> Image:
    """What is seen of a pixel, without its edges, where outlines run."""
    page = explore(window)
    box = page.pixels.overlay.box((row, column)).toRect().adjusted(edge_px, edge_px, -edge_px, -edge_px)
    pixels: Image = from_qimage(page.canvas.grab(box).toImage()).reshape(-1, 3)
    assert len(pixels)
    return pixels


def colour(window: MainWindow, row: int, column: int) -> np.ndarray:
    """The one colour of a pixel that is neither hatched nor outlined."""
    found = painted(window, row, column, 3).astype(int)
    assert np.ptp(found, axis=0).max() <= 2
    return found.mean(0)


def blueness(seen: np.ndarray, bare: np.ndarray) -> float:
    """How far a colour is on its way from what the picture shows to the blue of what is seen."""
    way = np.array([SEEN.red(), SEEN.green(), SEEN.blue()]) - bare
    return float(((seen - bare) * way).sum() / (way * way).sum())


def is_hatched(window: MainWindow, row: int, column: int) -> bool:
    away = np.abs(painted(window, row, column, 1).astype(int) - [BLIND.red(), BLIND.green(), BLIND.blue()]).max(1)
    return bool((away < 25).any())


@pytest.fixture(params=[Scheme.DARK, Scheme.LIGHT])
def scheme(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Scheme]:
    """Each theme in turn; afterwards the one that was in force."""
    before = theme.theme().scheme
    theme.apply(qapp, request.param)
    yield request.param
    theme.apply(qapp, before)


def test_a_pixels_sight_is_shaded_by_its_gradient_and_its_blind_spot_is_hatched(
    qtbot: QtBot, qapp: QApplication, scheme: Scheme, tmp_path: Path, plain: str
) -> None:
    with opened(qtbot, tmp_path / "home", plain, "pixels", timeout_ms=PATIENCE_MS) as window:
        theme.apply(qapp, scheme)  # the window has put on what its settings say
        told = told_in(qtbot, window)
        picture = window.shell.explorer.pictures.picture
        assert picture is not None
        bare = picture.image.astype(float)
        seen = [(r, c) for r, c in np.argwhere(told.seen > 0).tolist() if (r, c) != (ROW, COLUMN)]
        shades = {(r, c): blueness(colour(window, r, c), bare[r, c]) for r, c in seen}
        assert min(shades.values()) > 0.1
        assert shades[max(seen, key=lambda cell: told.seen[cell])] > 0.8
        ordered = sorted(seen, key=lambda cell: told.seen[cell])
        steps = np.diff([shades[each] for each in ordered])
        assert steps.min() > -0.02, "what counts more is never shaded less"
        blind = (told.seen == 0) & (ORDER < HERE)
        assert blind[ROW - 1, COLUMN + 8], "beyond the diagonal, to the right in the row above"
        assert all(is_hatched(window, r, c) for r, c in np.argwhere(blind).tolist())
        assert not any(is_hatched(window, r, c) for r, c in [*seen, (ROW, COLUMN + 1), (SIZE - 1, 0)])
        ground = np.array([int(tokens().canvas[k : k + 2], 16) for k in (1, 3, 5)])
        later = colour(window, SIZE - 2, 5)
        assert np.abs(later - (ground * 200 + bare[SIZE - 2, 5] * 55) / 255).max() <= 3, "not there yet"


def test_a_net_without_a_blind_spot_shows_no_hatching(qtbot: QtBot, tmp_path: Path) -> None:
    path = trained(tmp_path / "gated", "gated-pixelcnn", depth=10, levels=2)
    with opened(qtbot, tmp_path / "home", path, "pixels", timeout_ms=PATIENCE_MS) as window:
        told = told_in(qtbot, window)
        assert told.reached == told.before == HERE
        assert not any(is_hatched(window, r, c) for r, c in np.argwhere(ORDER != HERE).tolist())
        assert f"It sees all {HERE} pixels" in explore(window).sliders.pixels.pixel_facts.text()


def test_the_map_stays_for_whoever_wants_it_and_comes_back_when_nothing_is_pointed_at(
    qtbot: QtBot, tmp_path: Path, plain: str
) -> None:
    with opened(qtbot, tmp_path / "home", plain, "pixels", timeout_ms=PATIENCE_MS) as window:
        told_in(qtbot, window)
        page = explore(window)
        shaded = colour(window, ROW, COLUMN - 1)
        QTest.mouseClick(page.sliders.pixels.map_button, LEFT)
        mapped = colour(window, ROW, COLUMN - 1)
        assert np.abs(mapped - shaded).max() > 20
        assert not is_hatched(window, ROW - 1, COLUMN + 8)
        QTest.mouseClick(page.sliders.pixels.sight_button, LEFT)
        assert np.abs(colour(window, ROW, COLUMN - 1) - shaded).max() <= 2
        window.shell.explorer.surprise.point(None)
        assert np.abs(colour(window, ROW, COLUMN - 1) - mapped).max() <= 2
