"""Does arithmetic of attributes work, and does it leave the rest alone? Many triplets, judged.

A triplet takes exemplars of three kinds, averages the points of each kind, and computes
    result = (A as wished, B here) - (A as it was, B here) + (A as it was, B there),
"smiling woman - neutral woman + neutral man" with A the smile and B the gender. The judge then reads the result:

    reached   A in the result is nearer to what was wished than to what it was
    strict    A in the result is within half a standard deviation of what was wished (the same category)
    kept      share of all other attributes that are, within half a standard deviation (the same category), what
              they are in the picture of the last term; those that the exemplars do not show are left out

and `reached_held`, `strict_held`, `kept_held` are the same after the step was corrected so that the other attributes
hold still, as the window does it (`evaluation.holding`). Exemplars are held-out pictures where the family encodes, else
pictures it drew, read by the judge. A goes over the attributes that the model's points tell at all, as sliders do; B
over all. Shape legend: N exemplars to choose from, D coordinates, T triplets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig
from engine.evaluation.holding import Steady, reading_of, steadied, steady_from
from engine.evaluation.pools import Pool, best_of, encoded_pool, judged_data, sampled_pool
from engine.evaluation.reading import CHUNK, readings
from engine.families.judges.judge import FaceJudge
from engine.latents.arithmetic import EXEMPLARS, balanced_exemplars, combined
from engine.machine.seeds import generator
from engine.machine.work import Work
from engine.metrics.measured import Measured, mean_of
from engine.opened.model import OpenedModel
from engine.protocol.answers import Evaluating
from engine.protocol.values import Capability

POOL = 2000
LEARNED_FROM = 3000
LOW, HIGH = 0.1, 0.9
"""Quantiles that stand for the two ends of a continuous attribute."""
KEPT_WITHIN = 0.5
"""In standard deviations of the attribute over the exemplars."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One triplet: what A was and shall be, and B here and there."""

    a: str
    was: float
    wished: float
    b: str
    here: float
    there: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Shares over triplets, by plain arithmetic and with the others held still."""

    triplets: int
    reached: Measured
    strict: Measured
    kept: Measured
    reached_held: Measured
    strict_held: Measured
    kept_held: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """What many triplets came to, together and for each attribute that was moved."""

    all: Tally
    by_attribute: dict[str, Tally]
    left_out: tuple[str, ...]
    """Attributes that the model's points do not tell."""


def arithmetic(opened: OpenedModel, whole: Store, triplets: int) -> Work[Arithmetic]:
    """Measure so many triplets, chosen at random among all there are."""
    judge, data = yield from judged_data(opened, whole)
    if Capability.ENCODE in opened.family.capabilities:
        pool = yield from encoded_pool(opened, data.subset(Split.TEST), POOL, "Encoding held-out pictures")
        learned = yield from encoded_pool(opened, data.subset(Split.TRAIN), LEARNED_FROM, "Encoding training pictures")
    else:
        pool = learned = yield from sampled_pool(opened, judge, LEARNED_FROM)
    names = [name for name in pool.values if name in judge.values or name in judge.categories]
    still = steady_from(opened, learned, reading_of(data), names)
    told = list(still.names)
    plans = _plans(pool, told, names, triplets)
    if not plans:
        raise BadConfig("no-triplets", f"The points of “{opened.model.name}” tell no attribute that could be added.")
    outcomes, done = [], 0
    for some in _pieces(plans):
        outcomes.append(_judge(opened, judge, pool, some, names, still))
        done += len(some)
        yield Evaluating(what="Judging triplets", done=done, of=len(plans))
    outcome_T6 = torch.cat(outcomes)
    rows = {name: torch.tensor([plan.a == name for plan in plans]) for name in told}
    return Arithmetic(
        all=_tally(outcome_T6),
        by_attribute={name: _tally(outcome_T6[mask]) for name, mask in rows.items() if bool(mask.any())},
        left_out=still.left_out,
    )


# ---------------------------------------------------------------- triplets


def _ends(pool: Pool, name: str) -> list[tuple[float, float]]:
    """Pairs of values between which an attribute is moved."""
    value_N = pool.values[name][pool.visible[name]]
    if name in pool.categories:
        common = torch.bincount(value_N.long())
        return [(0.0, float(k)) for k in range(1, len(common)) if int(common[k]) >= 3 and int(common[0]) >= 3]
    low, high = torch.quantile(value_N, torch.tensor([LOW, HIGH])).tolist()
    return [(low, high)] if high > low else []


