"""Directions of an opened model from labels, from places, and without either; each says how well it tells pictures.

Labelled pictures are encoded, all at once for both groups; models without an encoder draw their own, read by the
judge. Shape legend: N pictures, D coordinates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from engine.datasets.store import AttributeKind, Split, Store, category
from engine.datasets.wishes import wish_words, wished
from engine.disk.files import BadConfig
from engine.evaluation.pools import Pool, encoded_pool, judged_data, sampled_pool
from engine.latents.arithmetic import nearest_exemplars
from engine.latents.learning import Learned, by_means, by_plane, by_trend
from engine.machine.work import Work
from engine.opened.directions import between
from engine.opened.factors import axis_candidates, layer_candidates
from engine.opened.model import OpenedModel
from engine.protocol.directions import Candidate, LearnedBy, Lesson
from engine.protocol.values import Capability, Recipe

ENCODED, SAMPLED = 3000, 1500
NUMBERS = 1 << 23
"""Coordinates of all their points together."""
GROUP, FEWEST = 200, 8
"""Pictures of each group: the nearest to the words, but none that is further from them than these are spread."""
CLASS = "class"

Open = Callable[[], Work[Store]]
"""Opens the labelled pictures of the model; asked only where they are needed."""


def learned(opened: OpenedModel, lesson: Lesson, open_data: Open) -> Work[tuple[tuple[Candidate, ...], str]]:
    """What a lesson teaches, and a note on how."""
    latent = opened.family.latent
    if latent is None or Capability.DECODE not in opened.family.capabilities:
        raise BadConfig("no-points", f"“{opened.model.name}” draws pixel by pixel and has no directions.")
    match lesson.by:
        case LearnedBy.AXES:
            found = axis_candidates(opened)
            return found, "" if found else "No axes were fitted to the points of this model."
        case LearnedBy.LAYER:
            return (yield from layer_candidates(opened))
        case LearnedBy.PICTURES:
            yield None
            return (_from_places(opened, lesson),), ""
        case _:
            data = yield from open_data()
            return (yield from _from_labels(opened, lesson, with_classes(data))), ""


def with_classes(data: Store) -> Store:
    """The same pictures, their class told as one more attribute."""
    if data.labels is None or len(data.classes) < 2 or CLASS in data.attributes:
        return data
    known = data.labels >= 0
    return replace(
        data,
        attributes={**data.attributes, CLASS: data.labels.clamp_min(0).float()},
        visible={**data.visible, CLASS: known},
        kinds={**data.kinds, CLASS: category("Class", data.classes)},
    )


def _from_places(opened: OpenedModel, lesson: Lesson) -> Candidate:
    if not (lesson.before and lesson.after):
        raise BadConfig("usage", "Give pictures of where the direction starts and of where it leads.")
    if any(place.model != opened.fingerprint for place in (*lesson.before, *lesson.after)):
        raise BadConfig("wrong-model", f"These places belong to another model than “{opened.model.name}”.")
    before, after = (_points(opened, places) for places in (lesson.before, lesson.after))
    return Candidate(
        label="My direction", move=tuple(between(before, after).tolist()), low=-2.0, high=2.0,
        made=f"from {_count(len(before))} to {_count(len(after))}",
    )  # fmt: skip


def _points(opened: OpenedModel, places: tuple[Recipe, ...]) -> Tensor:
    found = [opened.place(place) for place in places]
    return torch.stack([point for point in found if point is not None])


def _count(pictures: int) -> str:
    return "one picture" if pictures == 1 else f"the average of {pictures} pictures"


def _from_labels(opened: OpenedModel, lesson: Lesson, data: Store) -> Work[tuple[Candidate, ...]]:
    if not data.kinds:
        raise BadConfig("no-attributes", f"“{data.name}” has no labels to learn from.")
    to = wished(lesson.to, data.kinds)
    if lesson.by is LearnedBy.TREND:
        name = next(iter(to))
        pool = yield from _pool(opened, data, {name: data.kinds[name]})
        yield None
        return (_trend(lesson, pool, name, to[name], data.kinds[name]),)
    start = wished(lesson.start, data.kinds)
    if start == to:  # known before thousands of pictures are encoded
        raise _no_difference(lesson)
    pool = yield from _pool(opened, data, {name: data.kinds[name] for name in (*start, *to)})
    yield None
    before, after = (_group(pool, wish, data.kinds) for wish in (start, to))
    found = by_plane(before, after) if lesson.by is LearnedBy.PLANE else by_means(before, after)
    if not float(found.move_D.norm()) > 1e-9:
        raise _no_difference(lesson)
    how = "dividing plane" if lesson.by is LearnedBy.PLANE else "difference of averages"
    return (
        Candidate(
            label=_sentence(lesson.to), move=_numbers(found), low=-2.0, high=2.0, lesson=lesson, score=found.score,
            made=f"from “{lesson.start[:60]}” to “{lesson.to[:60]}”, {how}",
            score_words=f"{100 * found.score:.0f} % of pictures left out are told apart",
        ),
    )  # fmt: skip


def _no_difference(lesson: Lesson) -> BadConfig:
    return BadConfig("no-difference", f"“{lesson.start[:40]}” and “{lesson.to[:40]}” are the same pictures here.")


def _trend(lesson: Lesson, pool: Pool, name: str, wish: float, kind: AttributeKind) -> Candidate:
    shown_N, value_N = pool.visible[name], pool.values[name]
    y_N = (value_N[shown_N] == wish).float() if kind.is_category else value_N[shown_N]
    if len(y_N) < FEWEST or float(y_N.std()) < 1e-9:
        raise BadConfig("too-few", f"“{kind.label}” is the same in all pictures that were looked at.")
    found = by_trend(pool.points_ND[shown_N], y_N)
    if not kind.is_category and wish < (kind.low + kind.high) / 2:
        found = Learned(-found.move_D, found.score)
    return Candidate(
        label=_sentence(lesson.to), move=_numbers(found), lesson=lesson, score=found.score,
        made=f"the trend of “{lesson.to[:60]}” over {len(y_N)} pictures",
        score_words=f"tells {100 * max(0.0, found.score):.0f} % of how it varies in pictures left out",
    )  # fmt: skip


def _group(pool: Pool, wish: dict[str, float], kinds: dict[str, AttributeKind]) -> Tensor:
    """The points of pictures that are as is wished."""
    rows = nearest_exemplars(wish, pool.values, pool.spreads, pool.visible, GROUP, within=float(len(wish)))
    if len(rows) < FEWEST:
        raise BadConfig("too-few", f"Only {len(rows)} pictures are “{wish_words(wish, kinds)}”; {FEWEST} are needed.")
    return pool.points_ND[rows]


def _pool(opened: OpenedModel, data: Store, asked: dict[str, AttributeKind]) -> Work[Pool]:
    assert opened.family.latent is not None
    if Capability.ENCODE in opened.family.capabilities:
        config = opened.family.picture
        sized = yield from data.resizing(config.size, config.channels)
        most = max(2 * FEWEST, min(ENCODED, NUMBERS // opened.family.latent.coordinates))
        train = sized.subset(Split.TRAIN)
        return (yield from encoded_pool(opened, train, most, "Encoding labelled pictures", fewest=2 * FEWEST))
    judge, _ = yield from judged_data(opened, data)
    pool = yield from sampled_pool(opened, judge, SAMPLED)
    unread = [kind.label for name, kind in asked.items() if name not in pool.values]
    if unread:
        raise BadConfig("no-judge", f"No judge reads “{unread[0]}” of this model's pictures.")
    return pool


def _numbers(found: Learned) -> tuple[float, ...]:
    return tuple(found.move_D.tolist())


def _sentence(words: str) -> str:
    words = words.strip()
    return words[:1].upper() + words[1:40]
