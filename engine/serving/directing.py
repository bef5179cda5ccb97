"""What people do with directions: learned, kept, deleted, carried from file to file; each as work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import assert_never

from engine.disk.directions import (
    KeptDirection,
    keep_direction,
    kept_directions,
    read_direction,
    remove_direction,
    restore_direction,
    write_direction,
)
from engine.disk.files import BadConfig, Cancelled
from engine.disk.measured import keep_matrix, known_matrix
from engine.evaluation.holding import held
from engine.evaluation.learning import learned
from engine.evaluation.spilling import moved
from engine.machine.work import Work
from engine.opened.directions import check_owner, label_of, of_opened, with_kept
from engine.opened.model import OpenedModel
from engine.protocol.answers import Exported
from engine.protocol.directions import (
    Candidate,
    Change,
    DirectionRequest,
    DirectionsChanged,
    DirectionsLearned,
    ExportDirection,
    HoldStill,
    ImportDirection,
    KeepDirection,
    LearnDirections,
    Lesson,
    MeasureSliders,
    RemoveDirection,
    RestoreDirection,
    SetRange,
    SlidersMeasured,
)
from engine.serving.material import learned_from
from engine.serving.shown import Shown


def directing(opened: OpenedModel, request: DirectionRequest, home: Path, shown: Shown) -> Work[None]:
    """`shown` takes the opened with other sliders."""
    match request:
        case LearnDirections():
            candidates, note = yield from learned(opened, request.lesson, lambda: learned_from(opened, home))
            yield DirectionsLearned(model=opened.fingerprint, candidates=candidates, note=note)
        case MeasureSliders():
            yield from _measuring(opened, request, home)
        case HoldStill():
            data = yield from learned_from(opened, home)
            pair = yield from held(opened, data, request.name, request.still)
            yield DirectionsLearned(model=opened.fingerprint, candidates=pair)
        case KeepDirection():
            kept = KeptDirection(
                model=opened.fingerprint, model_name=opened.model.name, label=request.label, move=request.move,
                low=request.low, high=request.high, made=request.made, lesson=request.lesson,
            )  # fmt: skip
            yield _keep(opened, kept, home, shown)
        case RemoveDirection():
            remove_direction(home, opened.fingerprint, label_of(request.name))
            yield _changed(opened, label_of(request.name), Change.REMOVED, home, shown)
        case RestoreDirection():
            restore_direction(home, opened.fingerprint, label_of(request.name))
            yield _changed(opened, label_of(request.name), Change.RESTORED, home, shown)
        case SetRange():
            kept = _kept(opened, request.name, home)
            yield _keep(opened, replace(kept, low=request.low, high=request.high), home, shown)
        case ImportDirection():
            kept = read_direction(request.path)
            if request.anew and kept.lesson is not None:
                found, _ = yield from learned(opened, kept.lesson, lambda: learned_from(opened, home))
                kept = _here(opened, found[0], kept)
            yield _keep(opened, _checked(opened, kept), home, shown)
        case ExportDirection():
            kept = next((k for k in kept_directions(home, opened.fingerprint) if k.name == request.name), None) or (
                of_opened(opened, request.name)
            )
            write_direction(request.path, replace(kept, label=request.label.strip() or kept.label))
            yield Exported(path=str(request.path))
        case _:
            assert_never(request)


def _measuring(opened: OpenedModel, request: MeasureSliders, home: Path) -> Work[None]:
    matrix = known_matrix(home, opened.fingerprint, opened.model.card) if request.only_kept else None
    if not request.only_kept:
        data = yield from learned_from(opened, home)
        matrix = yield from moved(opened, data)
        keep_matrix(home, opened.fingerprint, matrix)
    yield SlidersMeasured(model=opened.fingerprint, matrix=matrix)


def _checked(opened: OpenedModel, kept: KeptDirection) -> KeptDirection:
    """The same refusal under a code of its own where there is something to offer: learning it here."""
    try:
        return check_owner(opened, kept)
    except BadConfig as error:
        if kept.lesson is not None and error.code == "wrong-model":
            raise BadConfig("learn-anew", error.sentence) from None
        raise


def _kept(opened: OpenedModel, name: str, home: Path) -> KeptDirection:
    for kept in kept_directions(home, opened.fingerprint):
        if kept.name == name:
            return kept
    raise BadConfig("unknown-direction", f"No direction “{label_of(name)[:60]}” was made here.")


def _here(opened: OpenedModel, found: Candidate, kept: KeptDirection) -> KeptDirection:
    """What was learned anew, under the name and the range that it had elsewhere."""
    lesson: Lesson | None = found.lesson
    return KeptDirection(
        model=opened.fingerprint, model_name=opened.model.name, label=kept.label, move=found.move,
        low=kept.low, high=kept.high, made=found.made, lesson=lesson,
    )  # fmt: skip


def _keep(opened: OpenedModel, kept: KeptDirection, home: Path, shown: Shown) -> DirectionsChanged:
    keep_direction(home, check_owner(opened, kept))
    return _changed(opened, kept.label, Change.KEPT, home, shown)


def _changed(opened: OpenedModel, label: str, change: Change, home: Path, shown: Shown) -> DirectionsChanged:
    now = shown.opened()
    if now is None or now.fingerprint != opened.fingerprint:
        raise Cancelled("Another model was opened meanwhile; the direction is kept for its own.")
    more = with_kept(now, home)
    shown.show(more)
    return DirectionsChanged(model=more.describe(), label=label, change=change)
