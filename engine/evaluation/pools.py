"""Points with what is known of their pictures: labelled pictures encoded, or drawn ones, read by the judge.

Shape legend: N pictures, D coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.datasets.batches import evenly
from engine.datasets.store import Store
from engine.disk.files import BadConfig
from engine.evaluation.reading import readers_of, readings, real
from engine.evaluation.samples import sampled
from engine.families.judges.judge import FaceJudge
from engine.latents.arithmetic import CATEGORY_SPREAD, EXEMPLARS
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.protocol.answers import Evaluating
from engine.protocol.values import Capability, Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Points with what is known of their pictures."""

    points_ND: Tensor
    values: dict[str, Tensor]
    visible: dict[str, Tensor]
    categories: frozenset[str]

    @property
    def spreads(self) -> dict[str, float]:
        return {
            name: CATEGORY_SPREAD if name in self.categories else max(1e-6, float(value[self.visible[name]].std()))
            for name, value in self.values.items()
        }


def judged_data(opened: OpenedModel, whole: Store) -> Work[tuple[FaceJudge, Store]]:
    """Who judges pictures of this model against this data, and the data at the model's size."""
    if opened.family.latent is None or Capability.DECODE not in opened.family.capabilities:
        raise BadConfig("no-points", f"“{opened.model.name}” draws pixel by pixel and has no points to add.")
    config = opened.family.picture
    data = yield from whole.resizing(config.size, config.channels)
    readers = readers_of(data, config.channels)
    if readers.face is None:
        raise BadConfig("no-judge", f"Pictures of “{data.name}” cannot be judged: {readers.why_no_face}.")
    return readers.face, data


def encoded_pool(opened: OpenedModel, data: Store, most: int, words: str, *, fewest: int = 2 * EXEMPLARS) -> Work[Pool]:
    """Points of an even part of labelled pictures."""
    n, points = min(most, len(data)), []
    for x_BCHW in real(data, n):
        with torch.no_grad():
            points.append(opened.family.encode(x_BCHW.to(opened.device)).float().cpu())
        yield Evaluating(what=words, done=sum(map(len, points)), of=n)
    if n < fewest:
        raise BadConfig("too-few", f"“{data.name}” has too few pictures for this: {n}, where {fewest} are needed.")
    everywhere, rows = torch.ones(n, dtype=torch.bool), evenly(len(data), n)
    return Pool(
        points_ND=torch.cat(points),
        values={name: value[rows] for name, value in data.attributes.items()},
        visible={name: data.visible[name][rows] if name in data.visible else everywhere for name in data.attributes},
        categories=frozenset(name for name, kind in data.kinds.items() if kind.is_category),
    )


def sampled_pool(opened: OpenedModel, judge: FaceJudge, n: int) -> Work[Pool]:
    """Places of the seeds 0 to n - 1, with what the judge sees in their pictures."""
    places = [opened.place(Recipe(model=opened.fingerprint, seed=seed)) for seed in range(n)]
    found, done = [], 0
    for x_BCHW in sampled(opened, n):
        if x_BCHW is None:
            yield None
            continue
        found.append(readings(judge, x_BCHW))
        done += len(x_BCHW)
        yield Evaluating(what="Drawing exemplars", done=done, of=n)
    values = {name: torch.cat([best_of(part[name]) for part in found]) for name in found[0]}
    everywhere = torch.ones(n, dtype=torch.bool)
    return Pool(
        points_ND=torch.stack([place for place in places if place is not None]),
        values=values,
        visible=dict.fromkeys(values, everywhere),
        categories=frozenset(judge.categories),
    )


def best_of(reading: Tensor) -> Tensor:
    """A value as it is, of probabilities the likeliest category."""
    return reading.argmax(1).float() if reading.ndim == 2 else reading
