"""The latent space that a family declares: its law, its size, and where in it one explores."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor


class Prior(StrEnum):
    """The law from which points are drawn before any data was seen."""

    NORMAL = "normal"
    UNIFORM = "uniform"


class Explored(StrEnum):
    """Where one explores: among the points of real pictures, fitted after training, or in the prior itself."""

    FITTED = "fitted"
    PRIOR = "prior"


@dataclass(frozen=True, slots=True, kw_only=True)
class Latent:
    """A family's latent space: how many coordinates, their prior, and how many deserve a slider."""

    coordinates: int
    prior: Prior = Prior.NORMAL
    explored: Explored = Explored.FITTED
    """Of families that encode; without an encoder there is only the prior."""
    is_followed: bool = True
    """Whether training makes the codes of pictures follow the prior."""
    sliders: int = 12

    def draw(self, generator: torch.Generator) -> Tensor:
        """One point z (D,) of the prior."""
        if self.prior is Prior.UNIFORM:
            return torch.rand(self.coordinates, generator=generator) * 2 - 1
        return torch.randn(self.coordinates, generator=generator)
