"""The pad: dot and sliders are one place, a drag is one step, corners are what a person puts there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.explore.latent_panel import LatentPanel
from app.explore.pad_panel import PadPanel
from app.flows.finding import MIME
from app.program import Program
from app.store.made.pads import PadKind
from app.store.state import Explorer
from engine.protocol.requests import AddUp
from engine.protocol.values import Recipe
from tests.app.fake_engine import FACES, FakeClient
from tests.pages import explore
from tests.patience import PATIENCE_MS

LEFT = Qt.MouseButton.LeftButton


class Painted(QObject):
    """Hears how much of a widget is painted, each time that it is."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.areas: list[int] = []
        self._whole = widget.width() * widget.height()
        widget.installEventFilter(self)
        widget.update()

    def share(self) -> float:
        """The largest share of the widget that was painted at once."""
        return max(self.areas, default=0) / self._whole

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.areas.append(sum(rect.width() * rect.height() for rect in list(event.region())))
        return False


@pytest.fixture
def panel(qtbot: QtBot, explorer: Explorer) -> LatentPanel:
    panel = LatentPanel(explorer)
    qtbot.addWidget(panel)
    panel.resize(388, 900)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.pad_section.set_open(True)
    panel.settle()
    return panel


@pytest.fixture
def pad(panel: LatentPanel) -> PadPanel:
    assert panel.pad is not None
    return panel.pad


def point(pad: PadPanel, u: float, v: float) -> QPoint:
    return pad.square.point_of((u, v)).toPoint()


def test_a_drag_moves_both_sliders_and_is_one_step(panel: LatentPanel, pad: PadPanel, explorer: Explorer) -> None:
    QTest.mousePress(pad.square, LEFT, pos=point(pad, 0.5, 0.5))
    QTest.mouseMove(pad.square, point(pad, 0.6, 0.7))
    QTest.mouseMove(pad.square, point(pad, 0.75, 1.0))
    values = dict(explorer.place.recipe.directions)  # type: ignore[union-attr]
    assert values["yaw"] == pytest.approx(1.0, abs=0.02)
    assert values["smile"] == pytest.approx(2.0, abs=0.02)
    assert panel.look.rows["smile"].value() == values["smile"]
    QTest.mouseRelease(pad.square, LEFT, pos=point(pad, 0.75, 1.0))
    step = explorer.edits.undoable
    assert step is not None
    assert step.label == "Turn × Smile"
    explorer.edits.undo()
    assert explorer.place.recipe.directions == ()  # type: ignore[union-attr]
    assert pad.square.dot() == (0.5, 0.5)


def test_sliders_move_the_dot(pad: PadPanel, explorer: Explorer) -> None:
    explorer.place.set_direction("smile", -1.0)
    assert pad.square.dot() == (0.5, 0.25)
    explorer.place.set_direction("yaw", 3.0)
    assert pad.square.dot() == (1.25, 0.25)
    assert "past the edge" in pad.note.text()
    QTest.keyClick(pad.square, Qt.Key.Key_Home)
    QTest.keyClick(pad.square, Qt.Key.Key_Right)
    assert explorer.place.recipe.directions == (("yaw", 0.2),)  # type: ignore[union-attr]


