"""Belief networks: their orders, their masks, NADE's recursion, and pens that draw what one pass tells."""

from __future__ import annotations

import pytest
import torch

from engine.disk.files import BadConfig
from engine.families.autoregressive.fvbn import FVBN, FVBNConfig, Net
from engine.families.autoregressive.orders import Ordering, places
from engine.families.autoregressive.visible import Masked, Shared
from engine.families.base import DataShape
from tests.engine.families.autoregressive.exactness import draw_naively, influence, numbers, shake, total, worst_cached
from tests.engine.families.stepping import ask

TWO = DataShape(classes=("a", "b"))


def belief(net: Net, *, shape: DataShape = TWO, **changes: object) -> FVBN:
    """A small net; of any size, also smaller than a person may choose."""
    values = {"size": 8, "channels": 1, "levels": 2, "hidden": 12, "depth": 2, "net": net, **changes}
    family = FVBN(FVBNConfig(**values), shape)  # type: ignore[arg-type]
    shake(family)
    return family


@pytest.mark.parametrize("ordering", Ordering)
def test_every_order_visits_each_pixel_once(ordering: Ordering) -> None:
    order = places(ordering, 5, 7, seed=3)
    assert sorted(order.tolist()) == list(range(35))
    assert torch.equal(order, places(ordering, 5, 7, seed=3))


def test_orders_are_what_they_are_called() -> None:
    assert places(Ordering.RASTER, 2, 3, 0).tolist() == [0, 1, 2, 3, 4, 5]
    assert places(Ordering.COLUMNS, 2, 3, 0).tolist() == [0, 3, 1, 4, 2, 5]
    spiral = places(Ordering.SPIRAL, 7, 7, 0)
    rows, columns = spiral // 7, spiral % 7
    assert (int(rows[0]), int(columns[0])) == (3, 3)
    assert ((rows.diff().abs() + columns.diff().abs()) == 1).all(), "each pixel touches the one before"
    assert not torch.equal(places(Ordering.RANDOM, 8, 8, 0), places(Ordering.RANDOM, 8, 8, 1))


@pytest.mark.parametrize("net", Net)
@pytest.mark.parametrize("ordering", [Ordering.SPIRAL, Ordering.RANDOM])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_number_depends_on_all_before_it_and_on_none_after(net: Net, ordering: Ordering, channels: int) -> None:
    family = belief(net, ordering=ordering, channels=channels, size=4, levels=3)
    moved = influence(family, 4)
    before = torch.ones_like(moved).tril(-1).bool()
    assert (moved[before] > 0).all()
    assert not moved[~before].any()


@pytest.mark.parametrize("net", Net)
@pytest.mark.parametrize(("size", "shape"), [(2, TWO), (3, DataShape()), (3, TWO)])
def test_probabilities_of_all_pictures_sum_to_one(net: Net, size: int, shape: DataShape) -> None:
    family = belief(net, size=size, shape=shape, ordering=Ordering.SPIRAL)
    assert total(family, size, size) == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("net", Net)
@pytest.mark.parametrize(("channels", "levels"), [(1, 2), (1, 16), (3, 4)])
def test_the_pen_tells_what_one_pass_tells(net: Net, channels: int, levels: int) -> None:
    assert worst_cached(belief(net, channels=channels, levels=levels, ordering=Ordering.SPIRAL)) < 1e-5


@pytest.mark.parametrize("net", Net)
def test_the_same_seed_gives_the_same_picture_by_pen_or_pass(net: Net) -> None:
    family = belief(net, levels=4, ordering=Ordering.RANDOM)
    asked = ask(family, 0, 1, 2, **{"class": 1.0})
    *_, drawn = family.sample(asked)
    assert torch.equal(drawn, draw_naively(family, asked))


def test_it_is_drawn_in_its_order() -> None:
    family = belief(Net.NADE, ordering=Ordering.SPIRAL)
    looks = list(family.sample(ask(family, 0)))
    assert len(looks) == family.sample_steps == 8
    first = {(row, column) for row, column, _ in numbers(family, 8, 8)[:8]}
    inked = {tuple(place) for place in looks[0][0, 0].nonzero().tolist()}
    assert inked == first
    assert all(2 <= row <= 5 and 2 <= column <= 5 for row, column in first)


def test_nade_is_the_recursion_of_the_paper() -> None:
    """a_1 = c, h_d = sigmoid(a_d), p(v_d = 1) = sigmoid(b_d + V_d h_d), a_{d+1} = a_d + W_·d v_d, one after another."""
    net = Shared(9, 1, 0, 5)
    with torch.no_grad():
        for p in net.parameters():
            p.normal_(generator=torch.Generator().manual_seed(4))
    v = torch.randint(2, (9,), generator=torch.Generator().manual_seed(5)).float()
    a = net.start_H
    for place, logit in enumerate(net(v[None], None)[0, :, 0]):
        h = 1.0 / (1.0 + torch.exp(-a))
        torch.testing.assert_close(logit, net.bias[place, 0] + net.out_DLH[place, 0] @ h)
        a = a + net.weight_DH[place] * v[place]


def test_masks_of_made_leave_no_way_from_a_number_to_itself_or_to_one_before() -> None:
    """The product of the masks counts the ways (Germain et al. 2015, section 4)."""
    net = Masked(12, 1, 0, (20, 15))
    ways = net.get_buffer("before_DLH")[:, 0] @ net.get_buffer("mask_1") @ net.get_buffer("mask_0")
    assert not ways.triu().any()
    assert (ways.tril(-1).sum(1)[2:] > 0).all()


def test_what_is_linear_is_linear() -> None:
    family = belief(Net.LINEAR, levels=2, shape=DataShape())
    x = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(0)) * 2 - 1
    one, other = (family.log_weights(each[None], None)[:, :, 1] for each in x)
    torch.testing.assert_close(family.log_weights(x.mean(0, keepdim=True), None)[:, :, 1], (one + other) / 2)


def test_nets_too_large_for_any_computer_are_refused_with_what_to_do() -> None:
    with pytest.raises(BadConfig, match=r"452 million weights.*choose smaller pictures"):
        FVBNConfig.build({"net": "linear", "size": 64, "channels": 3, "levels": 4})
