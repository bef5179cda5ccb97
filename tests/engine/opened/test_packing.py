"""A packed network draws what the plain one draws, to the bit; where torch cannot pack, nothing changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from engine.disk.bundled import bundled_model
from engine.families.layers.blocks import UpConv
from engine.opened.model import open_model_file
from engine.opened.networks import packing
from engine.opened.networks.packing import PackedUpConv, pack_kernels, packs


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    packs.cache_clear()
    yield
    packs.cache_clear()


def network(*, bias: bool = True) -> nn.Sequential:
    return nn.Sequential(UpConv(8, 16, bias=bias), nn.ReLU(), UpConv(16, 4, bias=bias), nn.Tanh()).eval()


@pytest.mark.skipif(not packs(), reason="this build of torch cannot pack")
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_packed_pictures_are_equal_to_the_bit(bias: bool, batch: int, layout: torch.memory_format) -> None:
    plain = network(bias=bias).requires_grad_(False)
    plain.to(memory_format=layout)  # type: ignore[call-overload]
    x = torch.randn(batch, 8, 4, 4).contiguous(memory_format=layout)
    with torch.no_grad():
        before = plain(x)
        pack_kernels(plain)
        assert torch.equal(plain(x), before)
    assert [type(layer) for layer in plain] == [PackedUpConv, nn.ReLU, PackedUpConv, nn.Tanh]


@pytest.mark.skipif(not packs(), reason="this build of torch cannot pack")
def test_what_is_not_a_number_stays_so() -> None:
    """The library's own ReLU makes 0 of NaN, and a broken model would look whole."""
    packed = network()
    pack_kernels(packed)
    with torch.no_grad():
        assert packed(torch.full((1, 8, 4, 4), torch.nan)).isnan().all()


@pytest.mark.skipif(not packs(), reason="this build of torch cannot pack")
@pytest.mark.parametrize("bias", [True, False])
def test_slopes_pass_through_as_through_the_plain_network(bias: bool) -> None:
    """A closer look at a picture goes down them; the library's own call has none, and would fail."""
    plain = network(bias=bias).requires_grad_(False)
    x = torch.randn(2, 8, 4, 4, requires_grad=True)
    (expected,) = torch.autograd.grad(plain(x).square().sum(), x)
    pack_kernels(plain)
    assert isinstance(plain[0], PackedUpConv)
    (found,) = torch.autograd.grad(plain(x).square().sum(), x)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_a_layer_that_still_learns_stays() -> None:
    learning = network().train()
    pack_kernels(learning)
    assert isinstance(learning[0], UpConv)


@pytest.mark.skipif(not packs(), reason="this build of torch cannot pack")
@pytest.mark.parametrize("name", ["faces", "faces-gan", "faces-dcgan"])
def test_an_opened_model_draws_with_packed_kernels(name: str) -> None:
    opened = open_model_file(str(bundled_model(name)), torch.device("cpu"))
    kinds = [type(module) for module in opened.family.modules()]
    assert PackedUpConv in kinds
    assert UpConv not in kinds


def test_without_the_library_nothing_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    plain = network()
    pack_kernels(plain)
    assert isinstance(plain[0], UpConv)


@pytest.mark.parametrize("error", [RuntimeError, AttributeError, TypeError])
def test_where_the_call_is_missing_nothing_is_packed(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def fails(layer: UpConv) -> nn.Module:
        raise error("no such operator")

    monkeypatch.setattr(packing, "PackedUpConv", fails)
    plain = network()
    pack_kernels(plain)
    assert isinstance(plain[0], UpConv)


def test_where_the_call_computes_something_else_nothing_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "PackedUpConv", lambda layer: nn.ConvTranspose2d(8, 8, 4, 2, 1))
    plain = network()
    pack_kernels(plain)
    assert isinstance(plain[0], UpConv)
