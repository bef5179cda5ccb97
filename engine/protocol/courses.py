"""What the scores of one run over time say of its course: that it rose, that it never did, that it fell again."""

from __future__ import annotations

from collections.abc import Sequence

RISEN = 2.0
"""An inception score that noise does not have: a run that never had more has not begun to draw."""
FEW_CLASSES, FALLEN = 0.5, 0.5
"""A collapse: in the end a diversity below the first, or an inception score below this share of the run's own best."""


def has_begun(inceptions: Sequence[float | None]) -> bool:
    """Whether a run ever drew what a classifier knows; True where nobody asked one."""
    known = [value for value in inceptions if value is not None]
    return not known or max(known) > RISEN


def collapse(inceptions: Sequence[float | None], diversities: Sequence[float | None]) -> str:
    """Why a run counts as collapsed at its end, in words; empty where it does not.

    Who has not risen cannot fall: noise is of one class too, and a run that was cut short is no collapse.
    """
    known = [value for value in inceptions if value is not None]
    if not has_begun(inceptions):
        return ""
    last = diversities[-1] if diversities else None
    if last is not None and last < FEW_CLASSES:
        return f"diversity {last:.2f}"
    if known and inceptions[-1] is not None and known[-1] < FALLEN * max(known):
        return f"inception score from {max(known):.1f} to {known[-1]:.1f}"
    return ""
