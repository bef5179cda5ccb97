"""A run in words: its state, its speed, how it ended."""

from __future__ import annotations

from enum import StrEnum

from app.controls.durations import time_left
from app.controls.numbers import count_text
from app.store.learning.run_state import RunState
from engine.protocol.values import Stop


class Phase(StrEnum):
    """Where a run stands, as far as the page must differ."""

    NONE = "none"
    PREPARING = "preparing"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    FINISHED = "finished"
    DIVERGED = "diverged"
    CANCELLED = "cancelled"
    """Ended by a person before there was anything to keep."""
    FAILED = "failed"


def phase_of(run: RunState | None) -> Phase:
    """Where it stands."""
    if run is None:
        return Phase.NONE
    if run.failure:
        return Phase.CANCELLED if run.stopping else Phase.FAILED
    if run.reason is not None:
        return Phase.DIVERGED if run.reason is Stop.DIVERGED else Phase.FINISHED
    if run.stopping:
        return Phase.STOPPING
    if run.paused:
        return Phase.PAUSED
    return Phase.PREPARING if run.stage or not run.step else Phase.RUNNING


def state_words(run: RunState) -> str:
    """One line under the run's name."""
    match phase_of(run):
        case Phase.PREPARING:
            done = f" {count_text(run.stage_done)} of {count_text(run.stage_of)}" if run.stage_of > 1 else ""
            return f"{run.stage or 'Taking the first steps'}{done}…"
        case Phase.RUNNING:
            return "Training. You can go on exploring meanwhile."
        case Phase.PAUSED:
            return "Paused. Nothing is lost; go on whenever you like."
        case Phase.STOPPING:
            return "Finishing: keeping what it has learned…"
        case Phase.FINISHED:
            way = "Finished early" if run.reason is Stop.STOPPED else "Finished"
            return f"{way} after {span_words(run.seconds)}."
        case Phase.DIVERGED:
            return f"Stopped by itself after {span_words(run.seconds)}."
        case Phase.CANCELLED:
            return "Stopped before it had learned anything."
        case Phase.FAILED:
            return "It could not go on." if run.step else "It could not begin."
        case _:
            return ""


def progress_words(run: RunState) -> str:
    """26 240 pictures · 41 % · 640 pictures/s · 12 min left."""
    if not run.images:
        return ""
    parts = [f"{count_text(run.images)} pictures"]
    if run.steps and not run.is_over:
        parts.append(f"{100 * run.share:.0f} %")
        if run.images_per_s > 0 and not run.paused and not run.stopping:
            parts.append(f"{rate_text(run.images_per_s)} pictures/s")
            if left := time_left(run.eta_s):
                parts.append(left)
    return " · ".join(parts)


def health_words(run: RunState) -> str:
    """The sentence that matters most now."""
    if run.failure:
        return run.failure if phase_of(run) is Phase.FAILED else ""
    if run.is_over:
        return run.sentence
    return run.health


def rate_text(rate: float) -> str:
    """640, 12.5: two or three digits."""
    return f"{rate:.1f}" if rate < 20 else count_text(round(rate))


def span_words(seconds: float) -> str:
    """A duration as one says it."""
    if seconds < 90:
        whole = max(1, round(seconds))
        return f"{whole} second{'s' if whole > 1 else ''}"
    if seconds < 5400:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds / 3600:.1f} hours"
