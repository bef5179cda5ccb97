"""What papers report, for one model on one set of pictures: numbers next to what real pictures score.

Floors: above sessions and judges, below the commands. Everything is a generator with seams, so that it can be
cancelled and shown as it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.datasets.batches import batch
from engine.datasets.store import Split, Store
from engine.families.judge import FaceJudge
from engine.files import BadConfig
from engine.metrics.features import fid, kid, precision_recall
from engine.metrics.measured import Measured, mean_of
from engine.metrics.readings import balanced_accuracy, r_squared
from engine.pictures import from_image
from engine.protocol import Capability, Recipe
from engine.seeds import generator
from engine.session import Session
from engine.survey import face_judge

CHUNK = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A metric of a model, over `n` pictures, beside what real pictures score (None where that means nothing)."""

    measured: Measured
    n: int
    real: float | None = None


METRICS = ("fid", "kid", "precision", "recall", "fid_reconstruction", "attributes", "likelihood")


def available(session: Session, data: Store) -> tuple[str, ...]:
    """Metrics that mean something for this model and these pictures."""
    can = session.family.capabilities
    found: list[str] = []
    if _judge_of(data) is not None:
        found += ["fid", "kid", "precision", "recall"]
        if Capability.ENCODE in can:
            found += ["fid_reconstruction", "attributes"]
    if Capability.LIKELIHOOD in can:
        found.append("likelihood")
    return tuple(found)


def evaluate(
    session: Session, whole: Store, names: tuple[str, ...], n: int, tick: Callable[[str, int, int], None]
) -> dict[str, Score]:
    """The metrics asked for, on held-out pictures. `tick` may raise to cancel."""
    config = session.family.config
    data = whole.resized(config.size, config.channels)
    test, train = data.subset(Split.TEST), data.subset(Split.TRAIN)
    possible = available(session, data)
    for name in names:
        if name not in possible:
            known = ", ".join(possible) or "none"
            raise BadConfig("unknown-metric", f"“{name[:40]}” cannot be measured here; possible: {known}.")
    if len(test) < 2:
        raise BadConfig("too-few", f"“{data.name}” has {len(test)} held-out pictures; at least 2 are needed.")
    n = min(n, len(test), len(train))
    judge, scores = _judge_of(data), {}
    if judge is not None and set(names) - {"likelihood"}:
        scores = _judged(session, judge, test, train, names, n, tick)
    if "likelihood" in names:
        scores["bits_per_dim"] = _likelihood(session, test, n, tick)
    return scores


def _judged(
    session: Session,
    judge: FaceJudge,
    test: Store,
    train: Store,
    names: tuple[str, ...],
    n: int,
    tick: Callable[[str, int, int], None],
) -> dict[str, Score]:
    scores: dict[str, Score] = {}
    real_NF = _features(judge, _real(test, n), n, "Reading held-out pictures", tick)
    other_NF = _features(judge, _real(train, n), n, "Reading training pictures", tick)
    if {"fid", "kid", "precision", "recall"} & set(names):
        made_NF = _features(judge, _drawn(session, n), n, "Drawing pictures", tick)
        if "fid" in names:
            scores["fid"] = Score(measured=fid(real_NF, made_NF), n=n, real=fid(real_NF, other_NF).value)
        if "kid" in names:
            scores["kid"] = Score(measured=kid(real_NF, made_NF), n=n, real=kid(real_NF, other_NF).value)
        made, real = precision_recall(real_NF, made_NF), precision_recall(real_NF, other_NF)
        for place, name in enumerate(("precision", "recall")):
            if name in names:
                scores[name] = Score(measured=made[place], n=n, real=real[place].value)
    if {"fid_reconstruction", "attributes"} & set(names):
        again = torch.cat(list(_reconstructed(session, test, n, tick)))
        if "fid_reconstruction" in names:
            again_NF = _features(judge, iter(again.split(CHUNK)), n, "Reading reconstructions", tick)  # type: ignore[no-untyped-call]
            scores["fid_reconstruction"] = Score(
                measured=fid(real_NF, again_NF), n=n, real=fid(real_NF, other_NF).value
            )
        if "attributes" in names:
            original = torch.cat(list(_real(test, n)))
            scores |= _attributes(judge, again, original, test)
    return scores


