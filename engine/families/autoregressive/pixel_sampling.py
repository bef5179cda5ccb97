"""Exact cached sampling of a PixelCNN: what the network computed for earlier pixels is kept, not computed again.

A full forward per pixel would redo the whole picture. Instead, the taps of the row above are applied once per row
for all columns; then a pixel costs three small matrix products per block: features to half, left and centre taps,
back to all. With colours, a pixel is drawn in one pass per colour, each computing its own group of features.
Buffers and all their views are made once, because at these sizes the cost is Python's dispatch.
Shape legend: B pictures, W columns, C colours, N features of a layer, G groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.families.autoregressive.drawing import Order
from engine.families.autoregressive.masked import Block, MaskedConv


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockWeights:
    """One residual block as matrices; (in, out), because rows of features multiply from the left.

    A bias is row 0 of its matrix, met by a constant one in front of the features: one operation less.
    """

    narrow: Tensor
    above: Tensor
    """Taps of the row above: left, centre and right stacked, (3N, N)."""
    beside: Tensor
    """Taps of the own row: left and centre stacked, (2N, N)."""
    look_bias: Tensor
    """(B or 1, 1, N), with what a wished class adds."""
    widen: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelNet:
    """A PixelCNN's weights, masked and laid out for drawing."""

    colours: int
    levels: int
    size: int
    first_above: Tensor
    first_beside: Tensor
    """Taps of the own row: three pixels to the left, then the colours before the own one, (4C, N)."""
    first_bias: Tensor
    blocks: tuple[BlockWeights, ...]
    head: Tensor
    logits: Tensor
    hints: Tensor | None = None
    """(B, N, H, W) that is added to what the first layer gives, where pictures are told something of each pixel."""

    @classmethod
    def of(
        cls,
        first: MaskedConv,
        blocks: Sequence[Block],
        head: MaskedConv,
        logits: MaskedConv,
        *,
        colours: int,
        levels: int,
        size: int,
        wishes: Tensor | None,
        hints: Tensor | None = None,
    ) -> PixelNet:
        """The matrices of the layers; `wishes` (B, blocks, N) is what a class adds in each block."""
        opening, half = first.masked().detach(), first.reach
        weights = []
        for place, block in enumerate(blocks):
            look = block.look.masked().detach()
            look_bias = block.look.bias.detach()[None, None]
            weights.append(
                BlockWeights(
                    narrow=_matrix(block.narrow),
                    above=torch.cat([look[:, :, 0, tap].T for tap in range(3)]),
                    beside=torch.cat([look[:, :, 1, tap].T for tap in range(2)]),
                    look_bias=look_bias if wishes is None else look_bias + wishes[:, place, None],
                    widen=_matrix(block.widen),
                )
            )
        return cls(
            colours=colours,
            levels=levels,
            size=size,
            first_above=opening[:, :, :half].contiguous(),
            first_beside=torch.cat([opening[:, :, half, tap].T for tap in range(half + 1)]),
            first_bias=first.bias.detach(),
            blocks=tuple(weights),
            head=_matrix(head),
            logits=_matrix(logits),
            hints=hints,
        )


def _matrix(layer: MaskedConv) -> Tensor:
    """(1 + in, out) of a 1×1 convolution, the bias first."""
    return torch.cat((layer.bias.detach()[None], layer.masked().detach()[:, :, 0, 0].T))


@dataclass(slots=True)
class _Step:
    """One block at one column and colour: weights and views, ready to be multiplied."""

    active: Tensor
    """Features of this colour after the ReLU."""
    active_all: Tensor
    """The same with a one in front and the colours before."""
    narrow: Tensor
    slot: Tensor
    """Where the narrowed features of this pixel and colour are kept."""
    beside_in: Tensor
    beside: Tensor
    looked: Tensor
    """Holds what the row above adds; becomes the features after the 3×3 taps."""
    looked_all: Tensor
    """The same with a one in front and the colours before, as `widen` takes it."""
    widen: Tensor


@dataclass(slots=True)
class _Place:
    """Everything at one column and colour."""

    features: Tensor
    """Holds what the rows above add; becomes the features of this colour."""
    seen: Tensor
    first: Tensor
    steps: list[_Step]
    active: Tensor
    active_all: Tensor
    head: Tensor
    headed: Tensor
    headed_all: Tensor
    logits: Tensor
    pixel: Tensor


