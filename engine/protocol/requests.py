"""What the window asks of the engine: frozen commands.

What is answered carries a `ticket`, a number that the client hands out; every answer, also `Failed`, carries it back,
so that nobody has to guess by the order in which answers come. Who waits is no part of what is asked: requests that
differ in their ticket alone are equal.
"""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Any

from engine.protocol.beside import SampleBeside
from engine.protocol.directions import DirectionRequest
from engine.protocol.library import Shelving
from engine.protocol.record import record
from engine.protocol.scoring import Scoring
from engine.protocol.sheets import Sheet
from engine.protocol.sums import Sum
from engine.protocol.values import DatasetDescribed, Image, Recipe, View
from engine.protocol.walks import Film, Walk


@record
class OpenModel:
    """Open a model file, a run folder or a bundled name, and make it the one that is explored."""

    source: str
    fingerprint: str = ""
    """Of the model that a place belongs to: by this it is found where `source` is a mere name, or where it was."""
    ticket: int = field(default=0, compare=False)


@record
class Render:
    """Draw `recipe` for `view`; a newer request for the same view replaces this one if it is still waiting."""

    view: View
    ticket: int
    recipe: Recipe
    progressive: bool = False
    """Show a drawing family's picture as it grows (the canvas); thumbnails only want the end."""


@record
class TakeAxes:
    """From the next render on, the axes and directions of the survey of this number (or of an older one still there).

    Said when no hand is on a slider: what is shown of a run that learns changes its weights at any time, and its axes
    only then.
    """

    number: int


@record
class KeepMoment:
    """Keep what is shown of a run that learns as a snapshot, so that places of this moment can be gone to again."""

    moment: int
    """The number that the picture carried; a moment that is gone by now is the newest one."""
    ticket: int = field(default=0, compare=False)


@record
class CancelRender:
    """Forget what `view` asked for, also when it is half drawn."""

    view: View


@record
class Encode:
    """Find the point of a picture file in the open model."""

    path: Path
    ticket: int = field(default=0, compare=False)


@record
class ReadRecipe:
    """Read the recipes that an exported picture carries (a still has one, a grid one for each cell)."""

    path: Path
    ticket: int = field(default=0, compare=False)


@record
class KeepPicture:
    """Keep a picture that recipes may start from: a file, or pixels. Answered by PictureKept, which names it."""

    path: Path | None = None
    pixels: Image | None = field(default=None, compare=False)
    """(H, W, 3), or (H, W, 4) whose alpha is 255 where a pixel is given."""
    name: str = ""
    """One that is kept already: to see it."""
    size: int = 0
    """Side of what is kept of a file; 0 for that of the open model."""
    ticket: int = field(default=0, compare=False)


@record
class ExportPicture:
    """Write one recipe as a PNG, each pixel repeated `scale` times."""

    recipe: Recipe
    path: Path
    scale: int = 1
    moment: int = 0
    """Of a run that learns, the copy that drew what is exported; 0 for the newest."""
    ticket: int = field(default=0, compare=False)


@record
class ExportGrid:
    """Write many recipes as one PNG; `columns` wide; every cell's recipe is kept in the file."""

    recipes: tuple[Recipe, ...]
    columns: int
    path: Path
    scale: int = 1
    moment: int = 0
    """Of a run that learns, the copy that drew what is exported; 0 for the newest."""
    sheet: Sheet = field(default_factory=Sheet)
    """What stands around the cells."""
    sources: tuple[str, ...] = ()
    """Whose each cell is, by what opens the model; empty: all are the open model's."""
    ticket: int = field(default=0, compare=False)


@record
class PlanWalk:
    """Find the frames of a path (WalkPlanned), and how it looks (WalkMeasured); with `compare`, all other ways too."""

    walk: Walk
    frames: int
    compare: bool = True
    ticket: int = field(default=0, compare=False)


@record
class ExportWalk:
    """Draw a path frame by frame into a film, a strip, or a folder of pictures."""

    walk: Walk
    path: Path
    film: Film
    frames_per_s: int = 30
    scale: int = 1
    ticket: int = field(default=0, compare=False)


@record
class FollowSteps:
    """Ask what happens to a picture on its way, step by step; answered by StepsFollowed.

    For models with a setting that walks; which of its steps the recipe is at means nothing here.
    """

    recipe: Recipe
    ticket: int = field(default=0, compare=False)


@record
class AddUp:
    """Average the terms of a sum and add them; answered by AddedUp."""

    total: Sum
    ticket: int = field(default=0, compare=False)


