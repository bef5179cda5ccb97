"""The slot beside the picture: a place that stays, another model that follows, one's own picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.program import Program
from app.store.shown.beside import Held
from engine.protocol.answers import Encoded
from engine.protocol.beside import SampleBeside
from tests.app.fake_engine import FACES, FakeEngine, drawn
from tests.pages import explore

OTHER = replace(
    FACES, fingerprint="0" * 64, name="other", path="other.safetensors", directions=FACES.directions[:1], latent=8
)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine((FACES, OTHER))


@pytest.fixture
def program(open_program: Callable[..., Program], engine: FakeEngine) -> Program:
    return open_program(engine)


def test_a_place_stays_while_the_picture_moves(program: Program) -> None:
    explorer, slot = program.explorer, explore(program.window).slot
    assert not slot.isVisible()
    here, shown = explorer.place.recipe, explorer.pictures.picture
    assert here is not None
    assert shown is not None
    explorer.beside.hold_place(here, shown.image)
    assert slot.isVisible()
    assert slot.picture.image() is shown.image
    explorer.place.set_direction("smile", 2.0)
    assert slot.picture.image() is shown.image
    moved = explorer.place.recipe
    QTest.mouseClick(slot.swap_button, Qt.MouseButton.LeftButton)
    assert explorer.place.recipe == here
    assert explorer.beside.held == Held(place=moved)
    QTest.mouseClick(slot.close_button, Qt.MouseButton.LeftButton)
    assert not slot.isVisible()


def test_another_model_follows_the_same_wish(program: Program, engine: FakeEngine) -> None:
    explorer, slot = program.explorer, explore(program.window).slot
    explorer.place.set_axis(0, 1.0)
    explorer.beside.hold_model("other")
    explorer.place.set_direction("smile", 1.5)
    explorer.place.set_direction("glasses", 1.0)
    asked = engine.last(SampleBeside).recipe
    assert asked.model == OTHER.fingerprint
    assert asked.directions == (("smile", 1.5),), "it has no other slider of these"
    assert (asked.axes, asked.raw, asked.point) == ((), (), None)
    assert explorer.place.recipe is not None
    assert asked.seed == explorer.place.recipe.seed
    image = slot.picture.image()
    assert image is not None
    assert np.array_equal(image, drawn(asked))
    QTest.mouseClick(slot.swap_button, Qt.MouseButton.LeftButton)
    assert explorer.models.model is not None
    assert explorer.models.model.name == "other"
    assert explorer.beside.held == Held(source="faces")


def test_of_many_wishes_the_last_one_is_drawn(program: Program, engine: FakeEngine) -> None:
    explorer = program.explorer
    explorer.beside.hold_model("other")
    engine.held = True
    before = len(engine.sent_of(SampleBeside))
    for value in range(1, 20):
        explorer.place.set_direction("smile", value / 10)
    assert len(engine.sent_of(SampleBeside)) == before + 1
    engine.held = False
    engine.answer()
    assert engine.last(SampleBeside).recipe.directions == (("smile", 1.9),)
    assert len(engine.sent_of(SampleBeside)) == before + 2


def test_what_cannot_be_drawn_says_why(program: Program, engine: FakeEngine) -> None:
    program.explorer.beside.hold_model("/gone/model.safetensors")
    assert "does not exist" in program.explorer.beside.trouble
    assert program.explorer.beside.image is None


def test_an_own_picture_stands_beside_its_copy(program: Program, engine: FakeEngine, tmp_path: Path) -> None:
    path = tmp_path / "own.png"
    engine.say(Encoded(path=str(path), model=FACES.fingerprint, point=(0.1,) * 64, distance=0.1, percentile=50.0))
    assert program.explorer.beside.held == Held(picture=path)
    slot = explore(program.window).slot
    assert slot.isVisible()
    image = slot.picture.image()
    assert image is not None
    assert image.shape[2] == 3
    assert not slot.swap_button.isVisible()


@pytest.mark.parametrize("width", [960, 1280, 2560])
def test_both_pictures_are_of_one_size_and_the_gallery_keeps_its_room(
    qtbot: QtBot, program: Program, width: int
) -> None:
    window, page = program.window, explore(program.window)
    window.resize(width, 800)
    program.explorer.beside.hold_place(program.explorer.place.recipe)
    qtbot.waitUntil(lambda: window.width() == width and page.slot.width() == page.canvas.width())
    assert page.gallery.width() > 60
    assert page.slot.geometry().right() < page.gallery.geometry().left()


def test_the_menus_hold_what_is_seen(qtbot: QtBot, program: Program) -> None:
    program.open_picture_menu(QPoint(50, 50))
    (menu,) = [one for one in program.window.findChildren(QMenu) if one.isVisible()]
    action = next(one for one in menu.actions() if one.text() == "Keep this beside the picture")
    action.trigger()
    menu.close()
    assert program.explorer.beside.place == program.explorer.place.recipe
