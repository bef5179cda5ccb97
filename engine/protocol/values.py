"""What messages are made of: pictures, recipes, problems, and models, families and data described as data.

Only the standard library is imported here, and numpy only for its types: the window is painted before it is loaded.
See `engine.protocol`, through which everybody reads these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from engine.protocol.costs import Cost
from engine.protocol.record import record
from engine.protocol.truths import EditTruth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Image: TypeAlias = "NDArray[np.uint8]"
"""A picture: (height, width, 3) uint8, contiguous and read-only."""

Point: TypeAlias = "NDArray[np.float32]"
"""A place: the latent coordinates."""


@dataclass(frozen=True, slots=True)
class View:
    """Where on the screen a picture belongs: its panel, which of the panel's rows, and which picture of the row.

    The engine only compares views: of each it draws what was asked last, and the canvas goes before all others.
    """

    panel: str
    """A name that one panel gives itself; panels are not a closed set, each page brings its own."""
    key: str = ""
    index: int = 0


CANVAS = View("canvas")


class Capability(StrEnum):
    """What a family can do; panels read these and never ask which family it is."""

    DECODE = "decode"
    ENCODE = "encode"
    LIKELIHOOD = "likelihood"
    PIXELWISE = "pixelwise"
    """It tells of every pixel how likely it was, given those drawn before it."""
    PROGRESSIVE = "progressive"
    CONDITION = "condition"
    TRANSLATE = "translate"
    COMPLETE = "complete"


class ConditionKind(StrEnum):
    """What kind of thing a model can be asked for."""

    CLASS = "class"
    """One of named choices."""
    NUMBER = "number"
    """How much of something, between two ends."""
    TEXT = "text"
    """A sentence."""


class Better(StrEnum):
    """Which way a number of a run should go."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Stop(StrEnum):
    """Why a run ended."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    DIVERGED = "diverged"


class Tier(StrEnum):
    """Who a setting is for: everybody, or people who open the disclosure."""

    SIMPLE = "simple"
    EXPERT = "expert"


@record
class Recipe:
    """Everything that determines an image; equal recipes give equal bytes on one machine.

    The base place is drawn from `seed` (or is `point`), `raw` then overrides single coordinates, truncation pulls
    it toward the centre, and `axes` and `directions` displace it (in sigmas): z = c + truncation (base - c) + shift.
    What else a model is asked for stands in `conditions` and `settings`; pictures that it starts from are named by the
    hash of their content.
    """

    model: str
    """Fingerprint of the model."""
    seed: int = 0
    point: tuple[float, ...] | None = None
    """Explicit base place (an encoded picture, the result of arithmetic) instead of the one drawn from `seed`."""
    raw: tuple[tuple[int, float], ...] = ()
    axes: tuple[tuple[int, float], ...] = ()
    directions: tuple[tuple[str, float], ...] = ()
    truncation: float = 1.0
    conditions: tuple[tuple[str, float | str], ...] = ()
    """By name: the place of a class among its choices, a number, or a sentence."""
    settings: tuple[tuple[str, float], ...] = ()
    """How to sample, by name (temperature); what is not told is at the model's default."""
    source: str = ""
    """Content hash of the picture that is translated."""
    known: str = ""
    """Content hash of the pixels that are given (their alpha is 255); the model draws the others."""
    app: str = ""


@record
class Problem:
    """A failure a person can act on. `sentence` names the file and what to do; `details` is for the log."""

    code: str
    sentence: str
    path: str = ""
    details: str = ""


@record
class Field:
    """One setting of a family's config, as the dialog and the command line see it."""

    name: str
    kind: str
    """int, float, bool, choice or text."""
    default: Any
    low: float | None = None
    high: float | None = None
    above: float | None = None
    """Its values are greater than this one, which is none of them; `below` likewise."""
    below: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """What people read for each of the choices; empty shows the choices themselves."""
    unit: str = ""
    label: str = ""
    help: str = ""
    symbol: str = ""
    """What papers call it."""
    tier: Tier = Tier.SIMPLE
    few: int = 0
    """Its first choice acts where it is learned from fewer pictures than that; 0 where pictures are not counted."""
    is_common: bool = False
    """Whether every family has it: how long and how hard it learns, nothing of what it is."""


@record
class Preset:
    """A training config with a name."""

    name: str
    label: str
    data: str
    config: tuple[tuple[str, Any], ...]
    note: str = ""
    after: str = ""
    """FAMILY/NAME of the preset whose result it begins with."""
    hours: float = 0.0
    """What it takes on one core, where that was measured."""


@record
class Condition:
    """Something a model can be asked for: a class, a number or a sentence. What is not asked is left to the model."""

    name: str
    label: str
    kind: ConditionKind = ConditionKind.CLASS
    choices: tuple[str, ...] = ()
    """Of a class."""
    low: float = 0.0
    high: float = 1.0
    """Ends of a number."""
    low_word: str = ""
    high_word: str = ""
    words: tuple[str, ...] = ()
    """The words of a sentence that the model knows."""
    length: int = 0
    """How many words of a sentence it reads."""


