"""Nats, bits and the gap to training pictures; and whether wishes are obeyed, against counts by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from engine.datasets.batches import evenly
from engine.datasets.store import Split
from engine.evaluation.obeyed import class_obeyed, class_wish
from engine.evaluation.scores import evaluate
from engine.machine.work import finished
from engine.protocol.score_words import score_kind
from engine.protocol.values import Recipe
from tests.engine.opened.test_pixelwise import opened
from tests.engine.small import bars


def test_nats_bits_and_gap_are_those_of_the_model() -> None:
    model, data = opened(classes=("left", "right"), data="bars"), bars()
    scores = finished(evaluate(model, data, ("likelihood",), 10))
    nats = {}
    for split in (Split.TEST, Split.TRAIN):
        pictures = data.subset(split).pictures
        x = pictures[evenly(len(pictures), 10)].float() / 127.5 - 1.0
        with torch.no_grad():
            nats[split] = -model.family.log_likelihood(x, torch.Generator()).double()
    held = nats[Split.TEST]
    assert scores["nats"].measured.value == pytest.approx(float(held.mean()), rel=1e-5)
    assert scores["nats"].measured.stderr == pytest.approx(float(held.std() / math.sqrt(10)), rel=1e-4)
    dims = 64 * math.log(2.0)
    assert scores["bits_per_dim"].measured.value == pytest.approx(float(held.mean()) / dims, rel=1e-5)
    known = nats[Split.TRAIN]
    assert scores["likelihood_gap"].measured.value == pytest.approx(float(held.mean() - known.mean()) / dims, rel=1e-4)
    assert {score_kind(name).label for name in scores} == {"Bits per pixel", "Nats per picture", "Gap"}
    assert "whole levels" in model.family.likelihood_terms


class _ByBrightness:
    """Takes bright pictures for the second class."""

    picture = SimpleNamespace(size=8, channels=1)

    def classify(self, x_BCHW: Tensor) -> Tensor:
        bright_B = (x_BCHW.mean((1, 2, 3)) > 0.0).float()
        return torch.stack((1.0 - bright_B, bright_B), 1)


def test_wishes_that_are_obeyed_are_counted() -> None:
    model, data = opened(classes=("left", "right"), data="bars"), bars()
    pictures = torch.where(torch.arange(80)[:, None, None, None] % 2 == 0, 250, 5).to(torch.uint8).expand(-1, 1, 8, 8)
    data = replace(data, pictures=pictures.contiguous(), labels=1 - torch.arange(80) % 2)
    test = data.subset(Split.TEST)
    assert class_wish(model, ("left", "right")) == "class"
    assert not class_wish(model, ("cat", "dog"))
    score = finished(class_obeyed(model, _ByBrightness(), test, 10))  # type: ignore[arg-type]
    recipes = [
        Recipe(model=model.fingerprint, seed=seed, conditions=(("class", float(seed % 2)),)) for seed in range(10)
    ]
    bright = [float(model.picture(recipe).mean()) > 127.5 for recipe in recipes]
    assert score.measured.value == pytest.approx(sum(b == bool(k % 2) for k, b in enumerate(bright)) / 10)
    assert score.real == 1.0
