"""compare FAMILY… --data DATA: several families on the same pictures, with equal networks and the same time."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Arguments, whole
from engine.commands.opening import StopFlag, done, empty_folder, open_data, stop_flag, use_threads
from engine.commands.report import Report
from engine.commands.train import pairs
from engine.commands.values import Progress, minutes
from engine.disk.files import BadConfig, Cancelled
from engine.protocol.answers import Evaluating, Preparing, Progressed
from engine.protocol.score_words import score_kind

if TYPE_CHECKING:
    from engine.comparing import Comparing, Plan
    from engine.comparing.cells import Scored
    from engine.datasets.store import Store

SECONDS, SEEDS, PICTURES = 240.0, 3, 500
HELP = """\
Each family and seed learns for N processor seconds with networks of equal size: picture size, batch, points and kind of
network are those of the first family, widths are chosen so that as many weights learn, learning rates stay each
family's own (those of its preset for this data, else its quick one). At eight equal times what was learned is kept and
scored on held-out pictures; time that is spent on scoring is not counted.

DIR then holds
  scores.csv            family,seed,step,seconds,cpu_seconds,metric,value
  scores.json           settings, means, spreads, best and worst seeds, collapses, what real pictures score
  scores-cpu-seconds.png, scores-seconds.png    each score over time, mean and every seed, beside real pictures
  pictures-seed-0.png   the same sixteen seeds of each family at each time
  cells/FAMILY-SEED/    the runs with their moments, which open as models

They are written after each run, so that what is there can be looked at early.

