"""directions MODEL list|learn|import|export|remove: named displacements of a model's places."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Arguments
from engine.commands.opening import StopFlag, done, open_data, open_model, stop_flag
from engine.commands.report import Report
from engine.disk.directions import (
    KeptDirection,
    file_of,
    keep_direction,
    kept_directions,
    read_direction,
    remove_direction,
    write_direction,
)
from engine.disk.files import BadConfig
from engine.protocol.directions import Candidate, LearnedBy, Lesson

if TYPE_CHECKING:
    from engine.machine.work import Work
    from engine.opened.model import OpenedModel
    from engine.protocol.values import Recipe

_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")
HELP = """\
learn NAME finds a direction and keeps it as a slider. It is found
  --from "woman without glasses" --to "woman with glasses"   among the labelled pictures of the model, by --by
       means   the difference of both averages (the default)
       plane   square to the plane that divides both (logistic regression)
  --by trend --to smiling      along which one labelled attribute grows (ridge regression)
  --from A.png,B.png --to C.png,D.png    from one group of pictures to another
  --by axes --number 3         along which the points vary most: the third principal axis
  --by layer --number 1        what the drawing network answers to most: the first factor of its first layer
What is learned from labels is scored on pictures that it was not learned from. A file of another model is refused;
measure moves every slider from many places, and tells what else the judge sees move, in standard deviations, a unit.
hold NAME --still age,gender keeps a slider that leaves these as they are, as --as says ("NAME, held").
refine learns the sliders of a model of rendered faces anew, from --heads heads drawn with and without each attribute,
and writes them into its file; `evaluate --edits` says how true they are, on other heads.
import --anew learns by the same words here, if it was learned by words."""


def add_parser(subparsers: Any) -> None:
    import argparse

    parser = subparsers.add_parser(
        "directions", help="list, learn, import and export sliders", epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    parser.add_argument("what", choices=("list", "learn", "import", "export", "remove", "refine", "measure", "hold"))
    parser.add_argument("name", nargs="?", metavar="NAME|FILE", help="a direction, or the file to import")
    parser.add_argument("--by", choices=[str(way) for way in LearnedBy], help="learn: how (means, or by pictures)")
    parser.add_argument("--from", dest="start", metavar="Q", help="learn: where it starts, words or pictures")
    parser.add_argument("--to", metavar="Q", help="learn: where it leads")
    parser.add_argument("--number", type=int, default=1, metavar="K", help="learn by axes or layer: which (1)")
    parser.add_argument("--low", type=float, metavar="X", help="learn: the left end of the slider")
    parser.add_argument("--high", type=float, metavar="X", help="learn: the right end of the slider")
    parser.add_argument("--data", metavar="DATA", help="learn: labelled pictures (that of the model)")
    parser.add_argument("--anew", action="store_true", help="import: learn the direction of another model here")
    parser.add_argument("--still", metavar="A,B", help="hold: attributes that stay as they are")
    parser.add_argument("--as", dest="called", metavar="NAME", help="hold: what the new slider is called")
    parser.add_argument("--heads", type=int, default=120, metavar="N", help="refine: heads to learn from (120)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="export: the file to write")


class DirectionsArguments(Arguments):
    model: str
    what: str
    name: str | None
    by: str | None
    start: str | None
    to: str | None
    number: int
    low: float | None
    high: float | None
    data: str | None
    anew: bool
    still: str | None
    called: str | None
    heads: int
    out: Path | None


def run(args: DirectionsArguments, report: Report) -> dict[str, Any]:
    from engine.opened.directions import OWN, check_owner, label_of, of_opened

    opened = open_model(args, args.model)
    with stop_flag(report) as flag:
        match args.what:
            case "learn":
                label = _needed(args.name, "what the direction is called")
                return _kept(args, opened, _chosen(args, report, flag, opened), label)
            case "import":
                kept = read_direction(_needed(args.name, "the file to import"))
                if args.anew and kept.lesson is not None:
                    found = _candidates(args, report, flag, opened, kept.lesson)[0]
                    return _kept(args, opened, found, kept.label)
                kept = check_owner(opened, kept)
                return {"file": str(keep_direction(args.home, kept)), "name": kept.name, "label": kept.label}
            case "export":
                name = _needed(args.name, "the direction to export")
                own = {k.name: k for k in kept_directions(args.home, opened.fingerprint)}
                kept = own.get(f"{OWN}{label_of(name)}") or of_opened(opened, name)
                out = args.out or Path(f"{file_of(args.home, kept.model, kept.label).stem}.json")
                write_direction(out, kept)
                return {"file": str(out), "name": kept.name, "label": kept.label}
            case "measure":
                return _moved(args, report, flag, opened)
            case "hold":
                return _held(args, report, flag, opened)
            case "refine":
                return _refined(args, report, flag, opened)
            case "remove":
                name = _needed(args.name, "the direction to remove")
                remove_direction(args.home, opened.fingerprint, label_of(name))
                return {"removed": args.name}
            case _:
                return {"directions": _listed(opened)}


def _moved(args: DirectionsArguments, report: Report, flag: StopFlag, opened: OpenedModel) -> dict[str, Any]:
    """The matrix, kept where the window finds it."""
    from engine.disk.measured import keep_matrix
    from engine.evaluation.spilling import moved

    data = open_data(args, _source(args, opened), report, flag, size=opened.family.picture.size)
    matrix = done(moved(opened, data), report, flag)
    keep_matrix(args.home, opened.fingerprint, matrix)
    rows = (dict(zip(matrix.attributes, (round(value, 3) for value in row), strict=True)) for row in matrix.rows)
    return {"places": matrix.places, "moves": dict(zip(matrix.sliders, rows, strict=True))}


def _held(args: DirectionsArguments, report: Report, flag: StopFlag, opened: OpenedModel) -> dict[str, Any]:
    from engine.evaluation.holding import held

    name, still = _needed(args.name, "which slider"), _needed(args.still, "what stays as it is with --still")
    data = open_data(args, _source(args, opened), report, flag, size=opened.family.picture.size)
    words = tuple(word.strip() for word in still.split(",") if word.strip())
    _, found = done(held(opened, data, name, words), report, flag)
    return _kept(args, opened, found, args.called or found.label)


def _source(args: DirectionsArguments, opened: OpenedModel) -> str:
    from engine.disk.runs import data_of

    return args.data or data_of(Path(opened.model.path)) or str(opened.model.card.get("data", ""))


def _refined(args: DirectionsArguments, report: Report, flag: StopFlag, opened: OpenedModel) -> dict[str, Any]:
    """Sliders learned from heads drawn again, in the model's own file."""
    from engine.disk.bundled import find_model
    from engine.evaluation.cards import write_sliders
    from engine.evaluation.truing import trued
    from engine.opened.model import open_model_file

    path = find_model(args.model)
    plain = open_model_file(str(path), opened.device)  # without a person's own sliders
    source = args.data or str(plain.model.card.get("data", ""))
    data = open_data(args, source, report, flag, size=plain.family.picture.size)
    found = done(trued(plain, data, max(8, args.heads)), report, flag)
    made = f"learned from {max(8, args.heads)} heads drawn with and without each attribute"
    return {"file": str(path), "fingerprint": write_sliders(path, found, made), "was": plain.fingerprint}


