"""The network of PixelCNN++ (Salimans et al. 2017, figure 2): two stacks, short-cuts over down- and upsampling.

A vertical stack sees the rows above, a horizontal one its row to the left and, through each block, what the vertical
one found. Both go down to half the side and up again, and what was found on the way down is handed across.
Shape legend: B batch, C colours, H height, W width, F features, N numbers of a pixel, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.autoregressive.streaming import (
    ColumnConv,
    ColumnUp,
    Past,
    RowConv,
    RowUp,
    begin_evenly,
    shifted_down,
    shifted_right,
)
from engine.families.layers.blocks import uniform_noise
from engine.families.layers.mixtures import numbers_of


@dataclass(frozen=True, slots=True)
class Added:
    """What the vertical stack adds to each block of the horizontal one, down and up, and at half the side."""

    down: Sequence[Tensor]
    up: Sequence[Tensor]
    lower: Added | None

    def columns(self) -> list[Added]:
        """The same for each pixel of a row; what is lower is had once for two."""
        down, up = ([each_BF1W[:, :, 0].unbind(2) for each_BF1W in some] for some in (self.down, self.up))
        lower = self.lower.columns() if self.lower is not None else ()
        return [
            Added(
                [each[column] for each in down],
                [each[column] for each in up],
                lower[column // 2] if lower and column % 2 == 0 else None,
            )
            for column in range(self.down[0].shape[3])
        ]


def both_signs(f: Tensor) -> Tensor:
    """Concatenated ELU (section 2.5's code): nothing is lost of either sign."""
    return F.elu(torch.cat((f, -f), 1))


def dropped(f: Tensor, share: float, noise: torch.Generator | None) -> Tensor:
    """Dropout (section 2.5) with randomness of the step's own; none while drawing."""
    if noise is None or share == 0.0:
        return f
    return f * (uniform_noise(f.shape, noise, f) >= share) * (1.0 / (1.0 - share))


class Block(nn.Module):
    """x + a ⊙ σ(b) in both stacks, where (a, b) = conv(drop(elu(conv(elu(x)) + what else is known))).

    What else is known: a class; on the way up, what was found on the way down at this size; and in the horizontal
    stack what the vertical one found.
    """

    def __init__(self, features: int, classes: int, dropout: float, *, up: bool) -> None:
        super().__init__()
        self.dropout = dropout
        self.v_first = RowConv(2 * features, features, 2, 3)
        self.v_second = RowConv(2 * features, 2 * features, 2, 3)
        self.h_first = ColumnConv(2 * features, features, 2, rows=2)
        self.h_second = ColumnConv(2 * features, 2 * features, 2, rows=2)
        self.across = nn.Conv2d(2 * features, features, 1, bias=False)
        self.v_skip = nn.Conv2d(2 * features, features, 1, bias=False) if up else None
        self.h_skip = ColumnConv(2 * features, features) if up else None
        self.wishes = nn.Parameter(torch.zeros(classes, 2, features)) if classes else None
        begin_evenly(self.across.weight)
        for last in (self.v_second, self.h_second):
            begin_evenly(last.weight, 0.1)

    def rows(
        self, v: Tensor, skip: Tensor | None, classes_B: Tensor | None, past: Past | None, noise: torch.Generator | None
    ) -> tuple[Tensor, Tensor]:
        """The vertical stack's next features, and what they add to the horizontal one."""
        wish_B2F = self._wish(classes_B)
        inner = self.v_first(both_signs(v), past)
        if self.v_skip is not None and skip is not None:
            inner = inner + self.v_skip(both_signs(skip))
        if wish_B2F is not None:
            inner = inner + wish_B2F[:, 0, :, None, None]
        v = v + _gate(self.v_second(dropped(both_signs(inner), self.dropout, noise), past))
        added: Tensor = self.across(both_signs(v))
        return v, added if wish_B2F is None else added + wish_B2F[:, 1, :, None, None]

    def pixels(
        self, h: Tensor, added: Tensor, skip: Tensor | None, past: Past | None, noise: torch.Generator | None
    ) -> Tensor:
        """The horizontal stack's next features."""
        inner = self.h_first(both_signs(h), past) + added
        if self.h_skip is not None and skip is not None:
            inner = inner + self.h_skip(both_signs(skip), past)
        return h + _gate(self.h_second(dropped(both_signs(inner), self.dropout, noise), past))

    def _wish(self, classes_B: Tensor | None) -> Tensor | None:
        if self.wishes is None or classes_B is None:
            return None
        return self.wishes[classes_B.clamp_min(0)] * (classes_B >= 0).float()[:, None, None]


def _gate(f: Tensor) -> Tensor:
    one, other = f.chunk(2, 1)
    return one * torch.sigmoid(other)


class Scale(nn.Module):
    """Blocks at one size, before and after those at half of it."""

    def __init__(self, features: int, depth: int, scales: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.down = nn.ModuleList(Block(features, classes, dropout, up=False) for _ in range(depth))
        self.up = nn.ModuleList(Block(features, classes, dropout, up=True) for _ in range(depth))
        self.lower: Scale | None = None
        if scales > 1:
            self.lower = Scale(features, depth, scales - 1, classes, dropout)
            self.v_halve = RowConv(features, features, 2, 3, stride=2)
            self.h_halve = ColumnConv(features, features, 2, rows=2, stride=2)
            self.v_double, self.h_double = RowUp(features), ColumnUp(features)

    def rows(
        self, v: Tensor, classes_B: Tensor | None, past: Past | None, noise: torch.Generator | None
    ) -> tuple[Tensor, Added]:
        down, up, skips = [], [], []
        for block in self.down:
            assert isinstance(block, Block)
            v, added = block.rows(v, None, classes_B, past, noise)
            down.append(added)
            skips.append(v)
        lower = None
        if self.lower is not None:
            low = None
            if past is None or past.row % 2 == 0:
                low, lower = self.lower.rows(
                    self.v_halve(v, past), classes_B, None if past is None else past.lower, noise
                )
            else:
                self.v_halve.keep(v, past)
            v = self.v_double(low, past)[:, :, : v.shape[2], : v.shape[3]]
        for block in self.up:
            assert isinstance(block, Block)
            v, added = block.rows(v, skips.pop(), classes_B, past, noise)
            up.append(added)
        return v, Added(down, up, lower)

    def pixels(self, h: Tensor, added: Added, past: Past | None, noise: torch.Generator | None) -> Tensor:
        skips = []
        for block, each in zip(self.down, added.down, strict=True):
            assert isinstance(block, Block)
            h = block.pixels(h, each, None, past, noise)
            skips.append(h)
        if self.lower is not None:
            low = None
            if added.lower is not None:
                below = None if past is None else past.lower
                low = self.lower.pixels(self.h_halve(h, past), added.lower, below, noise)
            elif past is not None:
                self.h_halve.keep(h, past)
            doubled = self.h_double(low, past)
            h = doubled if h.ndim == 2 else doubled[:, :, : h.shape[2], : h.shape[3]]
        for block, each in zip(self.up, added.up, strict=True):
            assert isinstance(block, Block)
            h = block.pixels(h, each, skips.pop(), past, noise)
        return h


class ScalesNet(nn.Module):
    """Both stacks, to the numbers of each pixel's mixture."""

    def __init__(
        self, colours: int, features: int, depth: int, scales: int, components: int, classes: int, dropout: float
    ) -> None:
        super().__init__()
        self.v_first = RowConv(colours, features, 2, 3)
        self.above = RowConv(colours, features, 1, 3)
        self.left = ColumnConv(colours, features, rows=2)
        self.body = Scale(features, depth, scales, classes, dropout)
        self.out = ColumnConv(2 * features, numbers_of(colours, components))
        begin_evenly(self.out.weight, 0.1)

    def rows(
        self, x: Tensor, classes_B: Tensor | None, past: Past | None = None, noise: torch.Generator | None = None
    ) -> tuple[Tensor, Added]:
        """What rows above add, at first and in each block, of pictures `shifted_down`."""
        return self.above(x, past), self.body.rows(self.v_first(x, past), classes_B, past, noise)[1]

    def pixels(
        self,
        before: Tensor,
        first: Tensor,
        added: Added,
        past: Past | None = None,
        noise: torch.Generator | None = None,
    ) -> Tensor:
        """The numbers (B, N, …) of each pixel's mixture, of pictures `shifted_right`."""
        numbers: Tensor = self.out(both_signs(self.features(before, first, added, past, noise)), past)
        return numbers

    def features(
        self,
        before: Tensor,
        first: Tensor,
        added: Added,
        past: Past | None = None,
        noise: torch.Generator | None = None,
    ) -> Tensor:
        """What the horizontal stack ends with."""
        return self.body.pixels(self.left(before, past) + first, added, past, noise)

    def forward(self, x_BCHW: Tensor, classes_B: Tensor | None, noise: torch.Generator | None = None) -> Tensor:
        first, added = self.rows(shifted_down(x_BCHW), classes_B, None, noise)
        return self.pixels(shifted_right(x_BCHW), first, added, None, noise)
