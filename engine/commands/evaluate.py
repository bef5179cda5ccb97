"""evaluate MODEL --data DATA: the numbers that papers report, beside what real pictures score."""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Arguments, whole
from engine.commands.opening import StopFlag, done, empty_folder, open_data, open_model, stop_flag, use_threads
from engine.commands.report import Report
from engine.disk.files import BadConfig

if TYPE_CHECKING:
    from engine.datasets.store import Store
    from engine.evaluation import Arithmetic
    from engine.evaluation.edits import Truth
    from engine.evaluation.limits import Limit
    from engine.evaluation.triplets import Tally
    from engine.opened.checkpoints import Model
    from engine.opened.model import OpenedModel

PICTURES, HEADS, BESIDE = 500, 100, 200
CHOSEN_FROM = 12
"""Samples that are drawn for each that a first sheet shows."""
HELP = """\
Generative models are measured on held-out pictures, by judges that this project trained:
  fid kid precision recall valid     drawn pictures against training pictures, on the judge's features
  memorised                          share of drawn pictures as near to a training picture as one in twenty real ones is
  sharpness spectrum                 fine detail of drawn pictures: edges, and power by length of wave over real ones'
  fid_reconstruction attributes      what an encoder loses: distance, and what the judge still reads (R², accuracy)
  sharpness_reconstruction spectrum_reconstruction                the same of copies
  copies                             error of copies, 0 to 1, beside that of as many principal components
  closer                             error and attributes of copies looked at closer, as an imported picture is
                                     (only when named: ten times as long)
  inception_score diversity_score    by a classifier, for pictures with classes; trained once where none is bundled
  class_kl class_kl_backward         how far the drawn classes are from the data's, in nats, both ways
  class_balance                      the rarest class's share over its share in the data; and every class's share
  class_obeyed                       share of pictures asked for a class that the classifier reads as that class
  iwae iwae_most log_likelihood      nats of a picture: bounds by 100 and by 500 points; annealed importance sampling
                                     for any decoder (only when named: they take minutes)
  likelihood                         bits per dimension and nats per picture, for families that have a likelihood, and
                                     how much more these are than of training pictures (likelihood_gap)
Beside each stands its standard error and what real pictures score. What cannot be measured is listed with the reason.
What is measured is kept in the home, for the window too: asked for again it is told at once, unless with --anew.

--arithmetic takes N triplets of averaged exemplars, "smiling women - women + men", and lets the judge read them:
  reached       share in which the attribute came nearer to what was wished than to what it was
  kept          share of the other attributes that stayed, within half a standard deviation or the same category
  strict        share that lands within half a standard deviation of the wish, or on the same category
  reached_held, strict_held, kept_held   the same with the others held still, as the window holds them

--edits takes faces of known attributes, moves a copy of each along a slider, and compares it with the same head drawn
again with just that attribute changed (for models of rendered faces that encode; N heads, 100 unless told):
  hit           change of the attribute, as the judge reads it, as a share of the wished one; 1 is right
  spill         share of the change outside the pixels that differ between both drawings; attributes of a part only
  identity      distance from the head as it should be, over that of the untouched copy from its own; 1 is best

--limits asks how little an edit could spill, whatever its direction: each of these heads is given the step of its own
that moves the attribute, as a reader sees it, and changes least elsewhere (attributes of a part, by degrees):
  hit spill        of these steps, drawn and judged as a slider's edits are
  outside          what they change elsewhere, over the whole true change; slider_outside is what the slider does there
  followed         the largest share of the true change, squared, that any step of the decoder holds, to first order
With --limits nothing else is measured unless it is named.

--sliders moves every named slider from -2 to 2 at 32 places; the judge reads what changes, in standard deviations:
  moves                 its own attribute
  most_other by         the other attribute that moves most, and how far
  stands                offered; weak, with the reason (its own moves less than .8, or another one as far); or left out
With --sliders nothing else is measured unless it is named.

--neighbours DIR holds N samples against the training pictures, as the page Evaluate does (N is 200 unless told):
  neighbours.png     the nearest, those in the middle and the farthest, each above the training picture nearest to it,
                     with the share of held-out pictures that come at most as near to one
  neighbours.csv     seed,distance,percentile,training_picture of all of them, the nearest first
--near pixels counts pixels instead of what a judge sees. With --neighbours nothing else is measured unless it is named.

A judge is measured against the labels: R² of values, balanced accuracy and calibration error of categories."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "evaluate",
        help="measure a model against data",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", metavar="MODEL", help="a file, a run folder, or a bundled name")
    parser.add_argument("--data", metavar="DATA", help="a folder, a file, or bundled:NAME (that of the model)")
    parser.add_argument("--n", type=whole(2, 100_000), metavar="N", help="pictures to measure on (500; a judge on all)")
    parser.add_argument("--metrics", metavar="A,B", help="only these, or none; all that mean something otherwise")
    parser.add_argument("--points", type=whole(1, 500), metavar="K", help="of iwae: points a picture (100)")
    parser.add_argument("--moves", type=whole(2, 100_000), metavar="T", help="of log_likelihood: annealing moves (100)")
    parser.add_argument("--anew", action="store_true", help="measure again what is known already")
    parser.add_argument("--arithmetic", action="store_true", help="measure N sums of averaged exemplars too")
    parser.add_argument("--edits", action="store_true", help="compare each slider's edits with heads drawn again")
    parser.add_argument("--limits", action="store_true", help="how little edits could spill, whatever their direction")
    parser.add_argument("--sliders", action="store_true", help="measure what each slider moves")
    parser.add_argument("--neighbours", type=Path, metavar="DIR", help="hold samples against training pictures")
    parser.add_argument("--near", choices=("features", "pixels"), default="features", help="of --neighbours: by what")
    parser.add_argument("--card", action="store_true", help="write what was measured into the model's file")
    parser.add_argument("--name", default="", metavar="TEXT", help="with --card: what the model is called")
    parser.add_argument("--first-seed", type=int, metavar="N", help="with --card: the seed it is first shown with")
    parser.add_argument(
        "--first-sheet", type=whole(1, 96), metavar="N",
        help="with --card: choose N seeds for its first gallery, near to the data and unlike one another",
    )  # fmt: skip


class EvaluateArguments(Arguments):
    model: str
    data: str | None
    n: int | None
    metrics: str | None
    points: int | None
    moves: int | None
    anew: bool
    arithmetic: bool
    edits: bool
    limits: bool
    sliders: bool
    neighbours: Path | None
    near: str
    card: bool
    name: str
    first_seed: int | None
    first_sheet: int | None


def run(args: EvaluateArguments, report: Report) -> dict[str, Any]:
    from engine.disk.bundled import find_model
    from engine.disk.measured import CARD
    from engine.disk.runs import data_of
    from engine.families import JUDGES
    from engine.opened.checkpoints import load_model

    use_threads(args)
    for option, value in (("--name", args.name), ("--first-sheet", args.first_sheet)):
        if value and not args.card:
            raise BadConfig("usage", f"{option} goes with --card, which writes into the model's file.")
    path = find_model(args.model)
    model = load_model(path)
    source = args.data or data_of(path) or str(model.card.get("data", ""))
    if not source:
        raise BadConfig("no-data", "Say what to measure on: --data with a folder, a file or bundled:NAME.")
    with stop_flag(report) as flag:
        if model.family.name in JUDGES:
            result = _judge(args, report, flag, model, source)
        else:
            result = _measured(args, report, flag, source)
    result |= {"data": source, "fingerprint": model.fingerprint}
    if args.card:
        result["card"] = str(_write_card(args, path, result))
    result.pop(CARD, None)
    return result


def _measured(args: EvaluateArguments, report: Report, flag: StopFlag, source: str) -> dict[str, Any]:
    from engine.disk.measured import CARD, matrix_value
    from engine.evaluation import METRICS, arithmetic, written
    from engine.evaluation.edits import edits
    from engine.evaluation.kept import by_score
    from engine.evaluation.likelihoods import POINTS, STEPS, why_not_slowly
    from engine.evaluation.limits import limits
    from engine.evaluation.scores import ON_ASKING
    from engine.evaluation.several import measured_once
    from engine.evaluation.slider_table import slider_table
    from engine.evaluation.spilling import moved

    opened = open_model(args, args.model)
    data = open_data(args, source, report, flag, size=opened.family.picture.size)
    asked = args.metrics or ("none" if args.neighbours or args.sliders or args.limits else None)
    names = tuple(name for name in METRICS if name not in ON_ASKING)
    if asked is not None:
        names = () if asked == "none" else tuple(dict.fromkeys(asked.split(",")))
    work = measured_once(
        opened, data, names, args.n or PICTURES, args.home, anew=args.anew, is_strict=asked is not None,
        points=args.points or POINTS, moves=args.moves or STEPS,
    )  # fmt: skip
    found = done(work, report, flag)
    if found.before:
        report.say(f"Measured before (--anew measures again): {', '.join(found.before)}")
    scores = by_score(found.told)
    result: dict[str, Any] = {"metrics": written(scores), "before": list(found.before)}
    if "nats" in scores:
        result["likelihood"] = opened.family.likelihood_terms
    if asked is None:
        reasons = {**found.told, **why_not_slowly(opened)}
        result["unavailable"] = {name: each for name, each in reasons.items() if isinstance(each, str) and each}
    if args.first_sheet:
        result["first_sheet"] = _first_sheet(args, report, flag, opened, data)
    if args.neighbours is not None:
        result["neighbours"] = _neighbours(args, report, flag, opened, data)
    if args.arithmetic:
        result |= _told(done(arithmetic(opened, data, args.n or PICTURES), report, flag))
    if args.edits:
        result["edits"] = _edited(done(edits(opened, data, args.n or HEADS), report, flag))
    if args.limits:
        result["limits"] = _limited(done(limits(opened, data, args.n or HEADS), report, flag))
    if args.sliders:
        matrix = done(moved(opened, data), report, flag)
        result |= {"sliders": slider_table(opened.describe(), matrix), CARD: matrix_value(matrix)}
    return result


def _neighbours(
    args: EvaluateArguments, report: Report, flag: StopFlag, opened: OpenedModel, data: Store
) -> dict[str, Any]:
    from engine.comparing.neighbour_files import write
    from engine.evaluation.learned.closeness import beside
    from engine.protocol.scoring import Space

    assert args.neighbours is not None
    space, folder = Space(args.near), empty_folder(args.neighbours)
    found = done(beside(opened, data, args.n or BESIDE, space, args.home), report, flag)
    numbers, files = write(found, args.model, space, folder)
    return {**numbers, "files": files}


def _first_sheet(
    args: EvaluateArguments, report: Report, flag: StopFlag, opened: OpenedModel, data: Store
) -> list[int]:
    from engine.evaluation.learned.closeness import beside, first_sheet
    from engine.protocol.scoring import Space

    assert args.first_sheet is not None
    drawn = done(beside(opened, data, CHOSEN_FROM * args.first_sheet, Space(args.near), args.home), report, flag)
    return first_sheet(drawn, args.first_sheet)


def _judge(args: EvaluateArguments, report: Report, flag: StopFlag, model: Model, source: str) -> dict[str, Any]:
    from engine.evaluation import judge_scores, written
    from engine.families.judges.judge import Judge

    assert isinstance(model.family, Judge)
    if args.arithmetic or args.metrics or args.edits or args.limits or args.sliders or args.neighbours:
        raise BadConfig(
            "usage",
            f"“{model.name}” is a judge; --metrics, --arithmetic, --edits, --limits, --sliders and --neighbours are for"
            " models that draw.",
        )
    data = open_data(args, source, report, flag, size=model.family.picture.size)
    return {"metrics": written(done(judge_scores(model.family, data, args.n or len(data)), report, flag))}


def _edited(found: dict[str, Truth]) -> dict[str, dict[str, float | None]]:
    return {
        name: {
            "hit": round(one.hit.value, 3),
            "spill": None if one.spill is None else round(one.spill.value, 3),
            "identity": round(one.identity.value, 3),
        }
        for name, one in found.items()
    }


def _limited(found: dict[str, Limit]) -> dict[str, dict[str, float]]:
    return {
        name: {key: round(measured["value"], 3) for key, measured in asdict(one).items()} for name, one in found.items()
    }


def _told(found: Arithmetic) -> dict[str, Any]:
    """The shares at the top, where scripts look for them; how sure they are, and each attribute's, below."""
    return {
        **_shares(found.all),
        "stderr": {name: measured["stderr"] for name, measured in asdict(found.all).items() if name != "triplets"},
        "by_attribute": {name: _shares(tally) for name, tally in found.by_attribute.items()},
        "left_out": found.left_out,
    }


def _shares(tally: Tally) -> dict[str, Any]:
    return {name: value if name == "triplets" else round(value["value"], 4) for name, value in asdict(tally).items()}


def _write_card(args: EvaluateArguments, path: Path, result: dict[str, Any]) -> Path:
    from engine.disk.measured import CARD
    from engine.evaluation import write_card

    more: dict[str, Any] = {"likelihood": result["likelihood"]} if "likelihood" in result else {}
    if args.first_seed is not None:
        more["first_seed"] = args.first_seed
    if args.first_sheet is not None:
        more["first_sheet"] = result["first_sheet"]
    if args.arithmetic:
        shares = ("triplets", "reached", "strict", "kept", "reached_held", "strict_held", "kept_held")
        more["arithmetic"] = {name: result[name] for name in shares}
    for told in ("edits", "limits"):
        if told in result:
            more[told] = result[told]
    if args.sliders:
        more[CARD] = result[CARD]
    command = shlex.join(["zscape", *sys.argv[1:]])
    write_card(path, metrics=result["metrics"], data=result["data"], command=command, more=more, name=args.name)
    return path
