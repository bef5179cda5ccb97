"""The engine thread: commands in, events out, and between them one step of all that is under way; the render lane
beside it.

The only place of the program, with the render lane, where torch runs while a window is open.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
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
from engine.disk.files import Cancelled, ZscapeError
from engine.disk.kept import kept_at
from engine.disk.problems import problem_of
from engine.families.schema import picture_size
from engine.machine import devices
from engine.machine.warm import warm_up
from engine.machine.work import Work, heeding
from engine.opened.directions import with_kept
from engine.opened.finding import model_of, remember
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.answers import (
    ConfigChecked,
    DatasetsListed,
    Event,
    Failed,
    FamiliesListed,
    MakeablesListed,
    ModelOpened,
    MomentKept,
    Republished,
    Stopped,
    answering,
)
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
    OpenModel,
    Ordered,
    PauseTraining,
    PreviewSet,
    ReadRecipe,
    Render,
    Request,
    Shutdown,
    StopTraining,
    TakeAxes,
    Train,
)
from engine.serving.lane import RenderLane
from engine.serving.mailbox import Mailbox
from engine.serving.making import AddUp, FindExemplars, KeepDirection, PlanWalk, making
from engine.serving.shown import Shown
from engine.serving.works import Export, encoding, evaluating, exporting, keeping, looking, reading, renamed
from engine.training.checking import config_problem
from engine.training.live import Moment, matches
from engine.training.loop import Control, Job, train

Emit = Callable[[Event], None]

REST_S = 0.01
"""How long a turn waits for a command when nothing is under way but a run that pauses."""
_CANCELLED = "The export was cancelled; nothing was written."


def serve(mailbox: Mailbox, emit: Emit, *, home: Path, device: str = "auto") -> None:
    """Answer commands until Shutdown; every command that raises becomes Failed, and the thread survives."""
    Engine(mailbox, emit, home=home, device=device).run()


@dataclass(slots=True, eq=False)
class Going:
    """Work under way. `end` asks it to finish early with what there is; without it, ended work leaves nothing."""

    request: Request
    work: Work[object]
    end: Callable[[], None] | None = None


class Engine:
    """One engine, two lanes, one policy."""

    def __init__(self, mailbox: Mailbox, emit: Emit, *, home: Path, device: str) -> None:
        self._mailbox = mailbox
        self._emit = emit
        self._home = home
        self._device, self._note = devices.choose_near(device)
        self._shown = Shown(mailbox.axes_taken, kept_at(home))
        self._watching: list[OpenModel] = []
        """Who asked to look at the run that trains, and waits for its first copy."""
        self._going: list[Going] = []
        """What is under way: each takes a step in turn."""
        self._control = Control()
        self._leaving = False
        self._warm = False
        self._lane = RenderLane(mailbox, self._shown.session, emit)

    # ------------------------------------------------------------ the thread

    def run(self) -> None:
        threads = devices.training_threads(window_open=True)
        lane = self._start_lane() if self._device.two_lanes else None
        torch.set_num_threads(threads)
        devices.lower_priority()
        self._emit(devices.ready(self._device, threads, self._note))
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
        command = self._mailbox.next_command(self._patience_s, or_render=one_lane)
        if command is not None:
            self._take(command)
        elif not self._going and not self._warm and self._mailbox.idle and self._shown.session() is not None:
            self._warm = True
            warm_up(self._device.torch)
        if one_lane:
            self._lane.serve_one()
        for going in tuple(self._going):
            self._advance(going)

    @property
    def _patience_s(self) -> float | None:
        """How long to wait for a command: not at all while something is under way."""
        if not self._going:
            return None if self._warm else 0.2
        rests = self._control.paused and all(isinstance(going.request, Train) for going in self._going)
        return REST_S if rests and not self._leaving else 0.0

    def _advance(self, going: Going) -> None:
        try:
            event = next(going.work)
        except StopIteration:
            self._over(going)
            return
        except Exception as error:
            self._over(going)
            self._fail(going.request, error)
            return
        if event is not None:
            self._answer(going.request, event)

    def _over(self, going: Going) -> None:
        """Nothing more comes. Who still waits to look at a run that has ended is shown its result."""
        self._going.remove(going)
        if isinstance(going.request, Train):
            self._control.onlooker = None
            waiting, self._watching = self._watching, []
            for request in waiting:
                self._take(request)

    def _begin(self, request: Request, work: Work[object], end: Callable[[], None] | None = None) -> None:
        self._going.append(Going(request, work, end))

    def _under_way(self, kind: type[Request]) -> Going | None:
        return next((going for going in self._going if isinstance(going.request, kind)), None)

    def _end(self, going: Going) -> None:
        """Let it finish with what there is, or close it at the seam where it stands."""
        if going.end is not None:
            going.end()
        else:
            self._going.remove(going)
            going.work.close()

    def _answer(self, request: Request, event: Event) -> None:
        self._emit(answering(event, request.ticket))

    def _fail(self, request: Request, error: Exception) -> None:
        self._emit(Failed(command=request, problem=problem_of(error), ticket=request.ticket))

    # ------------------------------------------------------------ commands

    def _take(self, command: Command) -> None:
        match command:
            case Cancel():
                self._cancel(command.ticket)
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
                    self._fail(command, error)

    def _handle(self, request: Ordered) -> None:
        match request:
            case OpenModel():
                self._open(request)
            case Encode():
                self._begin(request, encoding(self._opened(), request.path))
            case KeepPicture():
                self._begin(request, keeping(self._shown.session(), request, self._home))
            case ReadRecipe():
                self._begin(request, reading(request.path, self._home))
            case ExportPicture() | ExportGrid() | ExportWalk():
                self._export(request)
            case KeepMoment():
                self._keep(request)
            case PlanWalk() | AddUp() | FindExemplars() | KeepDirection():
                self._begin(request, making(self._opened(), request, self._home, self._shown.show))
            case Evaluate():
                self._begin(request, evaluating(self._opened(), request, self._home))
            case Train():
                self._train(request)
            case CheckConfig():
                sentence, field = config_problem(request.family, dict(request.config), request.data, request.start)
                self._answer(request, ConfigChecked(sentence=sentence, field=field))
            case ListFamilies():
                self._answer(request, FamiliesListed(families=families.describe()))
            case LookAtFolder():
                self._begin(request, looking(request.path))
            case ListDatasets():
                self._answer(request, DatasetsListed(datasets=catalogue.describe(home=self._home)))
            case MakeSet():
                self._draw(request)
            case PreviewSet():
                self._preview(request)
            case ListMakeables():
                self._answer(request, MakeablesListed(makeables=illustrated()))
            case _:
                assert_never(request)

    def _opened(self) -> OpenedModel:
        session = self._shown.session()
        if session is None:
            raise ZscapeError("no-model", "No model is open; open one first.")
        return session

    def _open(self, request: OpenModel) -> None:
        if request.fingerprint:
            source = model_of(request.fingerprint, request.source, home=self._home)
            request = replace(request, source=source)
        training = self._under_way(Train)
        if training is not None and isinstance(training.request, Train) and _is_run(request, training.request.out):
            self._watching.append(request)
            self._control.onlooker = self._see
            return
        path = find_model(request.source)
        session = with_kept(open_model_file(str(path), self._device.torch, kept_at(self._home)), self._home)
        session.source = request.source
        before = self._shown.session()
        were = axes_were(before, session) if before is not None and _is_run(request, Path(before.source)) else ()
        self._look_away()
        self._shown.show(session)
        remember(path, session.fingerprint, home=self._home)
        self._answer(request, ModelOpened(source=request.source, model=session.describe(), axes_were=were))

    # ------------------------------------------------------------ a run that is explored while it learns

    def _see(self, moment: Moment | Exception) -> None:
        """A newer copy of the run is there: the first one opens it."""
        waiting, self._watching = self._watching, []
        if isinstance(moment, Exception):
            for request in waiting:
                self._fail(request, moment)
            return
        axes = self._shown.show_moment(moment, first=bool(waiting))
        session = self._shown.offered()
        assert session is not None
        for request in waiting:
            self._answer(request, ModelOpened(source=request.source, model=session.describe()))
        if not waiting:
            self._emit(Republished(model=session.describe(), step=moment.step, images=moment.images, axes=axes))

    def _look_away(self) -> None:
        self._control.onlooker = None
        waiting, self._watching = self._watching, []
        for request in waiting:
            self._fail(request, Cancelled("Another model was opened meanwhile."))

    def _keep(self, request: KeepMoment) -> None:
        live = self._opened()
        if not live.moment:
            raise ZscapeError("not-live", "Only a run that learns has moments to keep.")
        _, kept = self._shown.keep(request.moment)
        told = MomentKept(model=live.fingerprint, path=str(kept.path), fingerprint=kept.fingerprint)
        self._answer(request, told)

    def _export(self, request: Export) -> None:
        """What a run draws while it learns is kept as a snapshot, which the file then remembers."""
        session, wanted = self._opened(), request
        if session.moment:
            live = session.fingerprint
            session, kept = self._shown.keep(0 if isinstance(request, ExportWalk) else request.moment)
            self._answer(request, MomentKept(model=live, path=str(kept.path), fingerprint=kept.fingerprint))
            wanted = renamed(request, live, kept.fingerprint)
        self._begin(request, exporting(session, wanted))

    def _cancel(self, ticket: int) -> None:
        for going in tuple(self._going):
            if going.request.ticket == ticket:
                self._end(going)
                if going.end is None:
                    exports = isinstance(going.request, ExportPicture | ExportGrid | ExportWalk)
                    self._fail(going.request, Cancelled(_CANCELLED) if exports else Cancelled())

    def _leave(self) -> None:
        """Checkpoint what trains, keep what is drawn, drop the rest."""
        self._leaving = self._control.leave = True
        for going in tuple(self._going):
            self._end(going)

    # ------------------------------------------------------------ what takes long

    def _train(self, request: Train) -> None:
        if self._under_way(Train) is not None:
            raise ZscapeError("already-training", "A run is going on; finish it before you start another.")
        control = self._control = Control()
        self._begin(request, self._training(request, control), lambda: setattr(control, "stop", True))

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

    def _draw(self, request: MakeSet) -> None:
        if self._under_way(MakeSet) is not None:
            raise ZscapeError("already-drawing", "A set is being drawn; stop it, or wait until it is done.")
        stopped = threading.Event()
        self._begin(request, make_set(request, stopped.is_set), stopped.set)

    def _preview(self, request: PreviewSet) -> None:
        """The newest takes the place of an older one; of many that wait, only the last is begun."""
        older = self._under_way(PreviewSet)
        if older is not None:
            self._end(older)
        if not self._mailbox.waiting(PreviewSet):
            self._begin(request, preview_set(request.order, request.ticket))


def _is_run(request: OpenModel, run: Path) -> bool:
    """Whether a run's folder is asked for."""
    return "\0" not in request.source and Path(request.source).absolute() == run.absolute()


def axes_were(before: OpenedModel, now: OpenedModel) -> tuple[tuple[int, int, float], ...]:
    """Where the axes of a run that learned are in its result."""
    if not before.moment or before.explorables is None or now.explorables is None:
        return ()
    pairs = matches(before.explorables.axes_AD, now.explorables.axes_AD)
    return tuple((was, *pair) for was, pair in enumerate(pairs) if pair is not None)
