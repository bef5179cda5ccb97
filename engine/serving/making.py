"""What people make of places: paths, sums, directions; each as work that yields its answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.disk.files import BadConfig
from engine.evaluation.exemplars import exemplars
from engine.evaluation.holding import held_sum
from engine.machine.work import Work
from engine.opened.effects import measured_effects
from engine.opened.following import followed
from engine.opened.model import OpenedModel
from engine.opened.summing import add_up
from engine.opened.walking import STEPS_SHOWN, measured, planned
from engine.protocol.directions import DirectionRequest
from engine.protocol.made import ExemplarsFound, WalkMeasured, WalkPlanned
from engine.protocol.requests import AddUp, FindExemplars, FollowSteps, MeasureEffects, PlanWalk
from engine.protocol.walks import Way
from engine.serving.directing import directing
from engine.serving.material import learned_from
from engine.serving.shown import Shown

Making = PlanWalk | FollowSteps | AddUp | MeasureEffects | FindExemplars | DirectionRequest


def making(opened: OpenedModel, request: Making, home: Path, shown: Shown) -> Work[None]:
    """`shown` takes the opened with other sliders."""
    match request:
        case PlanWalk():
            yield from _planning(opened, request)
        case FollowSteps():
            if request.recipe.model == opened.fingerprint:  # else another model was opened since
                yield (yield from followed(opened, request.recipe))
        case AddUp():
            yield from _adding(opened, request, home)
        case MeasureEffects():
            yield from measured_effects(opened)
        case FindExemplars():
            yield from _finding(opened, request, home)
        case _:
            yield from directing(opened, request, home, shown)


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


def _adding(opened: OpenedModel, request: AddUp, home: Path) -> Work[None]:
    """The sum as it is at once; with the rest held still, when the labelled pictures have been looked at."""
    plain = add_up(opened, request.total)
    yield plain
    if request.total.holds and plain.base and any(plain.step):
        try:
            data = yield from learned_from(opened, home)
            yield (yield from held_sum(opened, data, request.total, plain))
        except BadConfig as error:
            yield replace(plain, why_free=error.sentence)


def _finding(opened: OpenedModel, request: FindExemplars, home: Path) -> Work[None]:
    data = yield from learned_from(opened, home)
    places, words = yield from exemplars(opened, data, request.text)
    yield ExemplarsFound(model=opened.fingerprint, places=places, words=words)
