"""The client against an engine that is a function: stale answers, closed models, errors, the end."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.client import EngineClient, Serve
from engine.protocol.answers import Encoded, Event, Failed, ModelOpened, Ready, Rendered, Stopped
from engine.protocol.requests import CancelRender, Command, OpenModel, Render, Shutdown
from engine.protocol.values import CANVAS, Recipe, View
from tests.app.fake_engine import FACES, drawn
from tests.patience import PATIENCE_S

Emit = Callable[[Event], None]


class Letters:
    """A mailbox that keeps every command."""

    def __init__(self) -> None:
        self.queue: queue.Queue[Command] = queue.Queue()

    def put(self, command: Command) -> None:
        self.queue.put(command)


def answer(command: Render, **changes: object) -> Rendered:
    return replace(
        Rendered(
            view=command.view,
            ticket=command.ticket,
            model=command.recipe.model,
            image=drawn(command.recipe, 8),
            point=None,
            final=True,
            progress=1.0,
            render_ms=1.0,
            recipe=command.recipe,
        ),
        **changes,  # type: ignore[arg-type]
    )


class Desk:
    """A client, what it passed on, and a hand on the engine's side: `script` runs there until Shutdown."""

    def __init__(self, home: Path, serve: Serve | None = None) -> None:
        self.letters = Letters()
        self.heard: list[Event] = []
        self.threads: set[int] = set()
        self.client = EngineClient(home=home, device="cpu", serve=serve or self.serve, inbox=self.letters)
        self.client.event_received.connect(self._on_client_event)
        self.script: Callable[[Command, Emit], None] = lambda command, emit: None
        self.options: tuple[Path, str] | None = None

    def serve(self, mailbox: Letters, emit: Emit, *, home: Path, device: str) -> None:
        self.options = (home, device)
        emit(Ready(device=device, device_label="CPU", threads=1))
        while not isinstance(command := mailbox.queue.get(), Shutdown):
            self.script(command, emit)

    def _on_client_event(self, event: Event) -> None:
        self.threads.add(threading.get_ident())
        self.heard.append(event)

    def pictures(self) -> list[Rendered]:
        return [event for event in self.heard if isinstance(event, Rendered)]


@pytest.fixture
def desk(qapp: object, home: Path) -> Iterator[Desk]:
    desk = Desk(home)
    yield desk
    assert desk.client.stop(PATIENCE_S)


RECIPE = Recipe(model=FACES.fingerprint)


def until(qtbot: QtBot, desk: Desk, kind: type, count: int = 1) -> None:
    qtbot.waitUntil(lambda: sum(isinstance(event, kind) for event in desk.heard) >= count)


def test_events_arrive_in_order_on_the_window_s_thread(desk: Desk, qtbot: QtBot, home: Path) -> None:
    desk.script = lambda command, emit: emit(ModelOpened(source="faces", model=FACES))
    desk.client.send(OpenModel(source="faces"))
    desk.client.start()
    until(qtbot, desk, ModelOpened)
    assert [type(event) for event in desk.heard] == [Ready, ModelOpened]
    assert desk.threads == {threading.get_ident()}
    assert desk.options == (home, "cpu")


def test_out_of_order_answers_are_dropped_but_a_drag_still_moves(desk: Desk, qtbot: QtBot) -> None:
    asked: list[Render] = []

    def script(command: Command, emit: Emit) -> None:
        if isinstance(command, OpenModel):
            emit(ModelOpened(source="faces", model=FACES))
        elif isinstance(command, Render):
            asked.append(command)
            if len(asked) == 4:
                for k in (0, 2, 1, 3, 0):
                    emit(answer(asked[k]))
                emit(answer(asked[0], view=View("gallery", "", 1)))
                emit(Stopped(clean=True))

    desk.script = script
    desk.client.send(OpenModel(source="faces"))
    tickets = [desk.client.render(CANVAS, replace(RECIPE, seed=k)) for k in range(4)]
    desk.client.start()
    until(qtbot, desk, Stopped)
    shown = [picture.ticket for picture in desk.pictures() if picture.view == CANVAS]
    assert shown == [tickets[0], tickets[2], tickets[3]]
    assert tickets == sorted(tickets)
    assert [picture.ticket for picture in desk.pictures() if picture.view != CANVAS] == [tickets[0]]


