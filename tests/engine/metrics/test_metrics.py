"""Metrics against closed forms and an oracle, never against themselves."""

from __future__ import annotations

import math

import pytest
import torch
from sklearn.metrics import balanced_accuracy_score, r2_score
from torch import nn
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import poly_mmd

from engine.metrics import (
    balanced_accuracy,
    bits_per_dim,
    bootstrap,
    calibration_error,
    class_balance,
    class_kl,
    diversity_score,
    fid,
    inception_score,
    kid,
    mean_of,
    precision_recall,
    r_squared,
    valid,
)
from engine.metrics.features import frechet, squared_mmd


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.double)


def test_fid_of_diagonal_gaussians_is_the_closed_form() -> None:
    a, b = torch.tensor([1.0, 4.0, 9.0]).double(), torch.tensor([4.0, 1.0, 9.0]).double()
    mean = torch.tensor([1.0, 0.0, 2.0]).double()
    expected = 5.0 + float((a.sqrt() - b.sqrt()).square().sum())
    assert frechet(mean, a.diag(), 0 * mean, b.diag()) == pytest.approx(expected)


def test_fid_agrees_with_torchmetrics() -> None:
    real, made = normal(400, 12), normal(300, 12, seed=1) @ normal(12, 12, seed=2) * 0.3 + 0.5
    expected = float(_compute_fid(real.mean(0), torch.cov(real.T), made.mean(0), torch.cov(made.T)))
    measured = fid(real, made)
    assert measured.value == pytest.approx(expected, rel=1e-6)
    assert 0.0 < measured.stderr < measured.value
    assert measured.n == 300


def test_kid_agrees_with_torchmetrics() -> None:
    real, made = normal(90, 12), normal(90, 12, seed=1) * 0.5 + 0.3
    assert squared_mmd(real, made) == pytest.approx(float(poly_mmd(real, made)), rel=1e-9)
    assert kid(real, made, subset=30, rounds=400).value == pytest.approx(float(poly_mmd(real, made)), rel=0.1)


class Read(nn.Module):
    """Pictures that are their own logits."""

    num_features = 7

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


@pytest.mark.filterwarnings("ignore:Metric `InceptionScore` will save all", "ignore:std")
def test_the_inception_score_agrees_with_torchmetrics() -> None:
    logits = 2.0 * normal(300, 7)
    oracle = InceptionScore(feature=Read(), splits=1)
    oracle.update(logits)
    expected, _ = oracle.compute()
    assert inception_score(logits.softmax(1)).value == pytest.approx(float(expected), rel=1e-5)


def test_fid_of_a_set_with_itself_is_zero_even_when_degenerate() -> None:
    x = normal(50, 4)
    x[:, 3] = x[:, 0]
    assert fid(x, x).value == pytest.approx(0.0, abs=1e-6)


def test_kid_is_unbiased() -> None:
    """For equal laws the expectation is 0; for a shift it is what the kernel's polynomial gives."""
    values = [squared_mmd(normal(40, 3, seed=2 * s), normal(40, 3, seed=2 * s + 1)) for s in range(200)]
    assert abs(sum(values) / 200) < 4 * float(torch.tensor(values).std()) / 200**0.5
    # One dimension, y = c: E k(x,x') = E(xx'+1)^3 = 1 + 3, E k(x,y) = E(cx+1)^3 = 1 + 3c², E k(y,y') = (c²+1)^3.
    x, c = normal(4000, 1), 2.0
    y = torch.full((4000, 1), c, dtype=torch.double)
    assert squared_mmd(x, y) == pytest.approx(4.0 + 125.0 - 2 * 13.0, rel=0.05)
    assert kid(x, y, subset=1000).value == pytest.approx(103.0, rel=0.1)


@pytest.mark.parametrize("subset", [60, 500], ids=["small subsets", "no more than one subset"])
def test_the_error_of_kid_is_how_much_it_varies(subset: int) -> None:
    found = []
    for seed in range(24):
        generator = torch.Generator().manual_seed(seed)
        x = torch.randn(200, 4, generator=generator)
        y = torch.randn(200, 4, generator=generator) * 1.1 + 0.2
        found.append(kid(x, y, subset=subset, seed=seed))
    varies = float(torch.tensor([one.value for one in found]).std())
    told = float(torch.tensor([one.stderr for one in found]).mean())
    assert 0.5 < told / varies < 2.0


def test_precision_and_recall() -> None:
    real = normal(300, 2)
    precision, recall = precision_recall(real, real[:150])
    assert precision.value == 1.0
    assert recall.value < 1.0
    precision, recall = precision_recall(real, real + 100.0)
    assert (precision.value, recall.value) == (0.0, 0.0)


