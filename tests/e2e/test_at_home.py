"""At home in the real window: one's own picture and folders, names of one's own, and what is not on this computer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.explore.axis_ends import AxisEnds
from app.look.images import Scaling, from_qimage
from app.shell.actions import ActionId
from app.shell.window import MainWindow
from app.train.page import TrainPage
from engine.datasets import installed
from engine.datasets.catalogue import open_data
from engine.datasets.store import Split
from engine.disk.bundled import bundled_model
from engine.disk.home import default_home
from engine.machine.work import finished
from engine.opened.model import open_model_file
from engine.protocol.values import Image, Recipe
from tests.e2e.opened import await_whole, opened
from tests.pages import explore
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton
KEPT = Path(__file__).parents[1] / "kept" / "pictures"


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "home", "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        window.resize(1440, 900)
        await_whole(qtbot, window, timeout_ms=PATIENCE_MS)
        yield window


def drop(window: MainWindow, path: Path) -> None:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(400, 300), copy, content, LEFT, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(400, 300), copy, content, LEFT, none))


def apart(one: Image, other: Image) -> float:
    """Levels between two pictures, in the mean."""
    return float(abs(one.astype(int) - other.astype(int)).mean())


def offer_to_find(qtbot: QtBot, window: MainWindow) -> QPushButton:
    """The button of a notice that looks for the dropped picture."""

    def found() -> list[QPushButton]:
        buttons = [button for card in window.notices.shown for button in card.findChildren(QPushButton)]
        return [button for button in buttons if button.text() == "Find it in this model"]

    qtbot.waitUntil(lambda: len(found()) == 1, timeout=PATIENCE_MS)
    return found()[0]


def test_ones_own_picture_stands_beside_its_copy(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    explorer, page = window.shell.explorer, explore(window)
    before = await_whole(qtbot, window, timeout_ms=PATIENCE_MS).image
    explorer.place.set_seed(7)  # of many faces: the mirrored one of some is found less closely
    drawn = await_whole(qtbot, window, timeout_ms=PATIENCE_MS).image
    own = np.ascontiguousarray(drawn[:, ::-1])  # which no seed drew
    Pillow.fromarray(own).save(tmp_path / "me.png")
    drop(window, tmp_path / "me.png")
    button = offer_to_find(qtbot, window)
    assert button.width() >= button.sizeHint().width(), "its words are whole"
    QTest.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: page.slot.isVisible() and page.slot.picture.image() is not None, timeout=PATIENCE_MS)
    copy = await_whole(qtbot, window, timeout_ms=PATIENCE_MS).image
    held = page.slot.picture.image()
    assert held is not None
    assert np.array_equal(held, own), "the picture itself"
    assert apart(copy, own) < 0.5 * apart(before, own), "and what the model makes of it, not just any face"
    assert page.slot.picture.frame().size() == page.canvas.frame().size()
    assert "me.png" in page.slot.title.text()
    QTest.mouseClick(page.slot.close_button, LEFT)
    assert not page.slot.isVisible()


def test_a_head_is_found_closer_than_its_encoder_says(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    """One that the model never saw: what its encoder misses, a closer look finds."""
    heads = finished(open_data("bundled:faces", home=default_home())).subset(Split.TEST)
    own = np.ascontiguousarray(heads.pictures[4].permute(1, 2, 0).numpy())
    Pillow.fromarray(own).save(tmp_path / "head.png")
    faces = open_model_file(str(bundled_model("faces")), torch.device("cpu"))
    answered = faces.picture(Recipe(model=faces.fingerprint, point=faces.encode(own)[0]))
    drop(window, tmp_path / "head.png")
    QTest.mouseClick(offer_to_find(qtbot, window), LEFT)
    page = explore(window)
    qtbot.waitUntil(lambda: page.slot.isVisible() and page.slot.picture.image() is not None, timeout=PATIENCE_MS)
    copy = await_whole(qtbot, window, timeout_ms=PATIENCE_MS).image
    assert apart(copy, own) < 0.95 * apart(answered, own)


def test_a_picture_of_a_model_that_was_replaced_is_found_in_the_new_one(qtbot: QtBot, window: MainWindow) -> None:
    """Exported by 0.1.0 with the faces of that day, at a place where those of today draw something else."""
    old = KEPT / "faces-replaced.png"
    pixels = np.asarray(Pillow.open(old).convert("RGB"))
    page, explorer = explore(window), window.shell.explorer
    drop(window, old)
    button = offer_to_find(qtbot, window)
    (notice,) = [one for one in window.shell.board.notices if one.action is not None]
    assert "“faces” was replaced" in notice.sentence.lower()
    taken = await_whole(qtbot, window, timeout_ms=PATIENCE_MS).image
    QTest.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: page.slot.isVisible() and page.slot.picture.image() is not None, timeout=PATIENCE_MS)
    found = await_whole(qtbot, window, timeout_ms=PATIENCE_MS).image
    assert explorer.place.recipe is not None
    assert explorer.models.model is not None
    assert explorer.place.recipe.model == explorer.models.model.fingerprint
    assert apart(found, pixels) < apart(taken, pixels), "nearer to the old head than what its numbers mean today"


def test_an_axis_without_a_word_is_given_one(qtbot: QtBot, window: MainWindow) -> None:
    explorer, sliders = window.shell.explorer, explore(window).sliders
    qtbot.waitUntil(lambda: bool(sliders.axes.rows), timeout=PATIENCE_MS)
    key, row = next((key, row) for key, row in sliders.axes.rows.items() if row.findChild(AxisEnds) is not None)
    sliders.focus_slider(f"slider.{key}")
    at = QPoint(20, row.height() // 2)
    QApplication.sendEvent(row, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, row.mapToGlobal(at)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    rename = next(action for action in menu.actions() if action.text() == "Rename…")
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(rename).center())
    (edit,) = (one for one in row.findChildren(QLineEdit) if one.isVisible() and one.text() == row.label.text())
    edit.selectAll()
    QTest.keyClicks(edit, "Storm")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sliders.axes.rows[key].label.text() == "Storm", timeout=PATIENCE_MS)
    explorer.place.set_axis(int(key), 1.5)
    canvas = explore(window).canvas
    qtbot.waitUntil(lambda: "Storm +1.5" in canvas.accessibleDescription(), timeout=PATIENCE_MS)


def test_a_folder_says_before_the_start_what_is_wrong_with_it_and_is_taken_away(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    rng = np.random.default_rng(5)
    many = rng.integers(0, 256, (40, 20, 20, 3), np.uint8)
    folders = {
        "few": {f"{k}.png": many[k] for k in range(5)},
        "alike": {f"{k}.png": many[0] for k in range(40)},
        "sorted": {f"{'dusk' if k % 2 else 'dawn'}/{k}.png": many[k] for k in range(40)},
    }
    page = window.page("train")
    assert isinstance(page, TrainPage)
    data = page.setup.data
    told: dict[str, list[str]] = {}
    for name, pictures in folders.items():
        for file, pixels in pictures.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            Pillow.fromarray(pixels).save(path)
        drop(window, tmp_path / name)
        qtbot.waitUntil(lambda name=name: str(tmp_path / name) in data.cards, timeout=PATIENCE_MS)
        qtbot.waitUntil(lambda: not data.is_unseen() and data.note.isVisible(), timeout=PATIENCE_MS)
        told[name] = [line.text() for line in data.note.lines]
        assert data.note.samples.images
        card = data.cards[str(tmp_path / name)]
        assert f"{len(pictures)} pictures · 20 px · colour" in card.accessibleDescription()
    assert any("very few" in line for line in told["few"])
    assert "The pictures look all the same." in told["alike"]
    assert "Labels found: dawn, dusk." in told["sorted"]
    assert "The pictures look all the same." not in told["sorted"]
    forget = page.findChild(QWidget, f"forget.{tmp_path / 'alike'}")
    assert forget is not None
    QTest.mouseClick(forget, LEFT)
    assert str(tmp_path / "alike") not in page.setup.data.cards
    assert str(tmp_path / "sorted") in page.setup.data.cards
    assert len(list((tmp_path / "alike").iterdir())) == 40, "its pictures stay where they are"


def test_what_is_not_on_this_computer_says_how_it_comes_here(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "FASHION_FOLDERS", ())
    with opened(qtbot, tmp_path / "home", "glyphs-xicfg", "Glyphs, xICFG", timeout_ms=PATIENCE_MS) as window:
        window.shell.show_page("train")
        page = window.page("train")
        assert isinstance(page, TrainPage)
        qtbot.waitUntil(lambda: "fashion-mnist" in page.setup.data.cards, timeout=PATIENCE_MS)
        card = page.setup.data.cards["fashion-mnist"]
        assert not card.isEnabled()
        assert card.accessibleDescription() == "sudo apt install dataset-fashion-mnist"
        assert card.toolTip().startswith("Fashion-MNIST is not on this computer.")
        card.setChecked(False)
        QTest.mouseClick(card, LEFT)
        assert page.setup.data.chosen_set() is None or page.setup.data.chosen_set().name != "fashion-mnist"


def test_smooth_or_crisp_is_seen_at_once(qtbot: QtBot, window: MainWindow) -> None:
    canvas = explore(window).canvas

    def steps(scaling: Scaling) -> float:
        """The share of neighbouring screen pixels that differ at all."""
        window.actions_table[ActionId.SCALING, scaling].trigger()
        qtbot.waitUntil(lambda: canvas.is_crisp() == (scaling is Scaling.PIXELS), timeout=PATIENCE_MS)
        shown = from_qimage(canvas.grab(canvas.frame()).toImage()).astype(int)
        return float((np.diff(shown, axis=1) != 0).any(-1).mean())

    smooth, crisp, rule = steps(Scaling.SMOOTH), steps(Scaling.PIXELS), steps(Scaling.AUTO)
    assert crisp <= 1 / 8 + 0.01, "squares of eight pixels"
    assert smooth > 2 * crisp
    assert rule == smooth, "one of 64 pixels is smoothed"
