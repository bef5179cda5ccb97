"""Pictures that are drawn pixel by pixel: the pace at which one watches, the given part, the questions about pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.store.drawn.given import Hand
from app.store.drawn.pen import AT_ONCE, PACES
from app.store.shown.pictures import Drawing
from app.store.state import Explorer
from engine.protocol.answers import Ready, Rendered
from engine.protocol.pixels import HeldOutMeasured
from engine.protocol.requests import Cancel, KeepPicture, MeasureBits, MeasureHeldOut, TellPixel
from engine.protocol.values import CANVAS, Image, Problem
from tests.app.fake_engine import FACES, PIXELS, FakeClient

SIDE, COUNT = 16, 16 * 16


@pytest.fixture
def fake() -> FakeClient:
    return FakeClient((FACES, PIXELS))


@pytest.fixture
def explorer(qapp: QApplication, fake: FakeClient) -> Iterator[Explorer]:
    explorer = Explorer(fake, draw_seed=iter(range(1000, 2000)).__next__)
    fake.listener = explorer.receive
    fake.say(Ready(device="cpu", device_label="CPU", threads=2))
    explorer.models.open(PIXELS.name)
    yield explorer
    explorer.pictures.stop()  # no timer outlives a test


def shown(explorer: Explorer) -> Rendered:
    picture = explorer.pictures.picture
    assert picture is not None
    return picture


def look(explorer: Explorer, whole: Image, drawn: int, *, ticket: int) -> Rendered:
    """The engine's picture after so many pixels."""
    image = whole.copy()
    image.reshape(-1, 3)[drawn:] = 128
    recipe = explorer.place.recipe
    assert recipe is not None
    return Rendered(
        view=CANVAS, ticket=ticket, model=PIXELS.fingerprint, image=image, point=None, final=drawn == COUNT,
        progress=drawn / COUNT, drawn=drawn, render_ms=1.0, recipe=recipe,
    )  # fmt: skip


# ---------------------------------------------------------------- the pen


