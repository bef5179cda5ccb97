"""Networks that only draw: a batch norm, whose statistics no longer change, becomes a part of the layer before it.

gamma (W x + b - mean) / sqrt(var + eps) + beta = (s W) x + (s (b - mean) + beta), with s = gamma / sqrt(var + eps).
About a tenth of the time of a single picture, and fewer calls that wait for Python's lock while somebody drags.
"""

from __future__ import annotations

import torch
from torch import nn

from engine.families.layers.blocks import UpConv


def fold_norms(network: nn.Module) -> None:
    """Fold every batch norm that follows a convolution in a sequence. For networks in eval mode with frozen weights."""
    for sequence in [module for module in network.modules() if isinstance(module, nn.Sequential)]:
        for place in range(len(sequence) - 1, 0, -1):
            layer, norm = sequence[place - 1], sequence[place]
            if isinstance(layer, nn.Conv2d | UpConv) and isinstance(norm, nn.BatchNorm2d) and not norm.training:
                _fold(layer, norm)
                del sequence[place]


def _fold(layer: nn.Conv2d | UpConv, norm: nn.BatchNorm2d) -> None:
    mean, var = norm.running_mean, norm.running_var
    if mean is None or var is None:
        raise ValueError("a batch norm without statistics cannot be folded")
    with torch.no_grad():
        scale = norm.weight.double() / torch.sqrt(var.double() + norm.eps)
        bias = torch.zeros_like(scale) if layer.bias is None else layer.bias.double()
        weight = layer.weight.double() * scale.view(-1, 1, 1, 1)
        layer.weight = nn.Parameter(weight.to(layer.weight), requires_grad=False)
        layer.bias = nn.Parameter((scale * (bias - mean.double()) + norm.bias.double()).to(mean), requires_grad=False)
