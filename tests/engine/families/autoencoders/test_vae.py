"""The variational autoencoder against closed forms."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from engine.disk.files import BadConfig
from engine.families import build
from engine.families.autoencoders.vae import VAE, kl_to_prior
from engine.families.base import DataShape
from engine.families.layers.likelihoods import Law, Pixels
from tests.engine.families.stepping import bars_batch, tiny


def test_kl_agrees_with_the_closed_form_of_torch() -> None:
    mean, log_var = torch.randn(5, 3), torch.randn(5, 3)
    q = torch.distributions.Normal(mean, torch.exp(0.5 * log_var))
    expected = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(kl_to_prior(mean, log_var), expected)


def test_laws_agree_with_the_distributions_of_torch() -> None:
    x, raw = torch.rand(2, 1, 8, 8) * 2 - 1, torch.randn(2, 1, 8, 8)
    gaussian = torch.distributions.Normal(raw, 0.3).log_prob(x).sum((1, 2, 3))
    torch.testing.assert_close(Pixels(Law.GAUSSIAN, 0.3).log_density(x, raw), gaussian)
    laplace = torch.distributions.Laplace(raw, 0.3).log_prob(x).sum((1, 2, 3))
    torch.testing.assert_close(Pixels(Law.LAPLACE, 0.3).log_density(x, raw), laplace)
    ink = (x > 0).float()
    bernoulli = torch.distributions.Bernoulli(logits=raw).log_prob(ink).sum((1, 2, 3))
    mass = Pixels(Law.BERNOULLI, 0.0).log_mass(x, raw, torch.Generator().manual_seed(0))
    torch.testing.assert_close(mass, bernoulli)


@pytest.mark.parametrize("law", list(Law))
def test_every_law_has_finite_losses_and_gradients(law: Law) -> None:
    family = tiny("vae", likelihood=law.value)
    losses = family.phases()[0].loss(bars_batch(0, 10))
    losses["loss"].backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in family.decoder.parameters())


def test_bound_is_exact_when_the_posterior_is() -> None:
    """With a decoder that ignores z and a posterior equal to the prior, the bound is log p(x) itself."""
    family = build("vae", {"size": 8, "channels": 1, "width": 4, "latent": 2, "sigma": 0.5, "samples": 4}, DataShape())
    assert isinstance(family, VAE)
    family.eval()
    with torch.no_grad():
        family.encoder.head.weight.zero_()
        family.encoder.head.bias.zero_()
        family.decoder.foot.weight.zero_()
        x = torch.zeros(3, 1, 8, 8)
        raw = family.decoder(torch.zeros(3, 2))
        bound = family.log_likelihood(x, torch.Generator().manual_seed(0))
        steps = torch.linspace(-1, 1, 1001) / 255.0
        law = torch.distributions.Normal(raw[0, 0].flatten(), 0.5)
        exact = torch.stack([law.log_prob(step) for step in steps]).exp().mean(0).log().sum() + 64 * math.log(2 / 255)
    torch.testing.assert_close(bound, exact.expand(3), rtol=0, atol=0.05)


def test_more_samples_tighten_the_bound() -> None:
    x = bars_batch(0, 1).x
    bounds = []
    for samples in (1, 64):
        family = tiny("vae", samples=samples, seed=4, sigma=0.5).eval()
        bounds.append(family.log_likelihood(x, torch.Generator().manual_seed(0)).mean().item())
    assert bounds[1] > bounds[0]


def test_encoding_is_the_mean_and_needs_no_noise() -> None:
    family = tiny("vae").eval()
    x = bars_batch(0, 1).x
    assert torch.equal(family.encode(x), family.encode(x))


def test_the_encoder_sees_disturbed_pictures_and_copies_the_clean_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    family = tiny("vae", disturb=0.5)
    assert isinstance(family, VAE)
    batch, seen, copied = bars_batch(0, 10), [], []
    log_density = family.pixels.log_density

    def noting(x_BCHW: Tensor, raw_BCHW: Tensor) -> Tensor:
        copied.append(x_BCHW)
        return log_density(x_BCHW, raw_BCHW)

    family.encoder.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    monkeypatch.setattr(family.pixels, "log_density", noting)
    family.phases()[0].loss(batch)
    assert torch.equal(copied[0], batch.x)
    assert not torch.equal(seen[0], batch.x)
    family.encode(batch.x)
    assert torch.equal(seen[1], batch.x)


def test_bernoulli_needs_grey_pictures() -> None:
    with pytest.raises(BadConfig, match="bernoulli"):
        build("vae", {"likelihood": "bernoulli", "channels": 3}, DataShape())


@pytest.mark.parametrize("size", [20, 28, 32, 64])
@pytest.mark.parametrize("depth", [0, 1])
def test_sizes(size: int, depth: int) -> None:
    family = build("vae", {"size": size, "width": 4, "latent": 3, "depth": depth}, DataShape()).eval()
    assert family.decode(torch.zeros(1, 3)).shape == (1, 3, size, size)
    assert family.encode(torch.zeros(1, 3, size, size)).shape == (1, 3)
