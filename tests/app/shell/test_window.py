"""The whole window on a fake engine: hands, keys, drops, the session, and what happens when things go wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.explore.grid_overlay import GridOverlay
from app.look import theme
from app.look.images import Scaling, from_qimage, to_qimage
from app.program import Program
from app.shell.actions import ActionId
from app.shell.farewell import parting_words
from app.shell.window import LEAST_PX
from app.shell.window_events import Veil
from app.store.kept.first_picture import FILE as LAST_PICTURE
from app.store.kept.home_lock import TAKEN
from app.store.kept.settings import OWN_FOLDERS, THEME, TOLD_KEPT
from app.store.learning.run_state import RunState
from app.store.notices import Level
from app.store.recipes import SliderKind
from app.store.shown.pictures import Drawing
from engine.disk import files
from engine.protocol.answers import Failed, RecipeRead
from engine.protocol.requests import ListDatasets, ListFamilies, OpenModel, StopTraining, Train
from engine.protocol.values import CANVAS, Capability, Problem, Recipe
from tests.app.conftest import FakeDialogs, running_children
from tests.app.fake_engine import FACES, GLYPHS, FakeEngine, drawn
from tests.pages import explore

LEFT = Qt.MouseButton.LeftButton
Open = Callable[..., Program]


def engine_of(program: Program) -> FakeEngine:
    assert isinstance(program.client, FakeEngine)
    return program.client


def part(program: Program, name: str) -> QWidget:
    widget = program.window.findChild(QWidget, name)
    assert widget is not None, name
    return widget


# ---------------------------------------------------------------- start


def test_every_name_that_scripts_rely_on_is_there(program: Program) -> None:
    for name in (
        "canvas",
        "sliders",
        "gallery",
        "randomise",
        "undo",
        "redo",
        "export",
        "train.open",
        "mode.explore",
        "mode.train",
        "page.explore",
        "notices",
    ):
        part(program, name)
    for direction in FACES.directions:
        part(program, f"attribute.{direction.name}")
    for axis in FACES.axes:
        part(program, f"slider.{axis.index}")


def test_the_engine_starts_once_the_window_is_painted(open_program: Open, qtbot: QtBot) -> None:
    engine = FakeEngine()
    program = open_program(engine, show=False)
    assert not engine.is_started
    program.window.show()
    qtbot.waitUntil(lambda: engine.is_started)
    assert type(engine.sent[0]) is OpenModel
    assert program.explorer.models.model == FACES
    qtbot.waitUntil(lambda: bool(program.explorer.runs.families))
    program.start()
    assert len(engine.sent_of(OpenModel)) == 1


class SlowEngine(FakeEngine):
    """Opens its first model when it is told to."""

    def start(self) -> None:
        self.is_started = True


@pytest.mark.parametrize("reason", ["the first picture", "another page"])
def test_lists_wait_for_the_first_picture_or_for_somebody_who_turns_to_them(
    open_program: Open, qtbot: QtBot, reason: str
) -> None:
    """What trains, lists and measures is imported with the first list: it would delay the picture by half a second."""
    engine = SlowEngine()
    program = open_program(engine)
    assert not engine.sent_of(ListFamilies)
    assert not engine.sent_of(ListDatasets)
    if reason == "another page":
        program.show_page("library")
    else:
        engine.held = False
        engine.answer()
        qtbot.waitUntil(lambda: program.explorer.pictures.picture is not None)
        qtbot.waitUntil(lambda: bool(engine.sent_of(ListFamilies)))
    assert len(engine.sent_of(ListFamilies)) == 1
    assert len(engine.sent_of(ListDatasets)) == 1
    program.show_page("train")
    assert len(engine.sent_of(ListFamilies)) == 1


def test_a_picture_stands_there_before_the_engine_does(open_program: Open, home: Path) -> None:
    picture = drawn(Recipe(model=FACES.fingerprint, seed=7))
    to_qimage(picture).save(str(home / LAST_PICTURE))
    canvas = explore(open_program(show=False).window).canvas
    assert canvas.accessibleDescription() == "Starting…"
    canvas.set_enlarging(Scaling.PIXELS, 8)
    whole = from_qimage(canvas.grab().toImage())  # grabbing lays it out
    frame = canvas.frame()
    times = frame.width() // picture.shape[1]
    assert times > 1
    bottom = whole[frame.bottom(), frame.left() : frame.right() + 1]
    assert np.array_equal(bottom, picture[-1].repeat(times, 0))


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"text"])
def test_a_broken_last_picture_is_no_picture(open_program: Open, home: Path, content: bytes) -> None:
    (home / LAST_PICTURE).write_bytes(content)
    (home / "session.json").write_text(json.dumps({"version": 1, "source": "glyphs"}))
    assert explore(open_program(show=False).window).canvas.frame().isEmpty()


# ---------------------------------------------------------------- hands and keys


def test_keys(program: Program, qtbot: QtBot) -> None:
    window, explorer = program.window, program.explorer
    start = explorer.place.recipe
    qtbot.keyClick(window, Qt.Key.Key_R)
    assert explorer.place.recipe != start
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert explorer.place.recipe == start
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert explorer.place.recipe != start
    qtbot.keyClick(window, Qt.Key.Key_F)
    assert explorer.favourites.has_place


def test_letters_typed_into_a_field_do_nothing_else(program: Program, qtbot: QtBot) -> None:
    start = program.explorer.place.recipe
    seed = part(program, "seed")
    seed.setFocus()
    qtbot.keyClicks(seed, "rfbg")
    assert program.explorer.place.recipe == start
    assert not program.explorer.favourites.has_place
    assert not program.explorer.place.is_before


def test_b_is_held_to_see_before(program: Program, qtbot: QtBot) -> None:
    explorer = program.explorer
    explorer.place.set_direction("smile", 1.0)
    canvas = explore(program.window).canvas
    canvas.setFocus()
    QTest.keyPress(canvas, Qt.Key.Key_B)
    assert explorer.place.is_before
    assert explorer.pictures.picture is not None
    assert explorer.pictures.picture.recipe.directions == ()
    QTest.keyRelease(canvas, Qt.Key.Key_B)
    assert not explorer.place.is_before
    assert explorer.pictures.picture.recipe == explorer.place.recipe


def test_before_ends_when_the_window_is_left(program: Program, qtbot: QtBot) -> None:
    program.explorer.place.set_direction("smile", 1.0)
    QTest.keyPress(explore(program.window).canvas, Qt.Key.Key_B)
    QApplication.sendEvent(program.window, QEvent(QEvent.Type.WindowDeactivate))
    assert not program.explorer.place.is_before


def test_a_slider_dragged_by_the_mouse_ends_where_it_was_let_go(program: Program, qtbot: QtBot) -> None:
    slider = part(program, "attribute.smile")
    track = next(child for child in slider.findChildren(QWidget) if "Track" in type(child).__name__)
    middle = track.rect().center()
    history = len(program.explorer.history.entries)
    qtbot.mousePress(track, LEFT, pos=middle)
    for step in range(1, 30):
        qtbot.mouseMove(track, middle + QPoint(step, 0))
    qtbot.mouseRelease(track, LEFT, pos=middle + QPoint(29, 0))
    explorer = program.explorer
    assert explorer.place.recipe is not None
    assert dict(explorer.place.recipe.directions)["smile"] > 0
    assert len(explorer.history.entries) == history + 1, "one drag is one step"
    assert explorer.pictures.picture is not None
    assert explorer.pictures.picture.recipe == explorer.place.recipe
    explorer.edits.undo()
    assert explorer.place.recipe.directions == ()


def test_the_theme_is_switched_live(program: Program, qapp: QApplication) -> None:
    actions = program.window.actions_table
    actions[ActionId.THEME, theme.Scheme.LIGHT].trigger()
    assert not theme.tokens().dark
    actions[ActionId.THEME, theme.Scheme.DARK].trigger()
    assert theme.tokens().dark


def test_it_fits_the_smallest_window(program: Program, qtbot: QtBot) -> None:
    window = program.window
    window.resize(*LEAST_PX)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == LEAST_PX)
    for name in ("canvas", "sliders", "export", "randomise", "seed", "train.open"):
        widget = part(program, name)
        box = widget.rect().translated(widget.mapTo(window, QPoint(0, 0)))
        assert window.rect().contains(box), name
    assert explore(window).canvas.width() >= 400


# ---------------------------------------------------------------- drops and grids


def dragged(*paths: Path) -> QMimeData:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return content


def drop(program: Program, content: QMimeData) -> bool:
    window = program.window
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(400, 300), copy, content, LEFT, none)
    QApplication.sendEvent(window, enter)
    if not enter.isAccepted():
        return False
    assert part(program, "drop.hint").isVisible()
    QApplication.sendEvent(window, QDropEvent(QPointF(400, 300), copy, content, LEFT, none))
    assert part(program, "drop.hint").isHidden()
    return True


def test_a_model_dropped_on_the_window_opens(program: Program, home: Path) -> None:
    path = home / "digits.zscape"
    engine_of(program).models[str(path)] = GLYPHS
    assert drop(program, dragged(path))
    assert program.explorer.models.model == GLYPHS


def test_a_folder_that_was_opened_is_there_again_after_a_restart(open_program: Open, home: Path) -> None:
    """It was forgotten, while the run that had begun with it was offered."""
    cats = home / "my cats"
    cats.mkdir()
    first = open_program()
    first.opening.train_on(cats)
    assert first.settings.get(OWN_FOLDERS) == (str(cats),)
    first.window.close()
    again = open_program()
    again.show_page("train")
    card = part(again, f"data.{cats}")
    assert "900 pictures" in card.accessibleDescription()
    QTest.mouseClick(part(again, f"forget.{cats}"), LEFT)
    assert again.settings.get(OWN_FOLDERS) == ()
    assert again.window.findChild(QWidget, f"forget.{cats}") is None or not part(again, f"forget.{cats}").isVisible()


def test_a_folder_of_pictures_dropped_is_something_to_train_on(program: Program, home: Path, qtbot: QtBot) -> None:
    (home / "cats").mkdir()
    (home / "run").mkdir()
    (home / "run" / "run.json").write_text("{}")
    with qtbot.waitSignal(program.opening.folder_brought) as blocker:
        assert drop(program, dragged(home / "cats"))
    assert blocker.args == [home / "cats"]
    assert program.window.page_id == "train"
    assert drop(program, dragged(home / "run"))
    assert engine_of(program).sent_of(OpenModel)[-1] == OpenModel(source=str(home / "run"))


def test_the_modes_change_by_rail_and_keys(program: Program, qtbot: QtBot) -> None:
    qtbot.mouseClick(part(program, "train.open"), LEFT)
    assert part(program, "page.train").isVisible()
    assert part(program, "train.start").isVisible()
    qtbot.keyClick(program.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert explore(program.window).canvas.isVisible()
    qtbot.keyClick(program.window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert program.window.page_id == "train"


def test_words_dropped_on_the_window_are_refused(program: Program) -> None:
    content = QMimeData()
    content.setText("hello")
    assert not drop(program, content)


def test_the_hint_goes_when_the_drag_leaves(program: Program, home: Path) -> None:
    content = dragged(home / "a.png")
    enter = QDragEnterEvent(QPoint(1, 1), Qt.DropAction.CopyAction, content, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(program.window, enter)
    QApplication.sendEvent(program.window, QDragLeaveEvent())
    assert part(program, "drop.hint").isHidden()


def grid(program: Program, home: Path, count: int = 5) -> tuple[GridOverlay, tuple[Recipe, ...]]:
    cells = tuple(Recipe(model=FACES.fingerprint, seed=k) for k in range(count))
    path = home / "grid.png"
    image = np.concatenate([drawn(cell) for cell in cells[:3]], axis=1)
    read = RecipeRead(path=str(path), recipes=cells, columns=3, source="faces", image=np.concatenate([image, image]))
    engine_of(program).recipes[path.name] = read
    assert drop(program, dragged(path))
    overlay = program.window.findChild(GridOverlay)
    assert overlay is not None
    return overlay, cells


def test_a_click_on_a_dropped_grid_goes_to_the_cell(program: Program, home: Path, qtbot: QtBot) -> None:
    overlay, cells = grid(program, home)
    qtbot.mouseClick(overlay, LEFT, pos=overlay.cell_rect(5).center())
    assert overlay.isVisible(), "an empty cell leads nowhere"
    qtbot.mouseClick(overlay, LEFT, pos=overlay.cell_rect(4).center())
    assert program.explorer.place.recipe == cells[4]
    assert program.window.focusWidget() is explore(program.window).canvas, "no control is ringed that nobody went to"


def test_a_grid_is_walked_by_keys(program: Program, home: Path, qtbot: QtBot) -> None:
    overlay, cells = grid(program, home)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(overlay, key)
    assert overlay.cell == 3
    qtbot.keyClick(overlay, Qt.Key.Key_Return)
    assert program.explorer.place.recipe == cells[3]


def test_escape_leaves_a_grid_and_nothing_changes(program: Program, home: Path, qtbot: QtBot) -> None:
    start = program.explorer.place.recipe
    overlay, _ = grid(program, home)
    with qtbot.waitSignal(overlay.closed):
        qtbot.keyClick(overlay, Qt.Key.Key_Escape)
    assert program.explorer.place.recipe == start


# ---------------------------------------------------------------- trouble


def test_a_bad_model_is_one_notice_and_what_was_open_stays(program: Program) -> None:
    before, picture = program.explorer.place.recipe, program.explorer.pictures.picture
    sentence = "“cats.zscape” is damaged: its data do not match their checksum. Download it again."
    problem = Problem(code="damaged", sentence=sentence, path="/x/cats.zscape", details="Traceback …")
    program.receive(Failed(command=OpenModel(source="cats"), problem=problem))
    (card,) = program.window.notices.shown
    assert card.accessibleName() == f"Problem: {sentence}"
    assert program.window.notices.isVisible()
    assert (program.explorer.place.recipe, program.explorer.pictures.picture) == (before, picture)
    program.explorer.place.set_direction("smile", 1.0)
    assert program.explorer.pictures.picture is not picture


def test_a_session_whose_model_is_gone_falls_back_to_the_faces(open_program: Open, home: Path) -> None:
    (home / "session.json").write_text(json.dumps({"version": 1, "source": "/gone/cats.zscape"}))
    program = open_program()
    assert program.explorer.models.model == FACES
    assert [notice.sentence for notice in program.board.notices] == ["“cats.zscape” does not exist."]


def test_a_bundled_model_that_is_missing_is_told_once(open_program: Open) -> None:
    program = open_program(FakeEngine(models=()))
    assert program.explorer.models.model is None
    assert len(program.board.notices) == 1
    assert len(engine_of(program).sent_of(OpenModel)) == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[]", b'{"history": 7, "geometry": "big"}'])
def test_a_bad_session_never_prevents_the_start(open_program: Open, home: Path, content: bytes) -> None:
    (home / "session.json").write_bytes(content)
    (home / "settings.json").write_bytes(content)
    program = open_program()
    assert program.explorer.models.model == FACES
    assert len(program.board.notices) <= 2


# ---------------------------------------------------------------- sessions


def test_what_was_open_is_open_again(open_program: Open, home: Path) -> None:
    first = open_program()
    first.explorer.models.open("glyphs")
    first.explorer.models.open("faces")
    first.explorer.place.set_direction("smile", 1.5)
    first.explorer.favourites.toggle()
    explore(first.window).tray.set_tab(1)
    first.window.resize(960, 700)
    recipe, history = first.explorer.place.recipe, first.explorer.history.entries
    first.window.close()
    assert engine_of(first).is_stopped
    second = open_program()
    explorer = second.explorer
    assert explorer.place.recipe == recipe
    assert explorer.history.entries == history
    assert all(entry.thumbnail is not None for entry in explorer.history.entries)
    assert [entry.recipe for entry in explorer.favourites.entries] == [recipe]
    assert explore(second.window).tray.tabs.currentIndex() == 1
    assert (second.window.width(), second.window.height()) == (960, 700)
    glyphs = next(entry for entry in explorer.history.entries if entry.recipe.model == GLYPHS.fingerprint)
    explorer.models.go_to(glyphs.recipe, "History")
    assert explorer.models.model == GLYPHS


def test_a_session_is_kept_under_a_name_and_taken_up_again_as_one_step(open_program: Open, home: Path) -> None:
    first = open_program(folder=home / "hers")
    explorer = first.explorer
    explorer.models.open("glyphs")
    explorer.models.open("faces")
    explorer.place.set_direction("smile", 1.5)
    assert explorer.place.recipe is not None
    explorer.favourites.set_tags(explorer.place.recipe, ("talk",))
    explorer.paths.add()
    explorer.sliders.rename(SliderKind.DIRECTION, "smile", "Grin")
    first.show_page("path")
    kept, place, walk = home / "tuesday.zsession", explorer.place.recipe, explorer.paths.walk
    assert isinstance(first.dialogs, FakeDialogs)
    first.dialogs.answer = kept
    first.window.actions_table[ActionId.SAVE_SESSION].trigger()
    assert "Saved “tuesday.zsession”" in first.board.notices[0].sentence
    assert str(home) not in kept.read_text(encoding="utf-8")

    second = open_program(folder=home / "his")
    theirs = second.explorer
    theirs.models.open("glyphs")
    own = theirs.place.recipe
    assert drop(second, dragged(kept))
    assert theirs.models.model == FACES
    assert theirs.place.recipe == place
    assert theirs.paths.walk == walk
    assert [(entry.recipe, entry.tags) for entry in theirs.favourites.entries] == [(place, ("talk",))]
    assert all(entry.thumbnail is not None for entry in theirs.favourites.entries)
    assert explore(second.window).sliders.look.rows["smile"].label.text() == "Grin"
    assert second.window.page_id == "path"
    visited = [entry.recipe for entry in theirs.history.entries]
    assert {place, own} <= set(visited)
    theirs.edits.undo()
    assert theirs.models.model == GLYPHS
    assert theirs.place.recipe == own
    assert not theirs.paths.walk.keyframes
    assert not theirs.favourites.entries
    theirs.edits.redo()
    assert theirs.place.recipe == place
    assert theirs.paths.walk == walk


def test_what_is_no_session_changes_nothing(program: Program, home: Path) -> None:
    for number, content in enumerate((b"", b"{}", b"[" * 100_000, b'{"format": "zscape-session", "version": 2}')):
        bad = home / f"bad-{number}.zsession"
        bad.write_bytes(content)
        before = program.explorer.edits.value
        assert drop(program, dragged(bad))
        assert program.explorer.edits.value == before
        assert "not a session" in program.board.notices[0].sentence
        program.board.clear()


def test_a_window_left_on_another_screen_comes_back(open_program: Open, home: Path) -> None:
    values = {"version": 1, "geometry": [90_000, -90_000, 1280, 720]}
    (home / "session.json").write_text(json.dumps(values))
    window = open_program().window
    screen = QGuiApplication.primaryScreen().availableGeometry()
    assert screen.intersects(window.geometry())


def test_a_retrained_model_keeps_the_sliders(open_program: Open, home: Path) -> None:
    first = open_program()
    first.explorer.place.set_direction("smile", 1.5)
    first.window.close()
    retrained = replace(FACES, fingerprint="7" * 64)
    second = open_program(FakeEngine(models=(retrained,)))
    assert second.explorer.place.recipe is not None
    assert second.explorer.place.recipe.directions == (("smile", 1.5),)
    assert "was replaced" in second.board.notices[0].sentence


def test_files_that_cannot_be_written_are_told_with_the_way_to_their_folder(
    open_program: Open, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(moment: str, path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    program = open_program()
    monkeypatch.setattr(files, "write_moment", refuse)
    program.settings.put(THEME, "light")
    [notice] = program.board.notices
    assert notice.sentence == "“settings.json” could not be written: you may not write in this folder."
    assert str(home) in notice.report
    assert notice.action is not None
    assert notice.action.label == "Open data folder"


def test_a_second_window_says_so_and_leaves_the_session_to_the_first(open_program: Open, home: Path) -> None:
    first, second = open_program(), open_program()
    assert [notice.sentence for notice in second.board.notices] == [TAKEN]
    first.explorer.place.set_direction("smile", 1.5)
    first.explorer.favourites.toggle()
    kept = first.explorer.place.recipe
    first.window.close()
    second.explorer.place.set_direction("smile", -1.5)
    second.window.close()
    third = open_program()
    assert [entry.recipe for entry in third.explorer.favourites.entries] == [kept]
    assert third.explorer.place.recipe == kept
    assert third.board.notices == ()


def test_a_lock_that_a_dead_program_left_is_taken_over(open_program: Open, home: Path) -> None:
    gone = "import os, sys; from app.store.kept.home_lock import HomeLock; from pathlib import Path"
    subprocess.run(
        [sys.executable, "-c", f"{gone}; lock = HomeLock(Path(sys.argv[1])); os._exit(lock.is_taken)", str(home)],
        check=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert (home / "open.lock").exists(), "it had no time to tidy up"
    assert open_program().board.notices == ()


def test_a_window_closed_before_it_was_shown_changes_no_session(open_program: Open, home: Path) -> None:
    text = json.dumps({"version": 1, "source": "glyphs"})
    (home / "session.json").write_text(text)
    open_program(show=False).window.close()
    assert (home / "session.json").read_text() == text


# ---------------------------------------------------------------- training and the end


def test_training_shows_in_the_status_bar_and_survives_other_modes(program: Program, home: Path) -> None:
    train = Train(family="vae", data="bundled:faces", out=home / "r", name="my cats", config=())
    program.explorer.runs.start(train)
    engine_of(program).take_steps(4)
    assert "my cats" in part(program, "status.run").accessibleName()
    program.explorer.runs.stop()
    assert len(engine_of(program).sent_of(StopTraining)) == 1
    assert "stopped" in part(program, "status.run").accessibleName()


def test_closing_stops_the_engine_and_leaves_nothing_running(program: Program) -> None:
    program.explorer.place.randomise()
    program.window.close()
    assert engine_of(program).is_stopped
    assert running_children(program) == []
    assert running_children(program.window) == []
    assert (program.home / LAST_PICTURE).exists()
    program.receive(Failed(command=None, problem=Problem(code="late", sentence="Too late.")))
    assert program.board.notices == (), "who is gone is told nothing"


@pytest.mark.parametrize("times", [1, 2])
def test_closing_on_a_run_says_that_it_is_kept_and_asks_nothing(
    open_program: Open, home: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """It said nothing, and one wondered."""
    monkeypatch.setattr("app.shell.farewell.LINGER_MS", 1)
    for _ in range(times):
        program = open_program()
        engine = engine_of(program)
        seen: list[tuple[bool, str]] = []
        stop = engine.stop

        def watched(
            deadline_s: float = 5.0,
            *,
            program: Program = program,
            seen: list[tuple[bool, str]] = seen,
            stop: Callable[..., bool] = stop,
        ) -> bool:
            veil = part(program, "farewell")
            assert isinstance(veil, Veil)
            seen.append((veil.isVisible(), veil.words.partition("\n")[0]))
            return stop(deadline_s)

        monkeypatch.setattr(engine, "stop", watched)
        train = Train(family="vae", data="bundled:faces", out=home / "r", name="my cats", config=())
        program.explorer.runs.start(train)
        engine.take_steps(4)
        assert program.window.close()
        assert seen == [(True, "“my cats” is kept as it is now.")]
        assert not program.window.isVisible()
        assert program.settings.get(TOLD_KEPT)


def test_a_run_that_is_over_or_has_not_begun_is_not_spoken_of(program: Program) -> None:
    run = RunState(name="cats", family="vae")
    assert parting_words(None) == parting_words(run) == ""
    assert parting_words(replace(run, run="runs/cats", failure="The disk is full.")) == ""
    assert "cats" in parting_words(replace(run, run="runs/cats", paused=True))
    program.window.close()
    assert program.window.findChild(Veil, "farewell") is None


def test_a_slow_family_can_be_stopped_while_it_draws(program: Program) -> None:
    assert Capability.PROGRESSIVE in GLYPHS.capabilities
    engine = engine_of(program)
    program.explorer.models.open("glyphs")
    whole = program.explorer.pictures.picture
    assert whole is not None
    QTest.keyClick(program.window.rail, Qt.Key.Key_Escape)
    assert engine.cancelled == [], "nothing is being drawn"
    engine.say(replace(whole, final=False, progress=0.3, ticket=whole.ticket + 1))
    QTest.keyClick(program.window.rail, Qt.Key.Key_Escape)
    assert engine.cancelled == [CANVAS]
    explore(program.window).sliders.no_places.pen_button.click()
    assert program.explorer.pictures.drawing is Drawing.RESTING


def test_without_any_model_no_old_picture_stays_and_each_place_says_what_belongs_there(
    qtbot: QtBot, open_program: Callable[..., Program]
) -> None:
    """A picture of the last time under “Starting…” would promise for ever what does not come."""
    program = open_program(FakeEngine(models=()))
    canvas, sliders = explore(program.window).canvas, explore(program.window).sliders
    qtbot.waitUntil(lambda: bool(program.board.notices))
    assert canvas.image() is None
    assert canvas.frame().isEmpty()
    assert canvas.open_button.isVisible()
    assert sliders.no_model.isVisible()
    assert not canvas.accessibleDescription()


def test_the_sentence_of_the_empty_panel_leaves_when_a_model_comes(program: Program) -> None:
    assert program.explorer.models.model is not None
    assert not explore(program.window).sliders.no_model.isVisible()


def test_notices_cover_no_slider_and_escape_closes_the_newest(program: Program, qtbot: QtBot) -> None:
    window = program.window
    for number in range(3):
        program.board.post(f"Problem {number}: " + "many words " * 12, Level.PROBLEM)
    page = explore(window)

    def box(widget: QWidget) -> QRect:
        return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())

    qtbot.waitUntil(lambda: box(page.canvas).contains(box(window.notices)))
    assert not box(window.notices).intersects(box(page.sliders))
    for left in (2, 1, 0, 0):
        qtbot.keyClick(page.canvas, Qt.Key.Key_Escape)
        assert len(window.notices.shown) == left
    assert len(program.board.notices) == 3


def test_a_window_that_is_closed_before_it_was_seen_writes_nothing_later(open_program: Open) -> None:
    """Its session was captured from a window that was gone."""
    program = open_program(show=False)
    program.session.touch()
    program.close()
    assert not program.session._quiet.isActive()
    program.session.touch()
    assert not program.session._quiet.isActive()