def test_a_picture_that_grows_arrives_piece_by_piece(desk: Desk, qtbot: QtBot) -> None:
    def script(command: Command, emit: Emit) -> None:
        if isinstance(command, OpenModel):
            emit(ModelOpened(source="faces", model=FACES))
        elif isinstance(command, Render):
            for progress in (0.3, 0.6, 1.0):
                emit(answer(command, progress=progress, final=progress == 1.0))

    desk.script = script
    desk.client.send(OpenModel(source="faces"))
    desk.client.render(CANVAS, RECIPE, progressive=True)
    desk.client.start()
    until(qtbot, desk, Rendered, 3)
    assert [picture.final for picture in desk.pictures()] == [False, False, True]


def test_answers_of_closed_models_and_cancelled_views_are_dropped(desk: Desk, qtbot: QtBot) -> None:
    other = replace(FACES, fingerprint="0" * 64)

    def script(command: Command, emit: Emit) -> None:
        if isinstance(command, Render):
            emit(answer(command))
            emit(ModelOpened(source="faces", model=FACES))
            emit(answer(command))
            emit(answer(command, model=other.fingerprint))
            emit(Encoded(path="a.png", model=other.fingerprint, point=(), distance=0.0, percentile=None))
        elif isinstance(command, CancelRender):
            emit(answer(Render(view=CANVAS, ticket=1, recipe=RECIPE)))
            emit(Stopped(clean=True))

    desk.script = script
    desk.client.render(CANVAS, RECIPE)
    desk.client.start()
    until(qtbot, desk, Rendered)
    desk.client.cancel(CANVAS)
    until(qtbot, desk, Stopped)
    assert [type(event) for event in desk.heard] == [Ready, ModelOpened, Rendered, Stopped]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RuntimeError("out of luck"), "engine-stopped"),
        (ModuleNotFoundError("No module named 'torch'"), "engine-missing"),
        (SystemExit(3), "engine-stopped"),
    ],
)
def test_an_exception_in_the_engine_thread_is_told(home: Path, qtbot: QtBot, error: BaseException, code: str) -> None:
    def serve(mailbox: object, emit: Emit, *, home: Path, device: str) -> None:
        raise error

    desk = Desk(home, serve)
    desk.client.start()
    until(qtbot, desk, Stopped)
    failed, stopped = desk.heard
    assert isinstance(failed, Failed)
    assert failed.problem.code == code
    assert str(error) in failed.problem.sentence
    assert "Traceback" in failed.problem.details or "SystemExit" in failed.problem.details
    assert stopped == Stopped(clean=False)
    assert desk.client.stop(PATIENCE_S)


def test_stop_says_when_the_deadline_is_missed(home: Path, qtbot: QtBot) -> None:
    release = threading.Event()

    def serve(mailbox: object, emit: Emit, *, home: Path, device: str) -> None:
        release.wait()

    desk = Desk(home, serve)
    desk.client.start()
    assert not desk.client.stop(0.05)
    assert desk.client.is_running
    release.set()
    assert desk.client.stop(PATIENCE_S)
    assert not desk.client.is_running


def test_nothing_is_sent_after_the_end(home: Path, qapp: object) -> None:
    desk = Desk(home)
    assert desk.client.stop(0.1), "never started: nothing to wait for"
    desk.client.render(CANVAS, RECIPE)
    desk.client.start()
    assert not desk.client.is_running
    assert desk.letters.queue.get_nowait() == Shutdown()
    assert desk.letters.queue.empty()
