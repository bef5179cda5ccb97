"""What the scores of one run over time say of its course: that it rose, that it never did, that it fell again."""

from __future__ import annotations

from collections.abc import Sequence

RISEN = 1.0 / 9.0
"""So far from one, which noise scores, toward real pictures' inception score a run has to come: one that never did has
not begun to draw. Of ten classes that is 2, of two 1.1."""
TEN_CLASSES = 10.0
FEW_CLASSES, FALLEN = 0.5, 0.5
"""A collapse: in the end a diversity below the first, or an inception score below this share of the run's own best."""


def has_begun(inceptions: Sequence[float | None], real: float | None = None) -> bool:
    """Whether a run ever drew what a classifier knows; True where nobody asked one. `real` pictures' score is that of
    ten classes unless it is known."""
    known = [value for value in inceptions if value is not None]
    return not known or max(known) > 1.0 + RISEN * ((real or TEN_CLASSES) - 1.0)


def collapse(inceptions: Sequence[float | None], diversities: Sequence[float | None], real: float | None = None) -> str:
    """Why a run counts as collapsed at its end, in words; empty where it does not.

    Who has not risen cannot fall: noise is of one class too, and a run that was cut short is no collapse.
    """
    known = [value for value in inceptions if value is not None]
    if not has_begun(inceptions, real):
        return ""
    last = diversities[-1] if diversities else None
    if last is not None and last < FEW_CLASSES:
        return f"diversity {last:.2f}"
    if known and inceptions[-1] is not None and known[-1] < FALLEN * max(known):
        return f"inception score from {max(known):.1f} to {known[-1]:.1f}"
    return ""
