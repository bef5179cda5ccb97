"""A folded network draws what the whole one draws."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.disk.bundled import bundled_model
from engine.families.layers.blocks import UpConv
from engine.opened.checkpoints import load_model
from engine.opened.model import open_model_file
from engine.opened.networks.folding import fold_norms


def awake(norm: nn.BatchNorm2d) -> nn.BatchNorm2d:
    """A batch norm that has seen something."""
    with torch.no_grad():
        for value in (norm.running_mean, norm.running_var, norm.weight, norm.bias):
            assert value is not None
            value.copy_(torch.rand_like(value) + 0.5)
    return norm


@pytest.mark.parametrize("bias", [True, False])
def test_norms_after_convolutions_go_and_nothing_changes(bias: bool) -> None:
    inner = nn.Sequential(nn.Conv2d(6, 5, 3, bias=bias), awake(nn.BatchNorm2d(5)))
    network = nn.Sequential(
        awake(nn.BatchNorm2d(3)), UpConv(3, 6, bias=bias), awake(nn.BatchNorm2d(6)), nn.ReLU(), inner
    )
    network.eval().requires_grad_(False)
    x = torch.randn(2, 3, 4, 4)
    with torch.no_grad():
        before = network(x)
        fold_norms(network)
        after = network(x)
    torch.testing.assert_close(after, before, atol=1e-5, rtol=1e-5)
    assert [type(layer) for layer in network] == [nn.BatchNorm2d, UpConv, nn.ReLU, nn.Sequential]
    assert len(inner) == 1
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_a_norm_that_still_learns_stays() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    fold_norms(network)
    assert len(network) == 2


@pytest.mark.parametrize("name", ["faces", "faces-gan", "faces-dcgan"])
def test_an_opened_model_draws_what_its_file_says(name: str) -> None:
    path = str(bundled_model(name))
    opened, family = open_model_file(path, torch.device("cpu")), load_model(path).family
    latent = family.latent
    assert latent is not None
    z_BD = torch.randn(4, latent.coordinates)
    with torch.no_grad():
        torch.testing.assert_close(opened.family.decode(z_BD), family.decode(z_BD), atol=1e-4, rtol=0)
    norms = [sum(isinstance(m, nn.BatchNorm2d) for m in one.modules()) for one in (opened.family, family)]
    assert norms[0] < norms[1]
