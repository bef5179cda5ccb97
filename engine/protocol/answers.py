"""What the engine says to the window: frozen events. An answer carries the ticket of what it answers."""

from __future__ import annotations

from dataclasses import field, replace

from engine.protocol.beside import ToldOfOthers
from engine.protocol.directions import DirectionAnswer
from engine.protocol.made import Made
from engine.protocol.pixels import BitsMeasured, HeldOutMeasured, PixelTold
from engine.protocol.record import record
from engine.protocol.requests import Request
from engine.protocol.scoring import ScoringTold
from engine.protocol.sheets import Layout
from engine.protocol.values import (
    DatasetDescribed,
    FamilyDescribed,
    Image,
    MakeableDescribed,
    ModelDescribed,
    Point,
    Problem,
    Recipe,
    ScoreDescribed,
    Stop,
    View,
)
from engine.protocol.walks import Walk


@record
class Ready:
    """torch is imported and warm; commands are answered from now on."""

    device: str
    device_label: str
    threads: int
    devices: tuple[str, ...] = ()
    """What can be chosen here: auto, cpu, cuda, mps."""
    note: str = ""
    """Why it works elsewhere than was wished."""


@record
class ModelOpened:
    """`model` is now the one that is explored."""

    source: str
    model: ModelDescribed
    axes_were: tuple[tuple[int, int, float], ...] = ()
    """Where it goes on from the copy that was shown while it learned: index of each axis then and now, and the way."""
    ticket: int = 0


@record
class Republished:
    """What is shown of a run that learns is newer from now on: the same recipes draw other pictures."""

    model: ModelDescribed
    """As it will be described once the axes of this number are taken."""
    step: int
    images: int
    axes: int = 0
    """The number of the survey that can be taken; 0 when there is no newer one."""
    ticket: int = 0


@record
class MomentKept:
    """A moment of a run that learns is a snapshot now, under a fingerprint of its own."""

    model: str
    """The fingerprint that its recipes had."""
    path: str
    fingerprint: str
    ticket: int = 0


@record
class Rendered:
    """An answer to Render. `final` is False while a drawing family is still drawing."""

    view: View
    ticket: int
    model: str
    image: Image
    point: Point | None
    """The base place before directions, axes and truncation; None for families without a latent space."""
    final: bool
    progress: float
    render_ms: float
    recipe: Recipe
    moment: int = 0
    """Which copy of a run that learns drew it."""
    drawn: int = 0
    """How many pixels of the model's order are drawn, while it is not final; before the first, a sketch or grey."""


@record
class Encoded:
    """The point of a picture, and how far its reconstruction is from it among the training pictures' own."""

    path: str
    model: str
    point: tuple[float, ...]
    distance: float
    percentile: float | None
    ticket: int = 0


@record
class PictureKept:
    """A picture is kept under this name, which recipes take for `source` or `known`."""

    name: str
    image: Image = field(compare=False)
    """As it is kept, with its alpha (H, W, 4)."""
    ticket: int = 0


@record
class RecipeRead:
    """What a picture remembers: its cells' recipes in reading order."""

    path: str
    recipes: tuple[Recipe, ...]
    columns: int
    source: str
    """Where the model was when the picture was made: a bundled name or a path."""
    image: Image | None = field(default=None, compare=False)
    walk: Walk | None = None
    """The path that a film was made of."""
    layout: Layout | None = None
    """Where a grid's cells are, if not side by side."""
    others: tuple[tuple[str, str], ...] = ()
    """Where further models of its cells are, by fingerprint."""
    ticket: int = 0


@record
class Exported:
    """A file was written, perhaps another one `beside` it."""

    path: str
    files: int = 1
    beside: str = ""
    ticket: int = 0


@record
class ExportProgressed:
    """Cells drawn so far of an export that takes a while."""

    path: str
    done: int
    of: int
    ticket: int = 0


@record
class Preparing:
    """Work before the first step (reading pictures, building the networks), so that nobody waits in the dark."""

    what: str
    done: int
    of: int
    ticket: int = 0


@record
class Evaluating:
    """How far a measurement is."""

    what: str
    done: int
    of: int
    ticket: int = 0


@record
class Evaluated:
    """What the open model scores, and what could not be measured, each with the reason."""

    model: str
    scores: tuple[ScoreDescribed, ...]
    unavailable: tuple[tuple[str, str], ...]
    ticket: int = 0


