"""The scores of one model on held-out pictures, and in words why one of them cannot be had.

Shape legend: N pictures, F features, K classes, as in `engine.evaluation.reading`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from engine.datasets.batches import batch, evenly
from engine.datasets.store import Split, Store
from engine.disk.files import BadConfig
from engine.evaluation.likelihoods import (
    MOST_POINTS,
    POINTS,
    SLOW,
    STEPS,
    annealed_likelihood,
    annealing_gap,
    weighted_bound,
    why_not_slowly,
)
from engine.evaluation.obeyed import class_obeyed, class_wish
from engine.evaluation.reading import (
    CHUNK,
    Readers,
    Score,
    Seen,
    readers_of,
    readings,
    real,
    reconstructed,
    seen,
    seen_once,
)
from engine.evaluation.samples import Samples, sampled
from engine.families.judges.judge import FaceJudge
from engine.latents.fit import principal_axes
from engine.machine.seeds import generator
from engine.machine.work import Work
from engine.metrics.features import fid, kid, precision_recall, valid
from engine.metrics.look import octaves, sharpness, spectrum
from engine.metrics.measured import Measured, mean_of
from engine.metrics.neighbours import memorised
from engine.metrics.readings import balanced_accuracy, r_squared
from engine.metrics.scores import class_balance, class_kl, diversity_score, inception_score
from engine.opened.asking import own_conditions
from engine.opened.closer import can_look_closer, closer
from engine.opened.model import OpenedModel
from engine.protocol.answers import Evaluating
from engine.protocol.values import Capability

_DISTANCES = ("fid", "kid", "precision", "recall", "valid", "memorised")
_LOOKS = ("sharpness", "spectrum")
_CLASSES = ("inception_score", "diversity_score", "class_kl", "class_kl_backward", "class_balance")
KNOWN_PER_MADE = 4
"""Training pictures a distance compares each drawn one with: their part of its error is then the smaller one."""
_COPIES = ("fid_reconstruction", "sharpness_reconstruction", "spectrum_reconstruction", "copies", "attributes")
BOUND_PICTURES = 100
"""Enough for a bound whose error is then that of the pictures."""
CLOSER_AT_ONCE = 32
"""Pictures looked at closer together: few enough that one can leave soon."""
COMPONENTS_OF = 2000
"""Training pictures whose principal components a copy is compared with."""
ON_ASKING = ("closer", *SLOW)
"""What takes so long that it is measured only when it is named."""
METRICS = (*_DISTANCES, *_LOOKS, *_COPIES, *_CLASSES, "class_obeyed", "likelihood", *ON_ASKING)


def available(opened: OpenedModel, data: Store, readers: Readers | None = None) -> dict[str, str]:
    """Every metric with the reason why it cannot be measured on these pictures, empty where it can; `readers` are
    those of `readers_for`, else the bundled ones."""
    return _reasons(opened, readers or readers_of(data, opened.family.picture.channels), data.classes)


def _reasons(opened: OpenedModel, readers: Readers, classes: tuple[str, ...]) -> dict[str, str]:
    can, name = opened.family.capabilities, opened.model.name
    cannot_read = "" if readers.any is not None else f"{readers.why_no_face}, and {readers.why_no_glyph}"
    cannot_encode = "" if Capability.ENCODE in can else f"“{name}” has no encoder"
    reasons = dict.fromkeys(_DISTANCES, cannot_read)
    reasons |= dict.fromkeys(_LOOKS, "")
    reasons |= dict.fromkeys(_COPIES, cannot_encode)
    reasons["fid_reconstruction"] = cannot_encode or cannot_read
    reasons["attributes"] = cannot_encode or readers.why_no_face
    reasons |= dict.fromkeys(_CLASSES, readers.why_no_glyph)
    cannot_wish = "" if class_wish(opened, classes) else f"“{name}” cannot be asked for these classes"
    reasons["class_obeyed"] = readers.why_no_glyph or cannot_wish
    reasons["likelihood"] = "" if Capability.LIKELIHOOD in can else f"“{name}” has no likelihood"
    cannot_look = "" if can_look_closer(opened) else f"“{name}” passes no gradient from a picture back to its point"
    return reasons | {"closer": cannot_encode or cannot_look} | why_not_slowly(opened)


def evaluate(
    opened: OpenedModel,
    whole: Store,
    names: tuple[str, ...] | None,
    n: int,
    kept: Samples | None = None,
    readers: Readers | None = None,
    *,
    points: int = POINTS,
    moves: int = STEPS,
) -> Work[dict[str, Score]]:
    """The metrics asked for (None: all that can be had soon), on at most `n` held-out pictures.

    The weighted bound takes so many `points` a picture, annealing so many `moves` from the prior to the posterior.
    """
    config = opened.family.picture
    data = yield from whole.resizing(config.size, config.channels)
    test, train = data.subset(Split.TEST), data.subset(Split.TRAIN)
    readers = readers or readers_of(data, config.channels)
    names = possible(names, _reasons(opened, readers, data.classes))
    if len(test) < 2:
        raise BadConfig("too-few", f"“{data.name}” has {len(test)} held-out pictures; at least 2 are needed.")
    n = min(n, len(test), len(train))
    scores: dict[str, Score] = {}
    if set(names) - {"likelihood", "class_obeyed", *ON_ASKING}:
        held = yield from seen_once(readers, test, n, "Reading held-out pictures")
        known = yield from seen_once(readers, train, min(KNOWN_PER_MADE * n, len(train)), "Reading training pictures")
        if {*_DISTANCES, *_LOOKS, *_CLASSES} & set(names):
            made = yield from seen(readers, sampled(opened, n, kept), n, "Sampling pictures")
            scores |= yield from _distances(known, held, made, names)
            scores |= _looks(known, held, made, names)
            yield None
            scores |= _class_scores(held, made, test, names)
            yield None
        if set(_COPIES) & set(names):
            scores |= yield from _reconstructions(opened, readers, test, train, held, known, names)
    if "class_obeyed" in names and readers.glyph is not None:
        scores["class_obeyed"] = yield from class_obeyed(opened, readers.glyph, test, n)
    if "closer" in names:
        scores |= yield from _closer(opened, readers, test, n)
    if "likelihood" in names:
        scores |= yield from _likelihood(opened, test, train, n)
    if "iwae" in names:
        scores["iwae"] = yield from weighted_bound(opened, test, min(n, BOUND_PICTURES), points)
    if "iwae_most" in names:
        scores["iwae_most"] = yield from weighted_bound(opened, test, min(n, BOUND_PICTURES), MOST_POINTS)
    if "log_likelihood" in names:
        scores["log_likelihood"] = yield from annealed_likelihood(opened, test, n, steps=moves)
        scores["annealing_gap"] = yield from annealing_gap(opened, steps=moves)
    return scores


def possible(names: tuple[str, ...] | None, reasons: Mapping[str, str]) -> tuple[str, ...]:
    """The metrics asked for, all that can be had soon for None; BadConfig for one that cannot be had."""
    if names is None:
        return tuple(name for name, reason in reasons.items() if not reason and name not in ON_ASKING)
    unknown = [name for name in names if name not in reasons]
    if unknown:
        raise BadConfig("unknown-metric", f"“{unknown[0][:40]}” is no metric; there are: {', '.join(METRICS)}.")
    for name in names:
        if reasons[name]:
            raise BadConfig("no-metric", f"“{name}” cannot be measured here: {reasons[name]}.")
    return names


def _distances(known: Seen, held: Seen, made: Seen, names: tuple[str, ...]) -> Work[dict[str, Score]]:
    """From training pictures, as Heusel et al. do; `real` is how far held-out ones are: no model comes nearer.

    A copy of a held-out picture would be nearer to that picture than any drawn one can be; so reconstructions too
    are measured from pictures that they are no copies of.
    """
    scores: dict[str, Score] = {}
    known_NF, held_NF, made_NF = known.features_NF, held.features_NF, made.features_NF
    n = len(made_NF)
    few_NF = known_NF[evenly(len(known_NF), n)]  # manifolds of as many points on both sides
    if "fid" in names:
        scores["fid"] = Score(measured=fid(known_NF, made_NF), n=n, real=fid(known_NF, held_NF, rounds=0).value)
        yield None
    if "kid" in names:
        scores["kid"] = Score(measured=kid(known_NF, made_NF), n=n, real=kid(known_NF, held_NF).value)
        yield None
    if {"precision", "recall"} & set(names):
        found, base = precision_recall(few_NF, made_NF), precision_recall(few_NF, held_NF)
        for place, name in enumerate(("precision", "recall")):
            if name in names:
                scores[name] = Score(measured=found[place], n=n, real=base[place].value)
        yield None
    if "valid" in names:
        mine, theirs = valid(few_NF, made_NF, held_NF)
        scores["valid"] = Score(measured=mine, n=n, real=theirs.value)
    if "memorised" in names:
        mine, theirs = memorised(made_NF, known_NF, held_NF)
        scores["memorised"] = Score(measured=mine, n=n, real=theirs.value)
    return scores


def _looks(known: Seen, held: Seen, made: Seen, names: tuple[str, ...], suffix: str = "") -> dict[str, Score]:
    """Detail beside that of training pictures; `real` is that of held-out ones."""
    scores: dict[str, Score] = {}
    n = len(made.edges_N)
    if f"sharpness{suffix}" in names:
        scores[f"sharpness{suffix}"] = Score(measured=sharpness(made.edges_N), n=n, real=sharpness(held.edges_N).value)
    if f"spectrum{suffix}" in names:
        mine, theirs = spectrum(known.powers_NO, made.powers_NO), spectrum(known.powers_NO, held.powers_NO)
        size = 2 << len(mine)
        for band, measured, base in zip(octaves(size), mine, theirs, strict=True):
            scores[f"spectrum{suffix}.{band}"] = Score(measured=measured, n=n, real=base.value)
    return scores


def _class_scores(held: Seen, made: Seen, test: Store, names: tuple[str, ...]) -> dict[str, Score]:
    """`real` is what the classifier says of held-out pictures; their classes are those of their labels."""
    if made.classes_NK is None or held.classes_NK is None or test.labels is None:
        return {}
    n, scores = len(made.classes_NK), {}
    known = test.labels[test.labels >= 0]
    often_K = torch.bincount(known, minlength=len(test.classes)).double()
    if "inception_score" in names:
        scores["inception_score"] = Score(
            measured=inception_score(made.classes_NK), n=n, real=inception_score(held.classes_NK).value
        )
    if "diversity_score" in names:
        scores["diversity_score"] = Score(
            measured=diversity_score(made.classes_NK, often_K),
            n=n,
            real=diversity_score(held.classes_NK, often_K).value,
        )
    for name, backward in (("class_kl", False), ("class_kl_backward", True)):
        if name in names:
            scores[name] = Score(
                measured=class_kl(made.classes_NK, often_K, backward=backward),
                n=n,
                real=class_kl(held.classes_NK, often_K, backward=backward).value,
            )
    if "class_balance" in names:
        scores["class_balance"] = Score(
            measured=class_balance(made.classes_NK, often_K), n=n, real=class_balance(held.classes_NK, often_K).value
        )
        shares_K = often_K / often_K.sum()
        for place, name in enumerate(test.classes):
            mine_N = (made.classes_NK.argmax(1) == place).double()
            scores[f"share.{name}"] = Score(measured=mean_of(mine_N), n=n, real=float(shares_K[place]))
    return scores


def _reconstructions(
    opened: OpenedModel,
    readers: Readers,
    test: Store,
    train: Store,
    held: Seen,
    known: Seen,
    names: tuple[str, ...],
) -> Work[dict[str, Score]]:
    scores: dict[str, Score] = {}
    n = len(held.features_NF)
    again = yield from reconstructed(opened, test, n)
    found = yield from seen(readers, iter(torch.split(again, CHUNK)), n, "Reading reconstructions")
    scores |= _looks(known, held, found, names, "_reconstruction")
    if "fid_reconstruction" in names:
        base = fid(known.features_NF, held.features_NF, rounds=0).value
        scores["fid_reconstruction"] = Score(measured=fid(known.features_NF, found.features_NF), n=n, real=base)
    latent = opened.family.latent
    if "copies" in names and latent is not None:
        yield None
        original_NCHW = torch.cat(list(real(test, n)))
        scores["copies"] = Score(measured=mean_of(_rms(again, original_NCHW)), n=n)
        yield None
        base_NCHW = _by_components(train, original_NCHW, latent.coordinates)
        scores["copies_components"] = Score(measured=mean_of(_rms(base_NCHW, original_NCHW)), n=n)
    if "attributes" in names and readers.face is not None:
        yield None
        scores |= _attributes(readers.face, again, torch.cat(list(real(test, n))), test)
    return scores


def _closer(opened: OpenedModel, readers: Readers, test: Store, n: int) -> Work[dict[str, Score]]:
    """Copies of a closer look, as an imported picture gets one: their error, and what the judge reads from them."""
    found, original_NCHW = [], torch.cat(list(real(test, n)))
    for rows in torch.split(evenly(len(test), n), CLOSER_AT_ONCE):
        own = own_conditions(opened.family, test, rows, opened.device)
        x_BCHW = batch(test, rows).to(opened.device)
        with torch.no_grad():
            z_BD = opened.family.encode(x_BCHW, own)
        z_BD = yield from closer(opened, x_BCHW, z_BD, own)
        with torch.no_grad():
            found.append(opened.family.decode(z_BD, own).cpu().clamp(-1, 1))
        yield Evaluating(what="Looking closer", done=sum(map(len, found)), of=n)
    again_NCHW = torch.cat(found)
    scores = {"closer": Score(measured=mean_of(_rms(again_NCHW, original_NCHW)), n=n)}
    if readers.face is not None:
        read = _attributes(readers.face, again_NCHW, original_NCHW, test)
        scores |= {f"closer.{name}": score for name, score in read.items()}
    return scores


def _rms(copy_NCHW: Tensor, x_NCHW: Tensor) -> Tensor:
    """Root mean squared error of each copy, of brightness from 0 to 1."""
    return (copy_NCHW - x_NCHW).square().mean((1, 2, 3)).sqrt() / 2.0


def _by_components(train: Store, x_NCHW: Tensor, count: int) -> Tensor:
    """Copies by as many principal components of training pictures as the model has numbers: what is to be beaten."""
    known_MP = torch.cat(list(real(train, min(COMPONENTS_OF, len(train))))).flatten(1)
    axes_AP = principal_axes(known_MP, count, least_share=0.0).axes_AD
    centred = x_NCHW.flatten(1) - known_MP.mean(0)
    return (known_MP.mean(0) + centred @ axes_AP.T @ axes_AP).view_as(x_NCHW).clamp(-1.0, 1.0)


def _attributes(judge: FaceJudge, again_NCHW: Tensor, original_NCHW: Tensor, test: Store) -> dict[str, Score]:
    """What the judge reads from reconstructions against the truth; `real` is what it reads from the pictures."""
    n, scores = len(again_NCHW), {}
    found, base = agreement(judge, again_NCHW, test), agreement(judge, original_NCHW, test)
    for name, measured in found.items():
        scores[name] = Score(measured=measured, n=n, real=base[name].value)
    return scores


def agreement(judge: FaceJudge, x_NCHW: Tensor, data: Store) -> dict[str, Measured]:
    """How well the judge reads from `x`, the pictures `real(data, N)` or what became of them, their visible labels."""
    rows, found = evenly(len(data), len(x_NCHW)), {}
    for name, guess in readings(judge, x_NCHW).items():
        if name not in data.attributes:
            continue
        truth, shown = data.attributes[name][rows], data.visible.get(name)
        keep = None if shown is None else shown[rows]
        if guess.ndim == 2:
            found[f"accuracy.{name}"] = balanced_accuracy(guess.argmax(1), truth, keep)
        else:
            found[f"r2.{name}"] = r_squared(guess, truth, keep)
    return found


def _likelihood(opened: OpenedModel, test: Store, train: Store, n: int) -> Work[dict[str, Score]]:
    """-log p(x) of held-out pictures: of whole ones in nats, in bits a pixel and colour, and how much more these are
    than of as many training pictures. Exact, or upper bounds where the family has a bound.
    """
    held_N = yield from _nats(opened, test, n, "Measuring likelihoods")
    known_N = yield from _nats(opened, train, n, "Measuring likelihoods of training pictures")
    bits = opened.family.picture.channels * opened.family.picture.size**2 * math.log(2.0)
    here, there = mean_of(held_N / bits), mean_of(known_N / bits)
    gap = Measured(value=here.value - there.value, stderr=math.hypot(here.stderr, there.stderr), n=n)
    return {
        "bits_per_dim": Score(measured=here, n=n),
        "nats": Score(measured=mean_of(held_N), n=n),
        "likelihood_gap": Score(measured=gap, n=n),
    }


def _nats(opened: OpenedModel, data: Store, n: int, what: str) -> Work[Tensor]:
    found: list[Tensor] = []
    for number, x_BCHW in enumerate(real(data, n)):
        for part_BCHW in torch.split(x_BCHW, max(1, 16 * 28 * 28 // (x_BCHW.shape[2] * x_BCHW.shape[3]))):
            with torch.no_grad():
                nats_B = -opened.family.log_likelihood(part_BCHW.to(opened.device), generator(number, len(found), 9))
            found.append(nats_B.cpu().double())
            yield Evaluating(what=what, done=min(n, sum(map(len, found))), of=n)
    return torch.cat(found)
