"""Entries of the library in words: what they are, where they stand, when, and what they score."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from enum import StrEnum

from app.controls.durations import file_size
from app.controls.numbers import count_text
from app.store.library import State
from engine.disk.recipes import known_as
from engine.protocol.library import Entry, Origin
from engine.protocol.score_words import score_kind
from engine.protocol.values import Better, ScoreDescribed

_HEADLINES = ("fid", "bits_per_dim", "kid", "mse", "recall")
"""The score that stands for a model is the first of these that it has."""


class Shelf(StrEnum):
    """What of the library is shown."""

    ALL = "Everything"
    BUNDLED = "Bundled"
    TRAINED = "Trained here"
    ELSEWHERE = "From elsewhere"
    UNFINISHED = "Not finished"
    TRASH = "In the trash"


class Order(StrEnum):
    """What comes first."""

    NEWEST = "Newest first"
    NAME = "By name"
    KIND = "By kind"
    SCORE = "Best score first"
    LONGEST = "Learned longest first"
    LARGEST = "Largest file first"


def stands_on(entry: Entry, state: State, shelf: Shelf) -> bool:
    """Whether an entry is shown there; what is in the trash is shown nowhere else."""
    if shelf is Shelf.TRASH or state is State.TRASH:
        return shelf is Shelf.TRASH and state is State.TRASH
    match shelf:
        case Shelf.BUNDLED:
            return entry.origin is Origin.BUNDLED
        case Shelf.TRAINED:
            return entry.origin is Origin.RUN
        case Shelf.ELSEWHERE:
            return entry.origin is Origin.FILE
        case Shelf.UNFINISHED:
            return state in (State.UNFINISHED, State.LEARNING, State.PAUSED)
        case _:
            return True


def rank(entry: Entry, title: str, order: Order) -> tuple[float | str, ...]:
    """What entries are sorted by; what comes first is smallest, and names decide the rest."""
    name = title.casefold()
    match order:
        case Order.NAME:
            return (name,)
        case Order.KIND:
            return entry.family, name
        case Order.SCORE:
            score = headline(entry.scores)
            if score is None:
                return math.inf, 0.0, name
            value = -score.value if score_kind(score.name).better is Better.HIGHER else score.value
            return float(_HEADLINES.index(score.name)), value, name
        case Order.LONGEST:
            return -entry.images, name
        case Order.LARGEST:
            return -entry.bytes, name
        case _:
            return -entry.changed, name


def kind_words(entry: Entry, families: Mapping[str, str], data: Mapping[str, str]) -> str:
    """VAE · Rendered faces · 64 px."""
    parts = [families.get(entry.family, entry.family), data_words(entry.data, data)]
    return " · ".join([part for part in parts if part] + ([f"{entry.size} px"] if entry.size else []))


def data_words(name: str, labels: Mapping[str, str]) -> str:
    """What it learned from: a set by its label, a folder by its name."""
    return labels.get(name) or labels.get(name.removeprefix("bundled:")) or known_as(name)


def state_words(entry: Entry, state: State, share: float) -> str:
    """Where it stands."""
    done = f"{100 * share:.0f} %"
    match state:
        case State.LEARNING:
            return f"Learning · {done}"
        case State.PAUSED:
            return f"Paused · {done}"
        case State.EARLY:
            return f"Finished early · {done}"
        case State.UNFINISHED:
            return f"Not finished · {done}" if entry.step else "Not begun"
        case State.DAMAGED:
            return "Damaged"
        case State.TRASH:
            return "In the trash"
        case _:
            return "Bundled" if entry.origin is Origin.BUNDLED else "Finished"


def headline(scores: tuple[ScoreDescribed, ...]) -> ScoreDescribed | None:
    """The score that stands for all."""
    found = {score.name: score for score in scores}
    return next((found[name] for name in _HEADLINES if name in found), None)


def score_label(name: str) -> str:
    """A score's name for people."""
    return score_kind(name).label


def score_text(score: ScoreDescribed) -> str:
    """1.52 ± 0.08."""
    if not score.stderr or not math.isfinite(score.stderr):
        return f"{score.value:.3g}"
    digits = max(0, min(6, 1 - math.floor(math.log10(abs(score.stderr)))))
    return f"{score.value:.{digits}f} ± {score.stderr:.{digits}f}"


def headline_words(scores: tuple[ScoreDescribed, ...]) -> str:
    """FID 1.52."""
    score = headline(scores)
    if score is None:
        return ""
    short = "Bits/dim" if score.name == "bits_per_dim" else score_label(score.name)
    return f"{short} {score.value:.3g}"


def when_words(seconds: float, now: float | None = None) -> str:
    """Just now, 5 min ago, yesterday, 12 March 2026."""
    if not seconds:
        return ""
    now = time.time() if now is None else now
    ago = now - seconds
    if ago < 90:
        return "just now"
    if ago < 5400:
        return f"{round(ago / 60)} min ago"
    days = (time.mktime(_midnight(now)) - time.mktime(_midnight(seconds))) / 86400
    if days < 0.5:
        hours = round(ago / 3600)
        return f"{hours} hour{'s' if hours > 1 else ''} ago"
    if days < 1.5:
        return "yesterday"
    if days < 14.5:
        return f"{round(days)} days ago"
    return time.strftime("%d %B %Y", time.localtime(seconds)).lstrip("0")


def learned_words(entry: Entry) -> str:
    """2 000 of 4 000 steps · 128 000 pictures · 12 minutes."""
    parts = []
    if entry.step or entry.steps:
        of = f" of {count_text(entry.steps)}" if entry.steps and entry.steps != entry.step else ""
        parts.append(f"{count_text(entry.step)}{of} steps")
    if entry.images:
        parts.append(f"{count_text(entry.images)} pictures seen")
    if entry.seconds:
        parts.append(span_words(entry.seconds))
    return " · ".join(parts)


def span_words(seconds: float) -> str:
    """How long something took."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def size_words(entry: Entry) -> str:
    """How much room it takes."""
    return file_size(entry.bytes) if entry.bytes else ""


def matches(entry: Entry, words: str, told: str) -> bool:
    """Whether every word that is searched for stands somewhere in what is told of an entry."""
    text = f"{told} {entry.note} {entry.preset} {known_as(entry.source)}".casefold()
    return all(word in text for word in words.casefold().split())


def _midnight(seconds: float) -> time.struct_time:
    day = time.localtime(seconds)
    return time.struct_time((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))
