"""The picture: newest shown, labelled when it is old, never blocking."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.explore.canvas import Canvas
from app.look.images import Scaling, from_qimage, to_qimage
from app.look.theme import tokens
from app.places.words import recipe_words
from app.store.shown.pictures import Drawing
from app.store.state import Explorer
from engine.protocol.answers import Ready, Stopped
from engine.protocol.values import CANVAS, Image, Recipe
from tests.app.fake_engine import FACES, GLYPHS, FakeClient

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot, explorer: Explorer, width: int = 560, height: int = 440) -> Canvas:
    canvas = Canvas(explorer)
    qtbot.addWidget(canvas)
    canvas.resize(width, height)
    with qtbot.waitExposed(canvas):
        canvas.show()
    return canvas


def test_the_largest_square_that_fits_is_centred(qtbot: QtBot, explorer: Explorer) -> None:
    canvas = shown(qtbot, explorer)
    frame = canvas.frame()
    assert frame.width() == frame.height() == 440 - 48
    assert abs(frame.center().x() - canvas.rect().center().x()) <= 1
    surround = canvas.grab().toImage().pixelColor(4, 4).name()
    assert surround == tokens().canvas


def test_every_picture_is_painted_with_its_ticket(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> None:
    canvas = shown(qtbot, explorer)
    with qtbot.waitSignal(canvas.painted):
        explorer.place.set_direction("smile", 1.0)
    newest = max(render.ticket for render in fake.renders if render.view == CANVAS)
    assert canvas.last_painted_ticket == newest
    assert explorer.pictures.picture is not None
    assert canvas.image() is explorer.pictures.picture.image


def test_whole_pixels_are_squares_of_the_picture(qtbot: QtBot, explorer: Explorer) -> None:
    canvas = shown(qtbot, explorer)
    canvas.set_enlarging(Scaling.PIXELS, 8)
    frame = canvas.frame()
    assert frame.width() == 392 // 64 * 64
    inside = from_qimage(canvas.grab(frame).toImage())
    image = canvas.image()
    assert image is not None
    assert np.array_equal(inside, image.repeat(6, 0).repeat(6, 1))


def test_tiny_pictures_are_shown_pixel_by_pixel(qtbot: QtBot, explorer: Explorer) -> None:
    canvas = shown(qtbot, explorer)
    assert not canvas.is_crisp()
    explorer.models.open(GLYPHS.name)
    assert canvas.is_crisp()


def test_a_cached_picture_is_labelled_until_the_engine_draws(
    qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient, picture: Image
) -> None:
    canvas = shown(qtbot, bare_explorer)
    painted: list[int] = []
    canvas.painted.connect(painted.append)
    bare_explorer.pictures.set_still(to_qimage(picture))
    before = canvas.grab()
    assert painted == []
    assert canvas.accessibleDescription() == "Starting…"
    fake.say(Ready(device="cpu", device_label="CPU", threads=2))
    bare_explorer.models.open(FACES.name)
    assert canvas.grab().toImage() != before.toImage()
    assert painted
    drawn = canvas.image()
    bare_explorer.pictures.set_still(to_qimage(picture))
    assert canvas.image() is drawn, "it comes too late"
    qtbot.waitUntil(lambda: canvas.accessibleDescription() == "faces, Seed 1234")


def test_without_a_model_it_offers_to_open_one(qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient) -> None:
    canvas = shown(qtbot, bare_explorer)
    assert not canvas.open_button.isVisible()
    fake.say(Ready(device="cpu", device_label="CPU", threads=2))
    assert canvas.open_button.isVisible()
    with qtbot.waitSignal(canvas.open_asked):
        QTest.mouseClick(canvas.open_button, LEFT)
    fake.say(Stopped(clean=False))
    assert "stopped" in canvas._sentence()


def test_a_picture_that_grows_can_be_cancelled(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> None:
    canvas = shown(qtbot, explorer)
    explorer.models.open(GLYPHS.name)
    final = explorer.pictures.picture
    assert final is not None
    fake.say(replace(final, final=False, progress=0.4, ticket=final.ticket + 1))
    assert "40" in canvas._note()
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert fake.cancelled == [CANVAS]
    assert explorer.pictures.drawing is Drawing.STOPPED
    assert "Stopped at 40" in canvas._note()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert fake.cancelled == [CANVAS]
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert explorer.pictures.drawing is Drawing.RESTING
    assert canvas._note() == ""
    assert fake.rendered()[-1] == explorer.place.recipe


def test_slow_pictures_are_announced(qtbot: QtBot, explorer: Explorer, fake: FakeClient) -> None:
    canvas = shown(qtbot, explorer)
    fake.held = True
    explorer.place.randomise()
    qtbot.waitUntil(lambda: canvas._note() == "Drawing…")
    fake.answer()
    assert canvas._note() == ""


def test_before_is_said(qtbot: QtBot, explorer: Explorer) -> None:
    canvas = shown(qtbot, explorer)
    explorer.place.set_direction("smile", 2.0)
    explorer.place.set_before(True)
    assert canvas._badge() == "Before"
    explorer.place.set_before(False)
    assert canvas._badge() == ""


def test_dragging_the_picture_out_starts_on_the_picture(qtbot: QtBot, explorer: Explorer) -> None:
    canvas = shown(qtbot, explorer)
    with qtbot.waitSignal(canvas.drag_asked):
        QTest.mousePress(canvas, LEFT, pos=canvas.rect().center())
        QTest.mouseMove(canvas, canvas.rect().center() + QPoint(60, 0))
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(1, 1))
    with qtbot.assertNotEmitted(canvas.drag_asked):
        QTest.mousePress(canvas, LEFT, pos=QPoint(3, 3))
        QTest.mouseMove(canvas, QPoint(90, 90))
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(90, 90))


def test_the_menu_can_be_asked_by_mouse_and_key(qtbot: QtBot, explorer: Explorer) -> None:
    canvas = shown(qtbot, explorer)
    for reason in (QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard):
        with qtbot.waitSignal(canvas.menu_asked):
            QApplication.sendEvent(canvas, QContextMenuEvent(reason, QPoint(9, 9), canvas.mapToGlobal(QPoint(9, 9))))


def test_a_place_in_words() -> None:
    recipe = Recipe(
        model="f", seed=7, directions=(("smile", 0.8), ("hair_length", -1.0)), axes=((0, 1.0),), truncation=0.7
    )
    assert recipe_words(recipe, FACES) == "Seed 7 · Smile +0.8 · Hair length −1.0 · Axis 1 +1.0 · Diversity 0.70"
    digit = Recipe(model="9", seed=1, conditions=(("class", 3.0),))
    assert recipe_words(digit, GLYPHS) == "Seed 1 · Digit 3"
    many = Recipe(model="f", raw=tuple((k, 0.5) for k in range(9)))
    assert recipe_words(many, None).endswith("and 3 more")


def test_a_picture_at_rest_is_drawn_with_the_better_filter(qtbot: QtBot, explorer: Explorer) -> None:
    canvas = shown(qtbot, explorer)
    explorer.place.set_direction("smile", 1.0)
    quick = canvas.grab().toImage()
    ticket = canvas.last_painted_ticket
    with qtbot.assertNotEmitted(canvas.painted):
        qtbot.waitUntil(lambda: canvas.grab().toImage() != quick)
    assert canvas.last_painted_ticket == ticket
