"""Exact cached sampling in reading order, for networks of a vertical part for rows and a horizontal part for pixels.

A full forward per pixel would compute the whole picture again. Here the vertical part runs once a row, on what it kept
of the rows above, and the horizontal part once for each colour of a pixel, on what it kept of the columns before.
Shape legend: B pictures, C colours, W width, L levels of a pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from torch import Tensor

from engine.families.autoregressive.drawing import Order
from engine.families.autoregressive.streaming import Past


class Streamed(Protocol):
    """A network along pictures that are being drawn."""

    def rows(self, above_BC1W: Tensor, past: Past) -> Any:
        """What the rows above add to row `past.row`; `above` is the row before, at first all 0."""

    def columns(self, added: Any) -> Sequence[Any]:
        """The same for each column."""

    def law(self, before_BC: Tensor, own_BC: Tensor, added: Any, colour: int, past: Past) -> Tensor:
        """log p + constant (B, L) of a colour, given the pixel before it in its row and the colours before it."""

    def pass_row(self, before_BC1W: Tensor, added: Any, past: Past) -> None:
        """Keep of a whole row what rows below will ask for; `before` is the row a pixel further to the right."""


class RowwiseSampler:
    """The `PixelSampler` of such a network."""

    def __init__(self, net: Streamed, values_L: Tensor, size: int, channels: int, count: int) -> None:
        self._net, self._values_L, self._size = net, values_L, size
        self._past = Past(size)
        self._row_BWC = values_L.new_zeros(count, 1 + size, channels)
        self._added: Sequence[Any] = ()

    def law(self, row: int, column: int, colour: int) -> Tensor:
        self._past.row, self._past.column = row, column
        if not column and not colour:
            self._added = self._net.columns(self._begun())
        before_BC, own_BC = self._row_BWC[:, column], self._row_BWC[:, column + 1]
        return self._net.law(before_BC, own_BC, self._added[column], colour, self._past)

    def put(self, row: int, column: int, colour: int, level_B: Tensor) -> None:
        self._row_BWC[:, column + 1, colour] = self._values_L[level_B]

    def skip(self, some: Order, levels_PCB: Tensor) -> int:
        """A whole row at a time: its horizontal part runs over all columns at once, if rows below need it at all."""
        (row, column), size = some[0], self._size
        if column or len(some) < size:
            return 0
        self._past.row, self._past.column = row, 0
        added = self._begun()
        self._row_BWC[:, 1:] = self._values_L[levels_PCB[:size]].permute(2, 0, 1)
        with self._past.whole_rows():
            self._net.pass_row(self._row_BWC[:, :-1].transpose(1, 2)[:, :, None], added, self._past)
        return size

    def _begun(self) -> Any:
        """Begin a row: what the rows above add to it."""
        above_BC1W = self._row_BWC[:, 1:].transpose(1, 2)[:, :, None]
        added = self._net.rows(above_BC1W, self._past)
        self._row_BWC.zero_()
        return added
