"""Gated PixelCNN (van den Oord et al. 2016b, *Conditional image generation with PixelCNN decoders*): no blind spot.

Two stacks of convolutions share the work. The vertical one sees all rows above, to both sides; the horizontal one sees
its own row to the left and, in every layer, what the vertical one found. Figure 2 of the paper is `GatedLayer`.
Shape legend: B batch, C channels, H height, W width, L levels of a pixel, F features, N layers, K classes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.ask import Ask
from engine.families.autoregressive.masked import colours_seen
from engine.families.autoregressive.pixelwise import PixelConfig, PixelFamily
from engine.families.autoregressive.rowwise import RowwiseSampler
from engine.families.autoregressive.streaming import (
    ColumnConv,
    Past,
    RowConv,
    begin_evenly,
    shifted_down,
    shifted_right,
)
from engine.families.base import DataShape
from engine.families.schema import about


class GatedConfig(PixelConfig, frozen=True):
    width: Annotated[
        int,
        about(
            "Network width",
            "How much each layer can notice: twice as much is about four times the work.",
            low=4,
            high=512,
            symbol="p, feature maps of a layer",
        ),
    ] = 32
    depth: Annotated[
        int,
        about(
            "Network depth",
            "More layers see further across the picture, and take longer.",
            low=1,
            high=40,
            symbol="gated layers after the first",
        ),
    ] = 6


def gated(f: Tensor) -> Tensor:
    """y = tanh(W_f * x + V_f h) ⊙ σ(W_g * x + V_g h) (eq. 2 and 4), of both halves of the features."""
    one, other = f.chunk(2, 1)
    return torch.tanh(one) * torch.sigmoid(other)


class GatedLayer(nn.Module):
    """Figure 2: n×n in the vertical stack, 1×n in the horizontal one, 1×1 from the first to the second before the gate.

    The residual is on the horizontal stack only. The first layer has none: it sees pixels to the left and, of its own
    pixel, the colours before (mask A).
    """

    def __init__(self, channels: int, features: int, groups: int, *, first: bool) -> None:
        super().__init__()
        rows, side, columns = (3, 7, 3) if first else (2, 3, 2)
        seen = None if first else colours_seen("B", channels, features, groups).repeat(2, 1)
        self.vertical = RowConv(channels, 2 * features, rows, side)
        self.down = nn.Conv2d(2 * features, 2 * features, 1, bias=False)
        self.horizontal = ColumnConv(channels, 2 * features, columns, seen=seen)
        self.own: ColumnConv | None = None
        if first and groups > 1:
            before = colours_seen("A", channels, features, groups).repeat(2, 1)
            self.own = ColumnConv(channels, 2 * features, seen=before)
        self.out = ColumnConv(features, features, seen=colours_seen("B", features, features, groups))
        self.first = first
        begin_evenly(self.down.weight)
        if not first:
            begin_evenly(self.out.weight, 0.1)

    def rows(self, v: Tensor, wish_B2FHW: Tensor | None, past: Past | None) -> tuple[Tensor, Tensor]:
        """The vertical stack's next features, and what it adds to the horizontal one, with what a wish adds (V h)."""
        v = self.vertical(v, past)
        added: Tensor = self.down(v)
        if wish_B2FHW is not None:
            v, added = v + wish_B2FHW[:, 0], added + wish_B2FHW[:, 1]
        return gated(v), added

    def pixels(self, h: Tensor, added: Tensor, past: Past | None, own: Tensor | None = None) -> Tensor:
        """The horizontal stack's next features; the first layer's `h` is `shifted_right`, `own` is not."""
        seen = self.horizontal(h, past) + added
        if self.own is not None:
            seen = seen + self.own(own, past)
        out: Tensor = self.out(gated(seen), past)
        return out if self.first else h + out


