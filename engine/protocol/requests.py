"""What the window asks of the engine: frozen commands; see `engine.protocol`, through which everybody reads these."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.protocol.values import Recipe, View


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenModel:
    """Open a model file, a run folder or a bundled name, and make it the one that is explored."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Render:
    """Draw `recipe` for `view`; a newer request for the same view replaces this one if it is still waiting."""

    view: View
    ticket: int
    recipe: Recipe
    progressive: bool = False
    """Show a drawing family's picture as it grows (the canvas); thumbnails only want the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRender:
    """Forget what `view` asked for, also when it is half drawn."""

    view: View


@dataclass(frozen=True, slots=True, kw_only=True)
class Encode:
    """Find the point of a picture file in the open model."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecipe:
    """Read the recipes that an exported picture carries (a still has one, a grid one for each cell)."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPicture:
    """Write one recipe as a PNG, each pixel repeated `scale` times."""

    recipe: Recipe
    path: Path
    scale: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportGrid:
    """Write many recipes as one PNG; `columns` wide; every cell's recipe is kept in the file."""

    recipes: tuple[Recipe, ...]
    columns: int
    path: Path
    scale: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelExport:
    """Stop drawing for a file; nothing is written. Without an export going on it means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckConfig:
    """Ask whether a run could begin with these settings; answered by ConfigChecked."""

    ticket: int
    family: str
    config: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTraining:
    """Finish now and keep what has been learned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseTraining:
    """Pause or go on; exploring continues meanwhile."""

    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFamilies:
    """Ask for FamilyDescribed of all families."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDatasets:
    """Ask for DatasetDescribed of what is bundled, installed and imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawSet:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDrawing:
    """Stop drawing a set and keep what there is. When nothing is being drawn it means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSet:
    """Show a few of what `order` would draw; nothing is written. A newer request takes the place of an older one."""

    ticket: int
    order: DrawSet


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDrawables:
    """Ask for DrawableDescribed of everything that can be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutdown:
    """Checkpoint what trains, leave the threads."""


Command = (
    OpenModel
    | Render
    | CancelRender
    | Encode
    | ReadRecipe
    | ExportPicture
    | ExportGrid
    | CancelExport
    | Train
    | CheckConfig
    | StopTraining
    | PauseTraining
    | ListFamilies
    | ListDatasets
    | DrawSet
    | StopDrawing
    | PreviewSet
    | ListDrawables
    | Shutdown
)