def _listed(opened: OpenedModel) -> list[dict[str, Any]]:
    from engine.opened.directions import OWN

    return [
        {"name": d.name, "label": d.label, "low": d.low, "high": d.high, "own": d.name.startswith(OWN), "made": d.help}
        for d in opened.describe().directions
    ]


def _needed(word: str | None, what: str) -> str:
    if not word:
        raise BadConfig("usage", f"Say {what}.")
    return word


def _kept(args: DirectionsArguments, opened: OpenedModel, found: Candidate, label: str) -> dict[str, Any]:
    low, high = (found.low if args.low is None else args.low), (found.high if args.high is None else args.high)
    if not -1000 <= low < high <= 1000:
        raise BadConfig("usage", "--low must be below --high, both from -1000 to 1000.")
    kept = KeptDirection(
        model=opened.fingerprint, model_name=opened.model.name, label=label[:60], move=found.move,
        low=low, high=high, made=found.made, lesson=found.lesson,
    )  # fmt: skip
    result = {"file": str(keep_direction(args.home, kept)), "name": kept.name, "label": kept.label, "made": found.made}
    return result if found.score is None else {**result, "score": round(found.score, 4), "told": found.score_words}


def _chosen(args: DirectionsArguments, report: Report, flag: StopFlag, opened: OpenedModel) -> Candidate:
    """Of what is found, the one that was asked for."""
    by = LearnedBy(args.by) if args.by else LearnedBy.PICTURES if _is_pictures(args.to) else LearnedBy.MEANS
    before: tuple[Recipe, ...] = ()
    after: tuple[Recipe, ...] = ()
    if by not in (LearnedBy.AXES, LearnedBy.LAYER, LearnedBy.TREND):
        _needed(args.start, "where it starts with --from")
    if by not in (LearnedBy.AXES, LearnedBy.LAYER):
        _needed(args.to, "where it leads with --to")
    if by is LearnedBy.PICTURES:
        before, after = (_places(opened, words or "") for words in (args.start, args.to))
    lesson = Lesson(by=by, start=args.start or "", to=args.to or "", before=before, after=after)
    found = _candidates(args, report, flag, opened, lesson)
    if not 1 <= args.number <= len(found):
        raise BadConfig("usage", f"--number goes from 1 to {len(found)} here.")
    return found[args.number - 1]


def _candidates(
    args: DirectionsArguments, report: Report, flag: StopFlag, opened: OpenedModel, lesson: Lesson
) -> tuple[Candidate, ...]:
    from engine.disk.runs import data_of
    from engine.evaluation.learning import learned

    source = args.data or data_of(Path(opened.model.path)) or str(opened.model.card.get("data", ""))
    work: Work[tuple[tuple[Candidate, ...], str]] = learned(
        opened, lesson, lambda: _opened(args, source, report, flag, opened)
    )
    found, note = done(work, report, flag)
    if note:
        report.say(note)
    if not found:
        raise BadConfig("nothing-found", note or "Nothing was found.")
    return found


def _opened(args: DirectionsArguments, source: str, report: Report, flag: StopFlag, opened: OpenedModel) -> Any:
    data = open_data(args, source, report, flag, size=opened.family.picture.size)
    yield None
    return data


def _is_pictures(words: str | None) -> bool:
    return words is not None and all(Path(part.strip()).suffix.lower() in _PICTURES for part in words.split(","))


def _places(opened: OpenedModel, words: str) -> tuple[Recipe, ...]:
    """The places of picture files or seeds: what a picture remembers, else where the encoder finds it."""
    from engine.commands.rendering.pictures import at_point, station

    return tuple(at_point(opened, station(opened, part.strip())) for part in words.split(",") if part.strip())
