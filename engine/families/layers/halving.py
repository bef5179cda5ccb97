"""Encoder and decoder of pictures that halve and double the side, with batch norm; a discriminator without it.

Shape legend: B batch, C channels, H height, W width, D latent coordinates, F features.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.layers.blocks import Residual, UpConv, as_maps, as_row, he_init, stages


def channels_at(width: int, ups: int) -> tuple[int, ...]:
    """Channels from half the picture's side down to the base: doubled at each halving, at most eightfold."""
    return tuple(width * min(8, 1 << stage) for stage in range(ups))


class Encoder(nn.Module):
    """q(z | x): strided convolutions to the mean and log-variance of each coordinate.

    Batch norm made pictures of 64 pixels sharpen in three fifths of the time, on the same core.
    """

    def __init__(self, size: int, channels: int, width: int, depth: int, latent: int) -> None:
        super().__init__()
        base, ups = stages(size)
        layers: list[nn.Module] = []
        before = channels
        for stage, after in enumerate(channels_at(width, ups)):
            layers.append(nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False))
            he_init(layers[-1])
            layers += [nn.BatchNorm2d(after), nn.ReLU()]
            if 0 < stage < ups - 1:
                layers += [Residual(after) for _ in range(depth)]
            before = after
        self.trunk = nn.Sequential(*layers)
        self.head = nn.Linear(before * base * base, 2 * latent)
        he_init(self.head, 1.0)

    def forward(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        mean_BD, log_var_BD = self.head(as_row(self.trunk(x_BCHW))).chunk(2, 1)
        return mean_BD, log_var_BD.clamp(-12.0, 8.0)


class Decoder(nn.Module):
    """p(x | z): a map of the base size, doubled until it is a picture, one more convolution for fine detail."""

    def __init__(self, size: int, channels: int, width: int, depth: int, latent: int) -> None:
        super().__init__()
        self.base, ups = stages(size)
        before, *others = reversed(channels_at(width, ups))
        self.foot = nn.Linear(latent, before * self.base * self.base)
        he_init(self.foot)
        layers: list[nn.Module] = [nn.BatchNorm2d(before), nn.ReLU()]
        for stage, after in enumerate((*others, max(8, width // 2))):
            layers.append(UpConv(before, after, bias=False))
            he_init(layers[-1])
            layers += [nn.BatchNorm2d(after), nn.ReLU()]
            if stage < len(others) - 1:
                layers += [Residual(after) for _ in range(depth)]
            before = after
        layers.append(nn.Conv2d(before, channels, 3, padding=1))
        he_init(layers[-1], 0.5)
        self.trunk = nn.Sequential(*layers)

    def features(self, z_BD: Tensor) -> Tensor:
        """The maps of full size (B, F, H, W) that the last convolution paints."""
        f_BFHW = as_maps(self.foot(z_BD), (-1, self.base, self.base), self.trunk[-1])
        for layer in list(self.trunk)[:-1]:
            f_BFHW = layer(f_BFHW)
        return f_BFHW

    def paint(self, f_BFHW: Tensor) -> Tensor:
        x_BCHW: Tensor = self.trunk[-1](f_BFHW)
        return x_BCHW

    def forward(self, z_BD: Tensor) -> Tensor:
        return self.paint(self.features(z_BD))


class Discriminator(nn.Module):
    """Picture → how real it looks (B,), and its maps: strided convolutions without normalisation.

    The first convolution has the full size: one that steps by two pixels tells edges of one pixel only coarsely.
    """

    def __init__(self, size: int, channels: int, width: int) -> None:
        super().__init__()
        base, ups = stages(size)
        before = max(8, width // 2)
        self.layers = nn.ModuleList([nn.Conv2d(channels, before, 3, padding=1)])
        for after in channels_at(width, ups):
            self.layers.append(nn.Conv2d(before, after, 4, stride=2, padding=1))
            before = after
        self.head = nn.Conv2d(before, 1, base)
        for layer in self.layers:
            he_init(layer)
        he_init(self.head, 0.1)

    def forward(self, x_BCHW: Tensor) -> tuple[Tensor, list[Tensor]]:
        maps = []
        for layer in self.layers:
            x_BCHW = F.leaky_relu(layer(x_BCHW), 0.2)
            maps.append(x_BCHW)
        logit_B: Tensor = self.head(x_BCHW).flatten()
        return logit_B, maps
