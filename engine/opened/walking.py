"""From a path's keyframes to its frames, and how fast its pictures change on the way.

Shape legend: N keyframes, D coordinates, T frames, M measured places, B batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from engine.disk.files import ZscapeError
from engine.latents.interpolation import along, evened, places_at
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.protocol.values import Capability, ConditionKind, Recipe
from engine.protocol.walks import Measured, Walk, Way

BATCH = 16
"""Pictures between two seams: a window that draws meanwhile waits some milliseconds."""
MEASURED_A_SPAN = 24
MEASURED_MOST = 720
STEPS_SHOWN = 120
"""Steps of a curve of speeds: finer ones could not be told apart."""
ROUNDS, EVEN_ENOUGH = 4, 1.05
"""The even way is measured anew where its frames lie until they are this even, so often at most."""


def check_walk(opened: OpenedModel, walk: Walk) -> None:
    """A path needs places, and all of them this model's."""
    if opened.family.latent is None or Capability.DECODE not in opened.family.capabilities:
        raise ZscapeError("no-points", f"“{opened.model.name}” draws pixel by pixel and has no points to walk between.")
    if any(keyframe.recipe.model != opened.fingerprint for keyframe in walk.keyframes):
        raise ZscapeError("wrong-model", f"This path goes through another model than “{opened.model.name}”.")
    if not walk.spans:
        raise ZscapeError("too-few", "A path needs two keyframes or more.")


def frames_of(opened: OpenedModel, walk: Walk, count: int) -> Work[tuple[Recipe, ...]]:
    """`count` frames at even moments, the first at the first keyframe. An open path ends at the last one; a closed one
    a step before the first, so that a film of it goes on where it began.
    """
    frames, _ = yield from planned(opened, walk, count)
    return frames


def planned(opened: OpenedModel, walk: Walk, count: int) -> Work[tuple[tuple[Recipe, ...], tuple[float, ...]]]:
    """The frames, and when each keyframe is reached: on the even way that follows from how much there is to see."""
    check_walk(opened, walk)
    stations_ND = _stations(opened, walk)
    if walk.way is Way.EVEN:
        places_T = yield from _even_places(opened, walk, stations_ND, count)
        reached = _reached(walk, places_T)
    else:
        places_T, reached = _timed_places(walk, count), walk.starts
    return _recipes(opened, walk, stations_ND, places_T), reached


def measured(opened: OpenedModel, walk: Walk, count: int = STEPS_SHOWN) -> Work[Measured]:
    """How fast the pictures of a path change, over about `count` steps of its time."""
    frames = yield from frames_of(opened, walk, count)
    around = (*frames, frames[0]) if walk.closed else frames
    steps_T = yield from _steps(opened, around)
    step_s = walk.seconds / len(steps_T)
    centre_D = _centre(opened)
    norms = [float((_place(opened, frame) - centre_D).norm()) for frame in around[:-1]]
    return Measured(
        way=walk.way,
        seconds=tuple((k + 0.5) * step_s for k in range(len(steps_T))),
        speeds=tuple((steps_T / step_s).tolist()),
        norms=tuple(norms),
    )


def _timed_places(walk: Walk, count: int) -> Tensor:
    """Where the frames are, counted in spans, by the keyframes' own times."""
    times_T = _shares(walk, count) * walk.seconds
    spans = walk.spans
    return places_at(times_T, [span.seconds for span in spans], [span.easing for span in spans])


def _reached(walk: Walk, places_T: Tensor) -> tuple[float, ...]:
    """When each keyframe is passed: between the frames around it, evenly."""
    times_T = _shares(walk, len(places_T)) * walk.seconds
    if walk.closed:
        places_T = torch.cat((places_T, places_T.new_full((1,), float(len(walk.spans)))))
        times_T = torch.cat((times_T, times_T.new_full((1,), walk.seconds)))
    found = []
    for index in range(len(walk.keyframes)):
        right = int(torch.searchsorted(places_T, float(index), right=False).clamp(1, len(places_T) - 1))
        low, high = float(places_T[right - 1]), float(places_T[right])
        share = (index - low) / (high - low) if high > low else 0.0
        found.append(float(times_T[right - 1] + share * (times_T[right] - times_T[right - 1])))
    return tuple(found)


def _shares(walk: Walk, count: int) -> Tensor:
    """Shares of the whole time at which the frames are."""
    steps = count if walk.closed else max(1, count - 1)
    return torch.arange(count, dtype=torch.float64) / steps


