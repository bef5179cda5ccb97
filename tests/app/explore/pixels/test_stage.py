"""Tools, pen and heat map on the canvas, by mouse and keys; and what they say where a model cannot."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.explore.canvas import Canvas
from app.explore.pixels.colours import ColourMenu, offered
from app.explore.pixels.grid import brush, cell_at, outline, stroke
from app.explore.pixels.heat import coloured, top_of
from app.explore.pixels.panel import PixelPanel
from app.explore.pixels.stage import PixelStage
from app.look.images import from_qimage
from app.look.stylesheet import stylesheet
from app.look.tokens import DARK
from app.store.drawn.given import Hand
from app.store.shown.pictures import Drawing
from app.store.state import Explorer
from engine.protocol.answers import Ready
from tests.app.fake_engine import FACES, PIXELS, FakeClient

LEFT = Qt.MouseButton.LeftButton
MARGIN_PX = 8
"""What the style sheet leaves free on both sides of a line of text."""


@pytest.fixture
def fake() -> FakeClient:
    return FakeClient((FACES, PIXELS))


@pytest.fixture
def explorer(bare_explorer: Explorer, fake: FakeClient) -> Iterator[Explorer]:
    fake.say(Ready(device="cpu", device_label="CPU", threads=2))
    bare_explorer.models.open(PIXELS.name)
    yield bare_explorer
    bare_explorer.pictures.stop()


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def stage(qtbot: QtBot, explorer: Explorer, asked: list[str]) -> PixelStage:
    canvas = Canvas(explorer)
    stage = PixelStage(explorer, canvas, lambda: asked.append("picture"))
    qtbot.addWidget(canvas)
    canvas.resize(520, 560)
    canvas.show()
    canvas.activateWindow()
    qtbot.waitUntil(canvas.isActiveWindow)  # keys are an active window's
    canvas.setFocus()
    return stage


def at(stage: PixelStage, row: int, column: int) -> QPoint:
    return stage.overlay.box((row, column)).center().toPoint()


def send_move(stage: PixelStage, point: QPoint) -> None:
    """A move with the left button held; QTest's own tells of no button."""
    where = QPointF(point)
    event = QMouseEvent(
        QEvent.Type.MouseMove, where, stage.overlay.mapToGlobal(where), Qt.MouseButton.NoButton, LEFT,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(stage.overlay, event)


def canvas_of(stage: PixelStage) -> Canvas:
    canvas = stage.overlay.parentWidget()
    assert isinstance(canvas, Canvas)
    return canvas


def test_the_picture_stands_between_the_bars(stage: PixelStage) -> None:
    frame = canvas_of(stage).frame()
    assert not frame.intersects(stage.tools.geometry())
    assert not frame.intersects(stage.pen.geometry())
    assert frame.width() == 16 * 8  # as any other model's, though the bars are wider
    assert canvas_of(stage).width_for(560) >= 440


def test_other_models_see_nothing_of_it(stage: PixelStage, explorer: Explorer) -> None:
    stage.hands.take(Hand.PAINT)
    explorer.models.open(FACES.name)
    assert not stage.overlay.isVisible()
    assert not stage.tools.isVisible()
    assert not stage.pen.isVisible()
    assert stage.hands.hand is None
    assert canvas_of(stage).frame() == QRect(24, 44, 472, 472)


def test_a_brush_paints_along_its_way_and_escape_takes_the_stroke_back(stage: PixelStage, explorer: Explorer) -> None:
    stage.hands.set_colour((9, 9, 9))
    stage.hands.set_brush(1)
    QTest.mousePress(stage.overlay, LEFT, pos=at(stage, 3, 2))
    QTest.mouseMove(stage.overlay, at(stage, 3, 7))
    assert explorer.given.is_drafting
    drafted = from_qimage(stage.overlay.grab().toImage())
    inside = at(stage, 3, 5)
    assert drafted[inside.y(), inside.x()].max() < 60
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_Escape)
    QTest.mouseRelease(stage.overlay, LEFT, pos=at(stage, 3, 7))
    assert explorer.given.count == 0
    QTest.mousePress(stage.overlay, LEFT, pos=at(stage, 3, 2))
    QTest.mouseMove(stage.overlay, at(stage, 3, 7))
    QTest.mouseRelease(stage.overlay, LEFT, pos=at(stage, 3, 7))
    assert explorer.given.count == 6
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_Escape)
    assert stage.hands.hand is None


