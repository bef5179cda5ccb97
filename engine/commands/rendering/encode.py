"""encode MODEL PNG: where a picture is in a model's latent space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.commands.console import Arguments
from engine.commands.opening import open_model
from engine.commands.report import Report
from engine.commands.values import as_json
from engine.disk.files import atomic_write


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("encode", help="find a picture's point")
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    parser.add_argument("picture", type=Path, metavar="PNG", help="a picture; it is cut square and resized")
    parser.add_argument("--out", type=Path, metavar="JSON", help="write the answer, with the recipe, to a file too")


class EncodeArguments(Arguments):
    model: str
    picture: Path
    out: Path | None


def run(args: EncodeArguments, report: Report) -> dict[str, Any]:
    from engine.commands.rendering.pictures import at_point
    from engine.datasets.formats.decode import read_picture
    from engine.disk.recipes import recipe_value
    from engine.machine.work import finished
    from engine.opened.closer import find_closer

    opened = open_model(args, args.model)
    pixels = read_picture(args.picture, opened.family.picture.size).pixels
    found = finished(find_closer(opened, pixels))
    result: dict[str, Any] = {"point": found.point, "distance": found.distance, "percentile": found.percentile}
    if args.out is not None:
        atomic_write(args.out, as_json({**result, "recipe": recipe_value(at_point(opened, found.point))}) + "\n")
    return result
