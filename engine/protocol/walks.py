"""Paths through a model's places: what one goes by, how long each takes, and which way between them.

Called a walk here, because a path is a file's.
"""

from __future__ import annotations

from enum import StrEnum

from engine.protocol.record import record
from engine.protocol.values import Recipe

LEAST_S, MOST_S = 0.1, 60.0
"""How long the way from one keyframe to the next may take."""
USUAL_S = 1.5
KEYFRAMES_LIMIT = 200


class Way(StrEnum):
    """How a path runs between its keyframes."""

    LINEAR = "linear"
    SLERP = "slerp"
    SPLINE = "spline"
    EVEN = "even"
    """The spherical way, walked so that the picture changes at one speed."""


class Easing(StrEnum):
    """How the time between two keyframes passes."""

    STEADY = "steady"
    GENTLE = "gentle"
    """Slow at both ends."""
    SLOW_START = "slow-start"
    SLOW_END = "slow-end"


class Film(StrEnum):
    """What a path can be written as."""

    GIF = "gif"
    WEBP = "webp"
    APNG = "apng"
    MP4 = "mp4"
    FRAMES = "frames"
    """A folder of PNG pictures, one for each frame."""
    STRIP = "strip"
    """All frames side by side in one PNG."""


@record
class Keyframe:
    """A place to go through, and the way from it to the next."""

    recipe: Recipe
    seconds: float = USUAL_S
    easing: Easing = Easing.STEADY


@record
class Walk:
    """A path. A closed one goes on from its last keyframe to its first."""

    keyframes: tuple[Keyframe, ...] = ()
    way: Way = Way.SLERP
    closed: bool = False

    @property
    def model(self) -> str:
        """Fingerprint of the model whose places these are; empty without any."""
        return self.keyframes[0].recipe.model if self.keyframes else ""

    @property
    def spans(self) -> tuple[Keyframe, ...]:
        """The keyframes that a way begins at."""
        if len(self.keyframes) < 2:
            return ()
        return self.keyframes if self.closed else self.keyframes[:-1]

    @property
    def seconds(self) -> float:
        """How long all of it takes."""
        return sum(keyframe.seconds for keyframe in self.spans)

    @property
    def starts(self) -> tuple[float, ...]:
        """When each keyframe is reached; a closed path ends, at `seconds`, where it began."""
        found, now = [], 0.0
        for keyframe in self.keyframes:
            found.append(now)
            now += keyframe.seconds
        return tuple(found)

    def frames(self, frames_per_s: float) -> int:
        """How many pictures it is; a path with a way has two or more."""
        return max(2, round(self.seconds * frames_per_s)) if self.spans else len(self.keyframes[:1])


@record
class Measured:
    """How a way looks: how fast its pictures change, and how far its points are from the centre."""

    way: Way
    seconds: tuple[float, ...]
    """When each of the steps that follow is half taken."""
    speeds: tuple[float, ...]
    """Root mean square change of all pixels, of their whole range, in a second."""
    norms: tuple[float, ...]
    """At the beginning of each step."""

    @property
    def unevenness(self) -> float:
        """The largest speed over the mean; 1 is perfectly even."""
        mean = sum(self.speeds) / len(self.speeds) if self.speeds else 0.0
        return max(self.speeds) / mean if mean > 0 else 1.0
