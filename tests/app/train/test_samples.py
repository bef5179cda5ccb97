"""Samples and their film."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.train.film import Film
from app.train.samples import SampleGrid, Samples
from engine.protocol.values import Image

LEFT = Qt.MouseButton.LeftButton


def test_a_film_keeps_the_newest_and_moments_over_all_the_run(picture: Image) -> None:
    film = Film()
    for k in range(1000):
        assert film.add(k * 10, (picture,))
        assert film.moments[-1].images == k * 10
        assert film.moments[0].images == 0
        assert len(film.moments) <= 49
    gaps = np.diff([moment.images for moment in film.moments[:-1]])
    assert set(gaps) == {gaps[0]}
    assert not film.add(9990, (picture,))
    assert not film.add(20_000, ())


def test_samples_follow_the_newest_until_one_goes_back(qtbot: QtBot, picture: Image) -> None:
    samples = Samples()
    qtbot.addWidget(samples)
    samples.resize(600, 260)
    with qtbot.waitExposed(samples):
        samples.show()
    grids = [tuple(np.full_like(picture, 10 * k + j) for j in range(8)) for k in range(6)]
    for k in range(4):
        samples.add(k * 1000, grids[k])
    assert samples.grid.grid() is grids[3]
    tile = samples.strip.tile_at(1)
    assert tile is not None
    QTest.mouseClick(tile, LEFT)
    assert samples.grid.grid() is grids[1]
    samples.add(4000, grids[4])
    assert samples.grid.grid() is grids[1]
    assert "1\u202f000 pictures" in samples.grid.accessibleDescription()
    QTest.mouseClick(samples.now_button, LEFT)
    assert samples.grid.grid() is grids[4]
    samples.clear()
    assert samples.grid.grid() == ()
    assert not samples.grab().isNull()


@pytest.mark.parametrize(("count", "size"), [(1, (400, 200)), (16, (600, 200)), (16, (160, 80)), (64, (900, 300))])
def test_samples_are_as_large_as_fits(qtbot: QtBot, picture: Image, count: int, size: tuple[int, int]) -> None:
    grid = SampleGrid()
    qtbot.addWidget(grid)
    grid.resize(*size)
    grid.set_grid((picture,) * count)
    columns, side = grid.columns()
    rows = math.ceil(count / columns)
    assert columns * side + (columns - 1) * 4 <= size[0]
    assert rows * side + (rows - 1) * 4 <= size[1]
    assert side >= 10
    assert not grid.grab().isNull()
