"""Small autoencoders that a critic can be made of: what it cannot copy, it does not find real.

Shape legend: B batch, C channels, H height, W width, D coordinates of a code.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

from engine.families.layers.blocks import UpConv, as_maps, as_row, he_init, stages


class Decoder(nn.Module):
    """Code → picture: a base of maps, doubled until it is a picture, equally wide at all sizes, ELU, no norm."""

    def __init__(self, size: int, channels: int, width: int, code: int) -> None:
        super().__init__()
        base, ups = stages(size)
        self.base = (width, base, base)
        self.foot = nn.Linear(code, math.prod(self.base))
        layers: list[nn.Module] = []
        for _ in range(ups):
            layers += [nn.Conv2d(width, width, 3, padding=1), nn.ELU(), UpConv(width, width), nn.ELU()]
        self.layers = nn.Sequential(*layers, nn.Conv2d(width, channels, 3, padding=1))
        started(self)

    def start_at(self, mean_CHW: Tensor) -> None:
        """Begin with pictures about as bright as the data."""
        last = self.layers[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        last.bias.copy_(mean_CHW.mean((1, 2)))

    def forward(self, z_BD: Tensor) -> Tensor:
        x_BCHW: Tensor = self.layers(as_maps(self.foot(z_BD), self.base, self.layers[0]))
        return x_BCHW


class Encoder(nn.Module):
    """Picture → code: strided convolutions, one `width` wider at each halving, ELU, no norm."""

    def __init__(self, size: int, channels: int, width: int, code: int) -> None:
        super().__init__()
        base, ups = stages(size)
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1), nn.ELU()]
        for stage in range(1, ups + 1):
            layers += [nn.Conv2d(stage * width, (stage + 1) * width, 3, stride=2, padding=1), nn.ELU()]
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear((ups + 1) * width * base * base, code)
        started(self)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        z_BD: Tensor = self.head(as_row(self.layers(x_BCHW)))
        return z_BD


class ConnectedDecoder(nn.Module):
    """Code → picture by one wide hidden layer."""

    def __init__(self, shape: tuple[int, ...], units: int, code: int) -> None:
        super().__init__()
        self.shape = shape
        self.layers = nn.Sequential(nn.Linear(code, units), nn.ELU(), nn.Linear(units, math.prod(shape)))
        started(self)

    def start_at(self, mean_CHW: Tensor) -> None:
        """Begin with pictures around the mean of the data."""
        last = self.layers[-1]
        assert isinstance(last, nn.Linear)
        last.bias.copy_(mean_CHW.flatten())

    def forward(self, z_BD: Tensor) -> Tensor:
        x_BCHW: Tensor = self.layers(z_BD).unflatten(1, self.shape)
        return x_BCHW


class ConnectedEncoder(nn.Module):
    """Picture → code by one wide hidden layer."""

    def __init__(self, inputs: int, units: int, code: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, units), nn.ELU(), nn.Linear(units, code))
        started(self)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        z_BD: Tensor = self.layers(x_BCHW.flatten(1))
        return z_BD


def started(network: nn.Module) -> None:
    """He et al. 2015, with a little less than for ReLU, since ELU lets negative values through."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear | UpConv):
            he_init(layer, math.sqrt(1.5))
