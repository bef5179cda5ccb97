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

if TYPE_CHECKING:
    from engine.comparing import Comparing, Plan
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

A collapse is a diversity score below one half, an inception score below half of the run's own best, or a loss that is
no number any more. A run that never scored above 2, as noise does, has not begun: it is told apart. Ctrl-C stops; the
same command goes on where it was. More families and seeds may be added later."""

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
        work = compare(plan, data, folder, home=args.home, device=device, tell=screen.tell)
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
    from engine.comparing.plan import check_same, planned, read_plan, write_plan
    from engine.datasets.formats.paths import DEFAULT_SIZE
    from engine.families import family_class
    from engine.families.schema import parse_settings

    before = read_plan(folder)
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
    """What is at work, how long all of it will take, and the newest scores."""

    def __init__(self, report: Report, plan: Plan) -> None:
        self._report, self._plan = report, plan
        self._began, self._first = time.monotonic(), -1
        self._cpu: tuple[int, float] = (-1, 0.0)
        self._note = ""

    def tell(self, now: Comparing) -> None:
        words = f"{now.family}, seed {now.seed}"
        facts = (f"{now.cell + 1} of {now.cells}",)
        if self._first < 0:
            self._first = now.cell
        match now.event:
            case Progressed():
                whole_s, spent = round(self._plan.seconds), round(self._spent(now.cell))
                left = f"{minutes(self._left(now))} left for all"
                self._report.progress(
                    Progress(f"{words}: learning", min(spent, whole_s), whole_s, left=left, facts=facts,
                             numbers=now.event.losses, note=self._note)
                )  # fmt: skip
            case Preparing() | Evaluating():
                what = f"{words}: {now.event.what.lower()}"
                self._report.progress(Progress(what, now.event.done, now.event.of, facts=facts, note=self._note))
            case _:
                pass
        if now.scored is not None:
            self._note = self._last(now)
            metrics = {name: found["value"] for name, found in now.scored.metrics.items()}
            self._report.line(
                {
                    "event": "scored", "family": now.family, "seed": now.seed, "step": now.scored.step,
                    "seconds": now.scored.seconds, "cpu_seconds": now.scored.cpu_seconds, "metrics": metrics,
                }
            )  # fmt: skip

    def _spent(self, cell: int) -> float:
        """Processor seconds of the cell at work, as this process reckons them."""
        if self._cpu[0] != cell:
            self._cpu = cell, time.process_time()
        return time.process_time() - self._cpu[1]

    def _left(self, now: Comparing) -> float:
        share = (now.cell - self._first + min(1.0, self._spent(now.cell) / self._plan.seconds)) or 1e-6
        return (time.monotonic() - self._began) / share * (now.cells - self._first - share)

    def _last(self, now: Comparing) -> str:
        assert now.scored is not None
        shown = "  ".join(f"{name.replace('_', ' ')} {found['value']:.3g}" for name, found in now.scored.metrics.items()
                          if found["value"] is not None)  # fmt: skip
        return f"{now.family}, seed {now.seed}, after {now.scored.cpu_seconds:.0f} s: {shown}"
