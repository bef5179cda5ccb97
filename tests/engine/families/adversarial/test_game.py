"""What all games share: networks of either kind, spectral norm, classes that can be wished for."""

from __future__ import annotations

from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from engine.disk.files import BadConfig
from engine.families import build
from engine.families.adversarial.game import Game, spectrally_normed
from engine.families.base import DataShape
from engine.families.layers.classes import WITHHELD, Critic, Wishes, joined, one_hot, told
from engine.families.layers.strided import Features
from tests.engine.families.stepping import SHAPE, ask, bars_batch, learn, points, tiny, two_bars
from tests.engine.families.test_loop_contract import bars_store


def game(name: str = "gan1", **changes: object) -> Game[Any]:
    return cast("Game[Any]", tiny(name, **changes))


@pytest.mark.parametrize("net", ["convolutional", "connected", "shortcuts"])
@pytest.mark.parametrize("size", [20, 28, 32])
def test_all_kinds_of_networks_fit_all_sizes(net: str, size: int) -> None:
    family = game(size=size, net=net, channels=3)
    made = family.decode(cast("Tensor", points(family, 0, 1)))
    assert made.shape == (2, 3, size, size)
    assert family.discriminator(made).shape == (2,)


def test_connected_networks_take_sizes_that_cannot_be_halved() -> None:
    assert game(size=36, net="connected").picture.size == 36
    with pytest.raises(BadConfig, match="try 32 or 40"):
        game(size=36, net="convolutional")


def test_a_class_that_is_not_known_is_told_as_nothing() -> None:
    y_BK = one_hot(torch.tensor([2, -1, 0]), 3)
    assert y_BK.tolist() == [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    planes = joined(torch.zeros(3, 1, 4, 4), y_BK)
    assert planes.shape == (3, 4, 4, 4)
    assert torch.equal(planes[:, 1:, 2, 3], y_BK)
    assert torch.equal(joined(torch.zeros(3, 5), y_BK)[:, 5:], y_BK)


def test_projection_adds_the_class_along_the_features() -> None:
    """f(x, y) - f(x, nothing) = e_y · φ(x)."""
    critic = Critic(nn.Flatten(), 4, 3, Wishes.PROJECTION)
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    y_BK = one_hot(torch.tensor([2, -1, 0]), 3)
    assert critic.embed is not None
    told = critic(x, y_BK) - critic(x)
    expected = torch.stack((critic.embed.weight[:, 2] @ x[0], torch.tensor(0.0), critic.embed.weight[:, 0] @ x[2]))
    torch.testing.assert_close(told, expected)


@pytest.mark.parametrize("net", ["convolutional", "connected", "shortcuts"])
@pytest.mark.parametrize("classes", ["projection", "concatenation"])
def test_the_wished_class_is_drawn(net: str, classes: str) -> None:
    """Left and right bars are the classes; without a wish both come, as often as in the data."""
    family = game(net=net, classes=classes, rate=2e-3)
    family.prepare(bars_store())
    learn(family, 120)
    for wish in (0, 1):
        *_, x_BCHW = family.sample(ask(family, *range(24), **{"class": float(wish)}))
        left, right = x_BCHW[..., :4].mean((1, 2, 3)), x_BCHW[..., 4:].mean((1, 2, 3))
        assert float(((right > left).long() == wish).float().mean()) > 0.9
    *_, x_BCHW = family.sample(ask(family, *range(40)))
    share = float((x_BCHW[..., 4:].mean((1, 2, 3)) > x_BCHW[..., :4].mean((1, 2, 3))).float().mean())
    assert 0.25 < share < 0.75


def test_a_class_without_a_wish_is_drawn_by_its_seed_as_often_as_it_comes() -> None:
    family = game(classes="projection").eval()
    family.often_K.copy_(torch.tensor([0.1, 0.9]))
    wishes: list[Tensor] = []
    family.decode = lambda z_BD, conditions: wishes.append(conditions["class"]) or z_BD  # type: ignore[method-assign]
    list(family.sample(ask(family, *range(200))))
    list(family.sample(ask(family, 7, 5)))
    assert 0.8 < float(wishes[0].float().mean()) < 0.97
    assert wishes[1].tolist() == [int(wishes[0][7]), int(wishes[0][5])]


def test_a_tenth_of_the_classes_is_withheld() -> None:
    y_BK = told(bars_batch(0, 1, count=2000), 2)
    assert y_BK is not None
    assert float((y_BK.sum(1) == 0).float().mean()) == pytest.approx(WITHHELD, abs=0.03)


def test_classes_need_pictures_of_some() -> None:
    with pytest.raises(BadConfig, match="at least two"):
        build("gan1", {"classes": "projection"}, DataShape())
    assert build("gan1", {"classes": "projection"}, SHAPE).conditions[0].choices == ("left", "right")


def test_spectral_norm_lets_no_weight_stretch() -> None:
    """After enough steps of power iteration the largest singular value of each weight, as a matrix, is 1."""
    network = Features(8, 1, 4, norm=False)
    spectrally_normed(network)
    network.train()
    x_BCHW, _ = two_bars(2, 0)
    with torch.no_grad():
        for _ in range(30):
            network(x_BCHW)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            largest = torch.linalg.svdvals(layer.weight.detach().flatten(1))[0]
            assert float(largest) == pytest.approx(1.0, abs=0.02)


def test_a_discriminator_with_spectral_norm_has_no_batch_norm_and_learns() -> None:
    family = game(spectral=True, net="convolutional", loss="hinge")
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in family.discriminator.modules())
    learn(family, 3)
    assert all(torch.isfinite(p).all() for p in family.parameters())
