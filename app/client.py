"""EngineClient: commands out, one typed signal in. The only file that knows there is a thread."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, get_args

from PySide6.QtCore import QObject, Qt, Signal, Slot

from engine.protocol.answers import Encoded, Event, Failed, ModelOpened, Rendered, Stopped
from engine.protocol.requests import CancelRender, Command, Render, Request, Shutdown
from engine.protocol.values import Problem, Recipe, View


class Inbox(Protocol):
    """Where commands wait: `engine.serving.mailbox.Mailbox`, latest-wins per view for renders."""

    def put(self, command: Command) -> None: ...


class Serve(Protocol):
    """`engine.serving.worker.serve`: blocks until Shutdown."""

    def __call__(self, mailbox: Any, emit: Callable[[Event], None], *, home: Path, device: str) -> None: ...


class EngineClient(QObject):
    """Starts the engine thread, hands out tickets, and passes on only answers that still matter.

    An answer is stale when a newer one of the same view was already passed on, when the view was cancelled
    since, or when its model is no longer open. An answer to an older request is *not* stale while the newer one
    is still being drawn: else nothing would move during a drag.
    """

    event_received = Signal(object)
    _arrived = Signal(object)

    def __init__(
        self,
        *,
        home: Path,
        device: str = "auto",
        serve: Serve | None = None,
        inbox: Inbox | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._home = home
        self._device = device
        self._serve = serve
        self._inbox = inbox if inbox is not None else _mailbox()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._said_stopped = threading.Event()
        self._ticket = 0
        self._oldest_wanted: dict[View, int] = {}
        self._open_model = ""
        # The engine's threads emit; the queue of the window's thread delivers, in order.
        self._arrived.connect(self._on_engine_arrived, Qt.ConnectionType.QueuedConnection)

    @property
    def is_running(self) -> bool:
        """True while the engine thread lives."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the engine thread; commands sent earlier are answered when it is up."""
        if self._thread is None and not self._stopping:
            self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
            self._thread.start()

    def render(self, view: View, recipe: Recipe, progressive: bool = False) -> int:
        """Ask for a picture and return its ticket; only the newest request of a view waits."""
        return self.send(Render(view=view, ticket=self.next_ticket(), recipe=recipe, progressive=progressive))

    def next_ticket(self) -> int:
        """A number for a request whose answer somebody waits for: taken before, so that no answer comes too soon."""
        self._ticket += 1
        return self._ticket

    def cancel(self, view: View) -> None:
        """Forget what a view asked for."""
        self._oldest_wanted[view] = self._ticket + 1
        self.send(CancelRender(view=view))

    def send(self, command: Command) -> int:
        """Hand a command to the engine; a request that has no ticket yet gets one. Returns it, 0 for other commands."""
        if isinstance(command, get_args(Request)) and not command.ticket:
            command = replace(command, ticket=self.next_ticket())
        if not self._stopping:
            self._inbox.put(command)
        return getattr(command, "ticket", 0)

    def stop(self, deadline_s: float = 4.0) -> bool:
        """Shut the engine down and wait for its thread; False if it is still inside something at the deadline."""
        if not self._stopping:
            self._inbox.put(Shutdown())
            self._stopping = True
        if self._thread is not None:
            until = time.monotonic() + deadline_s
            while self._thread.is_alive() and time.monotonic() < until:
                self._thread.join(min(0.1, deadline_s))
        return not self.is_running

    def _run(self) -> None:
        """The engine thread. Whatever goes wrong becomes a Failed; the last word is always Stopped."""
        clean = False
        try:
            serve = self._serve if self._serve is not None else _engine_serve()
            serve(self._inbox, self._emit, home=self._home, device=self._device)
            clean = True
        except BaseException as error:
            self._emit(Failed(command=None, problem=_engine_problem(error)))
        finally:
            if not self._said_stopped.is_set():
                self._emit(Stopped(clean=clean))

    def _emit(self, event: Event) -> None:
        if isinstance(event, Stopped):
            self._said_stopped.set()
        self._arrived.emit(event)

    @Slot(object)
    def _on_engine_arrived(self, event: Event) -> None:
        if isinstance(event, ModelOpened):
            self._open_model = event.model.fingerprint
            self._oldest_wanted.clear()
        elif isinstance(event, Rendered):
            if event.model != self._open_model or event.ticket < self._oldest_wanted.get(event.view, 0):
                return
            self._oldest_wanted[event.view] = event.ticket
        elif isinstance(event, Encoded) and event.model != self._open_model:
            return
        self.event_received.emit(event)


def _mailbox() -> Inbox:
    from engine.serving.mailbox import Mailbox  # stdlib only: commands may wait before torch is there

    return Mailbox()


def _engine_serve() -> Serve:
    from engine.serving.worker import serve  # imports torch: only ever on the engine thread

    return serve


def _engine_problem(error: BaseException) -> Problem:
    missing = isinstance(error, ImportError)
    words = "is not installed completely" if missing else "stopped after an error"
    return Problem(
        code="engine-missing" if missing else "engine-stopped",
        sentence=f"The engine {words}: {str(error) or type(error).__name__}. Please start Zscape again.",
        details="".join(traceback.format_exception(error)),
    )