@record
class MeasureEffects:
    """Measure what each coordinate of the open model does; answered by EffectsMeasured, several times."""

    ticket: int = field(default=0, compare=False)


@record
class FindExemplars:
    """Find places of pictures that are as some words say, among what the open model learned from."""

    text: str
    ticket: int = field(default=0, compare=False)


@record
class Evaluate:
    """Measure the open model on `n` held-out pictures; without `metrics`, all that can be had."""

    data: str
    n: int = 500
    metrics: tuple[str, ...] = ()
    ticket: int = field(default=0, compare=False)


@record
class MeasureBits:
    """Find how hard each pixel of a picture is to guess for the open model; answered by BitsMeasured."""

    pixels: Image = field(compare=False)
    conditions: tuple[tuple[str, float | str], ...] = ()
    """What the picture would be asked for; what is not told is summed out."""
    ticket: int = field(default=0, compare=False)


@record
class TellPixel:
    """Ask what the open model expects of one pixel of a picture, given all before it; answered by PixelTold."""

    pixels: Image = field(compare=False)
    row: int
    column: int
    conditions: tuple[tuple[str, float | str], ...] = ()
    ticket: int = field(default=0, compare=False)


@record
class MeasureHeldOut:
    """Measure the bits per dimension of `n` held-out pictures of what the open model learned from; kept for later."""

    n: int = 500
    ticket: int = field(default=0, compare=False)


@record
class Cancel:
    """End what this ticket began: a set keeps what is drawn, all else leaves nothing. Too late, it means nothing."""

    ticket: int


@record
class Train:
    """Start a run. `config` holds only what differs from the family's defaults."""

    family: str
    data: str
    out: Path
    name: str
    config: tuple[tuple[str, Any], ...]
    preset: str = ""
    start: str = ""
    """The model or run whose weights it begins with; empty for new ones."""
    resume: bool = False
    ticket: int = field(default=0, compare=False)


@record
class CheckConfig:
    """Ask whether a run could begin with these settings, pictures and weights; answered by ConfigChecked."""

    family: str
    config: tuple[tuple[str, Any], ...]
    data: DatasetDescribed | None = None
    start: str = ""
    ticket: int = field(default=0, compare=False)


@record
class StopTraining:
    """Finish now and keep what has been learned."""


@record
class PauseTraining:
    """Pause or go on; exploring continues meanwhile."""

    paused: bool


@record
class ListFamilies:
    """Ask for FamilyDescribed of all families."""

    ticket: int = field(default=0, compare=False)


@record
class ListDatasets:
    """Ask for DatasetDescribed of what is bundled, installed and imported."""

    ticket: int = field(default=0, compare=False)


@record
class LookAtFolder:
    """Ask what is in a folder before anything is learned from it; answered by FolderSeen."""

    path: Path
    ticket: int = field(default=0, compare=False)


@record
class MakeSet:
    """Draw labelled pictures, or points of a density, into a new folder."""

    what: str
    """`faces`, `glyphs`, or the name of a density."""
    out: Path
    count: int
    size: int = 0
    """Pixels on a side; 0 for what this kind is usually drawn at."""
    seed: int = 0
    held: tuple[tuple[str, float], ...] = ()
    """Attributes of faces that are the same for all."""
    correlated: bool = False
    pair: str = ""
    """`sketch`, `glasses=none:round`: two pictures of every face instead of one."""
    ticket: int = field(default=0, compare=False)


@record
class PreviewSet:
    """Show a few of what `order` would draw; nothing is written. A newer request takes the place of an older one."""

    ticket: int
    order: MakeSet


@record
class ListMakeables:
    """Ask for MakeableDescribed of everything that can be drawn."""

    ticket: int = field(default=0, compare=False)


@record
class Shutdown:
    """Checkpoint what trains, leave the threads."""


Ordered = (
    OpenModel
    | KeepMoment
    | Encode
    | ReadRecipe
    | KeepPicture
    | ExportPicture
    | ExportGrid
    | PlanWalk
    | FollowSteps
    | AddUp
    | MeasureEffects
    | FindExemplars
    | DirectionRequest
    | ExportWalk
    | Evaluate
    | MeasureBits
    | TellPixel
    | MeasureHeldOut
    | Train
    | CheckConfig
    | ListFamilies
    | ListDatasets
    | LookAtFolder
    | MakeSet
    | PreviewSet
    | ListMakeables
    | Shelving
    | SampleBeside
    | Scoring
)
"""What is answered, in the order in which it came."""

Request = Ordered | Render
"""What is answered; of renders only the newest for each view."""

Command = Request | CancelRender | TakeAxes | Cancel | StopTraining | PauseTraining | Shutdown