class GatedNet(nn.Module):
    """All layers, and two 1×1 convolutions to `levels` logits of each colour."""

    def __init__(self, channels: int, width: int, depth: int, levels: int, classes: int) -> None:
        super().__init__()
        self.features = features = math.ceil(width / channels) * channels
        self.channels, self.levels = channels, levels
        self.layers = nn.ModuleList([GatedLayer(channels, features, channels, first=True)])
        self.layers.extend(GatedLayer(features, features, channels, first=False) for _ in range(depth))
        self.head = ColumnConv(features, features, seen=colours_seen("B", features, features, channels))
        self.logits = ColumnConv(
            features, channels * levels, seen=colours_seen("B", features, channels * levels, channels)
        )
        nn.init.zeros_(self.logits.weight)
        self.wishes = nn.Parameter(torch.zeros(classes, depth + 1, 2, 2 * features)) if classes else None

    def wish(self, classes_B: Tensor | None) -> Sequence[Tensor | None]:
        """V h of each layer for both stacks, (B, 2, 2F, 1, 1), the same everywhere; nothing for class -1."""
        if self.wishes is None or classes_B is None:
            return [None] * len(self.layers)
        known_B = (classes_B >= 0).float()[:, None, None, None]
        return (self.wishes[classes_B.clamp_min(0)] * known_B)[..., None, None].unbind(1)

    def rows(self, x: Tensor, wishes: Sequence[Tensor | None], past: Past | None = None) -> list[Tensor]:
        """What rows above add to each layer, of pictures `shifted_down`."""
        v, found = x, []
        for layer, wish in zip(self.layers, wishes, strict=True):
            assert isinstance(layer, GatedLayer)
            v, added = layer.rows(v, wish, past)
            found.append(added)
        return found

    def pixels(self, before: Tensor, own: Tensor, added: Sequence[Tensor], past: Past | None = None) -> Tensor:
        """Logits (B, C L, …) of each pixel, of which `own` tells the colours before and `before` is the left one."""
        h = before
        for layer, each in zip(self.layers, added, strict=True):
            assert isinstance(layer, GatedLayer)
            h = layer.pixels(h, each, past, own)
        out: Tensor = self.logits(F.relu(self.head(F.relu(h), past)), past)
        return out

    def forward(self, x_BCHW: Tensor, wishes: Sequence[Tensor | None]) -> Tensor:
        """Logits (B, C, L, H, W) of every pixel given those before it."""
        added = self.rows(shifted_down(x_BCHW), wishes)
        logits = self.pixels(shifted_right(x_BCHW), x_BCHW, added)
        return logits.view(len(x_BCHW), self.channels, self.levels, *x_BCHW.shape[2:])


class StreamedGated:
    """A `GatedNet` along pictures that are being drawn."""

    def __init__(self, net: GatedNet, wishes: Sequence[Tensor | None]) -> None:
        self._net, self._wishes = net, wishes

    def rows(self, above_BC1W: Tensor, past: Past) -> list[Tensor]:
        """What is added to each layer."""
        return self._net.rows(above_BC1W, [_row(wish, past.row) for wish in self._wishes], past)

    def columns(self, added: Sequence[Tensor]) -> list[tuple[Tensor, ...]]:
        """The same column by column."""
        return list(zip(*(each_BF1W[:, :, 0].unbind(2) for each_BF1W in added), strict=True))

    def law(self, before_BC: Tensor, own_BC: Tensor, added: Sequence[Tensor], colour: int, past: Past) -> Tensor:
        levels = self._net.levels
        return self._net.pixels(before_BC, own_BC, added, past)[:, colour * levels : (colour + 1) * levels]

    def pass_row(self, before_BC1W: Tensor, added: Sequence[Tensor], past: Past) -> None:
        """Nothing: the horizontal stack sees its own row only, and the vertical one has passed."""


def _row(wish_B2FHW: Tensor | None, row: int) -> Tensor | None:
    """What is wished of one row; a class is wished of all alike."""
    if wish_B2FHW is None or wish_B2FHW.shape[3] == 1:
        return wish_B2FHW
    return wish_B2FHW[..., row : row + 1, :]


class GatedPixelCNN(PixelFamily[GatedConfig]):
    """p(x | h) = prod_i p(x_i | x_1 … x_{i-1}, h), h a class (eq. 3)."""

    Config = GatedConfig
    name = "gated-pixelcnn"
    label = "Gated PixelCNN"
    summary = "A PixelCNN that sees every earlier pixel, and whose layers open and close gates."
    when = "Choose it for pictures of a wished class drawn pixel by pixel: sharper than the plain PixelCNN."

    def __init__(self, config: GatedConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.net = GatedNet(config.channels, config.width, config.depth, config.levels, len(self.classes))

    def forward(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        logits: Tensor = self.net(x_BCHW, self.net.wish(classes_B))
        return logits

    def log_weights(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        logits: Tensor = self(x_BCHW, classes_B)
        return logits

    def sampler(self, ask: Ask) -> RowwiseSampler:
        net = StreamedGated(self.net, self.net.wish(ask.conditions.get("class")))
        return RowwiseSampler(net, self.values, self.config.size, self.config.channels, len(ask))
