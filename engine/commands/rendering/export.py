"""export MODEL --grid RxC | --rows … --cols … | --path FILE: a grid of pictures, or a walk as an animation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Arguments, plain_number, whole
from engine.commands.opening import done, open_model, remembered, several, stop_flag
from engine.commands.rendering.crossing import HELP as CROSSING
from engine.commands.rendering.crossing import checked, manifold, side
from engine.commands.rendering.pictures import asked_recipe, at_point, owned, seeded, station
from engine.commands.report import Report
from engine.disk.files import BadConfig, LoadError, read_bounded, shown
from engine.disk.recipes import CELLS_LIMIT, read_recipe
from engine.disk.walk_files import read_walk_file
from engine.protocol.grids import cell_sources, crossed, labelled_sheet
from engine.protocol.sheets import GAP_MOST, TITLE_LETTERS, Sheet

if TYPE_CHECKING:
    from engine.opened.model import OpenedModel
    from engine.protocol.values import Recipe
    from engine.protocol.walks import Walk

FORMATS = ("png", "gif", "webp", "apng", "mp4")
PATH_HELP = """\
The path's FILE is a grid that Zscape exported (its cells in reading order), or JSON:
  {"stations": [1, 2, "face.png", {recipe}], "frames": 60, "mode": "slerp"}