A collapse is a diversity score below one half, an inception score below half of the run's own best, or a loss that is
no number any more. A run that never came a ninth of the way from 1, which noise scores, to real pictures' inception
score has not begun: it is told apart. Ctrl-C stops; the same command goes on where it was. More families, seeds and
seconds may be asked for later: what was learned learns on."""

STEADY_S = 20.0
"""The first moments are not taken at their word: so many seconds count as if learning took all of the time."""
COLUMNS = {"family": "family"}


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "compare",
        help="train several families for the same time, and compare what they come to",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("families", nargs="+", metavar="FAMILY", help="kinds of models: see zscape families")
    parser.add_argument("--data", required=True, metavar="DATA", help="a folder, a file, or bundled:NAME")
    parser.add_argument("--seconds", type=seconds, default=SECONDS, metavar="N", help="for each to learn in (240)")
    parser.add_argument("--seeds", type=whole(1, 100), default=SEEDS, metavar="K", help="how often each (3)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where everything goes")
    parser.add_argument("--n", type=whole(2, 100_000), default=PICTURES, metavar="N", help="pictures to score (500)")
    parser.add_argument("--set", action="append", default=[], metavar="K=V", help="one setting, for all that have it")


def seconds(text: str) -> float:
    """An argparse type."""
    value = float(text)
    if not 1.0 <= value <= 1e7:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 10 million seconds")
    return value


class CompareArguments(Arguments):
    families: list[str]
    data: str
    seconds: float
    seeds: int
    out: Path
    n: int
    set: list[str]


def run(args: CompareArguments, report: Report) -> dict[str, Any]:
    from engine.comparing import compare
    from engine.comparing.results import summary, table, write
    from engine.machine import devices

    use_threads(args)
    folder = empty_folder(args.out)
    with stop_flag(report) as flag:
        plan, data = _planned(args, report, flag, folder)
        screen = _Screen(report, plan)
        device = devices.choose(args.device).torch
        work = compare(
            plan, data, folder, home=args.home, device=device, tell=screen.tell,
            found_so_far=lambda compared: write(compared, folder),
        )  # fmt: skip
        try:
            compared = done(work, report, flag, tell=lambda event: None)
        except Cancelled:
            raise Cancelled("Stopped; what was learned is kept, and the same command goes on where it was.") from None
    files = write(compared, folder)
    found = summary(compared)
    if report.json_lines:
        return {**found, "files": files}
    return {"compared": table(found), "files": files}


def _planned(args: CompareArguments, report: Report, flag: StopFlag, folder: Path) -> tuple[Plan, Store]:
    from engine.comparing.plan import check_same, lengthened, planned, read_plan, write_plan
    from engine.datasets.formats.paths import DEFAULT_SIZE
    from engine.families import family_class
    from engine.families.schema import parse_settings

    found = read_plan(folder)
    before = found and lengthened(found, args.seconds)
    asked: dict[str, Any] = {}
    for name, value in pairs(args.set).items():
        having = [each for each in args.families if name in family_class(each).Config.__struct_fields__]
        if not having:
            raise BadConfig("usage", f"None of these families has a setting “{name[:40]}”.")
        asked |= parse_settings(family_class(having[0]).Config, {name: value})
    data = open_data(args, args.data, report, flag, size=int(asked.get("size", DEFAULT_SIZE)))
    work = planned(
        args.families, data, args.data, seconds=args.seconds, seeds=args.seeds, pictures=args.n, asked=asked,
        first_seed=args.seed, before=before,
    )  # fmt: skip
    plan = done(work, report, flag)
    if before is not None:
        check_same(before, plan, folder)
        kept = [each for each in before.entries if each.family not in args.families]
        write_plan(folder, _with(plan, kept))
    else:
        write_plan(folder, plan)
    return plan, data


def _with(plan: Plan, kept: list[Any]) -> Plan:
    from dataclasses import replace

    return replace(plan, entries=(*plan.entries, *kept))


class _Screen:
    """What is at work, how long all of it will take, and scores as they come."""

    def __init__(self, report: Report, plan: Plan) -> None:
        self._report, self._plan = report, plan
        self._began = time.monotonic()
        self._is_at_work = False
        self._cell, self._learned_s, self._seen_s = -1, 0.0, 0.0

    def tell(self, now: Comparing) -> None:
        self._reckon(now)
        what, facts = f"{now.family}, seed {now.seed}", (f"run {now.cell + 1} of {now.cells}",)
        left = f"about {minutes(self._left_s(now))} left for all"
        match now.event:
            case Progressed():
                whole_s = round(self._plan.seconds)
                self._report.progress(
                    Progress(f"{what}: seconds learned", min(round(now.learned_s), whole_s), whole_s, left=left,
                             facts=facts, numbers=now.event.losses)
                )  # fmt: skip
            case Preparing() | Evaluating():
                words = f"{what}: {now.event.what[:1].lower()}{now.event.what[1:]}"
                self._report.progress(Progress(words, now.event.done, now.event.of, left=left, facts=facts))
            case _:
                pass
        if now.scored is not None:
            self._tell_scores(now.scored, is_new=now.is_new)

    def _tell_scores(self, scored: Scored, *, is_new: bool) -> None:
        metrics = {name: found["value"] for name, found in scored.metrics.items()}
        self._report.line(
            {
                "event": "scored", "family": scored.family, "seed": scored.seed, "step": scored.step,
                "seconds": scored.seconds, "cpu_seconds": scored.cpu_seconds, "metrics": metrics,
            }
        )  # fmt: skip
        if is_new:
            told = [f"{score_kind(name).label} {value:.3g}" for name, value in metrics.items() if value is not None]
            after = f"{scored.family}, seed {scored.seed}, after {scored.moment:g} s"
            self._report.say(f"{after}: {', '.join(told) or 'nothing could be measured'}")

    def _reckon(self, now: Comparing) -> None:
        """How much this call has learned; what calls before it did took none of its time."""
        if now.event is not None and not self._is_at_work:
            self._is_at_work = True
            if now.cell:
                self._report.say(f"{now.cell} of {now.cells} runs were done before.")
        if now.cell != self._cell:
            self._cell, self._seen_s = now.cell, now.learned_s
        self._learned_s += max(0.0, now.learned_s - self._seen_s)
        self._seen_s = now.learned_s

    def _left_s(self, now: Comparing) -> float:
        """By how long a second of learning has taken, with what is measured and drawn between."""
        pace = (time.monotonic() - self._began + STEADY_S) / (self._learned_s + STEADY_S)
        return pace * now.left_s
