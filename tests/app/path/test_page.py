"""The page of paths on a fake engine: hands to the store, the store to the widgets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.flows.finding import MIME, place_content
from app.path.page import PathPage
from app.path.player import Player
from app.path.transport import TransportBar
from app.path.words import FILMS
from app.store.kept.settings import FILM_KIND, FILM_RATE
from engine.protocol.answers import RecipeRead
from engine.protocol.made import WalkPlanned
from engine.protocol.requests import Encode, ExportWalk, PlanWalk, ReadRecipe
from engine.protocol.values import Recipe
from engine.protocol.walks import Easing, Film, Keyframe, Walk, Way
from tests.app.conftest import Desk
from tests.app.fake_engine import FACES

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> Iterator[PathPage]:
    page = PathPage(desk)
    page.resize(1200, 740)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    yield page
    page.player.pause()


def add_places(desk: Desk, count: int) -> None:
    for seed in range(count):
        desk.explorer.place.set_seed(seed)
        desk.explorer.paths.add()


def seeds(desk: Desk) -> list[int]:
    return [keyframe.recipe.seed for keyframe in desk.explorer.paths.walk.keyframes]


def dropped(page: PathPage, content: QMimeData, x: float = 500.0) -> None:
    event = QDropEvent(QPointF(x, 40), Qt.DropAction.CopyAction, content, LEFT, Qt.KeyboardModifier.NoModifier)
    page.timeline.dropEvent(event)


def test_an_empty_page_says_what_belongs_here_and_offers_it(page: PathPage, desk: Desk) -> None:
    assert page.empty.isVisible()
    assert not page.timeline.isVisible()
    assert not page.side.export_button.isEnabled()
    assert "two keyframes" in page.side.export_button.toolTip()
    assert page.empty.button is not None
    QTest.mouseClick(page.empty.button, LEFT)
    assert len(seeds(desk)) == 1
    assert page.timeline.isVisible()


def test_the_button_adds_the_current_place_and_undo_takes_it_back(page: PathPage, desk: Desk) -> None:
    add_places(desk, 2)
    desk.explorer.place.set_seed(77)
    QTest.mouseClick(page.bar.add, LEFT)
    assert seeds(desk) == [0, 1, 77]
    assert [key.isVisible() for key in page.timeline.keys] == [True] * 3
    assert all(key.image() is not None for key in page.timeline.keys)
    desk.explorer.edits.undo()
    assert seeds(desk) == [0, 1]
    assert [key.isVisible() for key in page.timeline.keys] == [True, True, False]
    desk.explorer.edits.redo()
    assert seeds(desk) == [0, 1, 77]


def test_scrubbing_on_the_ruler_shows_the_frame_of_that_moment(page: PathPage, desk: Desk) -> None:
    add_places(desk, 3)
    timeline, paths = page.timeline, desk.explorer.paths
    QTest.mouseClick(timeline, LEFT, pos=QPoint(round(timeline.x_of(1.5)), 8))
    assert page.player.seconds == pytest.approx(1.5, abs=0.02)
    frame = paths.frames[paths.frame_at(page.player.seconds)]
    shown = desk.explorer.boards.stage("path").picture
    assert shown is not None
    assert shown.recipe == frame
    image = page.stage.image()
    assert image is not None
    assert (image == shown.image).all()


def test_a_click_on_a_keyframe_chooses_it_and_goes_there(page: PathPage, desk: Desk) -> None:
    add_places(desk, 3)
    QTest.mouseClick(page.timeline.keys[1], LEFT)
    assert page.timeline.selected_index() == 1
    assert page.player.seconds == 1.5
    assert page.side.seconds.isVisible()
    page.side.seconds.setFocus()
    page.side.seconds.selectAll()
    QTest.keyClicks(page.side.seconds, "2.5")
    QTest.keyClick(page.side.seconds, Qt.Key.Key_Return)
    assert desk.explorer.paths.walk.keyframes[1].seconds == 2.5
    page.side.easing.setCurrentIndex(1)
    page.side.easing.activated.emit(1)
    assert desk.explorer.paths.walk.keyframes[1].easing is Easing.GENTLE


def test_keys_reorder_duplicate_and_delete(page: PathPage, desk: Desk) -> None:
    add_places(desk, 3)
    keys = page.timeline.keys
    keys[0].setFocus()
    QTest.keyClick(keys[0], Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert seeds(desk) == [1, 0, 2]
    QTest.keyClick(keys[1], Qt.Key.Key_D)
    assert seeds(desk) == [1, 0, 0, 2]
    QTest.keyClick(keys[0], Qt.Key.Key_Delete)
    assert seeds(desk) == [0, 0, 2]
    for _ in range(3):
        desk.explorer.edits.undo()
    assert seeds(desk) == [0, 1, 2]


def test_a_keyframe_is_dragged_to_another_place_in_the_order(page: PathPage, desk: Desk) -> None:
    add_places(desk, 3)
    key, last = page.timeline.keys[0], page.timeline.keys[2]
    start = key.rect().center()
    end = key.mapFromGlobal(last.mapToGlobal(QPoint(last.width(), 20)))
    QTest.mousePress(key, LEFT, pos=start)
    QTest.mouseMove(key, start + QPoint(20, 0))
    QTest.mouseMove(key, end)
    QTest.mouseRelease(key, LEFT, pos=end)
    assert seeds(desk) == [1, 2, 0]
    assert page.timeline.selected_index() == 2


def test_a_handle_makes_a_way_longer_in_one_step(page: PathPage, desk: Desk) -> None:
    add_places(desk, 3)
    timeline = page.timeline
    at = timeline.handle_at(0).toPoint()
    QTest.mousePress(timeline, LEFT, pos=at)
    for x in (20, 60):
        QTest.mouseMove(timeline, at + QPoint(x, 0))
    assert not desk.fake.last(PlanWalk).compare, "other ways are not measured while a hand moves"
    QTest.mouseRelease(timeline, LEFT, pos=at + QPoint(60, 0))
    longer = desk.explorer.paths.walk.keyframes[0].seconds
    assert longer > 1.5
    assert desk.fake.last(PlanWalk).compare
    desk.explorer.edits.undo()
    assert desk.explorer.paths.walk.keyframes[0].seconds == 1.5


def test_nothing_below_moves_when_a_keyframe_is_chosen(page: PathPage, desk: Desk) -> None:
    """The ways went down by 60 pixels, from under the pointer."""
    add_places(desk, 3)
    page.side.set_index(-1)
    page.side.settle()
    assert page.side.hint.isVisible()
    stood_at = page.side.ways.mapTo(page, QPoint()).y()
    page.side.set_index(0)
    page.side.settle()
    assert page.side.seconds.isVisible()
    assert page.side.ways.mapTo(page, QPoint()).y() == stood_at


def test_ways_stand_side_by_side_and_one_is_chosen(page: PathPage, desk: Desk) -> None:
    add_places(desk, 2)
    rows = page.side.ways.rows
    assert rows[Way.EVEN].figure() == "1.00 ×"
    assert rows[Way.SPLINE].figure() > "1.00 ×"
    QTest.mouseClick(rows[Way.EVEN], LEFT)
    assert desk.explorer.paths.walk.way is Way.EVEN
    assert page.plot is not None
    assert list(page.plot.drawn(Way.EVEN)) == [1.0, 1.0, 1.0]
    QTest.mouseClick(page.bar.norm, LEFT)
    assert list(page.plot.drawn(Way.EVEN)) == [8.0, 7.0, 8.0]
    desk.explorer.edits.undo()
    assert rows[Way.SLERP].isChecked()


def test_the_loop_is_a_step_too(page: PathPage, desk: Desk) -> None:
    add_places(desk, 2)
    QTest.mouseClick(page.side.loop, LEFT)
    assert desk.explorer.paths.walk.closed
    assert desk.explorer.paths.walk.seconds == 3.0
    desk.explorer.edits.undo()
    assert not desk.explorer.paths.walk.closed
    assert not page.side.loop.isChecked()


def test_time_passes_wraps_in_a_loop_and_stops_at_an_open_end() -> None:
    player, heard = Player(), []
    player.moved.connect(heard.append)
    player.set_length(3.0, closed=True)
    player.advance(2.0)
    player.advance(2.0)
    assert player.seconds == pytest.approx(1.0)
    player.set_length(3.0, closed=False)
    player.play()
    assert player.is_playing
    player.advance(9.0)
    assert player.seconds == 3.0
    assert not player.is_playing
    player.play()
    assert player.seconds == 0.0
    player.pause()
    player.set_length(1.0, closed=False)
    assert player.seconds == 0.0


def test_space_plays_and_leaving_the_page_stops(page: PathPage, desk: Desk) -> None:
    add_places(desk, 2)
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Space)
    assert page.player.is_playing
    assert page.bar.play.accessibleName() == "Pause"
    page.hide()
    assert not page.player.is_playing


def test_a_place_dragged_within_the_window_needs_no_file(page: PathPage, desk: Desk) -> None:
    add_places(desk, 2)
    content = QMimeData()
    content.setData(MIME, place_content(Recipe(model=FACES.fingerprint, seed=9)))
    dropped(page, content, x=page.timeline.keys[1].geometry().left() - 4.0)
    assert seeds(desk) == [0, 9, 1]


def test_places_are_dropped_where_no_timeline_is_yet(page: PathPage, desk: Desk, tmp_path: Path) -> None:
    """The empty page says so; a file over the picture is the window's, which opens it."""
    content, strange = QMimeData(), QMimeData()
    content.setData(MIME, place_content(Recipe(model=FACES.fingerprint, seed=9)))
    strange.setUrls([QUrl.fromLocalFile(str(tmp_path / "me.jpg"))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier

    def entered(what: QMimeData, y: int) -> bool:
        event = QDragEnterEvent(QPoint(300, y), copy, what, LEFT, none)
        event.ignore()
        page.dragEnterEvent(event)
        return event.isAccepted()

    low = page.bar.mapTo(page, QPoint()).y() + 60
    assert not page.timeline.isVisible()
    assert entered(content, 40)
    assert entered(strange, low)
    assert not entered(strange, 40)
    page.dropEvent(QDropEvent(QPointF(300, low), copy, content, LEFT, none))
    assert seeds(desk) == [9]
    page.dropEvent(QDropEvent(QPointF(300, 40), copy, strange, LEFT, none))
    assert desk.fake.last(ReadRecipe).path == tmp_path / "me.jpg", "what came in below and went up is opened"
    assert seeds(desk) == [9]
    session = QMimeData()
    session.setUrls([QUrl.fromLocalFile(str(tmp_path / "mine.zsession"))])
    assert not entered(session, low), "no picture: the window takes it"


def test_a_picture_of_ours_becomes_a_keyframe_and_a_strangers_is_encoded(
    page: PathPage, desk: Desk, tmp_path: Path
) -> None:
    add_places(desk, 1)
    own = Recipe(model=FACES.fingerprint, seed=44, app="0.1")
    desk.fake.recipes["own.png"] = RecipeRead(path="own.png", recipes=(own,), columns=1, source="faces")
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("own.png", "me.jpg")])
    dropped(page, content)
    assert seeds(desk) == [0, 44, 0]
    assert desk.explorer.paths.walk.keyframes[2].recipe.point is not None
    assert desk.explorer.place.recipe is not None
    assert desk.explorer.place.recipe.seed == 0, "a dropped picture is no place to go to"
    assert desk.told == []