class Canvas:
    """The buffers of one drawing, and every view of them that the inner loop needs."""

    def __init__(self, net: PixelNet, count: int) -> None:
        self.net = net
        size, colours = net.size, net.colours
        features, half = net.head.shape[1], net.blocks[0].narrow.shape[1]
        reach = net.first_above.shape[2]
        zeros, ones = net.head.new_zeros, net.head.new_ones
        self.reach = reach
        self.picture = zeros(count, colours, size, size)
        self.pixels = zeros(count, size + reach, colours)
        self.first = zeros(size, count, features)
        # One for each block and one for the head: a later colour needs what earlier ones left in every block.
        self.active = [ones(count, 1 + features) for _ in range(len(net.blocks) + 1)]
        self.headed = ones(count, 1 + features)
        self.inner = [zeros(count, size + 2, half) for _ in net.blocks]
        self.looked = [ones(size, count, 1 + half) for _ in net.blocks]
        self.logits = zeros(count, net.levels)
        self.values = torch.linspace(-1.0, 1.0, net.levels, device=net.head.device)
        self.places = [[self._place(column, colour) for colour in range(colours)] for column in range(size)]

    def _place(self, column: int, colour: int) -> _Place:
        net, reach = self.net, self.reach
        features, half = self.first.shape[2], self.inner[0].shape[2]
        start, end = colour * features // net.colours, (colour + 1) * features // net.colours
        low, high = start // 2, end // 2
        seen = reach * net.colours + colour
        steps = [
            _Step(
                active=active[:, 1 + start : 1 + end],
                active_all=active[:, : 1 + end],
                narrow=block.narrow[: 1 + end, low:high],
                slot=inner[:, column + 1, low:high],
                beside_in=inner.flatten(1)[:, column * half : (column + 1) * half + high],
                beside=block.beside[: half + high, low:high],
                looked=looked[column, :, 1 + low : 1 + high],
                looked_all=looked[column, :, : 1 + high],
                widen=block.widen[: 1 + high, start:end],
            )
            for block, active, inner, looked in zip(net.blocks, self.active, self.inner, self.looked, strict=False)
        ]
        return _Place(
            features=self.first[column, :, start:end],
            seen=self.pixels.flatten(1)[:, column * net.colours : column * net.colours + seen],
            first=net.first_beside[:seen, start:end],
            steps=steps,
            active=self.active[-1][:, 1 + start : 1 + end],
            active_all=self.active[-1][:, : 1 + end],
            head=net.head[: 1 + end, start:end],
            headed=self.headed[:, 1 + start : 1 + end],
            headed_all=self.headed[:, : 1 + end],
            logits=net.logits[: 1 + end, colour * net.levels : (colour + 1) * net.levels],
            pixel=self.pixels[:, column + reach, colour],
        )

    def law(self, row: int, column: int, colour: int) -> Tensor:
        """Logits (B, levels) of one pixel's colour, given all that is drawn before it; overwritten by the next."""
        if not column and not colour:
            self._begin_row(row)
        mm, relu_, clamp_min = torch.mm, torch.relu_, torch.clamp_min
        place = self.places[column][colour]
        features = place.features
        features.addmm_(place.seen, place.first)
        for step in place.steps:
            clamp_min(features, 0.0, out=step.active)
            relu_(mm(step.active_all, step.narrow, out=step.slot))
            relu_(step.looked.addmm_(step.beside_in, step.beside))
            features.addmm_(step.looked_all, step.widen)
        clamp_min(features, 0.0, out=place.active)
        relu_(mm(place.active_all, place.head, out=place.headed))
        return mm(place.headed_all, place.logits, out=self.logits)

    def put(self, row: int, column: int, colour: int, level_B: Tensor) -> None:
        """Ink a pixel's colour."""
        self.places[column][colour].pixel.copy_(self.values.index_select(0, level_B))

    def skip(self, some: Order, levels_PCB: Tensor) -> int:
        """A whole row at a time, layer by layer: all columns and colours in one product each."""
        (row, column), size = some[0], self.net.size
        if column or len(some) < size:
            return 0
        self._begin_row(row)
        net, reach = self.net, self.reach
        self.pixels[:, reach:] = self.values[levels_PCB[:size]].permute(2, 0, 1)
        taps_BWK = self.pixels.unfold(1, reach + 1, 1).transpose(2, 3).flatten(2)
        features_BWN = self.first.transpose(0, 1) + taps_BWK @ net.first_beside
        for block, inner, looked in zip(net.blocks, self.inner, self.looked, strict=True):
            narrow, widen = block.narrow, block.widen
            inner[:, 1:-1] = (features_BWN.relu() @ narrow[1:] + narrow[0]).relu_()
            beside_BWK = torch.cat((inner[:, :-2], inner[:, 1:-1]), 2)
            looked_BWN = (looked[:, :, 1:].transpose(0, 1) + beside_BWK @ block.beside).relu_()
            features_BWN = features_BWN + looked_BWN @ widen[1:] + widen[0]
        return size

    def _begin_row(self, row: int) -> None:
        """Apply the taps of the rows above once for all columns of `row`."""
        net, reach = self.net, self.reach
        if row:
            self.picture[:, :, row - 1] = self.pixels[:, reach:].transpose(1, 2)
        ink = self.picture[:, :, max(0, row - reach) : row]
        ink = F.pad(ink, (reach, reach, max(0, reach - row), 0))
        first_BNW = F.conv2d(ink, net.first_above, net.first_bias)[:, :, 0]
        if net.hints is not None:
            first_BNW = first_BNW + net.hints[:, :, row]
        self.first.copy_(first_BNW.permute(2, 0, 1))
        self.pixels.zero_()
        for block, inner, looked in zip(net.blocks, self.inner, self.looked, strict=True):
            added = block.look_bias
            if row:
                added = added + torch.cat((inner[:, :-2], inner[:, 1:-1], inner[:, 2:]), 2) @ block.above
            looked[:, :, 1:] = added.transpose(0, 1)
