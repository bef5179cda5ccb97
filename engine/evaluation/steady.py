"""A sum that changes what it is about and leaves the rest as it is.

A step between averaged pictures carries along whatever their averages differ in. First its linear guesses are held
still (`latents.arithmetic.held_still`). Then the picture at its end is decoded and read, some attributes having moved
all the same, because decoding is not linear; and the step is corrected by what the reading says, a few times over
(Gauss-Newton with the linear guesses as the derivative):

    own attributes    the whole way to what the picture shows that is to be reached
    all others        half of what they moved beyond a quarter of a deviation: readings are not exact either

The reader is the one that models may learn from; the judge, which measures sums, is asked nothing. Without a reader for
the pictures the linear guesses are all. Shape legend: N pictures, D coordinates, A attributes, T sums.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig
from engine.evaluation.learning import ENCODED, SAMPLED
from engine.evaluation.pools import Pool, encoded_pool, judged_data, sampled_pool
from engine.evaluation.reading import CHUNK, readings
from engine.families.judges.judge import FaceJudge
from engine.latents.arithmetic import corrections, held_still, readouts
from engine.latents.fit import explained
from engine.machine.work import Work
from engine.opened.judging import reader_of
from engine.opened.model import OpenedModel
from engine.opened.survey import LEAST_EXPLAINED
from engine.protocol.sums import Sign
from engine.protocol.values import Capability

PASSES = 3
SHARE, SLACK = 0.5, 0.25
"""Of what another attribute moved beyond so many deviations, so much is taken back in each pass."""
MOST_OWN = 0.5
"""Where no words say what a sum is about, it is what moves at least so much of what moves most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """What is needed to hold attributes still: those that the model's points tell."""

    names: tuple[str, ...]
    guesses_AD: Tensor
    """Gradients of the linear guesses, in deviations."""
    covariance_DD: Tensor
    corrections_DA: Tensor
    spreads_A: Tensor
    reader: FaceJudge | None
    left_out: tuple[str, ...] = ()
    """Attributes that the points do not tell."""


def steady_from(opened: OpenedModel, pool: Pool, reader: FaceJudge | None, names: Sequence[str] = ()) -> Steady:
    """Guesses of these attributes (of all, without names) from points whose pictures are known."""
    names = [name for name in (names or pool.values) if name in pool.values]
    values_NA = torch.stack([_number(pool, name) for name in names], 1)
    known_NA = torch.stack([pool.visible[name] for name in names], 1)
    shares = explained(pool.points_ND, values_NA, known_NA).tolist()
    kept = [k for k, share in enumerate(shares) if share >= LEAST_EXPLAINED]
    covariance_DD = torch.cov(pool.points_ND.T)
    guesses_AD = readouts(pool.points_ND, values_NA, known_NA)[kept]
    spreads = [max(1e-6, float(values_NA[known_NA[:, k], k].std())) for k in kept]
    return Steady(
        names=tuple(names[k] for k in kept),
        guesses_AD=guesses_AD,
        covariance_DD=covariance_DD,
        corrections_DA=corrections(guesses_AD, covariance_DD) if kept else guesses_AD.T,
        spreads_A=torch.tensor(spreads),
        reader=reader if reader is not None and opened.family.picture.channels == reader.picture.channels else None,
        left_out=tuple(name for k, name in enumerate(names) if k not in kept),
    )


def reading_of(data: Store) -> FaceJudge | None:
    """Who reads the pictures of sums, if anybody knows their attributes."""
    reader = reader_of(data) if data.attributes else None
    if not isinstance(reader, FaceJudge):
        return None
    return reader if {*reader.values, *reader.categories} & set(data.attributes) else None


_made: OrderedDict[tuple[str, int, str], Steady] = OrderedDict()
_REMEMBERED = 2


