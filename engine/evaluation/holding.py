"""Sliders and sums that leave the rest as it is.

A slider leaves chosen attributes as they are by conditional projection of its step.

Linear guesses of the attributes are read from points whose pictures are known; of all steps that move the slider's own
guess as far and leave the chosen ones, the one nearest to the slider's step is taken (`latents.arithmetic.held_still`).
A sum leaves all that it is not about, which its words tell, and is corrected by what its picture shows (`steady`).
Shape legend: D coordinates, A attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from engine.datasets.store import Split, Store
from engine.datasets.wishes import wished
from engine.disk.files import BadConfig
from engine.evaluation.learning import ENCODED, SAMPLED
from engine.evaluation.pools import Pool, encoded_pool, judged_data, sampled_pool
from engine.evaluation.steady import Steady, about, steadied, steady
from engine.latents.arithmetic import combined, held_still, readouts
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.protocol.directions import Candidate
from engine.protocol.made import AddedUp
from engine.protocol.sums import Sign, Sum
from engine.protocol.values import Capability


def held(opened: OpenedModel, whole: Store, name: str, still: Sequence[str]) -> Work[tuple[Candidate, Candidate]]:
    """The slider as it is, and as it is with some attributes held still."""
    extra = opened.explorables
    found = [k for k, one in enumerate(extra.directions) if one.name == name] if extra is not None else []
    if extra is None or not found:
        raise BadConfig("unknown-direction", f"“{opened.model.name}” has no direction “{name[:40]}”.")
    judge, data = yield from judged_data(opened, whole)
    if Capability.ENCODE in opened.family.capabilities:
        pool = yield from encoded_pool(opened, data.subset(Split.TRAIN), ENCODED, "Encoding labelled pictures")
    else:
        pool = yield from sampled_pool(opened, judge, SAMPLED)
    unknown = [one for one in still if one not in pool.values]
    if unknown or not still:
        raise BadConfig("unknown-attribute", f"Say what is held still, of {', '.join(pool.values)}.")
    yield None
    direction, step_D = extra.directions[found[0]], extra.directions_MD[found[0]]
    names = [one for one in pool.values if one in still or one == name]
    guesses = dict(zip(names, _guesses(pool, names), strict=True))
    covariance_DD = torch.cov(pool.points_ND.T)
    own_D = guesses[name] if name in guesses else (torch.linalg.pinv(covariance_DD.double()) @ step_D.double()).float()
    others_AD = torch.stack([guesses[one] for one in still if one != name])
    held_D = held_still(step_D, own_D, others_AD, covariance_DD)
    label = direction.label or name
    made = f"{label}, {', '.join(still)} held still"
    return (
        Candidate(label=label, move=tuple(step_D.tolist()), low=direction.low, high=direction.high, made="as it is"),
        Candidate(
            label=f"{label}, held"[:60], move=tuple(held_D.tolist()), low=direction.low, high=direction.high, made=made
        ),
    )


def _guesses(pool: Pool, names: Sequence[str]) -> Tensor:
    values = [(pool.values[one] > 0.5).float() if one in pool.categories else pool.values[one] for one in names]
    return readouts(pool.points_ND, torch.stack(values, 1), torch.stack([pool.visible[one] for one in names], 1))


def held_sum(opened: OpenedModel, whole: Store, total: Sum, plain: AddedUp) -> Work[AddedUp]:
    """A sum whose step moves what it is about and nothing else that points tell; `plain` is the same, added up."""
    still = yield from steady(opened, whole)
    yield None
    means = [None if mean is None or mean.point is None else torch.tensor(mean.point) for mean in plain.means]
    wishes = [_wish(term.words, whole) for term in total.terms]
    signs = [term.sign for term in total.terms]
    own = about(opened, still, means, signs, total.base, wishes)
    if not own:
        raise BadConfig("nothing-told", "Nothing that these pictures are labelled with is told by this sum.")
    step_D = held_step(opened, still, means, signs, total.base, own)
    labels = tuple(whole.kinds[name].label if name in whole.kinds else name for name in own)
    return replace(plain, step=tuple(step_D.tolist()), about=labels)


def held_step(
    opened: OpenedModel, still: Steady, means: Sequence[Tensor | None], signs: Sequence[Sign], base: int,
    own: Sequence[str],
) -> Tensor:  # fmt: skip
    """The step (D,) of a sum with all but its own attributes held still."""
    start_D = means[base]
    assert start_D is not None
    moving = [(mean, sign) for k, (mean, sign) in enumerate(zip(means, signs, strict=True)) if k != base]
    added = [mean for mean, sign in moving if mean is not None and sign is Sign.PLUS]
    taken = [mean for mean, sign in moving if mean is not None and sign is Sign.MINUS]
    step_D = combined([start_D, *added], taken, 1.0) - start_D
    shows_D = added[0] if len(added) == 1 else start_D + step_D
    own_A = torch.tensor([name in own for name in still.names])
    return steadied(opened, still, start_D[None], step_D[None], shows_D[None], own_A[None])[0]


def _wish(words: str, whole: Store) -> dict[str, float]:
    """What words ask of pictures; nothing where they are no question."""
    try:
        return wished(words, whole.kinds) if words else {}
    except BadConfig:
        return {}
