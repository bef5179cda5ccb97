"""The library: every model and every run as data, what is asked about them, and what is answered."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Any

from engine.protocol.record import record
from engine.protocol.values import Image, ScoreDescribed
from engine.protocol.worths import Weakness


class Origin(StrEnum):
    """Where an entry comes from."""

    BUNDLED = "bundled"
    RUN = "run"
    FILE = "file"
    """A model's file that was opened from somewhere."""


class Standing(StrEnum):
    """How far an entry is."""

    FINISHED = "finished"
    EARLY = "early"
    """There is a result, though not every step was taken."""
    UNFINISHED = "unfinished"
    """Cut off, or left before there was a result."""
    DAMAGED = "damaged"


@record
class Entry:
    """A model or a run, as far as it can be told without opening it."""

    source: str
    """What opens it: a bundled name, the folder of a run, or a file."""
    origin: Origin
    name: str
    standing: Standing = Standing.FINISHED
    family: str = ""
    data: str = ""
    """What it learned from, as it was asked for."""
    size: int = 0
    """Pixels on a side of its pictures."""
    step: int = 0
    steps: int = 0
    images: int = 0
    """Pictures seen."""
    seconds: float = 0.0
    """How long it has learned; 0 where nobody knows."""
    bytes: int = 0
    changed: float = 0.0
    """When it was written last, in seconds since 1970."""
    fingerprint: str = ""
    """Empty until somebody has read the whole file."""
    scores: tuple[ScoreDescribed, ...] = ()
    note: str = ""
    """What a person wrote about it."""
    trouble: str = ""
    """Why it cannot be used, in a sentence."""
    config: tuple[tuple[str, Any], ...] = ()
    preset: str = ""
    start: str = ""
    """What its weights began with."""
    can_open: bool = True
    can_go_on: bool = False
    """Whether a checkpoint, or nothing but its settings, is there to go on from."""
    is_in_trash: bool = False


@record
class Snapshot:
    """One moment of a run that can be explored."""

    step: int
    path: str
    is_kept: bool = False
    """Kept by a person, not by the clock."""


@record
class Fact:
    """A line of a card. `is_own` marks a setting that differs from what its family begins with."""

    label: str
    text: str
    is_own: bool = False


@record
class Slider:
    """A slider of a model, with what its ends mean and what it is worth."""

    name: str
    label: str
    low_word: str = ""
    high_word: str = ""
    moves: float | None = None
    """How far it moves what it is named after from −2 to 2, in standard deviations; None where nobody measured it."""
    weakness: Weakness | None = None


@record
class Card:
    """All that is known of an entry, for people."""

    facts: tuple[Fact, ...] = ()
    scores: tuple[ScoreDescribed, ...] = ()
    settings: tuple[Fact, ...] = ()
    sliders: tuple[Slider, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    config_toml: str = ""
    folder: str = ""
    """Where its files lie."""


@record
class Told:
    """What a run reported: pictures seen, and its numbers there; and the last of each."""

    source: str
    name: str
    reports: tuple[tuple[int, tuple[tuple[str, float], ...]], ...] = field(repr=False)


# ---------------------------------------------------------------- asked


@record
class ListLibrary:
    """Ask for everything there is, or for these alone; answered by LibraryListed, part by part."""

    sources: tuple[str, ...] = ()
    ticket: int = field(default=0, compare=False)


@record
class IllustrateEntries:
    """Ask for a picture of each, which is drawn once and kept; answered by EntryIllustrated, one at a time."""

    sources: tuple[str, ...]
    ticket: int = field(default=0, compare=False)


@record
class DescribeEntry:
    """Ask for the card of one."""

    source: str
    ticket: int = field(default=0, compare=False)


@record
class ReadCurves:
    """Ask for what runs reported, thinned to what a screen shows."""

    sources: tuple[str, ...]
    ticket: int = field(default=0, compare=False)


@record
class RenameEntry:
    """Call it something else. A run's own files say so, too; of all else the library remembers it."""

    source: str
    name: str
    ticket: int = field(default=0, compare=False)


@record
class NoteEntry:
    """Keep what a person writes about it."""

    source: str
    text: str
    ticket: int = field(default=0, compare=False)


@record
class DiscardEntry:
    """Put a run into the trash, or a file out of the list; what learns, or is open elsewhere, stays where it is."""

    source: str
    ticket: int = field(default=0, compare=False)


@record
class BringBack:
    """Take an entry out of the trash."""

    source: str
    ticket: int = field(default=0, compare=False)


@record
class EraseEntry:
    """Delete what is in the trash for good."""

    source: str
    ticket: int = field(default=0, compare=False)


@record
class ExportModel:
    """Write a model, under the name that it has in the library, as one file."""

    source: str
    path: Path
    ticket: int = field(default=0, compare=False)


@record
class ExportTables:
    """Write everything that runs reported as one CSV, and beside it their figures as another."""

    sources: tuple[str, ...]
    path: Path
    ticket: int = field(default=0, compare=False)


@record
class ExportConfig:
    """Write what a run was asked for as TOML, which `train --preset FILE` reads."""

    source: str
    path: Path
    ticket: int = field(default=0, compare=False)


Shelving = (
    ListLibrary
    | IllustrateEntries
    | DescribeEntry
    | ReadCurves
    | RenameEntry
    | NoteEntry
    | DiscardEntry
    | BringBack
    | EraseEntry
    | ExportModel
    | ExportTables
    | ExportConfig
)
"""What is asked of the library."""


# ---------------------------------------------------------------- answered


@record
class LibraryListed:
    """Part of what there is. After the last part of a whole listing, what was not named is gone."""

    entries: tuple[Entry, ...]
    is_whole: bool
    is_last: bool
    ticket: int = 0


@record
class EntryIllustrated:
    """A picture of an entry; None where it has none to show."""

    source: str
    image: Image | None = field(compare=False)
    ticket: int = 0


@record
class EntryDescribed:
    """The card of an entry."""

    source: str
    card: Card
    ticket: int = 0


@record
class CurvesRead:
    """What runs reported, in the order in which they were asked for."""

    runs: tuple[Told, ...]
    ticket: int = 0


@record
class EntryChanged:
    """What stood under `was` is `entry` now; None if it is there no more."""

    was: str
    entry: Entry | None
    ticket: int = 0


Shelved = LibraryListed | EntryIllustrated | EntryDescribed | CurvesRead | EntryChanged
"""What the library answers; exports are answered by Exported."""
