"""Exact cached sampling of plain masked convolutions one after another: every layer keeps its rows.

What the rows above add is had once a row for all columns; a pixel then costs one matrix product a layer and colour.
Shape legend: B pictures, W columns, F features, N features out.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.families.autoregressive.drawing import Order
from engine.families.autoregressive.masked import MaskedConv


class _Layer:
    """One convolution: the rows above as it read them, and the own row as far as it is read."""

    def __init__(self, conv: MaskedConv, colours: int, size: int, count: int) -> None:
        weight, self.reach = conv.masked().detach(), conv.reach
        channels_out, channels_in = weight.shape[:2]
        self.above = weight[:, :, : self.reach].contiguous()
        beside = torch.cat([weight[:, :, self.reach, tap].T for tap in range(self.reach + 1)])
        self.bias = conv.bias.detach()
        self.own = [(c * channels_in // colours, (c + 1) * channels_in // colours) for c in range(colours)]
        self.out = [(c * channels_out // colours, (c + 1) * channels_out // colours) for c in range(colours)]
        self.channels_in = channels_in
        seen = [self.reach * channels_in + end for _, end in self.own]
        self.weight = beside
        self.beside = [beside[:end, low:high] for end, (low, high) in zip(seen, self.out, strict=True)]
        self.rows = weight.new_zeros(count, channels_in, self.reach, size)
        self.row = weight.new_zeros(count, self.reach + size, channels_in)
        self.added = self.bias.expand(size, count, -1)

    def begin_row(self) -> None:
        """Put the row that is done above, and apply the taps of the rows above."""
        if self.reach:
            done = self.row[:, self.reach :].transpose(1, 2)[:, :, None]
            self.rows = torch.cat((self.rows[:, :, 1:], done), 2)
            sums = F.conv2d(self.rows, self.above, self.bias, padding=(0, self.reach))
            self.added = sums[:, :, 0].permute(2, 0, 1).contiguous()
        self.row.zero_()

    def at(self, column: int, colour: int, x_BF: Tensor) -> Tensor:
        """What this colour's features become (B, N); x are its own features here."""
        start, end = self.own[colour]
        self.row[:, self.reach + column, start:end] = x_BF
        first = column * self.channels_in
        seen = self.row.flatten(1)[:, first : first + self.reach * self.channels_in + end]
        low, high = self.out[colour]
        return torch.addmm(self.added[column, :, low:high], seen, self.beside[colour])

    def whole(self, x_BWF: Tensor) -> Tensor:
        """What all features of a whole row become (B, W, N)."""
        self.row[:, self.reach :] = x_BWF
        seen_BWK = self.row.unfold(1, self.reach + 1, 1).transpose(2, 3).flatten(2)
        return self.added.transpose(0, 1) + seen_BWK @ self.weight


class PlainSampler:
    """The `PixelSampler` of convolutions with a ReLU between each two; the first leaves out the pixel itself."""

    def __init__(
        self,
        layers: Sequence[MaskedConv],
        values_L: Tensor,
        *,
        wishes: Tensor | None,
        colours: int,
        size: int,
        count: int,
    ) -> None:
        """`wishes` (B, layers, F) is what a class adds to what the second layer gives, the third, …"""
        self._layers = [_Layer(conv, colours, size, count) for conv in layers]
        self._values, self._wishes, self._size = values_L, wishes, size
        self._pixel = values_L.new_zeros(count, 1)

    def law(self, row: int, column: int, colour: int) -> Tensor:
        """Logits (B, L) of one pixel's colour, given all that was put before."""
        if not column and not colour:
            self._begin_row(row)
        first, *others = self._layers
        f_BF = first.at(column, colour, torch.zeros_like(self._pixel))  # mask A: its own colour counts nothing
        for place, layer in enumerate(others):
            f_BF = layer.at(column, colour, torch.relu_(f_BF))
            if self._wishes is not None and place < self._wishes.shape[1]:
                low, high = layer.out[colour]
                f_BF = f_BF + self._wishes[:, place, low:high]
        return f_BF

    def put(self, row: int, column: int, colour: int, level_B: Tensor) -> None:
        """Ink a pixel's colour."""
        first = self._layers[0]
        first.row[:, first.reach + column, colour] = self._values[level_B]

    def skip(self, some: Order, levels_PCB: Tensor) -> int:
        """A whole row at a time, layer by layer; the last one gives nothing that a later row asks for."""
        (row, column), size = some[0], self._size
        if column or len(some) < size:
            return 0
        self._begin_row(row)
        first, *others = self._layers
        f_BWF = first.whole(self._values[levels_PCB[:size]].permute(2, 0, 1))
        for place, layer in enumerate(others):
            f_BWF = layer.whole(f_BWF.relu())
            if self._wishes is not None and place < self._wishes.shape[1]:
                f_BWF = f_BWF + self._wishes[:, place, None]
        return size

    def _begin_row(self, row: int) -> None:
        if row:
            for layer in self._layers:
                layer.begin_row()