def test_a_model_without_an_encoder_refuses_a_picture_with_the_reason(
    page: PathPage, desk: Desk, tmp_path: Path
) -> None:
    from dataclasses import replace

    from engine.protocol.answers import ModelOpened
    from engine.protocol.values import Capability

    gan = replace(FACES, fingerprint="a" * 64, name="gan", capabilities=(Capability.DECODE,))
    desk.fake.open = gan
    desk.fake.say(ModelOpened(source="gan", model=gan))
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(tmp_path / "me.jpg"))])
    dropped(page, content)
    assert desk.fake.sent_of(Encode) == []
    assert "has no encoder" in desk.told[-1]
    assert "me.jpg" in desk.told[-1]


def test_export_asks_where_and_sends_what_was_chosen(page: PathPage, desk: Desk, tmp_path: Path) -> None:
    add_places(desk, 3)
    desk.settings.put(FILM_RATE, 10)
    desk.dialogs.answer = tmp_path / "loop.webp"
    page.side.film.setCurrentIndex(1)
    page.side.film.activated.emit(1)
    QTest.mouseClick(page.side.export_button, LEFT)
    sent = desk.fake.last(ExportWalk)
    assert (sent.film, sent.frames_per_s, sent.scale, sent.path.name) == (Film.WEBP, 10, 4, "loop.webp")
    assert all(keyframe.recipe.app for keyframe in sent.walk.keyframes), "what leaves the window says who drew it"
    assert desk.settings.get(FILM_KIND) == "webp"
    assert desk.told == ["Saved “loop.webp”."]