def test_at_full_speed_everything_passes_as_it_comes(explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    whole = shown(explorer).image
    for drawn in (8, 64, COUNT):
        explorer.receive(look(explorer, whole, drawn, ticket=500))
        assert explorer.pen.at == drawn
        assert shown(explorer).final is (drawn == COUNT)
    assert (shown(explorer).image == whole).all()


def test_a_slow_pen_shows_pixel_after_pixel_however_fast_the_engine_is(explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    whole = np.maximum(shown(explorer).image, 129)
    explorer.pen.set_pace(2)
    explorer.receive(look(explorer, whole, COUNT, ticket=500))
    assert explorer.pictures.drawing is Drawing.GROWING
    assert explorer.pen.at == 0
    explorer.pen.advance(0.5)
    assert explorer.pen.at == PACES[2] / 2
    part = shown(explorer).image.reshape(-1, 3)
    assert (part[: explorer.pen.at] == whole.reshape(-1, 3)[: explorer.pen.at]).all()
    assert (part[explorer.pen.at :] == 128).all()
    assert explorer.pen.cell == divmod(explorer.pen.at, SIDE)
    explorer.pen.advance(1e6)
    assert explorer.pictures.drawing is Drawing.RESTING
    assert (shown(explorer).image == whole).all()


def test_the_pen_waits_for_a_slow_engine_and_makes_up_for_nothing(explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    whole = np.maximum(shown(explorer).image, 129)
    explorer.pen.set_pace(3)
    explorer.receive(look(explorer, whole, 8, ticket=500))
    explorer.pen.advance(10.0)
    assert explorer.pen.at == 8
    explorer.receive(look(explorer, whole, 32, ticket=500))
    explorer.pen.advance(0.1)
    assert explorer.pen.at == 8 + PACES[3] / 10


def test_pause_step_stop_and_the_rest(explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    whole = np.maximum(shown(explorer).image, 129)
    explorer.pen.set_pace(0)
    explorer.receive(look(explorer, whole, COUNT, ticket=500))
    explorer.pen.toggle()
    assert explorer.pen.is_paused
    for _ in range(3):
        explorer.pen.step()
    assert explorer.pen.at == 3
    explorer.pictures.stop()
    assert explorer.pictures.drawing is Drawing.STOPPED
    assert explorer.pen.rest() == tuple(range(3, COUNT))
    asked = len(fake.renders)
    explorer.pen.set_pace(AT_ONCE)
    explorer.finish_picture()
    assert explorer.pictures.drawing is Drawing.RESTING
    assert (shown(explorer).image == whole).all()
    assert len(fake.renders) == asked, "the engine had drawn it all: it is not asked again"
    explorer.pen.go_on()
    assert explorer.pictures.drawing is Drawing.GROWING
    assert explorer.pen.at == 0
    explorer.pen.advance(1e6)
    assert explorer.pictures.drawing is Drawing.RESTING


def test_what_the_engine_had_not_drawn_is_asked_for_and_what_was_stays(explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    whole = np.maximum(shown(explorer).image, 129)
    explorer.receive(look(explorer, whole, 64, ticket=500))
    explorer.pictures.stop()
    asked = len(fake.renders)
    explorer.finish_picture()
    assert len(fake.renders) == asked + 1
    explorer.receive(look(explorer, whole, 8, ticket=fake.renders[-1].ticket))
    assert explorer.pen.at == 64
    assert (shown(explorer).image.reshape(-1, 3)[:64] == whole.reshape(-1, 3)[:64]).all()


def test_the_pen_goes_in_the_models_own_order_and_skips_what_is_given(qapp: QApplication) -> None:
    backwards = replace(PIXELS, order=tuple(range(COUNT - 1, -1, -1)))
    fake = FakeClient((backwards,))
    explorer = Explorer(fake, draw_seed=lambda: 7)
    fake.listener = explorer.receive
    explorer.models.open(backwards.name)
    explorer.given.begin()
    explorer.given.touch([(SIDE - 1, SIDE - 2)], Hand.KEEP)
    explorer.given.end(Hand.KEEP)
    assert explorer.pen.of == COUNT - 1
    explorer.pen.step()
    assert explorer.pen.at == 1
    assert explorer.pen.cell == (SIDE - 1, SIDE - 3), "the one between them is given"
    part, whole = shown(explorer).image, fake.renders[-1]
    assert whole.recipe.known
    assert (part[SIDE - 1, SIDE - 2 :] != 128).any()
    assert (part[: SIDE - 1] == 128).all()
    explorer.pictures.stop()


def test_other_models_pass_the_pen_by(explorer: Explorer) -> None:
    explorer.models.open(FACES.name)
    explorer.pen.set_pace(0)
    explorer.place.set_direction("smile", 1.0)
    assert explorer.pictures.drawing is Drawing.RESTING
    assert explorer.pen.cell is None
    explorer.pen.step()
    assert shown(explorer).final


# ---------------------------------------------------------------- the given part


def test_a_stroke_is_one_step_and_is_undone(explorer: Explorer, fake: FakeClient) -> None:
    given = explorer.given
    assert given.begin()
    given.touch([(2, 3), (2, 4), (-1, 0), (99, 0)], Hand.PAINT, (200, 10, 10))
    given.touch([(2, 5)], Hand.PAINT, (200, 10, 10))
    assert given.is_drafting
    assert fake.sent_of(KeepPicture) == []
    given.end(Hand.PAINT)
    assert given.count == 3
    assert given.pixels is not None
    assert tuple(given.pixels[2, 4]) == (200, 10, 10, 255)
    recipe = explorer.place.recipe
    assert recipe is not None
    assert recipe.known in fake.kept
    assert fake.rendered()[-1] == recipe
    explorer.edits.undo()
    assert explorer.given.count == 0
    explorer.edits.redo()
    assert explorer.given.count == 3


def test_keep_takes_what_is_drawn_and_erase_takes_away(explorer: Explorer) -> None:
    given, image = explorer.given, shown(explorer).image
    given.begin()
    given.touch([(4, 4), (4, 5)], Hand.KEEP)
    given.end(Hand.KEEP)
    assert given.pixels is not None
    assert (given.pixels[4, 4:6, :3] == image[4, 4:6]).all()
    given.begin()
    given.touch([(4, 4)], Hand.ERASE)
    given.end(Hand.ERASE)
    assert given.count == 1
    given.begin()
    given.touch([(4, 5)], Hand.ERASE)
    given.end(Hand.ERASE)
    assert explorer.place.recipe is not None
    assert explorer.place.recipe.known == "", "nothing given is no given part"


def test_what_is_not_drawn_yet_is_never_given(explorer: Explorer, fake: FakeClient) -> None:
    fake.held = True
    whole = np.maximum(shown(explorer).image, 129)
    explorer.receive(look(explorer, whole, 40, ticket=500))
    explorer.given.begin()
    explorer.given.touch([(2, 7), (2, 8), (9, 9)], Hand.KEEP)
    explorer.given.end(Hand.KEEP)
    assert explorer.given.count == 1, "40 pixels end with the eighth of the third row"
    explorer.given.keep_upper_half()
    assert explorer.given.count == 40


def test_an_abandoned_stroke_changes_nothing(explorer: Explorer, fake: FakeClient) -> None:
    explorer.given.begin()
    explorer.given.touch([(1, 1)], Hand.PAINT)
    explorer.given.abandon()
    explorer.given.end(Hand.PAINT)
    assert explorer.given.count == 0
    assert explorer.edits.undoable is None or explorer.edits.undoable.label != "Paint"


def test_a_place_whose_given_part_is_not_at_hand_asks_for_it(explorer: Explorer, fake: FakeClient) -> None:
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[:3] = 255
    fake.kept["b" * 32] = pixels
    recipe = explorer.place.recipe
    assert recipe is not None
    explorer.models.go_to(replace(recipe, known="b" * 32), "Picture")
    assert explorer.given.count == 48
    explorer.models.go_to(replace(recipe, known="c" * 32), "Picture")
    assert explorer.given.count == 0, "it is lost: the drawing tells so"


def test_what_comes_too_late_to_guide_is_known(explorer: Explorer) -> None:
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[:8] = 255
    assert not explorer.pen.sees_too_late(pixels)
    assert explorer.pen.sees_too_late(pixels[::-1])


def test_models_that_draw_as_a_whole_say_why_not(explorer: Explorer) -> None:
    explorer.models.open(FACES.name)
    assert "as a whole" in explorer.given.why_not()
    assert not explorer.given.begin()
    assert "how likely each pixel" in explorer.surprise.why_not()
    explorer.surprise.show(True)
    assert not explorer.surprise.is_shown


# ---------------------------------------------------------------- questions


def test_one_question_at_a_time_and_then_the_newest(explorer: Explorer, fake: FakeClient) -> None:
    explorer.surprise.show(True)
    assert explorer.surprise.bits is not None
    fake.held = True
    for column in range(6):
        explorer.surprise.point((3, column))
    asked = [command for command in fake.sent if isinstance(command, TellPixel)]
    assert [command.column for command in asked] == [0]
    fake.held = False
    fake.answer()
    asked = [command for command in fake.sent if isinstance(command, TellPixel)]
    assert [command.column for command in asked] == [0, 5]
    assert explorer.surprise.told is not None
    assert explorer.surprise.told.column == 5


def test_a_pixel_that_is_held_stays_and_is_asked_again_of_the_next_picture(
    explorer: Explorer, fake: FakeClient
) -> None:
    surprise = explorer.surprise
    surprise.show(True)
    surprise.point((3, 3))
    surprise.hold((3, 3))
    surprise.point((9, 9))
    assert surprise.cell == (3, 3)
    before = len(fake.sent_of(MeasureBits))
    explorer.place.randomise()
    assert len(fake.sent_of(MeasureBits)) == before + 1
    assert surprise.told is not None
    assert (surprise.told.row, surprise.told.column) == (3, 3)
    surprise.hold((3, 3))
    assert surprise.held is None


def test_held_out_pictures_are_measured_left_off_and_refused(explorer: Explorer, fake: FakeClient) -> None:
    surprise = explorer.surprise
    surprise.show(True)
    surprise.measure_held_out()
    surprise.measure_held_out()
    assert len(fake.sent_of(MeasureHeldOut)) == 1
    surprise.cancel_held_out()
    assert fake.last(Cancel).ticket == fake.last(MeasureHeldOut).ticket
    fake.refuse(MeasureHeldOut, Problem(code="stopped", sentence="Stopped."))
    assert not surprise.is_measuring
    assert surprise.held_out_problem == ""
    surprise.measure_held_out()
    fake.refuse(MeasureHeldOut, Problem(code="no-data", sentence="It does not say which pictures."))
    assert surprise.held_out_problem == "It does not say which pictures."
    surprise.measure_held_out()
    found = HeldOutMeasured(model=PIXELS.fingerprint, data="Glyphs", bits_per_dim=(0.1, 0.2, 0.4))
    fake.say_to(MeasureHeldOut, found)
    assert surprise.held_out is not None
    assert surprise.held_out.share_below(0.3) == pytest.approx(2 / 3)
    explorer.models.open(FACES.name)
    assert surprise.held_out is None
