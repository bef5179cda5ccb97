"""Several models on the same pictures, one after the other: what is known is told at once, the rest is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

import engine.datasets.catalogue as catalogue
from engine.datasets.store import Store
from engine.disk.bundled import find_model
from engine.disk.files import BadConfig
from engine.disk.problems import problem_of
from engine.evaluation.kept import KeptScores, Told, by_metric, kept_key
from engine.evaluation.likelihoods import POINTS, STEPS
from engine.evaluation.own_classifier import readers_for
from engine.evaluation.samples import Samples
from engine.evaluation.scores import METRICS, ON_ASKING, available, evaluate, possible
from engine.machine.work import Work, at_once
from engine.opened.finding import known_fingerprint
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.answers import Evaluating, Preparing
from engine.protocol.scoring import AllMeasured, Measuring, ModelScored


def measure_several(
    sources: Sequence[str],
    data: str,
    n: int,
    metrics: tuple[str, ...],
    *,
    home: Path,
    device: torch.device,
    kept_only: bool = False,
) -> Work[None]:
    """Yields ModelScored for each model, before it also for what is known before a slow metric begins, Measuring on the
    way, AllMeasured at the end.

    A model that cannot be measured says why, and the next one is begun: many were asked for, perhaps for a night.
    """
    unknown = [name for name in metrics if name not in METRICS]
    if unknown:
        raise BadConfig("unknown-metric", f"“{unknown[0][:40]}” is no metric; there are: {', '.join(METRICS)}.")
    names, fresh = metrics or METRICS, 0
    for place, source in enumerate(sources):
        one = _One(source, data, n, names, home, device)
        try:
            answer = yield from _led(one.kept(), source, place, len(sources))
            if answer is None and not kept_only:
                answer = yield from _led(one.measured(), source, place, len(sources))
                fresh += 1
            if answer is not None:
                yield answer
        except Exception as error:
            if not kept_only:
                yield ModelScored(source=source, data=data, n=n, problem=problem_of(error))
    yield AllMeasured(fresh=fresh)


def _led(work: Work[ModelScored | None], source: str, place: int, models: int) -> Work[ModelScored | None]:
    """Progress of one as progress of all."""
    try:
        while True:
            event = next(work)
            if isinstance(event, Evaluating | Preparing):
                yield Measuring(
                    source=source, place=place, models=models, what=event.what, done=event.done, of=event.of
                )
            else:
                yield event if isinstance(event, ModelScored) else None
    except StopIteration as end:
        answer: ModelScored | None = end.value
        return answer
    finally:
        work.close()


@dataclass(frozen=True, slots=True)
class Once:
    """Every metric that was asked for, and those of them that had been measured before."""

    told: Told
    before: tuple[str, ...]


def measured_once(
    opened: OpenedModel,
    whole: Store,
    names: tuple[str, ...],
    n: int,
    home: Path,
    *,
    anew: bool = False,
    is_strict: bool = False,
    points: int = POINTS,
    moves: int = STEPS,
) -> Work[Once]:
    """What is known of a model is told from the home, by the window and the command line alike; the rest is measured
    and kept there for both. A score of other `points` or `moves` than usual is neither.

    What cannot be measured is told with its reason; to the strict it is BadConfig, before anything is measured.
    """
    unlike = {name for name, usual in (("iwae", points == POINTS), ("log_likelihood", moves == STEPS)) if not usual}
    kept, key = KeptScores(home), kept_key(whole.sha256, n)
    before = {} if anew else kept.get(opened.fingerprint, key)
    told: Told = {name: before[name] for name in names if name in before and name not in unlike}
    known = tuple(told)
    if is_strict:
        possible(
            names, dict.fromkeys(METRICS, "") | {name: each for name, each in told.items() if isinstance(each, str)}
        )
    missing = tuple(name for name in names if name not in told)
    if missing:
        data = yield from whole.resizing(opened.family.picture.size, opened.family.picture.channels)
        readers = yield from readers_for(data, home, missing)
        reasons = available(opened, whole, readers)
        yield None
        if is_strict:
            possible(missing, reasons)
        told |= {name: reasons[name] for name in missing if reasons[name]}
        wanted = tuple(name for name in missing if name not in told)
        if wanted:
            scores = yield from evaluate(
                opened, whole, wanted, n, Samples(home), readers, points=points, moves=moves
            )  # fmt: skip
            told |= by_metric(scores, wanted)
        kept.put(opened.fingerprint, key, {name: told[name] for name in missing if name not in unlike})
    return Once(told, known)


class _One:
    """One model of those that are measured."""

    def __init__(
        self, source: str, data: str, n: int, names: tuple[str, ...], home: Path, device: torch.device
    ) -> None:
        self._source, self._data, self._n, self._names = source, data, n, names
        self._home, self._device = home, device
        self._kept = KeptScores(home)

    def kept(self) -> Work[ModelScored | None]:
        """What is known without opening the model; None when something is missing."""
        yield None
        path = find_model(self._source)
        fingerprint, size = known_fingerprint(path, home=self._home)
        whole = at_once(catalogue.open_data(self._data, home=self._home, size=size))
        if whole is None:  # pictures that have yet to be prepared were never measured on
            return None
        told = self._kept.get(fingerprint, kept_key(whole.sha256, self._n))
        return self._answer(fingerprint, told, self._names) if all(name in told for name in self._names) else None

    def measured(self) -> Work[ModelScored | None]:
        """Open it, measure what is missing, keep it; quick metrics come first: who stops a slow one has the rest."""
        yield Evaluating(what="Opening the model", done=0, of=1)
        path = find_model(self._source)
        opened = open_model_file(str(path), self._device)
        whole = yield from catalogue.open_data(self._data, home=self._home, size=opened.family.picture.size)
        quick = tuple(name for name in self._names if name not in ON_ASKING)
        parts = [part for part in (quick, *((name,) for name in self._names if name in ON_ASKING)) if part]
        told: Told = {}
        for part in parts:
            if told:
                yield self._answer(opened.fingerprint, told, tuple(told))
            told |= (yield from measured_once(opened, whole, part, self._n, self._home)).told
        return self._answer(opened.fingerprint, told, self._names)

    def _answer(self, fingerprint: str, told: Told, names: tuple[str, ...]) -> ModelScored:
        entries = [(name, told[name]) for name in names]
        return ModelScored(
            source=self._source,
            data=self._data,
            n=self._n,
            fingerprint=fingerprint,
            scores=tuple(score for _, each in entries if not isinstance(each, str) for score in each),
            unavailable=tuple((name, each) for name, each in entries if isinstance(each, str)),
        )
