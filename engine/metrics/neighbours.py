"""Memorised or invented? How near drawn pictures come to training pictures, beside how near pictures held out come.

Shape legend: N, M, L pictures, F features or pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.metrics.measured import Measured, mean_of

NEARER = 0.05
"""So many of the held-out pictures are near enough to a training picture to be called its copy."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest training picture of each of N pictures."""

    rows_N: Tensor
    """Which it is."""
    distances_N: Tensor
    percentiles_N: Tensor
    """Share (0 to 100) of held-out pictures that lie at most as near to a training picture: low is suspicious."""


def nearest(points_NF: Tensor, known_MF: Tensor) -> tuple[Tensor, Tensor]:
    """(row, distance) of the nearest known picture, a piece at a time."""
    known = known_MF.double()
    found = [torch.cdist(piece, known).min(1) for piece in torch.split(points_NF.double(), 512)]
    return torch.cat([each.indices for each in found]), torch.cat([each.values for each in found])


def neighbours(made_NF: Tensor, known_MF: Tensor, held_LF: Tensor) -> Neighbours:
    """Where drawn pictures stand among held-out ones, which cannot have been learned by heart."""
    rows_N, distances_N = nearest(made_NF, known_MF)
    _, held_L = nearest(held_LF, known_MF)
    below_N = torch.searchsorted(held_L.sort().values, distances_N, right=True)
    return Neighbours(rows_N, distances_N, 100.0 * below_N.double() / len(held_L))


def memorised(made_NF: Tensor, known_MF: Tensor, held_LF: Tensor) -> tuple[Measured, Measured]:
    """Share of drawn pictures nearer to a training picture than all but NEARER of held-out ones, and theirs.

    A model that invents has about NEARER, one that copies its training pictures 1.
    """
    _, distances_N = nearest(made_NF, known_MF)
    _, held_L = nearest(held_LF, known_MF)
    reach = held_L.quantile(NEARER)
    return mean_of((distances_N <= reach).double()), mean_of((held_L <= reach).double())
