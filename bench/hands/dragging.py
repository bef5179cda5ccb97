"""A hand on a slider: real mouse events at 60 a second, and the time until each is on the canvas."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.client import EngineClient
from app.controls.values.bipolar_slider import BipolarSlider
from app.directions.dialog import DirectionsDialog
from app.explore.canvas import Canvas
from app.explore.page import ExplorePage
from app.path.page import PathPage
from app.shell.window import MainWindow
from engine.protocol.answers import Evaluated, Evaluating, Event, Exported, ExportProgressed, Failed, Progressed
from engine.protocol.requests import Cancel, Evaluate, ExportGrid, Request
from engine.protocol.values import CANVAS, Recipe, View

EVENT_EVERY_MS = 16
SCRUB_EVERY_MS = 8
BESIDE_CELLS = 1024


@dataclass(frozen=True, slots=True)
class Dragged:
    """What one drag measured."""

    latencies_ms: list[float]
    renders: int
    longest_freeze_ms: float


def _canvas_of(window: MainWindow) -> Canvas:
    canvas = window.findChild(Canvas)
    assert canvas is not None
    return canvas


class Drag:
    """Drags the first slider of a window back and forth and listens to its canvas."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._sent: dict[int, float] = {}
        self._latencies_ms: list[float] = []
        self._renders = 0
        self._last_painted = 0
        self.out_of_order = 0
        self.progress: list[tuple[float, Progressed]] = []
        self._began = 0.0
        self.canvas = _canvas_of(window)
        self.canvas.painted.connect(self._on_canvas_painted)
        client = cast(EngineClient, window.shell.client)
        client.event_received.connect(self._on_event)
        self._render = client.render
        client.render = self._on_render  # type: ignore[method-assign]

    # ------------------------------------------------------------ waiting

    def wait(self, until: Callable[[], bool], deadline_s: float) -> None:
        """Run the window's loop until something is so."""
        stop = time.monotonic() + deadline_s
        while not until():
            if time.monotonic() > stop:
                notices = [notice.sentence for notice in self._window.shell.board.notices]
                raise SystemExit(f"bench: the window did not come so far in {deadline_s:.0f} s; it says: {notices}")
            self.wait_s(0.05)

    def wait_s(self, seconds: float) -> None:
        """Run the window's loop for a while."""
        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        loop.exec()

    def is_quiet(self) -> bool:
        """True once the picture of the last request is on the canvas."""
        picture = self._window.shell.explorer.pictures.picture
        return picture is not None and picture.final and picture.ticket == self.canvas.last_painted_ticket

    def images_per_s(self) -> float:
        """Training speed between the first and the last report."""
        (began, first), (ended, last) = self.progress[0], self.progress[-1]
        return (last.images - first.images) / (ended - began) if ended > began else math.nan

    # ------------------------------------------------------------ dragging

    def drag_for(self, seconds: float, reports: int = 0) -> Dragged:
        """Press, move at 60 events a second, release; every event's time to the canvas.

        Goes on until so many reports of training have come, but not for ever.
        """
        track = self._track()
        self._latencies_ms, self._renders, self._sent = [], 0, {}
        width, height = track.width(), track.height()
        self._mouse(track, QEvent.Type.MouseButtonPress, width / 2, height / 2)
        loop, turns, late = QEventLoop(), [time.perf_counter()], [0.0]
        began = time.perf_counter()

        def move() -> None:
            now = time.perf_counter()
            late[0] = max(late[0], 1000 * (now - turns[-1]) - EVENT_EVERY_MS)
            turns.append(now)
            if now - began > (seconds if len(self.progress) >= reports else 10 * seconds):
                timer.stop()
                loop.quit()
                return
            # an irrational pace, so that no two events ask for the same value
            x = width * (0.5 + 0.45 * math.sin(2.71 * (now - began)))
            self._mouse(track, QEvent.Type.MouseMove, x, height / 2)

        timer = QTimer(interval=EVENT_EVERY_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(move)
        timer.start()
        loop.exec()
        self._mouse(track, QEvent.Type.MouseButtonRelease, width / 2, height / 2)
        self.wait(lambda: not self._sent, 20)
        return Dragged(list(self._latencies_ms), self._renders, late[0])

    def _track(self) -> QWidget:
        for name in ("attribute.smile", "slider.0"):
            slider = self._window.findChild(BipolarSlider, name)
            if slider is not None and slider.isVisible():
                return slider.track
        raise SystemExit("bench: the window has no slider to drag.")

    def _mouse(self, track: QWidget, kind: QEvent.Type, x: float, y: float) -> None:
        self._began = time.perf_counter()
        _mouse(track, kind, x, y)

    def _on_render(self, view: View, recipe: Recipe, progressive: bool = False) -> int:
        """What the store asks of the client passes here, so that each ticket is known with its event."""
        ticket = self._render(view, recipe, progressive)
        if view == CANVAS:
            self._sent[ticket] = self._began
        return ticket

    # ------------------------------------------------------------ hearing

    def _on_canvas_painted(self, ticket: int) -> None:
        now = time.perf_counter()
        if ticket < self._last_painted:
            self.out_of_order += 1
        if ticket != self._last_painted:
            self._renders += 1
        self._last_painted = ticket
        for sent in [sent for sent in self._sent if sent <= ticket]:
            self._latencies_ms.append(1000 * (now - self._sent.pop(sent)))

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Progressed):
            self.progress.append((time.perf_counter(), event))


