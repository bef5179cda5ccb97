"""What the engine answers about pictures that a model draws pixel by pixel: how hard each pixel was to guess."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from engine.protocol.record import record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Map: TypeAlias = "NDArray[np.float32]"
"""A number for each pixel: (height, width), read-only."""
HEAT = (
    (0.00, (10, 8, 34)), (0.25, (78, 24, 113)), (0.50, (166, 45, 96)), (0.75, (236, 104, 67)), (1.00, (252, 234, 160)),
)  # fmt: skip
"""Colours of a map from 0 to the end of its scale. Brightness rises evenly, so that it is read without seeing hues."""
SCALE_ENDS = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 48.0)
"""Where scales in bits end."""


@record
class BitsMeasured:
    """How many bits each pixel of a picture costs, all its colours together: −log2 p(pixel | all before it)."""

    model: str
    bits: Map = field(compare=False)
    bits_per_dim: float
    """Of the whole picture: the mean over pixels and colours."""
    ticket: int = 0


@record
class PixelTold:
    """What the model expected of one pixel, given all before it."""

    model: str
    row: int
    column: int
    chances: tuple[tuple[float, ...], ...]
    """For each colour the probability of each level, from dark to bright; a later colour knows the earlier ones."""
    levels: tuple[int, ...]
    """The level that each colour has in the picture."""
    entropy: float
    """In bits, of all colours together, each given the ones before it as they are."""
    bits: float
    """What the value it has costs."""
    seen: Map = field(compare=False)
    """How much each other pixel moves these chances (a gradient, the largest is 1); 0 where it cannot at all."""
    before: int
    """How many pixels are drawn before it."""
    ticket: int = 0

    @property
    def reached(self) -> int:
        """How many pixels it can see."""
        return int((self.seen > 0).sum())

    @property
    def overlooked(self) -> int:
        """How many stood already and are out of its sight."""
        return self.before - self.reached


@record
class HeldOutMeasured:
    """Bits per dimension of held-out pictures: what a picture of the training distribution costs."""

    model: str
    data: str
    bits_per_dim: tuple[float, ...]
    """Sorted."""
    ticket: int = 0

    def share_below(self, bits_per_dim: float) -> float:
        """The share of held-out pictures that are less surprising."""
        below = sum(each < bits_per_dim for each in self.bits_per_dim)
        return below / len(self.bits_per_dim) if self.bits_per_dim else 0.0
