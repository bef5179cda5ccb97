"""sample MODEL --n N --out DIR: pictures of neighbouring seeds, and a sheet of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.commands.console import Arguments, whole
from engine.commands.opening import empty_folder, open_model, stop_flag
from engine.commands.rendering.pictures import seeded, write_pictures
from engine.commands.report import Report
from engine.disk.files import atomic_write


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("sample", help="draw pictures from a model")
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    parser.add_argument("--n", type=whole(1, 100_000), default=16, metavar="N", help="how many (16)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the pictures go")
    parser.add_argument("--grid", type=Path, metavar="FILE", help="all of them in one PNG too")
    parser.add_argument("--condition", action="append", default=[], metavar="NAME=CHOICE", help="what to ask for")


class SampleArguments(Arguments):
    model: str
    n: int
    out: Path
    grid: Path | None
    condition: list[str]


def run(args: SampleArguments, report: Report) -> dict[str, Any]:
    opened = open_model(args, args.model)
    recipes = seeded(opened, args.seed, args.n, args.condition)
    with stop_flag(report) as flag:
        result, images = write_pictures(opened, recipes, empty_folder(args.out), "sample", report, flag)
    if args.grid is not None:
        from engine.opened.export import png_bytes, tiled

        columns = max(1, round(len(images) ** 0.5))
        atomic_write(args.grid, png_bytes(tiled(images, columns), opened.memory(recipes, columns=columns)))
        result["grid"] = str(args.grid)
    return {**result, "fingerprint": opened.fingerprint}
