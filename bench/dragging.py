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
from app.controls.bipolar_slider import BipolarSlider
from app.explore.canvas import Canvas
from app.shell.window import MainWindow
from engine.protocol.answers import Evaluated, Evaluating, Event, Exported, ExportProgressed, Failed, Progressed
from engine.protocol.requests import Cancel, Evaluate, ExportGrid, Request
from engine.protocol.values import CANVAS, Recipe, View

EVENT_EVERY_MS = 16
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
        at = QPointF(x, y)
        none = Qt.MouseButton.NoButton
        left = Qt.MouseButton.LeftButton
        button = none if kind is QEvent.Type.MouseMove else left
        held = none if kind is QEvent.Type.MouseButtonRelease else left
        event = QMouseEvent(kind, at, QPointF(track.mapToGlobal(at)), button, held, Qt.KeyboardModifier.NoModifier)
        self._began = time.perf_counter()
        QApplication.sendEvent(track, event)

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
