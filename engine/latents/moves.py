"""What the sliders add to a place. In numpy, whose sums of a few short rows take a tenth of the time of torch's."""

from __future__ import annotations

import numpy as np

from engine.latents.explorables import Explorables
from engine.protocol.values import Point


class Moves:
    """The displacements of one model, ready to be added: this runs at every step of a drag."""

    def __init__(self, explorables: Explorables) -> None:
        self._axes_AD: Point = explorables.axes_AD.numpy()
        self._sigmas_A: Point = explorables.sigmas_A.numpy()
        named = zip(explorables.directions, explorables.directions_MD.numpy(), strict=True)
        self._directions: dict[str, Point] = {direction.name: move_D for direction, move_D in named}

    def add(
        self, place_D: Point, axes: tuple[tuple[int, float], ...], directions: tuple[tuple[str, float], ...]
    ) -> None:
        """Move a place (D,) by all its sliders; an axis or direction that is not there is a KeyError."""
        shift_D = np.zeros_like(place_D)
        for index, sigmas in axes:
            if not 0 <= index < len(self._sigmas_A):
                raise KeyError(f"axis {index}")
            shift_D += self._axes_AD[index] * (self._sigmas_A[index] * np.float32(sigmas))
        for name, strength in directions:
            shift_D += self._directions[name] * np.float32(strength)
        place_D += shift_D
