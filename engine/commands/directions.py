"""directions MODEL list|learn|import|export: named displacements of a model's places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.commands.console import Arguments
from engine.commands.opening import done, open_data, open_model, stop_flag
from engine.commands.report import Report
from engine.disk.directions import KeptDirection, file_of, keep_direction, read_direction, write_direction
from engine.disk.files import BadConfig


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("directions", help="list, learn, import and export sliders")
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    parser.add_argument("what", choices=("list", "learn", "import", "export", "remove"))
    parser.add_argument("name", nargs="?", metavar="NAME|FILE", help="a direction, or the file to import")
    parser.add_argument("--from", dest="start", metavar="Q", help='learn: where it starts, "woman without glasses"')
    parser.add_argument("--to", metavar="Q", help='learn: where it leads, "woman with glasses"')
    parser.add_argument("--data", metavar="DATA", help="learn: labelled pictures (that of the model)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="export: the file to write")


class DirectionsArguments(Arguments):
    model: str
    what: str
    name: str | None
    start: str | None
    to: str | None
    data: str | None
    out: Path | None


def run(args: DirectionsArguments, report: Report) -> dict[str, Any]:
    from engine.opened.directions import check_owner, of_opened

    opened = open_model(args, args.model)
    match args.what:
        case "learn":
            kept = _learned(args, report, opened)
            return {"file": str(keep_direction(args.home, kept)), "name": kept.name, "label": kept.label}
        case "import":
            kept = check_owner(opened, read_direction(_needed(args.name, "the file to import")))
            return {"file": str(keep_direction(args.home, kept)), "name": kept.name, "label": kept.label}
        case "export":
            kept = of_opened(opened, _needed(args.name, "the direction to export"))
            out = args.out or Path(f"{file_of(args.home, kept.model, kept.label).stem}.json")
            write_direction(out, kept)
            return {"file": str(out), "name": kept.name, "label": kept.label}
        case "remove":
            path = file_of(args.home, opened.fingerprint, _needed(args.name, "the direction to remove"))
            if not path.is_file():
                raise BadConfig("unknown-direction", f"No direction “{args.name}” was made here.")
            path.unlink()
            return {"removed": args.name}
        case _:
            described = opened.describe().directions
            return {
                "directions": [
                    {"name": d.name, "label": d.label, "low": d.low, "high": d.high, "own": d.name.startswith("own:")}
                    for d in described
                ]
            }


def _needed(word: str | None, what: str) -> str:
    if not word:
        raise BadConfig("usage", f"Say {what}.")
    return word


def _learned(args: DirectionsArguments, report: Report, opened: Any) -> KeptDirection:
    """The difference of the means of two groups of exemplars."""
    import torch

    from engine.evaluation.exemplars import exemplars
    from engine.opened.directions import between

    label = _needed(args.name, "what the direction is called")
    start, to = _needed(args.start, "where it starts with --from"), _needed(args.to, "where it leads with --to")
    with stop_flag(report) as flag:
        source = args.data or str(opened.model.card.get("data", ""))
        data = open_data(args, source, report, flag, size=opened.family.picture.size)
        groups = []
        for words in (start, to):
            places, _ = done(exemplars(opened, data, words), report, flag)
            groups.append(torch.stack([opened.place(place) for place in places]))
    return KeptDirection(
        model=opened.fingerprint, model_name=opened.model.name, label=label[:60],
        move=tuple(between(*groups).tolist()), low=-2.0, high=2.0, made=f"from “{start}” to “{to}”",
    )  # fmt: skip
