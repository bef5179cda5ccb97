"""The variational autoencoder against closed forms."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from engine.disk.files import BadConfig
from engine.families import build
from engine.families.autoencoders.vae import FEW, VAE, free, kl_by_coordinate, kl_to_prior, log_ratio, spread
from engine.families.base import DataShape
from engine.families.layers.likelihoods import Law, Pixels
from engine.families.phases import Batch
from tests.engine.families.stepping import ask, bars_batch, learn, tiny


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


def test_levels_of_the_discretised_logistic_are_a_law_and_follow_its_distribution() -> None:
    """All 256 masses of a pixel add up to 1, and each is the logistic's between the level's edges."""
    levels = torch.linspace(-1.0, 1.0, 256, dtype=torch.float64)
    pixels = Pixels(Law.LOGISTIC, 0.05)
    raw = torch.full((256, 1, 1, 1), 0.3, dtype=torch.float64)
    mass = pixels.log_density(levels.view(-1, 1, 1, 1), raw).exp()
    assert float(mass.sum()) == pytest.approx(1.0, abs=1e-6)
    edges = torch.sigmoid((levels + 1.0 / 255.0 - 0.3) / 0.05)
    torch.testing.assert_close(mass[1:-1], (edges[1:] - edges[:-1])[:-1], rtol=1e-4, atol=1e-9)
    assert torch.equal(pixels.log_mass(levels.view(-1, 1, 1, 1), raw, torch.Generator()), mass.log())


def test_the_ratio_of_prior_and_posterior_agrees_with_the_distributions_of_torch() -> None:
    mean, log_var, z = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0))
    posterior = torch.distributions.Normal(mean, torch.exp(0.5 * log_var))
    expected = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(1) - posterior.log_prob(z).sum(1)
    torch.testing.assert_close(log_ratio(z, mean, log_var), expected)


def test_the_weighted_bound_of_a_linear_gaussian_model_lies_between_elbo_and_likelihood() -> None:
    """x = W z + noise: log p(x) is known. The ELBO lies below it by a KL; K tries come near."""
    noise = torch.Generator().manual_seed(3)
    w_PD = torch.randn(64, 2, generator=noise) * 0.5
    x_BCHW = torch.randn(8, 1, 8, 8, generator=noise)
    exact = torch.distributions.MultivariateNormal(torch.zeros(64), w_PD @ w_PD.T + 0.49 * torch.eye(64))
    truth = float(exact.log_prob(x_BCHW.flatten(1)).mean())
    bounds = []
    for importance in (1, 64):
        family = linear_gaussian(w_PD, importance)
        losses = family.phases()[0].loss(Batch(x=x_BCHW.repeat(16, 1, 1, 1), generator=noise, step=9, steps=10))
        bounds.append(-float(losses["loss"].detach()) * 64)
    assert bounds[0] < bounds[1] <= truth + 0.05
    assert bounds[1] == pytest.approx(truth, abs=0.1)


def test_what_several_tries_raise_is_a_curve_of_its_own() -> None:
    """The run's own objective was greyed, among what its family does not name."""
    losses = tiny("vae", importance=3).phases()[0].loss(bars_batch(0, 10))
    named = {monitor.name for monitor in VAE.monitors if monitor.name in losses}
    left = {name for name in losses if name not in named and not name.startswith("kl_")}
    assert left == {"loss"}
    assert "weighted_bound" in named


