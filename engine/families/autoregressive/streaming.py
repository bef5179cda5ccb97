"""Causal convolutions that run over whole pictures, or along a picture that is being drawn, with the same code around.

Over a whole picture every layer sees it at once. While one is drawn, a network is asked for one row of its vertical
part or one pixel of its horizontal part; what layers need of earlier rows and columns lies in a `Past`, one for each
drawing, so that layers have no state and two drawings never meet. A row is (B, F, 1, W), a pixel (B, F): what is
between the layers touches dimension 1 only and need not know. Rows that are given pass the horizontal part whole.
Shape legend: B batch, I channels in, O channels out, F features, H height, W width.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

State = TypeVar("State")


class Past:
    """What layers keep of pictures that are being drawn, and where the pen is. `lower` is the same at half the side."""

    def __init__(self, width: int, row: int = 0, column: int = 0) -> None:
        self.width, self.row, self.column = width, row, column
        self.is_whole = False
        """True while the horizontal part is asked for a row at once, (B, F, 1, W), and not for a pixel of it."""
        self._kept: dict[nn.Module, Any] = {}
        self._lower: Past | None = None

    @property
    def lower(self) -> Past:
        if self._lower is None:
            self._lower = Past(self.width // 2)
        self._lower.row, self._lower.column = self.row // 2, self.column // 2
        self._lower.is_whole = self.is_whole
        return self._lower

    @contextmanager
    def whole_rows(self) -> Iterator[None]:
        """Inside, the horizontal part is asked for whole rows."""
        self.is_whole = True
        try:
            yield
        finally:
            self.is_whole = False

    def of(self, layer: nn.Module, begin: Callable[[], State]) -> State:
        """What a layer keeps, begun when it is first asked for."""
        state = self._kept.get(layer)
        if state is None:
            state = self._kept[layer] = begin()
        found: State = state
        return found


def shifted_down(x_BCHW: Tensor) -> Tensor:
    """Every row takes the place of the next: whoever sees its own row sees the rows above."""
    return F.pad(x_BCHW, (0, 0, 1, 0))[:, :, :-1]


def shifted_right(x_BCHW: Tensor) -> Tensor:
    """Every pixel takes the place of the next in its row."""
    return F.pad(x_BCHW, (1, 0))[..., :-1]


class RowConv(nn.Module):
    """A convolution of the vertical part: its own row and `rows` - 1 above, `side` columns to both sides."""

    def __init__(self, channels_in: int, channels_out: int, rows: int, side: int, *, stride: int = 1) -> None:
        super().__init__()
        self.above, self.sideways, self.stride = rows - 1, side // 2, stride
        self.weight = nn.Parameter(torch.empty(channels_out, channels_in, rows, side))
        self.bias = nn.Parameter(torch.zeros(channels_out))
        begin_evenly(self.weight)

    def forward(self, x_BIHW: Tensor, past: Past | None = None) -> Tensor:
        """With a stride of 2 and a past, only on even rows; others are taken by `keep`."""
        if past is None:  # padding also below costs a row or two and saves a copy
            out_BOHW = F.conv2d(x_BIHW, self.weight, self.bias, self.stride, (self.above, self.sideways))
            return out_BOHW[:, :, : -(-x_BIHW.shape[2] // self.stride)]
        self.keep(x_BIHW, past)
        return F.conv2d(self._rows(x_BIHW, past)[0], self.weight, self.bias, self.stride, (0, self.sideways))

    def keep(self, x_BI1W: Tensor, past: Past) -> None:
        """Remember a row for those that come."""
        kept = self._rows(x_BI1W, past)
        kept[0] = torch.cat((kept[0][:, :, 1:], x_BI1W), 2)

    def _rows(self, x_BI1W: Tensor, past: Past) -> list[Tensor]:
        count, features, _, width = x_BI1W.shape
        return past.of(self, lambda: [x_BI1W.new_zeros(count, features, self.above + 1, width)])


class ColumnConv(nn.Module):
    """A convolution of the horizontal part: its own pixel, `columns` - 1 to the left, and as many in `rows` - 1 above.

    `seen` (O, I), where there is one, says which channels of its own pixel each channel sees.
    """

    seen: Tensor | None

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        columns: int = 1,
        *,
        rows: int = 1,
        stride: int = 1,
        seen: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.rows, self.columns, self.stride = rows, columns, stride
        self.weight = nn.Parameter(torch.empty(channels_out, channels_in, rows, columns))
        self.bias = nn.Parameter(torch.zeros(channels_out))
        mask = None
        if seen is not None:
            mask = torch.ones(self.weight.shape)
            mask[:, :, -1, -1] = seen
        self.register_buffer("seen", mask, persistent=False)
        begin_evenly(self.weight)

    def masked(self) -> Tensor:
        """The weight that counts, (O, I, rows, columns)."""
        return self.weight if self.seen is None else self.weight * self.seen

    def forward(self, x: Tensor, past: Past | None = None) -> Tensor:
        """With a stride of 2 and a past, only at even places; others are taken by `keep`."""
        if past is not None:
            pens = self._pens(x, past)
            return pens.whole_row(x, past) if past.is_whole else pens.forward(x, past)
        if self.rows == self.columns == 1:
            return F.conv2d(x, self.masked(), self.bias)
        out_BOHW = F.conv2d(x, self.masked(), self.bias, self.stride, (self.rows - 1, self.columns - 1))
        return out_BOHW[:, :, : -(-x.shape[2] // self.stride), : -(-x.shape[3] // self.stride)]

    def keep(self, x_BI: Tensor, past: Past) -> None:
        """Remember a pixel, or a row, for those that come."""
        pens = self._pens(x_BI, past)
        if past.is_whole:
            pens.keep_row(x_BI, past)
        else:
            pens.keep(x_BI, past)

    def _pens(self, x_BI: Tensor, past: Past) -> _Pens:
        return past.of(self, lambda: _Pens(self, len(x_BI), past.width))


class _Pens:
    """A `ColumnConv` as matrix products along a row: what rows above add is had once a row, for all columns."""

    def __init__(self, conv: ColumnConv, count: int, width: int) -> None:
        weight = conv.masked().detach()
        self.bias, self.stride = conv.bias.detach(), conv.stride
        self.is_plain = conv.columns == conv.rows == 1
        self.matrix = _matrix(weight[:, :, -1])
        if self.is_plain:
            return
        self.above = _matrix(weight[:, :, :-1].transpose(1, 2).flatten(1, 2)) if conv.rows > 1 else None
        self.reach, self.size = conv.columns - 1, weight.shape[1]
        self.row = -1
        # One row, and one above for each further row of the kernel: (rows, B, columns, I), zeros to the left.
        self.kept = weight.new_zeros(conv.rows, count, self.reach + width, self.size)
        self.slots = [self.kept[-1][:, self.reach + column] for column in range(width)]
        flat = self.kept[-1].flatten(1)
        self.taps = [flat[:, column * self.size : (column + conv.columns) * self.size] for column in range(width)]
        self.added: list[Tensor] = []

    def keep(self, x_BI: Tensor, past: Past) -> None:
        if past.row != self.row:
            self._begin_row(past.row)
        self.slots[past.column].copy_(x_BI)

    def forward(self, x_BI: Tensor, past: Past) -> Tensor:
        if self.is_plain:
            return torch.addmm(self.bias, x_BI, self.matrix)
        self.keep(x_BI, past)
        added = self.added[past.column] if self.added else self.bias
        return torch.addmm(added, self.taps[past.column], self.matrix)

    def keep_row(self, x_BI1W: Tensor, past: Past) -> None:
        self._begin_row(past.row)
        self.kept[-1][:, self.reach :] = x_BI1W[:, :, 0].transpose(1, 2)

    def whole_row(self, x_BI1W: Tensor, past: Past) -> Tensor:
        """(B, O, 1, W) of a whole row in one product; with a stride of 2, at even columns."""
        if self.is_plain:
            taps_WBK = x_BI1W[:, :, 0].permute(2, 0, 1)
        else:
            self.keep_row(x_BI1W, past)
            taps_WBK = self.kept[-1].unfold(1, self.reach + 1, self.stride).permute(1, 0, 3, 2).flatten(2)
        width, count, _ = taps_WBK.shape
        added = self.bias
        if not self.is_plain and self.added:
            added = torch.cat(self.added[:: self.stride])
        out_WBO = torch.addmm(added, taps_WBK.flatten(0, 1), self.matrix).view(width, count, -1)
        return out_WBO.permute(1, 2, 0)[:, :, None]

    def _begin_row(self, row: int) -> None:
        self.row = row
        if self.above is None:
            self.kept.zero_()
            return
        self.kept[:-1] = self.kept[1:].clone()
        self.kept[-1].zero_()
        if row % self.stride:
            return
        _, count, columns, _ = self.kept[:-1].shape
        width = columns - self.reach
        taps = [self.kept[:-1, :, left : left + width] for left in range(self.reach + 1)]
        flat = torch.stack(taps, 3).permute(2, 1, 0, 3, 4).reshape(width * count, -1)
        self.added = list(torch.addmm(self.bias, flat, self.above).view(width, count, -1))


def _matrix(weight: Tensor) -> Tensor:
    """(taps · I, O) of a kernel (O, I, taps), so that pixels side by side in memory multiply from the left."""
    return weight.permute(2, 1, 0).reshape(-1, len(weight)).contiguous()


class RowUp(nn.Module):
    """Twice the side: every place of the vertical part gives four, in two rows."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose2d(features, features, 2, 2)
        begin_evenly(self.conv.weight, fan=features)
        nn.init.zeros_(_bias(self.conv))

    def forward(self, x_BFHW: Tensor | None, past: Past | None = None) -> Tensor:
        """While drawing: on even rows of the lower part's row, on odd rows of what was kept then."""
        if past is None:
            out: Tensor = self.conv(x_BFHW)
            return out
        kept: list[Tensor] = past.of(self, list)
        if x_BFHW is not None:
            kept[:] = self.conv(x_BFHW).split(1, 2)
        return kept[past.row % 2]


