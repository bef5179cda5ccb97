"""What drawing a set of pictures takes."""

from __future__ import annotations

from engine.protocol.record import record


@record
class Cost:
    """What drawing takes on an ordinary computer: c (size / 64)^power for each picture, in seconds and in bytes.

    `once_bytes` is for pictures that a set holds however many things are drawn.
    """

    seconds: float
    seconds_power: float
    bytes: float
    bytes_power: float
    once_bytes: float = 0.0
    once_power: float = 0.0

    def seconds_for(self, count: int, size: int) -> float:
        """How long so many pictures take."""
        return count * self.seconds * float((size / 64) ** self.seconds_power)

    def bytes_for(self, count: int, size: int) -> float:
        """How large their files are together."""
        side = size / 64
        return float(count * self.bytes * side**self.bytes_power + self.once_bytes * side**self.once_power)