def test_without_a_tool_the_picture_is_dragged_out_as_ever(qtbot: QtBot, stage: PixelStage) -> None:
    with qtbot.waitSignal(canvas_of(stage).drag_asked):
        QTest.mousePress(stage.overlay, LEFT, pos=at(stage, 8, 3))
        send_move(stage, at(stage, 8, 14))
    stage.hands.take(Hand.PAINT)
    with qtbot.assertNotEmitted(canvas_of(stage).drag_asked):
        QTest.mousePress(stage.overlay, LEFT, pos=at(stage, 8, 3))
        send_move(stage, at(stage, 8, 14))
        QTest.mouseRelease(stage.overlay, LEFT, pos=at(stage, 8, 14))


def test_alt_takes_a_colour_from_the_picture(stage: PixelStage, explorer: Explorer) -> None:
    stage.hands.take(Hand.KEEP)
    QTest.mouseClick(stage.overlay, LEFT, Qt.KeyboardModifier.AltModifier, at(stage, 8, 8))
    image = canvas_of(stage).image()
    assert image is not None
    assert stage.hands.colour == tuple(image[8, 8].tolist())
    assert stage.hands.hand is Hand.PAINT
    assert explorer.given.count == 0


def test_tools_have_keys_and_only_one_is_in_the_hand(stage: PixelStage, explorer: Explorer) -> None:
    for key, hand in ((Qt.Key.Key_P, Hand.PAINT), (Qt.Key.Key_E, Hand.ERASE), (Qt.Key.Key_V, None)):
        QTest.keyClick(canvas_of(stage), key)
        assert stage.hands.hand is hand
        assert [each for each, button in stage.tools.tools.items() if button.isChecked()] == [hand]
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_L)
    assert explorer.given.count == 128
    assert stage.tools.clear.isEnabled()
    QTest.mouseClick(stage.tools.turn, LEFT)
    assert explorer.given.pixels is not None
    assert (explorer.given.pixels[8:, :, 3] == 255).all()
    assert explorer.given.count == 128
    QTest.mouseClick(stage.tools.clear, LEFT)
    assert not stage.tools.clear.isEnabled()
    assert stage.tools.clear.toolTip() == "Nothing is given"


def test_a_picture_of_ones_own_is_asked_for(stage: PixelStage, asked: list[str]) -> None:
    QTest.mouseClick(stage.tools.open_button, LEFT)
    assert asked == ["picture"]


def test_colours_are_offered_and_taken(stage: PixelStage, explorer: Explorer, qtbot: QtBot) -> None:
    assert offered(None, has_colours=True)[0] == (255, 255, 255)
    image = np.zeros((8, 8, 3), np.uint8)
    image[:, :4] = (200, 30, 30)
    assert (208, 16, 16) in offered(image, has_colours=True)
    menu = ColourMenu(stage.hands, None, False, stage.tools)
    QTest.mouseClick(menu.swatches[-1], LEFT)
    assert stage.hands.colour == (0, 0, 0)
    assert stage.hands.hand is Hand.PAINT
    menu = ColourMenu(stage.hands, None, False, stage.tools)
    QTest.mouseClick(menu.widths[5], LEFT)
    assert stage.hands.brush == 5
    menu.close()


def test_the_map_covers_the_picture_and_keys_point_at_pixels(stage: PixelStage, explorer: Explorer) -> None:
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_H)
    bits = explorer.surprise.bits
    assert bits is not None
    painted = from_qimage(canvas_of(stage).grab().toImage()).astype(int)
    wanted = coloured(bits.bits, top_of(bits.bits)).astype(int)
    for row, column in ((0, 0), (8, 3), (15, 15)):
        point = at(stage, row, column)
        assert np.abs(painted[point.y(), point.x()] - wanted[row, column]).max() < 60
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_Right)
    assert explorer.surprise.pointed == (8, 9)
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_Up)
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_Return)
    assert explorer.surprise.held == (7, 9)
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_Escape)
    assert explorer.surprise.held is None
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_P)
    assert not explorer.surprise.is_shown