where a station is a seed, a picture beside the file, or a recipe; or a path that
the window saved."""


def add_parser(subparsers: Any) -> None:
    import argparse

    parser = subparsers.add_parser(
        "export",
        help="write a grid or an animation",
        epilog=PATH_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--grid", metavar="RxC", help="rows and columns of neighbouring seeds, as 8x8")
    what.add_argument("--path", type=Path, metavar="FILE", help="a walk by way of stations")
    parser.add_argument("--rows", metavar="NAME=A:B:N", help=f"what changes from row to row: {CROSSING}")
    parser.add_argument("--cols", metavar="NAME=A:B:N", help="what changes from column to column")
    parser.add_argument("--manifold", type=whole(2, 64), metavar="N", help="two latent dimensions as a sheet of N x N")
    parser.add_argument("--recipe", metavar="FILE|RECIPE", help="the place that rows and columns change (seed S)")
    parser.add_argument("--labels", action="store_true", help="write what changes, and its values, beside the pictures")
    parser.add_argument("--title", default="", metavar="TEXT", help="a line above the pictures")
    parser.add_argument("--gap", type=whole(0, GAP_MOST), default=0, metavar="PX", help="room between the pictures (0)")
    parser.add_argument("--cell", type=whole(1, 8192), metavar="PX", help="side of a picture, instead of --scale")
    parser.add_argument("--format", choices=FORMATS, help="that of the file's name; png for a path is a strip")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--scale", type=int, choices=(1, 2, 4, 8), default=1, help="repeat each pixel")
    parser.add_argument("--fps", type=whole(1, 60), default=30, metavar="N", help="pictures a second (30)")
    parser.add_argument("--condition", action="append", default=[], metavar="NAME=CHOICE", help="what to ask for")


class ExportArguments(Arguments):
    model: str
    grid: str | None
    path: Path | None
    rows: str | None
    cols: str | None
    manifold: int | None
    recipe: str | None
    labels: bool
    title: str
    gap: int
    cell: int | None
    format: str | None
    out: Path
    scale: int
    fps: int
    condition: list[str]


def run(args: ExportArguments, report: Report) -> dict[str, Any]:
    from engine.opened.animation import Movie, export_movie
    from engine.opened.export import export_grid, export_mixed

    kind = args.format or args.out.suffix.lower().removeprefix(".") or "png"
    if kind not in FORMATS:
        raise BadConfig("bad-format", f"“{kind[:20]}” is not a format; choose {', '.join(FORMATS)} with --format.")
    is_crossed = args.rows is not None or args.cols is not None
    if (args.grid is not None) + (args.path is not None) + is_crossed + (args.manifold is not None) != 1:
        raise BadConfig("usage", "Say what to export: --grid, --rows and --cols, --manifold, or --path.")
    if kind != "png" and args.path is None:
        raise BadConfig("bad-format", "A grid is a picture: choose --format png.")
    opened = open_model(args, args.model)
    others = several(args, opened)
    sources: tuple[str, ...] = ()
    sheet = Sheet(title=args.title[:TITLE_LETTERS], gap=args.gap)
    if is_crossed or args.manifold is not None:
        root = seeded(opened, args.seed, 1, args.condition)[0]
        if args.recipe is not None:
            root = replace(owned(opened, asked_recipe(args, args.recipe), Path(args.recipe)), app=root.app)
        if args.manifold is not None:
            down, across = manifold(opened, args.manifold)
        else:
            down, across = side(opened, args.rows, others), side(opened, args.cols, others)
        checked(down, across)
        recipes, columns, sources = list(crossed(root, down, across)), len(across), cell_sources(down, across)
        if args.labels:
            sheet = labelled_sheet(opened.describe(), down, across, title=sheet.title, gap=sheet.gap)
    elif args.grid is not None:
        rows, columns = _rows_columns(args.grid)
        recipes = seeded(opened, args.seed, rows * columns, args.condition)
    else:
        assert args.path is not None
        recipes = list(_walk(args, opened, args.path, args.fps))
        columns = len(recipes)
    with stop_flag(report) as flag:
        if sources:
            work = export_mixed(
                opened, others, recipes, sources, columns, args.out, scale=_scale(args, opened), sheet=sheet
            )
        elif kind == "png":
            work = export_grid(opened, recipes, columns, args.out, scale=_scale(args, opened), sheet=sheet)
        else:
            work = export_movie(opened, recipes, args.out, Movie(kind), frames_per_s=args.fps, scale=args.scale)
        done(work, report, flag)
    return {"file": str(args.out), "format": kind, "pictures": len(recipes), "bytes": args.out.stat().st_size}


def _scale(args: ExportArguments, opened: OpenedModel) -> int:
    """How often each pixel is repeated, so that what was drawn can be had back exactly."""
    side_px = opened.family.picture.size
    if args.cell is None:
        return args.scale
    if args.cell not in (side_px, 2 * side_px, 4 * side_px, 8 * side_px):
        sides = ", ".join(str(side_px * times) for times in (1, 2, 4, 8))
        raise BadConfig("usage", f"Pictures of this model are {sides} pixels wide, not {args.cell}.")
    return args.cell // side_px


def _rows_columns(text: str) -> tuple[int, int]:
    rows, columns = (plain_number(part) for part in text.lower().replace("×", "x").partition("x")[::2])
    if rows is None or columns is None or not 0 < rows * columns <= CELLS_LIMIT:
        most = f"{CELLS_LIMIT} pictures at most"
        raise BadConfig("usage", f"--grid takes rows x columns such as 8x8, {most}, not “{text[:40]}”.")
    return rows, columns


def _walk(args: Arguments, opened: OpenedModel, path: Path, fps: int) -> Sequence[Recipe]:
    """The recipes of a path file, or the cells of an exported grid."""
    if path.suffix.lower() == ".png":
        return [owned(opened, recipe, path) for recipe in remembered(args, path)[0].recipes]
    import torch

    from engine.latents.interpolation import path as way
    from engine.protocol.walks import Way

    walk = _walk_file(path)
    if walk is not None:
        from engine.machine.work import finished
        from engine.opened.walking import frames_of

        return finished(frames_of(opened, walk, walk.frames(fps)))
    words, frames, mode = _path_file(path)
    points = []
    for word in words:
        recipe = read_recipe(word)
        if recipe is not None:
            z_D = opened.place(owned(opened, recipe, path))
            points.append(() if z_D is None else tuple(z_D.tolist()))
        elif type(word) is int or isinstance(word, str):
            points.append(station(opened, str(word) if isinstance(word, int) else str(path.parent / word)))
        else:
            raise _bad_path(path)
    if not all(points):
        raise BadConfig("no-points", f"“{opened.model.name}” draws pixel by pixel and has no points to walk between.")
    centre = None if opened.explorables is None else opened.explorables.centre_D
    walked = way(torch.tensor(points), frames, Way(mode), centre)
    return [at_point(opened, tuple(point)) for point in walked.tolist()]


def _walk_file(path: Path) -> Walk | None:
    """A path that the window saved."""
    try:
        return read_walk_file(path)[0]
    except LoadError as error:
        if error.code != "bad-path-file":
            raise
        return None


def _path_file(path: Path) -> tuple[list[Any], int, str]:
    try:
        value = json.loads(read_bounded(path, limit_bytes=16 << 20))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise _bad_path(path)
    words, frames, mode = value.get("stations"), value.get("frames", 60), value.get("mode", "slerp")
    words = words if isinstance(words, list) else []
    fine = 2 <= len(words) <= 1000 and type(frames) is int and 2 <= frames <= 20_000
    if not fine or mode not in ("linear", "slerp", "spline"):
        raise _bad_path(path)
    return list(words), frames, str(mode)


def _bad_path(path: Path) -> LoadError:
    return LoadError(
        path, "bad-path-file", f"“{shown(path)}” is not a path: stations (2 or more), frames and mode (see --help)."
    )
