"""complete MODEL PNG --mask …: a part of a picture is given, and the model draws the rest, as often as one likes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.commands.console import Arguments, whole
from engine.commands.opening import empty_folder, open_model, stop_flag
from engine.commands.rendering.pictures import seeded, write_pictures
from engine.commands.report import Report
from engine.disk.files import atomic_write


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "complete", help="draw the rest of a picture, several times",
        description="Draw the rest of a picture, several times. A model with sliders draws all of them at the place"
        " that goes with the given part; each seed lets chance fall otherwise.",
    )  # fmt: skip
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    parser.add_argument("picture", type=Path, metavar="PNG", help="a picture; it is cut square and resized")
    parser.add_argument(
        "--mask", required=True, metavar="MASK",
        help="what is drawn: lower (half), box=x,y,w,h in the model's pixels, or a picture whose white part is drawn",
    )  # fmt: skip
    parser.add_argument("--n", type=whole(1, 100_000), default=4, metavar="N", help="how many (4)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the pictures go")
    parser.add_argument("--grid", type=Path, metavar="FILE", help="all of them in one PNG too")
    parser.add_argument("--condition", action="append", default=[], metavar="NAME=CHOICE", help="what to ask for")


class CompleteArguments(Arguments):
    model: str
    picture: Path
    mask: str
    n: int
    out: Path
    grid: Path | None
    condition: list[str]


def run(args: CompleteArguments, report: Report) -> dict[str, Any]:
    from engine.datasets.formats.decode import read_picture
    from engine.disk.kept import kept_at
    from engine.opened.completing import drawn_part, given_pixels, place_of, require_completes

    opened = open_model(args, args.model)
    require_completes(opened)
    size = opened.family.picture.size
    pixels = given_pixels(read_picture(args.picture, size).pixels, drawn_part(args.mask, size))
    name = kept_at(args.home).keep(pixels)
    point = place_of(opened, pixels)
    recipes = [replace(recipe, known=name, point=point) for recipe in seeded(opened, args.seed, args.n, args.condition)]
    with stop_flag(report) as flag:
        result, images = write_pictures(opened, recipes, empty_folder(args.out), "complete", report, flag)
    if args.grid is not None:
        from engine.opened.export import png_bytes, tiled

        columns = max(1, round(len(images) ** 0.5))
        atomic_write(args.grid, png_bytes(tiled(images, columns), opened.memory(recipes, columns=columns)))
        result["grid"] = str(args.grid)
    given = int((pixels[:, :, 3] == 255).sum())
    told = {"place": "that of the given part"} if point is not None else {}
    return {**result, **told, "given": given, "drawn": size * size - given, "fingerprint": opened.fingerprint}