def test_a_film_strip_has_no_pace(page: PathPage, desk: Desk) -> None:
    add_places(desk, 2)
    strip = list(FILMS).index(Film.STRIP)
    for row, plays in ((strip, False), (0, True)):
        page.side.film.setCurrentIndex(row)
        page.side.film.activated.emit(row)
        assert page.side.rate.isEnabled() is plays
        assert ("does not play" in page.side.rate.toolTip()) is not plays


def test_figures_and_film_are_never_those_of_another_path(page: PathPage, desk: Desk) -> None:
    """While the even way of a new path was measured, the old one's speeds and pictures stood under its keyframes."""
    add_places(desk, 2)
    rows = page.side.ways.rows
    assert rows[Way.SLERP].figure()
    desk.explorer.paths.set_way(Way.EVEN)
    desk.fake.held = True
    desk.explorer.paths.wander()
    asked, paths = desk.fake.last(PlanWalk), desk.explorer.paths
    frames = tuple(keyframe.recipe for keyframe in asked.walk.keyframes)
    paths.receive(WalkPlanned(model=FACES.fingerprint, frames=frames, reached=(), final=False, ticket=asked.ticket))
    assert not rows[Way.SLERP].figure()
    assert not paths.looks
    drawn = [recipe.seed for recipe in desk.fake.rendered_in("path.film")]
    assert {frame.seed for frame in frames} <= set(drawn)


