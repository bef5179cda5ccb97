"""The engine's inbox: commands in order, renders latest-wins per view. Standard library only."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque

from engine.protocol.requests import CancelRender, Command, Render, TakeAxes
from engine.protocol.values import CANVAS, View


class Mailbox:
    """Any thread puts; the engine pulls at its own speed, so that no timer is needed to keep up with a drag."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._something_came = threading.Condition(self._lock)
        self._command_came = threading.Condition(self._lock)
        """Apart, so that a drag does not wake whoever waits for commands only: a third thread would want the GIL."""
        self._commands: deque[Command] = deque()
        self._renders: OrderedDict[View, Render] = OrderedDict()
        self._newest: dict[View, int] = {}
        self._cancelled: dict[View, int] = {}
        self._axes_taken = 0
        self._rendered_at = -math.inf
        self._closed = False

    def put(self, command: Command) -> None:
        """Never waits. A render replaces the one of its view that still waits, and keeps its place."""
        with self._lock:
            match command:
                case Render():
                    self._renders[command.view] = command
                    self._newest[command.view] = command.ticket
                    self._rendered_at = time.monotonic()
                case CancelRender():
                    self._renders.pop(command.view, None)
                    self._cancelled[command.view] = self._newest.get(command.view, -1)
                case TakeAxes():
                    self._axes_taken = max(self._axes_taken, command.number)
                case _:
                    self._commands.append(command)
                    self._command_came.notify_all()
            self._something_came.notify_all()

    def next_command(self, timeout: float | None = None, *, or_render: bool = False) -> Command | None:
        """The oldest command, or None after `timeout` seconds (or when a render waits, where one lane serves both)."""
        came = self._something_came if or_render else self._command_came
        with self._lock:
            came.wait_for(lambda: bool(self._commands) or self._closed or (or_render and bool(self._renders)), timeout)
            return self._commands.popleft() if self._commands else None

    def next_render(self, timeout: float | None = None) -> Render | None:
        """Canvases first, then the view that waits longest; None after `timeout` or when closed."""
        with self._lock:
            self._something_came.wait_for(lambda: bool(self._renders) or self._closed, timeout)
            if not self._renders:
                return None
            for view in self._renders:
                if view.panel == CANVAS.panel:
                    return self._renders.pop(view)
            return self._renders.popitem(last=False)[1]

    def is_asked_to_render(self, within_s: float) -> bool:
        """Whether anybody has asked for a picture, or does so in so many seconds."""
        with self._lock:
            return self._something_came.wait_for(lambda: bool(self._newest) or self._closed, within_s)

    def axes_taken(self) -> int:
        """The number of the survey of a run that learns which the window took last: all renders after it follow it."""
        with self._lock:
            return self._axes_taken

    def superseded(self, render: Render) -> bool:
        """Whether somebody asked for something newer in this view, or no longer wants it."""
        with self._lock:
            return self._closed or render.view in self._renders or render.ticket <= self._cancelled.get(render.view, -1)

    def canvas_waits(self) -> bool:
        """Whether a canvas wants a picture: thumbnails that draw slowly give way."""
        with self._lock:
            return any(view.panel == CANVAS.panel for view in self._renders)

    def waiting(self, *kinds: type[Command]) -> bool:
        """Whether a command of one of these kinds waits; long work asks this to know if it is still wanted."""
        with self._lock:
            return any(isinstance(command, kinds) for command in self._commands)

    def quiet_s(self) -> float:
        """For how long nobody has asked for a picture: work that can wait lets a hand on a slider go first."""
        with self._lock:
            return time.monotonic() - self._rendered_at

    @property
    def idle(self) -> bool:
        """Nothing waits."""
        with self._lock:
            return not self._commands and not self._renders

    def close(self) -> None:
        """Wake everybody; the render lane leaves."""
        with self._lock:
            self._closed = True
            self._renders.clear()
            self._command_came.notify_all()
            self._something_came.notify_all()

    @property
    def closed(self) -> bool:
        with self._lock:
            return self._closed
