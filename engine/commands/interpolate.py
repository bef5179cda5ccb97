"""interpolate MODEL --from A --to B …: the pictures on the way from one point to another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.commands.console import Arguments, whole
from engine.commands.drawing import at_point, station, write_pictures
from engine.commands.opening import empty_folder, open_model, stop_flag
from engine.commands.report import Report


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("interpolate", help="walk from one picture to another")
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    parser.add_argument("--from", dest="start", required=True, metavar="SEED|PNG", help="where the way begins")
    parser.add_argument(
        "--to", nargs="+", required=True, metavar="SEED|PNG", help="where it leads, by way of the others"
    )
    parser.add_argument("--frames", type=whole(2, 10_000), default=16, metavar="N", help="pictures on the way (16)")
    parser.add_argument("--mode", choices=("linear", "slerp", "spline"), default="slerp", help="the way (slerp)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the pictures go")


class InterpolateArguments(Arguments):
    model: str
    start: str
    to: list[str]
    frames: int
    mode: str
    out: Path


def run(args: InterpolateArguments, report: Report) -> dict[str, Any]:
    import torch

    from engine.latents.interpolation import Way, path

    session = open_model(args, args.model)
    stations = torch.tensor([station(session, word) for word in (args.start, *args.to)])
    centre = None if session.explorables is None else session.explorables.centre_D
    points = path(stations, args.frames, Way(args.mode), centre)
    recipes = [at_point(session, tuple(point)) for point in points.tolist()]
    with stop_flag(report) as flag:
        result, _ = write_pictures(session, recipes, empty_folder(args.out), "frame", report, flag)
    return {**result, "mode": args.mode, "frames": args.frames}
