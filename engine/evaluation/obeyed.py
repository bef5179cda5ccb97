"""Whether a model draws what it is asked for: the classifier reads pictures of each class that was wished.

Shape legend: N pictures, K classes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.datasets.batches import evenly
from engine.datasets.store import Store
from engine.evaluation.reading import Score, fitted, real
from engine.families.judges.judge import GlyphJudge
from engine.machine.work import Work
from engine.metrics.measured import mean_of
from engine.opened.model import GRID_BATCH, OpenedModel
from engine.opened.pictures import from_image
from engine.protocol.answers import Evaluating
from engine.protocol.values import ConditionKind, Recipe


def class_wish(opened: OpenedModel, classes: tuple[str, ...]) -> str:
    """The name of the condition by which these classes are wished for; empty where there is none."""
    for condition in opened.family.conditions:
        if condition.kind is ConditionKind.CLASS and condition.choices == classes:
            return condition.name
    return ""


def class_obeyed(opened: OpenedModel, reader: GlyphJudge, test: Store, n: int) -> Work[Score]:
    """The share of `n` pictures, each class wished for equally often, that is read as what was wished.

    `real` is the share of held-out pictures that is read as its label.
    """
    name, found = class_wish(opened, test.classes), []
    wishes = [place % len(test.classes) for place in range(n)]
    for first in range(0, n, GRID_BATCH):
        some = wishes[first : first + GRID_BATCH]
        recipes = [
            Recipe(model=opened.fingerprint, seed=first + place, conditions=((name, float(wish)),))
            for place, wish in enumerate(some)
        ]
        drawing = opened.pictures(recipes)
        while True:
            try:
                next(drawing)
            except StopIteration as end:
                images = end.value
                break
            yield None
        x_NCHW = torch.stack([from_image(image, opened.family.picture.channels) for image in images])
        with torch.no_grad():
            found.append(reader.classify(fitted(reader, x_NCHW)).argmax(1) == torch.tensor(some))
        yield Evaluating(what="Sampling wished classes", done=min(n, first + len(some)), of=n)
    base = yield from _read_rightly(reader, test, n)
    return Score(measured=mean_of(torch.cat(found).double()), n=n, real=base)


def _read_rightly(reader: GlyphJudge, test: Store, n: int) -> Work[float]:
    guesses: list[Tensor] = []
    for x_NCHW in real(test, n):
        with torch.no_grad():
            guesses.append(reader.classify(fitted(reader, x_NCHW)).argmax(1))
        yield Evaluating(what="Reading held-out pictures", done=min(n, len(guesses[0]) * len(guesses)), of=n)
    assert test.labels is not None
    truth_N = test.labels[evenly(len(test), n)]
    return float((torch.cat(guesses) == truth_N)[truth_N >= 0].double().mean())
