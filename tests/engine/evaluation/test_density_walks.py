"""Particles walk to a known density: D against closed forms, the divergence against the theorem, files against both."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from PIL import Image as Pillow
from torch.distributions import Normal

from engine.comparing.density_files import summary, walked, write
from engine.datasets.synthetic.toy import TOYS
from engine.evaluation.density_walks import Bins, Moment, first_fall, moments, usual
from engine.machine.work import finished

LINE, RING = TOYS["mixture-1d"], TOYS["ring"]


def seen(walk_moments: object) -> list[Moment]:
    return [moment for moment in walk_moments if moment is not None]  # type: ignore[attr-defined]


def test_bins_measure_a_divergence_that_is_known() -> None:
    """p* against p* shifted by a bin: from the masses themselves."""
    bins = Bins(LINE, 200)
    assert bins.divergence(bins.real_M) == pytest.approx(0.0, abs=1e-12)
    points_ND = LINE.sample(200_000, torch.Generator().manual_seed(0))
    assert bins.divergence(bins.masses(points_ND)) < 0.003
    shifted = points_ND + 2 * bins.extent / bins.count
    expected = float(
        (bins.real_M * (bins.real_M / bins.real_M.roll(1).clamp_min(1e-12)).log())[bins.real_M > 1e-6].sum()
    )
    assert bins.divergence(bins.masses(shifted)) == pytest.approx(expected, rel=0.15)


def test_d_becomes_the_log_ratio_and_the_divergence_falls_as_the_theorem_says() -> None:
    walk = usual(LINE, particles=60_000, steps=5)
    found = []
    for moment in moments(walk):
        if moment is None:
            continue
        found.append(moment.kl)
        if moment.step == 0:  # particles are still those of N(0, σ²): the ratio is known without counting
            x_ND = torch.linspace(-3, 3, 61)[:, None]
            with torch.no_grad():
                score_N = moment.critic(x_ND)
            truth_N = LINE.log_density(x_ND.double()) - Normal(0.0, walk.begin_sigma).log_prob(x_ND[:, 0].double())
            assert (score_N - truth_N).abs().mean() < 0.1
            predicted, fell = first_fall(walk, moment, 0.01)
            assert fell == pytest.approx(predicted, rel=0.25)
        assert moment.error < 0.1
    assert all(before > after for before, after in pairwise(found))


def test_with_samples_alone_it_gets_there_too() -> None:
    found = seen(moments(usual(LINE, particles=20_000, steps=60, updates=20)))
    assert found[-1].kl < 0.6 * found[0].kl


def test_equal_seeds_walk_equal_ways() -> None:
    one, other = (seen(moments(usual(RING, particles=500, steps=2, bins=12)))[-1] for _ in range(2))
    assert torch.equal(one.particles_ND, other.particles_ND)
    assert one.kl == other.kl


def test_files_hold_the_walk(tmp_path: Path) -> None:
    walk = usual(RING, particles=3000, steps=5, bins=16)
    course = finished(walked(walk))
    files = write(course, tmp_path)
    rows = list(csv.DictReader(files["walk"].read_text(encoding="utf-8").splitlines()))
    assert [int(row["step"]) for row in rows] == list(range(6))
    assert float(rows[-1]["kl"]) == pytest.approx(summary(course)["kl_end"], rel=1e-3)
    ways = list(csv.DictReader(files["particles"].read_text(encoding="utf-8").splitlines()))
    assert len(ways) == 6 * 300
    last = [row for row in ways if row["step"] == "5" and row["particle"] == "7"]
    assert float(last[0]["y"]) == pytest.approx(float(course.shown[-1].particles_ND[7, 1]), rel=1e-4)
    ratios = list(csv.DictReader(files["log_ratio"].read_text(encoding="utf-8").splitlines()))
    assert set(ratios[0]) == {"step", "x", "y", "learned", "true"}
    for name in ("curves", "pictures"):
        with Pillow.open(files[name]) as picture:
            assert min(picture.size) > 300
