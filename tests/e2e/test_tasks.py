"""What people come for, done by hand in the real window, with the clicks that it takes; a drag is one, keys are none.

The fifth, finding, naming and reusing a direction, stands in test_directions.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.arithmetic.page import ArithmeticPage
from app.path.page import PathPage
from app.places.tray import Tab
from app.shell.window import MainWindow
from app.store.kept.settings import EXPORT_FOLDER
from engine.families.judges.judge import FaceJudge
from engine.opened.export import read_png_memory
from engine.opened.films import read_picture_memory
from engine.opened.judging import bundled_judge
from engine.opened.pictures import from_image
from engine.protocol.values import Image
from tests.e2e.hand import Hand
from tests.e2e.opened import opened
from tests.pages import explore
from tests.patience import PATIENCE_MS

SIZE = (1280, 800)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "home", "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        window.resize(*SIZE)
        models = window.shell.explorer.models
        qtbot.waitUntil(lambda: not models.is_opening, timeout=PATIENCE_MS)
        window.shell.settings.put(EXPORT_FOLDER, str(tmp_path))
        seen(qtbot, window)
        yield window


def seen(qtbot: QtBot, window: MainWindow) -> Image:
    """The canvas's picture, once it is the present place's."""
    explorer = window.shell.explorer
    qtbot.waitUntil(lambda: explorer.pictures.image_of(explorer.place.recipe) is not None, timeout=PATIENCE_MS)
    image = explorer.pictures.image_of(explorer.place.recipe)
    assert image is not None
    return image


def judged(image: Image) -> dict[str, float]:
    """What the judge reads: values, and of things the probability that they are there."""
    judge = bundled_judge("judge")
    assert isinstance(judge, FaceJudge)
    with torch.no_grad():
        found = judge.read(from_image(image, 3)[None])
    return {name: 1.0 - float(v[0, 0]) if v.ndim == 2 else float(v[0]) for name, v in found.items()}


def named(window: MainWindow, name: str) -> QWidget:
    found: QWidget | None = window.findChild(QWidget, name)
    assert found is not None, name
    return found


def test_save_a_large_picture_of_her_smiling(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    hand = Hand()
    before = judged(seen(qtbot, window))["smile"]
    track = explore(window).sliders.look.rows["smile"].track
    hand.click(track, QPoint(round(0.9 * track.width()), track.height() // 2))
    smiling = seen(qtbot, window)
    assert judged(smiling)["smile"] > before + 0.2
    hand.click(named(window, "export"))
    hand.choose(qtbot, "Picture ×8")
    path = hand.save(qtbot, tmp_path)
    qtbot.waitUntil(path.is_file, timeout=PATIENCE_MS)
    assert hand.clicks == 4
    memory, pixels = read_png_memory(path)
    assert pixels.shape == (512, 512, 3)
    assert np.array_equal(pixels[::8, ::8], smiling)
    assert dict(memory.recipes[0].directions)["smile"] > 1.0


def test_put_glasses_on_a_man_by_arithmetic(qtbot: QtBot, window: MainWindow) -> None:
    hand, explorer = Hand(), window.shell.explorer
    hand.click(named(window, "mode.arithmetic"))
    page = window.page("arithmetic")
    assert isinstance(page, ArithmeticPage)
    hand.click(page.presets["Glasses"])
    sums, board = explorer.sums, explorer.boards.board("sum.cell", 9)

    def is_drawn() -> bool:
        cell, place = board.cell(4), sums.place()
        return cell is not None and place is not None and cell.recipe == place

    qtbot.waitUntil(is_drawn, timeout=PATIENCE_MS)
    woman = sums.place()
    hand.type(page.slots[2].ask, "man without glasses", enter=True)
    qtbot.waitUntil(lambda: sums.place() != woman and is_drawn(), timeout=PATIENCE_MS)
    assert page.equation.text() == "man with glasses − man without glasses + man without glasses"
    hand.click(page.explore_button)
    assert window.page_id == "explore"
    found = judged(seen(qtbot, window))
    assert hand.clicks == 4
    assert found["glasses"] > 0.5
    assert found["gender"] > 0.3


def test_a_loop_of_six_seconds_through_four_favourites_as_a_gif(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    explorer, hand = window.shell.explorer, Hand()
    for seed in (3, 4, 5, 6):
        explorer.place.set_seed(seed)
        seen(qtbot, window)
        QTest.keyClick(window, Qt.Key.Key_F)
    hand.click(named(window, "mode.path"))
    page = window.page("path")
    assert isinstance(page, PathPage)
    assert page.tray.tab() is Tab.FAVOURITES, "what one marked is at hand"
    favourites = [entry.recipe for entry in explorer.favourites.entries]
    qtbot.waitUntil(lambda: len([tile for tile in page.tray.favourites.slots if tile.isVisible()]) == 4)
    for tile in page.tray.favourites.slots[:4]:
        onto = page.timeline if page.timeline.isVisible() else page
        hand.carry(qtbot, window, tile, onto, QPoint(onto.width() - 20, 20))
    qtbot.waitUntil(lambda: len(explorer.paths.walk.keyframes) == 4, timeout=PATIENCE_MS)
    hand.click(page.side.loop)
    hand.click(page.side.export_button)
    path = hand.save(qtbot, tmp_path)
    qtbot.waitUntil(path.is_file, timeout=PATIENCE_MS)
    assert hand.clicks <= 8
    walk = explorer.paths.walk
    assert [key.recipe for key in walk.keyframes] == favourites
    assert walk.closed
    with Pillow.open(path) as film:
        assert film.format == "GIF"
        assert film.info["loop"] == 0
        duration_ms, frames = 0, []
        for number in range(film.n_frames):
            film.seek(number)
            duration_ms += film.info["duration"]
            if number in (0, film.n_frames - 1, film.n_frames // 2):
                frames.append(np.asarray(film.convert("RGB"), float))
    assert duration_ms == pytest.approx(6000, abs=100)
    first, middle, last = frames
    assert np.abs(first - last).mean() < 0.5 * np.abs(first - middle).mean(), "it ends where it began"
    memory, _ = read_picture_memory(path)
    assert memory.walk is not None
    assert len(memory.walk.keyframes) == 4


def test_undo_to_the_start_and_redo_to_the_end(qtbot: QtBot, window: MainWindow) -> None:
    explorer, hand = window.shell.explorer, Hand()
    start, first = explorer.edits.value, seen(qtbot, window)
    track = explore(window).sliders.look.rows["smile"].track
    hand.click(track, QPoint(round(0.8 * track.width()), track.height() // 2))
    hand.click(named(window, "randomise"))
    QTest.keyClick(window, Qt.Key.Key_F)
    QTest.keyClick(window, Qt.Key.Key_K)
    hand.click(named(window, "randomise"))
    QTest.keyClick(window, Qt.Key.Key_K)
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    page = window.page("path")
    assert isinstance(page, PathPage)
    hand.click(page.side.loop)
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    arithmetic = window.page("arithmetic")
    assert isinstance(arithmetic, ArithmeticPage)
    hand.click(arithmetic.add_button)
    end = explorer.edits.value
    window.show_page("explore")
    last = seen(qtbot, window)
    assert not np.array_equal(first, last)

    undo, redo = named(window, "undo"), named(window, "redo")
    hand.clicks = 0
    while undo.isEnabled():
        hand.click(undo)
    assert hand.clicks == 8, "a click for each thing that was done"
    assert explorer.edits.value == start
    window.show_page("explore")
    assert np.array_equal(seen(qtbot, window), first)
    while redo.isEnabled():
        hand.click(redo)
    assert hand.clicks == 16
    assert explorer.edits.value == end
    window.show_page("explore")
    assert np.array_equal(seen(qtbot, window), last)