@record
class TrainingStarted:
    """A run began; `model` can be explored from its first picture on."""

    run: str
    name: str
    family: str
    images_planned: int
    told: tuple[tuple[int, tuple[tuple[str, float], ...]], ...] = field(default=(), repr=False)
    """What a resumed run reported before, thinned: pictures seen, and the losses there."""
    ticket: int = 0


@record
class Progressed:
    """At most ten a second. Progress is counted in images seen."""

    run: str
    step: int
    steps: int
    images: int
    images_per_s: float
    losses: tuple[tuple[str, float], ...]
    eta_s: float
    health: str = ""
    """How it goes, in plain words."""
    cpu_seconds: float = 0.0
    """Processor seconds of learning, of calls before this one too."""
    ticket: int = 0


@record
class Sampled:
    """Pictures of the same fixed seeds at one moment of a run."""

    run: str
    step: int
    images: int
    grid: tuple[Image, ...]
    ticket: int = 0


@record
class Snapshotted:
    """EMA weights were kept; `model` is what the render lane shows of the run from now on."""

    run: str
    step: int
    path: str
    ticket: int = 0


@record
class Finished:
    """A run ended; `path` is its model ('' when there was nothing to keep)."""

    run: str
    reason: Stop
    step: int
    images: int
    path: str
    fingerprint: str
    sha256_state: str
    seconds: float
    sentence: str = ""
    trouble: Problem | None = None
    """What could not be done at its end, though the model is kept."""
    ticket: int = 0


@record
class FamiliesListed:
    families: tuple[FamilyDescribed, ...]
    ticket: int = 0


@record
class ConfigChecked:
    """Why no run can begin with the settings that `ticket` asked about; `sentence` is empty when one can."""

    ticket: int = 0
    sentence: str = ""
    field: str = ""
    """The setting to change; empty when it is not one alone."""


@record
class FolderSeen:
    """A folder as a set of pictures, with samples and what speaks against it."""

    data: DatasetDescribed
    ticket: int = 0


@record
class DatasetsListed:
    datasets: tuple[DatasetDescribed, ...]
    ticket: int = 0


@record
class MakeablesListed:
    makeables: tuple[MakeableDescribed, ...]
    ticket: int = 0


@record
class SetProgressed:
    """How far the drawing of a set is; at most ten a second. `eta_s` is 0 while nobody knows."""

    out: str
    what: str
    done: int
    of: int
    eta_s: float = 0.0
    ticket: int = 0


@record
class SetMade:
    """A set stands in its folder, whole or as far as it was wanted."""

    out: str
    what: str
    count: int
    """Faces, pairs, glyphs or points."""
    asked: int
    size: int
    seconds: float
    reason: Stop
    bytes: int = 0
    pair: str = ""
    dimensions: int = 0
    ticket: int = 0


@record
class SetPreviewed:
    """A few of what an order would draw, `columns` people side by side, `stacked` pictures of each one under the other.

    Until it is `final` it holds the first of `of` pictures.
    """

    ticket: int = 0
    images: tuple[Image, ...]
    of: int
    columns: int
    stacked: int
    final: bool


@record
class Failed:
    """A request could not be done; nothing else changed."""

    command: Request | None
    """What was asked; None when the engine itself fails."""
    problem: Problem
    ticket: int = 0


@record
class Stopped:
    """The engine's last word."""

    clean: bool


Answer = (
    ModelOpened
    | Republished
    | MomentKept
    | Rendered
    | Encoded
    | RecipeRead
    | PictureKept
    | DirectionAnswer
    | Exported
    | ExportProgressed
    | Preparing
    | Evaluating
    | Evaluated
    | BitsMeasured
    | PixelTold
    | HeldOutMeasured
    | TrainingStarted
    | Progressed
    | Sampled
    | Snapshotted
    | Finished
    | FamiliesListed
    | ConfigChecked
    | FolderSeen
    | DatasetsListed
    | MakeablesListed
    | SetProgressed
    | SetMade
    | SetPreviewed
    | ToldOfOthers
    | ScoringTold
    | Made
    | Failed
)

Event = Ready | Answer | Stopped


def answering(event: Event, ticket: int) -> Event:
    """The event as the answer to a request."""
    return event if isinstance(event, Ready | Stopped) else replace(event, ticket=ticket)
