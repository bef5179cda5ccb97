"""Networks that only draw on a processor: an up-convolution's kernel is laid out once as oneDNN wants it.

The plain call lays it out anew each time, which for one picture takes longer than the products of the first layer:
a quarter of the bundled faces' decoding. The pictures stay equal to the bit.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.layers.blocks import UpConv, phase_weight

_GEOMETRY = ([1, 1], [0, 0], [2, 2], [1, 1], 1)
"""Padding, output padding, stride, dilation, groups of `UpConv`."""


class PackedUpConv(nn.Module):
    """What `UpConv` computes. The ReLU after it stays apart: the library's own turns NaN into 0, and hides it."""

    def __init__(self, layer: UpConv) -> None:
        super().__init__()
        self._plain = phase_weight(layer.weight.detach()).contiguous()
        self._kernel = torch.ops.mkldnn._reorder_convolution_transpose_weight(self._plain, *_GEOMETRY, None)
        self._bias = None if layer.bias is None else layer.bias.detach()

    def forward(self, x_BIHW: Tensor) -> Tensor:
        if torch.is_grad_enabled() and x_BIHW.requires_grad:  # the library's own call has no slope
            return F.conv_transpose2d(x_BIHW, self._plain, self._bias, stride=2, padding=1)
        y_BOHW: Tensor = torch.ops.mkldnn._convolution_transpose_pointwise(
            x_BIHW, self._kernel, self._bias, *_GEOMETRY, "none", [], ""
        )
        return y_BOHW


def pack_kernels(network: nn.Module) -> None:
    """Pack every up-convolution in a sequence. For networks in eval mode with frozen weights, on a processor."""
    if not packs():
        return
    for sequence in [module for module in network.modules() if isinstance(module, nn.Sequential)]:
        for place, layer in enumerate(sequence):
            if isinstance(layer, UpConv) and not layer.training:
                sequence[place] = PackedUpConv(layer)


@cache
def packs() -> bool:
    """Whether this build of torch can: the calls are made for its own compiler and may be missing or change."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    layer = UpConv(8, 8)
    x_BIHW = torch.linspace(-1, 1, 8 * 16).view(1, 8, 4, 4)
    with torch.no_grad():
        try:
            packed_BOHW = PackedUpConv(layer)(x_BIHW)
        except (AttributeError, RuntimeError, TypeError):
            return False
        return torch.allclose(packed_BOHW, layer(x_BIHW), atol=1e-5)
