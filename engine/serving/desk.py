"""All that a window asks beside opening a model and rendering: each request as work, a run that trains among it.

What this imports is most of the engine; the worker does it at the first such request, so that the first picture need
not wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import torch

import engine.datasets.catalogue as catalogue
from engine import families
from engine.datasets.formats.paths import DEFAULT_SIZE
from engine.datasets.making.preview import preview_set
from engine.datasets.making.sets import make_set
from engine.datasets.making.shelf import illustrated
from engine.disk.files import ZscapeError
from engine.families.schema import picture_size
from engine.machine.work import Work, heeding, patient
from engine.opened.model import OpenedModel
from engine.protocol.answers import ConfigChecked, DatasetsListed, FamiliesListed, MakeablesListed
from engine.protocol.beside import SampleBeside
from engine.protocol.library import Shelving
from engine.protocol.requests import (
    CheckConfig,
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
    PreviewSet,
    ReadRecipe,
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
    ScatterCodes,
)
from engine.serving.agenda import Agenda, Emit, Going
from engine.serving.beside import Beside
from engine.serving.mailbox import Mailbox
from engine.serving.making import Making, making
from engine.serving.onlooking import AxesWere, Onlooking, axes_were, is_run
from engine.serving.pixels import telling
from engine.serving.scoring import scoring
from engine.serving.shelf import Librarian
from engine.serving.shown import Shown
from engine.serving.works import encoding, evaluating, exporting, keeping, looking, reading
from engine.training.checking import config_problem
from engine.training.loop import Control, Job, train

QUIET_S = 0.15
"""After so long without a wish for a picture no hand is on a slider."""


class Desk:
    """Takes requests and puts them on the agenda; what it answers at once is answered."""

    def __init__(
        self, mailbox: Mailbox, emit: Emit, agenda: Agenda, shown: Shown, *, home: Path, device: torch.device
    ) -> None:
        self._mailbox = mailbox
        self._agenda = agenda
        self._shown = shown
        self._home = home
        self._device = device
        self._librarian = Librarian(home, device)
        self._beside = Beside(home, device)
        self._onlooking = Onlooking(shown, agenda, emit)
        self._control = Control()

    # ------------------------------------------------------------ the run that trains

    @property
    def rests(self) -> bool:
        """Nothing is under way but a run that pauses."""
        return self._control.paused and self._agenda.only(Train)

    def finish(self) -> None:
        """End the run early, with what it has learned."""
        self._control.stop = True

    def pause(self, paused: bool) -> None:
        self._control.paused = paused

    def leave(self) -> None:
        """The program ends: a run keeps a checkpoint and goes."""
        self._control.leave = True

    def looks_at(self, request: OpenModel) -> bool:
        """Whether the run that trains is asked for: then it is shown as it learns, and answers by itself."""
        training = self._agenda.of_kind(Train)
        if training is None or not isinstance(training.request, Train) or not is_run(request, training.request.out):
            return False
        self._onlooking.look_at(self._control, request)
        return True

    def look_away(self, request: OpenModel, opened: OpenedModel) -> AxesWere:
        """Another model was opened; where the axes that were shown are in it, if it is what the run has become."""
        self._onlooking.look_away(self._control)
        before = self._shown.opened()
        return axes_were(before, opened) if before is not None and is_run(request, Path(before.source)) else ()

    # ------------------------------------------------------------ requests

    def take(self, request: Ordered, open_again: Callable[[OpenModel], None]) -> None:
        """Begin what is asked. `open_again` opens the result for who still waits to look at a run that has ended."""
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
                raise ValueError("the worker opens models")
            case Train():
                self._train(request, open_again)
            case Encode():
                self._begin(request, encoding(self._at_hand(), request.path))
            case KeepPicture():
                self._begin(request, keeping(self._shown.opened(), request, self._home))
            case ReadRecipe():
                self._begin(request, reading(request.path, self._home))
            case ExportPicture() | ExportGrid() | ExportWalk():
                opened, moved = self._onlooking.kept_for(self._at_hand(), request)
                self._begin(request, exporting(opened, moved, self._beside.open))
            case KeepMoment():
                self._onlooking.keep(self._at_hand(), request)
            case Evaluate():
                self._begin(request, evaluating(self._at_hand(), request, self._home))
            case MeasureBits() | TellPixel() | MeasureHeldOut():
                self._begin(request, telling(self._at_hand(), request, self._home))
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
            case FindNearest() | ScatterCodes():
                work = scoring(request, self._home, self._device, self._at_hand)
                self._begin(request, patient(self._is_dragged, work))
            case ListModels() | Measure() | SampleSheet() | FindNeighbours() | MarkBest():
                self._begin(request, scoring(request, self._home, self._device, self._at_hand))
            case _:
                assert_never(request)

    def _begin(self, request: Ordered, work: Work[object], end: Callable[[], None] | None = None) -> None:
        self._agenda.begin(Going(request, work, end))

    def _is_dragged(self) -> bool:
        return not self._control.leave and self._mailbox.quiet_s() < QUIET_S

    def _at_hand(self) -> OpenedModel:
        opened = self._shown.opened()
        if opened is None:
            raise ZscapeError("no-model", "No model is open; open one first.")
        return opened

    # ------------------------------------------------------------ what takes long

    def _train(self, request: Train, open_again: Callable[[OpenModel], None]) -> None:
        if self._agenda.of_kind(Train) is not None:
            raise ZscapeError("already-training", "A run is going on; finish it before you start another.")
        control = self._control = Control()
        self._agenda.begin(
            Going(
                request,
                self._training(request, control),
                end=self.finish,
                over=lambda: self._onlooking.run_over(control, open_again),
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
        yield from train(job, store, device=self._device, control=control)

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