def test_valid_pictures_stand_as_near_to_real_ones_as_real_ones_do() -> None:
    points = torch.randn(900, 6)
    real, other, made = points[:300], points[300:600], points[600:]
    mine, theirs = valid(real, made, other)
    assert theirs.value == pytest.approx(0.95, abs=0.005)
    assert mine.value == pytest.approx(0.95, abs=0.05)
    half = torch.cat([made[:150], made[150:] + 8.0])  # half of them nowhere near
    assert valid(real, half, other)[0].value == pytest.approx(0.475, abs=0.05)
    assert valid(real, made + 100.0, other)[0].value == 0.0


def test_inception_score_of_known_cases() -> None:
    assert inception_score(torch.eye(10).repeat(5, 1)).value == pytest.approx(10.0)
    assert inception_score(torch.full((50, 10), 0.1)).value == pytest.approx(1.0)
    mixed = inception_score(torch.tensor([[1.0, 0.0], [0.5, 0.5]]))
    kl = 0.5 * (math.log(1 / 0.75) + 0.5 * math.log(0.5 / 0.75) + 0.5 * math.log(0.5 / 0.25))
    assert mixed.value == pytest.approx(math.exp(kl))


def test_class_kl_goes_both_ways_and_forward_is_what_diversity_is_made_of() -> None:
    real, p = torch.tensor([0.5, 0.5]), torch.tensor([[0.9, 0.1]] * 8)
    forward = 0.9 * math.log(0.9 / 0.5) + 0.1 * math.log(0.1 / 0.5)
    backward = 0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(0.5 / 0.1)
    assert class_kl(p, real).value == pytest.approx(forward)
    assert class_kl(p, real, backward=True).value == pytest.approx(backward)
    assert diversity_score(p, real).value == pytest.approx(math.exp(-forward))


def test_diversity_score_of_known_cases() -> None:
    real = torch.tensor([50, 50])
    assert diversity_score(torch.eye(2).repeat(10, 1), real).value == pytest.approx(1.0)
    assert diversity_score(torch.tensor([[1.0, 0.0]] * 8), real).value == pytest.approx(0.5)


def test_bits_per_dim() -> None:
    """A uniform law over 256 levels costs eight bits a pixel."""
    measured = bits_per_dim(torch.full((4,), -12 * math.log(256.0)), 12)
    assert measured.value == pytest.approx(8.0)
    assert measured.stderr == pytest.approx(0.0, abs=1e-9)


def test_r_squared_and_balanced_accuracy_agree_with_scikit_learn() -> None:
    truth, shown = normal(200), normal(200, seed=3) > -1.0
    guess = truth + 0.3 * normal(200, seed=4)
    assert r_squared(guess, truth, shown).value == pytest.approx(r2_score(truth[shown], guess[shown]))
    classes = torch.randint(3, (200,), generator=torch.Generator().manual_seed(1))
    picks = torch.where(normal(200, seed=5) > 0.5, (classes + 1) % 3, classes)
    measured = balanced_accuracy(picks, classes, shown)
    assert measured.value == pytest.approx(balanced_accuracy_score(classes[shown], picks[shown]))
    assert 0.0 < measured.stderr < 0.1


def test_nothing_shown_is_not_a_number() -> None:
    none = torch.zeros(3, dtype=torch.bool)
    assert math.isnan(r_squared(normal(3), normal(3), none).value)
    assert math.isnan(balanced_accuracy(torch.zeros(3), torch.zeros(3), none).value)


def test_bootstrap_agrees_with_the_error_of_a_mean() -> None:
    x = normal(400)
    by_resampling = bootstrap(lambda rows: float(x[rows].mean()), 400, rounds=300)
    assert by_resampling == pytest.approx(mean_of(x).stderr, rel=0.15)


def test_class_balance_is_the_share_of_the_rarest_class() -> None:
    made = torch.eye(3)[torch.tensor([0] * 6 + [1] * 3 + [2])]
    assert class_balance(made, torch.tensor([1.0, 1.0, 1.0])).value == pytest.approx(0.3)
    assert class_balance(made, torch.tensor([6.0, 3.0, 1.0])).value == pytest.approx(1.0)
    assert class_balance(made[:9], torch.tensor([6.0, 3.0, 1.0])).value == 0.0
    assert class_balance(made[:9], torch.tensor([2.0, 1.0, 0.0])).value == pytest.approx(1.0)


def test_calibration_error_is_the_gap_between_sure_and_right() -> None:
    p = torch.tensor([[0.75, 0.25]] * 100)
    truth = torch.tensor([0] * 75 + [1] * 25)
    assert calibration_error(p, truth).value == pytest.approx(0.0, abs=1e-9)
    assert calibration_error(p, torch.zeros(100)).value == pytest.approx(0.25)
    shown = torch.arange(100) >= 75
    assert calibration_error(p, truth, shown).value == pytest.approx(0.75)
