"""data: list, import, render and pack sets of pictures."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.report import Report, minutes
from engine.files import BadConfig, ZscapeError, atomic_folder, atomic_write, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.datasets.faces.factors import FaceTable


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("data", help="list, import and render data sets")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    known = actions.add_parser("list", help="sets that are bundled, installed or imported")
    known.add_argument("--thumbnails", type=Path, metavar="DIR", help="write a picture of each set into this folder")

    take = actions.add_parser("import", help="prepare a set of pictures once, to train on it often")
    take.add_argument("data", metavar="DATA", help="a folder of pictures, a data file, or bundled:NAME")
    take.add_argument("--out", type=Path, required=True, metavar="D", help="the folder to make")
    take.add_argument("--size", type=int, metavar="N", help="pixels on a side (64 for folders of pictures)")

    draw = actions.add_parser("render", help="draw labelled pictures")
    draw.add_argument("what", choices=("faces",))
    draw.add_argument("--count", type=int, default=16, metavar="N")
    draw.add_argument("--size", type=int, default=64, metavar="S", help="pixels on a side, 16 to 512")
    draw.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="hold an attribute still")
    draw.add_argument("--correlated", action="store_true", help="glasses go with age, beards with men")
    draw.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to make")

    pack = actions.add_parser("pack", help="render a large set of faces, resumably, and pack it into shards")
    pack.add_argument("--count", type=int, default=12_000, metavar="N")
    pack.add_argument("--size", type=int, default=64, metavar="S")
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

    folder = None if args.thumbnails is None else empty_folder(args.thumbnails)
    found = []
    for entry in describe(args.home):
        thumbnail = ""
        if folder is not None and entry.thumbnail is not None:
            from engine.export import png_bytes

            thumbnail = str(folder / f"{entry.name}.png")
            atomic_write(Path(thumbnail), png_bytes(entry.thumbnail))
        found.append({
            "name": entry.name, "label": entry.label, "images": entry.images, "size": entry.size,
            "channels": entry.channels, "attributes": entry.attributes, "classes": entry.classes,
            "installed": entry.installed, "note": entry.note, "thumbnail": thumbnail or None,
        })  # fmt: skip
    return found


def _import(args: argparse.Namespace, report: Report) -> dict[str, Any]:
    import torch

    from engine.datasets.cache import is_store, write_store
    from engine.datasets.catalogue import load_data
    from engine.datasets.paths import check_size
    from engine.datasets.store import Split

    if args.size is not None:
        check_size(args.size)
    _check_new(args.out, replaceable=is_store(args.out))
    loaded = load_data(args.data, home=args.home, size=args.size, progress=_said(report, "Reading pictures"))
    store = write_store(loaded.store, args.out)
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
    import numpy as np

    from engine.datasets.attribute_files import write_attributes
    from engine.datasets.faces.captions import caption
    from engine.datasets.faces.factors import draw_factors
    from engine.datasets.pack import face_kinds

    _check_range("--count", args.count, 1, 1_000_000)
    _check_range("--size", args.size, 16, 512)
    _check_new(args.out, replaceable=False)
    table = draw_factors(args.seed, range(args.count), correlated=args.correlated, fixed=_fixed(args.set))
    digits = max(5, len(str(args.count - 1)))
    files: list[str] = []
    seen: list[NDArray[np.bool_]] = []
    stopped, began = False, time.monotonic()
    with atomic_folder(args.out) as folder:
        try:
            for picture, visible in _drawn(table, args.size, _said(report, "Drawing faces")):
                name = f"face-{len(files):0{digits}d}.png"
                _write_png(folder / name, picture)
                files.append(name)
                seen.append(visible)
        except KeyboardInterrupt:  # what was drawn is kept, with its attributes
            stopped = True
            (folder / f"face-{len(files):0{digits}d}.png").unlink(missing_ok=True)  # it may be half written
        if not files:
            raise KeyboardInterrupt
        spent = max(1e-3, time.monotonic() - began)
        names = list(table.columns)
        shown_rows = np.stack(seen)
        write_attributes(
            folder, files, {name: column[: len(files)] for name, column in table.columns.items()}, face_kinds(),
            {name: shown_rows[:, k] for k, name in enumerate(names)},
            [caption(table.scalars(k), dict(zip(names, seen[k].tolist(), strict=True)), k) for k in range(len(files))],
        )  # fmt: skip
    return {
        "images": len(files), "images_per_s": round(len(files) / spent, 3), "size": args.size, "files": files,
        "attributes": names, "out": str(args.out),
        "reason": "stopped" if stopped else "completed",
    }  # fmt: skip


def _drawn(table: FaceTable, size: int, progress: Callable[[int, int], None]) -> Any:
    """Every face with what it shows, one after the other."""
    from engine.datasets.faces.render import render_faces

    done = 0
    for rendered in render_faces(table, size):
        yield from zip(rendered.images, rendered.visible, strict=True)
        done += len(rendered.images)
        progress(done, len(table))


def _write_png(path: Path, picture: NDArray[np.uint8]) -> None:
    from PIL import Image

    Image.fromarray(picture).save(path, "PNG")


def _pack(args: argparse.Namespace, report: Report) -> dict[str, Any]:
    from engine.datasets.pack import pack_faces
    from engine.datasets.pieces import render_pieces

    _check_range("--count", args.count, 12, 1_000_000)
    _check_range("--size", args.size, 16, 256)
    part, _, parts = args.part.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and int(part) < int(parts)):
        raise BadConfig("bad-part", f"“{args.part}” is not a part: 0/2 is the first of two processes, 1/2 the second.")
    said = _said(report, "Rendering pieces")
    render_pieces(args.count, args.seed, args.work, size=args.size, part=int(part), parts=int(parts), progress=said)
    manifest = pack_faces(args.count, args.seed, args.work, args.out)
    total = sum(path.stat().st_size for path in args.out.iterdir())
    return {"images": manifest.count, "files": len(manifest.files), "bytes": total, "out": str(args.out)}


def _fixed(words: Sequence[str]) -> dict[str, float]:
    """`smile=1 glasses=round` as numbers; a category goes by its name or its number."""
    from engine.datasets.faces.factors import ATTRIBUTES, check_values

    known = {attribute.name: attribute for attribute in ATTRIBUTES}
    fixed: dict[str, float] = {}
    for word in words:
        name, _, value = word.partition("=")
        attribute = known.get(name)
        if attribute is not None and value in attribute.categories:
            fixed[name] = float(attribute.categories.index(value))
            continue
        try:
            fixed[name] = float(value)
        except ValueError:
            raise BadConfig("bad-set", f"“{word}” is not a setting; write NAME=NUMBER, as in smile=1.") from None
    try:
        check_values(fixed)
    except ValueError as error:
        sentence = str(error)
        raise BadConfig("bad-set", f"{sentence[0].upper()}{sentence[1:]}.") from None
    return fixed


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise BadConfig("bad-number", f"{name} {value} is not between {low} and {high}.")


def _check_new(out: Path, *, replaceable: bool) -> None:
    """Nothing of somebody else's is ever replaced: a folder is made anew, filled when empty, or was ours."""
    if out.is_dir() and not any(out.iterdir()):
        return
    if (out.exists() or out.is_symlink()) and not replaceable:
        raise ZscapeError("exists", f"“{shown(out)}” is already there; choose a new folder.", out)


def _said(report: Report, what: str) -> Callable[[int, int], None]:
    """Progress with how fast it goes and how long it will take."""
    began = time.monotonic()

    def progress(done: int, of: int) -> None:
        seconds = max(1e-3, time.monotonic() - began)
        rate = done / seconds
        words = f"{what}: {done} of {of}, {rate:.3g} a second"
        if 0 < done < of:
            words += f", {minutes((of - done) / rate)} left"
        report.progress(words)

    return progress
