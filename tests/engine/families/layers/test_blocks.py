"""The phase up-convolution is the upsampling and the convolution it stands for, borders and gradients included."""

import copy

import pytest
import torch
from torch import Tensor, nn

from engine.disk.files import BadConfig
from engine.families.layers import autoencoding, halving
from engine.families.layers.blocks import Residual, UpConv, as_row, stages, upsample_then_convolve


@pytest.mark.parametrize("side", [1, 2, 5, 7])
@pytest.mark.parametrize("bias", [True, False])
def test_phase_up_convolution_equals_its_definition(side: int, bias: bool) -> None:
    torch.manual_seed(side)
    up = UpConv(3, 4, bias=bias).double()
    x = torch.randn(2, 3, side, side, dtype=torch.double, requires_grad=True)
    grad = torch.randn(2, 4, 2 * side, 2 * side, dtype=torch.double)
    expected = upsample_then_convolve(x, up.weight, up.bias)
    parts = [p for p in (x, up.weight, up.bias) if p is not None]
    slow = torch.autograd.grad(expected, parts, grad)
    fast = torch.autograd.grad(up(x), parts, grad)
    torch.testing.assert_close(up(x), expected, rtol=0, atol=1e-12)
    for one, other in zip(fast, slow, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_borders_agree_bit_for_bit_in_place() -> None:
    """Ones everywhere show any wrong tap at the edge at once: the first row and column miss one tap of three."""
    up = UpConv(1, 1, bias=False)
    with torch.no_grad():
        up.weight.fill_(1.0)
        y = up(torch.ones(1, 1, 3, 3))
    assert y[0, 0, 0].tolist() == [4.0, 6.0, 6.0, 6.0, 6.0, 4.0]
    assert y[0, 0, 1].tolist() == [6.0, 9.0, 9.0, 9.0, 9.0, 6.0]


@pytest.mark.parametrize("network", [halving.Decoder(8, 3, 4, 0, 5), autoencoding.Decoder(8, 3, 4, 5)])
def test_maps_made_of_a_row_lie_as_the_weights_do(network: nn.Module) -> None:
    """Else a decoder, which begins with a row of numbers, stays plain in memory, and its thin layers are slow."""
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    seen = _layouts(network)
    network(torch.randn(6, 5))
    assert len(seen) > 3
    assert all(seen)


def test_slopes_of_a_row_lie_as_the_maps_do() -> None:
    """An activation that gets its slope in another order than its output's takes ten times as long to pass it on."""
    maps = torch.randn(6, 4, 3, 3).contiguous(memory_format=torch.channels_last).requires_grad_().relu()
    row = as_row(maps)
    seen: list[bool] = []
    maps.register_hook(lambda slope: seen.append(slope.is_contiguous(memory_format=torch.channels_last)))
    row.square().sum().backward()
    assert seen == [True]


def test_a_row_is_what_flattening_makes_slopes_of_slopes_included() -> None:
    plain = torch.randn(3, 4, 2, 2, dtype=torch.double).contiguous(memory_format=torch.channels_last)
    x = plain.requires_grad_()
    weight = torch.randn(16, dtype=torch.double)
    for row in (as_row, lambda f: f.flatten(1)):
        (slope,) = torch.autograd.grad((row(x) @ weight).pow(3).sum(), x, create_graph=True)
        (curve,) = torch.autograd.grad(slope.square().sum(), x)
        if row is as_row:
            found = (row(x), slope, curve)
    for one, other in zip(found, (x.flatten(1), slope, curve), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def _layouts(network: nn.Module) -> list[bool]:
    """Whether each layer's maps lie with their channels innermost; filled as it runs. Few channels lie both ways."""
    seen: list[bool] = []

    def note(module: nn.Module, inputs: object, out: object) -> None:
        if isinstance(out, Tensor) and out.ndim == 4 and out.shape[1] > 3:
            seen.append(out.is_contiguous(memory_format=torch.channels_last))

    for module in network.modules():
        if not list(module.children()):
            module.register_forward_hook(note)
    return seen


def test_kept_kernel_follows_the_weights() -> None:
    up = UpConv(2, 2).requires_grad_(False).eval()
    x = torch.randn(1, 2, 4, 4)
    with torch.no_grad():
        first = up(x)
        assert torch.equal(first, up(x))
        twin = copy.deepcopy(up)
        up.weight.mul_(2.0)
        assert not torch.equal(first, up(x))
        torch.testing.assert_close(up(x), upsample_then_convolve(x, up.weight, up.bias))
        assert torch.equal(first, twin(x))


def test_weights_under_training_are_never_kept() -> None:
    """A fused optimiser changes weights without counting a version, so a kept kernel would be old."""
    up = UpConv(2, 2).eval()
    x = torch.randn(1, 2, 4, 4)
    with torch.no_grad():
        up(x)
    up(x).square().sum().backward()
    torch.optim.Adam(up.parameters(), lr=0.1, fused=True).step()
    with torch.no_grad():
        torch.testing.assert_close(up(x), upsample_then_convolve(x, up.weight, up.bias))


def test_residual_starts_as_identity() -> None:
    x = torch.randn(1, 4, 5, 5)
    torch.testing.assert_close(Residual(4)(x), x)


@pytest.mark.parametrize(("size", "base", "ups"), [(28, 7, 2), (32, 4, 3), (64, 4, 4), (20, 5, 2), (8, 4, 1)])
def test_sizes_that_halve(size: int, base: int, ups: int) -> None:
    assert stages(size) == (base, ups)


def test_other_sizes_name_their_neighbours() -> None:
    with pytest.raises(BadConfig, match=r"cannot be 36.* try 32 or 40"):
        stages(36)
