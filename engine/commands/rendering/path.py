"""path FILE --export F: a path of the window, measured, and written as a film, a strip or a folder of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Arguments, whole
from engine.commands.opening import done, open_model, stop_flag
from engine.commands.report import Report
from engine.disk.files import BadConfig
from engine.disk.walk_files import read_walk_file
from engine.protocol.walks import Film, Walk, Way

if TYPE_CHECKING:
    from engine.opened.model import OpenedModel

SUFFIXES = {
    ".gif": Film.GIF, ".webp": Film.WEBP, ".apng": Film.APNG, ".mp4": Film.MP4, ".png": Film.STRIP, "": Film.FRAMES,
}  # fmt: skip


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("path", help="measure a path of the window, and write it as a film")
    parser.add_argument("file", type=Path, metavar="FILE", help="a path that was saved")
    parser.add_argument("--model", help="its model (found by what it learned)")
    parser.add_argument("--way", choices=[way.value for way in Way], help="another way than its own")
    parser.add_argument("--export", type=Path, metavar="F", help="what to write; a name without suffix is a folder")
    parser.add_argument("--format", choices=[film.value for film in Film], help="that of the file's name")
    parser.add_argument("--scale", type=int, choices=(1, 2, 4, 8), default=1, help="repeat each pixel")
    parser.add_argument("--fps", type=whole(1, 60), default=30, metavar="N", help="pictures a second (30)")


class PathArguments(Arguments):
    file: Path
    model: str | None
    way: str | None
    export: Path | None
    format: str | None
    scale: int
    fps: int


def run(args: PathArguments, report: Report) -> dict[str, Any]:
    from dataclasses import replace

    from engine.opened.finding import model_of
    from engine.opened.walking import check_walk, measured

    walk, source = read_walk_file(args.file)
    if args.way is not None:
        walk = replace(walk, way=Way(args.way))
    if not (args.model or source):
        raise BadConfig("no-model", "The path does not say where its model is; name it with --model.")
    opened = open_model(args, args.model or model_of(walk.model, source, home=args.home))
    check_walk(opened, walk)
    with stop_flag(report) as flag:
        look = done(measured(opened, walk), report, flag)
        result = {
            "model": opened.model.name,
            "fingerprint": opened.fingerprint,
            "way": walk.way.value,
            "closed": walk.closed,
            "keyframes": len(walk.keyframes),
            "seconds": round(walk.seconds, 3),
            "unevenness": round(look.unevenness, 4),
        }
        if args.export is not None:
            result |= done(_exported(opened, walk, args), report, flag)
    return result


def _exported(opened: OpenedModel, walk: Walk, args: PathArguments) -> Any:
    from engine.opened.films import export_walk

    assert args.export is not None
    film = Film(args.format) if args.format else film_of(args.export)
    files = yield from export_walk(opened, walk, args.export, film, frames_per_s=args.fps, scale=args.scale)
    return {"file": str(args.export), "format": film.value, "files": files, "pictures": walk.frames(args.fps)}


def film_of(path: Path) -> Film:
    """What a file's name says it is."""
    film = SUFFIXES.get(path.suffix.lower())
    if film is None:
        known = ", ".join(f"{suffix}" for suffix in SUFFIXES if suffix)
        raise BadConfig("bad-format", f"“{path.suffix[:20]}” is not a format; choose {known}, or a folder.")
    return film
