"""The engine thread: commands in, events out, and between them one step of all that is under way; the render lane
beside it.

The only place of the program, with the render lane, where torch runs while a window is open.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import assert_never

import torch

import engine.datasets.catalogue as catalogue
from engine import families
from engine.datasets.formats.paths import DEFAULT_SIZE
from engine.datasets.making.preview import preview_set
from engine.datasets.making.sets import make_set
from engine.datasets.making.shelf import illustrated
from engine.disk.bundled import find_model
from engine.disk.files import ZscapeError
from engine.disk.kept import kept_at
from engine.families.schema import picture_size
from engine.machine import devices
from engine.machine.warm import warm_up
from engine.machine.work import Work, heeding, patient
from engine.opened.directions import with_kept
from engine.opened.finding import model_of
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.answers import (
    ConfigChecked,
    DatasetsListed,
    FamiliesListed,
    MakeablesListed,
    ModelOpened,
    Stopped,
)
from engine.protocol.beside import SampleBeside
from engine.protocol.library import Shelving
from engine.protocol.requests import (
    Cancel,
    CancelRender,
    CheckConfig,
    Command,
    Encode,
    Evaluate,
    ExportGrid,
    ExportPicture,
    ExportWalk,
    KeepMoment,
    KeepPicture,
    ListDatasets,
    ListFamilies,
    ListMakeables,
    LookAtFolder,
    MakeSet,
    MeasureBits,
    MeasureHeldOut,
    OpenModel,
    Ordered,
    PauseTraining,
    PreviewSet,
    ReadRecipe,
    Render,
    Shutdown,
    StopTraining,
    TakeAxes,
    TellPixel,
    Train,
)
from engine.protocol.scoring import (
    FindNearest,
    FindNeighbours,
    ListModels,
    MarkBest,
    Measure,
    SampleSheet,
)
from engine.serving.agenda import Agenda, Emit, Going
from engine.serving.beside import Beside
from engine.serving.lane import RenderLane
from engine.serving.mailbox import Mailbox
from engine.serving.making import Making, making
from engine.serving.onlooking import Onlooking, axes_were, is_run
from engine.serving.pixels import telling
from engine.serving.scoring import scoring
from engine.serving.shelf import Librarian
from engine.serving.shown import Shown
from engine.serving.works import encoding, evaluating, exporting, keeping, looking, reading
from engine.training.checking import config_problem
from engine.training.loop import Control, Job, train

QUIET_S = 0.15
"""After so long without a wish for a picture no hand is on a slider."""
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
        self._librarian = Librarian(home, self._device.torch)
        self._beside = Beside(home, self._device.torch)
        self._agenda = Agenda(emit)
        self._onlooking = Onlooking(self._shown, self._agenda, emit)
        self._control = Control()
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
        rests = self._control.paused and self._agenda.only(Train)
        return REST_S if rests and not self._leaving else 0.0

    def _begin(self, request: Ordered, work: Work[object], end: Callable[[], None] | None = None) -> None:
        self._agenda.begin(Going(request, work, end))

    # ------------------------------------------------------------ commands

    def _take(self, command: Command) -> None:
        match command:
            case Cancel():
                self._agenda.cancel(command.ticket)
            case StopTraining():
                self._control.stop = True
            case PauseTraining():
                self._control.paused = command.paused
            case Shutdown():
                self._leave()
            case Render() | CancelRender() | TakeAxes():
                raise ValueError("the mailbox keeps these, not among the commands")
            case _:
                try:
                    self._handle(command)
                except Exception as error:
                    self._agenda.fail(command, error)

    def _handle(self, request: Ordered) -> None:
        if isinstance(request, SampleBeside):
            self._begin(request, self._beside.work(request, self._shown.opened()))
            return
        if isinstance(request, Shelving):
            self._begin(request, self._librarian.work(request))
            return
        if isinstance(request, Making):
            self._begin(request, making(self._at_hand(), request, self._home, self._shown))
            return
        match request:
            case OpenModel():
                self._open(request)
            case Encode():
                self._begin(request, encoding(self._at_hand(), request.path))
            case KeepPicture():
                self._begin(request, keeping(self._shown.opened(), request, self._home))
            case ReadRecipe():
                self._begin(request, reading(request.path, self._home))
            case ExportPicture() | ExportGrid() | ExportWalk():
                self._begin(request, exporting(*self._onlooking.kept_for(self._at_hand(), request)))
            case KeepMoment():
                self._onlooking.keep(self._at_hand(), request)
            case Evaluate():
                self._begin(request, evaluating(self._at_hand(), request, self._home))
            case MeasureBits() | TellPixel() | MeasureHeldOut():
                self._begin(request, telling(self._at_hand(), request, self._home))
            case Train():
                self._train(request)
            case CheckConfig():
                sentence, field = config_problem(request.family, dict(request.config), request.data, request.start)
                self._agenda.answer(request, ConfigChecked(sentence=sentence, field=field))
            case ListFamilies():
                self._agenda.answer(request, FamiliesListed(families=families.describe()))
            case LookAtFolder():
                self._begin(request, looking(request.path))
            case ListDatasets():
                self._agenda.answer(request, DatasetsListed(datasets=catalogue.describe(home=self._home)))
            case MakeSet():
                self._make(request)
            case PreviewSet():
                self._preview(request)
            case ListMakeables():
                self._agenda.answer(request, MakeablesListed(makeables=illustrated()))
            case ListModels() | Measure() | SampleSheet() | FindNeighbours() | FindNearest() | MarkBest():
                work = scoring(request, self._home, self._device.torch, self._at_hand)
                waits = isinstance(request, FindNearest)
                self._begin(request, patient(self._is_dragged, work) if waits else work)
            case _:
                assert_never(request)

    def _is_dragged(self) -> bool:
        return not self._leaving and self._mailbox.quiet_s() < QUIET_S

    def _at_hand(self) -> OpenedModel:
        opened = self._shown.opened()
        if opened is None:
            raise ZscapeError("no-model", "No model is open; open one first.")
        return opened

    def _open(self, request: OpenModel) -> None:
        if request.fingerprint:
            source = model_of(request.fingerprint, request.source, home=self._home)
            request = replace(request, source=source)
        training = self._agenda.of_kind(Train)
        if training is not None and isinstance(training.request, Train) and is_run(request, training.request.out):
            self._onlooking.look_at(self._control, request)
            return
        path = find_model(request.source)
        opened = with_kept(open_model_file(str(path), self._device.torch, kept_at(self._home)), self._home)
        opened.source = request.source
        opened = self._librarian.opened(request.source, path, opened)
        before = self._shown.opened()
        were = axes_were(before, opened) if before is not None and is_run(request, Path(before.source)) else ()
        self._onlooking.look_away(self._control)
        self._shown.show(opened)
        self._agenda.answer(request, ModelOpened(source=request.source, model=opened.describe(), axes_were=were))

    def _leave(self) -> None:
        """Checkpoint what trains, keep what is drawn, drop the rest."""
        self._leaving = self._control.leave = True
        for going in self._agenda:
            self._agenda.end(going)

    # ------------------------------------------------------------ what takes long

    def _train(self, request: Train) -> None:
        if self._agenda.of_kind(Train) is not None:
            raise ZscapeError("already-training", "A run is going on; finish it before you start another.")
        control = self._control = Control()
        self._agenda.begin(
            Going(
                request,
                self._training(request, control),
                end=lambda: setattr(control, "stop", True),
                over=lambda: self._onlooking.run_over(control, self._take),
            )
        )

    def _training(self, request: Train, control: Control) -> Work[None]:
        config = families.family_class(request.family).Config.build(dict(request.config))
        data = catalogue.open_any(request.data, home=self._home, size=picture_size(config, DEFAULT_SIZE))
        store = yield from heeding(lambda: control.stop or control.leave, data)
        job = Job(
            run=request.out,
            name=request.name,
            family=request.family,
            values=dict(request.config),
            data=request.data,
            preset=request.preset,
            start=request.start,
            resume=request.resume,
        )
        yield from train(job, store, device=self._device.torch, control=control)

    def _make(self, request: MakeSet) -> None:
        if self._agenda.of_kind(MakeSet) is not None:
            raise ZscapeError("already-making", "A set is being made; stop it, or wait until it is done.")
        stopped = threading.Event()
        self._begin(request, make_set(request, stopped.is_set), stopped.set)

    def _preview(self, request: PreviewSet) -> None:
        """The newest takes the place of an older one; of many that wait, only the last is begun."""
        older = self._agenda.of_kind(PreviewSet)
        if older is not None:
            self._agenda.end(older)
        if not self._mailbox.waiting(PreviewSet):
            self._begin(request, preview_set(request.order, request.ticket))
