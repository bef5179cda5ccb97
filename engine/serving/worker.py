"""The engine thread: commands in, events out, and between them one step of all that is under way; the render lane
beside it.

The only place of the program, with the render lane, where torch runs while a window is open.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from engine.disk.kept import kept_at
from engine.machine import devices
from engine.machine.warm import warm_up
from engine.protocol.answers import ModelOpened, Stopped
from engine.protocol.requests import (
    Cancel,
    CancelRender,
    Command,
    OpenModel,
    Ordered,
    PauseTraining,
    Render,
    Shutdown,
    StopTraining,
    TakeAxes,
)
from engine.serving.agenda import Agenda, Emit
from engine.serving.lane import RenderLane
from engine.serving.mailbox import Mailbox
from engine.serving.opening import Opening
from engine.serving.shown import Shown

if TYPE_CHECKING:
    from engine.serving.desk import Desk

SOON_S, FIRST_S, PAINT_S = 0.1, 1.0, 0.05
"""After a model is opened: until somebody asks for its picture, until that is drawn, until it is painted."""
REST_S = 0.01
"""How long a turn waits for a command when nothing is under way but a run that pauses."""


def serve(mailbox: Mailbox, emit: Emit, *, home: Path, device: str = "auto") -> None:
    """Answer commands until Shutdown; every command that raises becomes Failed, and the thread survives."""
    Engine(mailbox, emit, home=home, device=device).run()


class Engine:
    """One engine, two lanes, one policy."""

    def __init__(self, mailbox: Mailbox, emit: Emit, *, home: Path, device: str) -> None:
        self._mailbox = mailbox
        self._emit = emit
        self._home = home
        self._device, self._note = devices.choose_near(device)
        self._shown = Shown(mailbox.axes_taken, kept_at(home))
        self._opening = Opening(home, self._device.torch)
        self._agenda = Agenda(emit)
        self._desk: Desk | None = None
        self._leaving = False
        self._warm = False
        self._lane = RenderLane(mailbox, self._shown.opened, emit)

    # ------------------------------------------------------------ the thread

    def run(self) -> None:
        threads = devices.training_threads(window_open=True)
        lane = self._start_lane() if self._device.two_lanes else None
        torch.set_num_threads(threads)
        devices.lower_priority()
        self._emit(devices.ready(self._device, threads, self._note))
        while not self._leaving or self._agenda:
            self._turn(one_lane=lane is None)
        self._mailbox.close()
        if lane is not None:
            lane.join()
        self._emit(Stopped(clean=True))

    def _start_lane(self) -> threading.Thread:
        def run() -> None:
            torch.set_num_threads(1)
            self._lane.run()

        lane = threading.Thread(target=run, name="render-lane", daemon=True)
        lane.start()
        return lane

    def _turn(self, *, one_lane: bool) -> None:
        """One command, and one step of all that is under way; where one lane serves both, also one render."""
        command = self._mailbox.next_command(self._patience_s, or_render=one_lane)
        if command is not None:
            self._take(command)
        elif not self._agenda and not self._warm and self._mailbox.idle and self._shown.opened() is not None:
            self._warm = True
            warm_up(self._device.torch)
        if one_lane:
            self._lane.serve_one()
        self._agenda.advance()

    @property
    def _patience_s(self) -> float | None:
        """How long to wait for a command: not at all while something is under way."""
        if not self._agenda:
            return None if self._warm else 0.2
        rests = self._desk is not None and self._desk.rests
        return REST_S if rests and not self._leaving else 0.0

    # ------------------------------------------------------------ commands

    def _take(self, command: Command) -> None:
        match command:
            case Cancel():
                self._agenda.cancel(command.ticket)
            case StopTraining():
                self._at_desk().finish()
            case PauseTraining():
                self._at_desk().pause(command.paused)
            case Shutdown():
                self._leave()
            case Render() | CancelRender() | TakeAxes():
                raise ValueError("the mailbox keeps these, not among the commands")
            case _:
                try:
                    self._answer(command)
                except Exception as error:
                    self._agenda.fail(command, error)

    def _answer(self, request: Ordered) -> None:
        if isinstance(request, OpenModel):
            self._open(request)
        else:
            self._at_desk().take(request, self._take)

    def _at_desk(self) -> Desk:
        """Who takes everything else, made when the first such request comes."""
        if self._desk is None:
            if self._device.two_lanes and self._shown.opened() is not None:
                self._let_first_picture_go_first()
            from engine.serving.desk import Desk

            self._desk = Desk(
                self._mailbox, self._emit, self._agenda, self._shown, home=self._home, device=self._device.torch
            )
        return self._desk

    def _let_first_picture_go_first(self) -> None:
        """What the desk imports would hold it up, by a fifth of a second and more. Nobody waits for nothing: where no
        picture is asked for soon, or it takes long, the desk comes at once.
        """
        if self._mailbox.is_asked_to_render(SOON_S) and self._lane.has_drawn.wait(FIRST_S):
            time.sleep(PAINT_S)

    def _open(self, request: OpenModel) -> None:
        request = replace(request, source=self._opening.source_of(request))
        if self._desk is not None and self._desk.looks_at(request):
            return
        opened = self._opening.open(request.source)
        were = () if self._desk is None else self._desk.look_away(request, opened)
        self._shown.show(opened)
        self._agenda.answer(request, ModelOpened(source=request.source, model=opened.describe(), axes_were=were))

    def _leave(self) -> None:
        """Checkpoint what trains, keep what is drawn, drop the rest."""
        self._leaving = True
        if self._desk is not None:
            self._desk.leave()
        for going in self._agenda:
            self._agenda.end(going)
