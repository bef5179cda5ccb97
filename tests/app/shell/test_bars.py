"""Top bar, rail and status bar: hands on them change the state, the state changes them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QToolButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app.look.theme import Scheme
from app.pages import PAGES
from app.shell.actions import ActionId, Actions, Row, table
from app.shell.model_chip import ModelChip
from app.shell.notice_widgets import NoticeList
from app.shell.rail import PageRail
from app.shell.statusbar import StatusBar, rounded_ms, run_words, time_left
from app.shell.topbar import SeedEdit, TopBar
from app.store.engine_status import EngineState, EngineStatus
from app.store.kept.settings import THEME
from app.store.learning.run_state import RunState
from app.store.notices import Level
from app.store.state import Explorer
from engine.protocol.answers import ExportProgressed, Ready
from engine.protocol.scoring import Measure, Measuring
from engine.protocol.values import Recipe, Stop
from tests.app.conftest import Desk
from tests.app.fake_engine import FakeClient

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def actions(desk: Desk) -> Actions:
    return Actions(desk, PAGES, desk)


@pytest.fixture
def bar(desk: Desk, actions: Actions, qtbot: QtBot) -> TopBar:
    bar = TopBar(desk.explorer, actions, ModelChip(desk.explorer, desk.opening, desk.settings, actions))
    qtbot.addWidget(bar)
    bar.resize(960, 44)
    bar.show()
    return bar


def part(bar: QWidget, name: str) -> QPushButton:
    found = bar.findChild(QWidget, name)
    assert isinstance(found, QPushButton | QToolButton)
    return found  # type: ignore[return-value]


# ---------------------------------------------------------------- actions


def test_every_action_is_in_the_table_once_with_its_own_keys(actions: Actions) -> None:
    keyed = [(row.id, row.argument) for row in table(PAGES)]
    assert len(keyed) == len(set(keyed))
    assert {row.id for row in table(PAGES)} == set(ActionId)
    keys = [key.toString() for action in actions for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert all(action.toolTip() for action in actions)


def test_actions_are_off_until_there_is_a_model_and_say_why(
    bare_explorer: Explorer, fake: object, home: object, qtbot: QtBot
) -> None:
    desk = Desk(bare_explorer, fake, home)  # type: ignore[arg-type]
    actions = Actions(desk, PAGES, desk)
    for row in table(PAGES):
        if row.needs_model:
            assert not actions[row.id, row.argument].isEnabled()
            assert "Open a model first" in actions[row.id, row.argument].toolTip()
    desk.explorer.models.open("faces")
    assert all(actions[row.id, row.argument].isEnabled() for row in table(PAGES) if row.needs_model)
    desk.explorer.models.open("glyphs")
    assert "no sliders" in actions[(ActionId.EXPORT_STRIP, 4)].toolTip()


def test_undo_says_what_it_takes_back(desk: Desk, actions: Actions) -> None:
    desk.explorer.place.set_direction("smile", 1.0)
    assert actions[ActionId.UNDO].toolTip() == "Undo Smile (Ctrl+Z)"
    actions[ActionId.UNDO].trigger()
    assert actions[ActionId.REDO].toolTip() == "Redo Smile (Ctrl+Shift+Z)"
    actions[ActionId.REDO].trigger()
    assert desk.explorer.place.recipe is not None
    assert desk.explorer.place.recipe.directions == (("smile", 1.0),)


def test_the_favourite_action_follows_the_place(desk: Desk, actions: Actions) -> None:
    favourite = actions[ActionId.FAVOURITE]
    favourite.trigger()
    assert favourite.text() == "Remove from favourites"
    desk.explorer.place.randomise()
    assert favourite.text() == "Add to favourites"


def test_the_theme_is_chosen_and_shown(desk: Desk, actions: Actions) -> None:
    actions[ActionId.THEME, Scheme.DARK].trigger()
    assert desk.settings.get(THEME) == "dark"
    desk.settings.put(THEME, "light")
    assert actions[ActionId.THEME, Scheme.LIGHT].isChecked()
    assert not actions[ActionId.THEME, Scheme.DARK].isChecked()


@pytest.mark.parametrize("row", table(PAGES), ids=lambda row: f"{row.id}-{row.argument}")
def test_every_action_runs(desk: Desk, actions: Actions, row: Row) -> None:
    desk.dialogs.answer = None
    actions[row.id, row.argument].trigger()


# ---------------------------------------------------------------- top bar


def test_random_and_undo_by_mouse(desk: Desk, bar: TopBar, qtbot: QtBot) -> None:
    start = desk.explorer.place.recipe
    qtbot.mouseClick(part(bar, "randomise"), LEFT)
    assert desk.explorer.place.recipe != start
    qtbot.mouseClick(part(bar, "undo"), LEFT)
    assert desk.explorer.place.recipe == start
    assert not part(bar, "undo").isEnabled()
    qtbot.mouseClick(part(bar, "redo"), LEFT)
    assert desk.explorer.place.recipe != start


def test_the_seed_is_shown_and_typed(desk: Desk, bar: TopBar, qtbot: QtBot) -> None:
    seed = bar.findChild(SeedEdit, "seed")
    assert seed is not None
    assert seed.text() == "1234"
    seed.setFocus()
    seed.selectAll()
    qtbot.keyClicks(seed, "42")
    qtbot.keyClick(seed, Qt.Key.Key_Return)
    assert desk.explorer.place.recipe == Recipe(model=desk.explorer.place.recipe.model, seed=42)  # type: ignore[union-attr]
    seed.setFocus()
    seed.selectAll()
    qtbot.keyClicks(seed, "77")
    qtbot.keyClick(seed, Qt.Key.Key_Escape)
    assert seed.text() == "42"
    desk.explorer.edits.undo()
    assert seed.text() == "1234"
    seed.clear()
    qtbot.keyClick(seed, Qt.Key.Key_Return)
    assert seed.text() == "1234"


@pytest.mark.parametrize("typed", ["-5", "1e99", "4a2", "1.5", "9" * 40, "²"])
def test_what_is_no_seed_is_said_and_changes_nothing(desk: Desk, bar: TopBar, qtbot: QtBot, typed: str) -> None:
    """Characters that fit no seed were left out: −5 became 5, and 1e99 became 199."""
    before = desk.explorer.place.recipe
    bar.seed.setFocus()
    bar.seed.selectAll()
    qtbot.keyClicks(bar.seed, typed)
    assert bar.seed.text() == typed
    qtbot.keyClick(bar.seed, Qt.Key.Key_Return)
    assert desk.explorer.place.recipe == before
    assert bar.seed.property("wrong")
    assert "whole number from 0 to 9" in QToolTip.text()
    qtbot.keyClick(bar.seed, Qt.Key.Key_Escape)
    assert (bar.seed.text(), bar.seed.property("wrong")) == ("1234", False)
    QToolTip.hideText()


def test_a_seed_may_be_grouped_and_is_taken_when_one_goes_elsewhere(desk: Desk, bar: TopBar, qtbot: QtBot) -> None:
    bar.seed.setFocus()
    bar.seed.setText("9\u202f223 372036854775807")
    bar.seed.clearFocus()
    assert desk.explorer.place.recipe is not None
    assert desk.explorer.place.recipe.seed == 2**63 - 1
    bar.seed.setFocus()
    bar.seed.setText("9223372036854775808")
    bar.seed.clearFocus()
    assert bar.seed.text() == "9223372036854775807"


def test_a_found_place_has_no_seed_until_one_is_typed(desk: Desk, bar: TopBar, qtbot: QtBot) -> None:
    assert desk.explorer.models.model is not None
    desk.explorer.models.go_to(Recipe(model=desk.explorer.models.model.fingerprint, point=(0.0,) * 64), "Found")
    assert bar.seed.text() == ""
    assert bar.seed.placeholderText() == "found"
    qtbot.keyClicks(bar.seed, "0")
    qtbot.keyClick(bar.seed, Qt.Key.Key_Return)
    assert desk.explorer.place.recipe is not None
    assert desk.explorer.place.recipe.point is None


def test_before_is_held(desk: Desk, bar: TopBar, qtbot: QtBot) -> None:
    assert not bar.before.isEnabled()
    assert "slider" in bar.before.toolTip()
    desk.explorer.place.set_direction("smile", 1.0)
    qtbot.mousePress(bar.before, LEFT)
    assert desk.explorer.place.is_before
    qtbot.mouseRelease(bar.before, LEFT)
    assert not desk.explorer.place.is_before


def test_export_opens_a_menu_and_does_not_stop_the_window(desk: Desk, bar: TopBar, qtbot: QtBot) -> None:
    qtbot.mouseClick(bar.export, LEFT)
    menu = next(menu for menu in bar.findChildren(QMenu) if menu.isVisible())
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    menu.close()
    grid = next(action.menu() for action in menu.actions() if action.text() == "Gallery as a grid")
    sizes = ["Picture ×1…\t64 px", "Picture ×4…\t256 px", "Picture ×8…\t512 px"]
    assert words == [*sizes, "Make a grid…", "Gallery as a grid", "Slider strip", "Copy picture", "Copy as command"]
    assert bar.export.toolTip() == "Take pictures home (Ctrl+E: this picture)"
    assert isinstance(grid, QMenu)
    assert [action.text() for action in grid.actions()] == ["Grid ×1…", "Grid ×4…", "Grid ×8…"]


def test_the_menu_calls_bundled_models_by_their_names_before_it_has_read_them(desk: Desk, bar: TopBar) -> None:
    chip = bar.findChild(ModelChip)
    assert chip is not None
    assert not desk.explorer.library.title("glyphs-xicfg")
    chip.open_menu()
    words = [action.text() for action in chip.menu.actions()]
    chip.menu.close()
    assert {"Faces, DCGAN", "Glyphs, xICFG", "Faces, pixel by pixel"} <= set(words)


def test_the_chip_lists_models_and_opens_them(desk: Desk, bar: TopBar, qtbot: QtBot, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("app.shell.model_chip.bundled_models", lambda: ("faces", "glyphs"))
    desk.settings.remember_model("/models/a-very-long-name-that-goes-on-and-on-for-ever.zscape")
    chip = bar.findChild(ModelChip)
    assert chip is not None
    qtbot.mouseClick(chip, LEFT)
    menu = next(menu for menu in chip.findChildren(QMenu) if menu.isVisible())
    named: dict[str, QAction] = {action.text(): action for action in menu.actions()}
    assert named["Faces"].isChecked()
    assert "a-very-long-name-that-goes-on-and-on-for-ever" in named
    named["Glyphs"].trigger()
    menu.close()
    assert "Glyphs" in chip.accessibleName()


def test_the_bar_fits_the_smallest_window(bar: TopBar) -> None:
    assert bar.minimumSizeHint().width() <= 960 - 73
    bar.resize(887, 44)
    widgets = [widget for widget in bar.findChildren(QWidget) if widget.parent() is bar and widget.isVisible()]
    edges = sorted((widget.geometry().left(), widget.geometry().right()) for widget in widgets)
    assert all(right < left for (_, right), (left, _) in pairwise(edges))


# ---------------------------------------------------------------- rail


def test_the_rail_changes_pages(desk: Desk, actions: Actions, qtbot: QtBot) -> None:
    rail = PageRail(PAGES, actions)
    qtbot.addWidget(rail)
    rail.show()
    train = rail.findChild(QWidget, "train.open")
    assert train is not None
    qtbot.mouseClick(train, LEFT)
    explore = rail.findChild(QWidget, "mode.explore")
    assert explore is not None
    explore.setFocus()
    qtbot.keyClick(explore, Qt.Key.Key_Space)
    assert desk.asked == ["train", "explore"]


# ---------------------------------------------------------------- status bar


@pytest.fixture
def status(desk: Desk, qtbot: QtBot) -> StatusBar:
    status = StatusBar(desk.explorer, desk.board, desk.settings)
    qtbot.addWidget(status)
    status.resize(1280, 24)
    status.show()
    return status


def text(status: StatusBar, name: str) -> str:
    widget = status.findChild(QWidget, name)
    assert isinstance(widget, QLabel | QPushButton)
    return widget.text()


def test_the_status_bar_tells_engine_and_speed(desk: Desk, status: StatusBar) -> None:
    assert text(status, "status.engine") == "CPU"
    desk.explorer.place.randomise()
    assert text(status, "status.engine") == "CPU · 6 ms"
    status.set_engine(EngineStatus(state=EngineState.STARTING))
    assert text(status, "status.engine") == "Starting…"
    desk.explorer.receive(Ready(device="cuda", device_label="NVIDIA H200", threads=1))
    assert text(status, "status.engine") == "NVIDIA H200 · 6 ms"


def test_the_run_is_one_click_away(desk: Desk, status: StatusBar, qtbot: QtBot) -> None:
    link = part(status, "status.run")
    assert link.isHidden()
    desk.explorer.runs._set_run(
        RunState(run="r", name="my cats", family="vae", stage="", step=41, steps=100, eta_s=700)
    )
    assert link.accessibleName() == "Training “my cats” 41 % · 12 min left"
    with qtbot.waitSignal(status.run_clicked):
        qtbot.mouseClick(link, LEFT)


def test_notices_collect_behind_their_number(desk: Desk, status: StatusBar, qtbot: QtBot) -> None:
    assert part(status, "status.notices").isHidden()
    desk.board.post("One.", Level.PROBLEM)
    assert text(status, "status.notices") == "1 notice"
    desk.board.post("Two.", Level.PROBLEM)
    assert text(status, "status.notices") == "2 notices"
    qtbot.mouseClick(part(status, "status.notices"), LEFT)
    listed = status.window().findChild(NoticeList)
    assert listed is not None
    listed.close()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stage": "Reading pictures", "stage_done": 3, "stage_of": 10}, "“a”: Reading pictures 3 of 10…"),
        (
            {"stage": "Reading pictures", "stage_done": 7400, "stage_of": 12000},
            "“a”: Reading pictures 7\u202f400 of 12\u202f000…",
        ),
        ({"stage": "Building the networks", "stage_done": 0, "stage_of": 1}, "“a”: Building the networks…"),
        ({"stage": "", "step": 1, "steps": 2, "eta_s": 600.0}, "Training “a” 50 % · 10 min left"),
        ({"stage": "", "paused": True, "step": 1, "steps": 2, "eta_s": 600.0}, "Paused “a” 50 %"),
        ({"stopping": True}, "Finishing “a”…"),
        ({"reason": Stop.DIVERGED}, "“a” went off course"),
        ({"failure": "x"}, "“a” could not begin"),
        ({"failure": "x", "stopping": True}, "“a” stopped"),
        ({"failure": "x", "step": 9}, "“a” could not go on"),
    ],
)
def test_runs_in_words(changes: dict[str, object], words: str) -> None:
    assert run_words(RunState(name="a", family="vae", **changes)) == words  # type: ignore[arg-type]


def test_a_run_s_name_is_no_path() -> None:
    assert run_words(RunState(name="cats/dogs", family="vae", stopping=True)) == "Finishing “cats/dogs”…"


@pytest.mark.parametrize(
    ("changes", "progress"),
    [
        ({"stage": "Reading pictures", "stage_done": 3, "stage_of": 10}, 0.3),
        ({"stage": "Building the networks", "stage_of": 1}, 0.0),
        ({"stage": "", "step": 1, "steps": 2}, 0.5),
        ({"stage": "Surveying what was learned", "stage_of": 1, "step": 2, "steps": 2}, 1.0),
    ],
)
def test_the_bar_tells_how_far_the_words_beside_it_are(
    desk: Desk, qtbot: QtBot, changes: dict[str, object], progress: float
) -> None:
    status = StatusBar(desk.explorer, desk.board, desk.settings)
    qtbot.addWidget(status)
    desk.explorer.runs.run_changed.emit(RunState(name="a", family="vae", **changes))  # type: ignore[arg-type]
    assert part(status, "status.run").bar.value() == round(1000 * progress)


def test_what_is_measured_is_told_from_every_page_and_is_one_click_away(
    desk: Desk, status: StatusBar, fake: FakeClient, qtbot: QtBot
) -> None:
    link, scores = part(status, "status.measuring"), desk.explorer.scores
    assert link.isHidden()
    scores.look()
    fake.held = True
    scores.set_data("bundled:faces")
    scores.choose(("faces", "faces-dcgan"))
    scores.measure()
    ticket = fake.last(Measure).ticket
    shares = []
    for place, source, what, done in ((0, "faces", "Sampling pictures", 250), (1, "faces-dcgan", "Reading", 0)):
        fake.say(Measuring(source=source, place=place, models=2, what=what, done=done, of=500, ticket=ticket))
        shares.append(link.bar.value())
        assert link.accessibleName().startswith(f"Measuring {place + 1} of 2, “")
    assert 0 < shares[0] < 500 <= shares[1] < 1000
    with qtbot.waitSignal(status.measuring_clicked):
        qtbot.mouseClick(link, LEFT)
    fake.answer()
    assert link.isHidden()


def test_what_ends_an_export_looks_like_a_button_and_fits_the_bar(desk: Desk, qtbot: QtBot) -> None:
    status = StatusBar(desk.explorer, desk.board, desk.settings)
    qtbot.addWidget(status)
    status.resize(960, status.height())
    status.show()
    for line in (status.export, status.drawing):
        line.set_progress(ExportProgressed(path="a-gallery-of-a-name-with-forty-letters.png", done=1, of=24))
        button, ground = line.cancel_button, line.palette().window().color()
        qtbot.waitUntil(lambda b=button: b.height() > 0)
        assert button.mapTo(status, button.rect().topLeft()).y() >= 0
        assert button.mapTo(status, button.rect().bottomLeft()).y() < status.height()
        drawn = button.grab().toImage()
        assert drawn.pixelColor(drawn.width() // 2, 3) != ground


def test_numbers_in_words() -> None:
    assert [rounded_ms(ms) for ms in (0.42, 6.2, 999, 2100)] == ["0.4 ms", "6 ms", "999 ms", "2.1 s"]
    assert [time_left(s) for s in (0, 12.4, 720, 9000)] == ["", "12 s left", "12 min left", "2.5 h left"]
    assert time_left(float("inf")) == time_left(float("nan")) == ""


def test_the_menu_lists_models_that_draw_and_no_judges() -> None:
    from app.shell.model_chip import bundled_models
    from engine.disk.bundled import bundled_model, bundled_names
    from engine.families import JUDGES
    from engine.opened.checkpoints import load_model

    listed = bundled_models()
    assert listed[0] == "faces"
    for name in bundled_names():
        assert (name in listed) == (load_model(bundled_model(name)).family.name not in JUDGES), name
