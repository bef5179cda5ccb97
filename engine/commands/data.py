"""data: list, import, render and pack sets of pictures."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.report import Report
from engine.commands.values import Progress, minutes
from engine.disk.files import BadConfig, atomic_write
from engine.protocol.answers import Event, Preparing

if TYPE_CHECKING:
    from engine.protocol.answers import SetMade


_RENDER = (
    "Pairs: sketch, grey, low-resolution, evening, or an attribute and its two values, as in --pair glasses=none:round."
    " They stand in two folders of equal names; pairs.json says which is which."
)


COLUMNS = {"name": "name", "images": "pictures", "size": "size", "installed": "installed", "note": "note"}
"""What people see of each set on a terminal; everything with --json."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("data", help="list, import and render data sets")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    known = actions.add_parser("list", help="sets that are bundled, installed or imported")
    known.add_argument("--thumbnails", type=Path, metavar="DIR", help="write a picture of each set into this folder")

    take = actions.add_parser("import", help="prepare a set of pictures once, to train on it often")
    take.add_argument("data", metavar="DATA", help="a folder of pictures, a data file, or bundled:NAME")
    take.add_argument("--out", type=Path, required=True, metavar="D", help="the folder to make")
    take.add_argument("--size", type=int, metavar="N", help="pixels on a side (64 for folders of pictures)")

    draw = actions.add_parser("render", help="draw labelled pictures, or points of a density", epilog=_RENDER)
    draw.add_argument("what", metavar="WHAT", help="faces, glyphs, or a density: see data list")
    draw.add_argument("--count", type=int, metavar="N", help="pictures, pairs or points (16 faces, 100 glyphs, 2000)")
    draw.add_argument("--size", type=int, metavar="S", help="pixels on a side (faces 64, maps of densities 512)")
    draw.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="hold an attribute still")
    draw.add_argument("--pair", default="", metavar="PAIR", help="two pictures of every face instead of one")
    draw.add_argument("--correlated", action="store_true", help="glasses go with age, beards with men")
    draw.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to make")

    pack = actions.add_parser("pack", help="render a large set of faces, resumably, and pack it into shards")
    pack.add_argument("--count", type=int, default=12_000, metavar="N", help="faces (12000)")
    pack.add_argument("--size", type=int, default=64, metavar="S", help="pixels on a side (64)")
    pack.add_argument("--work", type=Path, required=True, metavar="DIR", help="where rendered pieces are kept")
    pack.add_argument("--part", default="0/1", metavar="K/N", help="where this process of several begins")
    pack.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder of shards")


def run(args: argparse.Namespace, report: Report) -> Any:
    match args.action:
        case "list":
            return _list(args)
        case "import":
            return _import(args, report)
        case "render":
            return _render(args, report)
        case _:
            return _pack(args, report)


def _list(args: argparse.Namespace) -> list[dict[str, Any]]:
    from engine.commands.opening import empty_folder
    from engine.datasets.catalogue import describe
    from engine.datasets.making.shelf import densities

    folder = None if args.thumbnails is None else empty_folder(args.thumbnails)
    found = []
    for entry in (*describe(args.home), *densities(thumbnails=folder is not None)):
        thumbnail = ""
        if folder is not None and entry.thumbnail is not None:
            from engine.opened.export import png_bytes

            thumbnail = str(folder / f"{entry.name}.png")
            atomic_write(Path(thumbnail), png_bytes(entry.thumbnail))
        found.append({
            "name": entry.name, "label": entry.label, "images": entry.images, "size": entry.size,
            "channels": entry.channels, "attributes": entry.attributes, "classes": entry.classes,
            "installed": entry.installed, "note": entry.note, "thumbnail": thumbnail or None,
            "kind": entry.kind, "dimensions": entry.dimensions,
        })  # fmt: skip
    return found


def _import(args: argparse.Namespace, report: Report) -> dict[str, Any]:
    import torch

    from engine.commands.opening import done, stop_flag
    from engine.datasets.cache import is_store, write_store
    from engine.datasets.catalogue import load_data
    from engine.datasets.formats.paths import check_size
    from engine.datasets.making.folder import check_new
    from engine.datasets.store import Split

    if args.size is not None:
        check_size(args.size)
    check_new(args.out, replaceable=is_store(args.out))
    with stop_flag(report) as flag:
        loading = load_data(args.data, home=args.home, size=args.size)
        loaded = done(loading, report, flag, _telling(report, "Reading pictures"))
        store = done(write_store(loaded.store, args.out), report, flag)
    for skipped in loaded.skipped:
        report.say(f"Left out “{skipped.path}”: it {skipped.reason}.")
    parts = torch.bincount(store.split.long(), minlength=len(Split)).tolist()
    return {
        "images": len(store), "size": store.size, "channels": store.channels,
        "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in loaded.skipped],
        "attributes": list(store.attributes), "classes": store.classes,
        "splits": {split.name.lower(): parts[split] for split in Split},
        "sha256": store.sha256, "out": str(args.out),
    }  # fmt: skip


