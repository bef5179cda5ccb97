"""The keyboard's way through the window: nothing steals it, all can be reached, and one sees where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractAnimation, QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.controls.focus import move_focus, reading_order
from app.look import theme
from app.program import Program
from app.shell.rail import PageButton
from app.store.notices import Level
from engine.protocol.requests import Train
from tests.pages import explore


class WindowWatch(QObject):
    """Writes down every window that appears: a part that is shown before it has a parent flashes as one."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(type(watched).__name__)
        return False


@pytest.fixture
def watch(qapp: QApplication) -> Iterator[WindowWatch]:
    watch = WindowWatch()
    qapp.installEventFilter(watch)
    yield watch
    qapp.removeEventFilter(watch)


def test_only_the_window_itself_ever_shows_as_a_window(
    qtbot: QtBot, watch: WindowWatch, open_program: Callable[..., Program], tmp_path: Path
) -> None:
    """A flash costs the eye a start, and the window its keyboard."""
    program = open_program()
    window, explorer = program.window, program.explorer
    program.show_page("train")
    explorer.runs.start(Train(family="vae", data="bundled:faces", out=tmp_path / "run", name="my cats", config=()))
    program.client.take_steps(3)  # type: ignore[attr-defined]
    explorer.runs.stop()
    program.show_page("explore")
    explorer.models.open("glyphs")
    explorer.models.open("faces")
    explore(window).sliders.all_z.set_open(True)
    track = explore(window).sliders.look.rows["smile"].track
    QTest.keyClick(track, Qt.Key.Key_Return)
    for tab in range(2):
        explore(window).tray.set_tab(tab)
    program.board.post("Something to read.")
    qtbot.waitUntil(lambda: bool(window.notices.shown))
    assert watch.seen == ["MainWindow"]


def named(widget: QWidget) -> str:
    return widget.accessibleName() or str(getattr(widget, "text", str)())


def walk(program: Program, key: Qt.Key) -> list[QWidget]:
    """Press Tab until the keyboard is back where it began."""
    seen: list[QWidget] = []
    now = QApplication.focusWidget()
    while now is not None and now not in seen:
        seen.append(now)
        QTest.keyClick(now, key)
        now = QApplication.focusWidget()
    assert now is seen[0], "it went round"
    return seen


def is_settled(window: QWidget) -> bool:
    """Sections that slide open and curves that are drawn at a tick are there."""
    slides = any(one.state() == QAbstractAnimation.State.Running for one in window.findChildren(QAbstractAnimation))
    waits = any(timer.isActive() and timer.isSingleShot() for timer in window.findChildren(QTimer))
    return not slides and not waits


@pytest.fixture(params=["explore", "train", "running"])
def at_keyboard(
    request: pytest.FixtureRequest, qtbot: QtBot, open_program: Callable[..., Program], tmp_path: Path
) -> Program:
    """A program whose window has the keyboard, on one of its pages, with all there is to reach."""
    program = open_program()
    with qtbot.waitActive(program.window):
        program.window.activateWindow()
    program.show_page("explore" if request.param == "explore" else "train")
    if request.param == "explore":
        program.explorer.place.set_direction("smile", 1.0)
        program.explorer.place.set_raw(3, 1.0)
        explore(program.window).sliders.all_z.set_open(True)
        explore(program.window).sliders.filter_edit.setText("0–5")
    if request.param == "running":
        train = Train(family="vae", data="bundled:faces", out=tmp_path / "run", name="my cats", config=())
        program.explorer.runs.start(train)
        program.client.take_steps(3)  # type: ignore[attr-defined]
        program.board.post("Something to read.", Level.PROBLEM)
    qtbot.waitUntil(lambda: is_settled(program.window))
    return program


def test_tab_goes_round_in_the_order_one_reads_and_back(at_keyboard: Program) -> None:
    window = at_keyboard.window
    stops = reading_order(window)
    stops[0].setFocus(Qt.FocusReason.TabFocusReason)
    assert [named(widget) for widget in walk(at_keyboard, Qt.Key.Key_Tab)] == [named(widget) for widget in stops]
    stops[0].setFocus(Qt.FocusReason.TabFocusReason)
    back = walk(at_keyboard, Qt.Key.Key_Backtab)
    assert back == [stops[0], *reversed(stops[1:])]
    assert named(stops[0]) == "Explore", "the rail comes first"
    assert all(named(widget) for widget in stops), [type(widget).__name__ for widget in stops if not named(widget)]
    tops = {named(widget): widget.mapTo(window, widget.rect().topLeft()) for widget in stops}
    for name, then in (("Smile", "Glasses"), ("Picture", "Smile"), ("Name of the run", "Start training")):
        if name in tops and then in tops:
            assert list(tops).index(name) < list(tops).index(then)


@pytest.mark.parametrize("scheme", [theme.Scheme.DARK, theme.Scheme.LIGHT])
def test_one_sees_where_the_keyboard_is(qapp: QApplication, at_keyboard: Program, scheme: theme.Scheme) -> None:
    """Each stop looks different with the keyboard than without, in both themes, at its own place."""
    theme.apply(qapp, scheme)
    window = at_keyboard.window
    blind = []
    stops = reading_order(window)
    stops[-1].setFocus(Qt.FocusReason.TabFocusReason)
    for stop in stops:
        if QApplication.focusWidget() is not stop:
            move_focus(window, forward=True)
        assert QApplication.focusWidget() is stop
        qapp.processEvents()
        place = stop.rect().translated(stop.mapTo(window, stop.rect().topLeft()))
        there = window.grab(place).toImage()
        stop.clearFocus()
        if window.grab(place).toImage() == there:
            blind.append(named(stop))
        stop.setFocus(Qt.FocusReason.TabFocusReason)
    assert blind == []


def test_a_page_opened_by_mouse_shows_no_ring_until_tab(qtbot: QtBot, program: Program) -> None:
    """The keyboard waits at the page; the first Tab goes to its first control, and there is the ring."""
    window = program.window
    with qtbot.waitActive(window):
        window.activateWindow()
    explore(window).canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    for name, first in (("mode.train", "train"), ("mode.explore", "")):
        button = window.findChild(PageButton, name)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        page = window.stack.currentWidget()
        now = QApplication.focusWidget()
        assert now is (page if first else explore(window).canvas)
        assert now is not None
        QTest.mouseMove(window.status_bar)
        QApplication.processEvents()
        shown = window.grab().toImage()
        now.clearFocus()
        assert window.grab().toImage() == shown, "nothing shows where it is"
        now.setFocus(Qt.FocusReason.MouseFocusReason)
        if first:
            QTest.keyClick(now, Qt.Key.Key_Tab)
            assert QApplication.focusWidget() is reading_order(page)[0]


def test_a_page_left_from_the_rail_leaves_the_keyboard_there(qtbot: QtBot, program: Program) -> None:
    with qtbot.waitActive(program.window):
        program.window.activateWindow()
    button = program.window.findChild(PageButton, "mode.train")
    assert button is not None
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert program.window.page_id == "train"
    assert QApplication.focusWidget() is button