def _attributes(judge: FaceJudge, again_BCHW: Tensor, original_BCHW: Tensor, test: Store) -> dict[str, Score]:
    """What the judge reads from reconstructions against the truth; `real` is what it reads from the pictures."""
    n = len(again_BCHW)
    seen, real = _readings(judge, again_BCHW), _readings(judge, original_BCHW)
    scores = {}
    for name, guess in seen.items():
        truth, shown = test.attributes[name][:n], test.visible.get(name)
        keep = None if shown is None else shown[:n]
        if guess.ndim == 2:
            best, base = guess.argmax(1), real[name].argmax(1)
            measured, whole = balanced_accuracy(best, truth, keep), balanced_accuracy(base, truth, keep)
            scores[f"accuracy.{name}"] = Score(measured=measured, n=n, real=whole.value)
        else:
            measured, whole = r_squared(guess, truth, keep), r_squared(real[name], truth, keep)
            scores[f"r2.{name}"] = Score(measured=measured, n=n, real=whole.value)
    return scores


def _readings(judge: FaceJudge, x_BCHW: Tensor) -> dict[str, Tensor]:
    with torch.no_grad():
        parts = [judge.read(_fitted(judge, x_BCHW[first : first + CHUNK])) for first in range(0, len(x_BCHW), CHUNK)]
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def _likelihood(session: Session, test: Store, n: int, tick: Callable[[str, int, int], None]) -> Score:
    """-log2 p(x) a pixel and colour: exact, or an upper bound where the family has a bound."""
    found = []
    for number, x_BCHW in enumerate(_real(test, n)):
        with torch.no_grad():
            nats_B = session.family.log_likelihood(x_BCHW.to(session.device), generator(number, 9))
        found.append(-nats_B.cpu() / (x_BCHW[0].numel() * 0.6931471805599453))
        tick("Measuring likelihoods", min(n, (number + 1) * CHUNK), n)
    return Score(measured=mean_of(torch.cat(found)), n=n)


def _judge_of(data: Store) -> FaceJudge | None:
    """The bundled judge, if it knows this kind of picture."""
    return face_judge() if data.channels == 3 and "smile" in data.attributes else None


def _real(data: Store, n: int) -> Iterator[Tensor]:
    for first in range(0, n, CHUNK):
        yield batch(data, torch.arange(first, min(first + CHUNK, n)))


def _drawn(session: Session, n: int) -> Iterator[Tensor]:
    recipes = [Recipe(model=session.fingerprint, seed=seed) for seed in range(n)]
    for images in session.pictures(recipes):
        yield torch.stack([from_image(image, session.family.config.channels) for image in images])


def _reconstructed(session: Session, test: Store, n: int, tick: Callable[[str, int, int], None]) -> Iterator[Tensor]:
    done = 0
    for x_BCHW in _real(test, n):
        with torch.no_grad():
            yield session.family.decode(session.family.encode(x_BCHW.to(session.device))).cpu().clamp(-1, 1)
        done += len(x_BCHW)
        tick("Reconstructing pictures", done, n)


def _features(
    judge: FaceJudge, pictures: Iterator[Tensor], n: int, words: str, tick: Callable[[str, int, int], None]
) -> Tensor:
    found, done = [], 0
    for x_BCHW in pictures:
        with torch.no_grad():
            found.append(judge.features(_fitted(judge, x_BCHW)))
        done += len(x_BCHW)
        tick(words, min(done, n), n)
    return torch.cat(found)


def _fitted(judge: FaceJudge, x_BCHW: Tensor) -> Tensor:
    """Pictures at the judge's size."""
    if x_BCHW.shape[-1] == judge.config.size:
        return x_BCHW
    return F.interpolate(x_BCHW, size=judge.config.size, mode="bilinear", antialias=True)