@record
class Setting:
    """A number that says how a model samples: a temperature, how many of its steps are taken."""

    name: str
    label: str
    low: float
    high: float
    default: float
    step: float = 0.0
    """Smallest useful change; 0 for any."""
    help: str = ""
    walks: bool = False
    """Whether its values are the steps of a walk from where a picture begins: what happens on the way can be asked for
    (`FollowSteps`)."""


@record
class Monitor:
    """A number of a run worth a curve, in words, and what its height says."""

    name: str
    label: str
    help: str = ""
    better: Better = Better.NEITHER
    is_companion: bool = False
    """Whether it is drawn also where another curve says the same: the two are there to be seen together."""
    parts: str = ""
    """How the names of its parts begin, one for each coordinate, kl_0, kl_1 and so on; bars show them, not curves."""
    low: float | None = None
    high: float | None = None
    """A healthy run keeps it between these; the sentences say so, and what it means when it does not."""
    below: str = ""
    between: str = ""
    above: str = ""


@record
class FamilyDescribed:
    """A family as data: the train dialog is generated from it."""

    name: str
    label: str
    summary: str
    """What it is, in a sentence."""
    capabilities: tuple[Capability, ...]
    presets: tuple[Preset, ...]
    fields: tuple[Field, ...]
    when: str = ""
    """When to choose it, in a sentence for people who never read a paper."""
    monitors: tuple[Monitor, ...] = ()
    """The curves of its runs, most telling first; empty shows all there are."""
    takes: tuple[str, ...] = ()
    """The other families with parts of whose models its runs may begin."""
    takes_with: tuple[tuple[str, Any], ...] = ()
    """Settings with which it has these parts."""


@record
class DirectionDescribed:
    """A named displacement of points that one model offers, with how far it may go in sigmas."""

    name: str
    label: str
    low: float
    high: float
    low_word: str = ""
    high_word: str = ""
    help: str = ""
    is_hidden: bool = False
    """Deleted: places that use it are drawn, and it is offered no more."""
    told: float | None = None
    """Share of its attribute that the model's points tell, where pictures with the attribute were surveyed."""


@record
class AxisDescribed:
    """A principal axis of the model's points."""

    index: int
    label: str
    sigma: float
    """One standard deviation along the axis, in latent units."""
    share: float
    """Share of the variance of the points that this axis explains."""


@record
class ModelDescribed:
    """All that the window knows of a model."""

    fingerprint: str
    name: str
    path: str
    family: str
    family_label: str
    capabilities: tuple[Capability, ...]
    channels: int
    size: int
    latent: int
    """Number of latent coordinates; 0 for families that have none."""
    directions: tuple[DirectionDescribed, ...] = ()
    axes: tuple[AxisDescribed, ...] = ()
    conditions: tuple[Condition, ...] = ()
    sampling: tuple[Setting, ...] = ()
    """What can be set of how it samples."""
    edits: tuple[EditTruth, ...] = ()
    """How true its sliders are, where that was measured."""
    card: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, Any], ...] = ()
    """What it was built with: a run that begins with its weights needs their shapes."""
    order: tuple[int, ...] = ()
    """In which order it draws its pixels, counted in reading order; empty when it does not draw pixel by pixel."""
    instead: tuple[int, ...] = ()
    """For each pixel the one whose colour stands there until it is drawn; empty where nothing does."""
    live: bool = False
    """Whether it is a run that learns: its pictures change while one looks."""
    can_begin: bool = False
    """Whether a run may begin with its weights: what a generator was trained against is not in its file."""


@record
class ScoreDescribed:
    """A metric of a model over `n` pictures, its standard error, and what real pictures score (None: means nothing)."""

    name: str
    value: float
    stderr: float
    n: int
    real: float | None = None


@record
class PairDescribed:
    """Two pictures of one head: a line sketch and the face, by day and in the evening."""

    name: str
    label: str
    note: str
    traced: int
    """How often a head is drawn for it."""


@record
class MakeableDescribed:
    """A set that can be drawn: faces, glyphs, or points of a density."""

    name: str
    label: str
    note: str
    fields: tuple[Field, ...]
    """What can be chosen of count, size and seed."""
    cost: Cost
    attributes: tuple[Field, ...] = ()
    """What can be held still, or changed between the two pictures of a pair."""
    pairs: tuple[PairDescribed, ...] = ()
    dimensions: int = 0
    """Of a density's points; 0 for pictures."""
    thumbnail: Image | None = field(default=None, compare=False)


@record
class DatasetDescribed:
    """A set of pictures one can train on."""

    name: str
    label: str
    images: int
    size: int
    channels: int
    attributes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    installed: bool = True
    note: str = ""
    kind: str = "pictures"
    """`pictures`, or `density`: points that no model of pictures learns from."""
    dimensions: int = 0
    """Of a density's points; 0 for pictures."""
    remedy: str = ""
    """The one line that installs it, when it is not here."""
    sources: bool = False
    """Whether it holds pairs: what is translated, and into what."""
    warnings: tuple[str, ...] = ()
    """What speaks against a person's own pictures, a sentence each."""
    samples: tuple[Image, ...] = field(default=(), compare=False)
    thumbnail: Image | None = field(default=None, compare=False)
