"""Autoencoders against principal components, and what spoils their pictures."""

from __future__ import annotations

from typing import cast

import pytest
import torch
from torch import Tensor, nn

from engine.families import build
from engine.families.autoencoders.autoencoder import Autoencoder
from engine.families.base import DataShape
from engine.families.phases import Batch
from tests.engine.families.stepping import bars_batch, learn, tiny


def autoencoder(**changes: object) -> Autoencoder:
    return cast("Autoencoder", tiny("autoencoder", **changes))


def slanted(count: int, components: int) -> Tensor:
    """Pictures of 8×8 that vary along a few directions, more along the first, and a little everywhere."""
    noise = torch.Generator().manual_seed(3)
    axes_CP, _ = torch.linalg.qr(torch.randn(64, components, generator=noise))
    along = torch.randn(count, components, generator=noise) * torch.linspace(2.0, 1.0, components)
    return (along @ axes_CP.T + 0.02 * torch.randn(count, 64, generator=noise) + 0.1).view(count, 1, 8, 8)


def principal(x_NP: Tensor, count: int) -> Tensor:
    """The first principal axes, as columns, from the singular values of the centred pictures."""
    _, _, rows = torch.linalg.svd(x_NP - x_NP.mean(0), full_matrices=False)
    return rows[:count].T


def test_a_linear_one_spans_what_the_first_principal_components_span() -> None:
    """The largest angle between both subspaces is nearly none, and its copies are as near as theirs."""
    family = autoencoder(net="linear", latent=3)
    x_BCHW = slanted(256, 3)
    (phase,) = family.phases()
    optimiser = torch.optim.LBFGS(
        [p for module in phase.modules for p in module.parameters()],
        max_iter=300,
        line_search_fn="strong_wolfe",
        tolerance_change=1e-12,
    )

    def closure() -> float:
        optimiser.zero_grad()
        loss = phase.loss(whole(x_BCHW))["loss"]
        loss.backward()
        return float(loss.detach())

    optimiser.step(closure)
    x_NP = x_BCHW.flatten(1)
    axes_PD = principal(x_NP, 3)
    decoder = next(layer for layer in family.decoder.modules() if isinstance(layer, nn.Linear))
    mine_PD, _ = torch.linalg.qr(decoder.weight.detach())
    cosines = torch.linalg.svdvals(mine_PD.T @ axes_PD)
    assert float(cosines.min()) > 0.9999
    centred = x_NP - x_NP.mean(0)
    best = float((centred - centred @ axes_PD @ axes_PD.T).square().mean())
    assert float(phase.loss(whole(x_BCHW))["error"]) == pytest.approx(best, rel=0.02)


def whole(x_BCHW: Tensor) -> Batch:
    return Batch(x=x_BCHW, generator=torch.Generator().manual_seed(0), step=0, steps=1)


@pytest.mark.parametrize("net", ["linear", "sigmoid", "connected", "convolutional"])
def test_every_kind_copies_and_its_points_have_unit_spread(net: str) -> None:
    family = autoencoder(net=net, latent=2, rate=2e-2)
    history = learn(family, 160)
    assert history[-1]["error"] < 0.3 * history[0]["error"]
    x_BCHW = bars_batch(500, 1, count=64).x
    z_BD = family.encode(x_BCHW)
    assert z_BD.shape == (64, 2)
    assert float(z_BD.abs().mean()) < 3.0
    torch.testing.assert_close(
        family.decode(z_BD), family.decoder(family.encoder(x_BCHW)).clamp(-1.0, 1.0), atol=1e-4, rtol=0
    )


def test_one_layer_of_sigmoids_is_just_that() -> None:
    family = autoencoder(net="sigmoid", latent=3)
    linear = [layer for layer in family.modules() if isinstance(layer, nn.Linear)]
    assert len(linear) == 2
    x_BCHW = bars_batch(0, 1).x
    code_BD = torch.sigmoid(x_BCHW.flatten(1) @ linear[0].weight.T + linear[0].bias)
    ink_BP = torch.sigmoid(code_BD @ linear[1].weight.T + linear[1].bias)
    torch.testing.assert_close(family.decoder(family.encoder(x_BCHW)).flatten(1), 2.0 * ink_BP - 1.0)


def test_l2_adds_the_squared_weights_and_no_biases() -> None:
    plain, held = autoencoder(net="linear"), autoencoder(net="linear", l2=0.01)
    weights = sum(float(p.detach().square().sum()) for p in held.parameters() if p.ndim == 2)
    one, other = (family.phases()[0].loss(bars_batch(0, 1))["loss"] for family in (plain, held))
    assert float((other - one).detach()) == pytest.approx(0.01 * weights, rel=1e-4)


def test_it_sees_spoilt_pictures_and_copies_the_clean_ones() -> None:
    family = autoencoder(noise=0.3, hidden=0.4)
    batch, seen = bars_batch(0, 1, count=200), []
    family.encoder.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    losses = family.phases()[0].loss(batch)
    spoilt = seen[0]
    assert float((spoilt == -1.0).float().mean()) == pytest.approx(0.4, abs=0.02)
    left = spoilt[spoilt != -1.0] - batch.x[spoilt != -1.0]
    assert float(left.std()) == pytest.approx(0.3, abs=0.02)
    copy = family.decoder(family.encoder(spoilt))
    assert float(losses["error"]) == pytest.approx(float((copy - batch.x).square().mean().detach()), rel=1e-3)
    assert torch.equal(family.eval().encode(batch.x), family.encode(batch.x)), "nothing is spoilt when one asks"


def test_connected_ones_take_any_size() -> None:
    assert build("autoencoder", {"size": 36, "net": "connected"}, DataShape()).picture.size == 36
