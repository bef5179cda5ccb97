"""How long something takes, as it can be taken in: rough, because estimates are."""

from __future__ import annotations

import math


def rounded_ms(milliseconds: float) -> str:
    """A duration as it can be taken in: 0.4 ms, 6 ms, 2.1 s."""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.1f} ms" if milliseconds < 1 else f"{milliseconds:.0f} ms"


def time_left(seconds: float) -> str:
    """A wait in words: rough, because estimates are."""
    if not math.isfinite(seconds) or seconds <= 0:
        return ""
    if seconds < 90:
        return f"{max(1, round(seconds))} s left"
    if seconds < 5400:
        return f"{round(seconds / 60)} min left"
    return f"{seconds / 3600:.1f} h left"


def about(seconds: float) -> str:
    """A span in words: a moment, about 30 s, about 5 min, about 2.5 h."""
    if not math.isfinite(seconds) or seconds < 3:
        return "a moment"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5 if seconds > 12 else round(seconds)} s"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


def file_size(count: float) -> str:
    """Bytes in words: 20 kB, 1.7 MB, 3.2 GB."""
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if count >= 0.95 * unit:
            return f"{count / unit:.1f} {name}"
    return f"{max(1, round(count / 1e3))} kB"
