"""A slider that leaves chosen attributes as they are: conditional projection of its step.

Linear guesses of the attributes are read from points whose pictures are known; of all steps that move the slider's own
guess as far and leave the chosen ones, the one nearest to the slider's step is taken (`latents.arithmetic.held_still`).
Shape legend: D coordinates, A attributes.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig
from engine.evaluation.learning import ENCODED, SAMPLED
from engine.evaluation.pools import Pool, encoded_pool, judged_data, sampled_pool
from engine.latents.arithmetic import held_still, readouts
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.protocol.directions import Candidate
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
