"""Sums that change what they are about, sliders that move what they are called after: the rest stays as it is.

A step between averaged pictures carries along whatever their averages differ in. First its linear guesses are held
still (`latents.arithmetic.held_still`). Then the picture at its end is decoded and read, some attributes having moved
all the same, because decoding is not linear; and the step is corrected by what the reading says, a few times over
(Gauss-Newton with the linear guesses as the derivative):

    own attributes    the whole way to what the picture shows that is to be reached
    all others        half of what they moved beyond a quarter of a deviation: readings are not exact either; but not
                      of what the picture cannot show, as eyes behind dark glasses

The reader is the one that models may learn from; the judge, which measures sums, is asked nothing. Without a reader for
the pictures the linear guesses are all. Shape legend: N pictures, D coordinates, A attributes, T sums.

A slider leaves chosen attributes as they are by conditional projection of its step alone: of all steps that move its
own guess as far and leave the chosen ones, the one nearest to its own is taken.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.datasets.store import Split, Store
from engine.datasets.wishes import wished
from engine.disk.files import BadConfig
from engine.evaluation.learning import ENCODED, SAMPLED
from engine.evaluation.pools import Pool, encoded_pool, judged_data, sampled_pool
from engine.evaluation.reading import CHUNK, readings
from engine.families.judges.judge import FaceJudge
from engine.latents.arithmetic import combined, corrections, held_still, readouts
from engine.latents.fit import explained
from engine.machine.work import Work
from engine.opened.judging import reader_of
from engine.opened.model import OpenedModel
from engine.opened.survey import LEAST_EXPLAINED
from engine.protocol.directions import Candidate
from engine.protocol.made import AddedUp
from engine.protocol.sums import Sign, Sum
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
    signs_AD: Tensor
    """Gradients of the linear guesses whether a picture shows the attribute at all: dark glasses hide the eyes."""
    least_A: Tensor
    """From where on such a guess says that it does."""
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
    signs_AD, least_A = _signs(pool.points_ND, known_NA[:, kept])
    return Steady(
        names=tuple(names[k] for k in kept),
        guesses_AD=guesses_AD,
        covariance_DD=covariance_DD,
        corrections_DA=corrections(guesses_AD, covariance_DD) if kept else guesses_AD.T,
        spreads_A=torch.tensor(spreads),
        signs_AD=signs_AD,
        least_A=least_A,
        reader=reader if reader is not None and opened.family.picture.channels == reader.picture.channels else None,
        left_out=tuple(name for k, name in enumerate(names) if k not in kept),
    )


def _signs(points_ND: Tensor, shown_NA: Tensor) -> tuple[Tensor, Tensor]:
    """What tells whether an attribute shows (A, D), and the middle between pictures that show it and that do not."""
    signs_AD = readouts(points_ND, shown_NA.float(), torch.ones_like(shown_NA))
    told_NA, shown = points_ND @ signs_AD.T, shown_NA.float()
    with_A, without_A = ((told_NA * part).sum(0) / part.sum(0) for part in (shown, 1.0 - shown))
    return signs_AD, torch.where(torch.isfinite(with_A + without_A), (with_A + without_A) / 2.0, -torch.inf)


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

    `shows_TD` are places whose pictures show the own attributes as they are to become. What cannot be seen in them, or
    where the step begins, is not held: eyes that are to stay as they are let no dark glasses be put on.
    """
    kept_TA = ~own_TA & _shown(still, start_TD) & _shown(still, shows_TD)
    held = [_held(still, *each) for each in zip(step_TD, own_TA, kept_TA, strict=True)]
    step_TD = torch.stack(held)
    if still.reader is None:
        return step_TD
    before_TA, wished_TA = _seen(opened, still, start_TD), _seen(opened, still, shows_TD)
    for _ in range(PASSES):
        now_TA = _seen(opened, still, start_TD + step_TD)
        moved_TA = before_TA - now_TA
        back_TA = kept_TA * SHARE * moved_TA.sign() * (moved_TA.abs() - SLACK).clamp_min(0.0)
        step_TD = step_TD + torch.where(own_TA, wished_TA - now_TA, back_TA) @ still.corrections_DA.T
    return step_TD


def _held(still: Steady, step_D: Tensor, own_A: Tensor, kept_A: Tensor) -> Tensor:
    if not bool(own_A.any()) or not bool(kept_A.any()):
        return step_D
    return held_still(step_D, still.guesses_AD[own_A], still.guesses_AD[kept_A], still.covariance_DD)


def _shown(still: Steady, z_TD: Tensor) -> Tensor:
    """Which attributes the pictures of these places probably show (T, A)."""
    return z_TD @ still.signs_AD.T >= still.least_A


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


# ---------------------------------------------------------------- sums and sliders


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
