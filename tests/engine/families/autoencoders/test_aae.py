"""Adversarial autoencoders: their priors, and codes that come to follow them."""

from __future__ import annotations

import math
from typing import cast

import pytest
import torch

from engine.disk.files import BadConfig
from engine.families import build
from engine.families.autoencoders.aae import AAE, ACROSS, ALONG, AWAY, Petals, petals
from engine.families.base import DataShape
from engine.families.latent import Explored
from tests.engine.families.stepping import bars_batch, learn, tiny


def aae(**changes: object) -> AAE:
    return cast("AAE", tiny("aae", **changes))


def test_petals_have_their_middles_and_spreads() -> None:
    noise_BD = torch.randn(4000, 3, generator=torch.Generator().manual_seed(0))
    for kind in (0, 1, 3):
        z_BD = petals(noise_BD, torch.full((4000,), kind), 5)
        angle = 2.0 * math.pi * kind / 5
        away = torch.tensor([math.cos(angle), math.sin(angle)])
        across = torch.tensor([-math.sin(angle), math.cos(angle)])
        along_B, side_B = z_BD[:, :2] @ away, z_BD[:, :2] @ across
        assert float(along_B.mean()) == pytest.approx(AWAY, abs=0.05)
        assert float(along_B.std()) == pytest.approx(ALONG, abs=0.03)
        assert float(side_B.mean()) == pytest.approx(0.0, abs=0.03)
        assert float(side_B.std()) == pytest.approx(ACROSS, abs=0.02)
        torch.testing.assert_close(z_BD[:, 2], noise_BD[:, 2])


def test_one_explores_the_prior_that_was_learned_with() -> None:
    assert aae().latent.explored is Explored.PRIOR
    latent = aae(prior="mixture", kinds=4).latent
    assert isinstance(latent, Petals)
    z_ND = torch.stack([latent.draw(torch.Generator().manual_seed(seed)) for seed in range(400)])
    assert float(z_ND.norm(dim=1).mean()) == pytest.approx(AWAY, abs=0.15)
    assert float(z_ND.mean(0).abs().max()) < 0.3
    assert torch.equal(latent.draw(torch.Generator().manual_seed(3)), z_ND[3])


def test_codes_come_to_follow_the_prior() -> None:
    family = aae(prior="gaussian")
    learn(family, 250)
    z_BD = family.encode(bars_batch(900, 1, count=400).x)
    assert float(z_BD.mean(0).abs().max()) < 0.5
    assert 0.4 < float(z_BD.square().mean().sqrt()) < 1.6


def test_labelled_codes_lie_on_the_petal_of_their_class() -> None:
    """Left and right are two classes, whose petals point along +x and -x."""
    family = aae(prior="labelled")
    learn(family, 250)
    batch = bars_batch(900, 1, count=200)
    z_BD = family.encode(batch.x)
    labels_B = cast("torch.Tensor", batch.labels_B)
    assert float(z_BD[labels_B == 0, 0].mean()) > 1.0
    assert float(z_BD[labels_B == 1, 0].mean()) < -1.0


def test_points_of_a_labelled_prior_take_the_classes_of_the_pictures_and_any_where_there_is_none() -> None:
    family = aae(prior="labelled")
    batch = bars_batch(0, 1, count=400)
    labels_B = cast("torch.Tensor", batch.labels_B)
    is_right_B = family._points(batch)[:, 0] < 0.0
    assert torch.equal(is_right_B, labels_B == 1)
    batch.labels_B = torch.full_like(labels_B, -1)
    assert 0.4 < float((family._points(batch)[:, 0] < 0.0).float().mean()) < 0.6


def test_each_phase_moves_what_it_should() -> None:
    family = aae()
    copies, discriminator, adversary = family.phases()
    assert copies.modules == (family.encoder, family.decoder)
    assert discriminator.modules == (family.discriminator,)
    assert adversary.modules == (family.encoder,)


def test_settings_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(BadConfig, match="at least two classes"):
        build("aae", {"prior": "labelled"}, DataShape())
    with pytest.raises(BadConfig, match="at least 2"):
        build("aae", {"prior": "mixture", "latent": 1}, DataShape())