class ColumnUp(nn.Module):
    """The same for the horizontal part: four pixels of each."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose2d(features, features, 2, 2)
        begin_evenly(self.conv.weight, fan=features)
        nn.init.zeros_(_bias(self.conv))

    def forward(self, x: Tensor | None, past: Past | None = None) -> Tensor:
        """While drawing: at even places of the lower part's pixel, else of what was kept of it."""
        if past is None:
            out: Tensor = self.conv(x)
            return out
        kept: dict[int, Tensor] = past.of(self, dict)
        if past.is_whole:
            if x is not None:
                kept.update(enumerate(self.conv(x).split(2, 3)))
            return torch.cat([kept[place] for place in sorted(kept)], 3)[:, :, past.row % 2, None]
        if x is not None:
            kept[past.column // 2] = self.conv(x[:, :, None, None])
        return kept[past.column // 2][:, :, past.row % 2, past.column % 2]


def _bias(conv: nn.ConvTranspose2d) -> Tensor:
    assert conv.bias is not None
    return conv.bias


def begin_evenly(weight: Tensor, gain: float = 1.0, *, fan: int = 0) -> None:
    """Weights that keep the variance of what comes in (Glorot & Bengio 2010); `fan` of a layer seen once a place."""
    with torch.no_grad():
        weight.normal_(0.0, gain / math.sqrt(fan or weight[0].numel()))
