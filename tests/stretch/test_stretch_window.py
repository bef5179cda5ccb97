"""Every miniature family that makes pictures, through the real window and the real engine thread.

A slider is dragged, a condition or setting chosen, a picture given: what the canvas shows then is another picture, and
equal to what the opened model draws without a window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.explore.page import ExplorePage
from app.explore.wishes import Wishes
from app.shell.window import MainWindow
from app.store.state import Explorer
from engine.disk.kept import content_name, kept_at
from engine.opened.model import open_model_file
from engine.protocol.answers import Rendered
from engine.protocol.requests import KeepPicture
from engine.protocol.values import Image, Recipe
from tests.e2e.opened import opened
from tests.patience import PATIENCE_MS
from tests.stretch.conftest import CPU, Trained
from tests.stretch.kinds import DRAWING, kept

TrainedOf = Callable[[str], Trained]


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, trained: TrainedOf) -> Iterator[MainWindow]:
    """Open on the network that grew, the first of them."""
    with opened(qtbot, tmp_path / "home", trained("growing").end.path, "growing", timeout_ms=PATIENCE_MS) as window:
        yield window


def settled(qtbot: QtBot, explorer: Explorer) -> Rendered:
    """The canvas's picture, once it is that of the place."""

    def is_shown() -> bool:
        picture = explorer.pictures.picture
        return picture is not None and picture.final and picture.recipe == explorer.place.recipe

    qtbot.waitUntil(is_shown, timeout=PATIENCE_MS)
    assert explorer.pictures.picture is not None
    return explorer.pictures.picture


def drag(widget: QWidget) -> None:
    """A hand on a slider: press in the middle, move right, let go."""
    middle = QPoint(widget.width() // 2, widget.height() // 2)
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=middle)
    for step in range(1, 11):
        QTest.mouseMove(widget, middle + QPoint(step * widget.width() // 30, 0))
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=middle + QPoint(widget.width() // 3, 0))


def test_every_kind_opens_and_follows_a_hand(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, trained: TrainedOf
) -> None:
    explorer, home = window.shell.explorer, tmp_path / "home"
    page = window.findChild(ExplorePage)
    assert page is not None
    for name in DRAWING:
        path = trained(name).end.path
        explorer.models.open(path)
        qtbot.waitUntil(lambda path=path: explorer.models.source == path, timeout=PATIENCE_MS)  # type: ignore[misc]
        hand = _HANDS.get(name, _slide)
        hand(qtbot, window, home)
        before = settled(qtbot, explorer)
        opened = open_model_file(path, CPU, kept_at(home))
        assert np.array_equal(before.image, opened.picture(before.recipe)), name
        plain = Recipe(model=opened.fingerprint, seed=before.recipe.seed, source=before.recipe.source)
        if name == "translation":
            continue  # its hand has compared two sources
        assert not np.array_equal(before.image, opened.picture(plain)), f"{name}: the hand moved nothing"


def _slide(qtbot: QtBot, window: MainWindow, _home: Path) -> None:
    """A hand on the first principal axis."""
    qtbot.waitUntil(lambda: window.findChild(QWidget, "slider.0") is not None, timeout=PATIENCE_MS)
    slider = window.findChild(QWidget, "slider.0")
    assert slider is not None
    drag(slider)
    recipe = window.shell.explorer.place.recipe
    assert recipe is not None
    assert recipe.axes


def _wish(qtbot: QtBot, window: MainWindow, _home: Path) -> None:
    """A class, a number and a sentence."""
    wishes = window.findChild(Wishes)
    assert wishes is not None
    qtbot.waitUntil(lambda: set(wishes.choices) == {"class"}, timeout=PATIENCE_MS)
    combo = wishes.choices["class"].combo
    assert combo is not None
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    QTest.keyClick(wishes.numbers["place"].track, Qt.Key.Key_Right)
    QTest.keyClicks(wishes.texts["caption"].edit, "a bar on the right")
    QTest.keyClick(wishes.texts["caption"].edit, Qt.Key.Key_Return)
    recipe = window.shell.explorer.place.recipe
    assert recipe is not None
    assert {name for name, _ in recipe.conditions} == {"class", "place", "caption"}


def _give(qtbot: QtBot, window: MainWindow, home: Path, what: str) -> str:
    """Keep a picture through the engine; its name."""
    pixels: Image = kept(what)
    window.shell.client.send(KeepPicture(pixels=pixels))
    name = content_name(pixels)
    qtbot.waitUntil(lambda: (home / "kept" / f"{name}.png").is_file(), timeout=PATIENCE_MS)
    return name


def _translate(qtbot: QtBot, window: MainWindow, home: Path) -> None:
    """Another picture to translate, twice."""
    explorer = window.shell.explorer
    first = _give(qtbot, window, home, "source-1")
    explorer.place.set_source(first)
    one = settled(qtbot, explorer)
    explorer.place.set_source(_give(qtbot, window, home, "source-2"))
    assert not np.array_equal(settled(qtbot, explorer).image, one.image)
    explorer.edits.undo()
    assert np.array_equal(settled(qtbot, explorer).image, one.image)
    explorer.edits.redo()


_HANDS = {"captions": _wish, "translation": _translate}


def test_a_picture_that_is_brought_to_a_translating_model_is_translated(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, trained: TrainedOf
) -> None:
    explorer, path, file = window.shell.explorer, trained("translation").end.path, tmp_path / "lying.png"
    explorer.models.open(path)
    qtbot.waitUntil(lambda: explorer.models.source == path, timeout=PATIENCE_MS)
    sentences = [notice.sentence for notice in window.shell.board.notices]
    assert len(sentences) < 3, sentences
    Pillow.fromarray(kept("source-3")[:, :, :3]).save(file)
    window.shell.opening.open_dropped([file])
    qtbot.waitUntil(lambda: bool(explorer.place.recipe and explorer.place.recipe.source), timeout=PATIENCE_MS)
    shown = settled(qtbot, explorer)
    wanted = open_model_file(path, CPU, kept_at(tmp_path / "home")).picture(shown.recipe)
    assert np.array_equal(shown.image, wanted)
