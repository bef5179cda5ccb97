"""What people make of places: paths, sums, directions; each as work that yields its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import assert_never

import engine.datasets.catalogue as catalogue
from engine.disk.directions import KeptDirection, keep_direction
from engine.evaluation.exemplars import exemplars
from engine.machine.work import Work
from engine.opened.directions import check_owner, with_kept
from engine.opened.following import followed
from engine.opened.model import OpenedModel
from engine.opened.summing import add_up
from engine.opened.walking import STEPS_SHOWN, measured, planned
from engine.protocol.made import DirectionsChanged, ExemplarsFound, WalkMeasured, WalkPlanned
from engine.protocol.requests import AddUp, FindExemplars, FollowSteps, KeepDirection, PlanWalk
from engine.protocol.walks import Way

__all__ = ["AddUp", "FindExemplars", "FollowSteps", "KeepDirection", "PlanWalk", "making"]


def making(
    opened: OpenedModel,
    request: PlanWalk | FollowSteps | AddUp | FindExemplars | KeepDirection,
    home: Path,
    show: Callable[[OpenedModel], object],
) -> Work[None]:
    """`show` takes the opened with other sliders."""
    match request:
        case PlanWalk():
            yield from _planning(opened, request)
        case FollowSteps():
            if request.recipe.model == opened.fingerprint:  # else another model was opened since
                yield (yield from followed(opened, request.recipe))
        case AddUp():
            yield add_up(opened, request.total)
        case FindExemplars():
            yield from _finding(opened, request, home)
        case KeepDirection():
            yield _kept(opened, request, home, show)
        case _:
            assert_never(request)


def _planning(opened: OpenedModel, request: PlanWalk) -> Work[None]:
    """First the frames, then how they look, then how the other ways would."""
    walk, model = request.walk, opened.fingerprint
    if walk.way is Way.EVEN:  # something to play at once
        early, starts = yield from planned(opened, replace(walk, way=Way.SLERP), request.frames)
        yield WalkPlanned(model=model, frames=early, reached=starts, final=False)
    frames, reached = yield from planned(opened, walk, request.frames)
    yield WalkPlanned(model=model, frames=frames, reached=reached)
    for way in (walk.way, *(way for way in Way if way is not walk.way and request.compare)):
        look = yield from measured(opened, replace(walk, way=way), min(request.frames, STEPS_SHOWN))
        yield WalkMeasured(model=model, measured=look)


def _finding(opened: OpenedModel, request: FindExemplars, home: Path) -> Work[None]:
    source = str(opened.model.card.get("data", ""))
    data = yield from catalogue.open_data(source, home=home, size=opened.family.picture.size)
    places, words = yield from exemplars(opened, data, request.text)
    yield ExemplarsFound(model=opened.fingerprint, places=places, words=words)


def _kept(
    opened: OpenedModel, request: KeepDirection, home: Path, show: Callable[[OpenedModel], object]
) -> DirectionsChanged:
    kept = KeptDirection(
        model=opened.fingerprint, model_name=opened.model.name, label=request.label, move=request.move,
        low=request.low, high=request.high, made=request.made,
    )  # fmt: skip
    keep_direction(home, check_owner(opened, kept))
    more = with_kept(opened, home)
    show(more)
    return DirectionsChanged(model=more.describe(), label=kept.label)