def _render(args: argparse.Namespace, report: Report) -> dict[str, Any]:
    from engine.commands.opening import stop_flag
    from engine.datasets.making.sets import make_set
    from engine.datasets.making.shelf import A_FEW, makeables
    from engine.datasets.making.words import read_held
    from engine.protocol.answers import SetMade, SetProgressed
    from engine.protocol.requests import MakeSet

    known = makeables().get(args.what)
    usual = next((field.default for field in known.fields if field.name == "count"), 1) if known else 1
    order = MakeSet(
        what=args.what, out=args.out, count=A_FEW.get(args.what, usual) if args.count is None else args.count,
        size=0 if args.size is None else args.size, seed=args.seed, held=tuple(read_held(args.set).items()),
        correlated=args.correlated, pair=args.pair,
    )  # fmt: skip
    if args.size == 0:
        raise BadConfig("bad-number", "--size 0 is too small.")
    said = _said(report, f"Drawing {args.what}")
    with stop_flag(report) as flag:
        for event in make_set(order, flag):
            match event:
                case SetProgressed():
                    said(event.done, event.of)
                case SetMade():
                    return _made(event)
    raise AssertionError("unreachable: the last event is SetMade")


def _made(made: SetMade) -> dict[str, Any]:
    """The answer: of pictures which ones there are and what is known of them, of points what lies beside them."""
    from engine.datasets.faces.factors import ATTRIBUTE_NAMES
    from engine.datasets.making.faces import STRIP_FILE
    from engine.datasets.making.shelf import FACES
    from engine.datasets.making.words import read_pair

    out = Path(made.out)
    pair = read_pair(made.pair) if made.pair else None
    names = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    result: dict[str, Any] = {"what": made.what, "images": 0 if made.dimensions else made.count, "size": made.size}
    if made.dimensions:
        result |= {"points": made.count, "dimensions": made.dimensions, "files": names}
    else:
        known = [name for name in ATTRIBUTE_NAMES if pair is None or name != pair.attribute]
        result |= {
            "images_per_s": round(made.count / max(1e-3, made.seconds), 3),
            "files": [name for name in names if name.endswith(".png") and name != STRIP_FILE],
            "attributes": known if made.what == FACES else [],
        }  # fmt: skip
    if pair:
        result |= {"pair": pair.name, "folders": {"from": pair.source.folder, "to": pair.target.folder}}
    return result | {"bytes": made.bytes, "out": made.out, "reason": made.reason.value}


def _pack(args: argparse.Namespace, report: Report) -> dict[str, Any]:
    from engine.commands.opening import done
    from engine.datasets.face_sets.pack import pack_faces
    from engine.datasets.face_sets.pieces import render_pieces

    _check_range("--count", args.count, 12, 1_000_000)
    _check_range("--size", args.size, 16, 256)
    part, parts = _part(args.part)
    rendering = render_pieces(args.count, args.seed, args.work, size=args.size, part=part, parts=parts)
    done(rendering, report, tell=_telling(report, "Rendering pieces"))
    manifest = pack_faces(args.count, args.seed, args.work, args.out)
    total = sum(path.stat().st_size for path in args.out.iterdir())
    return {"images": manifest.count, "files": len(manifest.files), "bytes": total, "out": str(args.out)}


def _part(words: str) -> tuple[int, int]:
    part, _, parts = words.partition("/")
    if part.isdecimal() and parts.isdecimal() and len(words) < 12 and int(part) < int(parts):
        return int(part), int(parts)
    raise BadConfig("bad-part", f"“{words[:40]}” is not a part: 0/2 is the first of two processes, 1/2 the second.")


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise BadConfig("bad-number", f"{name} {value} is not between {low} and {high}.")


def _telling(report: Report, what: str) -> Callable[[Event], None]:
    """How far it is, from the events of the work."""
    said = _said(report, what)

    def tell(event: Event) -> None:
        if isinstance(event, Preparing):
            said(event.done, event.of)

    return tell


def _said(report: Report, what: str) -> Callable[[int, int], None]:
    """Progress with how fast it goes and how long it will take."""
    began = time.monotonic()

    def progress(done: int, of: int) -> None:
        seconds = max(1e-3, time.monotonic() - began)
        rate = done / seconds
        left = f"{minutes((of - done) / rate)} left" if 0 < done < of else ""
        report.progress(Progress(what, done, of, left=left, facts=(f"{rate:.3g} a second",)))

    return progress