def test_a_dot_that_moves_paints_little_more_than_itself(
    pad: PadPanel, explorer: Explorer, fake: FakeClient, qtbot: QtBot
) -> None:
    """A hand moves it sixty times a second, beside a model that learns."""
    for number in range(49):
        pad.square.set_image(number, np.full((16, 16, 3), 5 * number, np.uint8))
    painted = Painted(pad.square)
    qtbot.waitUntil(lambda: painted.share() == 1.0, timeout=PATIENCE_MS)
    QApplication.processEvents()
    painted.areas.clear()
    explorer.place.set_direction("smile", -1.0)
    qtbot.waitUntil(lambda: bool(painted.areas), timeout=PATIENCE_MS)
    assert pad.square.dot() == (0.5, 0.25)
    assert 0.0 < painted.share() < 0.05
    ground = pad.square.grab().toImage()
    assert ground.pixelColor(ground.width() // 10, ground.height() // 10).red() == 0
    assert ground.pixelColor(ground.width() * 9 // 10, ground.height() * 9 // 10).red() == 5 * 48


def test_its_pictures_stay_while_the_dot_moves_and_follow_another_slider(
    pad: PadPanel, explorer: Explorer, fake: FakeClient
) -> None:
    assert len(fake.rendered_in("pad.cell")) == 49
    explorer.pads.begin_edit()
    explorer.pads.move(0.1, 0.2)
    explorer.pads.move(0.9, 0.2)
    explorer.pads.end_edit()
    assert len(fake.rendered_in("pad.cell")) == 49
    explorer.place.begin_edit()
    explorer.place.set_direction("glasses", 1.0)
    assert len(fake.rendered_in("pad.cell")) == 49, "the hand is still on it"
    explorer.place.end_edit("Glasses")
    asked = fake.rendered_in("pad.cell")
    assert len(asked) == 98
    assert all(dict(recipe.directions)["glasses"] == 1.0 for recipe in asked[49:])
    assert pad.square.image(48) is not None


def test_any_two_sliders(pad: PadPanel, explorer: Explorer) -> None:
    pad.up.setCurrentIndex([option.label for option in explorer.pads.options()].index("Axis 3"))
    pad.up.activated.emit(pad.up.currentIndex())
    explorer.pads.move(0.5, 1.0)
    assert explorer.place.recipe.axes == ((2, 2.0),)  # type: ignore[union-attr]


def test_four_corners_and_one_of_them_chosen(pad: PadPanel, explorer: Explorer, fake: FakeClient) -> None:
    here = explorer.place.recipe
    assert here is not None
    QTest.mouseClick(pad.kinds[PadKind.CORNERS], LEFT)
    sent = fake.last(AddUp)
    assert [len(term.places) for term in sent.total.terms] == [1, 1, 1, 1]
    QTest.mouseClick(pad.corners[2], LEFT)
    assert fake.last(AddUp).total.terms[2].places == (replace(here, app=""),)
    assert "Press anywhere" in pad.note.text()
    content, heard = QMimeData(), []
    content.setData(MIME, b"")
    pad.dropped.connect(lambda corner, dropped: heard.append((corner, dropped)))
    event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, content, LEFT, Qt.KeyboardModifier.NoModifier)
    pad.corners[1].dropEvent(event)
    assert heard == [(1, content)], "a corner's own picture is where one drops another"
    explorer.pads.set_corner(0, Recipe(model="another"))
    assert fake.last(AddUp).total.terms[0].places == sent.total.terms[0].places, "another model's place is none"


def test_two_latent_dimensions_are_a_sheet(pad: PadPanel, explorer: Explorer, fake: FakeClient) -> None:
    flat = replace(FACES, name="flat", path="flat", fingerprint="2" * 64, latent=2, directions=(), axes=())
    fake.models["flat"] = flat
    explorer.models.open("flat")
    assert explorer.pads.kind is PadKind.SHEET
    assert pad.kinds[PadKind.SHEET].isVisible()
    QTest.mouseClick(pad.square, LEFT, pos=point(pad, 0.5, 0.5))
    assert explorer.place.recipe.point == pytest.approx((0.0, 0.0), abs=0.02)  # type: ignore[union-attr]
    assert len(fake.rendered_in("pad.cell")) == 49 + 121


def test_a_closed_pad_asks_for_nothing(panel: LatentPanel, explorer: Explorer, fake: FakeClient) -> None:
    panel.pad_section.set_open(False)
    count = len(fake.rendered_in("pad.cell"))
    explorer.place.set_direction("glasses", 1.0)
    explorer.place.set_seed(7)
    assert len(fake.rendered_in("pad.cell")) == count


def test_an_open_pad_and_a_grid_are_found_as_they_were_left(open_program: Callable[..., Program]) -> None:
    first = open_program()
    page = explore(first.window)
    page.sliders.pad_section.set_open(True)
    grids = first.explorer.grids
    grids.open()
    grids.change(replace(grids.plan, title="Kept", gap=16))
    first.window.close()
    second = open_program()
    assert explore(second.window).sliders.pad_section.is_open()
    assert second.explorer.grids.plan.title == "Kept"
    assert second.explorer.grids.plan.gap == 16