def steady(opened: OpenedModel, whole: Store) -> Work[Steady]:
    """The same for an opened model, from the labelled pictures that it learned from; made once."""
    key = opened.fingerprint, opened.moment, whole.sha256
    if key not in _made or not whole.sha256:
        if not whole.kinds:
            raise BadConfig("no-attributes", f"“{whole.name}” has no labels, so nothing says what would be held still.")
        if Capability.ENCODE in opened.family.capabilities:
            config = opened.family.picture
            sized = yield from whole.resizing(config.size, config.channels)
            pool = yield from encoded_pool(opened, sized.subset(Split.TRAIN), ENCODED, "Encoding labelled pictures")
        else:
            judge, _ = yield from judged_data(opened, whole)
            pool = yield from sampled_pool(opened, judge, SAMPLED)
        _made[key] = steady_from(opened, pool, reading_of(whole))
        while len(_made) > _REMEMBERED:
            _made.popitem(last=False)
    return _made[key]


def _number(pool: Pool, name: str) -> Tensor:
    """Categories count as whether the thing is there at all, as for directions."""
    return (pool.values[name] > 0.5).float() if name in pool.categories else pool.values[name]


# ---------------------------------------------------------------- what a sum is about


def about(
    opened: OpenedModel, still: Steady, means: Sequence[Tensor | None], signs: Sequence[Sign], base: int,
    wishes: Sequence[Mapping[str, float]],
) -> tuple[str, ...]:  # fmt: skip
    """The attributes that a sum is to change: those in which the words of what is added and taken away differ.

    Where some of it has no words, those that differ most in its averages.
    """
    moving = [k for k, mean in enumerate(means) if mean is not None and k != base]
    if all(wishes[k] for k in moving):
        plus, minus = (
            Counter(pair for k in moving if signs[k] is sign for pair in wishes[k].items())
            for sign in (Sign.PLUS, Sign.MINUS)
        )
        named = {name for name, _ in (*(plus - minus), *(minus - plus))}
        if found := tuple(name for name in still.names if name in named):
            return found
    step_A = torch.zeros(len(still.names))
    for k in moving:
        mean_D = means[k]
        assert mean_D is not None
        seen_A = _seen(opened, still, mean_D[None])[0] if still.reader is not None else still.guesses_AD @ mean_D
        step_A = step_A + seen_A if signs[k] is Sign.PLUS else step_A - seen_A
    most = float(step_A.abs().max()) if len(step_A) else 0.0
    return tuple(
        name for name, moved in zip(still.names, step_A.abs().tolist(), strict=True) if moved >= MOST_OWN * most > 0
    )


# ---------------------------------------------------------------- holding still


def steadied(
    opened: OpenedModel, still: Steady, start_TD: Tensor, step_TD: Tensor, shows_TD: Tensor, own_TA: Tensor
) -> Tensor:
    """The steps (T, D) with all but their own attributes held still.

    `shows_TD` are places whose pictures show the own attributes as they are to become.
    """
    held = [_held(still, step_D, own_A) for step_D, own_A in zip(step_TD, own_TA, strict=True)]
    step_TD = torch.stack(held)
    if still.reader is None:
        return step_TD
    before_TA, wished_TA = _seen(opened, still, start_TD), _seen(opened, still, shows_TD)
    for _ in range(PASSES):
        now_TA = _seen(opened, still, start_TD + step_TD)
        moved_TA = before_TA - now_TA
        back_TA = SHARE * moved_TA.sign() * (moved_TA.abs() - SLACK).clamp_min(0.0)
        step_TD = step_TD + torch.where(own_TA, wished_TA - now_TA, back_TA) @ still.corrections_DA.T
    return step_TD


def _held(still: Steady, step_D: Tensor, own_A: Tensor) -> Tensor:
    if not bool(own_A.any()) or bool(own_A.all()):
        return step_D
    return held_still(step_D, still.guesses_AD[own_A], still.guesses_AD[~own_A], still.covariance_DD)


def _seen(opened: OpenedModel, still: Steady, z_TD: Tensor) -> Tensor:
    """What the reader sees of pictures (T, A), in deviations; what it does not know never moves."""
    assert still.reader is not None
    with torch.no_grad():
        parts = [opened.family.decode(z.to(opened.device)).cpu().clamp(-1, 1) for z in torch.split(z_TD, CHUNK)]
    found = readings(still.reader, torch.cat(parts))
    seen_TA = torch.zeros(len(z_TD), len(still.names))
    for k, name in enumerate(still.names):
        if name in found:
            seen_TA[:, k] = 1.0 - found[name][:, 0] if found[name].ndim == 2 else found[name]
    return seen_TA / still.spreads_A
