"""In which order pixels are drawn: any order gives an exact likelihood, and some are easier to learn."""

from __future__ import annotations

from enum import StrEnum

import torch
from torch import Tensor

from engine.machine.seeds import generator


class Ordering(StrEnum):
    """The order of a picture's pixels."""

    RASTER = "raster"
    COLUMNS = "columns"
    SPIRAL = "spiral"
    RANDOM = "random"


def places(ordering: Ordering, height: int, width: int, seed: int) -> Tensor:
    """Places (P,) in reading order, row · width + column, in the order in which they are drawn; on the CPU, always."""
    reading = torch.arange(height * width, device="cpu").view(height, width)
    match ordering:
        case Ordering.RASTER:
            return reading.flatten()
        case Ordering.COLUMNS:
            return reading.T.flatten()
        case Ordering.SPIRAL:
            return _inwards(reading).flip(0)
        case Ordering.RANDOM:
            return torch.randperm(height * width, generator=generator(seed, height, width), device="cpu")


def _inwards(places_HW: Tensor) -> Tensor:
    """The outermost row, then what is left turned by a quarter, and so on to the middle."""
    turns = []
    while places_HW.numel():
        turns.append(places_HW[0])
        places_HW = places_HW[1:].rot90()
    return torch.cat(turns)
