"""interpolate MODEL --from A --to B …: the pictures on the way from one point to another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.commands.console import Arguments, whole
from engine.commands.opening import done, empty_folder, open_model, stop_flag
from engine.commands.rendering.pictures import at_point, station, write_pictures
from engine.commands.report import Report


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("interpolate", help="walk from one picture to another")
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    parser.add_argument("--from", dest="start", required=True, metavar="SEED|PNG", help="where the way begins")
    parser.add_argument(
        "--to", nargs="+", required=True, metavar="SEED|PNG", help="where it leads, by way of the others"
    )
    parser.add_argument("--frames", type=whole(2, 10_000), default=16, metavar="N", help="pictures on the way (16)")
    ways = ("linear", "slerp", "spline", "even")
    parser.add_argument("--mode", choices=ways, default="slerp", help="the way (slerp)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the pictures go")


class InterpolateArguments(Arguments):
    model: str
    start: str
    to: list[str]
    frames: int
    mode: str
    out: Path


def run(args: InterpolateArguments, report: Report) -> dict[str, Any]:
    from engine.opened.walking import frames_of
    from engine.protocol.walks import Keyframe, Walk, Way

    opened = open_model(args, args.model)
    stations = [at_point(opened, station(opened, word)) for word in (args.start, *args.to)]
    walk = Walk(keyframes=tuple(Keyframe(recipe=recipe, seconds=1.0) for recipe in stations), way=Way(args.mode))
    with stop_flag(report) as flag:
        recipes = done(frames_of(opened, walk, args.frames), report, flag)
        result, _ = write_pictures(opened, recipes, empty_folder(args.out), "frame", report, flag)
    return {**result, "mode": args.mode, "frames": args.frames}