def test_the_pen_bar_pauses_steps_and_says_so(stage: PixelStage, explorer: Explorer) -> None:
    stage.pen.pace.edit_to(0.0)
    assert stage.pen.words.text() == "4 px a second"
    QTest.mouseClick(stage.pen.play, LEFT)
    assert stage.pen.play.accessibleName() == "Pause"
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_Space)
    assert explorer.pen.is_paused
    assert stage.pen.play.accessibleName() == "Draw on"
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_Period)
    assert stage.pen.words.text().startswith("1 of 256")
    assert stage.pen.keep.isVisible()
    QTest.mouseClick(stage.pen.stop, LEFT)
    assert explorer.pictures.drawing is Drawing.STOPPED
    QTest.mouseClick(stage.pen.play, LEFT)
    stage.hands.take(Hand.PAINT)
    QTest.keyClick(canvas_of(stage), Qt.Key.Key_Escape)
    assert explorer.pictures.drawing is Drawing.STOPPED, "Escape stops the pen before it lays a tool down"
    assert stage.hands.hand is Hand.PAINT
    QTest.mouseClick(stage.pen.keep, LEFT)
    assert explorer.given.count == 1


def test_the_panel_tells_a_pixel_and_sets_it(qtbot: QtBot, explorer: Explorer) -> None:
    panel = PixelPanel(explorer)
    qtbot.addWidget(panel)
    panel.resize(380, 700)
    with qtbot.waitExposed(panel):
        panel.show()
    QTest.mouseClick(panel.show_button, LEFT)
    assert panel.total.text().startswith("2.000 bits/dim")
    assert panel.legend.top == 4.0
    explorer.surprise.hold((5, 6))
    assert "1.70 bits for value 2 of 3, of 1.80 expected" in panel.pixel_facts.text()
    assert "It sees all 86 pixels" in panel.pixel_facts.text()
    panel.setStyleSheet(stylesheet(DARK, chevron=""))  # Qt leaves the line one pixel if the buttons are none at all
    line = panel.value.findChild(QLineEdit)
    qtbot.waitUntil(lambda: line.width() - 2 * MARGIN_PX >= line.fontMetrics().horizontalAdvance("255"))
    chances = panel.chances
    assert chances is not None
    assert chances.bars() == ((0.1, 0.2, 0.3, 0.4),)
    assert chances.marks() == (2.0,)
    place = chances.mapFromScene(chances.view.mapViewToScene(QPointF(3.0, 0.1)))
    QTest.mouseClick(chances.viewport(), LEFT, pos=place)
    pixels = explorer.given.pixels
    assert pixels is not None
    assert tuple(pixels[5, 6]) == (255, 255, 255, 255)
    assert explorer.given.count == 5 * 16 + 7
    panel.value.setValue(1)
    QTest.mouseClick(panel.draw_on_button, LEFT)
    assert explorer.given.pixels is not None
    assert tuple(explorer.given.pixels[5, 6]) == (85, 85, 85, 255)
    explorer.models.open(FACES.name)
    assert not panel.isVisible()


# ---------------------------------------------------------------- geometry


def test_cells_brushes_and_outlines() -> None:
    frame = QRect(10, 20, 80, 80)
    assert cell_at(QPointF(10, 20), frame, 8, 8) == (0, 0)
    assert cell_at(QPointF(89.9, 99.9), frame, 8, 8) == (7, 7)
    assert cell_at(QPointF(5, 50), frame, 8, 8) is None
    assert set(brush((4, 4), 1)) == {(4, 4)}
    assert set(brush((4, 4), 2)) == {(4, 4), (4, 5), (5, 4), (5, 5)}
    assert set(brush((4, 4), 3)) == {(3, 4), (4, 3), (4, 4), (4, 5), (5, 4), (3, 3), (3, 5), (5, 3), (5, 5)}
    assert stroke((0, 0), (0, 4), 1) == {(0, column) for column in range(5)}
    region = np.zeros((8, 8), bool)
    region[2:4, 2:4] = True
    path = outline(region, frame)
    assert path.boundingRect().toRect() == QRect(30, 40, 20, 20)
    assert path.elementCount() == 2 * 8  # eight edges, each a move and a line