def _even_places(opened: OpenedModel, walk: Walk, stations_ND: Tensor, count: int) -> Work[Tensor]:
    """Places between which the picture changes as much each time, by arc length in decoded pixels.

    Measured on a grid first, then where the frames came to lie, until they are even: the chord of a bend is shorter
    than its arc, so what is even on a fine grid is not quite at the frames.
    """
    spans = len(walk.spans)
    size = min(MEASURED_MOST, max(MEASURED_A_SPAN * spans, count))
    place_M = torch.linspace(0.0, spans, size + 1, dtype=torch.float64)
    step_M = yield from _lengths(opened, walk, stations_ND, place_M)
    share_T = _shares(walk, count)
    places_T = evened(place_M, step_M, share_T)
    for _ in range(ROUNDS):
        ends_T = torch.cat((places_T, places_T.new_full((1,), float(spans)))) if walk.closed else places_T
        step_T = yield from _lengths(opened, walk, stations_ND, ends_T)
        if float(step_T.max()) <= EVEN_ENOUGH * float(step_T.mean()):
            break
        places_T = evened(ends_T, step_T, share_T)
    return places_T


def _lengths(opened: OpenedModel, walk: Walk, stations_ND: Tensor, place_M: Tensor) -> Work[Tensor]:
    """How much the picture changes from each place to the next (M - 1)."""
    return (yield from _steps(opened, _recipes(opened, walk, stations_ND, place_M)))


def _steps(opened: OpenedModel, recipes: Sequence[Recipe]) -> Work[Tensor]:
    """Root mean square change of all pixels, of their whole range, from each picture to the next."""
    last_BCHW, steps = torch.empty(0), []
    for first in range(0, len(recipes), BATCH):
        x_BCHW = opened.numbers(recipes[first : first + BATCH]).float().cpu().clamp(-1, 1)
        both_BCHW = torch.cat((last_BCHW, x_BCHW)) if len(last_BCHW) else x_BCHW
        steps.append(((both_BCHW[1:] - both_BCHW[:-1]) / 2).square().mean((1, 2, 3)).sqrt())
        last_BCHW = x_BCHW[-1:]
        yield None
    return torch.cat(steps).double()


def _recipes(opened: OpenedModel, walk: Walk, stations_ND: Tensor, places_T: Tensor) -> tuple[Recipe, ...]:
    """The pictures at places of the way; at a keyframe, its very own."""
    points = along(stations_ND, places_T, walk.way, _centre(opened), closed=walk.closed).tolist()
    found, count, spans = [], len(walk.keyframes), len(walk.spans)
    numbers = {condition.name for condition in opened.family.conditions if condition.kind is ConditionKind.NUMBER}
    for place, point in zip(places_T.tolist(), points, strict=True):
        index = min(max(int(place), 0), spans)
        share = place - index
        if share == 0.0:
            found.append(walk.keyframes[index % count].recipe)
        else:
            here, there = walk.keyframes[index % count].recipe, walk.keyframes[(index + 1) % count].recipe
            mixed = _between(here, there, share, numbers)
            found.append(replace(mixed, seed=walk.keyframes[0].recipe.seed, point=tuple(point)))
    return tuple(found)


def _between(here: Recipe, there: Recipe, share: float, numbers: set[str]) -> Recipe:
    """What is asked for between two keyframes: numbers go over, classes and sentences change half way.

    All pictures have the first keyframe's seed, so that what is drawn at random besides the place stands still.
    """
    near = here if share < 0.5 else there
    asked, wanted = dict(here.conditions), dict(there.conditions)
    set_here, set_there = dict(here.settings), dict(there.settings)
    conditions = tuple(
        (name, _mixed(asked.get(name), wanted.get(name), share) if name in numbers else wish)
        for name, wish in near.conditions
    )
    settings = tuple(
        (name, set_here.get(name, value) + share * (set_there.get(name, value) - set_here.get(name, value)))
        for name, value in near.settings
    )
    return replace(near, raw=(), axes=(), directions=(), truncation=1.0, conditions=conditions, settings=settings)


def _mixed(one: float | str | None, other: float | str | None, share: float) -> float | str:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return one + share * (other - one)
    return one if one is not None else other if other is not None else 0.0


def _stations(opened: OpenedModel, walk: Walk) -> Tensor:
    return torch.stack([_place(opened, keyframe.recipe) for keyframe in walk.keyframes])


def _place(opened: OpenedModel, recipe: Recipe) -> Tensor:
    place_D = opened.place(recipe)
    assert place_D is not None
    return place_D


def _centre(opened: OpenedModel) -> Tensor:
    latent = opened.family.latent
    assert latent is not None
    return torch.zeros(latent.coordinates) if opened.explorables is None else opened.explorables.centre_D
