"""Judges read what is there, ignore what cannot be seen, and know how sure they are."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.disk.files import BadConfig
from engine.families import build
from engine.families.base import DataShape
from engine.families.judges.judge import FaceJudge, GlyphJudge, temperature_of
from engine.families.layers.trunk import disturbed, disturbed_alike
from tests.engine.families.stepping import bars_batch, learn, tiny


@dataclass
class Bars:
    """A labelled set as judges see it."""

    pictures: Tensor
    attributes: dict[str, Tensor] = field(default_factory=dict)
    visible: dict[str, Tensor] = field(default_factory=dict)
    labels: Tensor | None = None


def bars(count: int = 64) -> Bars:
    batch = bars_batch(77, 1, count=count)
    pictures = ((batch.x + 1.0) * 127.5).round().to(torch.uint8)
    return Bars(pictures, dict(batch.attributes), dict(batch.visible), batch.labels_B)


def test_judge_reads_values_and_categories() -> None:
    judge = tiny("judge", disturb=0.1)
    assert isinstance(judge, FaceJudge)
    judge.prepare(bars())
    assert float(judge.spreads[0]) == pytest.approx(5.0, rel=0.1)
    learn(judge, 60)
    judge.calibrate(bars())
    batch = bars_batch(5, 1)
    with torch.no_grad():
        seen = judge.read(batch.x)
        features = judge.features(batch.x)
    assert (seen["place"] - batch.attributes["place"]).abs().max() < 3.0
    assert torch.equal(seen["side"].argmax(1).float(), batch.attributes["side"])
    torch.testing.assert_close(seen["side"].sum(1), torch.ones(16))
    assert features.shape == (16, judge.trunk.features)
    assert judge.uncertainty()["place"] < 3.0


def test_what_is_not_visible_teaches_nothing() -> None:
    judge = tiny("judge", disturb=0.0)
    one, other = bars_batch(0, 1), bars_batch(0, 1)
    hidden = ~one.visible["place"]
    other.attributes["place"][hidden] = float("nan")
    for batch in (one, other):
        judge.zero_grad()
        losses = judge.phases()[0].loss(batch)
        losses["loss"].backward()
    torch.testing.assert_close(judge.phases()[0].loss(one)["loss"], losses["loss"])
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in judge.parameters())


def test_classifier_tells_classes_apart_and_skips_unknown_ones() -> None:
    judge = tiny("classifier")
    assert isinstance(judge, GlyphJudge)
    learn(judge, 40)
    judge.calibrate(bars())
    batch = bars_batch(5, 1)
    assert batch.labels_B is not None
    with torch.no_grad():
        probabilities = judge.classify(batch.x)
    assert torch.equal(probabilities.argmax(1), batch.labels_B)
    batch.labels_B.fill_(-1)
    assert float(judge.phases()[0].loss(batch)["loss"]) == 0.0


def test_temperature_recovers_the_scale_of_calibrated_logits() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(4000, 3, generator=generator) * 2.0
    labels = torch.multinomial(torch.softmax(logits, 1), 1, generator=generator)[:, 0]
    assert float(temperature_of(logits * 3.0, labels)) == pytest.approx(3.0, rel=0.08)
    assert F.cross_entropy(logits, labels) <= F.cross_entropy(logits * 3.0, labels)


def test_disturbance_is_mild_and_depends_on_its_generator_only() -> None:
    x = torch.zeros(4, 3, 32, 32)
    x[:, :, 16, 16] = 1.0
    one, other = (disturbed(x, 0.5, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one, other)
    assert (one - x).abs().mean() < 0.1
    assert torch.equal(disturbed(x, 0.0, torch.Generator()), x)


def test_what_is_disturbed_alike_stays_alike() -> None:
    x = torch.rand(4, 3, 16, 16)
    one, other = disturbed_alike(x, x.clone(), 0.5, torch.Generator().manual_seed(3))
    assert torch.equal(one, other)
    assert not torch.equal(one, x)


def test_judges_need_labels() -> None:
    with pytest.raises(BadConfig, match="attributes"):
        build("judge", {}, DataShape())
    with pytest.raises(BadConfig, match="classes"):
        build("classifier", {}, DataShape())


@pytest.mark.parametrize("residual", [False, True])
def test_shipped_judges_are_small(residual: bool) -> None:
    """At most 1.5 MB in half precision."""
    categories = {"bald": 2, "beard": 3, "glasses": 4}
    attributes = tuple(f"a{place}" for place in range(17)) + tuple(categories)
    judge = build(
        "judge",
        {"size": 64, "channels": 3, "residual": residual},
        DataShape(attributes=attributes, categories=categories),
    )
    assert sum(p.numel() for p in judge.state_dict().values()) * 2 < 1.5e6
