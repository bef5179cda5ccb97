"""The layers of a PixelRNN: LSTMs that walk over a picture (van den Oord et al. 2016a, section 3).

A layer reads 2N features of each pixel, keeps a state of N, and adds what it has to say to what it read (figure 5).
Shape legend: B batch, H height, W width, N units of a state, G gates side by side (output, forget, input, content:
4N), T times of a walk along diagonals.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.autoregressive.masked import MaskedConv, colours_seen

GATES = 4
SHUT = -1e4
"""What a gate reads outside the picture: there no state ever becomes other than zero."""


class Look(nn.Module):
    """Input to state: a convolution along the row with mask B, of `side` pixels up to the own one, to all gates."""

    mask: Tensor

    def __init__(self, units: int, side: int, colours: int) -> None:
        super().__init__()
        self.taps = side // 2 + 1
        self.weight = nn.Parameter(torch.randn(GATES * units, 2 * units, self.taps) / math.sqrt(2 * units * self.taps))
        self.bias = nn.Parameter(torch.zeros(GATES, units))
        own = colours_seen("B", 2 * units, units, colours)
        mask = torch.ones(GATES * units, 2 * units, self.taps)
        for gate in range(GATES):
            mask[gate * units : (gate + 1) * units, :, -1] = own
        self.register_buffer("mask", mask, persistent=False)
        with torch.no_grad():
            self.bias[1] = 1.0  # at first, forget little (Gers et al. 2000)

    def masked(self) -> Tensor:
        """The weight that counts, (G, 2N, taps)."""
        return self.weight * self.mask

    def forward(self, f_BFHW: Tensor, told_BG: Tensor | None) -> Tensor:
        """Gates (B, H, W, G) before the state speaks; `told_BG` is what a class adds."""
        bias = self.bias.flatten() if told_BG is None else self.bias.flatten() + told_BG[:, None, None]
        padded = F.pad(f_BFHW, (self.taps - 1, 0))
        return F.conv2d(padded, self.masked()[:, :, None]).permute(0, 2, 3, 1) + bias


def step(gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """One step of an LSTM (eq. 3): c = f c + i g, h = o tanh(c); returns (h, c)."""
    units = cell.shape[-1]
    o, f, i = torch.sigmoid(gates[..., : 3 * units]).chunk(3, -1)
    cell = f * cell + i * torch.tanh(gates[..., 3 * units :])
    return o * torch.tanh(cell), cell


class RowLSTM(nn.Module):
    """Row after row, all pixels of a row at once; each looks at three of the states above (section 3.1)."""

    def __init__(self, units: int, colours: int) -> None:
        super().__init__()
        self.look = Look(units, 3, colours)
        self.carry = nn.Parameter(torch.randn(3 * units, GATES * units) / math.sqrt(3 * units))
        self.widen = MaskedConv("B", units, 2 * units, 1, colours)
        nn.init.zeros_(self.widen.weight)

    def forward(self, f_BFHW: Tensor, told_BG: Tensor | None) -> Tensor:
        gates_BHWG = self.look(f_BFHW, told_BG)
        cell_BWN = f_BFHW.new_zeros(len(f_BFHW), f_BFHW.shape[3], self.carry.shape[1] // GATES)
        h_BWN, rows = cell_BWN, []
        for gates_BWG in gates_BHWG.unbind(1):
            h_BWN, cell_BWN = step(gates_BWG + three(h_BWN) @ self.carry, cell_BWN)
            rows.append(h_BWN)
        out: Tensor = f_BFHW + self.widen(torch.stack(rows, 1).permute(0, 3, 1, 2))
        return out


def three(h_BWN: Tensor) -> Tensor:
    """Each state with its neighbours, (B, W, 3N): left, own, right."""
    padded = F.pad(h_BWN, (0, 0, 1, 1))
    return torch.cat((padded[:, :-2], padded[:, 1:-1], padded[:, 2:]), 2)


class DiagonalBiLSTM(nn.Module):
    """From the upper left and from the upper right, along diagonals, so that all pixels before are seen (section 3.2).

    Row r is shifted right by r, so that a diagonal stands upright and is one step for all rows. What comes from the
    right is used a row further down: in its own row it has seen what is drawn later.
    """

    def __init__(self, units: int, colours: int) -> None:
        super().__init__()
        self.left = Look(units, 1, colours)
        self.right = Look(units, 1, colours)
        self.carry = nn.Parameter(torch.randn(2, 2 * units, GATES * units) / math.sqrt(2 * units))
        """For each way: of the pixel before in the row, and of the pixel above."""
        self.widen = MaskedConv("B", units, 2 * units, 1, colours)
        nn.init.zeros_(self.widen.weight)

    def forward(self, f_BFHW: Tensor, told_BG: Tensor | None, done_BFHW: Tensor | None = None) -> Tensor:
        """`done_BFHW` is what the way from the right reads, if that is not f itself."""
        done_BFHW = f_BFHW if done_BFHW is None else done_BFHW
        gates_2BHWG = torch.stack((self.left(f_BFHW, told_BG), self.right(done_BFHW, told_BG).flip(2)))
        left, right = self.walk(gates_2BHWG)
        seen_BHWN = left + F.pad(right.flip(2)[:, :-1], (0, 0, 0, 0, 1, 0))
        out: Tensor = f_BFHW + self.widen(seen_BHWN.permute(0, 3, 1, 2))
        return out

    def walk(self, gates_2BHWG: Tensor) -> Tensor:
        """States (2, B, H, W, N) of both ways; the second way's picture is mirrored."""
        _, count, height, width, _ = gates_2BHWG.shape
        units = self.carry.shape[1] // 2
        cell = gates_2BHWG.new_zeros(2, count, height, units)
        h, states = cell, []
        for gates_2BHG in skewed(gates_2BHWG).unbind(3):
            above = F.pad(h[:, :, :-1], (0, 0, 1, 0))
            carried = torch.bmm(torch.cat((h, above), 3).flatten(1, 2), self.carry)
            h, cell = step(gates_2BHG + carried.view_as(gates_2BHG), cell)
            states.append(h)
        return upright(torch.stack(states, 3), width)


def skewed(x: Tensor) -> Tensor:
    """Row r shifted right by r: (…, H, W, G) → (…, H, T, G) with T = W + H - 1; what is outside is shut."""
    *before, height, width, gates = x.shape
    wide = F.pad(x, (0, 0, 0, height), value=SHUT).flatten(
        -3, -2
    )  # H rows of W + H in one line, read as rows of one less
    times = width + height - 1
    return wide[..., : height * times, :].reshape(*before, height, times, gates)


def upright(x: Tensor, width: int) -> Tensor:
    """The reverse: (…, H, T, G) → (…, H, W, G)."""
    *before, height, times, gates = x.shape
    line = F.pad(x.flatten(-3, -2), (0, 0, 0, height))
    return line.reshape(*before, height, times + 1, gates)[..., :width, :]
