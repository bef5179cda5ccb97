"""Drawing a picture number by number: the one loop for every family that gives each pixel from those before it.

A family says in which order pixels are drawn and hands over a `PixelSampler`, which keeps whatever makes the next law
cheap (rows, columns, the states of an LSTM, running sums). Everything else happens here: chance, temperature, known
pixels, what is shown on the way, and leaving off, which can be done after every pixel.
Shape legend: B pictures, C colours, H height, W width, L levels of a pixel, P pixels in drawing order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

GLANCE = 8
"""Pixels that are drawn between two looks: some 20 ms, so that one sees the pen move."""

Order = Sequence[tuple[int, int]]
"""(row, column) of every pixel, the first to be drawn first; the colours of a pixel follow each other."""


class PixelSampler(Protocol):
    """Pictures that are being drawn. For every pixel in the family's order and every colour of it, `law` is asked
    and then `put` is told what stands there, drawn or known. Each picture depends on its own numbers only.
    """

    def law(self, row: int, column: int, colour: int) -> Tensor:
        """log p + constant (B, L) of the levels of the next number, given all that was put before."""

    def put(self, row: int, column: int, colour: int, level_B: Tensor) -> None:
        """Take what stands at the place that `law` was asked for last."""

    def skip(self, some: Order, levels_PCB: Tensor) -> int:
        """Of the next pixels, all given, take as many as can be taken at once without asking for their laws, so that
        later laws are the same; how many these were, 0 where each has to be asked for.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Pixels that are not drawn: as they are shown, as levels, and which they are."""

    x_BCHW: Tensor
    levels_BCHW: Tensor
    mask_BHW: Tensor

    def runs(self, order: Order) -> list[int]:
        """For each pixel of the order, how many from it on are given in every picture."""
        is_given = self.mask_BHW.all(0).tolist()
        runs, run = [0] * len(order), 0
        for at in range(len(order) - 1, -1, -1):
            row, column = order[at]
            run = run + 1 if is_given[row][column] else 0
            runs[at] = run
        return runs

    def levels(self, some: Order) -> Tensor:
        """The levels (P, C, B) of these pixels."""
        rows, columns = zip(*some, strict=True)
        return self.levels_BCHW[:, :, list(rows), list(columns)].permute(2, 1, 0)


def raster(height: int, width: int) -> Order:
    """Reading order."""
    return [(row, column) for row in range(height) for column in range(width)]


def pauses(order: Order, pause: int = 1) -> int:
    """How many times `draw` pauses, the end included."""
    return -(-len(order) // pause)


def seen(order: Order, at: int, *, glance: int = GLANCE, pause: int = 1) -> int:
    """How many pixels are drawn of the look that `draw` shows at a pause, the first being 0."""
    done = (at + 1) * pause
    return len(order) if done >= len(order) else done // glance * glance or pause


def pick(law_BL: Tensor, uniform_B1: Tensor) -> Tensor:
    """The level (B,) at which the cumulated probability passes the uniform number: exact sampling by inversion."""
    chances_BL = torch.softmax(law_BL, 1)
    if chances_BL.shape[1] == 2:  # the same in fewer steps
        return (uniform_B1 >= chances_BL[:, :1])[:, 0].long()
    cumulated = chances_BL.cumsum_(1)
    return torch.searchsorted(cumulated, uniform_B1, right=True)[:, 0].clamp_max_(law_BL.shape[1] - 1)


def draw(
    sampler: PixelSampler,
    order: Order,
    values_L: Tensor,
    uniforms_BHWC: Tensor,
    *,
    warmth_B1: Tensor | None = None,
    given: Given | None = None,
    glance: int = GLANCE,
    pause: int = 1,
) -> Iterator[Tensor]:
    """Pictures (B, C, H, W) that grow, grey where nothing is drawn yet; picture k depends on entry k of everything.

    Every number is drawn from p^(1/warmth); what is given is put, and shown from the first look on, as it is. Every
    `pause` pixels one can leave off; every `glance` pixels there is a new look, and between them the last one again.
    """
    uniforms_HWCB1 = uniforms_BHWC.permute(1, 2, 3, 0)[..., None].contiguous()
    height, width, colours, count, _ = uniforms_HWCB1.shape
    look = _Look(values_L.new_zeros(count, colours, height, width), values_L, given)
    runs = [0] * len(order) if given is None else given.runs(order)
    passed = 0
    for start in range(0, len(order), pause):
        end = min(start + pause, len(order))
        with torch.no_grad():
            for at in range(start, end):
                if given is not None and at >= passed and runs[at]:
                    some = order[at : at + runs[at]]
                    to_the_end = at + runs[at] == len(order)  # nothing comes that would have to know of these
                    passed = at + (len(some) if to_the_end else sampler.skip(some, given.levels(some)))
                if at < passed:
                    continue
                row, column = order[at]
                for colour in range(colours):
                    law_BL = sampler.law(row, column, colour)
                    if warmth_B1 is not None:
                        law_BL = law_BL / warmth_B1
                    level_B = pick(law_BL, uniforms_HWCB1[row, column, colour])
                    if given is not None:
                        known_B = given.levels_BCHW[:, colour, row, column]
                        level_B = torch.where(given.mask_BHW[:, row, column], known_B, level_B)
                    sampler.put(row, column, colour, level_B)
                    look.levels.append(level_B)
                look.places.append(row * width + column)
            if end == len(order) or end == pause or end % glance == 0:
                look.renew()
        yield look.shown_BCHW


class _Look:
    """The pictures as far as they are drawn, and what was drawn since they were last shown."""

    def __init__(self, picture_BCHW: Tensor, values_L: Tensor, given: Given | None) -> None:
        self._picture_BCHW, self._values_L, self._given = picture_BCHW, values_L, given
        self.places: list[int] = []
        self.levels: list[Tensor] = []
        self.shown_BCHW = picture_BCHW

    def renew(self) -> None:
        """Show what is drawn by now, in a tensor of its own."""
        count, colours = self._picture_BCHW.shape[:2]
        if self.places:
            here = torch.tensor(self.places, device=self._values_L.device)
            inked = self._values_L[torch.stack(self.levels)].view(len(here), colours, count).permute(2, 1, 0)
            self._picture_BCHW.flatten(2)[:, :, here] = inked
            self.places.clear()
            self.levels.clear()
        given = self._given
        if given is None:
            self.shown_BCHW = self._picture_BCHW.clone()
        else:
            self.shown_BCHW = torch.where(given.mask_BHW[:, None], given.x_BCHW, self._picture_BCHW)
