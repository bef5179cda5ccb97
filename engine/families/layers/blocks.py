"""Layers that several families share. Shape legend: B batch, C channels, H height, W width, O out, I in."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.disk.files import BadConfig

BASES = (4, 5, 6, 7)
"""Sides of the smallest map of a convolutional network; picture sides are one of these times a power of two."""


def stages(size: int) -> tuple[int, int]:
    """(base, ups) with size = base · 2^ups, or one sentence that names the nearest sizes that work."""
    for ups in range(1, 12):
        base, rest = divmod(size, 1 << ups)
        if rest == 0 and base in BASES:
            return base, ups
    works = sorted(base << ups for base in BASES for ups in range(1, 8))
    below = max((side for side in works if side < size), default=None)
    above = min((side for side in works if side > size), default=None)
    near = " or ".join(str(side) for side in (below, above) if side is not None)
    why = "this family halves it again and again"
    raise BadConfig("bad-config", f"Picture size (size) cannot be {size}: {why}; try {near}.", field="size")


def upsample_then_convolve(x_BIHW: Tensor, weight_OI33: Tensor, bias_O: Tensor | None) -> Tensor:
    """The definition that `UpConv` computes faster: nearest neighbour to twice the side, then a 3×3 convolution."""
    return F.conv2d(F.interpolate(x_BIHW, scale_factor=2.0, mode="nearest"), weight_OI33, bias_O, padding=1)


def phase_weight(weight_OI33: Tensor) -> Tensor:
    """The 4×4 kernel of the equal transposed convolution of stride 2.

    Output row 2i sees w0 x[i-1] + (w1 + w2) x[i], row 2i+1 sees (w0 + w1) x[i] + w2 x[i+1]; a transposed
    convolution with padding 1 gives x[i] the taps k1 and k2, x[i-1] the tap k3 and x[i+1] the tap k0, so that
    k = (w2, w1 + w2, w0 + w1, w0), and likewise for columns. The zeros outside are the same in both views.
    """
    w0, w1, w2 = weight_OI33.unbind(2)
    rows = torch.stack((w2, w1 + w2, w0 + w1, w0), 2)
    w0, w1, w2 = rows.unbind(3)
    return torch.stack((w2, w1 + w2, w0 + w1, w0), 3).transpose(0, 1)


class UpConv(nn.Module):
    """Twice the side, then a 3×3 convolution, in 4 products an output instead of 9.

    Weights are those of the 3×3 convolution, so files and training do not change with the way of computing.
    The 4×4 kernel of frozen weights (`requires_grad_(False)`, eval mode) is kept: adding it up anew took longer
    than a single picture. Fused optimisers change weights without counting a version, hence only frozen ones.
    """

    def __init__(self, channels_in: int, channels_out: int, *, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels_out, channels_in, 3, 3))
        self.bias = nn.Parameter(torch.zeros(channels_out)) if bias else None
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        self._kept: tuple[Tensor, int, int, Tensor] | None = None

    def forward(self, x_BIHW: Tensor) -> Tensor:
        return F.conv_transpose2d(x_BIHW, self._kernel(), self.bias, stride=2, padding=1)

    def _kernel(self) -> Tensor:
        weight = self.weight
        if self.training or weight.requires_grad or torch.is_grad_enabled() or weight.is_inference():
            self._kept = None
            return phase_weight(weight)
        kept = self._kept
        if kept is None or kept[0] is not weight or kept[1:3] != (weight._version, weight.data_ptr()):
            kernel = phase_weight(weight).contiguous(memory_format=memory_format(weight))
            kept = (weight, weight._version, weight.data_ptr(), kernel)
            self._kept = kept
        return kept[3]

    def __getstate__(self) -> dict[str, object]:
        """Copies do not share the kept kernel."""
        return {**self.__dict__, "_kept": None}


def memory_format(weight: Tensor) -> torch.memory_format:
    """How a convolution's weight lies in memory; what is made of it should lie likewise, or it is copied each time."""
    last = weight.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if last and not weight.is_contiguous() else torch.contiguous_format


def as_row(f_BFHW: Tensor) -> Tensor:
    """Maps as one row of numbers, (B, F·H·W), for a layer that sees all of them.

    The slope of a row comes back plain in memory. An activation whose output lies otherwise takes ten times as long to
    pass it on, so it is first laid as the maps are.
    """
    if f_BFHW.requires_grad:
        layout = memory_format(f_BFHW)
        f_BFHW.register_hook(  # type: ignore[no-untyped-call]
            lambda slope_BFHW: slope_BFHW.contiguous(memory_format=layout)
        )
    return f_BFHW.flatten(1)


def as_maps(row_BN: Tensor, shape: tuple[int, int, int], like: nn.Module) -> Tensor:
    """A row of numbers as maps (F, H, W) that lie in memory as the weights of a layer behind them do.

    A row is plain in memory, and maps made of it would stay so through all that follows, where a last convolution to
    one or three colours takes two to three times as long.
    """
    assert isinstance(like.weight, Tensor)
    f_BFHW = row_BN.reshape(len(row_BN), *shape)
    return f_BFHW.contiguous(memory_format=memory_format(like.weight))


class Residual(nn.Module):
    """x + f(x) with two 3×3 convolutions (He et al. 2016, eq. 1, activations first).

    The last convolution starts at zero, so that a deep network without normalisation starts as a shallow one.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        he_init(self.first)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(_bias(self.second))

    def forward(self, x_BCHW: Tensor) -> Tensor:
        inner_BCHW: Tensor = self.second(F.relu(self.first(F.relu(x_BCHW))))
        return x_BCHW + inner_BCHW


def he_init(layer: nn.Module, gain: float = math.sqrt(2.0)) -> None:
    """Weights that keep the variance of activations through a ReLU (He et al. 2015, eq. 10); biases zero."""
    weight, bias = layer.weight, layer.bias
    assert isinstance(weight, Tensor)
    with torch.no_grad():
        weight.normal_(0.0, gain / math.sqrt(weight[0].numel()))
        if isinstance(bias, Tensor):
            bias.zero_()


def _bias(layer: nn.Conv2d) -> Tensor:
    assert layer.bias is not None
    return layer.bias


def normal_noise(shape: Sequence[int], generator: torch.Generator, like: Tensor) -> Tensor:
    """Standard normal numbers from the generator's own device, so that CPU and GPU runs start from equal noise."""
    noise = torch.randn(tuple(shape), generator=generator, device=generator.device)
    return noise.to(device=like.device, dtype=like.dtype)


def uniform_noise(shape: Sequence[int], generator: torch.Generator, like: Tensor) -> Tensor:
    """Uniform numbers in [0, 1) from the generator's own device."""
    noise = torch.rand(tuple(shape), generator=generator, device=generator.device)
    return noise.to(device=like.device, dtype=like.dtype)
