"""Drawing a picture number by number: the one loop for every family that gives each pixel from those before it.

A family says in which order pixels are drawn and hands over a `PixelSampler`, which keeps whatever makes the next law
cheap (rows, columns, the states of an LSTM, running sums). Everything else happens here: chance, temperature, known
pixels, what is shown on the way, and leaving off.
Shape legend: B pictures, C colours, H height, W width, L levels of a pixel, P pixels in drawing order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

GLANCE = 8
"""Pixels that are drawn between two looks: some 20 ms, so that one sees the pen move and can stop it."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Pixels that are not drawn: as they are shown, as levels, and which they are."""

    x_BCHW: Tensor
    levels_BCHW: Tensor
    mask_BHW: Tensor


def raster(height: int, width: int) -> Order:
    """Reading order."""
    return [(row, column) for row in range(height) for column in range(width)]


def looks(order: Order, glance: int = GLANCE) -> int:
    """How many times `draw` shows the pictures, the finished ones included."""
    return -(-len(order) // glance)


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
) -> Iterator[Tensor]:
    """Pictures (B, C, H, W) that grow, grey where nothing is drawn yet; picture k depends on entry k of everything.

    Every number is drawn from p^(1/warmth); what is given is put, and shown from the first look on, as it is.
    """
    uniforms_HWCB1 = uniforms_BHWC.permute(1, 2, 3, 0)[..., None].contiguous()
    height, width, colours, count, _ = uniforms_HWCB1.shape
    picture_BCP = values_L.new_zeros(count, colours, height * width)
    for start in range(0, len(order), glance):
        some = order[start : start + glance]
        with torch.no_grad():
            levels = []
            for row, column in some:
                for colour in range(colours):
                    law_BL = sampler.law(row, column, colour)
                    if warmth_B1 is not None:
                        law_BL = law_BL / warmth_B1
                    level_B = pick(law_BL, uniforms_HWCB1[row, column, colour])
                    if given is not None:
                        known_B = given.levels_BCHW[:, colour, row, column]
                        level_B = torch.where(given.mask_BHW[:, row, column], known_B, level_B)
                    sampler.put(row, column, colour, level_B)
                    levels.append(level_B)
            here = torch.tensor([row * width + column for row, column in some], device=values_L.device)
            inked = values_L[torch.stack(levels)].view(len(some), colours, count).permute(2, 1, 0)
            picture_BCP[:, :, here] = inked
            look_BCHW = picture_BCP.view(count, colours, height, width)
            if given is not None:
                shown_BCHW = torch.where(given.mask_BHW[:, None], given.x_BCHW, look_BCHW)
            else:
                shown_BCHW = look_BCHW.clone()
        yield shown_BCHW
