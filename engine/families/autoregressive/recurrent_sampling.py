"""Exact cached sampling of a PixelRNN: the states of its LSTMs are kept, so that a pixel is one step of each.

What the states of the row above say to a row is computed once for all its columns. Of the diagonal layers, the way
from the left goes along with the pen; the way from the right walks over a row when it is finished, all layers at once.
Shape legend: B pictures, W columns, C colours, F = 2N features, N units, G = 4N gates, Y layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.families.autoregressive.drawing import Order
from engine.families.autoregressive.masked import MaskedConv
from engine.families.autoregressive.recurrent import GATES, DiagonalBiLSTM, Look, RowLSTM, step, three


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentNet:
    """A PixelRNN's layers; `own` is there where they are diagonal."""

    first: MaskedConv
    own: MaskedConv | None
    layers: Sequence[RowLSTM | DiagonalBiLSTM]
    head: MaskedConv
    logits: MaskedConv
    colours: int
    levels: int
    size: int


def _matrix(layer: MaskedConv) -> Tensor:
    """(in, out) of a 1×1 convolution."""
    return layer.masked().detach()[:, :, 0, 0].T


class _Parts:
    """Where each colour's own features or units begin and end."""

    def __init__(self, channels: int, colours: int) -> None:
        self.of = [(colour * channels // colours, (colour + 1) * channels // colours) for colour in range(colours)]


class _Taps:
    """Input to state of one pixel, colour by colour: the pixels to the left, then the own one up to this colour."""

    def __init__(self, look: Look, told_BG: Tensor | None, colours: int) -> None:
        units, features, self.taps = look.weight.shape[0] // GATES, look.weight.shape[1], look.taps
        weight = look.masked().detach().permute(2, 1, 0).reshape(self.taps * features, GATES, units)
        before = (self.taps - 1) * features
        self.weights = [
            weight[: before + end, :, low:high].flatten(1).contiguous()
            for (_, end), (low, high) in zip(_Parts(features, colours).of, _Parts(units, colours).of, strict=True)
        ]
        self.whole = weight.flatten(1)
        bias = look.bias.detach().flatten()[None]
        self.bias = bias if told_BG is None else bias + told_BG
        """(B or 1, G)"""


class _Walker(Protocol):
    """What keeps the states of one layer."""

    read: Tensor
    """Features (B, W, F) that the layer read of this row."""

    def begin_row(self) -> None:
        """Let the row above speak to all columns of the next."""

    def at(self, column: int, colour: int, f_BF: Tensor) -> Tensor:
        """What this colour's features become, (B, F / C)."""


class _Layer:
    """What both kinds of layer keep of a row."""

    def __init__(
        self, layer: RowLSTM | DiagonalBiLSTM, look: Look, told_BG: Tensor | None, net: RecurrentNet, count: int
    ) -> None:
        self.taps = _Taps(look, told_BG, net.colours)
        self.units = look.weight.shape[0] // GATES
        features, self.pad = 2 * self.units, look.taps - 1
        new = look.weight.detach().new_zeros
        self.padded = new(count, net.size + self.pad, features)
        self.read = self.padded[:, self.pad :]
        self.h, self.cell = new(count, net.size, self.units), new(count, net.size, self.units)
        self.parts = list(zip(_Parts(features, net.colours).of, _Parts(self.units, net.colours).of, strict=True))
        widen = _matrix(layer.widen)
        self.widens = [widen[:high, start:end] for (start, end), (_, high) in self.parts]
        bias = layer.widen.bias.detach()
        self.widen_bias = [bias[start:end] for (start, end), _ in self.parts]

    def gates(self, column: int, colour: int, f_BF: Tensor, carried_BG: Tensor) -> Tensor:
        """(B, 4, n) of this colour's units, from what is read here and to the left and what the states say."""
        (start, end), (low, high) = self.parts[colour]
        self.read[:, column, start:end] = f_BF
        seen = self.padded.flatten(1)[:, column * self.read.shape[2] : (column + self.pad) * self.read.shape[2] + end]
        own = carried_BG.view(-1, GATES, self.units)[:, :, low:high].flatten(1)
        return torch.addmm(own, seen, self.taps.weights[colour])

    def widened(self, colour: int, f_BF: Tensor, states_BN: Tensor) -> Tensor:
        """The residual: what came in, and what the states so far have to say."""
        high = self.parts[colour][1][1]
        return f_BF + torch.addmm(self.widen_bias[colour], states_BN[:, :high], self.widens[colour])


class _RowWalker(_Layer):
    """States of the row above, and of this one as far as it is drawn."""

    def __init__(self, layer: RowLSTM, told_BG: Tensor | None, net: RecurrentNet, count: int) -> None:
        super().__init__(layer, layer.look, told_BG, net, count)
        self.carry = layer.carry.detach()
        self.above = torch.zeros_like(self.cell)
        self.carried = self.h.new_zeros(net.size, count, GATES * self.units)

    def begin_row(self) -> None:
        said = three(self.h) @ self.carry + self.taps.bias[:, None]
        self.carried = said.transpose(0, 1).contiguous()
        self.above.copy_(self.cell)
        self.padded.zero_()

    def at(self, column: int, colour: int, f_BF: Tensor) -> Tensor:
        low, high = self.parts[colour][1]
        gates = self.gates(column, colour, f_BF, self.carried[column])
        h, cell = step(gates, self.above[:, column, low:high])
        self.h[:, column, low:high], self.cell[:, column, low:high] = h, cell
        return self.widened(colour, f_BF, self.h[:, column])


class _DiagonalWalker(_Layer):
    """States of the way from the left: of the row above, and of this one; and what came from the right above."""

    def __init__(self, layer: DiagonalBiLSTM, told_BG: Tensor | None, net: RecurrentNet, count: int) -> None:
        super().__init__(layer, layer.left, told_BG, net, count)
        self.carry = layer.carry.detach()[0]
        self.above = torch.zeros_like(self.h)
        self.right = torch.zeros_like(self.h)
        self.nothing = self.h.new_zeros(count, self.units)
        self.carried = self.nothing
        self.seen = torch.zeros_like(self.nothing)

    def begin_row(self) -> None:
        self.above.copy_(self.h)

    def at(self, column: int, colour: int, f_BF: Tensor) -> Tensor:
        low, high = self.parts[colour][1]
        if not colour:
            before = self.h[:, column - 1] if column else self.nothing
            self.carried = torch.cat((before, self.above[:, column]), 1) @ self.carry + self.taps.bias
        gates = self.gates(column, colour, f_BF, self.carried)
        cell_before = self.cell[:, column - 1, low:high] if column else self.nothing[:, low:high]
        h, cell = step(gates, cell_before)
        self.h[:, column, low:high], self.cell[:, column, low:high] = h, cell
        self.seen[:, low:high] = h + self.right[:, column, low:high]
        return self.widened(colour, f_BF, self.seen)


class _FromRight:
    """The way from the right over finished rows, of all diagonal layers at once."""

    def __init__(self, layers: Sequence[DiagonalBiLSTM], tolds: Sequence[Tensor | None], colours: int) -> None:
        taps = [_Taps(layer.right, told, colours) for layer, told in zip(layers, tolds, strict=True)]
        self.weight_YFG = torch.stack([each.whole for each in taps])
        self.bias_YBG = torch.stack([each.bias for each in taps])
        self.carry_YNG = torch.stack([layer.carry.detach()[1] for layer in layers])

    def walk(self, read_YBWF: Tensor, above_YBWN: Tensor) -> Tensor:
        """States (Y, B, W, N) of a row, from what its layers read and the states above."""
        layers, count, width, _ = read_YBWF.shape
        gates = torch.bmm(read_YBWF.flatten(1, 2), self.weight_YFG).view(layers, count, width, -1)
        gates = gates + self.bias_YBG[:, :, None]
        cell = above_YBWN.new_zeros(layers, count, above_YBWN.shape[3])
        h, states = cell, []
        for column in reversed(range(width)):
            carried = torch.bmm(torch.cat((h, above_YBWN[:, :, column]), 2), self.carry_YNG)
            h, cell = step(gates[:, :, column] + carried, cell)
            states.append(h)
        return torch.stack(states[::-1], 2)


class Reader:
    """Draws with a PixelRNN: keeps the picture, and the states of every layer."""

    def __init__(self, net: RecurrentNet, count: int, told_BYG: Tensor | None) -> None:
        self._net = net
        tolds = [None if told_BYG is None else told_BYG[:, place] for place in range(len(net.layers))]
        first, self._reach = net.first.masked().detach(), net.first.reach
        self._above = first[:, :, : self._reach].contiguous()
        self._beside = torch.cat([first[:, :, self._reach, tap].T for tap in range(self._reach + 1)])
        self._first_bias = net.first.bias.detach()
        self._head, self._head_bias = _matrix(net.head), net.head.bias.detach()
        self._logits, self._logits_bias = _matrix(net.logits), net.logits.bias.detach()
        features = self._head.shape[0]
        self._parts = _Parts(features, net.colours).of
        new = first.new_zeros
        self._picture = new(count, net.colours, net.size, net.size)
        self._pixels = new(count, net.size + self._reach, net.colours)
        self._values = torch.linspace(-1.0, 1.0, net.levels, device=first.device)
        self._first_WBF = new(net.size, count, features)
        self._active, self._headed = new(count, features), new(count, features)
        self._walkers: list[_Walker] = []
        diagonal: list[DiagonalBiLSTM] = []
        for layer, told in zip(net.layers, tolds, strict=True):
            if isinstance(layer, RowLSTM):
                self._walkers.append(_RowWalker(layer, told, net, count))
            else:
                self._walkers.append(_DiagonalWalker(layer, told, net, count))
                diagonal.append(layer)
        self._from_right = _FromRight(diagonal, tolds, net.colours) if diagonal else None

    def law(self, row: int, column: int, colour: int) -> Tensor:
        """Logits (B, L) of one pixel's colour, given all that was put before."""
        start, end = self._parts[colour]
        f_BF = self._features(row, column, colour)
        levels = slice(colour * self._net.levels, (colour + 1) * self._net.levels)
        self._active[:, start:end] = torch.relu_(f_BF)
        headed = torch.addmm(self._head_bias[start:end], self._active[:, :end], self._head[:end, start:end])
        self._headed[:, start:end] = torch.relu_(headed)
        return torch.addmm(self._logits_bias[levels], self._headed[:, :end], self._logits[:end, levels])

    def put(self, row: int, column: int, colour: int, level_B: Tensor) -> None:
        """Ink a pixel's colour."""
        self._pixels[:, column + self._reach, colour] = self._values[level_B]

    def skip(self, some: Order, levels_PCB: Tensor) -> int:
        """The rest of a row at a time: the states go along, without what makes laws of them."""
        (row, first), colours = some[0], range(self._net.colours)
        count = min(len(some), self._net.size - first)
        for place in range(count):
            for colour in colours:
                self._features(row, first + place, colour)
                self.put(row, first + place, colour, levels_PCB[place, colour])
        return count

    def _features(self, row: int, column: int, colour: int) -> Tensor:
        """What the last layer makes of one pixel's colour, (B, F / C)."""
        if not column and not colour:
            self._begin_row(row)
        start, end = self._parts[colour]
        colours = self._net.colours
        seen = self._pixels.flatten(1)[:, column * colours : (column + self._reach) * colours + colour]
        f_BF = torch.addmm(self._first_WBF[column, :, start:end], seen, self._beside[: seen.shape[1], start:end])
        for walker in self._walkers:
            f_BF = walker.at(column, colour, f_BF)
        return f_BF

    def _begin_row(self, row: int) -> None:
        reach = self._reach
        if row:
            self._picture[:, :, row - 1] = self._pixels[:, reach:].transpose(1, 2)
            self._finish_row()
        ink = F.pad(self._picture[:, :, max(0, row - reach) : row], (reach, reach, max(0, reach - row), 0))
        self._first_WBF = F.conv2d(ink, self._above, self._first_bias)[:, :, 0].permute(2, 0, 1).contiguous()
        self._pixels.zero_()
        for walker in self._walkers:
            walker.begin_row()

    def _finish_row(self) -> None:
        """Walk over the finished row from the right."""
        walkers = [walker for walker in self._walkers if isinstance(walker, _DiagonalWalker)]
        if self._from_right is None or self._net.own is None:
            return
        pixels_BWC = self._pixels[:, self._reach :]
        own_BWF = pixels_BWC @ _matrix(self._net.own) + self._net.own.bias.detach()
        read = [walkers[0].read + own_BWF, *(walker.read for walker in walkers[1:])]
        rights = self._from_right.walk(torch.stack(read), torch.stack([walker.right for walker in walkers]))
        for walker, right in zip(walkers, rights, strict=True):
            walker.right = right
