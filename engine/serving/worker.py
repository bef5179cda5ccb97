"""The engine thread: commands in, events out, training between them; the render lane beside it.

The only place of the program, with the render lane, where torch runs while a window is open.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import assert_never

import torch

import engine.datasets.catalogue as catalogue
from engine import families
from engine.datasets.decode import read_picture
from engine.datasets.formats.paths import DEFAULT_SIZE
from engine.datasets.making.preview import preview_set
from engine.datasets.making.sets import draw_set
from engine.datasets.making.shelf import illustrated
from engine.disk.bundled import find_model
from engine.disk.files import ZscapeError
from engine.disk.problems import problem_of
from engine.families.schema import picture_size
from engine.machine import devices
from engine.machine.warm import warm_up
from engine.opened.export import export_grid, export_picture, read_png_memory
from engine.opened.finding import model_of, remember
from engine.opened.model import Session, open_session
from engine.protocol.answers import (
    ConfigChecked,
    DatasetsListed,
    DrawablesListed,
    Encoded,
    Event,
    Exported,
    ExportProgressed,
    Failed,
    FamiliesListed,
    ModelOpened,
    Preparing,
    Ready,
    RecipeRead,
    Stopped,
)
from engine.protocol.requests import (
    CancelExport,
    CancelRender,
    CheckConfig,
    Command,
    DrawSet,
    Encode,
    ExportGrid,
    ExportPicture,
    ListDatasets,
    ListDrawables,
    ListFamilies,
    OpenModel,
    PauseTraining,
    PreviewSet,
    ReadRecipe,
    Render,
    Shutdown,
    StopDrawing,
    StopTraining,
    Train,
)
from engine.serving.lane import RenderLane
from engine.serving.mailbox import Mailbox
from engine.training.loop import Control, Job, train

Emit = Callable[[Event], None]


def serve(mailbox: Mailbox, emit: Emit, *, home: Path, device: str = "auto") -> None:
    """Answer commands until Shutdown; every command that raises becomes Failed, and the thread survives."""
    Engine(mailbox, emit, home=home, device=device).run()


class Engine:
    """One engine, two lanes, one policy."""

    def __init__(self, mailbox: Mailbox, emit: Emit, *, home: Path, device: str) -> None:
        self._mailbox = mailbox
        self._emit = emit
        self._home = home
        self._device = devices.choose(device)
        self._session: Session | None = None
        self._going: dict[str, Generator[Event | None, None, object]] = {}
        """What is under way, by the command that began it: each takes a step in turn."""
        self._control = Control()
        self._stops_drawing = False
        self._leaving = False
        self._warm = False
        self._lane = RenderLane(mailbox, lambda: self._session, emit)

    # ------------------------------------------------------------ the thread

    def run(self) -> None:
        threads = devices.training_threads(window_open=True)
        lane = self._start_lane() if self._device.two_lanes else None
        torch.set_num_threads(threads)
        _lower_priority()
        self._emit(Ready(device=self._device.torch.type, device_label=self._device.label, threads=threads))
        while not self._leaving or self._going:
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
        busy = bool(self._going)
        command = self._mailbox.next_command(0.0 if busy else (0.2 if not self._warm else None), or_render=one_lane)
        if command is not None:
            self._answer(command)
        elif not busy and not self._warm and self._mailbox.idle and self._session is not None:
            self._warm = True
            warm_up(self._device.torch)
        if one_lane:
            self._lane.serve_one()
        for name in tuple(self._going):
            self._advance(name)

    def _advance(self, name: str) -> None:
        try:
            event = next(self._going[name])
        except StopIteration:
            del self._going[name]
            return
        except Exception as error:
            del self._going[name]
            self._emit(Failed(command=name, problem=problem_of(error)))
            return
        if event is not None:
            self._emit(event)

    def _answer(self, command: Command) -> None:
        try:
            self._handle(command)
        except Exception as error:
            self._emit(Failed(command=type(command).__name__, problem=problem_of(error)))

    # ------------------------------------------------------------ commands

    def _handle(self, command: Command) -> None:
        match command:
            case OpenModel():
                self._open(command.source)
            case Encode():
                self._encode(command.path)
            case ReadRecipe():
                self._read_recipe(command.path)
            case ExportPicture():
                export_picture(self._opened(), command.recipe, command.path, scale=command.scale)
                self._emit(Exported(path=str(command.path)))
            case ExportGrid():
                self._export_grid(command)
            case CancelExport():
                pass  # an export that goes on sees it waiting; this one came too late
            case Train():
                self._train(command)
            case CheckConfig():
                sentence, field = families.config_problem(command.family, dict(command.config))
                self._emit(ConfigChecked(ticket=command.ticket, sentence=sentence, field=field))
            case StopTraining():
                self._control.stop = True
            case PauseTraining():
                self._control.paused = command.paused
            case ListFamilies():
                self._emit(FamiliesListed(families=families.describe()))
            case ListDatasets():
                self._emit(DatasetsListed(datasets=catalogue.describe(home=self._home)))
            case DrawSet():
                self._draw(command)
            case StopDrawing():
                self._stops_drawing = True
            case PreviewSet():
                if not self._mailbox.waiting(PreviewSet):
                    self._going[PreviewSet.__name__] = preview_set(command.order, command.ticket)
            case ListDrawables():
                self._emit(DrawablesListed(drawables=illustrated()))
            case Shutdown():
                self._control.leave = self._stops_drawing = True
                self._going.pop(PreviewSet.__name__, None)
                self._leaving = True
            case Render() | CancelRender():
                raise ValueError("renders wait in the mailbox, not among the commands")
            case _:
                assert_never(command)

    def _opened(self) -> Session:
        if self._session is None:
            raise ZscapeError("no-model", "No model is open; open one first.")
        return self._session

    def _open(self, source: str) -> None:
        path = find_model(source)
        session = open_session(str(path), self._device.torch)
        session.source = source
        self._session = session
        remember(path, session.fingerprint, home=self._home)
        self._emit(ModelOpened(source=source, model=session.describe()))

    def _encode(self, path: Path) -> None:
        session = self._opened()
        pixels = read_picture(path, session.family.picture.size).pixels
        point, distance, percentile = session.encode(pixels)
        self._emit(
            Encoded(path=str(path), model=session.fingerprint, point=point, distance=distance, percentile=percentile)
        )

    def _read_recipe(self, path: Path) -> None:
        memory, image = read_png_memory(path)
        source = model_of(memory.recipes[0].model, memory.source, home=self._home)
        self._emit(
            RecipeRead(path=str(path), recipes=memory.recipes, columns=memory.columns, source=source, image=image)
        )

    def _export_grid(self, command: ExportGrid) -> None:
        path = str(command.path)
        export_grid(
            self._opened(),
            command.recipes,
            command.columns,
            command.path,
            scale=command.scale,
            progress=lambda done, of: self._emit(ExportProgressed(path=path, done=done, of=of)),
            cancelled=lambda: self._mailbox.waiting(CancelExport, Shutdown),
        )
        self._emit(Exported(path=path))

    def _train(self, command: Train) -> None:
        if Train.__name__ in self._going:
            raise ZscapeError("already-training", "A run is going on; finish it before you start another.")
        self._control = Control()
        config = families.family_class(command.family).Config.build(dict(command.config))
        store = catalogue.open_data(
            command.data,
            home=self._home,
            size=picture_size(config, DEFAULT_SIZE),
            progress=lambda done, of: self._emit(Preparing(what="Reading pictures", done=done, of=of)),
            cancelled=lambda: self._mailbox.waiting(StopTraining, Shutdown),
        )
        job = Job(
            run=command.out,
            name=command.name,
            family=command.family,
            values=dict(command.config),
            data=command.data,
            preset=command.preset,
            start=command.start,
            resume=command.resume,
        )
        self._going[Train.__name__] = train(job, store, device=self._device.torch, control=self._control)

    def _draw(self, order: DrawSet) -> None:
        if DrawSet.__name__ in self._going:
            raise ZscapeError("already-drawing", "A set is being drawn; stop it, or wait until it is done.")
        self._stops_drawing = False
        self._going[DrawSet.__name__] = draw_set(order, lambda: self._stops_drawing)


def _lower_priority() -> None:
    """The window goes first. Linux gives each thread a priority of its own; elsewhere the scheduler is left alone."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)