def linear_gaussian(w_PD: Tensor, importance: int, **settings: object) -> VAE:
    """A VAE whose decoder is a matrix, and whose posterior is too wide by half."""
    family = tiny("vae", latent=2, sigma=0.7, importance=importance, warmup=0.0, **settings)
    assert isinstance(family, VAE)
    covariance = torch.linalg.inv(torch.eye(2) + w_PD.T @ w_PD / 0.49)
    wide = 2.0 * torch.log(1.5 * covariance.diagonal().sqrt())

    class Encoder(nn.Module):
        def forward(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
            mean_BD = x_BCHW.flatten(1) @ w_PD @ covariance / 0.49
            return mean_BD.requires_grad_(), wide.expand_as(mean_BD)

    class Decoder(nn.Module):
        def forward(self, z_BD: Tensor) -> Tensor:
            return (z_BD @ w_PD.T).view(-1, 1, 8, 8)

    family.encoder, family.decoder = Encoder(), Decoder()  # type: ignore[assignment]
    return family


def test_the_parts_of_the_kl_add_up_to_it_and_silent_numbers_are_counted() -> None:
    mean, log_var = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(kl_by_coordinate(mean, log_var).sum(1), kl_to_prior(mean, log_var))
    seen = spread(torch.tensor([0.5, 0.0, 0.3]))
    assert float(seen["active"]) == 2
    assert [float(seen[f"kl_{place}"]) for place in range(3)] == pytest.approx([0.5, 0.0, 0.3])
    assert set(spread(torch.zeros(FEW + 1))) == {"active"}


def test_what_is_told_costs_nothing_at_first_and_all_of_it_after_the_warm_up() -> None:
    """-L = β · rise · KL - E log p(x | z) per pixel, rise from 0 to 1 over a share of the run."""
    steps, rises = 40, list[float]()
    for step in (0, 4, 9, 19, 20, 39):
        family = tiny("vae", beta=3.0, warmup=0.5, steps=steps)
        x_BCHW = bars_batch(0, 1).x
        noise = torch.Generator().manual_seed(2)
        losses = family.phases()[0].loss(Batch(x=x_BCHW, generator=noise, step=step, steps=steps))
        paid = float(losses["loss"].detach()) * x_BCHW[0].numel() + float(losses["reconstruction"])
        rises.append(paid / (3.0 * float(losses["kl"])))
    assert rises == pytest.approx([1 / 20, 5 / 20, 10 / 20, 1.0, 1.0, 1.0], rel=1e-3)


def test_free_detail_costs_what_is_free_and_pulls_only_beyond_it() -> None:
    """sum_d max(λ, E KL_d): by hand, and no gradient where a coordinate tells less than λ."""
    mean = torch.tensor([[0.2, 2.0], [-0.2, -2.0]], requires_grad=True)
    kl_BD = kl_by_coordinate(mean, torch.zeros(2, 2))
    cost = free(kl_BD, 0.5)
    assert float(cost.detach()) == pytest.approx(0.5 + 2.0)
    (slope,) = torch.autograd.grad(cost, mean)
    assert torch.equal(slope[:, 0], torch.zeros(2))
    assert bool((slope[:, 1] != 0).all())


def test_a_wished_class_is_drawn_and_tells_the_encoder_what_it_need_not() -> None:
    family = tiny("vae", classes=True, latent=2, rate=1e-2, sigma=0.5, beta=4.0)
    assert isinstance(family, VAE)
    learn(family, 200)
    for wish in (0, 1):
        *_, x_BCHW = family.sample(ask(family, *range(16), **{"class": float(wish)}))
        left, right = x_BCHW[..., :4].mean((1, 2, 3)), x_BCHW[..., 4:].mean((1, 2, 3))
        assert float(((right > left).long() == wish).float().mean()) > 0.75
    batch = bars_batch(0, 1)
    own = {"class": batch.labels_B}
    assert family.encode(batch.x, own).shape == (16, 2)  # type: ignore[arg-type]
    assert family.decode(family.encode(batch.x), own).shape == batch.x.shape  # type: ignore[arg-type]
    with pytest.raises(BadConfig, match="at least two"):
        build("vae", {"classes": True}, DataShape())


def test_a_bent_posterior_has_the_density_that_it_says() -> None:
    """log p(x) of a linear Gaussian model is known: with the right log q(z | x) many tries come to it, however bent."""
    noise = torch.Generator().manual_seed(3)
    w_PD = torch.randn(64, 2, generator=noise) * 0.2
    x_BCHW = torch.randn(8, 1, 8, 8, generator=noise)
    exact = torch.distributions.MultivariateNormal(torch.zeros(64), w_PD @ w_PD.T + 0.49 * torch.eye(64))
    truth = float(exact.log_prob(x_BCHW.flatten(1)).mean())
    bounds = []
    for tries in (1, 64):
        family, bends = linear_gaussian(w_PD, tries, flow=3), torch.Generator().manual_seed(7)
        assert family.flow is not None
        with torch.no_grad():
            for parameter in family.flow.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=bends) * 0.3)
            mean_BD, log_var_BD = family.encoder(x_BCHW)
            bent_BD, _ = family.flow(mean_BD, mean_BD, log_var_BD)
            assert float((bent_BD - mean_BD).norm(dim=1).mean()) > 0.03
            assert torch.equal(family.encode(x_BCHW), bent_BD)
        batch = Batch(x=x_BCHW.repeat(16, 1, 1, 1), generator=noise, step=9, steps=10)
        bounds.append(-float(family.phases()[0].loss(batch)["loss"].detach()) * 64)
    assert bounds[0] < bounds[1] <= truth + 0.05
    assert bounds[1] == pytest.approx(truth, abs=0.1)


def test_a_family_with_bends_learns_and_they_are_part_of_it() -> None:
    family = tiny("vae", latent=2, flow=2, sigma=0.5, rate=1e-2)
    assert isinstance(family, VAE)
    assert family.flow is not None
    before = family.flow.tell.weight.detach().clone()
    losses = learn(family, 40)
    assert losses[-1]["loss"] < losses[0]["loss"]
    assert not torch.equal(before, family.flow.tell.weight)
    with pytest.raises(BadConfig, match="bent cloud"):
        build("vae", {"flow": 2, "free_bits": 0.1}, DataShape())


def test_settings_of_the_bound_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(BadConfig, match="Free detail"):
        build("vae", {"importance": 5, "free_bits": 0.1}, DataShape())
    with pytest.raises(BadConfig, match="Several tries"):
        build("vae", {"importance": 5, "supervision": 1.0}, DataShape())