class Everything:
    """All that follows a slider, open at once: its strip, the pad, the window of directions with its meter, a path."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def open(self, drag: Drag) -> None:
        """Open it, and wait until it is drawn."""
        window, explorer = self._window, self._window.shell.explorer
        for seed in (3, 4, 5, 6):
            explorer.paths.add(replace(_place_of(window), seed=seed, point=None))
        window.show_page("path")
        drag.wait(lambda: bool(explorer.paths.frames), 120)
        window.show_page("explore")
        page = window.page("explore")
        assert isinstance(page, ExplorePage)
        page.sliders.look.open("smile" if "smile" in page.sliders.look.rows else next(iter(page.sliders.look.rows)))
        page.sliders.pad_section.set_open(True)
        page.sliders.settle()
        window.shell.show_directions("meter")
        if explorer.meter.matrix is None:
            explorer.meter.measure()
            drag.wait(lambda: explorer.meter.matrix is not None or bool(explorer.meter.trouble), 600)
        drag.wait_s(3.0)

    def close(self) -> None:
        """As it was."""
        window = self._window
        dialog = window.findChild(DirectionsDialog)
        if dialog is not None:
            dialog.close()
        page = window.page("explore")
        assert isinstance(page, ExplorePage)
        page.sliders.look.open("")
        page.sliders.pad_section.set_open(False)
        window.shell.explorer.paths.clear()


def _place_of(window: MainWindow) -> Recipe:
    recipe = window.shell.explorer.place.recipe
    assert recipe is not None
    return recipe


class Scrub:
    """Drags the playhead of a path over its ruler, back and forth, faster than pictures can follow."""

    def __init__(self, window: MainWindow, page: PathPage) -> None:
        self._page = page
        self._stage = window.shell.explorer.boards.stage("path")
        self._last: Recipe | None = None
        self._painted = 0
        page.stage.painted.connect(self._on_stage_painted)

    def scrub_for(self, seconds: float) -> float:
        """Move by two frames at every event; pictures of other moments that reached the screen, a second."""
        page, timeline = self._page, self._page.timeline
        frames = len(page._paths.frames)
        whole = page._paths.walk.seconds
        y, place, way = 8.0, 0.0, 1
        _mouse(timeline, QEvent.Type.MouseButtonPress, timeline.x_of(0.0), y)
        self._painted = 0
        loop, began = QEventLoop(), time.perf_counter()

        def move() -> None:
            nonlocal place, way
            if time.perf_counter() - began > seconds:
                timer.stop()
                loop.quit()
                return
            place += way * 2 / frames
            if not 0.0 <= place <= 1.0:
                way = -way
                place = min(max(place, 0.0), 1.0)
            _mouse(timeline, QEvent.Type.MouseMove, timeline.x_of(place * whole), y)

        timer = QTimer(interval=SCRUB_EVERY_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(move)
        timer.start()
        loop.exec()
        rate = self._painted / (time.perf_counter() - began)
        _mouse(timeline, QEvent.Type.MouseButtonRelease, timeline.x_of(place * whole), y)
        return rate

    def _on_stage_painted(self) -> None:
        picture = self._stage.picture
        if picture is not None and picture.recipe != self._last:
            self._last = picture.recipe
            self._painted += 1


def _mouse(widget: QWidget, kind: QEvent.Type, x: float, y: float) -> None:
    at = QPointF(x, y)
    none = Qt.MouseButton.NoButton
    left = Qt.MouseButton.LeftButton
    button = none if kind is QEvent.Type.MouseMove else left
    held = none if kind is QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, at, QPointF(widget.mapToGlobal(at)), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


class Beside:
    """A grid that is exported and a model that is evaluated, over and over: long work beside a run."""

    def __init__(self, window: MainWindow, folder: Path, data: str) -> None:
        self._window, self._folder, self._data = window, folder, data
        self._client = cast(EngineClient, window.shell.client)
        self._wanted: dict[int, Request] = {}
        self.exported = self.evaluating = 0

    def begin(self) -> None:
        """Ask for both; each is asked for again when it ends."""
        recipe = self._window.shell.explorer.place.recipe
        assert recipe is not None
        cells = tuple(replace(recipe, seed=seed, point=None) for seed in range(BESIDE_CELLS))
        self._client.event_received.connect(self._on_event)
        self._ask(ExportGrid(recipes=cells, columns=32, path=self._folder / "beside.png"))
        self._ask(Evaluate(data=self._data))

    def end(self) -> None:
        """Cancel what is under way."""
        wanted, self._wanted = self._wanted, {}
        for ticket in wanted:
            self._client.send(Cancel(ticket=ticket))

    def _ask(self, request: Request) -> None:
        self._wanted[self._client.send(request)] = request

    def _on_event(self, event: Event) -> None:
        self.exported += isinstance(event, ExportProgressed)
        self.evaluating += isinstance(event, Evaluating)
        if isinstance(event, Failed) and event.ticket in self._wanted:
            raise SystemExit(f"bench: {event.problem.sentence}")
        if isinstance(event, Exported | Evaluated) and (request := self._wanted.pop(event.ticket, None)):
            self._ask(replace(request, ticket=0))