def test_a_path_is_saved_and_opened_again(page: PathPage, desk: Desk, tmp_path: Path) -> None:
    add_places(desk, 3)
    walk = desk.explorer.paths.walk
    desk.dialogs.answer = tmp_path / "w.json"
    QTest.mouseClick(page.side.save_button, LEFT)
    assert json.loads((tmp_path / "w.json").read_text())["version"] == 1
    QTest.mouseClick(page.bar.clear, LEFT)
    assert seeds(desk) == []
    QTest.mouseClick(page.side.open_button, LEFT)
    assert desk.explorer.paths.walk == walk
    (tmp_path / "w.json").write_text("{}")
    QTest.mouseClick(page.side.open_button, LEFT)
    assert "not a path" in desk.told[-1]


def test_a_random_walk_fills_the_timeline(page: PathPage, desk: Desk) -> None:
    QTest.mouseClick(page.bar.wander, LEFT)
    assert len(set(seeds(desk))) == 5


def test_a_path_of_another_model_is_kept_and_offered(page: PathPage, desk: Desk) -> None:
    strange = Walk(keyframes=(Keyframe(recipe=Recipe(model="0" * 64, seed=1)),) * 2)
    desk.explorer.paths.set_walk(strange)
    assert page.strange.isVisible()
    assert not page.side.export_button.isEnabled()
    desk.explorer.paths.add()
    assert len(seeds(desk)) == 1
    desk.explorer.edits.undo()
    assert desk.explorer.paths.walk == strange


def test_a_model_that_draws_pixel_by_pixel_says_why_there_is_no_path(page: PathPage, desk: Desk) -> None:
    desk.explorer.models.open("glyphs")
    assert not page.bar.add.isEnabled()
    assert "no places" in page.bar.add.toolTip()
    assert not desk.explorer.paths.add()


def test_no_word_of_the_bar_is_cut_in_a_small_window(qtbot: QtBot) -> None:
    bar = TransportBar()
    qtbot.addWidget(bar)
    bar.resize(900, 40)
    with qtbot.waitExposed(bar):
        bar.show()
    assert bar.add.text() == "Add current place"
    buttons = (bar.add, bar.wander, bar.clear, bar.norm, bar.places)
    for is_distance in (False, True):
        bar.show_norm(is_distance=is_distance)
        bar.resize(560, 40)
        qtbot.waitUntil(lambda: all(button.width() >= button.sizeHint().width() for button in buttons))
        assert bar.add.accessibleName() == "Add current place"
        bar.resize(900, 40)
        assert bar.norm.text() == ("Graph: distance" if is_distance else "Graph: speed")


def test_in_a_large_window_the_gallery_has_the_room_that_the_picture_needs_not(page: PathPage, desk: Desk) -> None:
    """A picture of 64 pixels stood in eleven hundred of grey."""
    page.resize(2480, 1340)
    QApplication.processEvents()
    assert page.stage.width() <= 8 * 64 + 60
    assert page.gallery.width() > page.stage.width()
    page.resize(900, 560)
    QApplication.processEvents()
    assert page.gallery.width() >= 110
