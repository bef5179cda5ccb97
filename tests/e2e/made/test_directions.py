"""A direction is found, named and used again; a model without an encoder says why it cannot take a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image as Pillow
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.directions.dialog import DirectionsDialog
from app.shell.window import MainWindow
from engine.families.judges.judge import FaceJudge
from engine.opened.judging import bundled_judge
from engine.opened.pictures import from_image
from engine.protocol.values import Image
from tests.e2e.opened import opened
from tests.pages import explore
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton


class Hand:
    """Clicks and types as a person does, and counts the clicks."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, widget: QWidget) -> None:
        assert widget.isVisible()
        assert widget.isEnabled()
        QTest.mouseClick(widget, LEFT)
        self.clicks += 1

    def type(self, widget: QWidget, words: str) -> None:
        self.click(widget)
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(widget, words)


def beard(image: Image) -> float:
    """How sure the judge is that there is one."""
    judge = bundled_judge("judge")
    assert isinstance(judge, FaceJudge)
    with torch.no_grad():
        return 1.0 - float(judge.read(from_image(image, 3)[None])["beard"][0, 0])


def seen(qtbot: QtBot, window: MainWindow) -> Image:
    """The canvas's picture, once it is the present place's."""
    explorer = window.shell.explorer
    qtbot.waitUntil(lambda: explorer.pictures.image_of(explorer.place.recipe) is not None, timeout=PATIENCE_MS)
    image = explorer.pictures.image_of(explorer.place.recipe)
    assert image is not None
    return image


def last_told(window: MainWindow) -> str:
    """The sentence of the newest notice."""
    return "".join(notice.sentence for notice in window.shell.board.notices[-1:])


def test_a_direction_is_found_named_used_again_and_gone(qtbot: QtBot, tmp_path: Path) -> None:
    with opened(qtbot, tmp_path / "home", "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        hand, explorer = Hand(), window.shell.explorer
        qtbot.waitUntil(lambda: not explorer.models.is_opening, timeout=PATIENCE_MS)
        seen(qtbot, window)
        hand.click(explore(window).sliders.directions_button)
        dialog = window.findChild(DirectionsDialog)
        assert dialog is not None
        QTest.mouseClick(dialog.tabs, LEFT, pos=dialog.tabs.tabRect(1).center())
        hand.clicks += 1
        hand.type(dialog.learn.form.start, "man without beard")
        hand.type(dialog.learn.form.to, "man with full beard")
        hand.click(dialog.learn.learn_button)
        qtbot.waitUntil(lambda: bool(dialog.learn.rows), timeout=PATIENCE_MS)
        row = dialog.learn.rows[0]
        qtbot.waitUntil(lambda: row.pictures.thumbnails[4].image() is not None, timeout=PATIENCE_MS)
        bearded = row.pictures.thumbnails[4].image()
        assert bearded is not None
        assert beard(bearded) > 0.5, "what is shown before it is kept is what it does"
        hand.type(row.name, "Grow it")
        hand.click(row.keep_button)
        look = explore(window).sliders.look
        qtbot.waitUntil(lambda: "own:Grow it" in look.rows, timeout=PATIENCE_MS)
        assert hand.clicks == 7
        dialog.close()

        before = seen(qtbot, window)
        look.rows["own:Grow it"].setValue(-2.0)
        shaved = seen(qtbot, window)
        look.rows["own:Grow it"].setValue(2.0)
        worn = seen(qtbot, window)
        assert beard(worn) > beard(shaved) + 0.3

        explorer.directions.remove("own:Grow it")
        qtbot.waitUntil(lambda: "was deleted" in last_told(window), timeout=PATIENCE_MS)
        assert "own:Grow it" not in look.rows
        assert np.array_equal(seen(qtbot, window), before)
        explorer.edits.undo()
        assert np.array_equal(seen(qtbot, window), worn), "the place that uses it is drawn at once"
        qtbot.waitUntil(lambda: "is back" in last_told(window), timeout=PATIENCE_MS)
        assert "own:Grow it" in look.rows


def test_a_gan_without_an_encoder_refuses_a_picture_and_says_why(qtbot: QtBot, tmp_path: Path) -> None:
    picture = tmp_path / "stranger.png"
    Pillow.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(picture)
    with opened(qtbot, tmp_path / "home", "faces-dcgan", "Faces, DCGAN", timeout_ms=PATIENCE_MS) as window:
        before = seen(qtbot, window)
        content = QMimeData()
        content.setUrls([QUrl.fromLocalFile(str(picture))])
        copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(window, QDragEnterEvent(QPoint(400, 300), copy, content, LEFT, none))
        QApplication.sendEvent(window, QDropEvent(QPointF(400, 300), copy, content, LEFT, none))
        board = window.shell.board
        qtbot.waitUntil(lambda: any("no encoder" in one.sentence for one in board.notices), timeout=PATIENCE_MS)
        assert np.array_equal(seen(qtbot, window), before)
