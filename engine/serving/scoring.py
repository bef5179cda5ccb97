"""What is asked of models to compare them, each as work that yields its answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import torch

from engine.disk.bundled import find_model
from engine.disk.files import BadConfig
from engine.disk.runs import RunFolder
from engine.evaluation.learned.closeness import nearest_found, neighbours_found
from engine.evaluation.learned.codes import codes_scattered
from engine.evaluation.samples import Samples, sampled_images
from engine.evaluation.several import measure_several
from engine.machine.work import Work
from engine.opened.listing import listed, mark_best
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.scoring import (
    BestMarked,
    FindNearest,
    FindNeighbours,
    ListModels,
    MarkBest,
    Measure,
    ModelsListed,
    SampleSheet,
    ScatterCodes,
    Scoring,
    SheetSampled,
)

MOST_SHEET = 64


def scoring(request: Scoring, home: Path, device: torch.device, at_hand: Callable[[], OpenedModel]) -> Work[None]:
    """`at_hand` is the open model, for what asks about it."""
    match request:
        case ListModels():
            yield ModelsListed(models=(yield from listed(home, request.files)))
        case Measure():
            yield from measure_several(
                request.sources, request.data, request.n, request.metrics,
                home=home, device=device, kept_only=request.kept_only,
            )  # fmt: skip
        case SampleSheet():
            opened = open_model_file(str(find_model(request.source)), device)
            yield None
            images = yield from sampled_images(opened, min(request.count, MOST_SHEET), Samples(home))
            yield SheetSampled(source=request.source, images=tuple(images))
        case MarkBest():
            run = RunFolder(Path(request.run))
            if not run.exists():
                raise BadConfig("no-run", "The run of this snapshot is gone.")
            told = {"score": request.score, "value": request.value, "data": request.data}
            yield BestMarked(run=request.run, source=str(mark_best(run, find_model(request.source), told)))
        case FindNeighbours():
            yield (yield from neighbours_found(request, home, device))
        case FindNearest():
            yield (yield from nearest_found(at_hand(), request, home))
        case ScatterCodes():
            yield (yield from codes_scattered(at_hand(), request.n, home))
        case _:
            assert_never(request)
