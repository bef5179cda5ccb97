"""The bundled glyphs-gated draws what it is asked for, and finishes what is begun."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.disk.bundled import bundled_model
from engine.families.ask import condition_tensors
from engine.families.judges.judge import GlyphJudge
from engine.opened.asking import seeded_ask
from engine.opened.checkpoints import load_model

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def reader() -> GlyphJudge:
    family = load_model(str(bundled_model("classifier"))).family.eval()
    assert isinstance(family, GlyphJudge)
    return family


def test_each_digit_is_drawn_when_it_is_wished_for(reader: GlyphJudge) -> None:
    family = load_model(str(bundled_model("glyphs-gated"))).family.eval()
    wished = [place % 10 for place in range(60)]
    plain = seeded_ask(family, range(60), None, CPU)
    asked = replace(plain, conditions=condition_tensors(family.conditions, [{"class": k} for k in wished], CPU))
    *_, x = family.sample(asked)
    with torch.no_grad():
        read = reader.classify(x).argmax(1)
    assert (read == torch.tensor(wished)).float().mean() > 0.85


def test_the_lower_half_is_finished_to_the_digit(reader: GlyphJudge) -> None:
    """Its own pictures, their lower half taken away and drawn again: the upper one is left alone."""
    family = load_model(str(bundled_model("glyphs-gated"))).family.eval()
    wishes = [{"class": k % 10} for k in range(20)]
    conditions = condition_tensors(family.conditions, wishes, CPU)
    *_, whole = family.sample(replace(seeded_ask(family, range(20), None, CPU), conditions=conditions))
    mask = torch.zeros(20, 28, 28, dtype=torch.bool)
    mask[:, :14] = True
    plain = seeded_ask(family, range(100, 120), None, CPU)
    *_, x = family.sample(replace(plain, conditions=conditions, known_BCHW=whole, mask_BHW=mask))
    assert torch.equal(x[:, :, :14], whole[:, :, :14])
    assert not torch.equal(x[:, :, 14:], whole[:, :, 14:])
    with torch.no_grad():
        read = reader.classify(x).argmax(1)
    assert (read == torch.tensor([k % 10 for k in range(20)])).float().mean() > 0.7
