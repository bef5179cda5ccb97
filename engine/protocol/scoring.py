"""What is asked and told when models are measured, compared, and held against what they learned from."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from engine.protocol.record import record
from engine.protocol.values import Image, Point, Problem, Recipe, ScoreDescribed


class Space(StrEnum):
    """What makes two pictures near to each other."""

    FEATURES = "features"
    """What a judge sees in them."""
    PIXELS = "pixels"


@record
class ModelListed:
    """A model that could be measured, as far as it is known without opening it."""

    source: str
    """A bundled name, a run's folder, or a file."""
    name: str
    family: str
    family_label: str
    data: str
    """What it learned from; empty where nobody knows."""
    size: int
    channels: int
    run: str = ""
    """Of a snapshot, the folder of its run."""
    step: int = 0
    seconds: float = 0.0
    """How long its run had taken by then."""
    cpu_seconds: float = 0.0
    """The same in seconds of processors; 0 where the run did not count them."""
    is_best: bool = False
    """Marked as the best of its run."""


@record
class Pair:
    """A picture, the training picture nearest to it, and the share of held-out pictures that lie at most as near."""

    image: Image = field(compare=False)
    neighbour: Image = field(compare=False)
    distance: float
    percentile: float
    """0 to 100."""
    seed: int = 0


# ---------------------------------------------------------------- requests


@record
class ListModels:
    """Ask for ModelsListed: what is bundled, the runs of this home with their snapshots, and `files`."""

    files: tuple[str, ...] = ()
    ticket: int = field(default=0, compare=False)


@record
class Measure:
    """Measure models on the same `n` held-out pictures: ModelScored for each as it is done, then AllMeasured.

    What was measured before is told at once; with `kept_only`, nothing else is.
    """

    sources: tuple[str, ...]
    data: str
    n: int = 500
    metrics: tuple[str, ...] = ()
    kept_only: bool = False
    ticket: int = field(default=0, compare=False)


@record
class SampleSheet:
    """Sample the seeds 0 to `count` - 1 of a model that need not be open; answered by SheetSampled."""

    source: str
    count: int
    ticket: int = field(default=0, compare=False)


@record
class FindNeighbours:
    """Hold `n` drawn pictures of a model against the training pictures; answered by NeighboursFound."""

    source: str
    data: str
    n: int = 200
    space: Space = Space.FEATURES
    shown: int = 8
    """Pairs at each end."""
    ticket: int = field(default=0, compare=False)


@record
class FindNearest:
    """Find the training pictures nearest to a picture of the open model; answered by NearestFound.

    Waits while anything is to be drawn: nobody drags more slowly for it.
    """

    recipe: Recipe
    space: Space = Space.FEATURES
    count: int = 3
    ticket: int = field(default=0, compare=False)


@record
class ScatterCodes:
    """Where the codes of `n` held-out pictures lie in the open model, and points of the prior; answered by
    CodesScattered. Waits while anything is to be drawn."""

    n: int = 1000
    ticket: int = field(default=0, compare=False)


@record
class MarkBest:
    """Mark a snapshot as the best of its run by a score; it is kept beside the run's result as `best`."""

    source: str
    run: str
    score: str
    value: float
    data: str
    ticket: int = field(default=0, compare=False)


Scoring = ListModels | Measure | SampleSheet | FindNeighbours | FindNearest | ScatterCodes | MarkBest


# ---------------------------------------------------------------- answers


@record
class ModelsListed:
    models: tuple[ModelListed, ...]
    ticket: int = 0


@record
class Measuring:
    """How far the measuring of one of several models is."""

    source: str
    place: int
    """Which model of `models` it is, from 0."""
    models: int
    what: str
    done: int
    of: int
    ticket: int = 0


@record
class ModelScored:
    """The scores of one model, and why others cannot be had; a model that does not open tells its problem."""

    source: str
    data: str
    n: int
    fingerprint: str = ""
    scores: tuple[ScoreDescribed, ...] = ()
    unavailable: tuple[tuple[str, str], ...] = ()
    problem: Problem | None = None
    ticket: int = 0


@record
class AllMeasured:
    """Every model that was asked for is told."""

    fresh: int
    """How many of them were not known before."""
    ticket: int = 0


@record
class SheetSampled:
    source: str
    images: tuple[Image, ...]
    ticket: int = 0


@record
class NeighboursFound:
    """Drawn pictures by their distance from what was learned: the nearest, those in the middle, the farthest."""

    source: str
    space: Space
    near: tuple[Pair, ...]
    middle: tuple[Pair, ...]
    far: tuple[Pair, ...]
    copies: float
    """Share of drawn pictures nearer to a training picture than all but one in twenty held-out ones."""
    copies_real: float
    n: int
    ticket: int = 0


@record
class NearestFound:
    """The training pictures nearest to one picture of the open model, and where it stands among held-out ones."""

    model: str
    recipe: Recipe
    space: Space
    neighbours: tuple[Image, ...]
    distances: tuple[float, ...]
    percentile: float
    ticket: int = 0


@record
class CodesScattered:
    """The aggregated posterior of the open model, a point for each picture, beside points of its prior.

    N pictures, M points that were drawn, D coordinates.
    """

    model: str
    codes: Point = field(compare=False)
    """(N, D): one point of each picture's posterior."""
    labels: tuple[int, ...] = field(compare=False)
    """The class of each picture, -1 where nobody knows."""
    classes: tuple[str, ...]
    drawn: Point = field(compare=False)
    """(M, D): points of the prior, or where codes follow none, of the law that was fitted to training codes."""
    is_prior: bool
    is_drawn_from: bool
    """Whether pictures are drawn from these points; else from a law that was fitted to training codes."""
    widest: Point = field(compare=False)
    """(2, D): the directions of unit length in which the codes vary most; empty where D is 2 or less."""
    least_spread: float
    most_spread: float
    """Least and most, over the coordinates, of the codes' standard deviation over that of the drawn points."""
    off: float
    """How far the codes' mean lies beside that of the drawn points, in standard deviations, where it is farthest."""
    ticket: int = 0


@record
class BestMarked:
    run: str
    source: str
    """The file that was kept."""
    ticket: int = 0


ScoringTold = (
    ModelsListed
    | Measuring
    | ModelScored
    | AllMeasured
    | SheetSampled
    | NeighboursFound
    | NearestFound
    | CodesScattered
    | BestMarked
)