def _plans(pool: Pool, moved: Sequence[str], names: Sequence[str], count: int) -> list[Plan]:
    every = [
        Plan(a, was, wished, b, here, there)
        for a in moved
        for pair in _ends(pool, a)
        for was, wished in (pair, pair[::-1])
        for b in names
        if b != a
        for other in _ends(pool, b)
        for here, there in (other, other[::-1])
    ]
    chosen = torch.randperm(len(every), generator=generator(0, 5))[:count]
    return [every[k] for k in sorted(chosen.tolist())]


def _pieces(plans: Sequence[Plan]) -> Iterator[Sequence[Plan]]:
    for first in range(0, len(plans), CHUNK):
        yield plans[first : first + CHUNK]


def _judge(
    opened: OpenedModel,
    judge: FaceJudge,
    pool: Pool,
    plans: Sequence[Plan],
    names: Sequence[str],
    still: Steady,
) -> Tensor:
    """(T, 6): reached, strict, kept of some triplets, and the same held."""
    spreads, places, shown = pool.spreads, [], []
    for plan in plans:
        kinds = ((plan.wished, plan.here), (plan.was, plan.here), (plan.was, plan.there))
        rows = [
            balanced_exemplars({plan.a: a, plan.b: b}, pool.values, spreads, pool.visible, EXEMPLARS) for a, b in kinds
        ]
        places.append(torch.stack([pool.points_ND[which].mean(0) for which in rows]))
        shown.append([name for name in names if name != plan.a and _mostly_shown(pool, name, rows[0], rows[2])])
    wished_TD, was_TD, start_TD = torch.stack(places, 1)
    own_TA = torch.tensor([[name == plan.a for name in still.names] for plan in plans])
    step_TD = steadied(opened, still, start_TD, wished_TD - was_TD, wished_TD, own_TA)
    result_TD = combined([start_TD, wished_TD], [was_TD], 1.0)
    ends = torch.stack((start_TD, result_TD, start_TD + step_TD), 1).flatten(0, 1)
    with torch.no_grad():
        x_BCHW = torch.cat(
            [opened.family.decode(z_BD.to(opened.device)).cpu() for z_BD in torch.split(ends, CHUNK)]
        ).clamp(-1, 1)
    found = {name: best_of(value).view(-1, 3) for name, value in readings(judge, x_BCHW).items()}
    outcomes = []
    for t, (plan, others) in enumerate(zip(plans, shown, strict=True)):
        mine = {name: value_T3[t] for name, value_T3 in found.items()}
        outcomes.append([answer for which in (1, 2) for answer in _answers(pool, spreads, plan, mine, which, others)])
    return torch.tensor(outcomes)


def _mostly_shown(pool: Pool, name: str, *groups: Tensor) -> bool:
    return all(float(pool.visible[name][rows].float().mean()) >= 0.5 for rows in groups)


def _answers(
    pool: Pool, spreads: dict[str, float], plan: Plan, found: dict[str, Tensor], which: int, others: Sequence[str]
) -> tuple[float, float, float]:
    """Whether A was reached in picture `which`, and strictly; and the share of the others that stayed."""
    now = float(found[plan.a][which])
    if plan.a in pool.categories:
        reached = strict = now == plan.wished
    else:
        reached = abs(now - plan.wished) < abs(now - plan.was)
        strict = abs(now - plan.wished) <= KEPT_WITHIN * spreads[plan.a]
    kept = []
    for name in others:
        moved = abs(float(found[name][which]) - float(found[name][0]))
        kept.append(moved == 0.0 if name in pool.categories else moved <= KEPT_WITHIN * spreads[name])
    return float(reached), float(strict), sum(kept) / max(1, len(kept))


def _tally(outcome_T6: Tensor) -> Tally:
    reached, strict, kept, reached_held, strict_held, kept_held = (mean_of(column) for column in outcome_T6.T)
    return Tally(
        triplets=len(outcome_T6), reached=reached, strict=strict, kept=kept,
        reached_held=reached_held, strict_held=strict_held, kept_held=kept_held,
    )  # fmt: skip
