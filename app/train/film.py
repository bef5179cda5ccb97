"""Sample grids of one run over time: the newest, and moments spread evenly over all that went before."""

from __future__ import annotations

from dataclasses import dataclass

from engine.protocol.values import Image

_MOST = 48


@dataclass(frozen=True, slots=True)
class Moment:
    """The same seeds after so many pictures."""

    images: int
    grid: tuple[Image, ...]


class Film:
    """Keeps at most 48 moments: when full, every other one goes and the stride doubles."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self._stride = 1
        self._seen = 0

    def add(self, images: int, grid: tuple[Image, ...]) -> bool:
        """Take a grid; False if it is the one that was last taken. The newest is always kept."""
        if not grid or (self.moments and self.moments[-1].images == images):
            return False
        if self.moments and (self._seen - 1) % self._stride:
            self.moments.pop()  # the last newest one stood between two frames
        self.moments.append(Moment(images, grid))
        self._seen += 1
        if len(self.moments) > _MOST:
            self.moments = self.moments[::2]
            self._stride *= 2
        return True
